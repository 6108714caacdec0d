//! What happens at the crane: no packet tells it.

use super::{Going, Stage};
use crate::world::World;
use serde::Deserialize;

/// What happens.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Crane {
    /// The wind turns to this mean, in metres a second, from this direction, in degrees.
    Wind([f64; 2]),
    /// The key for bypassing limits is turned on or off.
    BypassKey(bool),
    /// The controller's key switch is turned to RUN or away from it.
    RunKey(bool),
    /// Emergency stop is pressed or released.
    EmergencyStop(bool),
    /// The operator's desk stays away or comes back.
    DeskLink(bool),
    /// Time passes.
    PauseS(f64),
}

impl Crane {
    /// Begins it.
    pub(super) fn begin(&self, stage: &Stage, world: &mut World) -> Result<Going, String> {
        let now = world.now();
        let crane = &mut world.stations.get_mut(stage.place.station).ok_or("there is no crane")?.crane;
        match *self {
            Self::Wind([mean_m_s, from_deg]) => crane.set_wind(mean_m_s, from_deg),
            Self::BypassKey(on) => crane.desk.bypass_key = on,
            Self::RunKey(on) => crane.desk.run_key = on,
            Self::EmergencyStop(on) => crane.desk.emergency_stop = on,
            Self::DeskLink(on) => crane.desk.link = on,
            Self::PauseS(pause_s) => {
                return Ok(Going::Until(crate::lan::later(now, (pause_s * 1e9) as i64)));
            }
        }
        Ok(Going::Done)
    }
}
