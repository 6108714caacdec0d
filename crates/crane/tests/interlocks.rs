//! For each interlock an attempt to get past it, by commands and parameters as anybody on the network can write them.

mod rig;

use glam::DVec2;
use quaywatch_crane::plant::Cargo;
use rig::Rig;

#[test]
fn i1_nothing_is_lifted_with_twistlocks_between_their_ends() {
    let mut rig = Rig::with_box(20_000.0);
    rig.crane.plant_mut().turn_twistlocks(0.5);
    let before = rig.crane.truth().hoist_m;
    rig.set("Cmd.HoistRef", 100.0);
    rig.run(5.0);
    assert!(rig.crane.truth().hoist_m < before + 0.3);
    assert!(rig.refuses(1));
}

#[test]
fn i2_a_box_in_the_air_is_not_let_go() {
    let mut rig = Rig::with_box(20_000.0);
    rig.set("Cmd.Unlock", 1.0);
    rig.run(5.0);
    assert_eq!((rig.get("Spr.Locked"), rig.get("Spr.Unlocked")), (1.0, 0.0));
    assert!(rig.refuses(2) && rig.crane.truth().cargo_kg > 0.0);
}

#[test]
fn i3_an_overload_stops_within_half_a_second_and_may_only_be_lowered() {
    let mut rig = Rig::with_box(60_000.0);
    rig.set("Cmd.HoistRef", 100.0);
    rig.run(4.0);
    assert!(rig.crane.truth().hoist_m_s > 1.0);
    let counted = rig.get("Stat.OvlCount");
    rig.set("Par.SWL", 41.0);
    rig.run(0.5);
    assert!(rig.crane.truth().hoist_m_s < 0.02, "{}", rig.crane.truth().hoist_m_s);
    rig.run(3.0);
    assert!(rig.refuses(3) && rig.get("Lim.Overload") == 1.0 && rig.get("Stat.OvlCount") == counted + 1.0);
    let before = rig.crane.truth().hoist_m;
    rig.set("Cmd.HoistRef", -30.0);
    rig.run(4.0);
    assert!(rig.crane.truth().hoist_m < before - 1.0);
}

#[test]
fn i3_a_load_far_off_its_middle_is_not_lifted() {
    let mut rig = Rig::unmanned();
    rig.hang(Cargo { off_centre: DVec2::new(0.0, 0.22), ..Cargo::default() });
    rig.set("Cmd.HoistRef", 30.0);
    rig.run(4.0);
    assert!(rig.refuses(3) && rig.get("Lim.Ecc") == 1.0, "{}", rig.get("Load.EccY"));
    assert!((rig.get("Load.EccY") - 22.0).abs() < 1.0);
    assert!(rig.crane.truth().hoist_m_s < 0.02);
}

#[test]
fn i3_a_snag_stops_the_hoist_before_the_ropes_break() {
    let mut rig = Rig::unmanned();
    rig.set("Cmd.HoistRef", 50.0);
    rig.run(3.0);
    rig.crane.desk.caught = true;
    let mut most: f64 = 0.0;
    rig.watch(2.0, |rig| most = most.max(rig.crane.truth().tension_n));
    assert_eq!(rig.get("Lim.Snag"), 1.0);
    assert!(rig.crane.truth().hoist_m_s.abs() < 0.02 && most < 5.0e6, "{most}");
}

#[test]
fn i4_the_hoist_stops_at_its_end_and_the_hard_wired_switch_holds_where_the_parameter_was_changed() {
    let mut rig = Rig::unmanned();
    rig.set("Cmd.HoistRef", 100.0);
    rig.run(20.0);
    let height = rig.crane.truth().hoist_m;
    assert!((43.5..44.1).contains(&height), "{height}");
    assert!(rig.get("Lim.HoistUp") == 1.0 && rig.refuses(4));
    rig.set("Par.HoistLimMax", 60.0);
    rig.run(10.0);
    assert_eq!((rig.get("Lim.HoistUpUlt"), rig.get("Ctrl.On")), (1.0, 0.0));
    assert!(rig.crane.truth().hoist_m < 44.7);
}

#[test]
fn i5_the_trolley_stops_at_its_ends_and_goes_to_sea_only_with_the_boom_down() {
    let mut rig = Rig::unmanned();
    let mut furthest: f64 = 0.0;
    rig.set("Cmd.TrolRef", 100.0);
    rig.watch(60.0, |rig| furthest = furthest.max(rig.crane.truth().trolley_m));
    assert!((47.0..49.2).contains(&furthest) && rig.refuses(5), "{furthest}");

    let mut rig = Rig::unmanned();
    rig.crane.desk.boom = 1;
    rig.run(10.0);
    rig.crane.desk.boom = 0;
    assert!(rig.get("Boom.Angle") > 1.0 && rig.get("Boom.Latched") == 0.0);
    rig.set("Cmd.TrolRef", 100.0);
    rig.run(30.0);
    assert!(rig.crane.truth().trolley_m < 3.0 && rig.refuses(5), "{}", rig.crane.truth().trolley_m);
}

