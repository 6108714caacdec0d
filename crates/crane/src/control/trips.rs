use super::View;

/// What stops the crane until somebody resets it: its brakes fall. The number is its bit in `Alm.Word[1]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Trip {
    /// An emergency stop was pressed.
    EmergencyStop = 0,
    /// The desk's telegrams stayed away.
    Watchdog = 1,
    /// `Cmd.StopAll` was set.
    StopAll = 2,
    /// The twistlocks say they are shut and open.
    Twistlocks = 3,
    /// The load was caught in something.
    Snag = 4,
    /// The hard-wired upper switch was hit.
    Ultimate = 5,
    /// The hoist was faster than it may ever be.
    Overspeed = 6,
}

/// Faster than the parameter by this, the hoist is stopped.
const OVERSPEED: f64 = 1.15;
/// So far above what it stood on, a load cannot be held by it any more.
const FREE_M: f64 = 1.0;

impl Trip {
    const ALL: [Self; 7] = [
        Self::EmergencyStop,
        Self::Watchdog,
        Self::StopAll,
        Self::Twistlocks,
        Self::Snag,
        Self::Ultimate,
        Self::Overspeed,
    ];

    fn bit(self) -> u16 {
        1 << self as u8
    }

    fn is_caused(self, view: &View) -> bool {
        let (seen, parameters) = (view.seen, view.parameters);
        match self {
            Self::EmergencyStop => view.desk.emergency_stop,
            Self::Watchdog => view.silent_s * 1000.0 > parameters.watchdog_ms,
            Self::StopAll => view.commands.stop,
            Self::Twistlocks => seen.locked && seen.unlocked,
            Self::Snag => {
                let free = seen.hoist_m > view.stood_m + FREE_M;
                free && seen.hoist_m_s > 0.05 && view.weight.rate_t_s > parameters.snag_t_s
            }
            Self::Ultimate => seen.at_ultimate && seen.hoist_m_s > 0.05,
            Self::Overspeed => seen.hoist_m_s.abs() > OVERSPEED * parameters.hoist_empty_m_s.max(0.5),
        }
    }
}

/// What tripped, kept until a reset after its cause is gone.
#[derive(Debug, Clone, Default)]
pub(super) struct Trips {
    kept: u16,
    reset_before: bool,
}

impl Trips {
    pub(super) fn look(&mut self, view: &View) {
        let causes =
            Trip::ALL.iter().filter(|trip| trip.is_caused(view)).fold(0, |bits, trip| bits | trip.bit());
        if view.commands.reset && !self.reset_before {
            self.kept = 0;
        }
        self.reset_before = view.commands.reset;
        self.kept |= causes;
    }

    pub(super) const fn any(&self) -> bool {
        self.kept != 0
    }

    /// `Alm.Word[1]`.
    pub(super) const fn word(&self) -> u16 {
        self.kept
    }

    pub(super) fn has(&self, trip: Trip) -> bool {
        self.kept & trip.bit() != 0
    }
}
