//! What happens at the crane: no packet tells it.

use super::{Amount, Going, Stage, few};
use crate::lan::later;
use crate::station::Station;
use crate::world::World;
use quaywatch_crane::work::Special;
use serde::Deserialize;

/// What happens.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Crane {
    /// The wind turns to this mean, in metres a second, from this direction, in degrees.
    Wind(#[serde(deserialize_with = "few")] [f64; 2]),
    /// The key for bypassing limits is turned on or off.
    BypassKey(bool),
    /// The controller's key switch is turned to RUN or away from it.
    RunKey(bool),
    /// Emergency stop is pressed or released.
    EmergencyStop(bool),
    /// The operator's desk stays away or comes back.
    DeskLink(bool),
    /// The automation has power or has not.
    Power(bool),
    /// The wind sensor stands at this, in metres a second.
    WindSensorStandsAt(Amount),
    /// The trolley's encoder counts so many metres for one.
    TrolleyEncoderScale(Amount),
    /// The hoist's encoder does.
    HoistEncoderScale(Amount),
    /// Each load cell tells this part of what it carries.
    LoadCellsGain(Amount),
    /// All four landed switches say this, whatever is below them.
    LandedSwitches(bool),
    /// All sensors are right again.
    SensorsRight(bool),
    /// The next box weighs the first and is declared to weigh the second, in kilograms.
    NextBox(#[serde(deserialize_with = "few")] [f64; 2]),
    /// The next lift is a hatch cover of this mass, in kilograms.
    NextHatchCover(Amount),
    /// From now on, so many seconds of what the controller tells the network are kept.
    Record(f64),
    /// From now on the network is told what was kept.
    Replay(bool),
    /// Time passes.
    PauseS(f64),
}

impl Crane {
    /// Begins it.
    pub(super) fn begin(&self, stage: &Stage, world: &mut World) -> Result<Going, String> {
        let now = world.now();
        if let Self::Power(on) = *self {
            let plc = stage.host(world, "plc")?;
            world.lan.host_mut(plc).into_iter().for_each(|host| host.up = on);
        }
        let station = world.stations.get_mut(stage.place.station).ok_or("there is no crane")?;
        match *self {
            Self::PauseS(pause_s) => return Ok(Going::Until(later(now, (pause_s * 1e9) as i64))),
            Self::Record(length_s) => station.record(length_s),
            Self::Replay(true) => station.replay(now),
            Self::Replay(false) => station.stop_replay(),
            Self::Power(on) => station.dark = !on,
            _ => self.change(stage, station),
        }
        Ok(Going::Done)
    }

    fn change(&self, stage: &Stage, station: &mut Station) {
        let crane = &mut station.crane;
        match *self {
            Self::Wind([mean_m_s, from_deg]) => crane.set_wind(mean_m_s, from_deg),
            Self::BypassKey(on) => crane.desk.bypass_key = on,
            Self::RunKey(on) => crane.desk.run_key = on,
            Self::EmergencyStop(on) => crane.desk.emergency_stop = on,
            Self::DeskLink(on) => crane.desk.link = on,
            Self::WindSensorStandsAt(ref wind_m_s) => crane.lies_mut().wind_m_s = Some(stage.draw(wind_m_s)),
            Self::TrolleyEncoderScale(ref scale) => crane.lies_mut().trolley_scale = stage.draw(scale),
            Self::HoistEncoderScale(ref scale) => crane.lies_mut().hoist_scale = stage.draw(scale),
            Self::LoadCellsGain(ref gain) => crane.lies_mut().cells_gain = stage.draw(gain),
            Self::LandedSwitches(landed) => crane.lies_mut().landed = Some(landed),
            Self::SensorsRight(_) => *crane.lies_mut() = quaywatch_crane::plant::Lies::default(),
            Self::NextBox([mass_kg, declared_kg]) => crane.expect(Special::Box { mass_kg, declared_kg }),
            Self::NextHatchCover(ref mass_kg) => {
                crane.expect(Special::HatchCover { mass_kg: stage.draw(mass_kg) });
            }
            Self::Power(_) | Self::Record(_) | Self::Replay(_) | Self::PauseS(_) => {}
        }
    }
}
