//! Gzip (RFC 1952) with any number of members.
//!
//! Drives the inflater itself, because the ready-made readers drop what a call had decoded when it meets corrupt
//! data; here every byte before the corruption is kept, and what follows a member whose checksum is wrong is read.

use crate::input::{Broken, Counted};
use flate2::{Decompress, DecompressError, FlushDecompress, Status};
use std::io::Read;

/// The largest window deflate knows, as a power of two.
const WINDOW_BITS: u8 = 15;
/// The first byte of a member.
const MEMBER: u8 = 0x1F;
/// What a member ends with, after its checksum: its length (section 2.3.1).
const LENGTH_BYTES: usize = 4;

pub(crate) struct Gunzip {
    pub(crate) source: Counted,
    inflate: Decompress,
    compressed: Box<[u8]>,
    at: usize,
    filled: usize,
    source_ended: bool,
    inside_member: bool,
    corrupt: bool,
    /// A member's checksum or length is wrong.
    pub(crate) damaged: bool,
    /// How many bytes are left of a trailer that is of no interest any more.
    skip: usize,
}

impl Gunzip {
    pub(crate) fn new(source: Counted, buffer_bytes: usize) -> Self {
        Self {
            source,
            inflate: Decompress::new_gzip(WINDOW_BITS),
            compressed: vec![0; buffer_bytes].into(),
            at: 0,
            filled: 0,
            source_ended: false,
            inside_member: false,
            corrupt: false,
            damaged: false,
            skip: 0,
        }
    }

    pub(crate) fn read(&mut self, out: &mut [u8]) -> Result<usize, Broken> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            if self.corrupt {
                return Err(Broken::Corrupt);
            }
            self.refill()?;
            if self.skip > 0 && self.at < self.filled {
                let skipped = self.skip.min(self.filled - self.at);
                (self.at, self.skip) = (self.at + skipped, self.skip - skipped);
                continue;
            }
            let waiting = self.compressed.get(self.at..self.filled).unwrap_or_default();
            if !self.inside_member {
                match waiting.first() {
                    None => return Ok(0),
                    Some(&MEMBER) => self.inside_member = true,
                    Some(_) => return Err(Broken::Trailing),
                }
            }
            let before = (self.inflate.total_in(), self.inflate.total_out());
            let status = self.inflate.decompress(waiting, out, FlushDecompress::None);
            let taken = (self.inflate.total_in() - before.0) as usize;
            let given = (self.inflate.total_out() - before.1) as usize;
            self.at += taken;
            match status {
                Ok(Status::StreamEnd) => self.end_member(),
                Ok(_) if taken == 0 && given == 0 => {
                    return Err(if self.source_ended { Broken::Cut } else { Broken::Corrupt });
                }
                Ok(_) => {}
                Err(error) => match left_of_trailer(&error) {
                    Some(left) => {
                        (self.damaged, self.skip) = (true, left);
                        self.end_member();
                    }
                    None => self.corrupt = true,
                },
            }
            if given > 0 {
                return Ok(given);
            }
        }
    }

    fn end_member(&mut self) {
        self.inside_member = false;
        self.inflate.reset(true);
    }

    /// How many bytes of the file were taken.
    pub(crate) const fn taken(&self) -> u64 {
        self.source.count - (self.filled - self.at) as u64
    }

    pub(crate) const fn has_more_at_hand(&self) -> bool {
        self.at < self.filled
    }

    fn refill(&mut self) -> Result<(), Broken> {
        if self.at < self.filled || self.source_ended {
            return Ok(());
        }
        self.at = 0;
        self.filled = 0;
        self.filled = self.source.read(&mut self.compressed).map_err(Broken::Io)?;
        self.source_ended = self.filled == 0;
        Ok(())
    }
}

/// Whether only the trailer is wrong, and how many bytes of it were not taken. zlib has no other sign of it than its words.
fn left_of_trailer(error: &DecompressError) -> Option<usize> {
    match error.message()? {
        "incorrect data check" => Some(LENGTH_BYTES),
        "incorrect length check" => Some(0),
        _ => None,
    }
}
