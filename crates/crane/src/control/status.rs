use super::{Controller, Sensed};
use crate::image::Image;
use crate::tags::{Kind, Tag, Value, find};

/// What the status signals are made of.
pub(super) struct Told<'a> {
    pub(super) controller: &'a Controller,
    pub(super) seen: &'a Sensed,
}

type Says = fn(&Told) -> f64;
type Signal = (&'static str, Says);

/// What each status signal says. `Time.Plc` is told apart, `Id.*` are not the controller's to tell.
#[rustfmt::skip]
const SIGNALS: &[Signal] = &[
    ("Hoist.Pos", |told| told.seen.hoist_m),
    ("Hoist.Spd", |told| told.seen.hoist_m_s),
    ("Hoist.SpdRef", |told| told.controller.motion.hoist.speed_m_s),
    ("Hoist.Torque", |told| told.seen.hoist_torque),
    ("Hoist.Power", |told| told.seen.hoist_w / 1000.0),
    ("Hoist.MotTemp", |told| told.seen.hoist_degc),
    ("Hoist.RopeLen", |told| told.seen.rope_m),
    ("Trolley.Pos", |told| told.seen.trolley_m),
    ("Trolley.Spd", |told| told.seen.trolley_m_s),
    ("Trolley.SpdRef", |told| told.controller.motion.trolley.speed_m_s),
    ("Trolley.Torque", |told| told.seen.trolley_torque),
    ("Trolley.MotTemp", |told| told.seen.trolley_degc),
    ("Gantry.Pos", |told| told.seen.gantry_m),
    ("Gantry.Spd", |told| told.seen.gantry_m_s),
    ("Boom.Angle", |told| told.seen.boom_deg),
    ("Load.Gross", |told| told.controller.weight.gross_t),
    ("Load.Net", |told| told.controller.weight.net_t.max(-2.0)),
    ("Load.LC[1]", |told| told.controller.weight.corners_t[0]),
    ("Load.LC[2]", |told| told.controller.weight.corners_t[1]),
    ("Load.LC[3]", |told| told.controller.weight.corners_t[2]),
    ("Load.LC[4]", |told| told.controller.weight.corners_t[3]),
    ("Load.EccX", |told| told.controller.weight.eccentric_percent[0]),
    ("Load.EccY", |told| told.controller.weight.eccentric_percent[1]),
    ("Sway.X", |told| told.seen.sway_rad[0].to_degrees()),
    ("Sway.Y", |told| told.seen.sway_rad[1].to_degrees()),
    ("Skew.Ang", |told| told.seen.skew_rad.to_degrees()),
    ("Wind.Spd", |told| told.controller.wind.ten_s),
    ("Wind.Gust3s", |told| told.controller.wind.three_s),
    ("Wind.Dir", |told| told.seen.wind_deg),
    ("Pwr.ActiveP", |told| told.seen.total_w / 1000.0),
    ("Pwr.Voltage", |told| 650.0 - 0.02 * told.seen.total_w / 1000.0),
    ("Hyd.Press", |told| if told.controller.turning() { 115.0 } else { 90.0 }),
    ("Ctrl.Mode", |told| f64::from(told.controller.mode() as u8)),
    ("Cycle.State", |told| f64::from(told.controller.state as u8)),
    ("Spr.Len", |told| told.seen.spreader_ft),
    ("Plc.Heartbeat", |told| ((told.controller.cycles / 5) % 65_536) as f64),
    ("Hoist.BrkOpen", |told| told.seen.hoist_open.into()),
    ("Trolley.BrkOpen", |told| told.seen.trolley_open.into()),
    ("Gantry.BrkOpen", |told| told.seen.gantry_open.into()),
    ("Spr.Landed[1]", |told| told.seen.landed[0].into()),
    ("Spr.Landed[2]", |told| told.seen.landed[1].into()),
    ("Spr.Landed[3]", |told| told.seen.landed[2].into()),
    ("Spr.Landed[4]", |told| told.seen.landed[3].into()),
    ("Spr.Locked", |told| told.seen.locked.into()),
    ("Spr.Unlocked", |told| told.seen.unlocked.into()),
    ("Spr.Twin", |told| told.controller.desk.twin.into()),
    ("Lim.HoistUp", |told| (told.seen.hoist_m > told.controller.parameters.hoist_max_m - 0.1).into()),
    ("Lim.HoistDn", |told| (told.seen.hoist_m < told.controller.parameters.hoist_min_m + 0.1).into()),
    ("Lim.HoistUpUlt", |told| told.seen.at_ultimate.into()),
    ("Lim.TrolSea", |told| (told.seen.trolley_m > told.controller.parameters.trolley_max_m - 0.1).into()),
    ("Lim.TrolLand", |told| (told.seen.trolley_m < told.controller.parameters.trolley_min_m + 0.1).into()),
    ("Lim.SlackRope", |told| told.controller.slack.into()),
    ("Lim.Overload", |told| told.controller.overloaded.into()),
    ("Lim.Ecc", |told| told.controller.eccentric.into()),
    ("Lim.Snag", |told| told.controller.trips.has(super::Trip::Snag).into()),
    ("Lim.WindWarn", |told| (told.controller.wind.three_s > told.controller.parameters.wind_warn_m_s).into()),
    ("Lim.WindTrip", |told| told.controller.wind_tripped.into()),
    ("Safe.EstopOk", |told| (!told.controller.desk.emergency_stop).into()),
    ("Safe.WdOk", |told| (!told.controller.trips.has(super::Trip::Watchdog)).into()),
    ("Ctrl.On", |told| told.controller.on.into()),
    ("Ctrl.Remote", |told| told.controller.remote.into()),
    ("Boom.Latched", |told| (told.seen.boom_deg <= 0.0).into()),
    ("Storm.PinIn", |told| told.controller.desk.storm_pin.into()),
    ("Bypass.Active", |told| told.controller.bypass.active().into()),
    ("Key.Run", |told| told.controller.desk.run_key.into()),
    ("Stat.Moves", |told| told.controller.counters.moves.into()),
    ("Stat.HoistHrs", |told| told.controller.counters.hoist_s / 3600.0),
    ("Stat.OvlCount", |told| told.controller.counters.overloads.into()),
    ("Stat.BypassCnt", |told| told.controller.counters.bypasses.into()),
    ("Pwr.Energy", |told| told.seen.total_j / 3.6e6),
];

/// The alarm words, which are told when they change.
const ALARMS: &[Signal] = &[
    ("Alm.Word[1]", |told| told.controller.trips.word().into()),
    ("Alm.Word[2]", |told| told.controller.refused.into()),
    ("Alm.Word[3]", |told| told.controller.warnings(told.seen).into()),
];

/// What was last told of alarms; before anything was, what no word is.
pub(super) type ToldAlarms = [f64; ALARMS.len()];
pub(super) const NOT_TOLD: ToldAlarms = [f64::NAN; ALARMS.len()];

/// Where the status signals are in the controller's memory.
#[derive(Debug, Clone)]
pub(super) struct Places {
    signals: Vec<(&'static Tag, Says)>,
    alarms: Vec<(&'static Tag, Says)>,
    time: Option<&'static Tag>,
}

impl Places {
    pub(super) fn new() -> Self {
        let found =
            |all: &[Signal]| all.iter().filter_map(|(name, says)| Some((find(name)?, *says))).collect();
        Self { signals: found(SIGNALS), alarms: found(ALARMS), time: find("Time.Plc") }
    }

    pub(super) fn write(&self, image: &mut Image, told: &Told) {
        for (tag, says) in &self.signals {
            put(image, tag, says(told));
        }
    }

    /// Tells the alarm words that are others than they were: alarms come and go, and are not told again meanwhile. Who
    /// writes one away has it away until then.
    pub(super) fn write_alarms(&self, image: &mut Image, told: &Told, before: ToldAlarms) -> ToldAlarms {
        let mut now = before;
        for ((tag, says), last) in self.alarms.iter().zip(&mut now) {
            let word = says(told);
            if word != *last {
                put(image, tag, word);
                *last = word;
            }
        }
        now
    }

    pub(super) fn write_time(&self, image: &mut Image, unix_s: f64) {
        if let Some(tag) = self.time {
            // The signal is of this kind.
            let _ = image.set(tag, &Value::DateTime(super::clock::date_and_time(unix_s)));
        }
    }
}

/// Sets a signal to a number, in the way it is stored.
pub(super) fn put(image: &mut Image, tag: &Tag, number: f64) {
    let value = match tag.kind {
        Kind::Real => Value::Real(number as f32),
        Kind::Bool => Value::Bool(number != 0.0),
        _ => Value::Whole(number.round() as i64),
    };
    // The kind is the signal's own: it fits.
    let _ = image.set(tag, &value);
}

#[cfg(test)]
mod tests {
    use super::{ALARMS, SIGNALS};
    use crate::tags::{Access, TAGS, find};

    #[test]
    fn every_status_signal_is_told_and_nothing_else() {
        for (name, _) in SIGNALS.iter().chain(ALARMS) {
            assert_eq!(find(name).map(|tag| tag.access), Some(Access::Status), "{name}");
        }
        let told = |name: &str| SIGNALS.iter().chain(ALARMS).any(|(other, _)| *other == name);
        let untold: Vec<&str> = TAGS
            .iter()
            .filter(|tag| tag.access == Access::Status && !told(tag.name))
            .map(|tag| tag.name)
            .collect();
        let elsewhere =
            |name: &&str| name.starts_with("Id.") || *name == "Time.Plc" || name.starts_with("Alm.Word");
        assert!(untold.iter().all(elsewhere), "{untold:?}");
    }
}
