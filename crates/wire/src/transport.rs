use crate::{Packet, ReadError, Reader, protocol};

/// What an IP packet carries, for the transports that are tracked.
#[derive(Debug, Clone, Copy)]
pub enum Segment<'a> {
    /// A TCP segment.
    Tcp(Tcp<'a>),
    /// A UDP datagram.
    Udp(Udp<'a>),
    /// An ICMP or ICMPv6 message.
    Icmp(Icmp<'a>),
    /// Another protocol, or a fragment that is not the first.
    Other(&'a [u8]),
    /// Cannot be read, and why.
    Broken(&'static str, ReadError),
}

/// A TCP segment (RFC 9293, section 3.1).
#[derive(Debug, Clone, Copy)]
pub struct Tcp<'a> {
    /// Source port.
    pub source: u16,
    /// Destination port.
    pub destination: u16,
    /// Sequence number of the first payload byte, or of the SYN.
    pub sequence: u32,
    /// The next sequence number the sender expects; means nothing without [`Flags::ACK`].
    pub acknowledgment: u32,
    /// The flags.
    pub flags: Flags,
    /// How much more the sender can take, before scaling.
    pub window: u16,
    /// The payload as far as captured.
    pub payload: &'a [u8],
    /// How long the payload was on the wire, in bytes.
    pub payload_len: usize,
    /// The checksum is wrong; often it is only filled in later (offload).
    pub bad_checksum: bool,
}

/// TCP flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flags(pub u8);

impl Flags {
    /// No more data from the sender.
    pub const FIN: u8 = 0x01;
    /// Synchronise sequence numbers.
    pub const SYN: u8 = 0x02;
    /// Reset the connection.
    pub const RST: u8 = 0x04;
    /// The acknowledgment number is significant.
    pub const ACK: u8 = 0x10;

    /// Whether any of `flags` is set.
    #[must_use]
    pub const fn has(self, flags: u8) -> bool {
        self.0 & flags != 0
    }
}

/// A UDP datagram (RFC 768).
#[derive(Debug, Clone, Copy)]
pub struct Udp<'a> {
    /// Source port.
    pub source: u16,
    /// Destination port.
    pub destination: u16,
    /// The payload as far as captured.
    pub payload: &'a [u8],
    /// How long the payload was on the wire, in bytes.
    pub payload_len: usize,
    /// The checksum is wrong; often it is only filled in later (offload).
    pub bad_checksum: bool,
}

/// An ICMP message (RFC 792, RFC 4443).
#[derive(Debug, Clone, Copy)]
pub struct Icmp<'a> {
    /// The message type.
    pub kind: u8,
    /// The message code.
    pub code: u8,
    /// All after type, code and checksum, as far as captured.
    pub payload: &'a [u8],
    /// How long that was on the wire, in bytes.
    pub payload_len: usize,
}

impl<'a> Segment<'a> {
    /// Reads the transport header of an unfragmented packet.
    #[must_use]
    #[inline]
    pub fn decode(packet: &Packet<'a>) -> Self {
        if packet.fragment.is_some_and(|part| part.offset > 0) {
            return Self::Other(packet.payload);
        }
        match packet.protocol {
            protocol::TCP => match tcp(packet) {
                Ok(tcp) => Self::Tcp(tcp),
                Err(error) => Self::Broken("tcp", error),
            },
            protocol::UDP => match udp(packet) {
                Ok(udp) => Self::Udp(udp),
                Err(error) => Self::Broken("udp", error),
            },
            protocol::ICMP | protocol::ICMPV6 => match icmp(packet) {
                Ok(icmp) => Self::Icmp(icmp),
                Err(error) => Self::Broken("icmp", error),
            },
            _ => Self::Other(packet.payload),
        }
    }
}

/// RFC 9293, section 3.1: before the options.
const TCP_HEADER_BYTES: usize = 20;

#[inline]
fn tcp<'a>(packet: &Packet<'a>) -> Result<Tcp<'a>, ReadError> {
    let mut reader = Reader::new(packet.payload);
    let fixed: [u8; TCP_HEADER_BYTES] =
        reader.array("TCP header").map_err(|_| first_missing(packet.payload))?;
    let [s0, s1, d0, d1, q0, q1, q2, q3, a0, a1, a2, a3, offset, flags, w0, w1, ..] = fixed;
    let header_len = usize::from(offset >> 4) * 4;
    let options = header_len.checked_sub(TCP_HEADER_BYTES).ok_or(ReadError {
        field: "TCP data offset",
        offset: 12,
        needed: TCP_HEADER_BYTES,
        left: header_len,
    })?;
    reader.skip(options, "TCP options")?;
    Ok(Tcp {
        source: u16::from_be_bytes([s0, s1]),
        destination: u16::from_be_bytes([d0, d1]),
        sequence: u32::from_be_bytes([q0, q1, q2, q3]),
        acknowledgment: u32::from_be_bytes([a0, a1, a2, a3]),
        flags: Flags(flags),
        window: u16::from_be_bytes([w0, w1]),
        payload: reader.rest(),
        payload_len: packet.payload_len.saturating_sub(header_len),
        bad_checksum: is_bad(packet),
    })
}

