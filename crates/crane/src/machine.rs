/// What is wrong with a crane's constants.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unsound {
    /// A value that cannot be.
    #[error("{key} must be {valid}, found {found}")]
    Value {
        /// The constant's name.
        key: &'static str,
        /// What it was.
        found: f64,
        /// What it may be.
        valid: String,
    },
    /// No constant is called so.
    #[error("a crane has no constant {0}; it has {known}", known = Machine::KEYS.join(", "))]
    Unknown(String),
}

/// Ships and the crane's own rules need so much below the trolley.
const LOWEST_TROLLEY_M: f64 = 42.0;

/// What a constant may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Valid {
    Positive,
    NotNegative,
    /// Any finite number: positions.
    Place,
    /// Above 0, at most 1: efficiencies.
    Part,
}

impl Valid {
    pub(crate) fn check(self, key: &'static str, found: f64) -> Result<(), Unsound> {
        let (fits, valid) = match self {
            Self::Positive => (found > 0.0, "positive"),
            Self::NotNegative => (found >= 0.0, "0 or more"),
            Self::Place => (true, "a finite number"),
            Self::Part => (found > 0.0 && found <= 1.0, "above 0 and at most 1"),
        };
        if fits && found.is_finite() {
            Ok(())
        } else {
            Err(Unsound::Value { key, found, valid: valid.to_owned() })
        }
    }
}

