use crate::{ReadError, Reader, checksum::Sum};
use quaywatch_model::Address;

/// IP protocol numbers (IANA "Assigned Internet Protocol Numbers") that mean something here.
pub mod protocol {
    /// ICMP.
    pub const ICMP: u8 = 1;
    /// IPv4 in IP (RFC 2003).
    pub const IPV4: u8 = 4;
    /// TCP.
    pub const TCP: u8 = 6;
    /// UDP.
    pub const UDP: u8 = 17;
    /// IPv6 in IP (RFC 4213).
    pub const IPV6: u8 = 41;
    /// Generic Routing Encapsulation.
    pub const GRE: u8 = 47;
    /// ICMPv6.
    pub const ICMPV6: u8 = 58;
    /// SCTP.
    pub const SCTP: u8 = 132;

    /// The IANA keyword in lower case, where it is one people know.
    #[must_use]
    pub const fn name(number: u8) -> Option<&'static str> {
        Some(match number {
            ICMP => "icmp",
            2 => "igmp",
            IPV4 => "ipip",
            TCP => "tcp",
            UDP => "udp",
            IPV6 => "ipv6",
            GRE => "gre",
            50 => "esp",
            51 => "ah",
            ICMPV6 => "icmp6",
            88 => "eigrp",
            89 => "ospf",
            103 => "pim",
            112 => "vrrp",
            SCTP => "sctp",
            _ => return None,
        })
    }
}

/// RFC 8200, section 3: before the extension headers.
const V6_HEADER_BYTES: usize = 40;

const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const AUTHENTICATION: u8 = 51;
const DESTINATION_OPTIONS: u8 = 60;
const MOBILITY: u8 = 135;
/// RFC 8200 names each header once; a chain longer than this is not meant to be read.
const MOST_EXTENSION_HEADERS: usize = 16;

/// An IPv4 or IPv6 packet down to its payload.
#[derive(Debug, Clone, Copy)]
pub struct Packet<'a> {
    /// Whether this is IPv6.
    pub v6: bool,
    /// Who sent it.
    pub source: Address,
    /// To whom.
    pub destination: Address,
    /// The protocol of the payload.
    pub protocol: u8,
    /// How many more routers it may pass: time to live, hop limit.
    pub hops_left: u8,
    /// Set where this is only a part of a packet.
    pub fragment: Option<Fragment>,
    /// The payload, as far as captured; link padding is cut off.
    pub payload: &'a [u8],
    /// How long the payload was on the wire, in bytes.
    pub payload_len: usize,
    /// How long the packet was on the wire with its headers, in bytes.
    pub len: usize,
    /// The header says more than the frame held on the wire. A receiver drops that; what is there is told.
    pub overlong: bool,
    /// The header's checksum is wrong. It is filled in late on the machine that sends (offload), so this is no
    /// proof of damage.
    pub bad_checksum: bool,
}

/// Which part of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fragment {
    /// The same in all parts of a packet.
    pub id: u32,
    /// Where this part begins in the packet's payload, in bytes.
    pub offset: u32,
    /// Whether more parts follow.
    pub more: bool,
}

impl<'a> Packet<'a> {
    /// RFC 791, section 3.1.
    #[inline]
    pub(crate) fn v4(reader: Reader<'a>, cut: usize) -> Result<Self, ReadError> {
        let all = reader.peek();
        let mut reader = reader;
        let fixed: [u8; 20] = reader.array("IPv4 header")?;
        let [first, _, l0, l1, i0, i1, f0, f1, hops_left, protocol, _, _, source @ .., d0, d1, d2, d3] =
            fixed;
        let source: [u8; 4] = source;
        version_is(4, first, reader.offset())?;
        let header_len = usize::from(first & 0x0f) * 4;
        let options = header_len.checked_sub(fixed.len()).ok_or(ReadError {
            field: "IPv4 header length",
            offset: reader.offset(),
            needed: fixed.len(),
            left: header_len,
        })?;
        let mut sum = Sum::default().bytes(&fixed);
        if options > 0 {
            let options = reader.sub(options, "IPv4 options")?;
            sum = sum.bytes(options.peek());
            options_hold(options)?;
        }
        // 0 is written by machines that leave segmentation to the network card: then the frame tells.
        let total_len = match usize::from(u16::from_be_bytes([l0, l1])) {
            0 => all.len() + cut,
            total_len => total_len,
        };
        let payload_len = total_len.min(all.len() + cut).saturating_sub(header_len);
        let offset_and_flags = u16::from_be_bytes([f0, f1]);
        let fragment = Fragment {
            id: u16::from_be_bytes([i0, i1]).into(),
            offset: u32::from(offset_and_flags & 0x1fff) * 8,
            more: offset_and_flags & 0x2000 != 0,
        };
        Ok(Self {
            v6: false,
            source: Address::v4(source),
            destination: Address::v4([d0, d1, d2, d3]),
            protocol,
            hops_left,
            fragment: (fragment.more || fragment.offset > 0).then_some(fragment),
            payload: reader.take(payload_len.min(reader.len()), "IPv4 payload")?,
            payload_len,
            len: header_len + payload_len,
            overlong: total_len > all.len() + cut,
            bad_checksum: sum.fold() != 0xffff,
        })
    }

