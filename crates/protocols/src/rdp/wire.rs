//! Views over negotiation and MCS connect.

use crate::Answer;
use crate::cotp::wire::{self as cotp, Tpdu};
use quaywatch_wire::Reader;

/// So many channels are told; the standard allows 31 (2.2.1.3.4).
pub(crate) const MOST_CHANNELS: usize = 31;
/// The object identifier of T.124 that begins GCC data: `{ itu-t 0 20 124 0 1 }`.
const GCC_KEY: [u8; 7] = [0x00, 0x05, 0x00, 0x14, 0x7C, 0x00, 0x01];

/// What a stream begins with.
pub(super) enum Beginning {
    /// Only RDP says this.
    Rdp,
    /// A connection request or confirm without any parameter.
    Bare,
    /// More bytes would tell.
    Short,
}

/// What a stream begins with, if that may be RDP.
pub(super) fn begins(bytes: &[u8]) -> Option<Beginning> {
    match cotp::begins(bytes) {
        Answer::No => return None,
        Answer::Unsure => return Some(Beginning::Short),
        Answer::Certain => {}
    }
    let Some(tpkt) = cotp::length(bytes).flatten().and_then(|length| bytes.get(..length)) else {
        return Some(Beginning::Short);
    };
    match Tpdu::decode(tpkt).ok()? {
        Tpdu::Connect { parameters, .. } if parameters.0.is_empty() => Some(Beginning::Bare),
        Tpdu::Connect { confirm: false, parameters, .. } => {
            is_request(parameters.0).then_some(Beginning::Rdp)
        }
        Tpdu::Connect { parameters, .. } => Confirm::of(parameters.0).map(|_| Beginning::Rdp),
        Tpdu::Data { data, .. } => is_mcs_connect(data).then_some(Beginning::Rdp),
        _ => None,
    }
}

/// Whether a connection request is RDP's: a routing token or cookie, or a negotiation request (2.2.1.1).
pub(crate) fn is_request(parameters: &[u8]) -> bool {
    cookie(parameters).is_some() || requested(parameters).is_some()
}

/// Whether a user data unit is MCS Connect-Initial or Connect-Response.
pub(crate) const fn is_mcs_connect(unit: &[u8]) -> bool {
    matches!(*unit, [0x7F, 0x65 | 0x66, ..])
}

/// The cookie or routing token of a connection request, without its line end.
pub(crate) fn cookie(parameters: &[u8]) -> Option<&str> {
    let end = parameters.windows(2).position(|pair| pair == b"\r\n")?;
    std::str::from_utf8(parameters.get(..end)?).ok()?.strip_prefix("Cookie: ")
}

/// The user or host in a cookie.
pub(super) fn cookie_name(cookie: &str) -> Option<&str> {
    cookie.strip_prefix("mstshash=")
}

/// The protocols a connection request offers (2.2.1.1.1).
pub(super) fn requested(parameters: &[u8]) -> Option<u32> {
    let after = parameters.windows(2).position(|pair| pair == b"\r\n").map_or(0, |at| at + 2);
    match *parameters.get(after..)? {
        [1, _, 8, 0, a, b, c, d, ..] => Some(u32::from_le_bytes([a, b, c, d])),
        _ => None,
    }
}

/// What a server says to the negotiation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Confirm {
    /// The security protocol it chose (2.2.1.2.1).
    Selected(u32),
    /// Why it does not want to (2.2.1.2.2).
    Failure(u32),
}

impl Confirm {
    /// The negotiation part of a connection confirm.
    pub(super) fn of(parameters: &[u8]) -> Option<Self> {
        match *parameters {
            [2, _, 8, 0, a, b, c, d] => Some(Self::Selected(u32::from_le_bytes([a, b, c, d]))),
            [3, _, 8, 0, a, b, c, d] => Some(Self::Failure(u32::from_le_bytes([a, b, c, d]))),
            _ => None,
        }
    }
}

/// The data blocks inside an MCS connect, which begin after `h221` (`Duca` of a client, `McDn` of a server) and a
/// length in PER.
fn blocks<'a>(unit: &'a [u8], h221: &[u8; 4]) -> Option<(usize, Reader<'a>)> {
    let key = memchr::memmem::find(unit, &GCC_KEY)?;
    let at = key + memchr::memmem::find(unit.get(key..)?, h221)?;
    let mut reader = Reader::new(unit.get(at + h221.len()..)?);
    if reader.u8("GCC length").ok()? & 0x80 != 0 {
        reader.skip(1, "GCC length").ok()?;
    }
    Some((at, reader))
}

/// The next data block: its type and its content.
fn next_block<'a>(reader: &mut Reader<'a>) -> Option<(u16, &'a [u8])> {
    let kind = reader.u16_le("block type").ok()?;
    let length = usize::from(reader.u16_le("block length").ok()?).checked_sub(4)?;
    // A block that is cut is read as far as it goes.
    Some((kind, reader.take(length.min(reader.len()), "block").ok()?))
}

