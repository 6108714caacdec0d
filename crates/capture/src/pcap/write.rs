use super::{MAGIC_NANOSECONDS, VERSION};
use crate::scan::MAXIMUM_SNAPLEN;
use quaywatch_model::Timestamp;
use quaywatch_wire::LinkType;
use std::io::{self, Write};

/// Writes a capture with nanoseconds, little-endian. Give it a [`BufWriter`](io::BufWriter).
///
/// The format has one link type a file, and times from 1970 to 2106.
#[derive(Debug)]
pub struct Writer<W> {
    output: W,
}

impl<W: Write> Writer<W> {
    /// Writes the file header.
    ///
    /// # Errors
    /// The output's.
    pub fn new(mut output: W, link: LinkType) -> io::Result<Self> {
        output.write_all(&MAGIC_NANOSECONDS.to_le_bytes())?;
        output.write_all(&VERSION.0.to_le_bytes())?;
        output.write_all(&VERSION.1.to_le_bytes())?;
        output.write_all(&[0; 8])?;
        output.write_all(&MAXIMUM_SNAPLEN.to_le_bytes())?;
        output.write_all(&u32::from(link.0).to_le_bytes())?;
        Ok(Self { output })
    }

    /// Writes one packet that was captured whole.
    ///
    /// # Errors
    /// As [`packet_cut`](Self::packet_cut).
    pub fn packet(&mut self, time: Timestamp, bytes: &[u8]) -> io::Result<()> {
        self.packet_cut(time, bytes, bytes.len() as u64)
    }

    /// Writes one packet of which `bytes` is the beginning and that had `original_len` bytes on the wire.
    ///
    /// # Errors
    /// The output's; `InvalidInput` if the format cannot hold this time or length. Nothing is written then.
    pub fn packet_cut(&mut self, time: Timestamp, bytes: &[u8], original_len: u64) -> io::Result<()> {
        let (seconds, nanos) = time.split();
        let seconds = u32::try_from(seconds).map_err(|_| invalid("a time outside 1970 to 2106"))?;
        let captured = captured_len(bytes)?;
        let original = u32::try_from(original_len).map_err(|_| invalid("an original length past 32 bits"))?;
        for field in [seconds, nanos, captured, original] {
            self.output.write_all(&field.to_le_bytes())?;
        }
        self.output.write_all(bytes)
    }

    /// Flushes and gives the output back.
    ///
    /// # Errors
    /// The output's.
    pub fn finish(mut self) -> io::Result<W> {
        self.output.flush()?;
        Ok(self.output)
    }
}

/// The length of a packet that readers will take back.
pub(crate) fn captured_len(bytes: &[u8]) -> io::Result<u32> {
    let length = u32::try_from(bytes.len()).ok().filter(|&length| length <= MAXIMUM_SNAPLEN);
    length.ok_or_else(|| invalid("a packet past 262144 bytes"))
}

pub(crate) fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("a capture file cannot hold {what}"))
}
