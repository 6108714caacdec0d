//! How an operating system's packets look: what fingerprinting reads off them.

/// How a host numbers its IPv4 packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbering {
    /// One counter for all it sends.
    Counter,
    /// Always 0, with "don't fragment": allowed by RFC 6864 section 4.1.
    Zero,
}

/// An operating system, as its packets show it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Persona {
    /// As scenario files call it.
    pub name: &'static str,
    /// The time to live its packets start with.
    pub ttl: u8,
    /// How packets are numbered.
    pub numbering: Numbering,
    /// TCP's receive window.
    pub window: u16,
    /// TCP's window scale; none: the option is not sent.
    pub scale: Option<u8>,
    /// Whether selective acknowledgements are permitted.
    pub selective: bool,
    /// Whether TCP timestamps are sent (RFC 7323), a tick a millisecond.
    pub timestamps: bool,
    /// The longest segment, in bytes.
    pub segment_bytes: u16,
    /// How long an acknowledgement waits for something to travel with.
    pub patience_ms: u16,
    /// How long its programs think before they answer: shortest and longest, in microseconds.
    pub thinks_us: [u32; 2],
}

/// A controller: answers once a cycle.
pub const CONTROLLER: Persona = Persona {
    name: "controller",
    ttl: 64,
    numbering: Numbering::Counter,
    window: 8192,
    scale: None,
    selective: false,
    timestamps: false,
    segment_bytes: 1460,
    patience_ms: 100,
    thinks_us: [1_500, 9_000],
};

/// A drive, an input-output station, a sensor: a small embedded stack.
pub const DEVICE: Persona = Persona {
    name: "device",
    ttl: 64,
    numbering: Numbering::Counter,
    window: 4096,
    scale: None,
    selective: false,
    timestamps: false,
    segment_bytes: 1460,
    patience_ms: 100,
    thinks_us: [800, 4_000],
};

/// Windows 10 and its kin.
pub const WINDOWS: Persona = Persona {
    name: "windows",
    ttl: 128,
    numbering: Numbering::Counter,
    window: 64240,
    scale: Some(8),
    selective: true,
    timestamps: false,
    segment_bytes: 1460,
    patience_ms: 40,
    thinks_us: [150, 2_500],
};

/// Linux: servers, cameras, switches, modems.
pub const LINUX: Persona = Persona {
    name: "linux",
    ttl: 64,
    numbering: Numbering::Zero,
    window: 64240,
    scale: Some(7),
    selective: true,
    timestamps: true,
    segment_bytes: 1460,
    patience_ms: 40,
    thinks_us: [100, 1_500],
};

/// All of them.
pub const PERSONAS: [&Persona; 4] = [&CONTROLLER, &DEVICE, &WINDOWS, &LINUX];
