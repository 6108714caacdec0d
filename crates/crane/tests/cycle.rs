//! A crane at work: its cycle, what its parameters do, and what happens when its controller stops.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets what cannot be is to fail"
)]

mod rig;

use proptest::prelude::*;
use quaywatch_crane::{Crane, Image, Settings};
use rig::Rig;
use std::f64::consts::TAU;
use std::time::Instant;

fn at_work(seed: u64, wind_m_s: f64) -> Rig {
    Rig::of(&Settings { seed, wind_seed: seed, wind_m_s, ..Settings::default() })
}

#[test]
fn a_cycle_takes_85_to_105_seconds_and_an_hour_has_30_to_40_moves() {
    for seed in [1, 2] {
        let mut rig = at_work(seed, 5.0);
        let (mut moves, mut since_s, mut gantry_m, mut cycles) = (0, 0.0, 0.0, Vec::new());
        let (mut most_w, mut least_w): (f64, f64) = (0.0, 0.0);
        rig.watch(3600.0, |rig| {
            let truth = rig.crane.truth();
            (most_w, least_w) = (most_w.max(truth.hoist_w), least_w.min(truth.hoist_w));
            if truth.moves != moves {
                // Going along to the next bay is no part of the technical cycle.
                if (truth.gantry_m - gantry_m).abs() < 1.0 {
                    cycles.push(truth.time_s - since_s);
                }
                (moves, since_s, gantry_m) = (truth.moves, truth.time_s, truth.gantry_m);
            }
        });
        let mean_s = cycles.iter().sum::<f64>() / cycles.len() as f64;
        assert!((85.0..=105.0).contains(&mean_s), "seed {seed}: {mean_s} s");
        assert!((30..=40).contains(&moves), "seed {seed}: {moves} moves");
        assert!((1.0e6..=1.2e6).contains(&most_w), "seed {seed}: {most_w} W");
        assert!(least_w < -0.7e6, "lowering gives back: {least_w} W");
        assert!((f64::from(moves) - rig.get("Stat.Moves")).abs() <= 1.0);
        assert_eq!((rig.get("Alm.Word[1]"), rig.crane.truth().collisions), (0.0, 0));
    }
}

#[test]
fn an_operator_whose_load_swings_wildly_does_without_help_and_goes_on_working() {
    let mut rig = at_work(4, 6.0);
    rig.run(120.0);
    rig.set("Par.AsGain", -1.0);
    rig.set("Par.AsDelay", 0.9);
    let (mut widest_deg, mut wild_s) = (0.0_f64, 0.0);
    let moves = rig.crane.truth().moves;
    rig.watch(900.0, |rig| {
        let sway_deg = rig.crane.truth().sway_deg[0].abs();
        widest_deg = widest_deg.max(sway_deg);
        wild_s += if sway_deg > 20.0 { 0.02 } else { 0.0 };
    });
    assert!((14.0..=40.0).contains(&widest_deg), "{widest_deg} degrees");
    assert!(wild_s < 30.0, "{wild_s} s");
    assert_eq!(rig.get("Cmd.AntiSwayOn"), 0.0);
    let done = rig.crane.truth().moves - moves;
    assert!(done >= 5, "{done} moves");
}

#[test]
fn a_cycle_passes_through_its_states_in_their_order() {
    let mut rig = at_work(3, 3.0);
    let mut states = Vec::new();
    rig.watch(200.0, |rig| {
        let state = rig.get("Cycle.State");
        if states.last() != Some(&state) {
            states.push(state);
        }
    });
    let order = [2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 2.0];
    assert!(states.windows(order.len()).any(|part| part == order), "{states:?}");
}

/// The widest sway while the crane works, with one signal changed after a minute.
fn widest_deg(change: Option<(&str, f64)>) -> f64 {
    let mut rig = at_work(4, 3.0);
    rig.run(60.0);
    if let Some((name, number)) = change {
        rig.set(name, number);
    }
    let mut widest: f64 = 0.0;
    rig.watch(400.0, |rig| widest = widest.max(rig.crane.truth().sway_deg[0].abs()));
    widest
}

#[test]
fn without_shaping_the_load_clearly_swings_wider() {
    let usual = widest_deg(None);
    assert!((4.0..6.0).contains(&usual), "{usual}");
    let off = widest_deg(Some(("Cmd.AntiSwayOn", 0.0)));
    assert!(off > 1.5 * usual, "{off} {usual}");
    let no_gain = widest_deg(Some(("Par.AsGain", 0.0)));
    assert!(no_gain > 1.3 * usual, "{no_gain} {usual}");
    let wrong_sign = widest_deg(Some(("Par.AsGain", -1.0)));
    assert!(wrong_sign > 1.5 * usual, "{wrong_sign} {usual}");
}

#[test]
fn raising_the_overload_limit_lets_a_load_up_that_was_refused() {
    let mut rig = Rig::with_box(70_000.0);
    rig.set("Par.OverloadPct", 100.0);
    rig.run(1.0);
    let start = rig.crane.truth().hoist_m;
    rig.set("Cmd.HoistRef", 30.0);
    rig.run(5.0);
    assert!(rig.get("Lim.Overload") == 1.0 && rig.crane.truth().hoist_m < start + 0.1);
    rig.set("Par.OverloadPct", 150.0);
    rig.run(6.0);
    assert!(rig.get("Lim.Overload") == 0.0 && rig.crane.truth().hoist_m > start + 2.0);
}

