//! TFTP: configuration and firmware of switches, drives and panels, without any log-in.
//!
//! Standards: *RFC 1350* (1992), section 5; options by *RFC 2347*, block size *RFC 2348*, size *RFC 2349*, windows
//! *RFC 7440*.
//!
//! ```text
//! opcode u16 BE   1 read, 2 write   file name 0 mode 0 (option 0 value 0)*
//!                 3 data            block u16, up to a block size of bytes; fewer end the file
//!                 4 acknowledgement block u16
//!                 5 error           code u16, message 0
//!                 6 options agreed  (option 0 value 0)*
//! ```
//!
//! The request goes to port 69; the server answers from a port of its own, which makes another conversation. That one is
//! expected here by the client's port and finds the request it belongs to.
//!
//! # What is reported
//! `Read` or `Write` of the file when it is over, with its bytes; `UpdateFirmware` for a write of a file whose name or first
//! bytes say that it is firmware. The bytes are a transfer and content.
//!
//! Not decoded: the text modes' line ends are not converted (netascii, mail); multicast (RFC 2090).
//!
//! Limits: [`MOST_REQUESTS`] requests are remembered. An answer to a request nobody captured is not recognised.

#[cfg(test)]
mod tests;

use crate::{Answer, Context, Conversation, Expectations, Protocol, Transport, images, unmet};
use quaywatch_model::{
    Coded, Content, DataClass, Direction, Item, Items, Moment, Number, Operation, Outcome, Side, Topic,
    Transfer, TransferKind, Value, Verb, Verdict,
};
use quaywatch_wire::Reader;
use std::collections::VecDeque;

/// So many requests are remembered for the conversation that answers them.
const MOST_REQUESTS: usize = 256;
/// A file name and a mode are at most so long.
const LONGEST_NAME_BYTES: usize = 255;
/// The block size without an option.
const BLOCK_BYTES: usize = 512;
/// The one transfer at a time.
const TRANSFER: u64 = 1;

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "tftp",
    title: "TFTP",
    transports: &[Transport::Udp],
    ports: &[69],
    probe: |probe| if Ask::decode(probe.bytes).is_some() { Answer::Certain } else { Answer::No },
    start: |probe| Box::new(Tftp { token: probe.expected, ..Tftp::default() }),
    decoded: "read and write requests with their options; the files, from whatever port the server answers",
    not_decoded: "line ends of the text modes, multicast; a transfer whose request was not captured",
};

/// A read or write request.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ask {
    write: bool,
    name: String,
    at: Moment,
    block_bytes: usize,
    /// By its name, and then by its first bytes.
    kind: TransferKind,
}

impl Ask {
    /// Strict: a printable name, a mode that exists, and options in pairs up to the end.
    fn decode(datagram: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(datagram);
        let write = match reader.u16_be("opcode").ok()? {
            1 => false,
            2 => true,
            _ => return None,
        };
        let name = text(&mut reader)?;
        let mode = text(&mut reader)?;
        let known = ["octet", "netascii", "mail"].iter().any(|known| mode.eq_ignore_ascii_case(known));
        if name.is_empty() || !known {
            return None;
        }
        let mut block_bytes = BLOCK_BYTES;
        options(&mut reader, |option, value| {
            if option.eq_ignore_ascii_case("blksize") {
                block_bytes = value.parse().unwrap_or(block_bytes);
            }
        })?;
        let kind = images::kind(name, &[]);
        Some(Self { write, name: name.to_owned(), at: Moment::default(), block_bytes, kind })
    }
}

/// Text up to its NUL.
fn text<'a>(reader: &mut Reader<'a>) -> Option<&'a str> {
    let end = memchr::memchr(0, reader.peek()).filter(|&end| end <= LONGEST_NAME_BYTES)?;
    let text = std::str::from_utf8(reader.take(end, "text").ok()?).ok()?;
    reader.skip(1, "end of text").ok()?;
    (!text.chars().any(char::is_control)).then_some(text)
}

/// All options; `None` where they are not pairs of text.
fn options<'a>(reader: &mut Reader<'a>, mut tell: impl FnMut(&'a str, &'a str)) -> Option<()> {
    // Some clients pad their request with zeros.
    while reader.peek().iter().any(|&byte| byte != 0) {
        tell(text(reader)?, text(reader)?);
    }
    Some(())
}

/// Requests whose answers come in conversations of their own.
#[derive(Debug, Default)]
struct Asked {
    known: VecDeque<(u64, Ask)>,
    last: u64,
}

