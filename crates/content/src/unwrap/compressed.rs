//! gzip (RFC 1952) and zlib (RFC 1950) streams, known by how they begin.

use super::{Read, Wrap};
use crate::matcher::Stretch;
use crate::{Found, Scanner};
use flate2::{Decompress, FlushDecompress, Status};
use memchr::{memchr_iter, memmem};
use std::sync::LazyLock;

/// Where an attempt failed, the search goes on at the next multiple of so many bytes, whatever the pieces were.
const BLOCK_BYTES: u64 = 1024;
/// So much is inflated at once.
const CHUNK_BYTES: usize = 4096;
/// A stream that grows to more than so many times its size, and to more than [`FREE_BYTES`], is meant to do harm:
/// lists of containers shrink to a tenth, at best to a fiftieth.
const MOST_GROWTH: u64 = 100;
/// See [`MOST_GROWTH`].
const FREE_BYTES: u64 = 1 << 20;

/// What an open stream takes: its window of 32 KiB, its tables, and what is inflated at once.
pub(super) const MOST_BYTES: usize = 56 * 1024;

/// How zlib begins: deflate with a window of 32 KiB.
const ZLIB: u8 = 0x78;

/// How gzip begins: the magic and deflate.
static GZIP: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b"\x1f\x8b\x08"));

/// An open stream.
#[derive(Debug)]
pub(super) struct Inflater {
    state: Decompress,
    out: Vec<u8>,
}

/// Where such a stream may begin, from `from` on; `to` if nowhere before it.
pub(super) fn seek(window: &[u8], from: usize, to: usize) -> usize {
    let rest = window.get(from..(to + 2).min(window.len())).unwrap_or_default();
    let gzip = GZIP.find_iter(rest).map(|place| from + place).find(|&at| at < to && is_gzip(window, at));
    let end = gzip.unwrap_or(to);
    let rest = window.get(from..end).unwrap_or_default();
    memchr_iter(ZLIB, rest).map(|place| from + place).find(|&at| is_zlib(window, at)).unwrap_or(end)
}

/// The stream that begins here.
pub(super) fn begins(window: &[u8], at: usize) -> Option<Wrap> {
    let state = if is_gzip(window, at) {
        Decompress::new_gzip(15)
    } else if is_zlib(window, at) {
        Decompress::new(true)
    } else {
        return None;
    };
    Some(Wrap::Compressed(Box::new(Inflater { state, out: Vec::new() })))
}

/// The magic, deflate, and no flag that is reserved.
fn is_gzip(window: &[u8], at: usize) -> bool {
    matches!(window.get(at..at + 4), Some([0x1f, 0x8b, 8, flags]) if flags & 0xe0 == 0)
}

/// A window of 32 KiB, one of the four levels without dictionary, and a block that can be one (RFC 1951, 3.2).
fn is_zlib(window: &[u8], at: usize) -> bool {
    let Some(&[ZLIB, level, first, a, b, c, d]) = window.get(at..at + 7) else { return false };
    let plausible = match first >> 1 & 3 {
        0 => u16::from_le_bytes([a, b]) == !u16::from_le_bytes([c, d]),
        1 => true,
        2 => first >> 3 <= 29 && a & 0x1f <= 29,
        _ => false,
    };
    matches!(level, 0x01 | 0x5e | 0x9c | 0xda) && plausible
}

impl Inflater {
    pub(super) fn read(
        &mut self,
        stretch: Stretch<'_>,
        at: usize,
        inside: &mut Scanner,
        found: &mut Found,
    ) -> Read {
        let Stretch { window, base, to, .. } = stretch;
        let mut at = at;
        while at < to {
            let position = base + at as u64;
            let left = BLOCK_BYTES - position % BLOCK_BYTES;
            let end = to.min(at + left as usize);
            let before = self.state.total_in();
            let ended = self.block(window.get(at..end).unwrap_or_default(), inside, found);
            let whole_block = (base + end as u64).is_multiple_of(BLOCK_BYTES);
            match ended {
                Some(Status::StreamEnd) => {
                    return Read::Ended(at + (self.state.total_in() - before) as usize);
                }
                // Where in the block it broke may depend on the pieces; where the block ends does not.
                None => return Read::Ended(at + left as usize),
                Some(_) if whole_block && self.grows_too_much() => {
                    found.stop_unwrapping();
                    return Read::Ended(end);
                }
                Some(_) => at = end,
            }
        }
        Read::On(at)
    }

    fn grows_too_much(&self) -> bool {
        let out = self.state.total_out();
        out > FREE_BYTES && out > self.state.total_in().saturating_mul(MOST_GROWTH)
    }

    /// Inflates all of `bytes`. `None` where they are no such stream.
    fn block(&mut self, mut bytes: &[u8], inside: &mut Scanner, found: &mut Found) -> Option<Status> {
        self.out.resize(CHUNK_BYTES, 0);
        loop {
            let (taken, given) = (self.state.total_in(), self.state.total_out());
            let status = self.state.decompress(bytes, &mut self.out, FlushDecompress::Sync);
            let (taken, given) = (self.state.total_in() - taken, self.state.total_out() - given);
            inside.scan(self.out.get(..given as usize).unwrap_or_default(), found);
            match status {
                Err(_) => return None,
                Ok(Status::StreamEnd) => return Some(Status::StreamEnd),
                Ok(status) => {
                    bytes = bytes.get(taken as usize..).unwrap_or_default();
                    let more = given as usize == CHUNK_BYTES || (taken > 0 && !bytes.is_empty());
                    if !more {
                        return Some(status);
                    }
                }
            }
        }
    }
}