macro_rules! machine {
    ($($(#[$doc:meta])* $key:ident = $value:expr, $valid:ident;)*) => {
        /// The constants of a crane: masses, ropes, drives, brakes, hard-wired limits. The default is a ship-to-shore
        /// crane of 65 t under the spreader with 50 m outreach.
        ///
        /// Axes: x along the trolley's way, towards the sea; y along the quay; z up from the quay.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Machine {
            $($(#[$doc])* pub $key: f64,)*
        }

        impl Default for Machine {
            fn default() -> Self {
                Self { $($key: $value,)* }
            }
        }

        impl Machine {
            /// The names of all constants.
            pub const KEYS: &[&str] = &[$(stringify!($key),)*];

            /// Sets a constant by its name.
            ///
            /// # Errors
            /// There is none of this name, or it cannot have this value.
            pub fn set(&mut self, key: &str, value: f64) -> Result<(), Unsound> {
                match key {
                    $(stringify!($key) => {
                        Valid::$valid.check(stringify!($key), value)?;
                        self.$key = value;
                    })*
                    _ => return Err(Unsound::Unknown(key.to_owned())),
                }
                Ok(())
            }

            /// All constants with their names.
            pub fn each(&self) -> impl Iterator<Item = (&'static str, f64)> {
                [$((stringify!($key), self.$key),)*].into_iter()
            }

            fn check_each(&self) -> Result<(), Unsound> {
                $(Valid::$valid.check(stringify!($key), self.$key)?;)*
                Ok(())
            }
        }
    };
}

machine! {
    /// The trolley, rope-towed.
    trolley_mass_kg = 30_000.0, Positive;
    /// What turns with the trolley, as a mass that moves with it: (7 kg m² · 30² + 1200 kg m²) / (0.5 m)².
    trolley_inertia_kg = 30_000.0, NotNegative;
    /// Rolling resistance of the trolley for each m/s.
    trolley_friction_n_s_m = 2_000.0, NotNegative;
    /// What the trolley's motor can pull: 4 kNm · 30 / 0.5 m.
    trolley_force_max_n = 240_000.0, Positive;
    /// The fastest the trolley's drive turns, whatever is asked.
    trolley_speed_max_m_s = 4.6, Positive;
    /// How quickly the trolley's acceleration may change.
    trolley_jerk_m_s3 = 4.0, Positive;
    /// How far the trolley's speed lags behind what is asked.
    trolley_lag_s = 0.2, Positive;
    /// How the trolley's brake slows it.
    trolley_brake_m_s2 = 1.5, Positive;
    /// The landside buffer.
    trolley_min_m = -30.0, Place;
    /// The seaside buffer.
    trolley_max_m = 50.0, Place;
    /// Where ropes leave the trolley, over the quay.
    trolley_height_m = 45.0, Positive;
    /// The mechanical efficiency of trolley, gantry and boom.
    travel_efficiency = 0.9, Part;
    /// Spreader and headblock.
    spreader_mass_kg = 15_000.0, Positive;
    /// Falls of rope that carry together.
    rope_falls = 2.0, Positive;
    /// A rope's stiffness times its length: modulus times cross-section.
    rope_stiffness_n = 2.36e8, Positive;
    /// The rope between drum and trolley, which stretches, too.
    rope_fixed_m = 110.0, Positive;
    /// How much of critical the rope damps its own stretching.
    rope_damping = 0.05, NotNegative;
    /// How much of critical a swing is damped by air and sheaves.
    sway_damping = 0.005, NotNegative;
    /// How far from the middle the four ropes leave the trolley.
    rope_radius_above_m = 3.4, Positive;
    /// How far from the middle they meet the spreader.
    rope_radius_below_m = 3.2, Positive;
    /// How much of critical a skew is damped.
    skew_damping = 0.05, NotNegative;
    /// The load under the ropes at which the hoist reaches its rated power at its loaded speed.
    hoist_rated_load_kg = 65_000.0, Positive;
    /// What the hoist gives to the ropes above base speed: 65 t · g · 1.5 m/s.
    hoist_power_w = 956_000.0, Positive;
    /// From the mains to the ropes.
    hoist_efficiency = 0.9, Part;
    /// What turns with the hoist, as a mass: (30 kg m² · 22² + 3800 kg m²) / (0.75 m)².
    hoist_inertia_kg = 32_600.0, NotNegative;
    /// What the ropes are pulled with at the motor's rated torque.
    hoist_rated_force_n = 800_000.0, Positive;
    /// The fastest the hoist's drive turns, whatever is asked.
    hoist_speed_max_m_s = 3.4, Positive;
    /// How quickly the hoist's acceleration may change.
    hoist_jerk_m_s3 = 3.0, Positive;
    /// How far the hoist's speed lags behind what is asked.
    hoist_lag_s = 0.2, Positive;
    /// How the hoist's brake slows it.
    hoist_brake_m_s2 = 6.0, Positive;
    /// Where a hard-wired switch stops hoisting, whatever the controller says.
    hoist_ultimate_m = 44.4, Positive;
    /// All of the crane that moves along the quay.
    gantry_mass_kg = 1_200_000.0, Positive;
    /// The fastest the gantry's drive turns.
    gantry_speed_max_m_s = 0.83, Positive;
    /// What the gantry is driven with.
    gantry_acceleration_m_s2 = 0.2, Positive;
    /// How quickly the gantry's acceleration may change.
    gantry_jerk_m_s3 = 0.3, Positive;
    /// How the gantry's brake slows it.
    gantry_brake_m_s2 = 0.3, Positive;
    /// The quay's length.
    gantry_max_m = 1_500.0, Positive;
    /// The boom when it is up.
    boom_up_deg = 82.0, Positive;
    /// How fast the boom is raised and lowered: a stroke in five minutes.
    boom_speed_deg_s = 0.28, Positive;
    /// What raising the boom takes.
    boom_power_w = 400_000.0, NotNegative;
    /// Where the boom's hinge is; the trolley may not pass it while the boom is up.
    boom_hinge_m = 3.0, Place;
    /// From the order to open until a brake is open: the drive first proves its torque.
    brake_open_s = 0.3, NotNegative;
    /// From losing its current until a brake holds.
    brake_close_s = 0.2, NotNegative;
    /// A quarter turn of the twistlocks.
    twistlock_s = 1.6, Positive;
    /// The spreader's telescope, in feet a second.
    telescope_ft_s = 1.5, Positive;
    /// What stands below, pressed by the load.
    ground_stiffness_n_m = 2.0e7, Positive;
    /// The same, for each m/s.
    ground_damping_n_s_m = 2.0e6, NotNegative;
    /// The drag coefficient of a box.
    drag_coefficient = 1.2, NotNegative;
    /// Light, air conditioning, hydraulics, controllers.
    auxiliary_power_w = 60_000.0, NotNegative;
}

impl Machine {
    /// Whether such a crane can be.
    ///
    /// # Errors
    /// The first constant that cannot be as it is.
    pub fn check(&self) -> Result<(), Unsound> {
        self.check_each()?;
        let fault = |key, found, valid| Err(Unsound::Value { key, found, valid });
        if self.trolley_max_m < self.trolley_min_m + 20.0 {
            let valid = format!("at least 20 m more than trolley_min_m ({})", self.trolley_min_m);
            return fault("trolley_max_m", self.trolley_max_m, valid);
        }
        if self.trolley_height_m < LOWEST_TROLLEY_M {
            let valid = format!("at least {LOWEST_TROLLEY_M}, so that loads pass over a ship");
            return fault("trolley_height_m", self.trolley_height_m, valid);
        }
        if self.hoist_ultimate_m > self.trolley_height_m - 0.5 {
            let valid = format!("0.5 m or more below trolley_height_m ({})", self.trolley_height_m);
            return fault("hoist_ultimate_m", self.hoist_ultimate_m, valid);
        }
        // A spring that swings faster than the steps can follow would fly apart.
        let stiffest = self.rope_falls.powi(2) * self.rope_stiffness_n / self.rope_fixed_m;
        let lightest = (stiffest + self.ground_stiffness_n_m) / 250.0_f64.powi(2);
        let lightest = lightest.max(self.ground_damping_n_s_m / 250.0);
        if self.spreader_mass_kg < lightest {
            let valid = format!("at least {lightest:.0} for ropes and ground as stiff as these");
            return fault("spreader_mass_kg", self.spreader_mass_kg, valid);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Machine;

    #[test]
    fn the_default_crane_is_sound_and_nonsense_is_told_by_its_key() {
        Machine::default().check().unwrap();
        let mut machine = Machine::default();
        let told = machine.set("trolley_mass_kg", -3.0).unwrap_err().to_string();
        assert_eq!(told, "trolley_mass_kg must be positive, found -3");
        assert!(machine.set("trolly_mass_kg", 3.0).unwrap_err().to_string().contains("trolley_mass_kg"));
        for (key, value) in [
            ("trolley_max_m", -20.0),
            ("hoist_ultimate_m", 44.9),
            ("trolley_height_m", 10.0),
            ("spreader_mass_kg", 10.0),
            ("rope_damping", -1.0),
        ] {
            let mut machine = Machine::default();
            let set = machine.set(key, value).and_then(|()| machine.check());
            assert!(set.unwrap_err().to_string().starts_with(key));
        }
        assert!(machine.set("hoist_efficiency", f64::NAN).is_err());
    }
}
