//! The session service, and the headers of both generations.

use crate::{Answer, Length};
use quaywatch_wire::Reader;

/// The header of the session service.
pub(super) const FRAME_BYTES: usize = 4;
/// The longest message that is read, in bytes: the 8 MiB that Windows moves at once, and its header.
pub(super) const LONGEST_PDU_BYTES: usize = (8 << 20) + (64 << 10);
/// A session request holds two encoded names (RFC 1002 section 4.3.2).
const SESSION_REQUEST_BYTES: usize = 68;
/// The header of SMB 1, and of SMB 2 and 3.
pub(super) const HEADER1_BYTES: usize = 32;
pub(super) const HEADER2_BYTES: usize = 64;

/// What a message is, by its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    One,
    Two,
    Encrypted,
    Compressed,
}

/// What a message is.
pub(super) fn kind(message: &[u8]) -> Option<Kind> {
    let [first, b'S', b'M', b'B'] = message.first_chunk()? else { return None };
    match first {
        0xFF => Some(Kind::One),
        0xFE => Some(Kind::Two),
        0xFD => Some(Kind::Encrypted),
        0xFC => Some(Kind::Compressed),
        _ => None,
    }
}

/// Whether a frame with a message begins here, or a session request.
pub(super) fn begins(head: &[u8]) -> Answer {
    const NAME: [u8; 5] = [0x81, 0, 0, SESSION_REQUEST_BYTES as u8, 0x20];
    let start = head.get(..NAME.len()).unwrap_or(head);
    if NAME.starts_with(start) {
        return if start.len() < NAME.len() { Answer::Unsure } else { Answer::Certain };
    }
    match *head {
        [0, _, _, _, 0xFC..=0xFF, b'S', b'M', b'B', ..] => {
            let long_enough =
                matches!(length(head), Length::Is(length) if length >= FRAME_BYTES + HEADER1_BYTES);
            if long_enough { Answer::Certain } else { Answer::No }
        }
        [0, _, _, _, first, ..] if !(0xFC..=0xFF).contains(&first) => Answer::No,
        [0, ..] if head.len() < 8 && b"SMB".starts_with(head.get(5..).unwrap_or_default()) => Answer::Unsure,
        _ => Answer::No,
    }
}

/// How long the frame here is.
pub(super) fn length(head: &[u8]) -> Length {
    match *head {
        [0 | 0x81..=0x85, a, b, c, ..] => {
            Length::Is(FRAME_BYTES + usize::from(a) * 65_536 + usize::from(b) * 256 + usize::from(c))
        }
        [0 | 0x81..=0x85, ..] => Length::More,
        _ => Length::Bad("no session service header"),
    }
}

/// The header of an SMB 2 or 3 message, with the message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header2<'a> {
    pub(super) status: u32,
    pub(super) command: u16,
    pub(super) flags: u32,
    pub(super) message_id: u64,
    pub(super) tree: u32,
    /// The message from its header to the next of the chain: offsets count from here.
    pub(super) message: &'a [u8],
    /// What follows the header.
    pub(super) body: &'a [u8],
    /// The next message of the chain.
    pub(super) next: Option<&'a [u8]>,
}

impl<'a> Header2<'a> {
    const ANSWER: u32 = 1;
    const ASYNC: u32 = 2;
    const SIGNED: u32 = 8;

    pub(super) fn decode(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        reader.skip(4, "protocol").ok()?;
        if reader.u16_le("StructureSize").ok()? != HEADER2_BYTES as u16 {
            return None;
        }
        reader.skip(2, "CreditCharge").ok()?;
        let status = reader.u32_le("Status").ok()?;
        let command = reader.u16_le("Command").ok()?;
        reader.skip(2, "Credits").ok()?;
        let flags = reader.u32_le("Flags").ok()?;
        let next = usize::try_from(reader.u32_le("NextCommand").ok()?).ok()?;
        let message_id = reader.u64_le("MessageId").ok()?;
        reader.skip(4, "Reserved").ok()?;
        let tree = reader.u32_le("TreeId").ok()?;
        // A chain only goes forward.
        let (message, next) = match bytes.split_at_checked(next) {
            Some((message, next)) if message.len() >= HEADER2_BYTES => (message, Some(next)),
            _ => (bytes, None),
        };
        let body = message.get(HEADER2_BYTES..)?;
        Some(Self { status, command, flags, message_id, tree, message, body, next })
    }

