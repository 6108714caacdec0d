//! [`Variant`] and [`DataValue`]: values of any built-in type, alone or many (OPC 10000-6, 5.2.2.16 and 17).

use super::builtin::{
    Blob, DateTime, DiagnosticInfo, ExpandedNodeId, ExtensionObject, Guid, LocalizedText, NodeId,
    QualifiedName, StatusCode, Text,
};
use super::codec::{Array, Decoder, Flag, FlawKind, Wire};

/// The number of a built-in type, as a variant's encoding byte carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind(
    /// The number.
    pub u8,
);

macro_rules! scalars {
    ($($number:literal $constant:ident $name:ident($type:ty) $doc:literal;)*) => {
        impl Kind {
            /// No value.
            pub const NULL: Self = Self(0);
            $(
                #[doc = concat!("`", $doc, "`.")]
                pub const $constant: Self = Self($number);
            )*
        }

        /// One value of a built-in type.
        #[derive(Debug, Clone, Copy)]
        pub enum Scalar<'a> {
            /// No value.
            Null,
            $(
                #[doc = concat!("A `", $doc, "`.")]
                $name($type),
            )*
        }

        impl<'a> Scalar<'a> {
            /// The type's number.
            #[must_use]
            pub const fn kind(&self) -> Kind {
                match self {
                    Self::Null => Kind::NULL,
                    $(Self::$name(_) => Kind::$constant,)*
                }
            }

            /// The size of a value of this type, where all values have the same.
            const fn fixed_bytes(kind: Kind) -> Option<usize> {
                match kind {
                    Kind::NULL => Some(0),
                    $(Kind::$constant => <$type as Wire<'a>>::FIXED_BYTES,)*
                    _ => None,
                }
            }

            fn read(kind: Kind, from: &mut Decoder<'a>, field: &'static str) -> Self {
                match kind {
                    Kind::NULL => Self::Null,
                    $(Kind::$constant => Self::$name(Wire::read(from, field)),)*
                    // OPC 10000-6, 5.2.2.16: types that are not assigned yet are read as byte strings.
                    Kind(26..=31) => Self::ByteString(Wire::read(from, field)),
                    _ => {
                        from.fail(field, FlawKind::UnknownEncoding);
                        Self::Null
                    }
                }
            }

            fn write(&self, to: &mut Vec<u8>) {
                match self {
                    Self::Null => {}
                    $(Self::$name(value) => Wire::write(value, to),)*
                }
            }
        }
    };
}
scalars! {
    1 BOOLEAN Boolean(Flag) "Boolean";
    2 SBYTE SByte(i8) "SByte";
    3 BYTE Byte(u8) "Byte";
    4 INT16 Int16(i16) "Int16";
    5 UINT16 UInt16(u16) "UInt16";
    6 INT32 Int32(i32) "Int32";
    7 UINT32 UInt32(u32) "UInt32";
    8 INT64 Int64(i64) "Int64";
    9 UINT64 UInt64(u64) "UInt64";
    10 FLOAT Float(f32) "Float";
    11 DOUBLE Double(f64) "Double";
    12 STRING String(Text<'a>) "String";
    13 DATE_TIME DateTime(DateTime) "DateTime";
    14 GUID Guid(Guid) "Guid";
    15 BYTE_STRING ByteString(Blob<'a>) "ByteString";
    16 XML_ELEMENT XmlElement(Text<'a>) "XmlElement";
    17 NODE_ID NodeId(NodeId<'a>) "NodeId";
    18 EXPANDED_NODE_ID ExpandedNodeId(ExpandedNodeId<'a>) "ExpandedNodeId";
    19 STATUS_CODE StatusCode(StatusCode) "StatusCode";
    20 QUALIFIED_NAME QualifiedName(QualifiedName<'a>) "QualifiedName";
    21 LOCALIZED_TEXT LocalizedText(LocalizedText<'a>) "LocalizedText";
    22 EXTENSION_OBJECT ExtensionObject(ExtensionObject<'a>) "ExtensionObject";
    23 DATA_VALUE DataValue(DataValue<'a>) "DataValue";
    24 VARIANT Variant(Variant<'a>) "Variant";
    25 DIAGNOSTIC_INFO DiagnosticInfo(DiagnosticInfo<'a>) "DiagnosticInfo";
}

/// A value of any built-in type, or an array or matrix of them, read when somebody asks.
#[derive(Debug, Clone, Copy)]
pub struct Variant<'a> {
    encoding: u8,
    values: Values<'a>,
    dimensions: Array<'a, i32>,
}

#[derive(Debug, Clone, Copy)]
enum Values<'a> {
    NullArray,
    Wire { bytes: &'a [u8], count: usize, depth: u8 },
    Given(&'a [Scalar<'a>]),
}

/// The bits of the encoding byte that name the type.
const KIND_BITS: u8 = 0x3f;
/// Set where the dimensions of a matrix follow.
const DIMENSIONS: u8 = 0x40;
/// Set where a count and so many values follow.
const ARRAY: u8 = 0x80;

impl Default for Variant<'_> {
    fn default() -> Self {
        Self { encoding: 0, values: Values::Given(&[]), dimensions: Array::NULL }
    }
}

impl<'a> Variant<'a> {
    /// A single value, to be written.
    #[must_use]
    pub fn one(value: &'a Scalar<'a>) -> Self {
        let values = Values::Given(std::slice::from_ref(value));
        Self { encoding: value.kind().0, values, dimensions: Array::NULL }
    }

    /// An array of values that are all of this type, to be written.
    #[must_use]
    pub const fn many(kind: Kind, values: &'a [Scalar<'a>]) -> Self {
        Self { encoding: kind.0 | ARRAY, values: Values::Given(values), dimensions: Array::NULL }
    }

    /// The type of the value or values.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        Kind(self.encoding & KIND_BITS)
    }

    /// Whether this is an array, be it of one.
    #[must_use]
    pub const fn is_array(&self) -> bool {
        self.encoding & ARRAY != 0
    }

    /// The bytes of an array of bytes that was read from the wire.
    #[must_use]
    pub fn byte_array(&self) -> Option<&'a [u8]> {
        match self.values {
            Values::Wire { bytes, count, .. } if self.is_array() && self.kind() == Kind::BYTE => {
                bytes.get(..count)
            }
            _ => None,
        }
    }

    /// The value, or the values in order.
    pub fn scalars(&self) -> impl Iterator<Item = Scalar<'a>> + use<'a> {
        let kind = self.kind();
        let (bytes, count, depth, given) = match self.values {
            Values::NullArray => (&[][..], 0, 0, &[][..]),
            Values::Wire { bytes, count, depth } => (bytes, count, depth, &[][..]),
            Values::Given(given) => (&[][..], 0, 0, given),
        };
        let mut from = Decoder::at_depth(bytes, depth);
        (0..count).map(move |_| Scalar::read(kind, &mut from, "value")).chain(given.iter().copied())
    }

    fn read_values(encoding: u8, from: &mut Decoder<'a>, field: &'static str) -> Values<'a> {
        let kind = Kind(encoding & KIND_BITS);
        let declared = match encoding & ARRAY {
            0 => Some(1),
            _ => from.count(field),
        };
        let Some(declared) = declared else { return Values::NullArray };
        let (bytes, depth) = (from.left(), from.depth());
        let mut count = 0;
        if let Some(size) = Scalar::fixed_bytes(kind) {
            // Values without size are no values, however many are claimed.
            count = bytes.len().checked_div(size).map_or(0, |room| declared.min(room));
            from.take(declared.saturating_mul(size), field);
        } else {
            while count < declared {
                Scalar::read(kind, from, field);
                if from.flaw().is_some() {
                    break;
                }
                count += 1;
            }
        }
        if kind == Kind::NULL && encoding & ARRAY != 0 && declared > 0 {
            from.fail(field, FlawKind::UnknownEncoding);
        }
        Values::Wire { bytes, count, depth }
    }
}

impl<'a> Wire<'a> for Variant<'a> {
    fn read(from: &mut Decoder<'a>, field: &'static str) -> Self {
        let encoding = from.u8(field);
        from.nested(field, |from| {
            let values = Self::read_values(encoding, from, field);
            let dimensions = if encoding & DIMENSIONS != 0 { Array::read(from, field) } else { Array::NULL };
            Self { encoding, values, dimensions }
        })
    }

    fn write(&self, to: &mut Vec<u8>) {
        self.encoding.write(to);
        if self.is_array() {
            let count = match self.values {
                Values::NullArray => -1,
                Values::Wire { count, .. } => count as i32,
                Values::Given(values) => values.len() as i32,
            };
            count.write(to);
        }
        self.scalars().for_each(|value| value.write(to));
        if self.encoding & DIMENSIONS != 0 {
            self.dimensions.write(to);
        }
    }
}

/// A `DataValue`: a value with its quality and times.
#[derive(Debug, Clone, Copy, Default)]
pub struct DataValue<'a> {
    /// Which fields follow.
    pub mask: u8,
    /// The value, null where it is not told.
    pub value: Variant<'a>,
    /// The quality, good where it is not told.
    pub status: StatusCode,
    /// When the source had the value, 0 where it is not told.
    pub source_time: DateTime,
    /// Tens of picoseconds on top.
    pub source_picoseconds: u16,
    /// When the server had the value, 0 where it is not told.
    pub server_time: DateTime,
    /// Tens of picoseconds on top.
    pub server_picoseconds: u16,
}

impl<'a> DataValue<'a> {
    /// In [`mask`](Self::mask): a value follows.
    pub const VALUE: u8 = 0x01;
    /// In [`mask`](Self::mask): its quality follows.
    pub const STATUS: u8 = 0x02;
    /// In [`mask`](Self::mask): the source's time follows.
    pub const SOURCE_TIME: u8 = 0x04;
    /// In [`mask`](Self::mask): the server's time follows.
    pub const SERVER_TIME: u8 = 0x08;
    const SOURCE_PICOSECONDS: u8 = 0x10;
    const SERVER_PICOSECONDS: u8 = 0x20;

    /// A value of good quality, without times, to be written.
    #[must_use]
    pub fn good(value: Variant<'a>) -> Self {
        Self { mask: Self::VALUE, value, ..Self::default() }
    }
}

impl<'a> Wire<'a> for DataValue<'a> {
    fn read(from: &mut Decoder<'a>, field: &'static str) -> Self {
        let mask = from.u8(field);
        let mut value = Self { mask, ..Self::default() };
        if mask & Self::VALUE != 0 {
            value.value = Variant::read(from, field);
        }
        if mask & Self::STATUS != 0 {
            value.status = StatusCode::read(from, field);
        }
        if mask & Self::SOURCE_TIME != 0 {
            value.source_time = DateTime::read(from, field);
        }
        if mask & Self::SOURCE_PICOSECONDS != 0 {
            value.source_picoseconds = u16::read(from, field);
        }
        if mask & Self::SERVER_TIME != 0 {
            value.server_time = DateTime::read(from, field);
        }
        if mask & Self::SERVER_PICOSECONDS != 0 {
            value.server_picoseconds = u16::read(from, field);
        }
        value
    }

    fn write(&self, to: &mut Vec<u8>) {
        self.mask.write(to);
        if self.mask & Self::VALUE != 0 {
            self.value.write(to);
        }
        if self.mask & Self::STATUS != 0 {
            self.status.write(to);
        }
        if self.mask & Self::SOURCE_TIME != 0 {
            self.source_time.write(to);
        }
        if self.mask & Self::SOURCE_PICOSECONDS != 0 {
            self.source_picoseconds.write(to);
        }
        if self.mask & Self::SERVER_TIME != 0 {
            self.server_time.write(to);
        }
        if self.mask & Self::SERVER_PICOSECONDS != 0 {
            self.server_picoseconds.write(to);
        }
    }
}
