use crate::{Description, Plc};
use quaywatch_crane::Image;

/// What the controller controls, together with the program it works: the crane.
pub trait Process: Send {
    /// Goes on until `until_s` seconds after the beginning, reads commands and parameters from the controller's memory and
    /// writes what its sensors tell there. Where the controller is not `running`, nobody works on any command.
    fn advance(&mut self, image: &mut Image, running: bool, until_s: f64);

    /// From now on the controller's clock is one that showed `unix_s`, in seconds since 1970, at the beginning.
    fn set_clock(&mut self, unix_s: f64);
}

/// The crane of this description, in front of this controller. Here, and only here, the simulation is hooked in; until it
/// is, nothing moves, and a description that says what the crane is made of is refused.
///
/// # Errors
/// There cannot be such a crane; why.
pub fn crane(description: &Description, _seed: u64, _plc: &mut Plc) -> Result<Box<dyn Process>, String> {
    if let Some((key, _)) = description.machine.first() {
        return Err(format!("{key} has no effect: the crane does not move yet; name is valid"));
    }
    Ok(Box::new(Standing))
}

/// A crane on which nothing moves.
struct Standing;

impl Process for Standing {
    fn advance(&mut self, _: &mut Image, _: bool, _: f64) {}

    fn set_clock(&mut self, _: f64) {}
}
