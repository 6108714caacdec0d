//! Cyclic data on UDP 2222: transport classes 0 and 1.
//!
//! ```text
//! item count u16 = 2 | 0x8002 | 8 | connection id u32 | sequence u32 | 0x00B1 | length | data
//! data: sequence count u16 (class 1) | run/idle header u32 (originator to target, usually) | values
//! ```

use super::connections::Shared;
use super::log;
use super::wire::{ItemType, PacketItems};
use crate::Context;
use quaywatch_model::{Coded, Item, Items, Number, Operation, Outcome, Side, Value, Verb, Verdict};
use quaywatch_wire::Reader;
use std::fmt;

const LAYER: &str = "enip";

/// So many connections are watched between two hosts: more than a scanner opens to one device by far.
const MOST_IO_CONNECTIONS: usize = 256;

/// The bit in a run/idle header that says run. The other bits are 0, but for two of redundant owners.
const RUN: u32 = 0x0000_0001;
const HEADER_BITS: u32 = 0x0000_000F;

/// A packet of cyclic data.
#[derive(Debug, Clone, Copy)]
struct Packet<'a> {
    connection: u32,
    sequence: Option<u32>,
    data: &'a [u8],
}

impl<'a> Packet<'a> {
    fn decode(bytes: &'a [u8]) -> Option<Self> {
        let mut items = PacketItems::decode(bytes).ok()?;
        let (address, data) = (items.next()?, items.next()?);
        let connection = match address.kind {
            ItemType::SEQUENCED_ADDRESS if address.bytes.len() == 8 => address.bytes,
            ItemType::CONNECTED_ADDRESS if address.bytes.len() == 4 => address.bytes,
            _ => return None,
        };
        let mut address = Reader::new(connection);
        let connection = address.u32_le("connection id").ok()?;
        let sequence = address.u32_le("sequence number").ok();
        (data.kind == ItemType::CONNECTED_DATA).then_some(Self { connection, sequence, data: data.bytes })
    }
}

/// Whether a datagram is cyclic data: its items' types and lengths leave no doubt.
pub(super) fn begins(bytes: &[u8]) -> bool {
    matches!(bytes, [2, 0, 0x02, 0x80, 8, 0, ..] | [2, 0, 0xA1, 0x00, 4, 0, ..])
        && Packet::decode(bytes).is_some_and(|packet| {
            let head = bytes.len().saturating_sub(packet.data.len());
            head == 18 || head == 14
        })
}

/// A connection's packets in one direction.
#[derive(Debug, Clone, Copy)]
struct Watched {
    id: u32,
    from: Side,
    client: Side,
    header: Header,
}

/// Whether the packets have a run/idle header, and what it last said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Header {
    None,
    /// The Forward Open told the direction; so many bytes of sequence count stand before it.
    Known {
        after: u8,
        run: bool,
    },
    /// Every packet so far had what looks like one. A connection whose Forward Open was not captured.
    Assumed {
        run: bool,
    },
}

/// Cyclic data between two hosts.
#[derive(Debug, Default)]
pub(super) struct Io {
    watched: Vec<Watched>,
    full: bool,
}

impl Io {
    /// One datagram of cyclic data.
    pub(super) fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let Some(packet) = Packet::decode(bytes) else { return };
        if cx.wanted.logs {
            log::cyclic(cx, from, packet.connection, packet.sequence, packet.data);
        }
        match self.watched.iter_mut().find(|it| it.id == packet.connection && it.from == from) {
            Some(watched) => {
                if watched.header.changes(packet.data) {
                    // Idle, the originator works no program and its outputs fall. What only looks like its header may
                    // be a value.
                    let is_told = matches!(watched.header, Header::Known { .. });
                    report(cx, watched, if is_told { Verb::ChangeMode } else { Verb::Subscribe });
                }
            }
            None => self.first(cx, from, &packet),
        }
    }

    /// Who consumes what the other produces, as far as was seen.
    pub(super) fn client(&self) -> Option<Side> {
        self.watched.first().map(|watched| watched.client)
    }

    /// The first packet of a connection.
    fn first(&mut self, cx: &mut Context<'_>, from: Side, packet: &Packet<'_>) {
        if self.watched.len() >= MOST_IO_CONNECTIONS {
            if !self.full {
                self.full = true;
                cx.problem(LAYER, "more cyclic connections than are watched", Verdict::Limit, 0);
            }
            return;
        }
        let known = cx.shared.get::<Shared>().cyclic(packet.connection);
        let (client, header) = match known {
            Some(known) if known.from_originator => {
                let after = if known.class == 1 { 2 } else { 0 };
                let run = header_at(packet.data, after).is_some_and(|header| header & RUN != 0);
                (from, Header::Known { after: after as u8, run })
            }
            Some(_) => (from.other(), Header::None),
            None => {
                // A run/idle header is sent by the originator; what comes without one goes to it. Both directions
                // between two hosts are taken to have the same originator.
                let header = Header::assumed(packet.data);
                let originator = if header == Header::None { from.other() } else { from };
                (self.client().unwrap_or(originator), header)
            }
        };
        let watched = Watched { id: packet.connection, from, client, header };
        report(cx, &watched, Verb::Subscribe);
        self.watched.push(watched);
    }
}

impl Header {
    /// Without a Forward Open: a class 1 packet whose first word can only be a header that says run, before data.
    fn assumed(data: &[u8]) -> Self {
        match header_at(data, 2) {
            Some(RUN) if data.len() > 6 => Self::Assumed { run: true },
            _ => Self::None,
        }
    }

    /// Takes in what the next packet says, and whether that is news.
    fn changes(&mut self, data: &[u8]) -> bool {
        let (after, before) = match *self {
            Self::None => return false,
            Self::Known { after, run } => (usize::from(after), run),
            Self::Assumed { run } => (2, run),
        };
        let Some(header) = header_at(data, after) else { return false };
        let now = header & RUN != 0;
        match self {
            Self::Assumed { .. } if header & !HEADER_BITS != 0 => {
                *self = Self::None;
                return false;
            }
            Self::Assumed { run } | Self::Known { run, .. } => *run = now,
            Self::None => {}
        }
        now != before
    }

    const fn run(self) -> Option<(&'static str, bool)> {
        match self {
            Self::None => None,
            Self::Known { run, .. } => Some(("run", run)),
            Self::Assumed { run } => Some(("run (header assumed)", run)),
        }
    }
}

fn header_at(data: &[u8], after: usize) -> Option<u32> {
    data.get(after..)?.first_chunk().map(|word| u32::from_le_bytes(*word))
}

fn report(cx: &mut Context<'_>, watched: &Watched, verb: Verb) {
    let function = Coded::new("connected_data", Number::Hex16(ItemType::CONNECTED_DATA.0));
    cx.operation(&Operation {
        reply: Some(cx.now),
        protocol: Some("cip_io"),
        items: watched,
        ..Operation::new(watched.client, verb, function, Outcome::Accepted)
    });
}

impl Items for Watched {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let connection = Id(self.id);
        match self.header.run() {
            Some((part, run)) => {
                tell(Item::named(&connection));
                tell(Item::valued(&part, Value::Bool(run)));
            }
            None => tell(Item::named(&connection)),
        }
    }
}

/// A connection by its id.
struct Id(u32);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "connection 0x{:08X}", self.0)
    }
}
