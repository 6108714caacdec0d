use crate::image::Image;
use crate::tags::{Tag, Value, find};

macro_rules! parameters {
    ($($(#[$doc:meta])* $name:ident = $tag:literal, $value:expr;)*) => {
        /// The controller's parameters, read from its memory in every cycle: who writes them changes the crane.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Parameters {
            $($(#[$doc])* pub $name: f64,)*
        }

        impl Default for Parameters {
            fn default() -> Self {
                Self { $($name: $value,)* }
            }
        }

        impl Parameters {
            /// The parameters' signals, in the order of the fields.
            const TAGS: &[&str] = &[$($tag,)*];

            fn fields(&mut self) -> impl Iterator<Item = &mut f64> {
                [$(&mut self.$name,)*].into_iter()
            }
        }
    };
}

parameters! {
    /// What may hang under the spreader, t.
    swl_t = "Par.SWL", 65.0;
    /// From where on it is too much, in percent of that.
    overload_percent = "Par.OverloadPct", 110.0;
    /// The hoist's speed with its rated load.
    hoist_loaded_m_s = "Par.HoistVLoaded", 1.5;
    /// Its speed with the empty spreader.
    hoist_empty_m_s = "Par.HoistVEmpty", 3.0;
    /// Its acceleration.
    hoist_m_s2 = "Par.HoistAcc", 0.75;
    /// How low it may go.
    hoist_min_m = "Par.HoistLimMin", -20.0;
    /// How high it may go.
    hoist_max_m = "Par.HoistLimMax", 44.0;
    /// The trolley's speed.
    trolley_m_s = "Par.TrolV", 4.0;
    /// Its acceleration at a ramp's peak.
    trolley_m_s2 = "Par.TrolAcc", 0.8;
    /// How far it may go landward.
    trolley_min_m = "Par.TrolLimMin", -29.0;
    /// How far it may go seaward.
    trolley_max_m = "Par.TrolLimMax", 49.0;
    /// How long before an end the trolley goes slowly.
    slow_zone_m = "Par.SlowZone", 5.0;
    /// How much of the anti-sway control is used; 1 is right.
    sway_gain = "Par.AsGain", 1.0;
    /// How old a sway angle is when it is used.
    sway_delay_s = "Par.AsDelay", 0.1;
    /// The gust of which people are warned.
    wind_warn_m_s = "Par.WindWarn", 16.0;
    /// The gust at which work ends.
    wind_trip_m_s = "Par.WindTrip", 22.0;
    /// How far off the middle a load's weight may be, in percent.
    eccentric_percent = "Par.EccMax", 15.0;
    /// How quickly the load may grow under way before it is caught in something.
    snag_t_s = "Par.SnagThr", 40.0;
    /// What the load cells are multiplied with.
    cells_gain = "Par.LcGain", 1.0;
    /// What is added to them.
    cells_zero_t = "Par.LcZero", 0.0;
    /// Below this the ropes are slack.
    slack_t = "Par.SlackThr", 2.0;
    /// How long the desk's telegrams may stay away.
    watchdog_ms = "Par.WdMs", 500.0;
}

impl Parameters {
    /// What is too much under the spreader, t.
    pub(super) fn overload_t(&self) -> f64 {
        self.swl_t * self.overload_percent / 100.0
    }
}

/// Where the parameters are in the controller's memory.
#[derive(Debug, Clone)]
pub(super) struct Places(Vec<Option<&'static Tag>>);

impl Places {
    pub(super) fn new() -> Self {
        Self(Parameters::TAGS.iter().map(|name| find(name)).collect())
    }

    /// Reads all. What is no number leaves the parameter as it was.
    pub(super) fn read(&self, image: &Image, parameters: &mut Parameters) {
        for (tag, field) in self.0.iter().zip(parameters.fields()) {
            match tag.map(|tag| image.get(tag)) {
                Some(Value::Real(number)) if number.is_finite() => *field = number.into(),
                Some(Value::Whole(number)) => *field = number as f64,
                _ => {}
            }
        }
    }

    pub(super) fn write(&self, image: &mut Image, parameters: &mut Parameters) {
        for (tag, field) in self.0.iter().zip(parameters.fields()) {
            if let Some(tag) = tag {
                super::status::put(image, tag, *field);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Parameters, Places};
    use crate::image::Image;
    use crate::tags::{TAGS, Value, find};

    #[test]
    fn every_parameter_of_the_tag_map_is_read_and_starts_in_its_range() {
        let named: Vec<&str> =
            TAGS.iter().map(|tag| tag.name).filter(|name| name.starts_with("Par.")).collect();
        assert_eq!(named, Parameters::TAGS);
        for (name, value) in Parameters::TAGS.iter().zip(Parameters::default().fields()) {
            let [low, high] = find(name).unwrap().range;
            assert!((low..=high).contains(value), "{name}");
        }
    }

    #[test]
    fn what_is_no_number_is_not_taken() {
        let (mut image, mut parameters) = (Image::default(), Parameters::default());
        let places = Places::new();
        places.write(&mut image, &mut parameters.clone());
        image.set(find("Par.HoistAcc").unwrap(), &Value::Real(f32::NAN)).unwrap();
        image.set(find("Par.AsGain").unwrap(), &Value::Real(-0.5)).unwrap();
        places.read(&image, &mut parameters);
        assert_eq!((parameters.hoist_m_s2, parameters.sway_gain), (0.75, -0.5));
    }
}