/// One conversation: the request with a server that answers from port 69, the answer of one that does not, or both.
#[derive(Default)]
struct Tftp {
    token: Option<u64>,
    client: Option<Side>,
    ask: Option<Ask>,
    /// The request is answered in another conversation, as far as is known: here is nothing to be told of it.
    elsewhere: bool,
    /// The block that comes next, counted without end.
    next: u64,
    /// The last block of a write was sent, and not yet acknowledged.
    last_sent: bool,
    moved: u64,
    begun: bool,
    lost: bool,
    heard_server: bool,
}

impl Conversation for Tftp {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        if let Some(mut ask) = Ask::decode(bytes) {
            ask.at = cx.now;
            return self.request(cx, from, ask);
        }
        if let Some(token) = self.token.take() {
            let asked = cx.shared.get::<Asked>();
            let at = asked.known.iter().position(|(known, _)| *known == token);
            self.ask = at.and_then(|at| asked.known.remove(at)).map(|(_, ask)| ask);
            // A server speaks first in the conversation it opens.
            self.client = Some(from.other());
        }
        let mut reader = Reader::new(bytes);
        let (Ok(opcode), Ok(number)) = (reader.u16_be("opcode"), reader.u16_be("block or code")) else {
            return cx.problem("tftp", "message too short", Verdict::Malformed, bytes.len() as u64);
        };
        self.heard_server |= self.client == Some(from.other());
        if self.heard_server {
            self.elsewhere = false;
        }
        match opcode {
            3 => self.block(cx, from, number, reader.rest()),
            4 => self.acknowledged(cx, from, number),
            5 => self.refused(cx, from, number),
            6 => self.agreed(bytes),
            _ => cx.problem("tftp", "unknown message", Verdict::Malformed, bytes.len() as u64),
        }
    }

    fn gap(&mut self, _: &mut Context<'_>, _: Side, _: u64) {}

    fn end(&mut self, cx: &mut Context<'_>) {
        if let Some(ask) = self.ask.take() {
            let outcome = if self.begun { Outcome::Unseen } else { unmet(ask.at, cx.now, self.heard_server) };
            self.finish(cx, &ask, None, outcome, None);
        }
    }

    fn protocol(&self) -> &'static str {
        "tftp"
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        DataClass::Signalling
    }
}

impl Tftp {
    /// A request: its answer comes here or from another port.
    fn request(&mut self, cx: &mut Context<'_>, from: Side, ask: Ask) {
        let repeated = self.ask.as_ref().is_some_and(|old| old.name == ask.name && !self.begun);
        if let Some(old) = self.ask.take().filter(|_| !repeated) {
            let outcome = if self.begun { Outcome::Unseen } else { unmet(old.at, cx.now, self.heard_server) };
            self.finish(cx, &old, None, outcome, None);
        }
        self.client = Some(from);
        cx.note(from, Topic::File, Value::Text(&ask.name));
        let asked = cx.shared.get::<Asked>();
        asked.last += 1;
        let token = asked.last;
        if asked.known.len() >= MOST_REQUESTS {
            asked.known.pop_front();
        }
        asked.known.push_back((token, ask.clone()));
        let end = (*from.of(&cx.addresses), *from.of(&cx.ports));
        cx.shared.get::<Expectations>().expect(cx.now, end, &PROTOCOL, token);
        (self.next, self.moved, self.lost, self.last_sent) = (1, 0, false, false);
        self.ask = Some(ask);
        self.elsewhere = true;
    }

    fn block(&mut self, cx: &mut Context<'_>, from: Side, number: u16, bytes: &[u8]) {
        let Some(ask) = &mut self.ask else { return };
        if !self.begun && number == 1 {
            ask.kind = images::kind(&ask.name, bytes);
        }
        let ask = ask.clone();
        self.begin(cx, &ask);
        // Numbers wrap: the one meant is the nearest to the one that is awaited.
        let ahead = i64::from(number.wrapping_sub(self.next as u16) as i16);
        if ahead < 0 {
            return;
        }
        let passed = ahead.unsigned_abs();
        if passed > 0 {
            self.lost = true;
            let bytes = passed * ask.block_bytes as u64;
            cx.transfer(&Transfer::Missing { id: TRANSFER, bytes });
            cx.problem("tftp", "blocks were lost", Verdict::Incomplete, bytes);
        }
        self.next += passed + 1;
        self.moved += bytes.len() as u64;
        cx.transfer(&Transfer::Data { id: TRANSFER, bytes });
        let ends = bytes.len() < ask.block_bytes;
        let wire_bytes = bytes.len() as u64;
        cx.content(&Content { from, class: images::class(ask.kind), wire_bytes, bytes, ends });
        if ends && !ask.write {
            // The client's acknowledgement may not be captured; the file is over all the same.
            self.ask = None;
            self.finish(cx, &ask, Some(cx.now), Outcome::Accepted, None);
        } else if ends {
            self.last_sent = true;
        }
    }

