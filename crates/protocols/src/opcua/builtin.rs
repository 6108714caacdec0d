//! The built-in types that are no numbers (OPC 10000-6, 5.2.2), as views over the bytes of a message.

use super::codec::{Decoder, FlawKind, Wire};

/// A `String` or `XmlElement`: UTF-8 as the peer claims, null or there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Text<'a>(
    /// The bytes, `None` for null.
    pub Option<&'a [u8]>,
);

impl<'a> Text<'a> {
    /// A text to be written.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self(Some(text.as_bytes()))
    }

    /// The bytes; none for null.
    #[must_use]
    pub fn bytes(self) -> &'a [u8] {
        self.0.unwrap_or_default()
    }

    /// Whether it is null or empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        match self.0 {
            None => true,
            Some(bytes) => bytes.is_empty(),
        }
    }
}

/// A `ByteString`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Blob<'a>(
    /// The bytes, `None` for null.
    pub Option<&'a [u8]>,
);

impl<'a> Blob<'a> {
    /// The bytes; none for null.
    #[must_use]
    pub fn bytes(self) -> &'a [u8] {
        self.0.unwrap_or_default()
    }
}

fn read_bytes<'a>(from: &mut Decoder<'a>, field: &'static str) -> Option<&'a [u8]> {
    from.count(field).map(|length| from.take(length, field))
}

fn write_bytes(bytes: Option<&[u8]>, to: &mut Vec<u8>) {
    match bytes {
        None => (-1_i32).write(to),
        Some(bytes) => {
            (bytes.len() as i32).write(to);
            to.extend_from_slice(bytes);
        }
    }
}

impl<'a> Wire<'a> for Text<'a> {
    fn read(from: &mut Decoder<'a>, field: &'static str) -> Self {
        Self(read_bytes(from, field))
    }
    fn write(&self, to: &mut Vec<u8>) {
        write_bytes(self.0, to);
    }
}

impl<'a> Wire<'a> for Blob<'a> {
    fn read(from: &mut Decoder<'a>, field: &'static str) -> Self {
        Self(read_bytes(from, field))
    }
    fn write(&self, to: &mut Vec<u8>) {
        write_bytes(self.0, to);
    }
}

/// A `DateTime`: so many 100 ns since 1601-01-01T00:00:00 UTC; 0 and below stand for no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct DateTime(
    /// The ticks.
    pub i64,
);

impl Wire<'_> for DateTime {
    const FIXED_BYTES: Option<usize> = Some(8);
    fn read(from: &mut Decoder<'_>, field: &'static str) -> Self {
        Self(i64::read(from, field))
    }
    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
    }
}

/// A `Guid`: `u32`, `u16`, `u16` little-endian, then eight bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Guid(
    /// The bytes as they are on the wire.
    pub [u8; 16],
);

impl Wire<'_> for Guid {
    const FIXED_BYTES: Option<usize> = Some(16);
    fn read(from: &mut Decoder<'_>, field: &'static str) -> Self {
        Self(from.array(field))
    }
    fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.0);
    }
}

/// A `StatusCode`: severity and code in the upper half, details of the value in the lower (OPC 10000-4, 7.39).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StatusCode(
    /// All 32 bits.
    pub u32,
);

impl StatusCode {
    /// All is well.
    pub const GOOD: Self = Self(0);

    /// Whether the severity bits say bad.
    #[must_use]
    pub const fn is_bad(self) -> bool {
        self.0 & 0x8000_0000 != 0
    }
}

impl Wire<'_> for StatusCode {
    const FIXED_BYTES: Option<usize> = Some(4);
    fn read(from: &mut Decoder<'_>, field: &'static str) -> Self {
        Self(u32::read(from, field))
    }
    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
    }
}

/// A `NodeId`: what names a node. The way it was written is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeId<'a> {
    /// The namespace's index in the server's table.
    pub namespace: u16,
    /// The name inside the namespace.
    pub identifier: Identifier<'a>,
}

/// The part of a [`NodeId`] inside its namespace, in the ways it can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identifier<'a> {
    /// A number of one byte, only in namespace 0.
    TwoByte(u8),
    /// A number of two bytes, only in namespaces below 256.
    FourByte(u16),
    /// A number.
    Numeric(u32),
    /// A text.
    String(Text<'a>),
    /// A GUID.
    Guid(Guid),
    /// Bytes that only the server understands.
    Opaque(Blob<'a>),
}

impl Identifier<'_> {
    /// The number that stands for the way it is written (OPC 10000-6, 5.2.2.9).
    #[must_use]
    pub const fn form(&self) -> u8 {
        match self {
            Self::TwoByte(_) => 0,
            Self::FourByte(_) => 1,
            Self::Numeric(_) => 2,
            Self::String(_) => 3,
            Self::Guid(_) => 4,
            Self::Opaque(_) => 5,
        }
    }
}

