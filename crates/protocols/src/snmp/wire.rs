use crate::ber::{Element, Walk, tag};
use std::fmt;

/// What a PDU is (RFC 3416, section 3; RFC 1157, section 4.1.6 for the first trap). Open: a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind(pub(super) u8);

impl Kind {
    pub(super) const GET: Self = Self(0xa0);
    pub(super) const GET_NEXT: Self = Self(0xa1);
    pub(super) const RESPONSE: Self = Self(0xa2);
    pub(super) const SET: Self = Self(0xa3);
    pub(super) const TRAP_V1: Self = Self(0xa4);
    pub(super) const GET_BULK: Self = Self(0xa5);
    pub(super) const INFORM: Self = Self(0xa6);
    pub(super) const TRAP: Self = Self(0xa7);
    pub(super) const REPORT: Self = Self(0xa8);

    pub(super) const fn is_request(self) -> bool {
        matches!(self, Self::GET | Self::GET_NEXT | Self::SET | Self::GET_BULK)
    }

    pub(super) const fn is_answer(self) -> bool {
        matches!(self, Self::RESPONSE | Self::REPORT)
    }
}

/// Version 3's flags (RFC 3412, section 6.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flags(pub(super) u8);

impl Flags {
    /// How the message is protected, in the word of records.
    pub(super) const fn protection(self) -> &'static str {
        match self.0 & 0x03 {
            0 => "none",
            1 => "signed",
            _ => "encrypted",
        }
    }

    /// Whether the sender wants to hear of errors, which only those who ask do.
    pub(super) const fn reportable(self) -> bool {
        self.0 & 0x04 != 0
    }
}

/// What stands around a PDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Envelope<'a> {
    Community(&'a [u8]),
    User { id: i64, flags: Flags, engine: &'a [u8], user: &'a [u8] },
}

/// A whole message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub(super) version: i64,
    pub(super) envelope: Envelope<'a>,
    /// `None` where it is encrypted.
    pub(super) pdu: Option<Pdu<'a>>,
}

/// One PDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pdu<'a> {
    pub(super) kind: Kind,
    pub(super) id: i64,
    /// The error status; of a bulk request how many objects are not repeated.
    pub(super) error: i64,
    pub(super) error_index: i64,
    /// Version 1's trap: enterprise, agent address, generic and specific number.
    pub(super) trap: Option<TrapV1<'a>>,
    bindings: &'a [u8],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TrapV1<'a> {
    pub(super) enterprise: Oid<'a>,
    pub(super) agent: &'a [u8],
    pub(super) generic: i64,
    pub(super) specific: i64,
}

impl<'a> Message<'a> {
    /// A datagram that is one message and nothing else.
    pub(super) fn decode(bytes: &'a [u8]) -> Option<Self> {
        let mut outer = Walk::new(bytes);
        let mut message = outer.tagged(tag::SEQUENCE)?.walk();
        let version = message.tagged(tag::INTEGER)?.signed()?;
        let decoded = match version {
            0 | 1 => {
                let envelope = Envelope::Community(message.tagged(tag::OCTETS)?.body);
                Self { version, envelope, pdu: Some(Pdu::decode(message.next()?)?) }
            }
            3 => Self::decode_v3(&mut message)?,
            _ => return None,
        };
        (message.rest().is_empty() && outer.rest().is_empty()).then_some(decoded)
    }

    fn decode_v3(message: &mut Walk<'a>) -> Option<Self> {
        let mut header = message.tagged(tag::SEQUENCE)?.walk();
        let id = header.tagged(tag::INTEGER)?.signed()?;
        header.tagged(tag::INTEGER)?;
        let &[flags] = header.tagged(tag::OCTETS)?.body else { return None };
        header.tagged(tag::INTEGER)?;
        // RFC 3414, section 2.4: the security parameters are BER inside a string of bytes.
        let mut security = message.tagged(tag::OCTETS)?.walk().tagged(tag::SEQUENCE)?.walk();
        let engine = security.tagged(tag::OCTETS)?.body;
        security.tagged(tag::INTEGER)?;
        security.tagged(tag::INTEGER)?;
        let user = security.tagged(tag::OCTETS)?.body;
        let envelope = Envelope::User { id, flags: Flags(flags), engine, user };
        let scoped = message.next()?;
        let pdu = match scoped.tag {
            tag::OCTETS => None,
            tag::SEQUENCE => {
                let mut scoped = scoped.walk();
                scoped.tagged(tag::OCTETS)?;
                scoped.tagged(tag::OCTETS)?;
                Some(Pdu::decode(scoped.next()?)?)
            }
            _ => return None,
        };
        Some(Self { version: 3, envelope, pdu })
    }
}

