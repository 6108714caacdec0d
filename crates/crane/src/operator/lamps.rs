use crate::image::Image;
use crate::tags::{Tag, Value, find};

macro_rules! lamps {
    ($($name:ident = $tag:literal;)*) => {
        /// What an operator reads off the desk.
        #[derive(Debug, Clone, Copy, Default)]
        pub(super) struct Lamps {
            $(pub(super) $name: f64,)*
        }

        #[derive(Debug, Clone)]
        pub(super) struct LampPlaces {
            $($name: Option<&'static Tag>,)*
        }

        impl LampPlaces {
            pub(super) fn new() -> Self {
                Self { $($name: find($tag),)* }
            }

            pub(super) fn read(&self, image: &Image) -> Lamps {
                Lamps { $($name: number(image, self.$name),)* }
            }
        }
    };
}

lamps! {
    on = "Ctrl.On";
    locked = "Spr.Locked";
    unlocked = "Spr.Unlocked";
    slack = "Lim.SlackRope";
    overload = "Lim.Overload";
    eccentric = "Lim.Ecc";
    anti_sway = "Cmd.AntiSwayOn";
    sway_deg = "Sway.X";
    landed_1 = "Spr.Landed[1]";
    landed_2 = "Spr.Landed[2]";
    trolley_m_s = "Par.TrolV";
    trolley_m_s2 = "Par.TrolAcc";
    length_ft = "Spr.Len";
    rope_m = "Hoist.RopeLen";
}

impl Lamps {
    pub(super) fn is_landed(&self) -> bool {
        self.landed_1 != 0.0 && self.landed_2 != 0.0
    }
}

fn number(image: &Image, tag: Option<&'static Tag>) -> f64 {
    match tag.map(|tag| image.get(tag)) {
        Some(Value::Real(number)) if number.is_finite() => number.into(),
        Some(Value::Whole(number)) => number as f64,
        Some(Value::Bool(true)) => 1.0,
        _ => 0.0,
    }
}

/// What an operator's hands are at.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Hands {
    pub(super) hoist: f64,
    pub(super) trolley: f64,
    pub(super) gantry: f64,
    pub(super) on: bool,
    pub(super) lock: bool,
    pub(super) unlock: bool,
    pub(super) reset: bool,
}

/// Where the desk's sticks and buttons arrive in the controller's memory.
#[derive(Debug, Clone)]
pub(super) struct DeskPlaces {
    sticks: [Option<&'static Tag>; 3],
    buttons: [Option<&'static Tag>; 4],
    anti_sway: Option<&'static Tag>,
    stop: Option<&'static Tag>,
}

impl DeskPlaces {
    pub(super) fn new() -> Self {
        Self {
            sticks: ["Cmd.HoistRef", "Cmd.TrolRef", "Cmd.GantryRef"].map(find),
            buttons: ["Cmd.ControlOn", "Cmd.Lock", "Cmd.Unlock", "Cmd.FaultReset"].map(find),
            anti_sway: find("Cmd.AntiSwayOn"),
            stop: find("Cmd.StopAll"),
        }
    }

    pub(super) fn write(&self, image: &mut Image, hands: &Hands) {
        let sticks = [hands.hoist, hands.trolley, hands.gantry];
        for (tag, stick) in self.sticks.iter().zip(sticks) {
            put(image, *tag, &Value::Real((100.0 * stick) as f32));
        }
        let buttons = [hands.on, hands.lock, hands.unlock, hands.reset];
        for (tag, button) in self.buttons.iter().zip(buttons) {
            put(image, *tag, &Value::Bool(button));
        }
    }

    /// The switches that are set once, when work begins: anti-sway on, stop off.
    pub(super) fn begin(&self, image: &mut Image) {
        self.help(image, true);
        put(image, self.stop, &Value::Bool(false));
    }

    /// Switches anti-sway on or off.
    pub(super) fn help(&self, image: &mut Image, on: bool) {
        put(image, self.anti_sway, &Value::Bool(on));
    }
}

fn put(image: &mut Image, tag: Option<&'static Tag>, value: &Value) {
    if let Some(tag) = tag {
        // Sticks are reals, buttons bits.
        let _ = image.set(tag, value);
    }
}
