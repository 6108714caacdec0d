//! EPATHs: how CIP says where something is. CIP Networks Library volume 1, appendix C.

mod show;

use quaywatch_wire::{ReadError, Reader};

pub(crate) use show::{Object, Printable, Route};

/// The top three bits of a segment's first byte tell its type.
const TYPE_MASK: u8 = 0xE0;
const PORT: u8 = 0x00;
const LOGICAL: u8 = 0x20;
const NETWORK: u8 = 0x40;
const SYMBOLIC: u8 = 0x60;
const DATA: u8 = 0x80;
/// In a port segment: the link address says its own length.
const EXTENDED_LINK: u8 = 0x10;
/// In a port segment: the port number follows in two bytes.
const EXTENDED_PORT: u8 = 0x0F;
/// In a network segment: data of a stated length in words, instead of one byte.
const LONG_NETWORK: u8 = 0x10;
/// A data segment with a name in it, the way Logix tags are addressed.
const ANSI_SYMBOL: u8 = 0x91;
const SIMPLE_DATA: u8 = 0x80;
const KEY_SEGMENT: u8 = 0x34;
const SERVICE_SEGMENT: u8 = 0x38;

/// What a logical segment numbers. Open: the three bits stay what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logical(pub u8);

impl Logical {
    /// An object class.
    pub const CLASS: Self = Self(0);
    /// An instance of the class.
    pub const INSTANCE: Self = Self(1);
    /// A member of what was addressed so far; of a tag, an array index.
    pub const MEMBER: Self = Self(2);
    /// A connection point.
    pub const CONNECTION_POINT: Self = Self(3);
    /// An attribute of the instance.
    pub const ATTRIBUTE: Self = Self(4);
}

/// How wide a logical value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// One byte.
    Bits8,
    /// Two bytes, after a pad byte in a padded path.
    Bits16,
    /// Four bytes, after a pad byte in a padded path.
    Bits32,
}

impl Width {
    const fn of(format: u8) -> Option<Self> {
        match format & 0x03 {
            0 => Some(Self::Bits8),
            1 => Some(Self::Bits16),
            2 => Some(Self::Bits32),
            _ => None,
        }
    }

    const fn bits(self) -> u8 {
        match self {
            Self::Bits8 => 0,
            Self::Bits16 => 1,
            Self::Bits32 => 2,
        }
    }

    fn read(self, reader: &mut Reader<'_>) -> Result<u32, ReadError> {
        match self {
            Self::Bits8 => reader.u8("8-bit logical value").map(u32::from),
            Self::Bits16 => reader.u16_le("16-bit logical value").map(u32::from),
            Self::Bits32 => reader.u32_le("32-bit logical value"),
        }
    }

    fn write(self, value: u32, out: &mut Vec<u8>) {
        let length = 1 << self.bits();
        out.extend(value.to_le_bytes().into_iter().take(length));
    }
}

/// What a connection demands of the device it reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ElectronicKey {
    /// Vendor id; 0 is any.
    pub vendor: u16,
    /// Device type; 0 is any.
    pub device_type: u16,
    /// Product code; 0 is any.
    pub product_code: u16,
    /// Major revision, with the compatibility bit 0x80.
    pub major: u8,
    /// Minor revision; 0 is any.
    pub minor: u8,
    /// The serial number, where the key's format is 5.
    pub serial: Option<u32>,
}