    pub(super) const fn is_answer(&self) -> bool {
        self.flags & Self::ANSWER != 0
    }

    /// In an asynchronous message there is another number where the tree would be.
    pub(super) fn tree(&self) -> Option<u32> {
        (self.flags & Self::ASYNC == 0).then_some(self.tree)
    }

    pub(super) const fn is_signed(&self) -> bool {
        self.flags & Self::SIGNED != 0
    }

    /// A fixed field of the body.
    pub(super) fn u8(&self, at: usize) -> Option<u8> {
        self.body.get(at).copied()
    }

    pub(super) fn u16(&self, at: usize) -> Option<u16> {
        self.body.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
    }

    pub(super) fn u32(&self, at: usize) -> Option<u32> {
        self.body.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
    }

    pub(super) fn u64(&self, at: usize) -> Option<u64> {
        self.body.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
    }

    /// A file's identifier.
    pub(super) fn file(&self, at: usize) -> Option<u128> {
        self.body.get(at..)?.first_chunk().map(|bytes| u128::from_le_bytes(*bytes))
    }

    /// A buffer whose offset counts from the header; as much of it as there is.
    pub(super) fn buffer(&self, offset: usize, length: usize) -> Option<&'a [u8]> {
        let rest = self.message.get(offset..)?;
        Some(rest.get(..length).unwrap_or(rest))
    }
}

/// The header of an SMB 1 message, with the message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header1<'a> {
    pub(super) command: u8,
    pub(super) status: u32,
    pub(super) is_answer: bool,
    pub(super) unicode: bool,
    pub(super) tree: u16,
    pub(super) process: u16,
    pub(super) multiplex: u16,
    pub(super) message: &'a [u8],
}

impl<'a> Header1<'a> {
    pub(super) fn decode(message: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(message);
        reader.skip(4, "protocol").ok()?;
        let command = reader.u8("Command").ok()?;
        let status = reader.u32_le("Status").ok()?;
        let flags = reader.u8("Flags").ok()?;
        let flags2 = reader.u16_le("Flags2").ok()?;
        reader.skip(12, "PIDHigh, SecurityFeatures, Reserved").ok()?;
        let tree = reader.u16_le("TID").ok()?;
        let process = reader.u16_le("PIDLow").ok()?;
        reader.skip(2, "UID").ok()?;
        let multiplex = reader.u16_le("MID").ok()?;
        let (is_answer, unicode) = (flags & 0x80 != 0, flags2 & 0x8000 != 0);
        Some(Self { command, status, is_answer, unicode, tree, process, multiplex, message })
    }

    /// The block of words and bytes at an offset.
    pub(super) fn block(&self, at: usize) -> Option<Block<'a>> {
        let mut reader = Reader::new(self.message.get(at..)?);
        let words = usize::from(reader.u8("WordCount").ok()?) * 2;
        let words = reader.take(words, "Words").ok()?;
        let length = usize::from(reader.u16_le("ByteCount").unwrap_or(0));
        let bytes_at = at + reader.offset();
        let bytes = reader.take(length.min(reader.len()), "Bytes").ok()?;
        Some(Block { words, bytes, bytes_at })
    }
}

/// The words and bytes of an SMB 1 command.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<'a> {
    pub(super) words: &'a [u8],
    pub(super) bytes: &'a [u8],
    /// Where the bytes begin, from the header: text in UTF-16 begins at even places.
    pub(super) bytes_at: usize,
}

impl<'a> Block<'a> {
    pub(super) fn u16(&self, at: usize) -> Option<u16> {
        self.words.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
    }

    pub(super) fn u32(&self, at: usize) -> Option<u32> {
        self.words.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
    }

    pub(super) fn u64(&self, at: usize) -> Option<u64> {
        self.words.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
    }

    /// The text that begins `at` the bytes, and where what follows it begins.
    pub(super) fn text(&self, at: usize, unicode: bool) -> Option<(String, usize)> {
        if !unicode {
            let rest = self.bytes.get(at..)?;
            let end = memchr::memchr(0, rest).unwrap_or(rest.len());
            return Some((String::from_utf8_lossy(rest.get(..end)?).into_owned(), at + end + 1));
        }
        let at = at + (self.bytes_at + at) % 2;
        let rest = self.bytes.get(at..)?;
        let end = rest.chunks_exact(2).position(|pair| pair == [0, 0]).map_or(rest.len(), |units| units * 2);
        Some((crate::ntlm::utf16(rest.get(..end)?), at + end + 2))
    }
}
