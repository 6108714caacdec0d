use quaywatch_crane::Image;

/// What the controller controls, together with the program it works: the crane.
pub trait Process: Send {
    /// Goes on until `until_s` seconds after the beginning, reads commands and parameters from the controller's memory and
    /// writes what its sensors tell there. Where the controller is not `running`, nobody works on any command.
    fn advance(&mut self, image: &mut Image, running: bool, until_s: f64);
}