/// One segment of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment<'a> {
    /// Leaves the device by a port, to a node on the other side.
    Port {
        /// The port: 1 is a rack's backplane.
        port: u16,
        /// The node: a slot number, or text such as an IP address.
        link: &'a [u8],
        /// Whether the link address was written with its length.
        extended: bool,
    },
    /// A number that addresses an object or a part of one.
    Logical {
        /// What it numbers.
        kind: Logical,
        /// The number.
        value: u32,
        /// How it was written.
        width: Width,
    },
    /// What the device reached must be.
    Key(ElectronicKey),
    /// A service number inside a path.
    Service(u8),
    /// An extended logical type: array and bit indices, structure members.
    ExtendedLogical {
        /// Which of them.
        kind: u8,
        /// The number.
        value: u32,
        /// How it was written.
        width: Width,
    },
    /// Schedules, production inhibit times, safety parameters.
    Network {
        /// Which of them.
        subtype: u8,
        /// Its parameters.
        data: &'a [u8],
    },
    /// A tag name, one byte a character.
    Symbol(&'a [u8]),
    /// A name in the short form of at most 31 characters.
    ShortSymbol(&'a [u8]),
    /// A name in wide characters or as a number.
    OtherSymbol {
        /// The format byte: two or three bytes a character, or a number.
        format: u8,
        /// The characters or the number.
        data: &'a [u8],
    },
    /// Data for the object reached, such as a configuration.
    Data(&'a [u8]),
}

impl<'a> Segment<'a> {
    fn decode(reader: &mut Reader<'a>, padded: bool) -> Result<Self, ReadError> {
        let before = *reader;
        let head = reader.u8("segment type")?;
        match head & TYPE_MASK {
            PORT => Self::port(reader, head),
            LOGICAL => Self::logical(reader, head, padded),
            NETWORK if head & LONG_NETWORK != 0 => {
                let words = reader.u8("network segment length")?;
                let data = reader.take(usize::from(words) * 2, "network segment data")?;
                Ok(Self::Network { subtype: head & !TYPE_MASK, data })
            }
            NETWORK => {
                let data = reader.take(1, "network segment data")?;
                Ok(Self::Network { subtype: head & !TYPE_MASK, data })
            }
            SYMBOLIC => Self::symbolic(reader, head, padded),
            DATA if head == ANSI_SYMBOL => {
                let length = reader.u8("symbol length")?;
                let name = reader.take(length.into(), "symbol")?;
                skip_pad(reader, length % 2 == 1)?;
                Ok(Self::Symbol(name))
            }
            DATA if head == SIMPLE_DATA => {
                let words = reader.u8("data segment length")?;
                Ok(Self::Data(reader.take(usize::from(words) * 2, "data segment")?))
            }
            _ => Err(unknown(before)),
        }
    }

    fn port(reader: &mut Reader<'a>, head: u8) -> Result<Self, ReadError> {
        let extended = head & EXTENDED_LINK != 0;
        let length = if extended { usize::from(reader.u8("link address length")?) } else { 1 };
        let port = match head & EXTENDED_PORT {
            EXTENDED_PORT => reader.u16_le("extended port")?,
            port => port.into(),
        };
        let link = reader.take(length, "link address")?;
        skip_pad(reader, extended && length % 2 == 1)?;
        Ok(Self::Port { port, link, extended })
    }

    fn logical(reader: &mut Reader<'a>, head: u8, padded: bool) -> Result<Self, ReadError> {
        let before = *reader;
        match head {
            KEY_SEGMENT => return ElectronicKey::decode(reader).map(Self::Key),
            SERVICE_SEGMENT => return reader.u8("service id").map(Self::Service),
            _ => {}
        }
        let Some(width) = Width::of(head) else { return Err(unknown(before)) };
        let kind = head >> 2 & 0x07;
        if kind == 7 {
            let kind = reader.u8("extended logical type")?;
            let value = width.read(reader)?;
            skip_pad(reader, padded && width == Width::Bits8)?;
            return Ok(Self::ExtendedLogical { kind, value, width });
        }
        if kind > Logical::ATTRIBUTE.0 {
            return Err(unknown(before));
        }
        skip_pad(reader, padded && width != Width::Bits8)?;
        Ok(Self::Logical { kind: Logical(kind), value: width.read(reader)?, width })
    }

    fn symbolic(reader: &mut Reader<'a>, head: u8, padded: bool) -> Result<Self, ReadError> {
        let length = head & !TYPE_MASK;
        if length > 0 {
            let name = reader.take(length.into(), "symbol")?;
            skip_pad(reader, padded && length.is_multiple_of(2))?;
            return Ok(Self::ShortSymbol(name));
        }
        let before = *reader;
        let format = reader.u8("extended symbol format")?;
        let count = usize::from(format & 0x1F);
        let length = match (format >> 5, count) {
            (1, count) => count * 2,
            (2, count) => count * 3,
            (6, 6) => 1,
            (6, 7) => 2,
            (6, 8) => 4,
            _ => return Err(unknown(before)),
        };
        let data = reader.take(length, "extended symbol")?;
        skip_pad(reader, padded && length % 2 == 1)?;
        Ok(Self::OtherSymbol { format, data })
    }

    /// Writes the segment, with pad bytes where a padded path has them.
    pub fn encode(&self, padded: bool, out: &mut Vec<u8>) {
        match *self {
            Self::Port { port, link, extended } => {
                let short = u8::try_from(port).ok().filter(|&port| port < EXTENDED_PORT);
                out.push(short.unwrap_or(EXTENDED_PORT) | if extended { EXTENDED_LINK } else { 0 });
                if extended {
                    out.push(link.len() as u8);
                }
                if short.is_none() {
                    out.extend(port.to_le_bytes());
                }
                out.extend(link);
                pad(out, extended && link.len() % 2 == 1);
            }
            Self::Logical { kind, value, width } => {
                out.push(LOGICAL | kind.0 << 2 | width.bits());
                pad(out, padded && width != Width::Bits8);
                width.write(value, out);
            }
            Self::Key(key) => key.encode(out),
            Self::Service(service) => out.extend([SERVICE_SEGMENT, service]),
            Self::ExtendedLogical { kind, value, width } => {
                out.extend([LOGICAL | 7 << 2 | width.bits(), kind]);
                width.write(value, out);
                pad(out, padded && width == Width::Bits8);
            }
            Self::Network { subtype, data } => {
                out.push(NETWORK | subtype);
                if subtype & LONG_NETWORK != 0 {
                    out.push((data.len() / 2) as u8);
                }
                out.extend(data);
            }
            Self::Symbol(name) => {
                out.extend([ANSI_SYMBOL, name.len() as u8]);
                out.extend(name);
                pad(out, name.len() % 2 == 1);
            }
            Self::ShortSymbol(name) => {
                out.push(SYMBOLIC | name.len() as u8);
                out.extend(name);
                pad(out, padded && name.len() % 2 == 0);
            }
            Self::OtherSymbol { format, data } => {
                out.extend([SYMBOLIC, format]);
                out.extend(data);
                pad(out, padded && data.len() % 2 == 1);
            }
            Self::Data(data) => {
                out.extend([SIMPLE_DATA, (data.len() / 2) as u8]);
                out.extend(data);
            }
        }
    }
}

impl ElectronicKey {
    /// Key format 5 has the serial number too.
    const WITH_SERIAL: u8 = 5;
    const PLAIN: u8 = 4;

    fn decode(reader: &mut Reader<'_>) -> Result<Self, ReadError> {
        let before = *reader;
        let format = reader.u8("key format")?;
        if format != Self::PLAIN && format != Self::WITH_SERIAL {
            return Err(unknown(before));
        }
        Ok(Self {
            vendor: reader.u16_le("key vendor")?,
            device_type: reader.u16_le("key device type")?,
            product_code: reader.u16_le("key product code")?,
            major: reader.u8("key major revision")?,
            minor: reader.u8("key minor revision")?,
            serial: if format == Self::WITH_SERIAL { Some(reader.u32_le("key serial")?) } else { None },
        })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        let format = if self.serial.is_some() { Self::WITH_SERIAL } else { Self::PLAIN };
        out.extend([KEY_SEGMENT, format]);
        out.extend(self.vendor.to_le_bytes());
        out.extend(self.device_type.to_le_bytes());
        out.extend(self.product_code.to_le_bytes());
        out.extend([self.major, self.minor]);
        out.extend(self.serial.iter().flat_map(|serial| serial.to_le_bytes()));
    }
}

/// A path over borrowed bytes. Walking it never fails; it ends where it cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Path<'a> {
    /// The path as it was on the wire.
    pub bytes: &'a [u8],
    /// Whether words are aligned by pad bytes, as in all messages; packed paths stand in some attributes.
    pub packed: bool,
}

/// Where a path leads, without its route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Target {
    /// The class first named, and the class last named: they differ for an object inside an object.
    pub(crate) class: Option<u32>,
    pub(crate) leaf_class: Option<u32>,
    pub(crate) instance: Option<u32>,
    pub(crate) attribute: Option<u32>,
    pub(crate) symbolic: bool,
}