impl<'a> Pdu<'a> {
    fn decode(element: Element<'a>) -> Option<Self> {
        let kind = Kind(element.tag);
        let mut fields = element.walk();
        let mut pdu = Self { kind, id: 0, error: 0, error_index: 0, trap: None, bindings: &[] };
        match kind {
            Kind::TRAP_V1 => {
                let enterprise = Oid(fields.tagged(tag::OID)?.body);
                let agent = fields.tagged(value::IP_ADDRESS)?.body;
                let generic = fields.tagged(tag::INTEGER)?.signed()?;
                let specific = fields.tagged(tag::INTEGER)?.signed()?;
                fields.tagged(value::TIME_TICKS)?;
                pdu.trap = Some(TrapV1 { enterprise, agent, generic, specific });
            }
            Kind(0xa0..=0xa8) => {
                pdu.id = fields.tagged(tag::INTEGER)?.signed()?;
                pdu.error = fields.tagged(tag::INTEGER)?.signed()?;
                pdu.error_index = fields.tagged(tag::INTEGER)?.signed()?;
            }
            _ => return None,
        }
        pdu.bindings = fields.tagged(tag::SEQUENCE)?.body;
        fields.rest().is_empty().then_some(pdu)
    }

    /// Objects with their values, as far as they decode.
    pub(super) fn bindings(self) -> impl Iterator<Item = (Oid<'a>, Element<'a>)> {
        Walk::new(self.bindings).map_while(|binding| {
            let mut binding = binding.walk();
            Some((Oid(binding.tagged(tag::OID)?.body), binding.next()?))
        })
    }
}

/// Tags of values beside the universal ones (RFC 2578, section 2; RFC 3416, section 3).
pub(super) mod value {
    pub(crate) const IP_ADDRESS: u8 = 0x40;
    pub(crate) const COUNTER32: u8 = 0x41;
    pub(crate) const GAUGE32: u8 = 0x42;
    pub(crate) const TIME_TICKS: u8 = 0x43;
    pub(crate) const COUNTER64: u8 = 0x46;
    pub(crate) const NO_SUCH_OBJECT: u8 = 0x80;
    pub(crate) const NO_SUCH_INSTANCE: u8 = 0x81;
    pub(crate) const END_OF_VIEW: u8 = 0x82;
}

/// An object identifier as it is encoded (X.690, section 8.19).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Oid<'a>(pub(super) &'a [u8]);

impl<'a> Oid<'a> {
    /// Its numbers; the first two are one number on the wire.
    pub(super) fn arcs(self) -> impl Iterator<Item = u64> + 'a {
        let mut left = self.0.iter();
        std::iter::from_fn(move || {
            let mut arc = 0_u64;
            loop {
                let byte = *left.next()?;
                arc = arc.checked_mul(128)? | u64::from(byte & 0x7f);
                if byte & 0x80 == 0 {
                    return Some(arc);
                }
            }
        })
    }

    /// What comes after `prefix`, which is encoded too.
    pub(super) fn below(self, prefix: &[u8]) -> Option<&'a [u8]> {
        self.0.strip_prefix(prefix)
    }
}

impl fmt::Display for Oid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut arcs = self.arcs();
        match arcs.next() {
            Some(first) => write!(f, "{}.{}", (first / 40).min(2), first - (first / 40).min(2) * 40)?,
            None => return f.write_str("0"),
        }
        arcs.try_for_each(|arc| write!(f, ".{arc}"))
    }
}
