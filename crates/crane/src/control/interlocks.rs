//! The interlocks I1 to I14, each a function that takes away what is not allowed now and says whether something was asked
//! that it refuses. `Alm.Word[2]` has a bit for each: I1 is bit 0.

use super::trips::Trip;
use super::{View, cycle::State};

/// What is allowed now: speeds in each direction, in m/s, and what the spreader may do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Limits {
    pub(super) up: f64,
    pub(super) down: f64,
    pub(super) sea: f64,
    pub(super) land: f64,
    pub(super) gantry: f64,
    pub(super) lock: bool,
    pub(super) unlock: bool,
    pub(super) telescope: bool,
}

impl Limits {
    const NOTHING: Self = Self {
        up: 0.0,
        down: 0.0,
        sea: 0.0,
        land: 0.0,
        gantry: 0.0,
        lock: false,
        unlock: false,
        telescope: false,
    };

    fn at_most_part(&mut self, part: f64, view: &View) {
        self.up = self.up.min(part * view.parameters.hoist_empty_m_s);
        self.down = self.down.min(part * view.parameters.hoist_empty_m_s);
        self.sea = self.sea.min(part * view.parameters.trolley_m_s);
        self.land = self.land.min(part * view.parameters.trolley_m_s);
        self.gantry = self.gantry.min(part * GANTRY_M_S);
    }
}

/// The gantry's speed.
pub(super) const GANTRY_M_S: f64 = 0.78;
/// Taking up a load, and whatever needs care.
pub(super) const CREEP_M_S: f64 = 0.15;
/// What a bypass leaves of every speed.
const BYPASS_PART: f64 = 0.3;
/// From here on the hoist goes slowly to its upper end.
const HOIST_SLOW_M: f64 = 2.0;
/// How fast the slow zones are passed.
const SLOW_M_S: f64 = 0.5;
/// So near an end, whoever goes on is refused.
const AT_END_M: f64 = 0.3;
/// Between its legs the trolley is out of the ship's way.
const PARKED_M: [f64; 2] = [-29.0, 4.0];
/// So high the load is over every ship.
const OVER_SHIP_M: f64 = 38.0;
/// Less than this is no load, t.
const EMPTY_T: f64 = 1.0;

/// A load that bounces is light for a moment; one that is lighter for so long is not too much any more.
const LIGHT_S: f64 = 1.0;

/// All interlocks in their order: what is allowed, and which of them refuse something.
pub(super) fn judge(view: &View) -> (Limits, u16) {
    let mut limits = Limits {
        up: f64::MAX,
        down: f64::MAX,
        sea: view.parameters.trolley_m_s.max(0.0),
        land: view.parameters.trolley_m_s.max(0.0),
        gantry: GANTRY_M_S,
        lock: view.seen.landed == [true; 4],
        unlock: true,
        telescope: true,
    };
    let all: [fn(&View, &mut Limits) -> bool; 14] = [
        i01_up_only_with_twistlocks_at_an_end,
        i02_unlock_only_landed_and_unloaded,
        i03_no_lifting_of_too_much,
        i04_hoist_within_its_ends,
        i05_trolley_within_its_ends_and_over_sea_only_with_boom_down,
        i06_gantry_only_with_the_load_out_of_the_way,
        i07_wind_ends_work,
        i08_no_lowering_on_slack_ropes,
        i09_nothing_moves_after_a_trip,
        i10_no_faster_than_the_load_allows,
        i11_bypass_only_with_key_and_slowly,
        i12_no_changes_in_operation,
        i13_telescope_only_without_box,
        i14_one_station_at_a_time,
    ];
    let mut refused = 0;
    for (number, interlock) in all.iter().enumerate() {
        refused |= u16::from(interlock(view, &mut limits)) << number;
    }
    (limits, refused)
}

fn i01_up_only_with_twistlocks_at_an_end(view: &View, limits: &mut Limits) -> bool {
    if view.seen.locked != view.seen.unlocked {
        return false;
    }
    let free = view.seen.hoist_m > view.stood_m + 0.3;
    limits.up = if free { 0.0 } else { limits.up.min(CREEP_M_S) };
    free && view.commands.hoist > 0.0
}

fn i02_unlock_only_landed_and_unloaded(view: &View, limits: &mut Limits) -> bool {
    let allowed = view.seen.landed == [true; 4] && view.weight.net_t < EMPTY_T;
    limits.unlock &= allowed;
    view.commands.unlock && !allowed && !view.seen.unlocked
}

fn i03_no_lifting_of_too_much(view: &View, limits: &mut Limits) -> bool {
    if !view.overloaded && !view.eccentric {
        return false;
    }
    limits.up = 0.0;
    view.commands.hoist > 0.0
}

fn i04_hoist_within_its_ends(view: &View, limits: &mut Limits) -> bool {
    let parameters = view.parameters;
    if view.bypass {
        return false;
    }
    let above = parameters.hoist_max_m - view.seen.hoist_m;
    let below = view.seen.hoist_m - parameters.hoist_min_m;
    limits.up = limits.up.min(approach(above, view.seen.hoist_m_s, parameters.hoist_m_s2, HOIST_SLOW_M));
    limits.down = limits.down.min(approach(below, -view.seen.hoist_m_s, parameters.hoist_m_s2, HOIST_SLOW_M));
    view.commands.hoist > 0.0 && above < AT_END_M || view.commands.hoist < 0.0 && below < AT_END_M
}

