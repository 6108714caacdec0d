//! A connection up to where it is encrypted for others.

use super::keys::{Keys, Version};
use super::log::Record;
use super::wire::{Crypto, Kind, Long, is_short, said};
use crate::tls::session::Session;
use crate::{Context, Conversation};
use quaywatch_model::{DataClass, Side, Topic, Value};
use std::mem;

/// A handshake in Initial packets has at most so many bytes; large ClientHellos have two or three thousand.
const MAX_HANDSHAKE_BYTES: u64 = 32 * 1024;
/// So many pieces of it are kept while one before them is missing. Browsers cut a ClientHello into ten or twenty.
const MOST_PIECES: usize = 64;
/// A handshake message's type and length.
const MESSAGE_HEADER_BYTES: usize = 4;

/// A QUIC connection.
#[derive(Debug, Default)]
pub(super) struct Quic {
    session: Session,
    version: Option<Version>,
    /// The client's keys and the server's.
    keys: Option<Box<[Keys; 2]>>,
    flights: [Flight; 2],
    /// What `quic.log` is made of, where logs are wanted.
    record: Option<Box<Record>>,
}

/// What one side said of the handshake.
#[derive(Debug, Default)]
struct Flight {
    pieces: Vec<(u64, Vec<u8>)>,
    done: bool,
}

impl Quic {
    fn initial(&mut self, cx: &mut Context<'_>, from: Side, long: &Long<'_>) {
        let of_client = self.session.client().is_none_or(|client| client == from);
        let by_keys = self.keys.as_ref().and_then(|keys| open(keys, of_client, long));
        let frames = by_keys.or_else(|| {
            // The first packet, or the first after a Retry: keys come from the id in it, if it is the client's.
            let pair = [true, false].map(|client| Keys::derive(long.version, long.destination, client));
            let [Some(client), Some(server)] = pair else { return None };
            let keys = Box::new([client, server]);
            let frames = open(&keys, true, long).filter(|_| of_client)?;
            self.keys = Some(keys);
            Some(frames)
        });
        let Some(frames) = frames else { return };
        if self.version.replace(long.version).is_none() {
            cx.note(from, Topic::Version, Value::Text(long.version.name()));
        }
        let said = said(&frames).unwrap_or_default();
        let is_reading = !from.of(&self.flights).done;
        for piece in said.crypto {
            self.piece(cx, from, piece);
        }
        self.messages(cx, from);
        // As Zeek, which reads Initial packets up to the hello.
        let client = self.likely_client(cx);
        if let Some(record) = self.record.as_mut().filter(|_| said.closed && is_reading) {
            record.closed(cx, from, client);
        }
    }

    fn likely_client(&self, cx: &Context<'_>) -> Side {
        self.session.client().or_else(|| cx.likely_client()).unwrap_or(Side::A)
    }

    fn piece(&mut self, cx: &mut Context<'_>, from: Side, piece: Crypto<'_>) {
        let flight = from.of_mut(&mut self.flights);
        let known = flight
            .pieces
            .iter()
            .any(|(offset, bytes)| *offset == piece.offset && bytes.len() >= piece.bytes.len());
        let end = piece.offset.saturating_add(piece.bytes.len() as u64);
        if flight.done || known || flight.pieces.len() >= MOST_PIECES || end > MAX_HANDSHAKE_BYTES {
            return;
        }
        if let Some(bytes) = cx.memory.copy(piece.bytes) {
            let at = flight.pieces.partition_point(|(offset, _)| *offset <= piece.offset);
            flight.pieces.insert(at, (piece.offset, bytes));
        }
    }

    /// Reads the hello of this side, once it is whole.
    fn messages(&mut self, cx: &mut Context<'_>, from: Side) {
        let flight = from.of_mut(&mut self.flights);
        if flight.done || flight.pieces.is_empty() {
            return;
        }
        let mut whole: Vec<u8> = Vec::new();
        for (offset, bytes) in &flight.pieces {
            let have = whole.len() as u64;
            let Some(skip) = have.checked_sub(*offset) else { break };
            let fresh = usize::try_from(skip).ok().and_then(|skip| bytes.get(skip..));
            whole.extend_from_slice(fresh.unwrap_or_default());
        }
        let Some((&[kind, high, middle, low], body)) = whole.split_first_chunk::<MESSAGE_HEADER_BYTES>()
        else {
            return;
        };
        let length = u32::from_be_bytes([0, high, middle, low]) as usize;
        let Some(body) = body.get(..length) else { return };
        flight.done = true;
        flight.free(cx);
        self.session.message(cx, from, kind, body, 'q');
        if let Some(record) = &mut self.record {
            record.hello(from, self.session.server_name(), self.session.offered_alpn());
        }
    }
}

impl Flight {
    fn free(&mut self, cx: &mut Context<'_>) {
        for (_, bytes) in self.pieces.drain(..) {
            cx.memory.free(bytes);
        }
    }
}

/// The frames of a packet, if they read as frames with the keys of this side.
fn open(keys: &[Keys; 2], of_client: bool, long: &Long<'_>) -> Option<Vec<u8>> {
    let [client, server] = keys;
    let frames = if of_client { client } else { server }.open(long.packet, long.number_at)?;
    said(&frames).is_some().then_some(frames)
}

impl Conversation for Quic {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        if cx.wanted.logs {
            self.record.get_or_insert_default();
        }
        let mut rest = bytes;
        while let Ok(Some(long)) = Long::decode(rest) {
            if let Some(record) = &mut self.record {
                record.long(cx, from, &long);
            }
            match long.kind {
                Kind::Initial => {
                    cx.carried(from, DataClass::Signalling, long.packet.len() as u64);
                    self.initial(cx, from, &long);
                }
                Kind::Retry => {
                    // The client begins anew, with keys from the id that the server now has.
                    self.keys = None;
                    self.flights.iter_mut().for_each(|flight| {
                        flight.free(cx);
                        *flight = Flight::default();
                    });
                }
                Kind::ZeroRtt | Kind::Handshake => {}
            }
            rest = rest.get(long.packet.len()..).unwrap_or_default();
        }
        if let Some(record) = self.record.as_mut().filter(|_| is_short(rest)) {
            record.short(from);
        }
    }

    fn gap(&mut self, _: &mut Context<'_>, _: Side, _: u64) {}

    fn end(&mut self, cx: &mut Context<'_>) {
        self.flights.iter_mut().for_each(|flight| mem::take(flight).free(cx));
        self.session.end(cx);
        let client = self.likely_client(cx);
        if let Some(record) = &mut self.record {
            record.write(cx, client);
        }
    }

    fn protocol(&self) -> &'static str {
        "quic"
    }

    fn client(&self) -> Option<Side> {
        self.session.client()
    }

    fn carries(&self) -> DataClass {
        DataClass::Encrypted
    }
}
