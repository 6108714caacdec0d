//! TLS on a byte stream: the record layer (RFC 8446, section 5).

use super::hello::ssl2_hello;
use super::session::{Session, is_known};
use super::wire::{HEADER_BYTES, Header, begins, content};
use crate::{Answer, Context, Conversation};
use quaywatch_model::{DataClass, Side, Verdict};
use std::mem;

/// The longest handshake message this software reads, in bytes: chains of certificates are a few KiB, the longest
/// seen are some 20.
const MAX_MESSAGE_BYTES: usize = 128 * 1024;
/// So many bytes show whether a record begins; where they do not, none does.
const LONGEST_DOUBT_BYTES: usize = 64;
/// A handshake message's type and length.
const MESSAGE_HEADER_BYTES: usize = 4;

/// A TLS connection. What is encrypted is passed over where it lies.
#[derive(Debug, Default)]
pub(super) struct Stream {
    session: Session,
    halves: [Half; 2],
}

/// How far one side's stream is read.
#[derive(Debug, Default)]
struct Half {
    in_step: bool,
    /// So many bytes of the record at hand are still to be passed over.
    passing: u64,
    /// The beginning of a record that is not whole yet.
    record: Vec<u8>,
    /// The beginning of a handshake message that is not whole yet.
    message: Vec<u8>,
    /// A handshake message too long to be kept: the rest of it is not read.
    overlong: bool,
}

