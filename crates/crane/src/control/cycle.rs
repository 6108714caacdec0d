use super::View;
use super::interlocks::CREEP_M_S;

/// Where a crane is in its working cycle: `Cycle.State`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names of the cycle's states say what they are")]
pub enum State {
    #[default]
    Off = 0,
    Ready = 1,
    MoveToPick = 2,
    LowerToPick = 3,
    LandedPick = 4,
    Locking = 5,
    /// The ropes take up the load at a creep; it is weighed.
    SlackTake = 6,
    HoistOut = 7,
    Traverse = 8,
    LowerToDrop = 9,
    LandedDrop = 10,
    Unlocking = 11,
    HoistClear = 12,
    Return = 13,
    Fault = 14,
    Maintenance = 15,
}

/// So high a load is over the sill beam.
const OVER_SILL_M: f64 = 15.0;
/// A trolley that is no faster has arrived.
const ARRIVED_M_S: f64 = 0.3;
/// Sway at which one may lower: to pick, and to drop.
const STILL_TO_PICK_DEG: f64 = 0.6;
const STILL_TO_DROP_DEG: f64 = 0.35;
/// The hoist creeps at least so long while it takes up a load.
const WEIGHING_S: f64 = 1.2;
/// A weight that changes less than this is a weight, t/s.
const STABLE_T_S: f64 = 12.0;
/// An operator who waits longer than this takes over, and lowers a load that sways.
const PATIENCE_S: f64 = 4.0;

impl State {
    /// The state after this cycle.
    pub(super) fn next(self, view: &View) -> Self {
        let (seen, commands) = (view.seen, view.commands);
        let landed = seen.landed == [true; 4] && view.slack;
        let arrived = seen.trolley_m_s.abs() < ARRIVED_M_S;
        let lowering = commands.hoist < 0.0 && arrived;
        let clear = seen.hoist_m > view.stood_m + 3.0 && seen.hoist_m > OVER_SILL_M || !arrived;
        match self {
            _ if view.trips.any() => Self::Fault,
            _ if !view.on => Self::Off,
            _ if view.bypass => Self::Maintenance,
            Self::Off | Self::Fault | Self::Maintenance => Self::Ready,
            Self::Ready if !commands.moving() => self,
            Self::Ready if seen.unlocked => Self::MoveToPick,
            Self::Ready if landed => Self::SlackTake,
            Self::Ready => Self::Traverse,
            Self::MoveToPick | Self::LowerToPick | Self::Return if landed => Self::LandedPick,
            Self::MoveToPick | Self::HoistClear
                if lowering && view.is_still(STILL_TO_PICK_DEG, PATIENCE_S) =>
            {
                Self::LowerToPick
            }
            Self::LandedPick if commands.lock && view.landed_s >= 0.3 => Self::Locking,
            Self::LandedPick if seen.landed == [false; 4] => Self::MoveToPick,
            Self::Locking if seen.locked && !seen.unlocked => Self::SlackTake,
            Self::Locking if seen.unlocked && !commands.lock => Self::LandedPick,
            Self::SlackTake if seen.unlocked => Self::MoveToPick,
            Self::SlackTake if view.weighed(WEIGHING_S, STABLE_T_S) => Self::HoistOut,
            Self::HoistOut if clear => Self::Traverse,
            Self::HoistOut | Self::Traverse | Self::LowerToDrop if landed => Self::LandedDrop,
            Self::Traverse if lowering && view.is_still(STILL_TO_DROP_DEG, PATIENCE_S) => Self::LowerToDrop,
            Self::LandedDrop if commands.unlock && view.landed_s >= 0.3 => Self::Unlocking,
            Self::LandedDrop if seen.landed == [false; 4] => Self::Traverse,
            Self::Unlocking if seen.unlocked && !seen.locked => Self::HoistClear,
            Self::Unlocking if seen.locked && !commands.unlock => Self::LandedDrop,
            Self::HoistClear if clear => Self::Return,
            Self::Return if arrived && view.state_s > 2.0 => Self::MoveToPick,
            _ => self,
        }
    }

    /// The fastest a state lets the hoist go up.
    pub(super) const fn up_m_s(self) -> f64 {
        match self {
            Self::Locking | Self::SlackTake => CREEP_M_S,
            _ => f64::MAX,
        }
    }
}
