//! The block-structured capture format (draft-ietf-opsawg-pcapng).
//!
//! Every block, in the byte order of its section:
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 4 | block type |
//! | 4 | 4 | total length, a multiple of 4, with both length fields |
//! | 8 | .. | body |
//! | end-4 | 4 | total length again |
//!
//! Bodies that are read (offsets in the body):
//!
//! | type | block | fields |
//! |---|---|---|
//! | `0A0D0D0A` | section header | 0 byte-order magic `1A2B3C4D`, 4 version 1.0, 8 section length, 16 options |
//! | 1 | interface description | 0 link type (2), 4 snaplen, 8 options: 9 `if_tsresol`, 14 `if_tsoffset` |
//! | 2 | packet (obsolete) | 0 interface (2), 2 drops (2), 4 time (high 4, low 4), 12 captured, 16 original, 20 packet, options |
//! | 3 | simple packet | 0 original length, 4 packet |
//! | 5 | interface statistics | 0 interface, 4 time, 12 options: 4 `isb_ifrecv`, 5 `isb_ifdrop`, 7 `isb_osdrop` |
//! | 6 | enhanced packet | 0 interface, 4 time (high, low), 12 captured, 16 original, 20 packet, options |
//!
//! All others are passed over: name resolution, secrets, unknown. A systemd journal entry (9) and a custom
//! block (`BAD`, `40000BAD`) are no packets, but Wireshark numbers them with the packets, so they take a number and
//! are told as problems.
//!
//! A section may have a byte order of its own and begins a new list of interfaces.
//! A simple packet has no time: it stands at the time of the packet before it in the file, or at the epoch if it is the
//! first, and is told as a problem and marked.
//! Statistics count from the beginning of the capture, so that an interface's last ones are told, at the section's end.
//! It belongs to the section's first interface and is cut to that interface's snaplen.
//!
//! A block that cannot be is told as a problem and passed over by its length; when the length cannot be either,
//! reading ends there, because nothing marks where the next block begins.
//!
//! Limits: 512 KiB for a block that is read, 65536 interfaces a section, and the packet's own limit
//! ([`MAXIMUM_SNAPLEN`](crate::MAXIMUM_SNAPLEN)).

mod read;
mod time;
mod write;

pub(crate) use read::{BadSection, Blocks, HEADER_BYTES, Lost, check_header};
pub use write::{Interface, Writer};

/// How this format is called in problems.
pub(crate) const LAYER: &str = "pcapng";

/// The longest block that is read, in bytes: the longest packet with as much again for options. Longer ones are
/// passed over without being held.
pub(crate) const MAXIMUM_BLOCK_BYTES: usize = 512 << 10;
/// How many interfaces a section may describe: what the obsolete packet block can name. 2 MiB of memory.
pub(crate) const MAXIMUM_INTERFACES: usize = 1 << 16;

const BYTE_ORDER_MAGIC: u32 = 0x1A2B_3C4D;
const VERSION_MAJOR: u16 = 1;
/// Some writers said 1.2 for what is 1.0.
const VERSION_MINORS: [u16; 2] = [0, 2];

/// Reads the same in both byte orders.
const SECTION_HEADER: u32 = 0x0A0D_0D0A;
const INTERFACE_DESCRIPTION: u32 = 1;
const PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const INTERFACE_STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;
const JOURNAL_ENTRY: u32 = 9;
const CUSTOM: u32 = 0xBAD;
/// A custom block that is not to be copied into other files.
const CUSTOM_PRIVATE: u32 = 0x4000_0BAD;

const OPTION_END: u16 = 0;
const OPTION_COMMENT: u16 = 1;
const OPTION_NAME: u16 = 2;
const OPTION_APPLICATION: u16 = 4;
const OPTION_TIME_RESOLUTION: u16 = 9;
const OPTION_TIME_OFFSET: u16 = 14;
/// `isb_ifrecv`, of interface statistics, as the next two.
const OPTION_RECEIVED: u16 = 4;
const OPTION_DROPPED_BY_INTERFACE: u16 = 5;
const OPTION_DROPPED_BY_SYSTEM: u16 = 7;