impl Stream {
    /// Takes one record off the front of `bytes`, or passes over what can be; tells how many bytes it took, or `None`
    /// where more are needed.
    fn step(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> Option<usize> {
        let half = from.of_mut(&mut self.halves);
        if half.passing > 0 {
            let taken = bytes.len().min(usize::try_from(half.passing).unwrap_or(usize::MAX));
            half.passing -= taken as u64;
            return Some(taken);
        }
        if !half.in_step {
            return self.hunt(from, bytes);
        }
        if let Some((_, length)) = ssl2_hello(bytes) {
            bytes.get(..length)?;
            self.session.old_hello(cx.now, from);
            cx.carried(from, DataClass::Signalling, length as u64);
            return Some(length);
        }
        let Some(header) = Header::decode(bytes) else {
            if bytes.len() < HEADER_BYTES {
                return None;
            }
            cx.problem("tls", "record header that makes no sense", Verdict::Malformed, 0);
            half.in_step = false;
            self.lost(cx, from);
            return Some(1);
        };
        let closed = header.kind == content::APPLICATION
            || (header.kind != content::CHANGE_CIPHER && self.session.is_encrypted(from));
        if closed {
            from.of_mut(&mut self.halves).passing = header.length as u64;
            self.session.encrypted(cx, from);
            return Some(HEADER_BYTES);
        }
        let body = bytes.get(HEADER_BYTES..HEADER_BYTES + header.length)?;
        cx.carried(from, DataClass::Signalling, (HEADER_BYTES + header.length) as u64);
        self.record(cx, from, header.kind, body);
        Some(HEADER_BYTES + header.length)
    }

    /// Looks for the next record. `None`: the first bytes may begin one, but more are needed to tell.
    fn hunt(&mut self, from: Side, bytes: &[u8]) -> Option<usize> {
        for at in 0..bytes.len() {
            let head = bytes.get(at..).unwrap_or_default();
            match begins(head, true) {
                Answer::Certain => {
                    from.of_mut(&mut self.halves).in_step = true;
                    return Some(at);
                }
                Answer::Unsure if head.len() < LONGEST_DOUBT_BYTES => return (at > 0).then_some(at),
                Answer::Unsure | Answer::No => {}
            }
        }
        Some(bytes.len())
    }

    fn record(&mut self, cx: &mut Context<'_>, from: Side, kind: u8, body: &[u8]) {
        match kind {
            content::HANDSHAKE => self.handshake(cx, from, body),
            content::CHANGE_CIPHER => self.session.change_cipher(cx, from),
            content::ALERT => {
                if let &[_, description] = body {
                    self.session.alert(cx, from, description);
                }
            }
            _ => {}
        }
    }

    /// Puts handshake messages together, which may be cut over records and share them.
    fn handshake(&mut self, cx: &mut Context<'_>, from: Side, body: &[u8]) {
        let half = from.of_mut(&mut self.halves);
        if half.overlong {
            return;
        }
        if half.message.is_empty() {
            let used = messages(&mut self.session, cx, from, body);
            return self.keep_message(cx, from, body.get(used..).unwrap_or_default());
        }
        let mut message = mem::take(&mut half.message);
        if cx.memory.append(&mut message, body) {
            let used = messages(&mut self.session, cx, from, &message);
            cx.memory.drop_front(&mut message, used);
        } else {
            cx.problem("tls", "memory limit reached, handshake dropped", Verdict::Limit, body.len() as u64);
        }
        let half = from.of_mut(&mut self.halves);
        if message.is_empty() || message.len() > MAX_MESSAGE_BYTES {
            half.overlong = !message.is_empty();
            cx.memory.free(message);
        } else {
            half.message = message;
        }
    }

    fn keep_message(&mut self, cx: &mut Context<'_>, from: Side, rest: &[u8]) {
        if rest.is_empty() {
            return;
        }
        match cx.memory.copy(rest) {
            Some(kept) => from.of_mut(&mut self.halves).message = kept,
            None => cx.problem(
                "tls",
                "memory limit reached, handshake dropped",
                Verdict::Limit,
                rest.len() as u64,
            ),
        }
    }

    fn consume(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> usize {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            match self.step(cx, from, rest) {
                Some(taken) => at += taken,
                None => break,
            }
        }
        at
    }

    fn lost(&mut self, cx: &mut Context<'_>, from: Side) {
        let half = from.of_mut(&mut self.halves);
        cx.memory.free(mem::take(&mut half.record));
        cx.memory.free(mem::take(&mut half.message));
        half.overlong = false;
    }
}

/// Reads whole messages off the front; tells how many bytes they took.
fn messages(session: &mut Session, cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some((&[kind, high, middle, low], rest)) =
        bytes.get(at..).and_then(|rest| rest.split_first_chunk::<MESSAGE_HEADER_BYTES>())
    {
        let length = u32::from_be_bytes([0, high, middle, low]) as usize;
        if !is_known(kind) {
            // Encrypted, though the message that said so was not seen.
            return bytes.len();
        }
        let Some(body) = rest.get(..length) else { break };
        session.message(cx, from, kind, body, 't');
        at += MESSAGE_HEADER_BYTES + length;
    }
    at
}

impl Conversation for Stream {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let mut record = mem::take(&mut from.of_mut(&mut self.halves).record);
        if record.is_empty() {
            let used = self.consume(cx, from, bytes);
            let rest = bytes.get(used..).unwrap_or_default();
            if !rest.is_empty() {
                match cx.memory.copy(rest) {
                    Some(kept) => from.of_mut(&mut self.halves).record = kept,
                    None => self.gap(cx, from, rest.len() as u64),
                }
            }
            return;
        }
        if !cx.memory.append(&mut record, bytes) {
            cx.problem("tls", "memory limit reached, record dropped", Verdict::Limit, bytes.len() as u64);
            cx.memory.free(record);
            return self.gap(cx, from, bytes.len() as u64);
        }
        let used = self.consume(cx, from, &record);
        cx.memory.drop_front(&mut record, used);
        if record.is_empty() {
            cx.memory.free(record);
        } else {
            from.of_mut(&mut self.halves).record = record;
        }
    }

    fn gap(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64) {
        let half = from.of_mut(&mut self.halves);
        if bytes > 0 && bytes <= half.passing {
            // All that is missing was encrypted: still in step.
            half.passing -= bytes;
            return;
        }
        (half.in_step, half.passing) = (false, 0);
        self.lost(cx, from);
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        for half in &mut self.halves {
            cx.memory.free(mem::take(&mut half.record));
            cx.memory.free(mem::take(&mut half.message));
        }
        self.session.end(cx);
    }

    fn protocol(&self) -> &'static str {
        "tls"
    }

    fn client(&self) -> Option<Side> {
        self.session.client()
    }

    fn carries(&self) -> DataClass {
        DataClass::Encrypted
    }
}
