//! How an operating system's packets look: what fingerprinting reads off them.

use quaywatch_crane::Chance;

/// How a host numbers its IPv4 packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbering {
    /// One counter for all it sends.
    Counter,
    /// A counter for each TCP conversation, from anywhere; 0 with "don't fragment" for what is in none (RFC 6864,
    /// section 4.1).
    Conversation,
}

/// Which ports a host takes for what it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ports {
    /// One after another, TCP's and UDP's each.
    Counted,
    /// TCP's one after another, some of which others on the host have taken; UDP's at random.
    Ordered,
    /// TCP's one after another to each peer, from anywhere (RFC 6056, section 3.3.4); UDP's at random.
    ByPeer,
}

/// How long a host's programs think before they answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Thinking {
    /// What is to be said goes out at the end of a cycle of about so many microseconds, and never sooner than after the
    /// least of them.
    Cyclic {
        /// How long at least, in microseconds.
        least_us: f64,
        /// A usual cycle, in microseconds.
        cycle_us: f64,
    },
    /// Half of the times less than this, in microseconds.
    Free(f64),
}

/// By how much cycles and thoughts differ: the deviation of their logarithm.
const CYCLES_SPREAD: f64 = 0.35;
const THOUGHTS_SPREAD: f64 = 0.6;
/// How many answers miss a cycle's end.
const MISSED: f64 = 0.06;
/// How many are held up by something else, and how long on average.
const STALLED: f64 = 1.0 / 3000.0;
const STALL_US: f64 = 100_000.0;

impl Thinking {
    /// One thought, in nanoseconds.
    pub(super) fn draw_ns(self, chance: &mut Chance) -> i64 {
        let usual_us = match self {
            Self::Cyclic { least_us, cycle_us } => {
                let mut wait_us = least_us + chance.uniform() * chance.lognormal(cycle_us, CYCLES_SPREAD);
                while chance.uniform() < MISSED {
                    wait_us += chance.lognormal(cycle_us, CYCLES_SPREAD);
                }
                wait_us
            }
            Self::Free(median_us) => chance.lognormal(median_us, THOUGHTS_SPREAD),
        };
        let stall_us = if chance.uniform() < STALLED { chance.exponential(STALL_US) } else { 0.0 };
        ((usual_us + stall_us) * 1e3) as i64
    }
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
    /// Which ports it takes.
    pub ports: Ports,
    /// TCP's receive window in the first segment of who begins, and of who is asked.
    pub windows: [u16; 2],
    /// The receive window afterwards, in bytes, where both sides scale.
    pub room_bytes: u32,
    /// What has come is taken out of the window's way when it is so much.
    pub takes_bytes: u32,
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
    /// How long its programs think before they answer.
    pub thinks: Thinking,
}

/// A controller: answers once a cycle.
pub const CONTROLLER: Persona = Persona {
    name: "controller",
    ttl: 64,
    numbering: Numbering::Counter,
    ports: Ports::Counted,
    windows: [8192, 8192],
    room_bytes: 8192,
    takes_bytes: 0,
    scale: None,
    selective: false,
    timestamps: false,
    segment_bytes: 1460,
    patience_ms: 100,
    thinks: Thinking::Cyclic { least_us: 1_100.0, cycle_us: 6_000.0 },
};

/// A drive, an input-output station, a sensor: a small embedded stack.
pub const DEVICE: Persona = Persona {
    name: "device",
    windows: [4096, 4096],
    room_bytes: 4096,
    thinks: Thinking::Cyclic { least_us: 600.0, cycle_us: 2_000.0 },
    ..CONTROLLER
};

/// Windows 10 and its kin.
pub const WINDOWS: Persona = Persona {
    name: "windows",
    ttl: 128,
    numbering: Numbering::Counter,
    ports: Ports::Ordered,
    windows: [64_240, 65_535],
    room_bytes: 262_656,
    takes_bytes: 4096,
    scale: Some(8),
    selective: true,
    timestamps: false,
    segment_bytes: 1460,
    patience_ms: 40,
    thinks: Thinking::Free(600.0),
};

/// Linux: servers, cameras, switches, modems.
pub const LINUX: Persona = Persona {
    name: "linux",
    ttl: 64,
    numbering: Numbering::Conversation,
    ports: Ports::ByPeer,
    windows: [64_240, 65_160],
    room_bytes: 64_256,
    takes_bytes: 0,
    scale: Some(7),
    selective: true,
    timestamps: true,
    segment_bytes: 1460,
    patience_ms: 40,
    thinks: Thinking::Free(350.0),
};

/// All of them.
pub const PERSONAS: [&Persona; 4] = [&CONTROLLER, &DEVICE, &WINDOWS, &LINUX];
