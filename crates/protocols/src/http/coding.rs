//! Decompression of bodies (RFC 9110, section 8.4.1), bounded.

use crate::Context;
use flate2::{Decompress, FlushDecompress, Status};
use quaywatch_model::Verdict;

/// Room for what comes out, in bytes. It is counted as held, for the decompressor itself takes about as much.
const ROOM_BYTES: usize = 48 * 1024;
static ROOM: [u8; ROOM_BYTES] = [0; ROOM_BYTES];
/// A body gives at most so many bytes. Web pages are far smaller, firmware is rarely sent compressed.
const MAX_OUTPUT_BYTES: u64 = 64 << 20;
/// A body may grow so many times; text shrinks to a tenth at best, a bomb to a thousandth.
const MAX_RATIO: u64 = 200;
/// So much may come out whatever the ratio, so that a short page of zeros is no bomb.
const FREE_OUTPUT_BYTES: u64 = 1 << 20;
/// The window of deflate in its longest form, as a power of two.
const WINDOW_BITS: u8 = 15;

/// A body's decompressor.
pub(super) struct Decoder {
    kind: Kind,
    room: Vec<u8>,
}

enum Kind {
    /// Deflate with or without a zlib header; the first byte tells.
    Deflate,
    Running(Decompress),
    /// Over, or given up.
    Over,
}

impl Decoder {
    /// A decompressor for this Content-Encoding, if there is one and memory for it.
    pub(super) fn new(cx: &mut Context<'_>, coding: &str) -> Option<Self> {
        let kind = match coding.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Kind::Running(Decompress::new_gzip(WINDOW_BITS)),
            "deflate" => Kind::Deflate,
            _ => return None,
        };
        let room = cx.memory.copy(&ROOM)?;
        Some(Self { kind, room })
    }

    /// Hands what comes out of `bytes` to `tell`, piece by piece. Whether more may come.
    pub(super) fn feed(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
        tell: &mut dyn FnMut(&mut Context<'_>, &[u8]),
    ) {
        if let (Kind::Deflate, Some(first)) = (&self.kind, bytes.first()) {
            self.kind = Kind::Running(Decompress::new(first & 0x0F == 8));
        }
        let Kind::Running(decompress) = &mut self.kind else { return };
        let mut rest = bytes;
        loop {
            let (taken, given) = (decompress.total_in(), decompress.total_out());
            let result = decompress.decompress(rest, &mut self.room, FlushDecompress::None);
            let taken = usize::try_from(decompress.total_in() - taken).unwrap_or(usize::MAX);
            let given = usize::try_from(decompress.total_out() - given).unwrap_or(0);
            rest = rest.get(taken..).unwrap_or_default();
            tell(cx, self.room.get(..given).unwrap_or_default());
            let total = decompress.total_out();
            let allowed = decompress.total_in().saturating_mul(MAX_RATIO).saturating_add(FREE_OUTPUT_BYTES);
            let over = match result {
                Ok(Status::StreamEnd) => true,
                Ok(_) if total > MAX_OUTPUT_BYTES.min(allowed) => {
                    cx.problem(
                        "http",
                        "body grows too much when decompressed",
                        Verdict::Limit,
                        rest.len() as u64,
                    );
                    true
                }
                Ok(_) => false,
                Err(_) => {
                    cx.problem(
                        "http",
                        "body that cannot be decompressed",
                        Verdict::Malformed,
                        rest.len() as u64,
                    );
                    true
                }
            };
            if over {
                self.kind = Kind::Over;
                return;
            }
            if rest.is_empty() && given < ROOM_BYTES || taken == 0 && given == 0 {
                return;
            }
        }
    }

    /// Bytes are missing: nothing more can be decompressed.
    pub(super) fn lost(&mut self) {
        self.kind = Kind::Over;
    }

    /// Gives memory back.
    pub(super) fn free(self, cx: &mut Context<'_>) {
        cx.memory.free(self.room);
    }
}
