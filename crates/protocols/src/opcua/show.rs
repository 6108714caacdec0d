//! How built-in values are shown, and how they become typed [`Value`]s.
//!
//! What a peer wrote is shown without its control characters, so that it cannot steer a terminal.

use super::builtin::{
    DateTime, DiagnosticInfo, ExpandedNodeId, ExtensionObject, Guid, Identifier, LocalizedText, NodeId,
    QualifiedName, StatusCode, Text,
};
use super::variant::{Scalar, Variant};
use quaywatch_model::{Scalars, Timestamp, Value};
use std::fmt::{self, Write};

/// Values that lie deeper inside each other are told as how many there are. Bounds the time of telling.
const MOST_LEVELS_TOLD: u8 = 8;
/// So many values of one array are told; the longest arrays met in the field are waveforms of some thousands.
const MOST_VALUES_TOLD: usize = 65_536;

impl<'a> Text<'a> {
    /// As a value: text where it is UTF-8, else bytes.
    #[must_use]
    pub fn value(self) -> Value<'a> {
        let bytes = self.bytes();
        std::str::from_utf8(bytes).map_or(Value::Bytes(bytes), Value::Text)
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in self.bytes().utf8_chunks() {
            for c in piece.valid().chars() {
                if c.is_control() { write!(f, "{}", c.escape_default())? } else { f.write_char(c)? }
            }
            if !piece.invalid().is_empty() {
                f.write_char(char::REPLACEMENT_CHARACTER)?;
            }
        }
        Ok(())
    }
}

/// As OPC 10000-6, 5.3.1.10 writes it: `i=2258`, `ns=2;s=STS07/Load/Net`, `ns=1;g=...`, `ns=1;b=...`.
impl fmt::Display for NodeId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace != 0 {
            write!(f, "ns={};", self.namespace)?;
        }
        fmt::Display::fmt(&self.identifier, f)
    }
}

impl fmt::Display for Identifier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TwoByte(number) => write!(f, "i={number}"),
            Self::FourByte(number) => write!(f, "i={number}"),
            Self::Numeric(number) => write!(f, "i={number}"),
            Self::String(text) => write!(f, "s={text}"),
            Self::Guid(guid) => write!(f, "g={guid}"),
            Self::Opaque(bytes) => {
                f.write_str("b=")?;
                base64(bytes.bytes(), f)
            }
        }
    }
}

fn base64(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte));
        let bits = bits << (8 * (3 - group.len()));
        for at in 0..4 {
            let digit = DIGITS.get((bits >> (18 - 6 * at) & 0x3f) as usize).copied().unwrap_or_default();
            f.write_char(if at <= group.len() { char::from(digit) } else { '=' })?;
        }
    }
    Ok(())
}

impl fmt::Display for ExpandedNodeId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(server) = self.server_index.filter(|&server| server != 0) {
            write!(f, "svr={server};")?;
        }
        match self.namespace_uri {
            Some(uri) => write!(f, "nsu={uri};{}", self.node.identifier),
            None => write!(f, "{}", self.node),
        }
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a0, a1, a2, a3, b0, b1, c0, c1, rest @ ..] = self.0;
        let a = u32::from_le_bytes([a0, a1, a2, a3]);
        let (b, c) = (u16::from_le_bytes([b0, b1]), u16::from_le_bytes([c0, c1]));
        write!(f, "{a:08x}-{b:04x}-{c:04x}-")?;
        for (at, byte) in rest.iter().enumerate() {
            let dash = if at == 2 { "-" } else { "" };
            write!(f, "{dash}{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Display for QualifiedName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace != 0 {
            write!(f, "{}:", self.namespace)?;
        }
        write!(f, "{}", self.name)
    }
}

impl fmt::Display for LocalizedText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.text)
    }
}

impl fmt::Display for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.coded())
    }
}

impl DateTime {
    /// How many ticks lie between 1601 and 1970.
    const UNIX_EPOCH_TICKS: i64 = 116_444_736_000_000_000;

    /// This time, to be written.
    #[must_use]
    pub const fn of(time: Timestamp) -> Self {
        Self(time.nanos().div_euclid(100) + Self::UNIX_EPOCH_TICKS)
    }

