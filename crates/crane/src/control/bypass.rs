use super::CYCLE_S;

/// A bypass ends by itself.
const EXPIRES_S: f64 = 300.0;

/// Limits bypassed, by key and command, for a while.
#[derive(Debug, Clone, Default)]
pub(super) struct Bypass {
    asked_s: f64,
    active: bool,
}

impl Bypass {
    /// Looks whether it is asked with the key turned; whether it has begun just now.
    pub(super) fn look(&mut self, asked: bool) -> bool {
        let begins = asked && self.asked_s == 0.0;
        self.asked_s = if asked { self.asked_s + CYCLE_S } else { 0.0 };
        self.active = asked && self.asked_s <= EXPIRES_S;
        begins
    }

    pub(super) const fn active(&self) -> bool {
        self.active
    }
}
