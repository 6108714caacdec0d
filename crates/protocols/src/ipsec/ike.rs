use quaywatch_wire::Reader;

const HEADER_BYTES: usize = 28;
/// So many payloads of a message are looked at; gateways send about fifteen.
pub(super) const MOST_PAYLOADS: usize = 32;

/// A message of IKE: its header and, where they can be read, its payloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub(super) responder: u64,
    first_payload: u8,
    pub(super) version: u8,
    pub(super) exchange: u8,
    pub(super) flags: u8,
    body: &'a [u8],
}

/// Exchange types (RFC 2408, section 3.1; RFC 7296, section 3.1).
const MAIN: u8 = 2;
pub(super) const AGGRESSIVE: u8 = 4;
const SA_INIT: u8 = 34;

impl<'a> Message<'a> {
    pub(super) fn decode(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let initiator = reader.u64_be("initiator SPI").ok()?;
        let responder = reader.u64_be("responder SPI").ok()?;
        let first_payload = reader.u8("next payload").ok()?;
        let version = reader.u8("version").ok()?;
        let exchange = reader.u8("exchange").ok()?;
        let flags = reader.u8("flags").ok()?;
        reader.u32_be("message id").ok()?;
        let length = reader.u32_be("length").ok()? as usize;
        let known = match version >> 4 {
            1 => matches!(exchange, 1..=6 | 32 | 33) && flags & 0xf8 == 0 && first_payload < 24,
            2 => {
                matches!(exchange, 34..=44)
                    && flags & 0xc7 == 0
                    && (first_payload == 0 || (33..=60).contains(&first_payload))
            }
            _ => false,
        };
        let fits = length == bytes.len() && length >= HEADER_BYTES && initiator != 0;
        (known && fits).then_some(Self {
            responder,
            first_payload,
            version,
            exchange,
            flags,
            body: reader.rest(),
        })
    }

    /// Whether it asks for a tunnel or answers such a question.
    pub(super) const fn opens(&self) -> bool {
        // The encrypted messages of version 1 come after who asked and who answered is settled.
        let encrypted = self.version >> 4 == 1 && self.flags & 1 != 0;
        !encrypted && matches!(self.exchange, MAIN | AGGRESSIVE | SA_INIT)
    }

    /// Whether it is from who opened the tunnel, as far as the message tells.
    pub(super) const fn is_from_initiator(&self) -> bool {
        if self.version >> 4 == 2 { self.flags & 0x08 != 0 } else { self.responder == 0 }
    }

    pub(super) const fn name(&self) -> &'static str {
        match self.exchange {
            MAIN => "main_mode",
            AGGRESSIVE => "aggressive_mode",
            5 => "informational",
            32 => "quick_mode",
            SA_INIT => "ike_sa_init",
            35 => "ike_auth",
            36 => "create_child_sa",
            37 => "informational",
            _ => "unknown",
        }
    }

    /// Type and content of each payload that is not encrypted.
    pub(super) fn payloads(&self) -> impl Iterator<Item = (u8, &'a [u8])> {
        let encrypted = self.version >> 4 == 1 && self.flags & 1 != 0;
        let mut reader = Reader::new(if encrypted { &[] } else { self.body });
        let mut next = self.first_payload;
        std::iter::from_fn(move || {
            let kind = next;
            if kind == 0 {
                return None;
            }
            next = reader.u8("next payload").ok()?;
            reader.u8("reserved").ok()?;
            let length = usize::from(reader.u16_be("payload length").ok()?).checked_sub(4)?;
            Some((kind, reader.take(length, "payload").ok()?))
        })
        .take(MOST_PAYLOADS)
    }
}

/// Payload types: identification in version 1, vendor ids in both.
pub(super) const IDENTITY_V1: u8 = 5;
pub(super) const VENDOR_V1: u8 = 13;
pub(super) const VENDOR_V2: u8 = 43;

/// Software by the beginning of its vendor id, as it is on the wire.
pub(super) fn software(vendor: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 6] = [
        (
            &[0x88, 0x2f, 0xe5, 0x6d, 0x6f, 0xd2, 0x0d, 0xbc, 0x22, 0x51, 0x61, 0x3b, 0x2e, 0xbe, 0x5b, 0xeb],
            "strongSwan",
        ),
        (
            &[0x12, 0xf5, 0xf2, 0x8c, 0x45, 0x71, 0x68, 0xa9, 0x70, 0x2d, 0x9f, 0xe2, 0x74, 0xcc],
            "Cisco Unity",
        ),
        (&[0x82, 0x99, 0x03, 0x17, 0x57, 0xa3, 0x60, 0x82, 0xc6, 0xa6, 0x21, 0xde], "Fortinet"),
        (
            &[0x1e, 0x2b, 0x51, 0x69, 0x05, 0x99, 0x1c, 0x7d, 0x7c, 0x96, 0xfc, 0xbf, 0xb5, 0x87, 0xe4, 0x61],
            "Microsoft Windows",
        ),
        (b"CISCO-DELETE-REASON", "Cisco"),
        (b"OpenSwan", "Openswan"),
    ];
    KNOWN.iter().find(|(prefix, _)| vendor.starts_with(prefix)).map(|&(_, name)| name)
}
