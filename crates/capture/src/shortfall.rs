//! What of the inputs was not read, and what was never in them.

use std::fmt;

/// What whoever relies on a capture has to know of it. Complete when reading has ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shortfall {
    /// Where reading stopped before an input's end, in the order of the inputs.
    pub stopped: Vec<Stopped>,
    /// Inputs of which a checksum of the compressed data is wrong, as they are called in messages: anything that was read
    /// of them may be wrong.
    pub damaged: Vec<String>,
    /// What whoever captured says was lost; of very many interfaces the first.
    pub dropped: Vec<Dropped>,
}

/// An input that could not be read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// How the input is called in messages.
    pub file: String,
    /// How many bytes of the capture were read, after decompression where it is compressed.
    pub offset: u64,
    /// How many bytes the capture has, counted like `offset`; `None` where that is not known.
    pub total: Option<u64>,
    /// Nothing, or which compression the bytes are counted inside of, to stand behind a number.
    pub inside: &'static str,
    /// What was met there.
    pub reason: &'static str,
    /// How many bytes were not read: of the capture, or of the file as it is stored where decompression failed; 0 where
    /// that is not known.
    pub unread_bytes: u64,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, offset, total, inside, reason, .. } = self;
        write!(f, "stopped reading {file} at byte {offset}")?;
        total.map_or(Ok(()), |total| write!(f, " of {total}"))?;
        write!(f, "{inside}: {reason}")
    }
}

/// Packets that were lost before they could be captured, as an interface's last statistics say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// How the input is called in messages.
    pub file: String,
    /// Which interface, as its section of the capture counts them.
    pub interface: u32,
    /// How many the interface and the system have dropped.
    pub packets: u64,
    /// How many the interface has received, if that is said.
    pub received: Option<u64>,
}
