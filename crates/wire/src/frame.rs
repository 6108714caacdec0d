use crate::ip::Packet;
use crate::{LinkType, ReadError, Reader};
use quaywatch_model::Mac;

/// EtherType of IPv4.
pub const ETHERTYPE_IPV4: u16 = 0x0800;
/// EtherType of IPv6.
pub const ETHERTYPE_IPV6: u16 = 0x86dd;
const ETHERTYPE_VLAN: u16 = 0x8100;
const ETHERTYPE_QINQ: u16 = 0x88a8;
const ETHERTYPE_QINQ_OLD: u16 = 0x9100;
const ETHERTYPE_PPPOE_SESSION: u16 = 0x8864;
const ETHERTYPE_MPLS: u16 = 0x8847;
/// Address and control of PPP on HDLC (RFC 1662, section 3.1).
const HDLC_FRAMING: [u8; 2] = [0xff, 0x03];

/// Below this the field after the addresses is a length (IEEE 802.3), from it on an EtherType.
const FIRST_ETHERTYPE: u16 = 0x0600;
/// More tags than this are not peeled: nobody stacks them so deep in earnest.
const MOST_TAGS: usize = 8;

/// A captured frame down to its network layer.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// Source and destination, where the link has both.
    pub macs: Option<[Mac; 2]>,
    /// The outermost VLAN id, if the frame is tagged with one other than 0.
    pub vlan: Option<u16>,
    /// The EtherType inside all tags; for 802.3 frames without SNAP the DSAP and SSAP as they stand.
    pub ethertype: u16,
    /// What the frame carries.
    pub body: Body<'a>,
    /// How many bytes of the end of what is not IP were not captured.
    pub cut: usize,
}

