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

/// All stations, unnumbered information.
const PPP_ADDRESS_CONTROL: [u8; 2] = [0xff, 0x03];

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
        // The usual case first, apart from the others.
        if link == LinkType::ETHERNET { Some(Self::ethernet(bytes, cut)) } else { Self::of(link, bytes, cut) }
    }

    /// Decodes a frame of a link that is not Ethernet.
    #[inline(never)]
    fn of(link: LinkType, bytes: &'a [u8], cut: usize) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let head = match link {
            LinkType::LINUX_SLL => linux_sll(&mut reader),
            LinkType::LINUX_SLL2 => linux_sll2(&mut reader),
            LinkType::NULL | LinkType::LOOP => bsd_loop(&mut reader, link),
            LinkType::PPP => ppp(&mut reader).map(Head::bare),
            LinkType::PPP_HDLC | LinkType::CISCO_HDLC => hdlc(&mut reader, link).map(Head::bare),
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

    /// Decodes an Ethernet frame, also one that is carried inside something else.
    #[must_use]
    #[inline(never)]
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
    fn above(mut head: Head, mut reader: Reader<'a>, cut: usize) -> Self {
        // The usual case is asked first.
        if !matches!(head.ethertype, ETHERTYPE_IPV4 | ETHERTYPE_IPV6)
            && let Err(error) = peel(&mut head, &mut reader)
        {
            let Head { macs, vlan, ethertype } = head;
            return Self { macs, vlan, ethertype, body: Body::Broken("link", error), cut };
        }
        let Head { macs, vlan, ethertype } = head;
        // An 802.3 length that was there in full leaves nothing but padding to be cut.
        let left = if ethertype < FIRST_ETHERTYPE { 0 } else { cut };
        let frame = |body| Self { macs, vlan, ethertype, body, cut: left };
        match ethertype {
            ETHERTYPE_IPV4 => match Packet::v4(reader, cut) {
                Ok(packet) => frame(Body::Ip(packet)),
                Err(error) => frame(Body::Broken("ipv4", error)),
            },
            ETHERTYPE_IPV6 => match Packet::v6(reader, cut) {
                Ok(packet) => frame(Body::Ip(packet)),
                Err(error) => frame(Body::Broken("ipv6", error)),
            },
            _ => frame(Body::Other(reader.peek())),
        }
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

/// Takes off what stands between a link's header and the network layer.
#[inline(never)]
fn peel(head: &mut Head, reader: &mut Reader<'_>) -> Result<(), ReadError> {
    let mut tags = 0;
    loop {
        let peeled = match head.ethertype {
            ETHERTYPE_VLAN | ETHERTYPE_QINQ | ETHERTYPE_QINQ_OLD if tags < MOST_TAGS => {
                vlan_tag(reader, &mut head.vlan)
            }
            ETHERTYPE_PPPOE_SESSION => pppoe(reader),
            ETHERTYPE_MPLS if tags < MOST_TAGS => mpls(reader),
            // The 802.3 length says where the frame ends; what is past it is padding.
            length if length < FIRST_ETHERTYPE && head.macs.is_some() => llc(reader, length.into()),
            _ => return Ok(()),
        };
        tags += 1;
        match peeled? {
            Peeled::Inner(inner) => head.ethertype = inner,
            Peeled::Last(inner) => {
                head.ethertype = inner;
                return Ok(());
            }
        }
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

/// RFC 2516 section 4: version and type, code, session, length; then the PPP protocol.
fn pppoe(reader: &mut Reader<'_>) -> Result<Peeled, ReadError> {
    reader.skip(6, "PPPoE header")?;
    Ok(match ppp_protocol(reader)? {
        inner @ (ETHERTYPE_IPV4 | ETHERTYPE_IPV6 | ETHERTYPE_MPLS) => Peeled::Inner(inner),
        other => Peeled::Last(other),
    })
}

/// LINKTYPE_PPP: the address and control bytes of RFC 1662 section 3.1 (FF 03), where the peers have not agreed to leave
/// them out, then the PPP protocol.
fn ppp(reader: &mut Reader<'_>) -> Result<u16, ReadError> {
    if reader.peek().starts_with(&PPP_ADDRESS_CONTROL) {
        reader.skip(PPP_ADDRESS_CONTROL.len(), "PPP address and control")?;
    }
    ppp_protocol(reader)
}

/// RFC 1661 section 2, as the EtherType where it has one. One byte where the peers have agreed to compress it
/// (section 6.5): the last byte of a number is odd and no other is.
fn ppp_protocol(reader: &mut Reader<'_>) -> Result<u16, ReadError> {
    let is_compressed = reader.peek().first().is_some_and(|first| first & 1 == 1);
    let number =
        if is_compressed { reader.u8("PPP protocol")?.into() } else { reader.u16_be("PPP protocol")? };
    Ok(match number {
        0x0021 => ETHERTYPE_IPV4,
        0x0057 => ETHERTYPE_IPV6,
        0x0281 => ETHERTYPE_MPLS,
        other => other,
    })
}

/// RFC 1547 section 4.3.1: address (0F for one station, 8F for all), control, EtherType. LINKTYPE_PPP_HDLC is PPP
/// with any other address.
fn hdlc(reader: &mut Reader<'_>, link: LinkType) -> Result<u16, ReadError> {
    let is_cisco = matches!(reader.peek().first(), Some(0x0f | 0x8f));
    if link == LinkType::PPP_HDLC && !is_cisco {
        return ppp(reader);
    }
    reader.skip(2, "HDLC address and control")?;
    reader.u16_be("EtherType")
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

    /// An IPv4 header of 20 bytes with nothing behind it: UDP from 10.0.0.1 to 10.0.0.2.
    const IPV4: [u8; 20] = [0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
    /// The same between ::, without a next header.
    const IPV6: [u8; 40] = {
        let mut header = [0; 40];
        (header[0], header[6], header[7]) = (0x60, 59, 64);
        header
    };

    fn is_ip(link: u16, head: &[u8], packet: &[u8]) -> bool {
        let bytes = [head, packet].concat();
        Frame::decode(LinkType(link), &bytes, 0).is_some_and(|frame| matches!(frame.body, Body::Ip(_)))
    }

    #[test]
    fn raw_ip_is_read_by_each_number_that_programs_have_written_for_it() {
        for link in [101, 228, 12, 14] {
            assert!(is_ip(link, &[], &IPV4), "link type {link}");
        }
    }

    #[test]
    fn ip_is_read_in_ppp_with_and_without_framing_and_compression() {
        for link in [9, 50] {
            for head in [&[0xff, 0x03, 0x00, 0x21][..], &[0x00, 0x21], &[0xff, 0x03, 0x21], &[0x21]] {
                assert!(is_ip(link, head, &IPV4), "link type {link}, {head:02x?}");
            }
            assert!(is_ip(link, &[0xff, 0x03, 0x00, 0x57], &IPV6), "link type {link}");
            // A label at the bottom of its stack.
            assert!(is_ip(link, &[0xff, 0x03, 0x02, 0x81, 0, 1, 0x01, 64], &IPV4), "link type {link}");
        }
    }

    #[test]
    fn ip_is_read_in_ciscos_hdlc_under_both_its_link_types() {
        for link in [50, 104] {
            assert!(is_ip(link, &[0x0f, 0x00, 0x08, 0x00], &IPV4), "link type {link}");
            assert!(is_ip(link, &[0x8f, 0x00, 0x86, 0xdd], &IPV6), "link type {link}");
        }
    }

    #[test]
    fn what_is_not_ip_in_ppp_keeps_its_number_and_a_frame_that_ends_early_is_broken() {
        let frame = |bytes| Frame::decode(LinkType::PPP, bytes, 0).unwrap();
        let control = frame(&[0xff, 0x03, 0xc0, 0x21, 1, 1, 0, 4]);
        assert_eq!(control.ethertype, 0xc021);
        assert!(matches!(control.body, Body::Other(&[1, 1, 0, 4])));
        assert!(matches!(frame(&[0xff, 0x03]).body, Body::Broken("link", _)));
        assert!(matches!(frame(&[0xff, 0x03, 0xc0]).body, Body::Broken("link", _)));
    }

    #[test]
    fn wireless_frames_are_not_read_and_it_is_said_what_they_are() {
        for link in [105, 119, 127, 163] {
            assert!(Frame::decode(LinkType(link), &IPV4, 0).is_none());
            assert!(LinkType(link).unread().starts_with("wireless frames (802.11)"), "link type {link}");
        }
        assert_eq!(LinkType(147).unread(), "link type that is not read");
    }
}
