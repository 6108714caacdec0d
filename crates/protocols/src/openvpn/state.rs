use crate::opening::Opening;
use crate::{Answer, Context, Conversation, Dialogue, Length};
use quaywatch_model::{Coded, DataClass, Number, Outcome, Side, Timestamp, Topic, Value};

const CLIENT_V1: u8 = 1;
const SERVER_V1: u8 = 2;
const CLIENT_V2: u8 = 7;
const SERVER_V2: u8 = 8;
const CLIENT_V3: u8 = 10;

/// Opcode and session id.
const HEAD_BYTES: usize = 9;
/// The HMACs that are in use, in bytes: MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512.
const HMAC_BYTES: [usize; 6] = [16, 20, 28, 32, 48, 64];
/// What `tls-crypt` puts before what it encrypts: packet id, time, tag of 32 bytes.
const CRYPT_BYTES: usize = 40;
/// The shortest reset, and the longest: with a wrapped client key, which OpenVPN limits to 1024 bytes.
const RESET_BYTES: std::ops::RangeInclusive<usize> = HEAD_BYTES + 5..=HEAD_BYTES + CRYPT_BYTES + 5 + 1024;
/// Times before 2001 and after 2100 are none.
const TIMES: std::ops::Range<u32> = 0x3a00_0000..0xf400_0000;
/// The longest packet over TCP.
const MAX_PACKET_BYTES: usize = 65_535;

/// How the control channel is protected, in the words of OpenVPN's options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    None,
    Auth,
    Crypt,
}

/// Whether a stream that begins so begins with a reset.
pub(super) fn opens(stream: &[u8]) -> Answer {
    let &[high, low, ref packet @ ..] = stream else {
        let is_short = stream.first().is_none_or(|&high| usize::from(high) <= RESET_BYTES.end() >> 8);
        return if is_short { Answer::Unsure } else { Answer::No };
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    let is_reset = packet.first().is_none_or(|&first| resets(first).is_some());
    if !is_reset || !RESET_BYTES.contains(&length) {
        return Answer::No;
    }
    match packet.get(..length).map(reset) {
        Some(Some(_)) => Answer::Certain,
        Some(None) => Answer::No,
        None => Answer::Unsure,
    }
}

/// Whether a packet with this first byte is a reset from the client (`true`) or from the server; `None`: from neither.
const fn resets(first: u8) -> Option<bool> {
    match (first >> 3, first & 0x07) {
        (CLIENT_V1 | CLIENT_V2 | CLIENT_V3, 0) => Some(true),
        (SERVER_V1 | SERVER_V2, 0) => Some(false),
        _ => None,
    }
}

/// Whether this is a reset from client or server, and how it is protected.
pub(super) fn reset(packet: &[u8]) -> Option<(bool, Guard)> {
    let (&first, _) = packet.split_first()?;
    let from_client = resets(first)?;
    let rest = packet.get(HEAD_BYTES..)?;
    if first >> 3 == CLIENT_V3 {
        // The client's wrapped key is behind the reset; its length is its last two bytes.
        let (_, &key) = rest.split_last_chunk::<2>()?;
        let key = usize::from(u16::from_be_bytes(key));
        let fits = is_crypt(rest) && rest.len() == CRYPT_BYTES + 5 + key;
        return fits.then_some((true, Guard::Crypt));
    }
    if is_empty_reset(rest, from_client) {
        return Some((from_client, Guard::None));
    }
    let signed = HMAC_BYTES.iter().any(|&hmac| {
        let Some((head, content)) = rest.split_at_checked(hmac + 8) else { return false };
        is_stamp(head.get(hmac..).unwrap_or_default()) && is_empty_reset(content, from_client)
    });
    if signed {
        return Some((from_client, Guard::Auth));
    }
    let crypt = rest.len() == CRYPT_BYTES + if from_client { 5 } else { 17 };
    (crypt && is_crypt(rest)).then_some((from_client, Guard::Crypt))
}

/// No message is acknowledged by a client's reset; at most the client's by a server's. Then the first message id.
fn is_empty_reset(content: &[u8], from_client: bool) -> bool {
    match content {
        [0, 0, 0, 0, 0] => true,
        [1, 0, 0, 0, 0, _, _, _, _, _, _, _, _, 0, 0, 0, 0] => !from_client,
        _ => false,
    }
}

/// The first packet ids of a key, and a time.
fn is_stamp(stamp: &[u8]) -> bool {
    let Some((&id, time)) = stamp.split_first_chunk::<4>() else { return false };
    let time = time.first_chunk::<4>().map(|time| u32::from_be_bytes(*time));
    (1..16).contains(&u32::from_be_bytes(id)) && time.is_some_and(|time| TIMES.contains(&time))
}

/// As a stamp, but the upper half of the id may be a mark, as early negotiation sets it.
fn is_crypt(rest: &[u8]) -> bool {
    let &[_, _, high, low, a, b, c, d, ..] = rest else { return false };
    is_stamp(&[0, 0, high, low, a, b, c, d])
}

/// What OpenVPN makes us keep, over UDP.
#[derive(Debug, Default)]
pub(super) struct Datagrams {
    opening: Opening,
    heard: [bool; 2],
    noted: bool,
}

const FUNCTION: Coded<'static> = Coded::new("hard_reset", Number::Hex8(CLIENT_V2));

impl Datagrams {
    fn packet(&mut self, cx: &mut Context<'_>, from: Side, packet: &[u8], wire_bytes: usize) {
        *from.of_mut(&mut self.heard) = true;
        let Some((from_client, guard)) = reset(packet) else {
            return cx.carried(from, DataClass::Encrypted, wire_bytes as u64);
        };
        if !self.noted {
            self.noted = true;
            let guard = match guard {
                Guard::None => "certificates",
                Guard::Auth => "certificates, tls-auth",
                Guard::Crypt => "certificates, tls-crypt",
            };
            cx.note(from, Topic::Service, Value::Text("OpenVPN"));
            cx.note(from, Topic::Protection, Value::Text("encrypted"));
            cx.note(from, Topic::Authentication, Value::Text(guard));
        }
        if from_client {
            self.opening.ask(cx, from);
        } else {
            self.opening.answer(cx, from, FUNCTION, Outcome::Accepted, &());
        }
    }
}

impl Conversation for Datagrams {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        self.packet(cx, from, bytes, bytes.len());
    }

    fn gap(&mut self, _: &mut Context<'_>, _: Side, _: u64) {}

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        let heard = self.heard == [true; 2];
        self.opening.tick(cx, FUNCTION, heard)
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        let heard = self.heard == [true; 2];
        self.opening.end(cx, FUNCTION, heard);
    }

    fn protocol(&self) -> &'static str {
        "openvpn"
    }

    fn client(&self) -> Option<Side> {
        self.opening.client()
    }

    fn carries(&self) -> DataClass {
        DataClass::Encrypted
    }
}