impl Default for NodeId<'_> {
    fn default() -> Self {
        Self { namespace: 0, identifier: Identifier::TwoByte(0) }
    }
}

/// Set on the encoding byte of an [`ExpandedNodeId`] that names its namespace by URI.
const NAMESPACE_URI: u8 = 0x80;
/// Set on the encoding byte of an [`ExpandedNodeId`] that names its server.
const SERVER_INDEX: u8 = 0x40;

impl<'a> NodeId<'a> {
    /// A numeric node id of namespace 0, as message types are written.
    #[must_use]
    pub const fn standard(number: u16) -> Self {
        Self { namespace: 0, identifier: Identifier::FourByte(number) }
    }

    /// The number, if it is a number of namespace 0.
    #[must_use]
    pub const fn standard_number(&self) -> Option<u32> {
        match self.identifier {
            _ if self.namespace != 0 => None,
            Identifier::TwoByte(number) => Some(number as u32),
            Identifier::FourByte(number) => Some(number as u32),
            Identifier::Numeric(number) => Some(number),
            Identifier::String(_) | Identifier::Guid(_) | Identifier::Opaque(_) => None,
        }
    }

    fn read_form(from: &mut Decoder<'a>, form: u8, field: &'static str) -> Self {
        let namespace = match form {
            0 => 0,
            1 => from.u8(field).into(),
            _ => u16::read(from, field),
        };
        let identifier = match form {
            0 => Identifier::TwoByte(from.u8(field)),
            1 => Identifier::FourByte(u16::read(from, field)),
            2 => Identifier::Numeric(u32::read(from, field)),
            3 => Identifier::String(Text::read(from, field)),
            4 => Identifier::Guid(Guid::read(from, field)),
            5 => Identifier::Opaque(Blob::read(from, field)),
            _ => {
                from.fail(field, FlawKind::UnknownEncoding);
                Identifier::TwoByte(0)
            }
        };
        Self { namespace, identifier }
    }

    fn write_flagged(&self, to: &mut Vec<u8>, flags: u8) {
        let form = self.identifier.form();
        to.push(form | flags);
        match form {
            0 => {}
            1 => to.push(self.namespace as u8),
            _ => self.namespace.write(to),
        }
        match self.identifier {
            Identifier::TwoByte(number) => number.write(to),
            Identifier::FourByte(number) => number.write(to),
            Identifier::Numeric(number) => number.write(to),
            Identifier::String(text) => text.write(to),
            Identifier::Guid(guid) => guid.write(to),
            Identifier::Opaque(bytes) => bytes.write(to),
        }
    }
}

impl<'a> Wire<'a> for NodeId<'a> {
    #[inline]
    fn read(from: &mut Decoder<'a>, field: &'static str) -> Self {
        let form = from.u8(field);
        Self::read_form(from, form, field)
    }
    fn write(&self, to: &mut Vec<u8>) {
        self.write_flagged(to, 0);
    }
}

/// An `ExpandedNodeId`: a [`NodeId`] that may name its namespace by URI and its server by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExpandedNodeId<'a> {
    /// The node id.
    pub node: NodeId<'a>,
    /// The namespace's URI, where it is told; the index then does not count.
    pub namespace_uri: Option<Text<'a>>,
    /// The server's index, where it is told.
    pub server_index: Option<u32>,
}

impl<'a> Wire<'a> for ExpandedNodeId<'a> {
    fn read(from: &mut Decoder<'a>, field: &'static str) -> Self {
        let form = from.u8(field);
        let node = NodeId::read_form(from, form & !(NAMESPACE_URI | SERVER_INDEX), field);
        let namespace_uri = (form & NAMESPACE_URI != 0).then(|| Text::read(from, field));
        let server_index = (form & SERVER_INDEX != 0).then(|| u32::read(from, field));
        Self { node, namespace_uri, server_index }
    }
    fn write(&self, to: &mut Vec<u8>) {
        let uri = if self.namespace_uri.is_some() { NAMESPACE_URI } else { 0 };
        let index = if self.server_index.is_some() { SERVER_INDEX } else { 0 };
        self.node.write_flagged(to, uri | index);
        if let Some(uri) = self.namespace_uri {
            uri.write(to);
        }
        if let Some(index) = self.server_index {
            index.write(to);
        }
    }
}

/// A `QualifiedName`: a name with its namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QualifiedName<'a> {
    /// The namespace's index in the server's table.
    pub namespace: u16,
    /// The name.
    pub name: Text<'a>,
}

impl<'a> Wire<'a> for QualifiedName<'a> {
    fn read(from: &mut Decoder<'a>, field: &'static str) -> Self {
        Self { namespace: u16::read(from, field), name: Text::read(from, field) }
    }
    fn write(&self, to: &mut Vec<u8>) {
        self.namespace.write(to);
        self.name.write(to);
    }
}

/// A `LocalizedText`: a text with its language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LocalizedText<'a> {
    /// Which fields follow: bit 0 the language, bit 1 the text.
    pub mask: u8,
    /// The language, null where it is not told.
    pub locale: Text<'a>,
    /// The text, null where it is not told.
    pub text: Text<'a>,
}

