//! A connection up to where it is encrypted.

use super::kex::Offer;
use super::log;
use crate::{Context, Conversation};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use memchr::memchr;
use quaywatch_model::{
    Attribute, Coded, DataClass, Moment, Number, Operation, Outcome, Side, Topic, Value, Verb, Verdict,
};
use quaywatch_wire::Reader;
use sha2::{Digest, Sha256};
use std::mem;

/// The longest identification string (RFC 4253, section 4.2), in bytes.
const MAX_BANNER_BYTES: usize = 255;
/// The longest line before it that is passed over, in bytes.
const MAX_LINE_BYTES: usize = 4096;
/// The longest packet every implementation must take (RFC 4253, section 6.1), in bytes.
const MAX_PACKET_BYTES: usize = 35_000;
const KEXINIT: u8 = 20;
const NEWKEYS: u8 = 21;
/// The server's answers in exchanges of keys begin with its host key: Diffie-Hellman, elliptic curves and hybrids have
/// 31, exchanges of groups 33 (RFC 4253, section 8; RFC 5656, section 4; RFC 4419, section 3).
const KEX_ANSWERS: [u8; 2] = [31, 33];

/// An SSH connection.
#[derive(Debug, Default)]
pub(super) struct Ssh {
    pub(super) begun: Option<Moment>,
    pub(super) client: Option<Side>,
    pub(super) banners: [Option<Box<str>>; 2],
    /// What each side offers, as it said it, from the bounded memory.
    kexinits: [Vec<u8>; 2],
    pub(super) host_key: Option<Box<str>>,
    halves: [Half; 2],
    told: bool,
}

#[derive(Debug, Default)]
struct Half {
    phase: Phase,
    kept: Vec<u8>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Phase {
    #[default]
    Banner,
    Packets,
    Encrypted,
}

impl Ssh {
    /// Takes a line or a packet off the front; `None` where more is needed.
    fn step(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> Option<usize> {
        match from.of(&self.halves).phase {
            Phase::Encrypted => Some(bytes.len()),
            Phase::Banner => {
                let Some(end) = memchr(b'\n', bytes) else {
                    if bytes.len() <= MAX_LINE_BYTES {
                        return None;
                    }
                    self.give_up(cx, from, "line that does not end");
                    return Some(bytes.len());
                };
                cx.carried(from, DataClass::Signalling, end as u64 + 1);
                self.line(cx, from, bytes.get(..end).unwrap_or_default());
                Some(end + 1)
            }
            Phase::Packets => {
                let length = u32::from_be_bytes(*bytes.first_chunk::<4>()?) as usize;
                if !(2..=MAX_PACKET_BYTES).contains(&length) {
                    self.give_up(cx, from, "packet length out of bounds");
                    return Some(bytes.len());
                }
                let packet = bytes.get(4..4 + length)?;
                cx.carried(from, DataClass::Signalling, 4 + length as u64);
                let padding = usize::from(*packet.first()?);
                let end = length.saturating_sub(padding);
                self.packet(cx, from, packet.get(1..end).unwrap_or_default());
                Some(4 + length)
            }
        }
    }

    fn give_up(&mut self, cx: &mut Context<'_>, from: Side, reason: &'static str) {
        cx.problem("ssh", reason, Verdict::Malformed, 0);
        from.of_mut(&mut self.halves).phase = Phase::Encrypted;
    }

    /// A line before the packets: the identification, or what servers may send before it.
    fn line(&mut self, cx: &mut Context<'_>, from: Side, line: &[u8]) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !line.starts_with(b"SSH-") || line.len() > MAX_BANNER_BYTES {
            return;
        }
        self.begun.get_or_insert(cx.now);
        let line = line.split(|byte| *byte == 0).next().unwrap_or_default();
        let banner = String::from_utf8_lossy(line).trim_end().to_owned();
        let mut parts = banner.splitn(3, '-').skip(1);
        let (version, software) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        cx.note(from, Topic::Version, Value::Text(&format!("SSH-{version}")));
        cx.note(from, Topic::Software, Value::Text(software));
        cx.fact(from, Attribute::Software, software);
        let systems = ["Debian", "Ubuntu", "Raspbian", "FreeBSD", "NetBSD", "Windows"];
        if let Some(system) = systems.iter().find(|system| software.contains(**system)) {
            cx.fact(from, Attribute::OperatingSystem, system);
        }
        let packets = version == "2.0" || version == "1.99";
        from.of_mut(&mut self.halves).phase = if packets { Phase::Packets } else { Phase::Encrypted };
        *from.of_mut(&mut self.banners) = Some(banner.clone().into());
        if self.client.is_none() {
            // Until a key exchange tells better: the transport's hint.
            let [a, b] = cx.ports;
            self.client = Some(if a < b { Side::B } else { Side::A });
        }
    }

