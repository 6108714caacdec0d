//! The connection manager: connections for explicit messages. CIP Networks Library volume 1, chapter 3.

use super::answer::{Answer, Outcome, Refusal, general};
use quaywatch_model::Timestamp;
use quaywatch_protocols::cip::path::{Logical, Path, Segment};
use quaywatch_protocols::cip::wire::{ConnectionTriad, ForwardClose, ForwardOpen, ForwardOpened, class};

/// As many as one client may have; a controller of this series has 32 for all.
const MOST_CONNECTIONS: usize = 32;
/// The longest message in a large connection that controllers agree to, with its sequence count.
const MOST_MESSAGE_BYTES: u32 = 4_002;
/// Shorter ones have no room for an answer.
const LEAST_MESSAGE_BYTES: u32 = 16;
/// A connection that is silent longer than it promised is dropped, and never sooner than this.
const LEAST_PATIENCE_NANOS: i64 = 10_000_000_000;
const NANOS_PER_MICRO: i64 = 1_000;
/// The transport class of explicit messages.
const EXPLICIT: u8 = 3;
/// The backplane's port, and the controller's slot there.
const BACKPLANE: u16 = 1;
const SLOT: u8 = 0;

/// What failed, in the word after [`general::CONNECTION_FAILURE`].
mod failure {
    pub(super) const IN_USE: u16 = 0x0100;
    pub(super) const TRANSPORT_CLASS: u16 = 0x0103;
    pub(super) const NOT_FOUND: u16 = 0x0107;
    pub(super) const SIZE: u16 = 0x0109;
    pub(super) const OUT_OF_CONNECTIONS: u16 = 0x0113;
    pub(super) const UNCONNECTED_SEND_TIMED_OUT: u16 = 0x0204;
    pub(super) const PORT_NOT_AVAILABLE: u16 = 0x0311;
    pub(super) const SEGMENT: u16 = 0x0315;
}

/// A connection.
#[derive(Debug)]
pub(super) struct Connection {
    triad: ConnectionTriad,
    /// The id in what comes.
    o_t_id: u32,
    /// The id in what goes.
    pub(super) t_o_id: u32,
    /// How long an answer may be, without its sequence count.
    pub(super) room: usize,
    patience_nanos: i64,
    heard: Timestamp,
    /// What was answered last: the same question again is a question whose answer was lost.
    pub(super) last: Option<(u16, Vec<u8>)>,
}

/// The connections of one session.
#[derive(Debug)]
pub(super) struct Connections {
    open: Vec<Connection>,
    next_id: u32,
}

impl Connections {
    /// None yet; ids are numbered from `first_id`.
    pub(super) const fn new(first_id: u32) -> Self {
        Self { open: Vec::new(), next_id: first_id }
    }

    /// The connection with this id, if it did not time out.
    pub(super) fn find(&mut self, id: u32, now: Timestamp) -> Option<&mut Connection> {
        self.open.retain(|connection| now.since(connection.heard) <= connection.patience_nanos);
        let connection = self.open.iter_mut().find(|connection| connection.o_t_id == id)?;
        connection.heard = now;
        Some(connection)
    }

    /// Forward Open, small and large.
    pub(super) fn open(&mut self, data: &[u8], large: bool, now: Timestamp) -> Outcome {
        let asked = ForwardOpen::decode(data, large)?;
        self.open.retain(|connection| now.since(connection.heard) <= connection.patience_nanos);
        let size = if large { asked.t_o.parameters & 0xFFFF } else { asked.t_o.parameters & 0x01FF };
        let refuse = |words: &[u16]| Err(refusal(words, asked.triad, asked.path));
        if asked.transport_class() != EXPLICIT {
            return refuse(&[failure::TRANSPORT_CLASS]);
        }
        if let Err(word) = leads_here(asked.path) {
            return refuse(&[word]);
        }
        if !(LEAST_MESSAGE_BYTES..=MOST_MESSAGE_BYTES).contains(&size) {
            return refuse(&[failure::SIZE, MOST_MESSAGE_BYTES as u16]);
        }
        if self.open.iter().any(|connection| connection.triad == asked.triad) {
            return refuse(&[failure::IN_USE]);
        }
        if self.open.len() >= MOST_CONNECTIONS {
            return refuse(&[failure::OUT_OF_CONNECTIONS]);
        }
        let promised = i64::from(asked.o_t.rpi) * NANOS_PER_MICRO * (4 << asked.multiplier.min(7));
        let connection = Connection {
            triad: asked.triad,
            o_t_id: self.next_id,
            t_o_id: asked.t_o.id,
            room: size as usize - 2,
            patience_nanos: promised.max(LEAST_PATIENCE_NANOS),
            heard: now,
            last: None,
        };
        self.next_id = self.next_id.wrapping_add(1);
        let mut out = Vec::new();
        ForwardOpened {
            o_t_id: connection.o_t_id,
            t_o_id: connection.t_o_id,
            triad: asked.triad,
            o_t_api: asked.o_t.rpi,
            t_o_api: asked.t_o.rpi,
            application: &[],
        }
        .encode(&mut out);
        self.open.push(connection);
        Ok(out)
    }