fn i05_trolley_within_its_ends_and_over_sea_only_with_boom_down(view: &View, limits: &mut Limits) -> bool {
    let parameters = view.parameters;
    let (place, speed) = (view.seen.trolley_m, view.seen.trolley_m_s);
    let hinge = view.machine.boom_hinge_m - 1.0;
    let boom_down = view.seen.boom_deg <= 0.0;
    let sea_end = if boom_down { parameters.trolley_max_m } else { parameters.trolley_max_m.min(hinge) };
    let sea = approach(sea_end - place, speed, parameters.trolley_m_s2, parameters.slow_zone_m);
    let land =
        approach(place - parameters.trolley_min_m, -speed, parameters.trolley_m_s2, parameters.slow_zone_m);
    if !view.bypass || !boom_down {
        limits.sea = limits.sea.min(sea);
    }
    if !view.bypass {
        limits.land = limits.land.min(land);
    }
    let at_end = (!view.bypass || !boom_down) && sea_end - place < AT_END_M;
    let at_start = !view.bypass && place - parameters.trolley_min_m < AT_END_M;
    view.commands.trolley > 0.0 && at_end || view.commands.trolley < 0.0 && at_start
}

fn i06_gantry_only_with_the_load_out_of_the_way(view: &View, limits: &mut Limits) -> bool {
    let [from, to] = PARKED_M;
    let away = (from..=to).contains(&view.seen.trolley_m) || view.seen.hoist_m > OVER_SHIP_M;
    let quiet = view.seen.hoist_m_s.abs() <= 0.2;
    let allowed = !view.desk.storm_pin && (away && quiet || view.bypass);
    if !allowed {
        limits.gantry = 0.0;
    }
    view.commands.gantry != 0.0 && !allowed
}

/// A warning is a horn. After a trip the crane is parked: landward and slowly.
fn i07_wind_ends_work(view: &View, limits: &mut Limits) -> bool {
    if !view.wind_tripped {
        return false;
    }
    limits.at_most_part(BYPASS_PART, view);
    limits.sea = 0.0;
    limits.gantry = 0.0;
    view.commands.trolley > 0.0 || view.commands.gantry != 0.0
}

fn i08_no_lowering_on_slack_ropes(view: &View, limits: &mut Limits) -> bool {
    if !view.slack {
        return false;
    }
    limits.down = 0.0;
    view.commands.hoist < 0.0
}

fn i09_nothing_moves_after_a_trip(view: &View, limits: &mut Limits) -> bool {
    if view.on {
        return false;
    }
    *limits = Limits::NOTHING;
    view.commands.moving() && view.trips.any()
}

fn i10_no_faster_than_the_load_allows(view: &View, limits: &mut Limits) -> bool {
    let parameters = view.parameters;
    let gross_t = view.weight.hanging_t.max(0.5 * view.tare_t);
    let rated_t = view.machine.hoist_rated_load_kg / 1000.0;
    let fastest = (parameters.hoist_loaded_m_s * rated_t / gross_t).min(parameters.hoist_empty_m_s).max(0.0);
    limits.up = limits.up.min(fastest);
    limits.down = limits.down.min(fastest);
    view.trips.has(Trip::Overspeed)
}

fn i11_bypass_only_with_key_and_slowly(view: &View, limits: &mut Limits) -> bool {
    if view.bypass {
        limits.at_most_part(BYPASS_PART, view);
    }
    view.commands.bypass && !view.bypass
}

/// The controller takes a parameter from whoever writes it, as they do in the field: this one is held by people, and the
/// controller can only tell.
fn i12_no_changes_in_operation(view: &View, _: &mut Limits) -> bool {
    view.changed_s > 0.0
}

fn i13_telescope_only_without_box(view: &View, limits: &mut Limits) -> bool {
    let free = view.seen.unlocked && view.weight.net_t < EMPTY_T && view.seen.landed == [false; 4];
    limits.telescope &= free;
    !free && (view.desk.spreader_ft - view.seen.spreader_ft).abs() > 0.5
}

fn i14_one_station_at_a_time(view: &View, limits: &mut Limits) -> bool {
    if view.desk.cab != view.desk.remote {
        return false;
    }
    *limits = Limits::NOTHING;
    view.commands.moving()
}

/// How fast one may go towards an end so that one stops before it.
fn approach(left_m: f64, speed_m_s: f64, acceleration_m_s2: f64, slow_m: f64) -> f64 {
    // What is still travelled until drive and brake answer.
    let left_m = left_m - 0.35 * speed_m_s.max(0.0);
    if left_m <= 0.0 {
        return 0.0;
    }
    let stops_in_time = (1.4 * acceleration_m_s2.max(0.05) * left_m).sqrt();
    if left_m < slow_m { stops_in_time.min(SLOW_M_S) } else { stops_in_time.max(SLOW_M_S) }
}

/// Whether there is too much under the ropes, kept until there is clearly less or it stands again.
pub(super) fn overloaded(view: &View) -> bool {
    view.weight.net_t > view.parameters.overload_t() || view.overloaded && view.light_s < LIGHT_S
}

/// Whether a load hangs too far off its middle; judged once it has been weighed.
pub(super) fn eccentric(view: &View) -> bool {
    let off = view.weight.eccentric_percent.iter().fold(0.0, |most: f64, off| most.max(off.abs()));
    let hangs = matches!(view.state, State::SlackTake | State::HoistOut | State::Traverse);
    hangs
        && view.weight.net_t > 5.0
        && (view.state_s > 1.0 || view.eccentric)
        && off > view.parameters.eccentric_percent
}
