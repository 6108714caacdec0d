use crate::machine::Machine;

/// What a drive is told.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct AxisCommand {
    /// The speed it is to reach, in m/s.
    pub speed_m_s: f64,
    /// How hard it may accelerate and slow down on the way there.
    pub acceleration_m_s2: f64,
    /// The drive has torque and its brake is let open. Where this falls, the brake does.
    pub enabled: bool,
}

/// What a drive and its brake are built for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    speed: f64,
    acceleration: f64,
    jerk: f64,
    lag_s: f64,
    brake: f64,
    brake_open_s: f64,
    brake_close_s: f64,
}

impl Reach {
    pub(super) const fn hoist(machine: &Machine) -> Self {
        Self {
            speed: machine.hoist_speed_max_m_s,
            acceleration: 1.2,
            jerk: machine.hoist_jerk_m_s3,
            lag_s: machine.hoist_lag_s,
            brake: machine.hoist_brake_m_s2,
            brake_open_s: machine.brake_open_s,
            brake_close_s: machine.brake_close_s,
        }
    }

    pub(super) const fn trolley(machine: &Machine) -> Self {
        Self {
            speed: machine.trolley_speed_max_m_s,
            acceleration: 1.5,
            jerk: machine.trolley_jerk_m_s3,
            lag_s: machine.trolley_lag_s,
            brake: machine.trolley_brake_m_s2,
            brake_open_s: machine.brake_open_s,
            brake_close_s: machine.brake_close_s,
        }
    }

    pub(super) const fn gantry(machine: &Machine) -> Self {
        Self {
            speed: machine.gantry_speed_max_m_s,
            acceleration: machine.gantry_acceleration_m_s2,
            jerk: machine.gantry_jerk_m_s3,
            lag_s: 0.3,
            brake: machine.gantry_brake_m_s2,
            brake_open_s: machine.brake_open_s,
            brake_close_s: machine.brake_close_s,
        }
    }
}

/// A motor with its brake, and what it moves.
#[derive(Debug, Clone)]
pub(super) struct Drive {
    pub(super) place: f64,
    pub(super) speed: f64,
    pub(super) acceleration: f64,
    /// The brake is open.
    pub(super) open: bool,
    /// For how long the brake has been on its way.
    turning_s: f64,
    reach: Reach,
}

impl Drive {
    pub(super) const fn new(place: f64, reach: Reach) -> Self {
        Self { place, speed: 0.0, acceleration: 0.0, open: false, turning_s: 0.0, reach }
    }

    /// The motor, not the brake, decides how it moves.
    pub(super) const fn driving(&self) -> bool {
        self.open
    }

    pub(super) fn step(&mut self, command: &AxisCommand, step_s: f64) {
        self.turn_brake(command.enabled, step_s);
        if !self.open {
            let slower = self.reach.brake * step_s;
            let speed =
                if self.speed.abs() <= slower { 0.0 } else { self.speed - slower.copysign(self.speed) };
            self.acceleration = (speed - self.speed) / step_s;
            self.speed = speed;
        } else if command.enabled {
            self.follow(command, step_s);
        } else {
            // Without torque, until the brake holds: it rolls on.
            self.acceleration = 0.0;
        }
        self.place += self.speed * step_s;
    }

    /// At a buffer everything ends.
    pub(super) fn stay_within(&mut self, low: f64, high: f64) {
        if self.place < low || self.place > high {
            self.place = self.place.max(low).min(high);
            self.speed = 0.0;
            self.acceleration = 0.0;
        }
    }

    fn follow(&mut self, command: &AxisCommand, step_s: f64) {
        let wanted = command.speed_m_s.clamp(-self.reach.speed, self.reach.speed);
        let most = command.acceleration_m_s2.clamp(0.0, self.reach.acceleration);
        // No more acceleration than the jerk can take back before the speed is reached.
        let missing = wanted - self.speed;
        let in_time = (2.0 * self.reach.jerk * missing.abs()).sqrt() * 0.9;
        let asked = (missing / self.reach.lag_s).clamp(-most.min(in_time), most.min(in_time));
        let change = self.reach.jerk * step_s;
        self.acceleration += (asked - self.acceleration).clamp(-change, change);
        self.speed += self.acceleration * step_s;
    }

    fn turn_brake(&mut self, open: bool, step_s: f64) {
        if open == self.open {
            self.turning_s = 0.0;
            return;
        }
        self.turning_s += step_s;
        let needed = if open { self.reach.brake_open_s } else { self.reach.brake_close_s };
        if self.turning_s >= needed {
            self.open = open;
            self.turning_s = 0.0;
            self.acceleration = 0.0;
        }
    }
}
