//! The hello messages of a handshake (RFC 8446 section 4.1, RFC 5246 section 7.4.1, RFC 6347 section 4.2), as QUIC and
//! DTLS carry them too.

use quaywatch_wire::{ReadError, Reader};

const SERVER_NAME: u16 = 0;
const SUPPORTED_GROUPS: u16 = 10;
const POINT_FORMATS: u16 = 11;
const SIGNATURE_ALGORITHMS: u16 = 13;
const ALPN: u16 = 16;
const PRE_SHARED_KEY: u16 = 41;
const SUPPORTED_VERSIONS: u16 = 43;
const KEY_SHARE: u16 = 51;
/// The random of a ServerHello that asks for another ClientHello (RFC 8446, 4.1.3).
const HELLO_RETRY: [u8; 32] = [
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2,
    0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
];

/// Values that clients put in to keep servers tolerant (RFC 8701); no fingerprint counts them.
pub(crate) const fn is_grease(value: u16) -> bool {
    value & 0x0F0F == 0x0A0A && value >> 8 == value & 0xFF
}

/// A view of a list of 16-bit numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Numbers<'a>(&'a [u8]);

impl<'a> Numbers<'a> {
    pub(crate) fn iter(self) -> impl Iterator<Item = u16> + Clone + 'a {
        self.0.chunks_exact(2).filter_map(|pair| pair.first_chunk().map(|pair| u16::from_be_bytes(*pair)))
    }
}

/// A view of the extensions of a hello.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Extensions<'a>(&'a [u8]);

impl<'a> Extensions<'a> {
    /// Every extension, in order.
    pub(crate) fn iter(self) -> impl Iterator<Item = (u16, &'a [u8])> + Clone {
        let mut reader = Reader::new(self.0);
        std::iter::from_fn(move || {
            let kind = reader.u16_be("extension").ok()?;
            let length = reader.u16_be("length").ok()?;
            Some((kind, reader.take(length.into(), "extension").ok()?))
        })
    }

    pub(crate) fn get(self, wanted: u16) -> Option<&'a [u8]> {
        self.iter().find(|(kind, _)| *kind == wanted).map(|(_, body)| body)
    }

    /// The first protocol in the ALPN extension (RFC 7301).
    pub(crate) fn alpn(self) -> impl Iterator<Item = &'a [u8]> {
        let mut list = Reader::new(self.get(ALPN).unwrap_or_default());
        let _ = list.skip(2, "list length");
        std::iter::from_fn(move || {
            let length = list.u8("length").ok()?;
            list.take(length.into(), "name").ok()
        })
    }
}

/// A view of a ClientHello.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClientHello<'a> {
    pub(crate) version: u16,
    pub(crate) session_id: &'a [u8],
    pub(crate) ciphers: Numbers<'a>,
    pub(crate) extensions: Extensions<'a>,
    pub(crate) has_extensions: bool,
}

impl<'a> ClientHello<'a> {
    /// Reads the body of a ClientHello. `datagram`: with the cookie that DTLS has.
    pub(crate) fn decode(body: &'a [u8], datagram: bool) -> Result<Self, ReadError> {
        let mut reader = Reader::new(body);
        let version = reader.u16_be("version")?;
        reader.skip(32, "random")?;
        let session_id = short(&mut reader, "session id")?;
        if datagram {
            short(&mut reader, "cookie")?;
        }
        let length = reader.u16_be("cipher suites")?;
        let ciphers = Numbers(reader.take(length.into(), "cipher suites")?);
        short(&mut reader, "compression methods")?;
        let has_extensions = !reader.is_empty();
        let extensions = extensions(&mut reader)?;
        Ok(Self { version, session_id, ciphers, extensions, has_extensions })
    }

