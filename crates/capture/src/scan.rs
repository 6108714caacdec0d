//! What the two formats have in common for whoever reads them.

use crate::batch::Found;
use crate::{pcap, pcapng};
use quaywatch_model::Problem;

/// The longest packet that is read, in bytes: what libpcap and Wireshark take as well. A greater length is far more
/// often a broken file than a packet.
pub const MAXIMUM_SNAPLEN: u32 = 262_144;

/// Both formats tell all that is needed to begin in as many bytes.
pub(crate) const HEADER_BYTES: usize = 24;
const _: () = assert!(HEADER_BYTES == pcap::HEADER_BYTES && HEADER_BYTES == pcapng::HEADER_BYTES);
/// How many bytes tell the formats apart.
pub(crate) const MAGIC_BYTES: usize = 4;
pub(crate) const PCAPNG_MAGIC: [u8; MAGIC_BYTES] = [0x0A, 0x0D, 0x0D, 0x0A];

/// How far a scan came, and what it needs to go on.
pub(crate) struct Scan {
    /// Everything before this was read.
    pub(crate) at: usize,
    pub(crate) then: Then,
}

pub(crate) enum Then {
    /// What stands at `at` is not all there yet.
    More,
    /// Nothing in the next so many bytes is of interest.
    Pass(u64),
    /// What follows cannot be read, and why. How many bytes that are is not known yet.
    Stop(Problem),
    /// Another capture begins at `at`.
    Another,
}

/// Which format an input is in, with what its reading has to remember.
pub(crate) enum Format {
    Pcap(pcap::Records),
    Pcapng(pcapng::Blocks),
}

impl Format {
    /// Reads what stands whole in `window` from `at` on.
    pub(crate) fn scan(&mut self, window: &[u8], at: usize, found: &mut Found) -> Scan {
        match self {
            Self::Pcap(records) => records.scan(window, at, found),
            Self::Pcapng(blocks) => blocks.scan(window, at, found),
        }
    }

    /// The capture whose file header this is, if it is one.
    pub(crate) fn begun_by(header: &[u8; HEADER_BYTES]) -> Option<Self> {
        match pcap::Header::parse(header) {
            Some(header) => header.is_current().then(|| Self::Pcap(pcap::Records::new(header))),
            None => pcapng::check_header(header).is_ok().then(|| Self::Pcapng(pcapng::Blocks::new())),
        }
    }

    /// How many bytes of the file header are read by whoever begins; a pcapng section header is read again as the block
    /// that it is.
    pub(crate) const fn header_bytes(&self) -> usize {
        match self {
            Self::Pcap(_) => HEADER_BYTES,
            Self::Pcapng(_) => 0,
        }
    }

    /// Tells what is known only when all was read.
    pub(crate) fn finish(&mut self, found: &mut Found) -> Vec<pcapng::Lost> {
        match self {
            Self::Pcap(_) => Vec::new(),
            Self::Pcapng(blocks) => blocks.finish(found),
        }
    }

    /// What the format is called.
    pub(crate) const fn layer(&self) -> &'static str {
        match self {
            Self::Pcap(_) => pcap::LAYER,
            Self::Pcapng(_) => pcapng::LAYER,
        }
    }
}

/// Whether another capture begins where a record or block should: captures that were put one behind the other, as with
/// `cat`. `None`: there are too few bytes to tell.
///
/// A record with such a time, in one second of 2055 and with the version's bytes for a fraction, is far less likely.
pub(crate) fn begins_another(rest: &[u8]) -> Option<bool> {
    let begins =
        rest.first_chunk().is_some_and(|&magic| pcap::Header::is_magic(magic) || magic == PCAPNG_MAGIC);
    if begins { sure_of_another(rest) } else { Some(false) }
}

#[cold]
fn sure_of_another(rest: &[u8]) -> Option<bool> {
    rest.first_chunk().map(|header| Format::begun_by(header).is_some())
}

/// Byte order of a file or section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

impl Order {
    pub(crate) const fn of(big: bool) -> Self {
        if big { Self::Big } else { Self::Little }
    }

    #[inline]
    pub(crate) const fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }

    #[inline]
    pub(crate) const fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }

    #[inline]
    pub(crate) const fn u64(self, bytes: [u8; 8]) -> u64 {
        match self {
            Self::Little => u64::from_le_bytes(bytes),
            Self::Big => u64::from_be_bytes(bytes),
        }
    }

    #[inline]
    pub(crate) const fn i64(self, bytes: [u8; 8]) -> i64 {
        match self {
            Self::Little => i64::from_le_bytes(bytes),
            Self::Big => i64::from_be_bytes(bytes),
        }
    }
}