#[test]
fn i6_the_gantry_waits_for_the_load_to_be_out_of_the_way_and_for_the_storm_pin() {
    let mut rig = Rig::unmanned();
    let start = rig.crane.truth().gantry_m;
    rig.set("Cmd.GantryRef", 100.0);
    rig.run(10.0);
    assert!(rig.crane.truth().gantry_m > start + 3.0, "parked between the legs it travels");
    rig.crane.desk.storm_pin = true;
    rig.run(6.0);
    let held = rig.crane.truth().gantry_m;
    rig.run(5.0);
    assert!(rig.refuses(6) && (rig.crane.truth().gantry_m - held).abs() < 0.01);

    let mut rig = Rig::unmanned();
    rig.set("Cmd.TrolRef", 100.0);
    rig.run(8.0);
    rig.set("Cmd.TrolRef", 0.0);
    rig.run(15.0);
    rig.set("Cmd.GantryRef", 100.0);
    rig.run(5.0);
    assert!(
        rig.refuses(6) && (rig.crane.truth().gantry_m - start).abs() < 0.01,
        "{}",
        rig.crane.truth().trolley_m
    );
}

#[test]
fn i7_in_a_storm_the_trolley_goes_landward_only_and_the_limit_is_the_parameter() {
    let mut rig = Rig::unmanned();
    rig.crane.set_wind(30.0, 90.0);
    rig.run(15.0);
    assert_eq!((rig.get("Lim.WindWarn"), rig.get("Lim.WindTrip")), (1.0, 1.0));
    let start = rig.crane.truth().trolley_m;
    rig.set("Cmd.TrolRef", 100.0);
    rig.run(10.0);
    assert!(rig.refuses(7) && rig.crane.truth().trolley_m < start + 1.5);
    rig.set("Cmd.TrolRef", -100.0);
    rig.run(10.0);
    assert!(rig.crane.truth().trolley_m < start - 3.0, "{}", rig.crane.truth().trolley_m);
    rig.set("Par.WindTrip", 60.0);
    rig.set("Par.WindWarn", 60.0);
    rig.run(0.1);
    assert_eq!(rig.get("Lim.WindTrip"), 0.0);
}

#[test]
fn i8_slack_ropes_are_not_paid_out_further() {
    let mut rig = Rig::unmanned();
    rig.land();
    let before = rig.crane.truth().hoist_m;
    rig.set("Cmd.HoistRef", -100.0);
    rig.run(5.0);
    assert!(rig.refuses(8) && rig.crane.truth().hoist_m > before - 0.1);
}

#[test]
fn i9_emergency_stop_watchdog_and_stop_command_let_the_brakes_fall_within_half_a_second() {
    let causes: [fn(&mut Rig); 3] = [
        |rig| rig.crane.desk.emergency_stop = true,
        |rig| {
            rig.set("Par.WdMs", 100.0);
            rig.crane.desk.link = false;
        },
        |rig| rig.set("Cmd.StopAll", 1.0),
    ];
    for (number, cause) in causes.iter().enumerate() {
        let mut rig = Rig::with_box(20_000.0);
        rig.set("Cmd.HoistRef", 40.0);
        rig.set("Cmd.TrolRef", 100.0);
        rig.run(5.0);
        assert_eq!(rig.crane.truth().brakes_open[..2], [true, true]);
        cause(&mut rig);
        rig.run(0.5);
        assert_eq!(rig.crane.truth().brakes_open, [false; 3], "cause {number}");
        rig.run(3.0);
        assert_eq!((rig.get("Cycle.State"), rig.get("Ctrl.On")), (14.0, 0.0));
        assert!(rig.refuses(9));
    }
}

#[test]
fn i9_how_long_the_desk_may_be_silent_is_the_parameter() {
    for (allowed_ms, trips) in [(500.0, 1.0), (10_000.0, 0.0)] {
        let mut rig = Rig::unmanned();
        rig.set("Par.WdMs", allowed_ms);
        rig.crane.desk.link = false;
        rig.run(2.0);
        assert_eq!(1.0 - rig.get("Safe.WdOk"), trips);
    }
}

