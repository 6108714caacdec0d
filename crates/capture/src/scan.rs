//! What the two formats have in common for whoever reads them.

use crate::batch::Found;
use crate::{pcap, pcapng};

/// The longest packet that is read, in bytes: what libpcap and Wireshark take as well. A greater length is far more
/// often a broken file than a packet.
pub const MAXIMUM_SNAPLEN: u32 = 262_144;

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
    /// What follows cannot be read.
    Stop,
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

    pub(crate) const fn layer(&self) -> &'static str {
        match self {
            Self::Pcap(_) => pcap::LAYER,
            Self::Pcapng(_) => pcapng::LAYER,
        }
    }
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
    pub(crate) const fn i64(self, bytes: [u8; 8]) -> i64 {
        match self {
            Self::Little => i64::from_le_bytes(bytes),
            Self::Big => i64::from_be_bytes(bytes),
        }
    }
}
