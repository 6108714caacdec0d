//! The classic capture format (draft-ietf-opsawg-pcap).
//!
//! File header, 24 bytes, all fields in the byte order that the magic shows:
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 4 | magic: `A1B2C3D4` microseconds, `A1B23C4D` nanoseconds, `A1B2CD34` microseconds and longer record headers |
//! | 4 | 2+2 | version, 2.4 |
//! | 8 | 4+4 | reserved (once time zone and accuracy) |
//! | 16 | 4 | snaplen |
//! | 20 | 4 | link type in the low 16 bits; above it whether and how long a frame check sequence is |
//!
//! Each record: seconds (4), fraction (4), captured length (4), original length (4), the packet. With magic
//! `A1B2CD34` (Kuznetzov's patched libpcap) eight more header bytes follow the original length: interface index (4),
//! protocol (2), packet type (1), padding (1). They are passed over.
//!
//! Seconds are without sign and reach to 2106. Records have no mark to find them by: after a length that cannot be,
//! nothing of the file can be trusted, and reading it ends there.
//!
//! Not read: the snaplen (a record's own length counts), the frame check sequence length (the bytes are told as they
//! were captured), version 543.0 and those before 2.

mod read;
mod write;

pub(crate) use read::{HEADER_BYTES, Header, Records};
pub use write::Writer;
pub(crate) use write::{captured_len, invalid};

/// How this format is called in problems.
pub(crate) const LAYER: &str = "pcap";

const MAGIC_MICROSECONDS: u32 = 0xA1B2_C3D4;
const MAGIC_NANOSECONDS: u32 = 0xA1B2_3C4D;
const MAGIC_MODIFIED: u32 = 0xA1B2_CD34;
const VERSION: (u16, u16) = (2, 4);