/// What a client says of itself in Connect-Initial (2.2.1.3).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Client {
    pub(super) width: u16,
    pub(super) height: u16,
    pub(super) high_colour_depth: u16,
    pub(super) wants_32bpp: bool,
    pub(super) keyboard: u32,
    pub(super) build: u32,
    pub(super) name: String,
    pub(super) product_id: String,
    pub(super) channels: Vec<String>,
    /// Whether there was core data at all.
    pub(super) has_core: bool,
}

impl Client {
    pub(super) fn decode(unit: &[u8]) -> Option<Self> {
        let (_, mut reader) = blocks(unit, b"Duca")?;
        let mut client = Self::default();
        while let Some((kind, content)) = next_block(&mut reader) {
            match kind {
                0xC001 => client.core(content).unwrap_or_default(),
                0xC003 => client.network(content).unwrap_or_default(),
                _ => {}
            }
        }
        Some(client)
    }

    /// 2.2.1.3.2. Everything from the colour depth on is optional.
    fn core(&mut self, content: &[u8]) -> Option<()> {
        let mut reader = Reader::new(content);
        reader.skip(4, "version").ok()?;
        self.width = reader.u16_le("desktopWidth").ok()?;
        self.height = reader.u16_le("desktopHeight").ok()?;
        reader.skip(4, "colorDepth, SASSequence").ok()?;
        self.keyboard = reader.u32_le("keyboardLayout").ok()?;
        self.build = reader.u32_le("clientBuild").ok()?;
        self.name = utf16(reader.take(32, "clientName").ok()?);
        self.has_core = true;
        reader.skip(12 + 64, "keyboard type, imeFileName").ok()?;
        reader.skip(8, "postBeta2ColorDepth, clientProductId, serialNumber").ok()?;
        self.high_colour_depth = reader.u16_le("highColorDepth").ok()?;
        reader.skip(2, "supportedColorDepths").ok()?;
        self.wants_32bpp = reader.u16_le("earlyCapabilityFlags").ok()? & 2 != 0;
        self.product_id = utf16(reader.take(64, "clientDigProductId").ok()?);
        Some(())
    }

    /// 2.2.1.3.4: names of eight bytes, each with four of options.
    fn network(&mut self, content: &[u8]) -> Option<()> {
        let mut reader = Reader::new(content);
        let count = reader.u32_le("channelCount").ok()?;
        for _ in 0..count.min(MOST_CHANNELS as u32) {
            let name: [u8; 8] = reader.array("channel name").ok()?;
            reader.skip(4, "channel options").ok()?;
            let name = name.split(|&byte| byte == 0).next().unwrap_or_default();
            self.channels.push(String::from_utf8_lossy(name).into_owned());
        }
        Some(())
    }
}

/// What a server says in Connect-Response (2.2.1.4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Server {
    /// GCC's result of creating the conference.
    pub(super) result: u8,
    /// Encryption method and level.
    pub(super) security: Option<(u32, u32)>,
    pub(super) certificate: Option<Certificate>,
}

/// A server's certificate in its own format (2.2.1.4.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Certificate {
    /// 1: RSA key in RDP's own format; 2: X.509 chain.
    pub(super) kind: u32,
    pub(super) permanent: bool,
    pub(super) count: u32,
}

impl Server {
    pub(super) fn decode(unit: &[u8]) -> Option<Self> {
        let (at, mut reader) = blocks(unit, b"McDn")?;
        // result, one key set, h221 key of four bytes.
        let result = at.checked_sub(4).and_then(|at| unit.get(at)).copied()?;
        let mut server = Self { result, ..Self::default() };
        while let Some((kind, content)) = next_block(&mut reader) {
            if kind == 0x0C02 {
                server.security(content).unwrap_or_default();
            }
        }
        Some(server)
    }

    /// 2.2.1.4.3.
    fn security(&mut self, content: &[u8]) -> Option<()> {
        let mut reader = Reader::new(content);
        let method = reader.u32_le("encryptionMethod").ok()?;
        self.security = Some((method, reader.u32_le("encryptionLevel").ok()?));
        let random = reader.u32_le("serverRandomLen").ok()?;
        reader.skip(4, "serverCertLen").ok()?;
        reader.skip(usize::try_from(random).ok()?, "serverRandom").ok()?;
        let version = reader.u32_le("dwVersion").ok()?;
        let kind = version & 0x7FFF_FFFF;
        let count = if kind == 2 { reader.u32_le("NumCertBlobs").ok()? } else { 1 };
        self.certificate = Some(Certificate { kind, permanent: version & 0x8000_0000 == 0, count });
        Some(())
    }
}

/// Text in UTF-16 up to its end mark.
fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| match *pair {
        [low, high] => u16::from_le_bytes([low, high]),
        _ => 0,
    });
    char::decode_utf16(units.take_while(|&unit| unit != 0))
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}
