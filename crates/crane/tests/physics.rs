//! The crane's physics against what theory says of it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets what cannot be is to fail"
)]

use glam::DVec3;
use quaywatch_crane::Machine;
use quaywatch_crane::plant::{Actuation, AxisCommand, Cargo, GRAVITY_M_S2, Plant, STEP_S};
use quaywatch_crane::sway::{AntiSway, Swing};
use std::f64::consts::{PI, TAU};

/// A crane whose trolley does what it is told at once, and whose load swings for ever.
fn ideal() -> Machine {
    Machine {
        sway_damping: 0.0,
        drag_coefficient: 0.0,
        trolley_lag_s: 0.02,
        trolley_jerk_m_s3: 500.0,
        brake_open_s: 0.0,
        ..Machine::default()
    }
}

/// The load pulled aside by an angle.
fn pulled_aside(machine: Machine, rope_m: f64, angle_rad: f64) -> Plant {
    let height_m = machine.trolley_height_m;
    let mut plant = Plant::new(machine, 0.0, height_m - rope_m);
    plant.take(Cargo::default());
    let stretch_m = 35_000.0 * GRAVITY_M_S2 / 6.5e6;
    let (x, down) = ((rope_m + stretch_m) * angle_rad.sin(), (rope_m + stretch_m) * angle_rad.cos());
    plant.place_load(DVec3::new(x, plant.gantry().0, height_m - down));
    plant
}

/// From one upward passing of the plumb line to the tenth after it, a tenth of it.
fn period_s(plant: &mut Plant, actuation: &Actuation) -> f64 {
    let (mut before, mut passings) = (plant.sway_rad().x, Vec::new());
    for step in 0..200_000 {
        plant.step(actuation);
        let sway = plant.sway_rad().x;
        if before < 0.0 && sway >= 0.0 {
            passings.push((f64::from(step) - sway / (sway - before)) * STEP_S);
        }
        before = sway;
        if passings.len() == 11 {
            break;
        }
    }
    (passings[10] - passings[0]) / 10.0
}

#[test]
fn a_load_swings_with_the_period_of_its_rope() {
    for rope_m in [10.0, 20.0, 35.0] {
        let mut plant = pulled_aside(ideal(), rope_m, 0.05);
        let measured = period_s(&mut plant, &Actuation::default());
        let theory = TAU * (rope_m / GRAVITY_M_S2).sqrt();
        assert!((measured / theory - 1.0).abs() < 0.01, "{rope_m} m: {measured} s, not {theory} s");
    }
}

#[test]
fn a_swing_without_damping_keeps_its_energy_for_ten_minutes() {
    let machine = Machine { rope_damping: 0.0, ..ideal() };
    let mut plant = pulled_aside(machine, 25.0, 0.15);
    let mass = 35_000.0;
    let swing_j = mass * GRAVITY_M_S2 * 25.0 * (1.0 - 0.15_f64.cos());
    let before = plant.load_energy_j();
    let mut widest: f64 = 0.0;
    for step in 0..300_000 {
        plant.step(&Actuation::default());
        if step > 290_000 {
            widest = widest.max(plant.sway_rad().x.abs());
        }
    }
    assert!(((plant.load_energy_j() - before) / swing_j).abs() < 0.01);
    assert!((widest / 0.15 - 1.0).abs() < 0.01, "{widest}");
}

#[test]
fn a_swing_dies_as_its_damping_says() {
    let machine = Machine { sway_damping: 0.02, ..ideal() };
    let mut plant = pulled_aside(machine, 20.0, 0.08);
    let period = TAU * (20.0 / GRAVITY_M_S2).sqrt();
    for _ in 0..(10.0 * period / STEP_S) as u32 {
        plant.step(&Actuation::default());
    }
    let theory = 0.08 * (-0.02 * TAU * 10.0_f64).exp();
    assert!((plant.sway_rad().x / theory - 1.0).abs() < 0.05, "{} {theory}", plant.sway_rad().x);
}

