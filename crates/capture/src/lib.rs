//! Reading and writing pcap and pcapng.
//!
//! [`Captures`] opens files or standard input, plain or compressed with gzip or zstd, and fills [`Batch`]es with
//! their [`Packet`]s. [`pcap::Writer`] and [`pcapng::Writer`] write captures.
//!
//! ```no_run
//! use quaywatch_capture::{Batch, Captures, Source};
//!
//! let mut captures = Captures::open(&[Source::from_argument("crane.pcapng.gz")])?;
//! let mut batch = Batch::new();
//! while captures.next_batch(&mut batch)? {
//!     for packet in batch.packets() {
//!         println!("{} {} {} bytes", packet.frame, packet.time, packet.bytes.len());
//!     }
//! }
//! # Ok::<(), quaywatch_capture::CaptureError>(())
//! ```
//!
//! How it is built:
//! - `read` goes straight into a batch's own buffer; what is not whole at its end is carried over to the next. Files
//!   are not mapped: a mapped file that another program cuts short kills the process that reads it.
//! - The two formats are read by own scans over that buffer and not with `pcap-parser`. A scan must go on in the
//!   middle of a file, bound every length before it waits for that many bytes, say what it passed over and where,
//!   and allocate nothing per packet; around a parser of single blocks that would all remain to be written, and
//!   what it would save is the layouts, a page each.
//! - Memory is bounded whatever a file says: [`BATCH_BYTES`] a batch, [`MAXIMUM_SNAPLEN`] a packet, 128 MiB at most
//!   for what a zstd stream asks its window to be.

mod batch;
mod captures;
mod error;
mod gzip;
mod input;
mod merge;
pub mod pcap;
pub mod pcapng;
mod reading;
mod scan;
mod shortfall;
mod signatures;
mod tally;

pub use batch::{BATCH_BYTES, Batch, Packet, Place};
pub use captures::{Captures, Progress};
pub use error::CaptureError;
pub use input::Source;
pub use scan::MAXIMUM_SNAPLEN;
pub use shortfall::{Dropped, Shortfall, Stopped};
