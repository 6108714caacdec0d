//! NTLM messages, as SMB, HTTP and others carry them (MS-NLMP section 2.2.1).
//!
//! ```text
//! offset 0  "NTLMSSP\0"   8  message type u32 LE   then fields of length u16, allocated u16, offset u32
//! type 2    12 target name   20 flags   24 challenge   40 target info   48 version
//! type 3    12 LM   20 NT   28 domain   36 user   44 workstation   52 key   60 flags   64 version
//! version   major u8, minor u8, build u16
//! ```

use quaywatch_wire::Reader;

const SIGNATURE: &[u8; 8] = b"NTLMSSP\0";
/// Text is UTF-16.
const UNICODE: u32 = 0x0000_0001;
/// The version is there.
const VERSION: u32 = 0x0200_0000;

/// What a message tells of who sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ntlm {
    /// Type 2, from the server.
    Challenge(Machine),
    /// Type 3, from the client: who wants to log in, from where.
    Authenticate {
        /// The account; empty for nobody.
        user: String,
        /// The account's domain.
        domain: String,
        /// The machine.
        machine: Machine,
    },
}

/// What is told of a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Machine {
    /// Its NetBIOS name.
    pub(crate) name: String,
    /// Its DNS name.
    pub(crate) dns_name: String,
    /// The version of its operating system as Windows counts it, such as `Windows 10.0.17763`.
    pub(crate) system: String,
}

impl Ntlm {
    /// The message inside a token, be it bare or wrapped in SPNEGO.
    pub(crate) fn find(token: &[u8]) -> Option<Self> {
        let at = memchr::memmem::find(token, SIGNATURE)?;
        let message = token.get(at..)?;
        let mut reader = Reader::new(message);
        reader.skip(SIGNATURE.len(), "signature").ok()?;
        match reader.u32_le("message type").ok()? {
            2 => Self::challenge(message),
            3 => Self::authenticate(message),
            _ => None,
        }
    }

    fn challenge(message: &[u8]) -> Option<Self> {
        let flags = u32_at(message, 20)?;
        let mut machine = Machine { system: system(message, flags, 48), ..Machine::default() };
        let mut pairs = Reader::new(field(message, 40).unwrap_or_default());
        while let (Ok(id), Ok(length)) = (pairs.u16_le("AvId"), pairs.u16_le("AvLen")) {
            let Ok(value) = pairs.take(length.into(), "value") else { break };
            match id {
                1 => machine.name = utf16(value),
                3 => machine.dns_name = utf16(value),
                0 => break,
                _ => {}
            }
        }
        Some(Self::Challenge(machine))
    }

    fn authenticate(message: &[u8]) -> Option<Self> {
        let flags = u32_at(message, 60).unwrap_or(UNICODE);
        let text = |at| {
            let bytes = field(message, at).unwrap_or_default();
            if flags & UNICODE != 0 { utf16(bytes) } else { String::from_utf8_lossy(bytes).into_owned() }
        };
        let machine = Machine { name: text(44), dns_name: String::new(), system: system(message, flags, 64) };
        field(message, 36)?;
        Some(Self::Authenticate { user: text(36), domain: text(28), machine })
    }
}

fn u32_at(message: &[u8], at: usize) -> Option<u32> {
    message.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

fn field(message: &[u8], at: usize) -> Option<&[u8]> {
    let mut reader = Reader::new(message.get(at..)?);
    let length = usize::from(reader.u16_le("length").ok()?);
    reader.skip(2, "allocated").ok()?;
    let offset = usize::try_from(reader.u32_le("offset").ok()?).ok()?;
    message.get(offset..offset.checked_add(length)?)
}

/// The version, unless it is missing or says nothing, as other makers' software leaves it.
fn system(message: &[u8], flags: u32, at: usize) -> String {
    let version = message.get(at..).and_then(<[u8]>::first_chunk::<4>);
    match version {
        Some(&[major, minor, low, high]) if flags & VERSION != 0 && (low, high) != (0, 0) => {
            format!("Windows {major}.{minor}.{}", u16::from_le_bytes([low, high]))
        }
        _ => String::new(),
    }
}

/// Text in UTF-16, little-endian.
pub(crate) fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| match *pair {
        [low, high] => u16::from_le_bytes([low, high]),
        _ => 0,
    });
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
