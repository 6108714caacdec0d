use crate::{Description, Plc};
use quaywatch_crane::{Crane, Image, Settings};

/// What the controller controls, together with the program it works: the crane.
pub trait Process: Send {
    /// Goes on until `until_s` seconds after the beginning, reads commands and parameters from the controller's memory and
    /// writes what its sensors tell there. Where the controller is not `running`, nobody works on any command.
    fn advance(&mut self, image: &mut Image, running: bool, until_s: f64);

    /// From now on the controller's clock is one that showed `unix_s`, in seconds since 1970, at the beginning.
    fn set_clock(&mut self, unix_s: f64);
}

/// The crane of this description, in front of this controller, whose parameters it sets to what they are when it is handed
/// over. Here, and only here, the simulation is hooked in.
///
/// # Errors
/// There cannot be such a crane; why.
pub fn crane(description: &Description, seed: u64, plc: &mut Plc) -> Result<Box<dyn Process>, String> {
    let settings = description.settings().map_err(|unsound| unsound.to_string())?;
    let settings = Settings { seed, ..settings };
    let crane = Crane::new(&settings).map_err(|unsound| unsound.to_string())?;
    crane.commission(&mut plc.image);
    Ok(Box::new(crane))
}

impl Process for Crane {
    fn advance(&mut self, image: &mut Image, running: bool, until_s: f64) {
        Self::advance(self, image, running, until_s);
    }

    fn set_clock(&mut self, unix_s: f64) {
        Self::set_clock(self, unix_s);
    }
}