#[test]
fn i9_a_trip_stays_until_it_is_reset_after_its_cause_is_gone() {
    let mut rig = Rig::unmanned();
    rig.crane.desk.emergency_stop = true;
    rig.run(0.5);
    rig.set("Cmd.FaultReset", 1.0);
    rig.run(0.5);
    assert_eq!(rig.get("Alm.Word[1]"), 1.0);
    rig.crane.desk.emergency_stop = false;
    rig.set("Cmd.FaultReset", 0.0);
    rig.run(0.5);
    assert_eq!(rig.get("Alm.Word[1]"), 1.0);
    rig.set("Cmd.FaultReset", 1.0);
    rig.set("Cmd.ControlOn", 0.0);
    rig.run(0.5);
    rig.set("Cmd.ControlOn", 1.0);
    rig.run(0.5);
    assert_eq!((rig.get("Alm.Word[1]"), rig.get("Ctrl.On")), (0.0, 1.0));
}

/// How fast the hoist goes up at full stick.
fn fastest_m_s(rig: &mut Rig) -> f64 {
    let mut fastest: f64 = 0.0;
    rig.set("Cmd.HoistRef", 100.0);
    rig.watch(5.0, |rig| fastest = fastest.max(rig.crane.truth().hoist_m_s));
    fastest
}

#[test]
fn i10_the_heavier_the_load_the_slower_the_hoist_and_the_limits_are_the_parameters() {
    let empty = fastest_m_s(&mut Rig::unmanned());
    assert!((2.8..3.05).contains(&empty), "{empty}");
    let loaded = fastest_m_s(&mut Rig::with_box(50_000.0));
    assert!((1.4..1.56).contains(&loaded), "{loaded}");
    let mut rig = Rig::unmanned();
    rig.set("Par.HoistVEmpty", 3.25);
    assert!(fastest_m_s(&mut rig) > 3.15);
    let mut rig = Rig::with_box(50_000.0);
    rig.set("Par.HoistVLoaded", 0.8);
    assert!(fastest_m_s(&mut rig) < 0.85);
}

#[test]
fn i11_a_bypass_needs_its_key_is_slow_and_ends_by_itself() {
    let mut rig = Rig::unmanned();
    rig.set("Cmd.BypassReq", 1.0);
    rig.run(1.0);
    assert!(rig.get("Bypass.Active") == 0.0 && rig.refuses(11));
    rig.crane.desk.bypass_key = true;
    rig.run(0.1);
    assert_eq!((rig.get("Bypass.Active"), rig.get("Ctrl.Mode"), rig.get("Cycle.State")), (1.0, 4.0, 15.0));
    assert_eq!(rig.get("Stat.BypassCnt"), 1.0);
    let fastest = fastest_m_s(&mut rig);
    assert!(fastest < 0.92, "{fastest}");
    rig.set("Cmd.HoistRef", 0.0);
    rig.run(300.0);
    assert!(rig.get("Bypass.Active") == 0.0 && rig.refuses(11));
}

/// Held by people: the controller takes the value, as in the field, and tells.
#[test]
fn i12_a_parameter_changed_in_operation_acts_and_is_told() {
    let mut rig = Rig::unmanned();
    rig.set("Par.TrolV", 2.5);
    rig.run(0.1);
    assert!(rig.refuses(12));
    rig.run(12.0);
    assert!(!rig.refuses(12));
    rig.set("Cmd.ControlOn", 0.0);
    rig.run(0.1);
    rig.set("Par.TrolV", 4.0);
    rig.run(0.1);
    assert!(!rig.refuses(12));
}

#[test]
fn i13_the_telescope_does_not_move_with_a_box() {
    let mut rig = Rig::with_box(20_000.0);
    rig.crane.desk.spreader_ft = 20.0;
    rig.run(20.0);
    assert!(rig.refuses(13) && rig.get("Spr.Len") == 40.0);
    let mut rig = Rig::unmanned();
    rig.crane.desk.spreader_ft = 20.0;
    rig.run(20.0);
    assert_eq!(rig.get("Spr.Len"), 20.0);
}

#[test]
fn i14_two_stations_or_none_move_nothing() {
    for (cab, remote) in [(true, true), (false, false)] {
        let mut rig = Rig::unmanned();
        (rig.crane.desk.cab, rig.crane.desk.remote) = (cab, remote);
        let start = rig.crane.truth().hoist_m;
        rig.set("Cmd.HoistRef", 100.0);
        rig.run(3.0);
        assert!(rig.refuses(14) && (rig.crane.truth().hoist_m - start).abs() < 0.01);
    }
}