#[test]
fn lifting_takes_the_energy_of_height_and_losses() {
    let machine = Machine::default();
    let efficiency = machine.hoist_efficiency;
    let mut plant = Plant::new(machine, 0.0, 5.0);
    plant.take(Cargo { mass_kg: 25_000.0, ..Cargo::default() });
    let hoist = |speed_m_s: f64, enabled: bool| Actuation {
        hoist: AxisCommand { speed_m_s, acceleration_m_s2: 0.75, enabled },
        ..Actuation::default()
    };
    let run = |plant: &mut Plant, actuation: &Actuation, seconds: f64| {
        for _ in 0..(seconds / STEP_S) as u32 {
            plant.step(actuation);
        }
    };
    // The ropes take up the box before the measurement begins.
    run(&mut plant, &hoist(0.0, false), 20.0);
    let (from_m, before_j) = (plant.load_m().z, plant.meters().hoist_j);
    run(&mut plant, &hoist(1.5, true), 14.0);
    run(&mut plant, &hoist(0.0, true), 5.0);
    let height_j = 40_000.0 * GRAVITY_M_S2 * (plant.load_m().z - from_m);
    let electrical_j = plant.meters().hoist_j - before_j;
    assert!(plant.load_m().z - from_m > 18.0);
    assert!(
        (electrical_j * efficiency / height_j - 1.0).abs() < 0.02,
        "{}",
        electrical_j * efficiency / height_j
    );
    // Down again, so much comes back as the losses of both ways leave.
    let before_j = plant.meters().hoist_j;
    run(&mut plant, &hoist(-1.5, true), 13.0);
    run(&mut plant, &hoist(0.0, true), 5.0);
    let back_j = before_j - plant.meters().hoist_j;
    let height_j = height_j - 40_000.0 * GRAVITY_M_S2 * (plant.load_m().z - from_m);
    assert!((back_j / efficiency / height_j - 1.0).abs() < 0.02, "{}", back_j / efficiency / height_j);
}

/// Runs the trolley along a speed over time, then looks how far the load swings.
fn residual_rad(rope_m: f64, ramp_s: f64, speed_m_s: impl Fn(f64) -> f64) -> f64 {
    let machine = ideal();
    let mut plant = Plant::new(machine.clone(), -25.0, machine.trolley_height_m - rope_m);
    let mut widest: f64 = 0.0;
    for step in 0..((ramp_s + 14.0) / STEP_S) as u32 {
        let time_s = f64::from(step) * STEP_S;
        let trolley = AxisCommand { speed_m_s: speed_m_s(time_s), acceleration_m_s2: 1.4, enabled: true };
        plant.step(&Actuation { trolley, ..Actuation::default() });
        if time_s > ramp_s + 0.5 {
            widest = widest.max(plant.sway_rad().x.abs());
        }
    }
    widest
}

/// A constant acceleration `a` over `T` leaves `2 a/g |sin(w T/2)|`.
#[test]
fn a_trapezoid_ramp_leaves_the_sway_of_its_closed_form() {
    for (rope_m, ramp_s) in [(20.0, 4.0), (20.0, 6.0), (30.0, 5.0), (12.0, 7.0)] {
        let acceleration = 0.4;
        let measured = residual_rad(rope_m, ramp_s, |time_s| acceleration * time_s.min(ramp_s));
        let rate = (GRAVITY_M_S2 / rope_m).sqrt();
        let theory = 2.0 * acceleration / GRAVITY_M_S2 * (rate * ramp_s / 2.0).sin().abs();
        assert!((measured - theory).abs() < 0.03 * theory + 0.0005, "{rope_m} {ramp_s}: {measured} {theory}");
    }
}

/// A raised-cosine acceleration to the speed `v` over `T` leaves `(v w/g) |sinc(r) / (1 - r^2)|`, `r = w T / (2 pi)`.
#[test]
fn a_raised_cosine_ramp_leaves_the_sway_of_its_closed_form() {
    for (rope_m, ramp_s) in [(20.0, 6.0), (30.0, 8.0), (12.0, 5.0), (30.0, 14.0)] {
        let fastest = 2.0;
        let measured = residual_rad(rope_m, ramp_s, |time_s| {
            let part = (time_s / ramp_s).min(1.0);
            fastest * (part - (TAU * part).sin() / TAU)
        });
        let rate = (GRAVITY_M_S2 / rope_m).sqrt();
        let ratio = rate * ramp_s / TAU;
        let theory =
            fastest * rate / GRAVITY_M_S2 * ((PI * ratio).sin() / (PI * ratio) / (1.0 - ratio * ratio)).abs();
        assert!((measured - theory).abs() < 0.03 * theory + 0.0008, "{rope_m} {ramp_s}: {measured} {theory}");
    }
}

/// A step of what is asked, shaped: how far the load swings once it is there, and at most on the way.
fn shaped(rope_m: f64, gain: f64) -> (f64, f64) {
    let mut plant = Plant::new(ideal(), -25.0, 45.0 - rope_m);
    let mut anti_sway = AntiSway::new(0.02);
    let (mut peak, mut left): (f64, f64) = (0.0, 0.0);
    for cycle in 0..1500 {
        let speed_m_s = anti_sway.speed_m_s(&Swing {
            speed_m_s: if cycle < 500 { 3.0 } else { 0.0 },
            fastest_m_s: 4.0,
            acceleration_m_s2: 0.8,
            trolley_m: plant.trolley().0,
            rope_m,
            paid_out_m_s: 0.0,
            sway_rad: plant.sway_rad().x,
            gain,
            delay_s: 0.0,
        });
        let trolley = AxisCommand { speed_m_s, acceleration_m_s2: 1.4, enabled: true };
        for _ in 0..10 {
            plant.step(&Actuation { trolley, ..Actuation::default() });
            peak = peak.max(plant.sway_rad().x.abs());
            if cycle > 1050 {
                left = left.max(plant.sway_rad().x.abs());
            }
        }
    }
    assert!(
        (plant.trolley().0 + 25.0 - 30.0).abs() < 0.3,
        "the way is what was asked: {}",
        plant.trolley().0
    );
    (peak, left)
}

