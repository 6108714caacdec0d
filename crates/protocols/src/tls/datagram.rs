//! DTLS (RFC 6347): the same handshake in datagrams, its messages cut into fragments.

use super::session::Session;
use super::wire::{DATAGRAM_HEADER_BYTES, DatagramHeader, content};
use crate::{Context, Conversation};
use quaywatch_model::{DataClass, Side};
use quaywatch_wire::Reader;
use std::mem;

/// The longest message that is put together from fragments, in bytes.
const MAX_MESSAGE_BYTES: usize = 32 * 1024;

/// A DTLS association.
#[derive(Debug, Default)]
pub(super) struct Datagrams {
    session: Session,
    /// The message that each side is in the middle of.
    parts: [Part; 2],
}

#[derive(Debug, Default)]
struct Part {
    sequence: u16,
    bytes: Vec<u8>,
}

impl Datagrams {
    fn handshake(&mut self, cx: &mut Context<'_>, from: Side, record: &[u8]) {
        let mut reader = Reader::new(record);
        while !reader.is_empty() && self.fragment(cx, from, &mut reader).is_some() {}
    }

    /// One fragment of a message; fragments are taken in order only.
    fn fragment(&mut self, cx: &mut Context<'_>, from: Side, reader: &mut Reader<'_>) -> Option<()> {
        let kind = reader.u8("type").ok()?;
        let length = three_bytes(reader)?;
        let sequence = reader.u16_be("message sequence").ok()?;
        let offset = three_bytes(reader)?;
        let fragment_length = three_bytes(reader)?;
        let bytes = reader.take(fragment_length, "fragment").ok()?;
        if offset == 0 && fragment_length == length {
            self.session.message(cx, from, kind, bytes, 'd');
            return Some(());
        }
        let part = from.of_mut(&mut self.parts);
        if offset == 0 {
            cx.memory.free(mem::take(&mut part.bytes));
            part.sequence = sequence;
        }
        let fits = part.sequence == sequence && part.bytes.len() == offset && length <= MAX_MESSAGE_BYTES;
        if fits && cx.memory.append(&mut part.bytes, bytes) && part.bytes.len() == length {
            let whole = mem::take(&mut part.bytes);
            self.session.message(cx, from, kind, &whole, 'd');
            cx.memory.free(whole);
        }
        Some(())
    }
}

fn three_bytes(reader: &mut Reader<'_>) -> Option<usize> {
    let [high, middle, low] = reader.array::<3>("length").ok()?;
    Some(u32::from_be_bytes([0, high, middle, low]) as usize)
}

impl Conversation for Datagrams {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some(header) = DatagramHeader::decode(rest) {
            let whole = DATAGRAM_HEADER_BYTES + header.length;
            let Some(body) = rest.get(DATAGRAM_HEADER_BYTES..whole) else { break };
            if header.epoch > 0 || header.kind == content::APPLICATION {
                self.session.encrypted(cx, from);
            } else {
                cx.carried(from, DataClass::Signalling, whole as u64);
                match (header.kind, body) {
                    (content::HANDSHAKE, _) => self.handshake(cx, from, body),
                    (content::CHANGE_CIPHER, _) => self.session.change_cipher(cx, from),
                    (content::ALERT, &[_, description]) => self.session.alert(cx, from, description),
                    _ => {}
                }
            }
            rest = rest.get(whole..).unwrap_or_default();
        }
    }

    fn gap(&mut self, _: &mut Context<'_>, _: Side, _: u64) {}

    fn end(&mut self, cx: &mut Context<'_>) {
        for part in &mut self.parts {
            cx.memory.free(mem::take(&mut part.bytes));
        }
        self.session.end(cx);
    }

    fn protocol(&self) -> &'static str {
        "dtls"
    }

    fn client(&self) -> Option<Side> {
        self.session.client()
    }

    fn carries(&self) -> DataClass {
        DataClass::Encrypted
    }
}