    fn packet(&mut self, cx: &mut Context<'_>, from: Side, payload: &[u8]) {
        let Some((&kind, body)) = payload.split_first() else { return };
        match kind {
            KEXINIT if from.of::<Vec<u8>>(&self.kexinits).is_empty() => {
                *from.of_mut(&mut self.kexinits) = cx.memory.copy(body).unwrap_or_default();
            }
            NEWKEYS => {
                from.of_mut(&mut self.halves).phase = Phase::Encrypted;
                self.finish(cx);
            }
            // The client of an exchange of keys speaks first.
            30 | 34 | 32 => self.client = Some(from),
            _ if KEX_ANSWERS.contains(&kind) => self.answer(from, body),
            _ => {}
        }
    }

    /// The server's part in an exchange of keys. In an exchange of groups 31 is the group, which is no host key.
    fn answer(&mut self, from: Side, body: &[u8]) {
        self.client = Some(from.other());
        let mut reader = Reader::new(body);
        let Ok(length) = reader.u32_be("host key") else { return };
        let Ok(key) = reader.take(length as usize, "host key") else { return };
        // A host key begins with the name of its algorithm.
        let mut inside = Reader::new(key);
        let name = inside.u32_be("name").ok().and_then(|length| inside.take(length as usize, "name").ok());
        let is_name =
            |name: &[u8]| !name.is_empty() && name.len() <= 64 && name.iter().all(u8::is_ascii_graphic);
        if name.is_some_and(is_name) {
            self.host_key = Some(format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(key))).into());
        }
    }

    /// All that can be known is known.
    fn finish(&mut self, cx: &mut Context<'_>) {
        let both = self.halves.iter().all(|half| half.phase == Phase::Encrypted);
        if both {
            self.tell(cx, Outcome::Accepted);
        }
    }

    fn tell(&mut self, cx: &mut Context<'_>, outcome: Outcome) {
        if mem::replace(&mut self.told, true) || self.begun.is_none() {
            return;
        }
        let client = self.client.unwrap_or(Side::A);
        let offers = [client, client.other()].map(|side| self.offer(cx, side));
        let [of_client, of_server] = &offers;
        if let Some(offer) = of_client {
            cx.note(client, Topic::Hassh, Value::Text(&offer.hassh(0)));
        }
        if let Some(offer) = of_server {
            cx.note(client.other(), Topic::HasshServer, Value::Text(&offer.hassh(1)));
        }
        cx.operation(&Operation {
            request: self.begun,
            reply: (outcome == Outcome::Accepted).then_some(cx.now),
            ..Operation::new(
                client,
                Verb::OpenSession,
                Coded::new("key_exchange", Number::Hex8(KEXINIT)),
                outcome,
            )
        });
        if cx.wanted.logs {
            log::write(cx, self, offers);
        }
    }

    /// What a side offers; its memory is given back.
    fn offer(&mut self, cx: &mut Context<'_>, side: Side) -> Option<Offer> {
        let body = mem::take(side.of_mut(&mut self.kexinits));
        let offer = Offer::decode(&body).ok();
        if offer.is_none() && !body.is_empty() {
            cx.problem("ssh", "KEXINIT that cannot be read", Verdict::Malformed, body.len() as u64);
        }
        cx.memory.free(body);
        offer
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
}

impl Conversation for Ssh {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let mut kept = mem::take(&mut from.of_mut(&mut self.halves).kept);
        if kept.is_empty() {
            let used = self.consume(cx, from, bytes);
            let rest = bytes.get(used..).unwrap_or_default();
            if rest.is_empty() {
                return;
            }
            match cx.memory.copy(rest) {
                Some(rest) => from.of_mut(&mut self.halves).kept = rest,
                None => self.gap(cx, from, rest.len() as u64),
            }
            return;
        }
        if !cx.memory.append(&mut kept, bytes) {
            cx.problem("ssh", "memory limit reached, packet dropped", Verdict::Limit, bytes.len() as u64);
            cx.memory.free(kept);
            return self.gap(cx, from, bytes.len() as u64);
        }
        let used = self.consume(cx, from, &kept);
        cx.memory.drop_front(&mut kept, used);
        if kept.is_empty() {
            cx.memory.free(kept);
        } else {
            from.of_mut(&mut self.halves).kept = kept;
        }
    }

    fn gap(&mut self, cx: &mut Context<'_>, from: Side, _: u64) {
        // Where packets begin is no longer known, and most of a connection is encrypted anyway.
        let half = from.of_mut(&mut self.halves);
        half.phase = Phase::Encrypted;
        cx.memory.free(mem::take(&mut half.kept));
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        for half in &mut self.halves {
            cx.memory.free(mem::take(&mut half.kept));
        }
        self.tell(cx, Outcome::Unseen);
        self.kexinits.iter_mut().for_each(|kexinit| cx.memory.free(mem::take(kexinit)));
    }

    fn protocol(&self) -> &'static str {
        "ssh"
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        DataClass::Encrypted
    }
}
