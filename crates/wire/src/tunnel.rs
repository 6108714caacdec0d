//! Frames and packets inside others: GRE with and without Ethernet and ERSPAN, VXLAN, IP in IP.

use crate::{ETHERTYPE_IPV4, ETHERTYPE_IPV6, Frame, Packet, ReadError, Reader, Segment, protocol};

/// IANA's port for VXLAN (RFC 7348, section 5), and the one that Linux used before.
const VXLAN_PORTS: [u16; 2] = [4789, 8472];
const ETHERTYPE_BRIDGED: u16 = 0x6558;
const ETHERTYPE_ERSPAN_2: u16 = 0x88be;
const ETHERTYPE_ERSPAN_3: u16 = 0x22eb;

/// Plain GRE.
const GRE: &str = "gre";
/// What a switch mirrors to whoever captures, in GRE: no way in for anybody.
pub const ERSPAN: &str = "erspan";

/// What a packet carries inside: the tunnel's name and the frame within.
///
/// `None` where it is no tunnel, or one whose inside does not begin as it should.
#[must_use]
pub fn inside<'a>(packet: &Packet<'a>, segment: &Segment<'a>) -> Option<(&'static str, Frame<'a>)> {
    let cut = packet.payload_len.saturating_sub(packet.payload.len());
    match (packet.protocol, segment) {
        (protocol::GRE, Segment::Other(bytes)) => gre(bytes, cut).ok().flatten(),
        (protocol::IPV4 | protocol::IPV6, Segment::Other(bytes)) => Some(("ipip", Frame::ip(bytes, cut))),
        (_, Segment::Udp(udp)) if VXLAN_PORTS.contains(&udp.destination) => {
            vxlan(udp.payload, cut).ok().flatten().map(|frame| ("vxlan", frame))
        }
        _ => None,
    }
}

/// RFC 2784 and RFC 2890: flags and version, protocol, then the optional fields the flags name.
fn gre(bytes: &[u8], cut: usize) -> Result<Option<(&'static str, Frame<'_>)>, ReadError> {
    let mut reader = Reader::new(bytes);
    let flags = reader.u16_be("GRE flags")?;
    let ethertype = reader.u16_be("GRE protocol")?;
    if flags & 0x0007 != 0 {
        return Ok(None);
    }
    for flag in [0x8000, 0x2000, 0x1000] {
        if flags & flag != 0 {
            reader.skip(4, "GRE optional field")?;
        }
    }
    match ethertype {
        ETHERTYPE_IPV4 | ETHERTYPE_IPV6 => Ok(Some((GRE, Frame::ip(reader.rest(), cut)))),
        ETHERTYPE_BRIDGED => Ok(Some((GRE, Frame::ethernet(reader.rest(), cut)))),
        // Without a sequence number ERSPAN has no header of its own (type I).
        ETHERTYPE_ERSPAN_2 => {
            reader.skip(if flags & 0x1000 == 0 { 0 } else { 8 }, "ERSPAN type II header")?;
            Ok(Some((ERSPAN, Frame::ethernet(reader.rest(), cut))))
        }
        ETHERTYPE_ERSPAN_3 => {
            reader.skip(11, "ERSPAN type III header")?;
            let optional = reader.u8("ERSPAN type III flags")? & 1 != 0;
            reader.skip(if optional { 8 } else { 0 }, "ERSPAN platform sub-header")?;
            Ok(Some((ERSPAN, Frame::ethernet(reader.rest(), cut))))
        }
        _ => Ok(None),
    }
}

/// RFC 7348, section 5: flags with the I bit, network identifier, then an Ethernet frame.
fn vxlan(bytes: &[u8], cut: usize) -> Result<Option<Frame<'_>>, ReadError> {
    let mut reader = Reader::new(bytes);
    let flags = reader.u8("VXLAN flags")?;
    reader.skip(7, "VXLAN header")?;
    Ok((flags & 0x08 != 0 && reader.len() >= 14).then(|| Frame::ethernet(reader.rest(), cut)))
}