/// Whether a whole packet lies here, and behind it nothing or the beginning of another.
fn packets_lie(bytes: &[u8]) -> bool {
    let is_known = |first: &u8| (1..=11).contains(&(first >> 3));
    let &[high, low, ref rest @ ..] = bytes else { return false };
    let length = usize::from(u16::from_be_bytes([high, low]));
    let Some((packet, behind)) = rest.split_at_checked(length) else { return false };
    length >= HEAD_BYTES
        && packet.first().is_some_and(is_known)
        && (behind.is_empty() || behind.get(2).is_some_and(is_known))
}

/// The same over TCP.
#[derive(Debug, Default)]
pub(super) struct Stream(Datagrams);

impl Dialogue for Stream {
    const LAYER: &'static str = "openvpn";
    const MAX_PDU_BYTES: usize = MAX_PACKET_BYTES + 2;

    fn length(&self, _: Side, head: &[u8]) -> Length {
        match *head {
            [0, 0, ..] => Length::Bad("packet without bytes"),
            [high, low, ..] => Length::Is(2 + usize::from(u16::from_be_bytes([high, low]))),
            _ => Length::More,
        }
    }

    fn starts(&self, _: Side, head: &[u8]) -> Answer {
        match opens(head) {
            // After a gap: whole packets that lie one behind the other, with opcodes there are.
            Answer::No if packets_lie(head) => Answer::Certain,
            answer => answer,
        }
    }

    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, pdu: &[u8]) {
        self.0.packet(cx, from, pdu.get(2..).unwrap_or_default(), pdu.len());
    }

    fn lost(&mut self, _: &mut Context<'_>, _: Side, _: u64) {}

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        Conversation::tick(&mut self.0, cx)
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        Conversation::end(&mut self.0, cx);
    }

    fn protocol(&self) -> &'static str {
        "openvpn"
    }

    fn client(&self) -> Option<Side> {
        self.0.opening.client()
    }

    fn carries(&self) -> DataClass {
        DataClass::Encrypted
    }
}
