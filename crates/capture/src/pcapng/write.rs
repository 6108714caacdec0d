use super::{
    BYTE_ORDER_MAGIC, ENHANCED_PACKET, INTERFACE_DESCRIPTION, OPTION_APPLICATION, OPTION_COMMENT, OPTION_END,
    OPTION_NAME, OPTION_TIME_RESOLUTION, SECTION_HEADER, VERSION_MAJOR,
};
use crate::pcap::{captured_len, invalid};
use crate::scan::MAXIMUM_SNAPLEN;
use quaywatch_model::Timestamp;
use quaywatch_wire::LinkType;
use std::io::{self, Write};

/// `if_tsresol` of nanoseconds.
const NANOSECONDS: u8 = 9;
const LENGTH_UNKNOWN: i64 = -1;
/// Block type and the two lengths.
const FRAME_BYTES: usize = 12;

/// Writes a capture of one section with nanoseconds, little-endian. Give it a [`BufWriter`](io::BufWriter).
#[derive(Debug)]
pub struct Writer<W> {
    output: W,
    interfaces: u32,
    /// The block that is being put together.
    body: Vec<u8>,
}

/// An interface that was described to a [`Writer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interface(u32);

impl<W: Write> Writer<W> {
    /// Writes the section header: which application writes this, and what there is to say about it. Empty texts are
    /// left out.
    ///
    /// # Errors
    /// The output's; `InvalidInput` if a text is longer than 65535 bytes.
    pub fn new(output: W, application: &str, comment: &str) -> io::Result<Self> {
        let mut writer = Self { output, interfaces: 0, body: Vec::new() };
        writer.field(&BYTE_ORDER_MAGIC.to_le_bytes());
        writer.field(&VERSION_MAJOR.to_le_bytes());
        writer.field(&0_u16.to_le_bytes());
        writer.field(&LENGTH_UNKNOWN.to_le_bytes());
        writer.option(OPTION_COMMENT, comment.as_bytes())?;
        writer.option(OPTION_APPLICATION, application.as_bytes())?;
        writer.end_options_from(16);
        writer.block(SECTION_HEADER)?;
        Ok(writer)
    }

    /// Describes an interface that packets were captured on. An empty name is left out.
    ///
    /// # Errors
    /// The output's; `InvalidInput` if the name is longer than 65535 bytes.
    pub fn interface(&mut self, link: LinkType, name: &str) -> io::Result<Interface> {
        self.field(&link.0.to_le_bytes());
        self.field(&[0; 2]);
        self.field(&MAXIMUM_SNAPLEN.to_le_bytes());
        self.option(OPTION_NAME, name.as_bytes())?;
        self.option(OPTION_TIME_RESOLUTION, &[NANOSECONDS])?;
        self.end_options_from(8);
        self.block(INTERFACE_DESCRIPTION)?;
        let interface = Interface(self.interfaces);
        self.interfaces += 1;
        Ok(interface)
    }

    /// Writes one packet that was captured whole. An empty comment is left out.
    ///
    /// # Errors
    /// As [`packet_cut`](Self::packet_cut).
    pub fn packet(
        &mut self,
        interface: Interface,
        time: Timestamp,
        bytes: &[u8],
        comment: &str,
    ) -> io::Result<()> {
        self.packet_cut(interface, time, bytes, bytes.len() as u64, comment)
    }

    /// Writes one packet of which `bytes` is the beginning and that had `original_len` bytes on the wire.
    ///
    /// # Errors
    /// The output's; `InvalidInput` if the format cannot hold this time, length or comment. Nothing is written then.
    pub fn packet_cut(
        &mut self,
        interface: Interface,
        time: Timestamp,
        bytes: &[u8],
        original_len: u64,
        comment: &str,
    ) -> io::Result<()> {
        let ticks = u64::try_from(time.nanos()).map_err(|_| invalid("a time before 1970"))?;
        let captured = captured_len(bytes)?;
        let original = u32::try_from(original_len).map_err(|_| invalid("an original length past 32 bits"))?;
        for field in [interface.0, (ticks >> 32) as u32, ticks as u32, captured, original] {
            self.field(&field.to_le_bytes());
        }
        self.field(bytes);
        self.pad();
        let options = self.body.len();
        self.option(OPTION_COMMENT, comment.as_bytes())?;
        self.end_options_from(options);
        self.block(ENHANCED_PACKET)
    }

    /// Flushes and gives the output back.
    ///
    /// # Errors
    /// The output's.
    pub fn finish(mut self) -> io::Result<W> {
        self.output.flush()?;
        Ok(self.output)
    }

    fn field(&mut self, bytes: &[u8]) {
        self.body.extend_from_slice(bytes);
    }

    fn pad(&mut self) {
        self.body.resize(self.body.len().next_multiple_of(4), 0);
    }

    fn option(&mut self, code: u16, value: &[u8]) -> io::Result<()> {
        if value.is_empty() {
            return Ok(());
        }
        let Ok(length) = u16::try_from(value.len()) else {
            self.body.clear();
            return Err(invalid("a text past 65535 bytes"));
        };
        self.field(&code.to_le_bytes());
        self.field(&length.to_le_bytes());
        self.field(value);
        self.pad();
        Ok(())
    }

    /// Ends the options if any were written since the body was `start` long.
    fn end_options_from(&mut self, start: usize) {
        if self.body.len() > start {
            self.field(&OPTION_END.to_le_bytes());
            self.field(&[0; 2]);
        }
    }

    fn block(&mut self, kind: u32) -> io::Result<()> {
        let body = std::mem::take(&mut self.body);
        let length = (body.len() + FRAME_BYTES) as u32;
        self.output.write_all(&kind.to_le_bytes())?;
        self.output.write_all(&length.to_le_bytes())?;
        self.output.write_all(&body)?;
        self.output.write_all(&length.to_le_bytes())?;
        self.body = body;
        self.body.clear();
        Ok(())
    }
}
