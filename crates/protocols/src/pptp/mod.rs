//! PPTP: the old tunnel of Windows, and its data in GRE of its own kind.
//!
//! Standard: RFC 2637, sections 2 (control messages) and 4.1 (enhanced GRE).
//!
//! ```text
//! control: | length u16 | 00 01 | 1A 2B 3C 4D | type u16 | 00 00 | ... |          TCP
//! data:    | flags, version 1 | 88 0B | payload length u16 | call id u16 | ... |  IP protocol 47
//! ```
//!
//! The start of the control connection is one operation, OpenSession. Names of hosts and makers are facts. GRE is
//! Encrypted where PPP says so, and Unknown where it does not.
//!
//! Not decoded: PPP inside; calls beyond their presence.
//!
//! Limits: a message is at most [`MAX_MESSAGE_BYTES`].

#[cfg(test)]
mod tests;

use crate::opening::Opening;
use crate::{Answer, Context, Conversation, Dialogue, Framed, Length, Probe, Protocol, Transport};
use quaywatch_model::{Attribute, Coded, DataClass, Number, Outcome, Side, Timestamp, Topic, Value};

/// IP protocol number of GRE (IANA).
const GRE: u8 = 47;

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "pptp",
    title: "PPTP",
    transports: &[Transport::Tcp, Transport::Ip(GRE)],
    ports: &[1723],
    probe,
    start: |probe| match probe.transport {
        Transport::Tcp => Box::new(Framed::new(Control::default())),
        _ => Box::new(Data::default()),
    },
    decoded: "the opening of the tunnel, who the ends say they are, that there is data",
    not_decoded: "PPP inside, calls",
};

/// Where the length of the longest message (152 to 220 bytes) has room to grow.
const MAX_MESSAGE_BYTES: usize = 512;
const MAGIC: [u8; 4] = [0x1a, 0x2b, 0x3c, 0x4d];
const START_REQUEST: u16 = 1;
const START_REPLY: u16 = 2;
const FUNCTION: Coded<'static> = Coded::new("start_control_connection_request", Number::Hex16(START_REQUEST));

fn probe(probe: &Probe<'_>) -> Answer {
    match (probe.transport, probe.bytes) {
        (Transport::Tcp, bytes) => begins(bytes),
        (_, [_, version, 0x88, 0x0b, _, _, _, _, ..]) if version & 0x07 == 1 => Answer::Certain,
        _ => Answer::No,
    }
}

fn begins(head: &[u8]) -> Answer {
    match *head {
        [high, low, 0, 1, a, b, c, d, 0, kind, 0, 0, ..]
            if [a, b, c, d] == MAGIC && (1..=15).contains(&kind) =>
        {
            let length = usize::from(u16::from_be_bytes([high, low]));
            if (12..=MAX_MESSAGE_BYTES).contains(&length) { Answer::Certain } else { Answer::No }
        }
        [_, _, 0, 1, ref magic @ ..] if head.len() < 12 && magic.iter().zip(MAGIC).all(|(&a, b)| a == b) => {
            Answer::Unsure
        }
        [_, _, 0] | [_, _] | [_] | [] => Answer::Unsure,
        _ => Answer::No,
    }
}

#[derive(Debug, Default)]
struct Control {
    opening: Opening,
    heard: [bool; 2],
    noted: bool,
}

impl Dialogue for Control {
    const LAYER: &'static str = "pptp";
    const MAX_PDU_BYTES: usize = MAX_MESSAGE_BYTES;

    fn length(&self, _: Side, head: &[u8]) -> Length {
        match (begins(head), head) {
            (Answer::Certain, &[high, low, ..]) => Length::Is(usize::from(u16::from_be_bytes([high, low]))),
            (Answer::Unsure, _) => Length::More,
            _ => Length::Bad("no PPTP message"),
        }
    }

    fn starts(&self, _: Side, head: &[u8]) -> Answer {
        begins(head)
    }

    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, pdu: &[u8]) {
        *from.of_mut(&mut self.heard) = true;
        if !self.noted {
            self.noted = true;
            cx.note(from, Topic::Service, Value::Text("PPTP"));
        }
        let kind =
            pdu.get(8..).and_then(|rest| rest.first_chunk::<2>()).map_or(0, |kind| u16::from_be_bytes(*kind));
        if matches!(kind, START_REQUEST | START_REPLY) {
            // Host and vendor are the last two fields, 64 bytes each (section 2.1).
            let text = |at: usize| {
                let field = pdu.get(at..).and_then(|rest| rest.get(..64)).unwrap_or_default();
                let end = field.iter().position(|&byte| byte == 0).unwrap_or(field.len());
                str::from_utf8(field.get(..end).unwrap_or_default()).unwrap_or_default()
            };
            cx.fact(from, Attribute::Name, text(28));
            cx.fact(from, Attribute::Software, text(92));
        }
        match kind {
            START_REQUEST => self.opening.ask(cx, from),
            START_REPLY => {
                // Section 2.2: result 1 is success.
                let accepted = pdu.get(14) == Some(&1);
                let outcome = if accepted { Outcome::Accepted } else { Outcome::Refused };
                self.opening.answer(cx, from, FUNCTION, outcome, &());
            }
            _ => {}
        }
    }

    fn lost(&mut self, _: &mut Context<'_>, _: Side, _: u64) {}

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        let heard = self.heard == [true; 2];
        self.opening.tick(cx, FUNCTION, heard)
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        let heard = self.heard == [true; 2];
        self.opening.end(cx, FUNCTION, heard);
    }

    fn protocol(&self) -> &'static str {
        "pptp"
    }

    fn client(&self) -> Option<Side> {
        self.opening.client()
    }

    fn carries(&self) -> DataClass {
        DataClass::Signalling
    }
}

#[derive(Debug, Default)]
struct Data {
    noted: bool,
}

impl Conversation for Data {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        if !self.noted {
            self.noted = true;
            cx.note(from, Topic::Service, Value::Text("PPTP"));
        }
        let class = if is_encrypted(bytes) { DataClass::Encrypted } else { DataClass::Unknown };
        cx.carried(from, class, bytes.len() as u64);
    }

    fn gap(&mut self, _: &mut Context<'_>, _: Side, _: u64) {}

    fn end(&mut self, _: &mut Context<'_>) {}

    fn protocol(&self) -> &'static str {
        "pptp"
    }

    fn client(&self) -> Option<Side> {
        None
    }
}

/// Whether PPP says with protocol 00FD that what it carries is compressed or encrypted (RFC 3078). The header of GRE is as
/// long as its flags for a sequence number and an acknowledgment say (RFC 2637, section 4.1); address and control of PPP,
/// and the first zero of its protocol, may be left out (RFC 1661, sections 6.5 and 6.6).
fn is_encrypted(packet: &[u8]) -> bool {
    let &[flags, more_flags, ..] = packet else { return false };
    let words = usize::from(flags & 0x10 != 0) + usize::from(more_flags & 0x80 != 0);
    let frame = packet.get(8 + 4 * words..).unwrap_or_default();
    let frame = frame.strip_prefix(&[0xff, 0x03]).unwrap_or(frame);
    matches!(frame, [0xfd, ..] | [0, 0xfd, ..])
}
