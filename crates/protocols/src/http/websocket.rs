//! WebSocket frames (RFC 6455, section 5).

use crate::Context;
use quaywatch_model::{Content, DataClass, Side};
use quaywatch_wire::Reader;

/// So many bytes are unmasked at a time.
const PIECE_BYTES: usize = 512;
const HEADER_MAX_BYTES: usize = 14;

/// A WebSocket connection.
#[derive(Debug, Default)]
pub(crate) struct WebSocket {
    halves: [Half; 2],
}

#[derive(Debug, Default)]
struct Half {
    /// The beginning of a frame's header.
    head: [u8; HEADER_MAX_BYTES],
    head_length: usize,
    frame: Option<Frame>,
    lost: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Frame {
    left: u64,
    mask: Option<[u8; 4]>,
    at: usize,
    /// Text or binary, and not compressed by an extension.
    is_plain: bool,
    is_control: bool,
    ends: bool,
}

impl WebSocket {
    /// The next bytes from one side.
    pub(super) fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let half = from.of_mut(&mut self.halves);
        let mut rest = bytes;
        while !rest.is_empty() && !half.lost {
            rest = match half.frame {
                Some(frame) => half.content(cx, from, frame, rest),
                None => half.header(rest),
            };
        }
    }

    /// Bytes are missing; a frame that is longer is still in step.
    pub(super) fn gap(&mut self, from: Side, bytes: u64) {
        let half = from.of_mut(&mut self.halves);
        match &mut half.frame {
            Some(frame) if bytes > 0 && frame.left > bytes => {
                frame.left -= bytes;
                frame.at = frame.at.wrapping_add((bytes % 4) as usize);
            }
            _ => half.lost = true,
        }
    }
}

impl Half {
    fn header<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let mut rest = bytes;
        while let Some((&byte, tail)) = rest.split_first() {
            let Some(place) = self.head.get_mut(self.head_length) else { break };
            *place = byte;
            self.head_length += 1;
            rest = tail;
            if let Some(frame) = decode(self.head.get(..self.head_length).unwrap_or_default()) {
                self.head_length = 0;
                self.frame = (frame.left > 0).then_some(frame);
                return rest;
            }
        }
        rest
    }

    fn content<'a>(
        &mut self,
        cx: &mut Context<'_>,
        from: Side,
        mut frame: Frame,
        bytes: &'a [u8],
    ) -> &'a [u8] {
        let taken = bytes.len().min(usize::try_from(frame.left).unwrap_or(usize::MAX));
        let (mine, rest) = bytes.split_at_checked(taken).unwrap_or((bytes, &[]));
        frame.left -= mine.len() as u64;
        let mut room = [0_u8; PIECE_BYTES];
        let mut pieces = mine.chunks(PIECE_BYTES).peekable();
        while let Some(piece) = pieces.next() {
            let mask = frame.mask.unwrap_or_default();
            for ((place, byte), key) in room.iter_mut().zip(piece).zip(mask.iter().cycle().skip(frame.at % 4))
            {
                *place = byte ^ key;
            }
            frame.at += piece.len();
            let shown = if frame.is_plain && cx.wanted.content { room.get(..piece.len()) } else { None };
            let ends = frame.ends && frame.left == 0 && pieces.peek().is_none();
            if !frame.is_control {
                let (class, wire_bytes) = (DataClass::Unknown, piece.len() as u64);
                cx.content(&Content { from, class, wire_bytes, bytes: shown.unwrap_or_default(), ends });
            }
        }
        self.frame = (frame.left > 0).then_some(frame);
        rest
    }
}

fn decode(head: &[u8]) -> Option<Frame> {
    let mut reader = Reader::new(head);
    let first = reader.u8("opcode").ok()?;
    let second = reader.u8("length").ok()?;
    let left = match second & 0x7F {
        126 => reader.u16_be("length").ok()?.into(),
        127 => reader.u64_be("length").ok()?,
        short => short.into(),
    };
    let mask = if second & 0x80 != 0 { Some(reader.array("mask").ok()?) } else { None };
    let (is_control, is_plain) = (first & 0x08 != 0, first & 0x70 == 0);
    Some(Frame { left, mask, at: 0, is_plain, is_control, ends: first & 0x80 != 0 })
}