    /// The time, where it is one that a [`Timestamp`] can hold.
    #[must_use]
    pub fn timestamp(self) -> Option<Timestamp> {
        let ticks = self.0.checked_sub(Self::UNIX_EPOCH_TICKS).filter(|_| self.0 > 0)?;
        ticks.checked_mul(100).map(Timestamp::from_nanos)
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.timestamp() {
            Some(time) => write!(f, "{time}"),
            None => write!(f, "{} ticks since 1601", self.0),
        }
    }
}

impl fmt::Display for DiagnosticInfo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "diagnostics: {} {}", self.inner_status, self.additional_info)
    }
}

impl Variant<'_> {
    /// Tells the value, or nothing where it is null.
    pub fn tell(&self, tell: &mut dyn FnMut(Option<Value<'_>>)) {
        tell_variant(self, 0, tell);
    }
}

fn tell_variant(variant: &Variant<'_>, level: u8, tell: &mut dyn FnMut(Option<Value<'_>>)) {
    if let Some(bytes) = variant.byte_array() {
        tell(Some(Value::Bytes(bytes)));
    } else if variant.is_array() {
        tell(Some(Value::List(&Many { variant, level })));
    } else {
        match variant.scalars().next() {
            None => tell(None),
            Some(scalar) => tell_scalar(&scalar, level, tell),
        }
    }
}

fn tell_scalar(scalar: &Scalar<'_>, level: u8, tell: &mut dyn FnMut(Option<Value<'_>>)) {
    let inner = level + 1;
    let value = match scalar {
        Scalar::Null => return tell(None),
        Scalar::Boolean(value) => Value::Bool(value.is_set()),
        Scalar::SByte(value) => Value::Signed((*value).into()),
        Scalar::Byte(value) => Value::Unsigned((*value).into()),
        Scalar::Int16(value) => Value::Signed((*value).into()),
        Scalar::UInt16(value) => Value::Unsigned((*value).into()),
        Scalar::Int32(value) => Value::Signed((*value).into()),
        Scalar::UInt32(value) => Value::Unsigned((*value).into()),
        Scalar::Int64(value) => Value::Signed(*value),
        Scalar::UInt64(value) => Value::Unsigned(*value),
        Scalar::Float(value) => Value::Float32(*value),
        Scalar::Double(value) => Value::Float(*value),
        Scalar::String(value) | Scalar::XmlElement(value) => value.value(),
        Scalar::LocalizedText(value) => value.text.value(),
        Scalar::ByteString(value) => Value::Bytes(value.bytes()),
        Scalar::DateTime(value) => Value::Shown(value),
        Scalar::Guid(value) => Value::Shown(value),
        Scalar::NodeId(value) => Value::Shown(value),
        Scalar::ExpandedNodeId(value) => Value::Shown(value),
        Scalar::StatusCode(value) => Value::Shown(value),
        Scalar::QualifiedName(value) => Value::Shown(value),
        Scalar::DiagnosticInfo(value) => Value::Shown(value),
        Scalar::ExtensionObject(value) => Value::List(value),
        Scalar::DataValue(_) | Scalar::Variant(_) if inner >= MOST_LEVELS_TOLD => {
            Value::Text("(nested deeper than is told)")
        }
        Scalar::DataValue(value) => return tell_variant(&value.value, inner, tell),
        Scalar::Variant(value) => return tell_variant(value, inner, tell),
    };
    tell(Some(value));
}

/// The values of an array.
struct Many<'v, 'a> {
    variant: &'v Variant<'a>,
    level: u8,
}

impl Scalars for Many<'_, '_> {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        for scalar in self.variant.scalars().take(MOST_VALUES_TOLD) {
            tell_scalar(&scalar, self.level, &mut |value| tell(value.unwrap_or(Value::Text(""))));
        }
    }
}

/// A structure is told as the id of its type and the bytes of its body.
impl Scalars for ExtensionObject<'_> {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        tell(Value::Shown(&self.type_id));
        tell(if holds_secret(self) { Value::Secret } else { Value::Bytes(self.body.bytes()) });
    }
}

/// Whether this is a user's password or token: the data types `i=322` and `i=938` and their encodings.
fn holds_secret(object: &ExtensionObject<'_>) -> bool {
    matches!(object.type_id.standard_number(), Some(322..=324 | 938..=940))
}