    /// RFC 8200, sections 3 and 4.
    pub(crate) fn v6(mut reader: Reader<'a>, cut: usize) -> Result<Self, ReadError> {
        let [first, _, _, _] = reader.array("IPv6 version, class and flow label")?;
        version_is(6, first, reader.offset())?;
        let payload_len = usize::from(reader.u16_be("IPv6 payload length")?);
        let mut protocol = reader.u8("IPv6 next header")?;
        let hops_left = reader.u8("IPv6 hop limit")?;
        let source = Address::v6(reader.array("IPv6 source")?);
        let destination = Address::v6(reader.array("IPv6 destination")?);
        // 0 stands for a jumbogram or for segmentation left to the network card: then the frame tells.
        let available = reader.len() + cut;
        let overlong = payload_len > available;
        let payload_len = if payload_len == 0 { available } else { payload_len.min(available) };
        let mut inner = reader.sub(payload_len.min(reader.len()), "IPv6 payload")?;
        let start = inner.offset();
        let mut fragment = None;
        for _ in 0..MOST_EXTENSION_HEADERS {
            if protocol != FRAGMENT {
                let Some(next) = next_header(&mut inner, protocol)? else { break };
                protocol = next;
                continue;
            }
            protocol = inner.u8("IPv6 fragment next header")?;
            inner.skip(1, "IPv6 fragment reserved")?;
            let offset = inner.u16_be("IPv6 fragment offset")?;
            let id = inner.u32_be("IPv6 fragment identification")?;
            let part = Fragment { id, offset: u32::from(offset & 0xfff8), more: offset & 1 != 0 };
            // A lone fragment (RFC 6946) is a whole packet. Of all others the headers behind are read when it is whole:
            // they may be cut, and all parts have the same next header.
            fragment = (part.more || part.offset > 0).then_some(part);
            if fragment.is_some() {
                break;
            }
        }
        let headers = inner.offset() - start;
        Ok(Self {
            v6: true,
            source,
            destination,
            protocol,
            hops_left,
            fragment,
            payload: inner.rest(),
            payload_len: payload_len.saturating_sub(headers),
            len: V6_HEADER_BYTES + payload_len,
            overlong,
            bad_checksum: false,
        })
    }

    /// The packet that a part of it became with all the others: their payload, put together.
    ///
    /// # Errors
    /// When a header behind the fragment header is cut short (RFC 8200, section 4.5).
    pub fn whole(&self, payload: &'a [u8]) -> Result<Self, ReadError> {
        let mut inner = Reader::new(payload);
        let mut protocol = self.protocol;
        for _ in 0..MOST_EXTENSION_HEADERS {
            let next = if self.v6 { next_header(&mut inner, protocol)? } else { None };
            let Some(next) = next else { break };
            protocol = next;
        }
        let len = self.len.saturating_sub(self.payload_len) + payload.len();
        let payload = inner.rest();
        Ok(Self { fragment: None, protocol, payload, payload_len: payload.len(), len, ..*self })
    }

    /// The sum a transport checksum starts with: addresses, length and protocol (RFC 9293 section 3.1, RFC 8200
    /// section 8.1).
    #[inline]
    pub(crate) fn pseudo_header_sum(&self) -> Sum {
        Sum::default()
            .address(self.source.bytes())
            .address(self.destination.bytes())
            .word(self.payload_len as u32)
            .word(self.protocol.into())
    }
}