    /// The host the client asks for (RFC 6066, section 3).
    pub(crate) fn server_name(&self) -> Option<&'a str> {
        let mut reader = Reader::new(self.extensions.get(SERVER_NAME)?);
        reader.skip(2, "list length").ok()?;
        reader.skip(1, "name type").ok()?;
        let length = reader.u16_be("length").ok()?;
        let name = reader.take(length.into(), "name").ok()?;
        std::str::from_utf8(name).ok().filter(|name| !name.is_empty())
    }

    /// The highest version it offers, extensions considered.
    pub(crate) fn best_version(&self) -> u16 {
        let offered = self.extensions.get(SUPPORTED_VERSIONS).and_then(|list| list.get(1..));
        let best = Numbers(offered.unwrap_or_default()).iter().filter(|version| !is_grease(*version)).max();
        best.unwrap_or(self.version)
    }

    pub(crate) fn groups(&self) -> Numbers<'a> {
        self.list(SUPPORTED_GROUPS)
    }

    pub(crate) fn signature_algorithms(&self) -> Numbers<'a> {
        self.list(SIGNATURE_ALGORITHMS)
    }

    pub(crate) fn point_formats(&self) -> &'a [u8] {
        self.extensions.get(POINT_FORMATS).and_then(|list| list.get(1..)).unwrap_or_default()
    }

    fn list(&self, kind: u16) -> Numbers<'a> {
        Numbers(self.extensions.get(kind).and_then(|list| list.get(2..)).unwrap_or_default())
    }
}

/// A view of a ServerHello.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ServerHello<'a> {
    /// As in the header; what was agreed on is in [`version`](Self::version).
    pub(crate) legacy_version: u16,
    pub(crate) session_id: &'a [u8],
    pub(crate) cipher: u16,
    pub(crate) extensions: Extensions<'a>,
    pub(crate) is_retry: bool,
}

impl<'a> ServerHello<'a> {
    pub(crate) fn decode(body: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(body);
        let legacy_version = reader.u16_be("version")?;
        let random = reader.array::<32>("random")?;
        // Drafts of TLS 1.3 up to 21 had neither session id nor compression.
        let early_draft = legacy_version >> 8 == 0x7F;
        let session_id = if early_draft { &[][..] } else { short(&mut reader, "session id")? };
        let cipher = reader.u16_be("cipher suite")?;
        if !early_draft {
            reader.skip(1, "compression method")?;
        }
        let extensions = extensions(&mut reader)?;
        Ok(Self { legacy_version, session_id, cipher, extensions, is_retry: random == HELLO_RETRY })
    }

    /// The version that was agreed on.
    pub(crate) fn version(&self) -> u16 {
        let selected = self.extensions.get(SUPPORTED_VERSIONS).and_then(|body| body.first_chunk::<2>());
        selected.map_or(self.legacy_version, |version| u16::from_be_bytes(*version))
    }

    /// The group of the key share, in TLS 1.3.
    pub(crate) fn group(&self) -> Option<u16> {
        let share = self.extensions.get(KEY_SHARE)?.first_chunk::<2>()?;
        Some(u16::from_be_bytes(*share))
    }

    /// Whether a session of before is resumed, in TLS 1.3.
    pub(crate) fn resumes(&self) -> bool {
        self.extensions.get(PRE_SHARED_KEY).is_some()
    }
}

fn short<'a>(reader: &mut Reader<'a>, field: &'static str) -> Result<&'a [u8], ReadError> {
    let length = reader.u8(field)?;
    reader.take(length.into(), field)
}

fn extensions<'a>(reader: &mut Reader<'a>) -> Result<Extensions<'a>, ReadError> {
    if reader.is_empty() {
        return Ok(Extensions::default());
    }
    let length = reader.u16_be("extensions")?;
    reader.take(length.into(), "extensions").map(Extensions)
}

/// The ClientHello of SSL 2.0 that clients of its time sent to servers of any version (RFC 5246, appendix E.2).
/// Tells its version and its length with the two bytes before it.
pub(crate) fn ssl2_hello(bytes: &[u8]) -> Option<(u16, usize)> {
    let mut reader = Reader::new(bytes);
    let length = reader.u16_be("length").ok()?;
    let kind = reader.u8("type").ok()?;
    let version = reader.u16_be("version").ok()?;
    let [ciphers, session, challenge] =
        [(); 3].map(|()| reader.u16_be("length").map_or(usize::MAX, usize::from));
    let sound = length & 0x8000 != 0
        && kind == 1
        && (version == 2 || (0x0300..=0x0303).contains(&version))
        && ciphers > 0
        && ciphers % 3 == 0
        && matches!(session, 0 | 16)
        && (16..=32).contains(&challenge);
    let whole = usize::from(length & 0x7FFF);
    (sound && 9 + ciphers + session + challenge == whole).then_some((version, whole + 2))
}