    /// A write is over when the server acknowledges the last block.
    fn acknowledged(&mut self, cx: &mut Context<'_>, from: Side, number: u16) {
        if self.client != Some(from.other()) || !self.last_sent {
            return;
        }
        if number == (self.next as u16).wrapping_sub(1)
            && let Some(ask) = self.ask.take()
        {
            self.finish(cx, &ask, Some(cx.now), Outcome::Accepted, None);
        }
    }

    fn refused(&mut self, cx: &mut Context<'_>, from: Side, code: u16) {
        let Some(ask) = self.ask.take() else { return };
        // A client that gives up says so in the same way.
        let by_client = self.client == Some(from);
        let outcome = if by_client && self.begun { Outcome::Unseen } else { Outcome::Refused };
        self.finish(cx, &ask, Some(cx.now), outcome, Some(code));
    }

    /// The server's choice of the options (RFC 2347).
    fn agreed(&mut self, datagram: &[u8]) {
        let Some(ask) = &mut self.ask else { return };
        let mut reader = Reader::new(datagram.get(2..).unwrap_or_default());
        let mut block_bytes = BLOCK_BYTES;
        let _ = options(&mut reader, |option, value| {
            if option.eq_ignore_ascii_case("blksize") {
                block_bytes = value.parse().unwrap_or(block_bytes);
            }
        });
        ask.block_bytes = block_bytes;
    }

    fn begin(&mut self, cx: &mut Context<'_>, ask: &Ask) {
        if self.begun {
            return;
        }
        self.begun = true;
        self.next = self.next.max(1);
        cx.transfer(&Transfer::Begin {
            id: TRANSFER,
            kind: ask.kind,
            direction: if ask.write { Direction::ToDevice } else { Direction::FromDevice },
            client: self.client.unwrap_or(Side::A),
            name: Some(&ask.name),
            block_type: None,
            block_number: None,
        });
    }

    fn finish(
        &mut self,
        cx: &mut Context<'_>,
        ask: &Ask,
        reply: Option<Moment>,
        outcome: Outcome,
        code: Option<u16>,
    ) {
        if std::mem::take(&mut self.begun) {
            let complete = outcome == Outcome::Accepted && !self.lost;
            cx.transfer(&Transfer::End { id: TRANSFER, complete });
        } else if std::mem::take(&mut self.elsewhere) && !self.heard_server && !is_remembered(cx, ask) {
            return;
        }
        let (function, verb) = match ask.write {
            false => (Coded::new("read_request", Number::Hex16(1)), Verb::Read),
            true if ask.kind == TransferKind::Firmware => {
                (Coded::new("write_request", Number::Hex16(2)), Verb::UpdateFirmware)
            }
            true => (Coded::new("write_request", Number::Hex16(2)), Verb::Write),
        };
        let bytes = std::mem::take(&mut self.moved);
        cx.operation(&Operation {
            request: Some(ask.at),
            reply,
            items: &Name(&ask.name),
            bytes: (bytes > 0).then_some(bytes),
            code: code.map(|code| Coded::new(error_name(code), Number::Hex16(code))),
            ..Operation::new(self.client.unwrap_or(Side::A), verb, function, outcome)
        });
    }
}

/// Whether no other conversation has taken up this request.
fn is_remembered(cx: &mut Context<'_>, ask: &Ask) -> bool {
    let asked = cx.shared.get::<Asked>();
    let at = asked.known.iter().position(|(_, known)| known == ask);
    at.and_then(|at| asked.known.remove(at)).is_some()
}

/// RFC 1350 appendix, RFC 2347.
const fn error_name(code: u16) -> &'static str {
    match code {
        0 => "not_defined",
        1 => "file_not_found",
        2 => "access_violation",
        3 => "disk_full",
        4 => "illegal_operation",
        5 => "unknown_transfer_id",
        6 => "file_already_exists",
        7 => "no_such_user",
        8 => "option_negotiation_failed",
        _ => "unknown",
    }
}

struct Name<'a>(&'a str);

impl Items for Name<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        tell(Item::valued(&"file", Value::Text(self.0)));
    }
}
