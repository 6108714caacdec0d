//! NBNS: the names of Windows hosts, registered, asked for and listed.
//!
//! Standard: RFC 1002 section 4.2. UDP port 137. Messages are those of [`dns`](crate::dns) with opcodes of their own; a name of 15 bytes and a suffix
//! is written as 32 letters, `A` to `P`, a half byte each.
//!
//! ```text
//! name record (NB, 32)       entries of | flags: u16, top bit: a group | IPv4 address |
//! node status (NBSTAT, 33)   | count: u8 | entries of | name: 15 | suffix: u8 | flags: u16 | | MAC address | statistics |
//! ```
//!
//! What it tells: of who registers or refreshes a name of its own that name; of the address in an answer the name asked for; of who lists its names, these
//! and its MAC address. Of suffixes 0x1B and 0x1C (domain controllers) the name as `domain_name`. Lines in Zeek's `dns.log`.
//!
//! Not decoded: redirects, scopes, statistics.
//!
//! Limits: `MOST_NAMES` of a node status; those of [`dns`](crate::dns).

#[cfg(test)]
mod tests;

use crate::dns::{Datagrams, Dns, Flavour, Message, Part, Record, Type, is_answered, is_message};
use crate::{Answer, Context, Probe, Protocol, Transport};
use quaywatch_model::{Address, Attribute, Mac, Side, Subject};
use quaywatch_wire::Reader;

/// The registered port.
const PORT: u16 = 137;
/// A host has some ten names.
const MOST_NAMES: usize = 32;
/// A name in its half bytes.
const ENCODED_BYTES: usize = 32;
/// The flag of a name that several hosts share.
const GROUP: u16 = 0x8000;
/// Suffix of a host's own name, and of its file service.
const HOST: [u8; 2] = [0x00, 0x20];
/// Opcodes by which a host takes a name: registration, and refresh by its two numbers.
const TAKES: [u8; 3] = [5, 8, 9];

/// The protocol's descriptor.
pub static PROTOCOL: Protocol = Protocol {
    name: "nbns",
    title: "NetBIOS name service",
    transports: &[Transport::Udp],
    ports: &[PORT],
    probe,
    start: |_| Box::new(Datagrams(Dns::new(Flavour::Nbns, "udp"))),
    decoded: "names registered, asked for and listed, with addresses; Zeek's dns.log",
    not_decoded: "redirects, scopes, statistics",
};

/// A message whose first name is written in half bytes, off its port with its answer.
fn probe(probe: &Probe<'_>) -> Answer {
    if !is_message(probe, PORT) || first_name(probe.bytes).is_none() {
        return Answer::No;
    }
    if probe.on_port(PORT) || is_answered(probe) { Answer::Certain } else { Answer::Unsure }
}

fn first_name(bytes: &[u8]) -> Option<NetbiosName> {
    let message = Message::decode(bytes).ok()?;
    let mut first = None;
    let _ = message.each(&mut |part| {
        let name = match part {
            Part::Question(question) => &question.name,
            Part::Record(record) => &record.name,
        };
        first.get_or_insert(NetbiosName::decode(name.bytes()));
    });
    first.flatten()
}

/// A name with its suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct NetbiosName {
    name: [u8; 15],
    suffix: u8,
}

impl NetbiosName {
    fn decode(text: &[u8]) -> Option<Self> {
        let (encoded, scope) = text.split_at_checked(ENCODED_BYTES)?;
        if scope.first().is_some_and(|&byte| byte != b'.') {
            return None;
        }
        let half = |letter: u8| match letter.to_ascii_uppercase() {
            letter @ b'A'..=b'P' => Some(letter - b'A'),
            _ => None,
        };
        let mut bytes = [0; 16];
        for (byte, [high, low]) in bytes.iter_mut().zip(encoded.as_chunks::<2>().0) {
            *byte = half(*high)? << 4 | half(*low)?;
        }
        let [name @ .., suffix] = bytes;
        Some(Self { name, suffix })
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.name).trim_end_matches([' ', '\0']).to_owned()
    }
}

/// The name as Zeek's `dns.log` has it: up to the first byte that no name has, without its suffix; `None` where
/// nothing is left.
pub(crate) fn logged_name(text: &[u8]) -> Option<String> {
    let NetbiosName { name, .. } = NetbiosName::decode(text)?;
    let kept = name.iter().take_while(|byte| byte.is_ascii_graphic() || **byte < 3);
    let kept: String = kept.map(|&byte| char::from(byte)).collect();
    (!kept.is_empty()).then_some(kept)
}

/// Tells what a message says of who is called what.
pub(crate) fn tell(cx: &mut Context<'_>, from: Side, message: &Message<'_>) {
    let is_reply = message.header.is_response();
    let takes = !is_reply && TAKES.contains(&message.header.opcode());
    let answers = is_reply && message.header.opcode() == 0 && message.header.rcode() == 0;
    if !takes && !answers {
        return;
    }
    let _ = message.each(&mut |part| {
        let Part::Record(record) = part else { return };
        let Some(name) = NetbiosName::decode(record.name.bytes()) else { return };
        match record.kind {
            Type::NB => names(cx, &name, record),
            Type::SRV if answers => status(cx, from, record.data),
            _ => {}
        }
    });
}

/// The addresses of a name.
fn names(cx: &mut Context<'_>, name: &NetbiosName, record: &Record<'_>) {
    for [high, low, address @ ..] in record.data.as_chunks::<6>().0.iter().take(MOST_NAMES) {
        let is_group = u16::from_be_bytes([*high, *low]) & GROUP != 0;
        if *address != [0; 4] {
            tell_name(cx, Subject::Address(Address::v4(*address)), name, is_group);
        }
    }
}

fn tell_name(cx: &mut Context<'_>, about: Subject, name: &NetbiosName, is_group: bool) {
    match name.suffix {
        suffix if HOST.contains(&suffix) && !is_group => cx.fact_of(about, Attribute::Name, &name.text()),
        0x1b | 0x1c => cx.fact_of(about, Attribute::DomainName, &name.text()),
        _ => {}
    }
}

/// The names a host lists, and its MAC address.
fn status(cx: &mut Context<'_>, from: Side, data: &[u8]) {
    let mut reader = Reader::new(data);
    let Ok(count) = reader.u8("number of names") else { return };
    for _ in 0..count {
        let (Ok(name), Ok(suffix), Ok(flags)) =
            (reader.array("name"), reader.u8("suffix"), reader.u16_be("name flags"))
        else {
            return;
        };
        tell_name(cx, Subject::Side(from), &NetbiosName { name, suffix }, flags & GROUP != 0);
    }
    if let Some(mac) = reader.array("unit ID").ok().filter(|mac| *mac != [0; 6]) {
        cx.fact(from, Attribute::Mac, &Mac(mac).to_string());
    }
}
