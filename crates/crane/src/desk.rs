/// What people do at the crane by hand, and what has wires of its own: it is in no signal that a network can write.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Desk {
    /// An emergency stop is pressed.
    pub emergency_stop: bool,
    /// The desk's telegrams arrive. Where they stay away longer than `Par.WdMs`, the watchdog trips.
    pub link: bool,
    /// The cab has taken control.
    pub cab: bool,
    /// The remote station has taken control.
    pub remote: bool,
    /// The key that lets limits be bypassed is turned.
    pub bypass_key: bool,
    /// The controller's key switch is in RUN.
    pub run_key: bool,
    /// The storm pin is in the quay.
    pub storm_pin: bool,
    /// The boom: up (1), down (-1), rest (0).
    pub boom: i8,
    /// The spreader's length that is chosen, in feet.
    pub spreader_ft: f64,
    /// The spreader is set for two boxes of 20 feet.
    pub twin: bool,
    /// What hangs in its guides is caught there and cannot go up. Nobody does this on purpose.
    pub caught: bool,
}

impl Default for Desk {
    /// A crane at work: cab in control, boom down.
    fn default() -> Self {
        Self {
            emergency_stop: false,
            link: true,
            cab: true,
            remote: false,
            bypass_key: false,
            run_key: true,
            storm_pin: false,
            boom: 0,
            spreader_ft: 40.0,
            twin: false,
            caught: false,
        }
    }
}
