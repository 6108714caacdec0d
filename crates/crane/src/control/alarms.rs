use super::{Controller, Sensed};

/// What a bit in the alarm words means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alarm {
    /// Which `Alm.Word`, from 1.
    pub word: u8,
    /// Which bit, from 0.
    pub bit: u8,
    /// What it says.
    pub text: &'static str,
}

const fn alarm(word: u8, bit: u8, text: &'static str) -> Alarm {
    Alarm { word, bit, text }
}

/// All alarms. Word 1: trips, kept until they are reset. Word 2: interlocks that refuse something now. Word 3: warnings.
/// Words 4 to 8 are spare and stay 0.
pub const ALARMS: &[Alarm] = &[
    alarm(1, 0, "emergency stop"),
    alarm(1, 1, "watchdog: the desk is silent"),
    alarm(1, 2, "stopped by command"),
    alarm(1, 3, "twistlocks both locked and unlocked"),
    alarm(1, 4, "snag load"),
    alarm(1, 5, "hoist at its ultimate upper limit"),
    alarm(1, 6, "hoist overspeed"),
    alarm(2, 0, "I1: no hoisting, twistlocks are between their ends"),
    alarm(2, 1, "I2: no unlocking, not landed or load on"),
    alarm(2, 2, "I3: no hoisting, overload or eccentric load"),
    alarm(2, 3, "I4: hoist at its limit"),
    alarm(2, 4, "I5: trolley at its limit, or boom not down"),
    alarm(2, 5, "I6: no gantry travel, load in the way or storm pin in"),
    alarm(2, 6, "I7: wind, park the crane"),
    alarm(2, 7, "I8: no lowering, slack rope"),
    alarm(2, 8, "I9: tripped, reset first"),
    alarm(2, 9, "I10: faster than the load allows"),
    alarm(2, 10, "I11: bypass refused or expired"),
    alarm(2, 11, "I12: parameter changed in operation"),
    alarm(2, 12, "I13: spreader length locked, box or landed"),
    alarm(2, 13, "I14: two stations, or none, in control"),
    alarm(3, 0, "wind warning"),
    alarm(3, 1, "wind above the working limit"),
    alarm(3, 2, "hoist motor hot"),
    alarm(3, 3, "trolley motor hot"),
    alarm(3, 4, "large sway"),
    alarm(3, 5, "large skew"),
    alarm(3, 6, "anti-sway off"),
    alarm(3, 7, "key switch not in RUN"),
];

/// From here on a motor is hot.
const HOT_DEGC: f64 = 140.0;
const LARGE_SWAY_DEG: f64 = 8.0;
const LARGE_SKEW_DEG: f64 = 4.0;

impl Controller {
    /// `Alm.Word[3]`.
    pub(super) fn warnings(&self, seen: &Sensed) -> u16 {
        let sway = seen.sway_rad.iter().fold(0.0, |most: f64, angle| most.max(angle.abs()));
        let all = [
            self.wind.three_s > self.parameters.wind_warn_m_s,
            self.wind_tripped,
            seen.hoist_degc > HOT_DEGC,
            seen.trolley_degc > HOT_DEGC,
            sway.to_degrees() > LARGE_SWAY_DEG,
            seen.skew_rad.to_degrees().abs() > LARGE_SKEW_DEG,
            self.on && !self.commands.anti_sway,
            !self.desk.run_key,
        ];
        all.iter().enumerate().fold(0, |word, (bit, on)| word | u16::from(*on) << bit)
    }
}

#[cfg(test)]
mod tests {
    use super::ALARMS;
    use std::collections::HashSet;

    #[test]
    fn every_alarm_has_a_bit_of_its_own_and_every_interlock_an_alarm() {
        let places: HashSet<(u8, u8)> = ALARMS.iter().map(|alarm| (alarm.word, alarm.bit)).collect();
        assert_eq!(places.len(), ALARMS.len());
        for alarm in ALARMS.iter().filter(|alarm| alarm.word == 2) {
            assert!(alarm.text.starts_with(&format!("I{}:", alarm.bit + 1)), "{}", alarm.text);
        }
        assert_eq!(ALARMS.iter().filter(|alarm| alarm.word == 2).count(), 14);
    }
}