impl<'a> LocalizedText<'a> {
    /// A text without a language, to be written.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self { mask: 2, locale: Text(None), text: Text::new(text) }
    }
}

impl<'a> Wire<'a> for LocalizedText<'a> {
    fn read(from: &mut Decoder<'a>, field: &'static str) -> Self {
        let mask = from.u8(field);
        let mut part = |bit: u8| if mask & bit != 0 { Text::read(from, field) } else { Text(None) };
        Self { mask, locale: part(1), text: part(2) }
    }
    fn write(&self, to: &mut Vec<u8>) {
        self.mask.write(to);
        if self.mask & 1 != 0 {
            self.locale.write(to);
        }
        if self.mask & 2 != 0 {
            self.text.write(to);
        }
    }
}

/// An `ExtensionObject`: a structure of any type, with the id that tells how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExtensionObject<'a> {
    /// The id of the type's encoding.
    pub type_id: NodeId<'a>,
    /// How the body is written: 0 there is none, 1 binary, 2 XML.
    pub encoding: u8,
    /// The body.
    pub body: Blob<'a>,
}

impl<'a> ExtensionObject<'a> {
    /// A structure of the standard, to be written: the id of its binary encoding and the body.
    #[must_use]
    pub const fn standard(type_id: u32, body: &'a [u8]) -> Self {
        let identifier = Identifier::Numeric(type_id);
        Self { type_id: NodeId { namespace: 0, identifier }, encoding: 1, body: Blob(Some(body)) }
    }

    /// The body, if it is of the standard type with this binary encoding id.
    #[must_use]
    pub fn binary(&self, type_id: u32) -> Option<&'a [u8]> {
        let is_it = self.encoding == 1 && self.type_id.standard_number() == Some(type_id);
        self.body.0.filter(|_| is_it)
    }
}

impl<'a> Wire<'a> for ExtensionObject<'a> {
    fn read(from: &mut Decoder<'a>, field: &'static str) -> Self {
        let type_id = NodeId::read(from, field);
        let encoding = from.u8(field);
        let body = match encoding {
            0 => Blob(None),
            1 | 2 => Blob::read(from, field),
            _ => {
                from.fail(field, FlawKind::UnknownEncoding);
                Blob(None)
            }
        };
        Self { type_id, encoding, body }
    }
    fn write(&self, to: &mut Vec<u8>) {
        self.type_id.write(to);
        self.encoding.write(to);
        if self.encoding != 0 {
            self.body.write(to);
        }
    }
}

/// A `DiagnosticInfo`: what a vendor has to say of a status code, perhaps with another inside.
#[derive(Debug, Clone, Copy, Default)]
pub struct DiagnosticInfo<'a> {
    /// Which fields follow.
    pub mask: u8,
    /// Symbolic id, namespace, locale and text: indices into the response's string table.
    pub indices: [i32; 4],
    /// Free text.
    pub additional_info: Text<'a>,
    /// The status of an inner system.
    pub inner_status: StatusCode,
    /// The encoding of the inner diagnostic, which was checked when this was read.
    inner: &'a [u8],
}

impl DiagnosticInfo<'_> {
    const INDICES: [u8; 4] = [0x01, 0x02, 0x08, 0x04];
    const ADDITIONAL_INFO: u8 = 0x10;
    const INNER_STATUS: u8 = 0x20;
    const INNER: u8 = 0x40;
}

impl<'a> Wire<'a> for DiagnosticInfo<'a> {
    fn read(from: &mut Decoder<'a>, field: &'static str) -> Self {
        let mask = from.u8(field);
        let has = |bit: u8| mask & bit != 0;
        let indices = Self::INDICES.map(|bit| if has(bit) { i32::read(from, field) } else { 0 });
        let mut info = Self { mask, indices, ..Self::default() };
        if has(Self::ADDITIONAL_INFO) {
            info.additional_info = Text::read(from, field);
        }
        if has(Self::INNER_STATUS) {
            info.inner_status = StatusCode::read(from, field);
        }
        if has(Self::INNER) {
            let start = from.left();
            from.nested(field, |from| Self::read(from, field));
            let length = start.len().saturating_sub(from.left().len());
            info.inner = start.get(..length).unwrap_or_default();
        }
        info
    }

    fn write(&self, to: &mut Vec<u8>) {
        self.mask.write(to);
        for (index, bit) in self.indices.iter().zip(Self::INDICES) {
            if self.mask & bit != 0 {
                index.write(to);
            }
        }
        if self.mask & Self::ADDITIONAL_INFO != 0 {
            self.additional_info.write(to);
        }
        if self.mask & Self::INNER_STATUS != 0 {
            self.inner_status.write(to);
        }
        if self.mask & Self::INNER != 0 {
            to.extend_from_slice(self.inner);
        }
    }
}