/// What a frame carries.
#[derive(Debug, Clone, Copy)]
pub enum Body<'a> {
    /// An IP packet.
    Ip(Packet<'a>),
    /// Something that is not IP: ARP, PROFINET, LLDP. The bytes after the EtherType.
    Other(&'a [u8]),
    /// Nothing that can be read, and why.
    Broken(&'static str, ReadError),
}

impl<'a> Frame<'a> {
    /// Decodes a frame as captured. `cut`: how many bytes of its end were not captured. `None`: a link type that
    /// is not read.
    #[must_use]
    #[inline]
    pub fn decode(link: LinkType, bytes: &'a [u8], cut: usize) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let head = match link {
            LinkType::ETHERNET => ethernet(&mut reader),
            LinkType::LINUX_SLL => linux_sll(&mut reader),
            LinkType::LINUX_SLL2 => linux_sll2(&mut reader),
            LinkType::PPP => ppp(&mut reader),
            LinkType::NULL | LinkType::LOOP => bsd_loop(&mut reader, link),
            LinkType::RAW | LinkType::RAW_OLD | LinkType::RAW_OPENBSD | LinkType::IPV4 | LinkType::IPV6 => {
                Ok(Head::bare(by_version(bytes)))
            }
            _ => return None,
        };
        Some(match head {
            Ok(head) => Self::above(head, reader, cut),
            Err(error) => Self::broken("link", error),
        })
    }

    /// Decodes an Ethernet frame that is carried inside something else.
    #[must_use]
    pub fn ethernet(bytes: &'a [u8], cut: usize) -> Self {
        let mut reader = Reader::new(bytes);
        match ethernet(&mut reader) {
            Ok(head) => Self::above(head, reader, cut),
            Err(error) => Self::broken("link", error),
        }
    }

    /// Decodes an IP packet that is carried inside something else, or was reassembled.
    #[must_use]
    pub fn ip(bytes: &'a [u8], cut: usize) -> Self {
        Self::above(Head::bare(by_version(bytes)), Reader::new(bytes), cut)
    }

    fn broken(layer: &'static str, error: ReadError) -> Self {
        Self { macs: None, vlan: None, ethertype: 0, body: Body::Broken(layer, error), cut: 0 }
    }

    #[inline]
    fn above(head: Head, mut reader: Reader<'a>, cut: usize) -> Self {
        let Head { macs, mut vlan, mut ethertype } = head;
        let mut tags = 0;
        loop {
            let peeled = match ethertype {
                // The usual case is asked first.
                ETHERTYPE_IPV4 | ETHERTYPE_IPV6 => break,
                ETHERTYPE_VLAN | ETHERTYPE_QINQ | ETHERTYPE_QINQ_OLD if tags < MOST_TAGS => {
                    vlan_tag(&mut reader, &mut vlan)
                }
                ETHERTYPE_PPPOE_SESSION => pppoe(&mut reader),
                ETHERTYPE_MPLS if tags < MOST_TAGS => mpls(&mut reader),
                // The 802.3 length says where the frame ends; what is past it is padding.
                length if length < FIRST_ETHERTYPE && macs.is_some() => llc(&mut reader, length.into()),
                _ => break,
            };
            tags += 1;
            match peeled {
                Ok(Peeled::Inner(inner)) => ethertype = inner,
                Ok(Peeled::Last(inner)) => {
                    ethertype = inner;
                    break;
                }
                Err(error) => return Self { macs, vlan, ethertype, body: Body::Broken("link", error), cut },
            }
        }
        let body = match ethertype {
            ETHERTYPE_IPV4 => {
                Packet::v4(reader, cut).map_or_else(|error| Body::Broken("ipv4", error), Body::Ip)
            }
            ETHERTYPE_IPV6 => {
                Packet::v6(reader, cut).map_or_else(|error| Body::Broken("ipv6", error), Body::Ip)
            }
            _ => Body::Other(reader.peek()),
        };
        // An 802.3 length that was there in full leaves nothing but padding to be cut.
        let cut = if ethertype < FIRST_ETHERTYPE { 0 } else { cut };
        Self { macs, vlan, ethertype, body, cut }
    }
}

/// What stands before the payload of a link.
struct Head {
    macs: Option<[Mac; 2]>,
    vlan: Option<u16>,
    ethertype: u16,
}

impl Head {
    const fn bare(ethertype: u16) -> Self {
        Self { macs: None, vlan: None, ethertype }
    }
}

enum Peeled {
    /// An EtherType that may be peeled further.
    Inner(u16),
    /// Not an EtherType; nothing more to peel.
    Last(u16),
}

/// IEEE 802.3 clause 3.2 and Ethernet II: destination, source, length or type.
#[inline]
fn ethernet(reader: &mut Reader<'_>) -> Result<Head, ReadError> {
    let destination = Mac(reader.array("destination address")?);
    let source = Mac(reader.array("source address")?);
    let ethertype = reader.u16_be("EtherType")?;
    Ok(Head { macs: Some([source, destination]), vlan: None, ethertype })
}

/// LINKTYPE_LINUX_SLL: packet type, ARPHRD, address length, address, protocol. Only the sender is known.
fn linux_sll(reader: &mut Reader<'_>) -> Result<Head, ReadError> {
    reader.skip(14, "cooked header")?;
    Ok(Head::bare(reader.u16_be("protocol type")?))
}

/// LINKTYPE_LINUX_SLL2: protocol, reserved, interface, ARPHRD, packet type, address length, address.
fn linux_sll2(reader: &mut Reader<'_>) -> Result<Head, ReadError> {
    let ethertype = reader.u16_be("protocol type")?;
    reader.skip(18, "cooked header")?;
    Ok(Head::bare(ethertype))
}

/// LINKTYPE_NULL and LINKTYPE_LOOP: an address family, in host order for the first. IPv6 has a number of its
/// own on every BSD.
fn bsd_loop(reader: &mut Reader<'_>, link: LinkType) -> Result<Head, ReadError> {
    let field: [u8; 4] = reader.array("address family")?;
    let (big, little) = (u32::from_be_bytes(field), u32::from_le_bytes(field));
    let family = if link == LinkType::LOOP { big } else { big.min(little) };
    Ok(Head::bare(match family {
        2 => ETHERTYPE_IPV4,
        10 | 24 | 28 | 30 => ETHERTYPE_IPV6,
        _ => 0,
    }))
}

/// LINKTYPE_PPP: address and control of HDLC where they are there, then the PPP protocol.
fn ppp(reader: &mut Reader<'_>) -> Result<Head, ReadError> {
    if reader.peek().starts_with(&HDLC_FRAMING) {
        reader.skip(HDLC_FRAMING.len(), "HDLC framing")?;
    }
    // What carries no packets sets up the link; its numbers are no EtherTypes.
    Ok(Head::bare(network_layer(reader.u16_be("PPP protocol")?).unwrap_or_default()))
}

/// The EtherType of what a PPP protocol carries, where that is IP (RFC 1332, RFC 5072) or labelled (RFC 3032, section 4.3).
const fn network_layer(ppp: u16) -> Option<u16> {
    match ppp {
        0x0021 => Some(ETHERTYPE_IPV4),
        0x0057 => Some(ETHERTYPE_IPV6),
        0x0281 => Some(ETHERTYPE_MPLS),
        _ => None,
    }
}

fn by_version(bytes: &[u8]) -> u16 {
    match bytes.first().map(|byte| byte >> 4) {
        Some(4) => ETHERTYPE_IPV4,
        Some(6) => ETHERTYPE_IPV6,
        _ => 0,
    }
}

/// IEEE 802.1Q clause 9.6: priority, drop eligible, 12 bits of VLAN id; then the next EtherType.
fn vlan_tag(reader: &mut Reader<'_>, vlan: &mut Option<u16>) -> Result<Peeled, ReadError> {
    let id = reader.u16_be("VLAN tag")? & 0x0fff;
    if id != 0 {
        vlan.get_or_insert(id);
    }
    reader.u16_be("EtherType after VLAN tag").map(Peeled::Inner)
}

/// RFC 2516 section 4: version and type, code, session, length; then the PPP protocol (RFC 1661).
fn pppoe(reader: &mut Reader<'_>) -> Result<Peeled, ReadError> {
    reader.skip(6, "PPPoE header")?;
    let protocol = reader.u16_be("PPP protocol")?;
    Ok(network_layer(protocol).map_or(Peeled::Last(protocol), Peeled::Inner))
}

/// RFC 3032 section 2.1: label, class, bottom of stack, time to live. What is inside is told by its version.
fn mpls(reader: &mut Reader<'_>) -> Result<Peeled, ReadError> {
    let bottom = reader.u32_be("MPLS label")? & 0x100 != 0;
    Ok(Peeled::Inner(if bottom { by_version(reader.peek()) } else { ETHERTYPE_MPLS }))
}

/// IEEE 802.2: DSAP, SSAP, control; with SNAP (AA AA 03) an organisation and an EtherType follow.
fn llc(reader: &mut Reader<'_>, length: usize) -> Result<Peeled, ReadError> {
    let length = length.min(reader.len());
    *reader = reader.sub(length, "802.3 payload")?;
    if let Some(&[0xaa, 0xaa, 0x03, _, _, _]) = reader.peek().first_chunk() {
        reader.skip(6, "SNAP header")?;
        return reader
            .u16_be("SNAP protocol")
            .map(|inner| if inner < FIRST_ETHERTYPE { Peeled::Last(inner) } else { Peeled::Inner(inner) });
    }
    // The SAPs stay in the payload: there they are the protocol's own first bytes.
    let saps = reader.peek().first_chunk().map_or(0, |&pair: &[u8; 2]| u16::from_be_bytes(pair));
    Ok(Peeled::Last(saps))
}

#[cfg(test)]
mod tests {
    use super::{Body, Frame};
    use crate::LinkType;

    #[test]
    fn raw_ip_is_read_by_each_number_that_programs_have_written_for_it() {
        // An IPv4 header of 20 bytes with nothing behind it: UDP from 10.0.0.1 to 10.0.0.2.
        let packet = [0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
        for link in [101, 228, 12, 14] {
            let frame = Frame::decode(LinkType(link), &packet, 0);
            let is_ip = frame.is_some_and(|frame| matches!(frame.body, Body::Ip(_)));
            assert!(is_ip, "link type {link}");
        }
    }

    #[test]
    fn ppp_is_read_with_and_without_its_framing_and_what_is_not_ip_has_no_ethertype() {
        let packet = [0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
        for head in [&[0x00, 0x21][..], &[0xff, 0x03, 0x00, 0x21]] {
            let frame = [head, &packet].concat();
            assert!(matches!(Frame::decode(LinkType::PPP, &frame, 0).unwrap().body, Body::Ip(_)), "{head:?}");
        }
        let echo = Frame::decode(LinkType::PPP, &[0xff, 0x03, 0xc0, 0x21, 9, 0, 0, 4], 0).unwrap();
        assert!(matches!(echo.body, Body::Other([9, 0, 0, 4])) && echo.ethertype == 0);
        assert!(matches!(Frame::decode(LinkType::PPP, &[0xff], 0).unwrap().body, Body::Broken("link", _)));
    }
}