impl<'a> Path<'a> {
    /// A padded path, as in messages.
    #[must_use]
    pub const fn padded(bytes: &'a [u8]) -> Self {
        Self { bytes, packed: false }
    }

    /// A packed path, as in some attributes.
    #[must_use]
    pub const fn packed(bytes: &'a [u8]) -> Self {
        Self { bytes, packed: true }
    }

    /// The segments in order, as far as they can be read.
    #[must_use]
    pub const fn segments(&self) -> Segments<'a> {
        Segments { reader: Reader::new(self.bytes), packed: self.packed, broken: false }
    }

    /// Whether every byte of the path belongs to a segment that can be read.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let mut segments = self.segments();
        while segments.next().is_some() {}
        segments.are_whole()
    }

    /// The class and the instance, where the path is nothing but these, of one byte each. Most paths are.
    const fn class_and_instance(&self) -> Option<(u8, u8)> {
        match *self.bytes {
            [0x20, class, 0x24, instance] => Some((class, instance)),
            _ => None,
        }
    }

    pub(crate) fn target(&self) -> Target {
        if let Some((class, instance)) = self.class_and_instance() {
            let (class, instance) = (Some(class.into()), Some(instance.into()));
            return Target { class, leaf_class: class, instance, ..Target::default() };
        }
        let mut target = Target::default();
        for segment in self.segments() {
            match segment {
                Segment::Logical { kind: Logical::CLASS, value, .. } => {
                    target.class = target.class.or(Some(value));
                    target.leaf_class = Some(value);
                    target.instance = None;
                    target.attribute = None;
                }
                Segment::Logical { kind: Logical::INSTANCE, value, .. } => target.instance = Some(value),
                Segment::Logical { kind: Logical::ATTRIBUTE, value, .. } => target.attribute = Some(value),
                Segment::Symbol(_) | Segment::ShortSymbol(_) => {
                    target.symbolic |= target.class.is_none();
                }
                _ => {}
            }
        }
        target
    }

    /// The slot in the rack where the route ends: the last hop over port 1, the backplane.
    pub(crate) fn slot(&self) -> Option<u32> {
        let slot = |segment| match segment {
            Segment::Port { port: 1, link: &[slot], .. } => Some(u32::from(slot)),
            _ => None,
        };
        self.segments().filter_map(slot).last()
    }

    pub(crate) fn has_route(&self) -> bool {
        self.segments().any(|segment| matches!(segment, Segment::Port { .. }))
    }
}

/// The segments of a [`Path`].
#[derive(Debug, Clone, Copy)]
pub struct Segments<'a> {
    reader: Reader<'a>,
    packed: bool,
    broken: bool,
}

impl Segments<'_> {
    /// Whether all segments so far could be read.
    pub(crate) const fn are_whole(&self) -> bool {
        !self.broken
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.broken || self.reader.is_empty() {
            return None;
        }
        let segment = Segment::decode(&mut self.reader, !self.packed);
        self.broken = segment.is_err();
        segment.ok()
    }
}

fn skip_pad(reader: &mut Reader<'_>, there: bool) -> Result<(), ReadError> {
    if there { reader.skip(1, "pad byte") } else { Ok(()) }
}

fn pad(out: &mut Vec<u8>, there: bool) {
    if there {
        out.push(0);
    }
}

/// A segment of a kind that is not known: nothing after it can be read.
const fn unknown(reader: Reader<'_>) -> ReadError {
    ReadError { field: "segment type", offset: reader.offset(), needed: 0, left: reader.len() }
}