#[test]
fn a_shaped_way_leaves_no_sway_and_without_shaping_it_does() {
    for rope_m in [15.0, 25.0, 35.0] {
        let (peak, left) = shaped(rope_m, 1.0);
        assert!(peak.to_degrees() < 5.5 && left.to_degrees() < 0.4, "{rope_m}: {peak} {left}");
    }
    let (_, left) = shaped(15.0, 0.0);
    assert!(left.to_degrees() > 3.0, "{left}");
}

#[test]
fn a_box_that_is_let_down_stands_and_the_ropes_go_slack() {
    let mut plant = Plant::new(Machine::default(), 0.0, 6.0);
    plant.around.ground_m = 0.0;
    plant.take(Cargo::default());
    let down = |speed_m_s: f64, enabled| Actuation {
        hoist: AxisCommand { speed_m_s, acceleration_m_s2: 0.75, enabled },
        ..Actuation::default()
    };
    for _ in 0..10_000 {
        plant.step(&down(if plant.tension_n() > 20_000.0 { -0.2 } else { 0.0 }, true));
    }
    assert!(plant.tension_n() < 20_000.0, "{}", plant.tension_n());
    assert!(plant.underside_m().abs() < 0.05 && plant.load_m_s().length() < 0.01);
}

#[test]
fn a_caught_load_pulls_at_its_ropes_many_times_its_weight() {
    let mut plant = Plant::new(Machine::default(), 0.0, 10.0);
    plant.around.caught = true;
    let hoist = AxisCommand { speed_m_s: 1.0, acceleration_m_s2: 0.75, enabled: true };
    let weight_n = 15_000.0 * GRAVITY_M_S2;
    for _ in 0..600 {
        plant.step(&Actuation { hoist, ..Actuation::default() });
    }
    assert!(plant.tension_n() > 3.0 * weight_n, "{}", plant.tension_n());
}

#[test]
fn wind_holds_a_load_off_as_far_as_its_force_says() {
    let mut plant = Plant::new(Machine { sway_damping: 0.3, ..Machine::default() }, 0.0, 20.0);
    plant.take(Cargo::default());
    plant.around.wind_m_s = glam::DVec2::new(15.0, 0.0);
    for _ in 0..60_000 {
        plant.step(&Actuation::default());
    }
    let area_m2 = 12.19 * (2.59 + 0.6);
    let force_n = 0.5 * 1.225 * 1.2 * area_m2 * 15.0 * 15.0;
    let theory = force_n / (35_000.0 * GRAVITY_M_S2);
    assert!((plant.sway_rad().x / theory - 1.0).abs() < 0.03, "{} {theory}", plant.sway_rad().x);
}

#[test]
fn the_gantry_swings_its_load_along_the_quay() {
    let mut plant = Plant::new(Machine::default(), 0.0, 20.0);
    let gantry = AxisCommand { speed_m_s: 0.78, acceleration_m_s2: 0.2, enabled: true };
    let mut widest: f64 = 0.0;
    for _ in 0..5000 {
        plant.step(&Actuation { gantry, ..Actuation::default() });
        widest = widest.max(-plant.sway_rad().y.to_degrees());
    }
    assert!((0.8..2.6).contains(&widest), "{widest}");
    assert!(plant.sway_rad().x.abs() < 0.001);
}

/// How far a box turns while the trolley speeds up.
fn turned_deg(off_centre: f64) -> f64 {
    let mut plant = Plant::new(Machine::default(), -20.0, 20.0);
    plant.take(Cargo { off_centre: glam::DVec2::new(0.0, off_centre), ..Cargo::default() });
    let trolley = AxisCommand { speed_m_s: 3.0, acceleration_m_s2: 0.6, enabled: true };
    let mut most: f64 = 0.0;
    for _ in 0..4000 {
        plant.step(&Actuation { trolley, ..Actuation::default() });
        most = most.max(plant.skew_rad().to_degrees().abs());
    }
    most
}

#[test]
fn a_box_that_is_heavier_at_one_end_turns_when_the_trolley_speeds_up() {
    // At rest against the ropes it would turn by a e L l / (g r r'); a sudden start doubles the pull, and the turn again.
    let off_m = 0.05 * 20.0 / 35.0 * 12.19;
    let at_rest = (0.6 * off_m * 25.0 / (GRAVITY_M_S2 * 3.4 * 3.2)).to_degrees();
    let (middle, off) = (turned_deg(0.0), turned_deg(0.05));
    assert!(middle < 0.01 && (at_rest..4.0 * at_rest).contains(&off), "{middle} {off} {at_rest}");
}