#[test]
fn a_load_cell_gain_changes_what_is_weighed_and_not_what_hangs() {
    let mut rig = Rig::with_box(30_000.0);
    assert!((rig.get("Load.Net") - 30.0).abs() < 0.4, "{}", rig.get("Load.Net"));
    rig.set("Par.LcGain", 0.9);
    rig.run(5.0);
    assert!((rig.get("Load.Net") - (45.0 * 0.9 - 15.0)).abs() < 0.4, "{}", rig.get("Load.Net"));
    assert_eq!(rig.crane.truth().cargo_kg, 30_000.0);
}

#[test]
fn a_stopped_controller_lets_brakes_fall_and_the_load_swing_on() {
    let mut rig = at_work(5, 0.0);
    for _ in 0..4000 {
        let truth = rig.crane.truth();
        if truth.cargo_kg > 0.0 && truth.trolley_m_s < -2.5 && truth.hoist_m_s.abs() < 0.01 {
            break;
        }
        rig.run(0.1);
    }
    assert!(rig.crane.truth().trolley_m_s < -2.4);
    let (before, heartbeat) = (rig.image.clone(), rig.get("Plc.Heartbeat"));
    rig.running = false;
    rig.run(0.5);
    assert_eq!(rig.crane.truth().brakes_open, [false; 3]);
    rig.run(5.0);
    assert_eq!(rig.get("Plc.Heartbeat"), heartbeat);
    // The desk's commands still arrive; what the controller writes stays as it was.
    assert_eq!(rig.image.block(100), before.block(100));
    let mut passings = Vec::new();
    let mut last = rig.crane.truth().sway_deg[0];
    rig.watch(60.0, |rig| {
        let truth = rig.crane.truth();
        if last < 0.0 && truth.sway_deg[0] >= 0.0 {
            passings.push(truth.time_s);
        }
        last = truth.sway_deg[0];
    });
    let periods = passings.len() - 1;
    let measured = (passings[periods] - passings[0]) / periods as f64;
    let rope_m = 45.0 - rig.crane.truth().hoist_m;
    let theory = TAU * (rope_m / 9.81).sqrt();
    assert!((measured / theory - 1.0).abs() < 0.02, "{measured} {theory}");
    // Started again, the operator switches on and works on.
    let moves = rig.crane.truth().moves;
    rig.running = true;
    rig.run(300.0);
    assert!(rig.crane.truth().moves > moves && rig.get("Ctrl.On") == 1.0);
}

#[test]
fn a_seed_gives_the_same_memory_and_another_seed_another() {
    let after = |seed| {
        let mut rig = at_work(seed, 8.0);
        rig.run(600.0);
        rig.image
    };
    assert_eq!(after(6), after(6));
    assert_ne!(after(6), after(7));
}

#[test]
fn settings_that_cannot_be_are_told_by_their_key() {
    let refused = |settings: Settings| Crane::new(&settings).map(|_| ()).unwrap_err().to_string();
    let told = refused(Settings { wind_m_s: -1.0, ..Settings::default() });
    assert_eq!(told, "wind_m_s must be 0 or more, found -1");
    let told = refused(Settings { skill: f64::NAN, ..Settings::default() });
    assert_eq!(told, "skill must be positive, found NaN");
}

#[test]
fn how_time_is_cut_changes_nothing() {
    let (mut whole, mut cut) = (at_work(8, 8.0), at_work(8, 8.0));
    whole.run(100.0);
    for step in 1..=1000 {
        cut.crane.advance(&mut cut.image, true, f64::from(step) * 0.1 + 0.003);
    }
    assert_eq!(whole.image, cut.image);
}

#[test]
fn an_operator_who_was_stopped_resets_and_works_on() {
    let mut rig = at_work(9, 3.0);
    rig.run(130.0);
    rig.set("Cmd.StopAll", 1.0);
    rig.run(1.0);
    assert_eq!(rig.get("Ctrl.On"), 0.0);
    let moves = rig.crane.truth().moves;
    rig.run(400.0);
    assert!(rig.crane.truth().moves >= moves + 2, "{}", rig.crane.truth().moves);
}

#[test]
fn a_days_trucks_make_an_hour_of_25_to_33_moves() {
    let mut rig = Rig::of(&Settings { truck_wait_s: 25.0, ..Settings::default() });
    rig.run(3600.0);
    let moves = rig.crane.truth().moves;
    assert!((25..=34).contains(&moves), "{moves}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    /// Whatever stands in commands and parameters, the crane is somewhere, and says so in numbers.
    #[test]
    fn any_bytes_in_commands_and_parameters_are_survived(
        commands in proptest::collection::vec(any::<u8>(), 41),
        parameters in proptest::collection::vec(any::<u8>(), 86),
    ) {
        let mut rig = at_work(10, 10.0);
        rig.run(45.0);
        rig.image.block_mut(110).unwrap().copy_from_slice(&commands);
        rig.image.block_mut(120).unwrap().copy_from_slice(&parameters);
        rig.run(20.0);
        let truth = rig.crane.truth();
        let places = [truth.trolley_m, truth.hoist_m, truth.gantry_m, truth.load_m.x, truth.load_m.z, truth.total_j];
        prop_assert!(places.iter().all(|place| place.is_finite()), "{truth:?}");
    }
}

/// `cargo test --release -p quaywatch-crane --test cycle -- --ignored --nocapture`
#[test]
#[ignore = "a measurement, on an idle machine and in release"]
fn a_crane_hour_takes_less_than_two_seconds() {
    let mut crane = Crane::new(&Settings::default()).unwrap();
    let mut image = Image::default();
    crane.commission(&mut image);
    let started = Instant::now();
    crane.advance(&mut image, true, 3600.0);
    let took = started.elapsed();
    eprintln!("a crane-hour takes {took:?}");
    assert!(took.as_secs_f64() < 2.0, "{took:?}");
}