    /// Forward Close.
    pub(super) fn close(&mut self, data: &[u8]) -> Outcome {
        let asked = ForwardClose::decode(data)?;
        let Some(at) = self.open.iter().position(|connection| connection.triad == asked.triad) else {
            return Err(refusal(&[failure::NOT_FOUND], asked.triad, asked.path));
        };
        self.open.swap_remove(at);
        let mut out = triad_bytes(asked.triad);
        out.extend([0, 0]);
        Ok(out)
    }
}

/// Whether an Unconnected Send's route ends in this controller.
///
/// # Errors
/// It does not: what the router says that cannot reach it. Nobody sits in the other slots, nothing is behind the port.
pub(super) fn routed_here(route: Path<'_>) -> Result<(), Refusal> {
    let mut segments = route.segments();
    let word = match (segments.next(), segments.next()) {
        (None, None) if route.is_whole() => return Ok(()),
        (Some(Segment::Port { port: BACKPLANE, link: &[SLOT], .. }), None) => return Ok(()),
        (Some(Segment::Port { port: BACKPLANE, link: &[slot], .. }), _) if slot != SLOT => {
            failure::UNCONNECTED_SEND_TIMED_OUT
        }
        (Some(Segment::Port { .. }), _) => failure::PORT_NOT_AVAILABLE,
        _ => failure::SEGMENT,
    };
    // How much of the path was left to go, in words.
    let data = vec![words(route), 0];
    Err(Refusal(Answer { general: general::CONNECTION_FAILURE, extended: vec![word], data }))
}

/// Whether a connection's path ends in this controller's message router; if not, the word that says why. A key is
/// not tried: who asks for another kind of controller gets this one.
fn leads_here(path: Path<'_>) -> Result<(), u16> {
    let mut target = (None, None);
    for segment in path.segments() {
        match segment {
            Segment::Port { port: BACKPLANE, link: &[SLOT], .. } | Segment::Key(_) => {}
            Segment::Port { port: BACKPLANE, .. } => return Err(failure::UNCONNECTED_SEND_TIMED_OUT),
            Segment::Port { .. } => return Err(failure::PORT_NOT_AVAILABLE),
            Segment::Logical { kind: Logical::CLASS, value, .. } => target.0 = Some(value),
            Segment::Logical { kind: Logical::INSTANCE, value, .. } => target.1 = Some(value),
            _ => return Err(failure::SEGMENT),
        }
    }
    let router = (Some(class::MESSAGE_ROUTER), Some(1));
    if target == router && path.is_whole() { Ok(()) } else { Err(failure::SEGMENT) }
}

/// Why there is no connection: the words, then which connection and how much of its path was left.
fn refusal(words_of: &[u16], triad: ConnectionTriad, path: Path<'_>) -> Refusal {
    let mut data = triad_bytes(triad);
    data.extend([words(path), 0]);
    Refusal(Answer { general: general::CONNECTION_FAILURE, extended: words_of.to_vec(), data })
}

const fn words(path: Path<'_>) -> u8 {
    (path.bytes.len() / 2) as u8
}

fn triad_bytes(triad: ConnectionTriad) -> Vec<u8> {
    let mut out = triad.serial.to_le_bytes().to_vec();
    out.extend(triad.vendor.to_le_bytes());
    out.extend(triad.originator_serial.to_le_bytes());
    out
}
