use crate::image::Image;
use crate::tags::{Tag, Value, find};

/// What the operator's desk asks, as it stands in the controller's memory.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Commands {
    /// The hoist's stick, -1 to 1; up is positive.
    pub hoist: f64,
    /// The trolley's stick; seaward is positive.
    pub trolley: f64,
    /// The gantry's stick.
    pub gantry: f64,
    /// Control is switched on.
    pub on: bool,
    /// Twistlocks shut.
    pub lock: bool,
    /// Twistlocks open.
    pub unlock: bool,
    /// The anti-sway control is on.
    pub anti_sway: bool,
    /// Faults are to be forgotten.
    pub reset: bool,
    /// Limits are to be bypassed.
    pub bypass: bool,
    /// Everything stops.
    pub stop: bool,
}

impl Commands {
    /// Whether some motion is asked.
    pub(super) fn moving(&self) -> bool {
        self.hoist != 0.0 || self.trolley != 0.0 || self.gantry != 0.0
    }
}

/// Where the commands are in the controller's memory.
#[derive(Debug, Clone)]
pub(super) struct Places {
    sticks: [Option<&'static Tag>; 3],
    switches: [Option<&'static Tag>; 7],
}

impl Places {
    pub(super) fn new() -> Self {
        Self {
            sticks: ["Cmd.HoistRef", "Cmd.TrolRef", "Cmd.GantryRef"].map(find),
            switches: [
                "Cmd.ControlOn",
                "Cmd.Lock",
                "Cmd.Unlock",
                "Cmd.AntiSwayOn",
                "Cmd.FaultReset",
                "Cmd.BypassReq",
                "Cmd.StopAll",
            ]
            .map(find),
        }
    }

    pub(super) fn read(&self, image: &Image) -> Commands {
        let [hoist, trolley, gantry] = self.sticks.map(|tag| match tag.map(|tag| image.get(tag)) {
            Some(Value::Real(percent)) if percent.is_finite() => {
                (f64::from(percent) / 100.0).clamp(-1.0, 1.0)
            }
            _ => 0.0,
        });
        let [on, lock, unlock, anti_sway, reset, bypass, stop] =
            self.switches.map(|tag| tag.is_some_and(|tag| image.get(tag) == Value::Bool(true)));
        Commands { hoist, trolley, gantry, on, lock, unlock, anti_sway, reset, bypass, stop }
    }
}