/// The options of an IPv4 header must follow one another to its end or to an end-of-list, each of a length it can
/// have (RFC 791 section 3.1). A receiver drops what breaks here: it cannot tell the options behind (RFC 1122
/// section 3.2.1.8). An option that nobody knows is passed over.
fn options_hold(mut options: Reader<'_>) -> Result<(), ReadError> {
    /// Kind and length.
    const HEAD_BYTES: usize = 2;
    const END_OF_LIST: u8 = 0;
    const NO_OPERATION: u8 = 1;
    while !options.is_empty() {
        let kind = options.u8("IPv4 option")?;
        match kind {
            END_OF_LIST => return Ok(()),
            NO_OPERATION => continue,
            _ => {}
        }
        let length = usize::from(options.u8("IPv4 option length")?);
        let needed = shortest_option(kind);
        let Some(body) = length.checked_sub(HEAD_BYTES).filter(|_| length >= needed) else {
            let offset = options.offset() - 1;
            return Err(ReadError { field: "IPv4 option length", offset, needed, left: length });
        };
        options.skip(body, "IPv4 option")?;
    }
    Ok(())
}

/// The least length an option can have, in bytes, its kind and length included.
const fn shortest_option(kind: u8) -> usize {
    match kind {
        // Record Route, Loose and Strict Source Route: a pointer (RFC 791). Security: a level (RFC 1108).
        7 | 131 | 137 | 130 => 3,
        // Internet Timestamp: pointer and flags (RFC 791). Stream Identifier (RFC 791), Router Alert (RFC 2113).
        68 | 136 | 148 => 4,
        _ => 2,
    }
}

/// The EtherType and the header must agree on the version: a receiver drops what does not.
#[inline]
fn version_is(version: u8, first: u8, end: usize) -> Result<(), ReadError> {
    if first >> 4 == version {
        return Ok(());
    }
    let field = if version == 4 { "IPv4 version" } else { "IPv6 version" };
    Err(ReadError { field, offset: end.saturating_sub(1), needed: version.into(), left: (first >> 4).into() })
}

/// Passes over an extension header: what follows it. `None` where it is none.
fn next_header(reader: &mut Reader<'_>, protocol: u8) -> Result<Option<u8>, ReadError> {
    Ok(match protocol {
        HOP_BY_HOP | ROUTING | DESTINATION_OPTIONS | MOBILITY => Some(extension(reader, 8, 8)?),
        AUTHENTICATION => Some(extension(reader, 4, 8)?),
        _ => None,
    })
}

/// RFC 8200 section 4.3 and RFC 4302: next header, length in `unit`s beyond the first `free` bytes.
fn extension(reader: &mut Reader<'_>, unit: usize, free: usize) -> Result<u8, ReadError> {
    let next = reader.u8("IPv6 extension next header")?;
    let units = usize::from(reader.u8("IPv6 extension length")?);
    reader.skip(units * unit + free - 2, "IPv6 extension")?;
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::Packet;
    use crate::{ReadError, Reader};

    /// A packet of one byte behind these options.
    fn with_options(options: &[u8]) -> Result<Vec<u8>, ReadError> {
        let words = 5 + options.len().div_ceil(4);
        let total = words * 4 + 1;
        let mut bytes = vec![0x40 | words as u8, 0, 0, total as u8, 0, 1, 0, 0, 64, 6, 0, 0];
        bytes.extend_from_slice(&[192, 0, 2, 10, 198, 51, 100, 5]);
        bytes.extend_from_slice(options);
        bytes.resize(words * 4, 0);
        bytes.push(b'X');
        Packet::v4(Reader::new(&bytes), 0).map(|packet| packet.payload.to_vec())
    }

    #[test]
    fn options_that_follow_one_another_are_passed_over() {
        let router_alert = [148, 4, 0, 0];
        let record_route = [7, 3, 4, 1];
        let unknown = [222, 2, 1, 1];
        let ended = [1, 0, 9, 1];
        for options in [&[][..], &router_alert, &record_route, &unknown, &ended] {
            assert_eq!(with_options(options), Ok(b"X".to_vec()), "{options:?}");
        }
    }

    #[test]
    fn options_of_a_length_that_they_cannot_have_break_the_packet() {
        let too_short_for_its_kind = [130, 2, 0, 0];
        let too_short_for_any = [222, 1, 0, 0];
        let past_the_header = [7, 9, 4, 0];
        let without_length = [1, 1, 1, 7];
        for options in [too_short_for_its_kind, too_short_for_any, past_the_header, without_length] {
            assert!(with_options(&options).is_err(), "{options:?}");
        }
    }
}