/// Which field of a TCP header is the first that is not there in full.
#[cold]
fn first_missing(header: &[u8]) -> ReadError {
    let mut reader = Reader::new(header);
    let mut field = |length, name| reader.skip(length, name);
    let fields = field(2, "TCP source port")
        .and_then(|()| field(2, "TCP destination port"))
        .and_then(|()| field(4, "TCP sequence number"))
        .and_then(|()| field(4, "TCP acknowledgment number"))
        .and_then(|()| field(1, "TCP data offset"))
        .and_then(|()| field(1, "TCP flags"))
        .and_then(|()| field(2, "TCP window"))
        .and_then(|()| field(4, "TCP checksum and urgent pointer"));
    let whole = ReadError { field: "TCP header", offset: 0, needed: TCP_HEADER_BYTES, left: header.len() };
    fields.err().unwrap_or(whole)
}

fn udp<'a>(packet: &Packet<'a>) -> Result<Udp<'a>, ReadError> {
    let mut reader = Reader::new(packet.payload);
    let source = reader.u16_be("UDP source port")?;
    let destination = reader.u16_be("UDP destination port")?;
    let length = usize::from(reader.u16_be("UDP length")?);
    let unchecked = reader.u16_be("UDP checksum")? == 0;
    // 0 stands for "as long as the packet" in jumbograms and in captures of offloaded segments.
    let payload_len = match length.checked_sub(8) {
        Some(length) if length + 8 <= packet.payload_len => length,
        _ => packet.payload_len.saturating_sub(8),
    };
    Ok(Udp {
        source,
        destination,
        payload: reader.take(payload_len.min(reader.len()), "UDP payload")?,
        payload_len,
        bad_checksum: !unchecked && is_bad(packet),
    })
}

fn icmp<'a>(packet: &Packet<'a>) -> Result<Icmp<'a>, ReadError> {
    let mut reader = Reader::new(packet.payload);
    let kind = reader.u8("ICMP type")?;
    let code = reader.u8("ICMP code")?;
    reader.skip(2, "ICMP checksum")?;
    Ok(Icmp { kind, code, payload: reader.rest(), payload_len: packet.payload_len.saturating_sub(4) })
}

/// Whether the transport checksum is wrong. What was not captured whole cannot be told.
#[inline]
fn is_bad(packet: &Packet<'_>) -> bool {
    packet.fragment.is_none()
        && packet.payload.len() == packet.payload_len
        && packet.pseudo_header_sum().bytes(packet.payload).fold() != 0xffff
}

#[cfg(test)]
mod tests {
    use super::{Segment, TCP_HEADER_BYTES};
    use crate::{Body, Frame, LinkType};

    #[test]
    fn a_tcp_header_that_breaks_off_names_the_field_that_is_missing() {
        let fields = [
            (2, "TCP source port"),
            (2, "TCP destination port"),
            (4, "TCP sequence number"),
            (4, "TCP acknowledgment number"),
            (1, "TCP data offset"),
            (1, "TCP flags"),
            (2, "TCP window"),
            (4, "TCP checksum and urgent pointer"),
        ];
        let missing = fields.into_iter().scan(0, |begin, (needed, field)| {
            let offset = *begin;
            *begin += needed;
            Some((offset, needed, field))
        });
        for (offset, needed, field) in missing {
            for length in offset..offset + needed {
                // An IPv4 header without a checksum that holds, and the beginning of a TCP header.
                let total = 20 + length as u8;
                let mut packet = vec![0x45, 0, 0, total, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
                packet.resize(total.into(), 0);
                let Some(Frame { body: Body::Ip(ip), .. }) = Frame::decode(LinkType::RAW, &packet, 0) else {
                    panic!("{length} bytes of TCP are in an IP packet");
                };
                let Segment::Broken("tcp", error) = Segment::decode(&ip) else {
                    panic!("{length} bytes are no TCP header");
                };
                let left = length - offset;
                assert_eq!(
                    (error.field, error.offset, error.needed, error.left),
                    (field, offset, needed, left)
                );
                assert!(length < TCP_HEADER_BYTES);
            }
        }
    }
}
