use super::Actuation;
use crate::machine::Machine;

/// The spreader's moving parts.
#[derive(Debug, Clone)]
pub(super) struct Spreader {
    /// How far the twistlocks are turned: 0 open, 1 shut.
    pub(super) turned: f64,
    /// How long the telescope is, in feet.
    pub(super) feet: f64,
}

impl Default for Spreader {
    fn default() -> Self {
        Self { turned: 0.0, feet: 40.0 }
    }
}

impl Spreader {
    pub(super) fn step(&mut self, machine: &Machine, actuation: &Actuation, step_s: f64) {
        let way = f64::from(i8::from(actuation.lock) - i8::from(actuation.unlock));
        self.turned = (self.turned + way * step_s / machine.twistlock_s).clamp(0.0, 1.0);
        if let Some(feet) = actuation.spreader_ft {
            let most = machine.telescope_ft_s * step_s;
            self.feet = (self.feet + (feet - self.feet).clamp(-most, most)).clamp(20.0, 45.0);
        }
    }
}
