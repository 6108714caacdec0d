use crate::json::{self, Bound};
use quaywatch_model::Side;
use std::fmt::Display;
use std::ops::Range;

/// No name of a conversation or an address is longer than this, in bytes; the rest is cut.
const PART_LIMIT_BYTES: usize = 256;

const BEFORE_UID: &[u8] = b"\"uid\":\"";
const BEFORE_SERVER: &[u8] = b"\",\"server\":\"";
const AFTER_SERVER: &[u8] = b"\"";

/// What every row says of its conversation, rendered once: uid, Community ID, crane and both addresses.
///
/// About 130 bytes on the heap. Make it when the conversation first has something to tell.
#[derive(Debug, Clone)]
pub struct Label {
    /// As it stands in a row that A is the client of: `"uid":"…","community_id":"…","client":"…","server":"…"`.
    text: Box<[u8]>,
    /// Where the uid ends.
    uid_end: u16,
    /// Where A's address stands.
    a_start: u16,
    a_end: u16,
    /// Puts rows of different conversations that share time and frame into an order of their own.
    order: u64,
}

impl Label {
    /// A label for the conversation `uid` between the addresses of side A and side B. An empty Community ID is left
    /// out of the rows.
    #[must_use]
    pub fn new(uid: &dyn Display, community_id: &dyn Display, addresses: [&dyn Display; 2]) -> Self {
        Self::of_crane(uid, community_id, None, addresses)
    }

    /// The same, for a conversation of a known crane.
    #[must_use]
    pub fn of_crane(
        uid: &dyn Display,
        community_id: &dyn Display,
        crane: Option<&dyn Display>,
        [a, b]: [&dyn Display; 2],
    ) -> Self {
        let mut text = Vec::with_capacity(192);
        text.extend_from_slice(BEFORE_UID);
        let uid_end = push_part(&mut text, uid);
        let order = hash(text.get(BEFORE_UID.len()..).unwrap_or_default());
        // Ethernet conversations have none.
        let community_id = community_id.to_string();
        if !community_id.is_empty() {
            text.extend_from_slice(b"\",\"community_id\":\"");
            push_part(&mut text, &community_id);
        }
        if let Some(crane) = crane {
            text.extend_from_slice(b"\",\"crane\":\"");
            push_part(&mut text, crane);
        }
        text.extend_from_slice(b"\",\"client\":\"");
        let a_start = text.len() as u16;
        let a_end = push_part(&mut text, a);
        text.extend_from_slice(BEFORE_SERVER);
        push_part(&mut text, b);
        text.extend_from_slice(AFTER_SERVER);
        Self { text: text.into_boxed_slice(), uid_end, a_start, a_end, order }
    }

    /// The uid, as it stands between the quotes of a JSON string.
    #[must_use]
    pub fn uid(&self) -> &str {
        std::str::from_utf8(self.part(BEFORE_UID.len() as u16..self.uid_end)).unwrap_or("")
    }

    pub(crate) const fn order(&self) -> u64 {
        self.order
    }

    /// `"uid":"…","community_id":"…","client":"…","server":"…"`.
    #[inline]
    pub(crate) fn push(&self, out: &mut Vec<u8>, client: Side) {
        if client == Side::A {
            return out.extend_from_slice(&self.text);
        }
        let b_start = self.a_end + BEFORE_SERVER.len() as u16;
        let b_end = (self.text.len() - AFTER_SERVER.len()) as u16;
        out.extend_from_slice(self.part(0..self.a_start));
        out.extend_from_slice(self.part(b_start..b_end));
        out.extend_from_slice(BEFORE_SERVER);
        out.extend_from_slice(self.part(self.a_start..self.a_end));
        out.extend_from_slice(AFTER_SERVER);
    }

    #[inline]
    fn part(&self, range: Range<u16>) -> &[u8] {
        self.text.get(usize::from(range.start)..usize::from(range.end)).unwrap_or(&[])
    }
}

/// Adds a part, escaped, and says where it ends. Escapes lengthen a byte to six at most, so all five parts
/// together stay below 65,536 bytes.
fn push_part(text: &mut Vec<u8>, part: &dyn Display) -> u16 {
    let mut bound = Bound::at(text.len() + PART_LIMIT_BYTES);
    json::push_display_escaped(text, part, &mut bound);
    text.len() as u16
}

/// FNV-1a, <http://www.isthe.com/chongo/tech/comp/fnv/>. The same on every machine and in every run.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}
