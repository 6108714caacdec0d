//! What a read or write is about: the variable specifications of all syntaxes.

use super::wire::Transport;
use quaywatch_model::Digits;
use quaywatch_wire::{ReadError, Reader};
use std::fmt::{self, Write as _};

/// What every specification begins with.
const VARIABLE_SPECIFICATION: u8 = 0x12;

/// A view of one variable specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Specification<'a> {
    /// 0x12.
    pub head: u8,
    /// How the body is to be read.
    pub syntax: Syntax,
    /// What follows the syntax id.
    pub body: &'a [u8],
}

/// How a variable is addressed. Open: a number without a name stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Syntax(pub u8);

impl Syntax {
    /// An area with offset, type and count.
    pub const ANY: Self = Self(0x10);
    /// A number that two programs agreed on, for BSEND.
    pub const R_ID: Self = Self(0x13);
    /// A variable of a numerical control.
    pub const NCK: Self = Self(0x82);
    /// The same, in metric units.
    pub const NCK_METRIC: Self = Self(0x83);
    /// The same, in inches.
    pub const NCK_INCH: Self = Self(0x84);
    /// A drive parameter.
    pub const DRIVE: Self = Self(0xA2);
    /// Several byte ranges of data blocks at once.
    pub const DB_READ: Self = Self(0xB0);
    /// A symbol of an S7-1200.
    pub const SYMBOL: Self = Self(0xB2);
}

impl<'a> Specification<'a> {
    /// Reads the next specification; if it is not the last and ends on an odd byte, a fill byte follows it.
    ///
    /// # Errors
    /// Shorter than its length says.
    #[inline]
    pub fn decode(reader: &mut Reader<'a>) -> Result<Self, ReadError> {
        let [head, length, syntax] = reader.array("variable specification")?;
        let body = reader.take(usize::from(length).saturating_sub(1), "address")?;
        if length % 2 == 1 && !reader.is_empty() {
            reader.skip(1, "fill byte")?;
        }
        Ok(Self { head, syntax: Syntax(syntax), body })
    }

    /// Writes the specification; the `last` has no fill byte. `false` where it is too long.
    #[must_use]
    pub fn encode(&self, bytes: &mut Vec<u8>, last: bool) -> bool {
        let Ok(length) = u8::try_from(self.body.len() + 1) else { return false };
        bytes.extend_from_slice(&[self.head, length, self.syntax.0]);
        bytes.extend_from_slice(self.body);
        if length % 2 == 1 && !last {
            bytes.push(0);
        }
        true
    }

    /// The specification of an area.
    #[must_use]
    pub const fn any(body: &'a [u8; Any::BYTES]) -> Self {
        Self { head: VARIABLE_SPECIFICATION, syntax: Syntax::ANY, body }
    }

    /// The area with offset, if that is the syntax.
    #[must_use]
    pub fn as_any(&self) -> Option<Any> {
        (self.syntax == Syntax::ANY).then(|| self.body.try_into().ok().map(Any::decode)).flatten()
    }

    /// The byte ranges, if that is the syntax.
    #[must_use]
    pub fn as_ranges(&self) -> Option<impl Iterator<Item = Range> + use<'a>> {
        if self.syntax != Syntax::DB_READ {
            return None;
        }
        let (&count, ranges) = self.body.split_first()?;
        let ranges = ranges.chunks_exact(Range::BYTES).filter_map(|bytes| bytes.try_into().ok());
        Some(ranges.map(Range::decode).take(count.into()))
    }
}

/// The type of a variable in an S7ANY specification. Open: a number without a name stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Type(pub u8);

impl Type {
    /// One bit.
    pub const BIT: Self = Self(0x01);
    /// Eight bits.
    pub const BYTE: Self = Self(0x02);
    /// A character.
    pub const CHAR: Self = Self(0x03);
    /// 16 bits.
    pub const WORD: Self = Self(0x04);
    /// 16 bits with sign.
    pub const INT: Self = Self(0x05);
    /// 32 bits.
    pub const DWORD: Self = Self(0x06);
    /// 32 bits with sign.
    pub const DINT: Self = Self(0x07);
    /// IEEE 754 single.
    pub const REAL: Self = Self(0x08);
    /// Days since 1990-01-01.
    pub const DATE: Self = Self(0x09);
    /// Milliseconds since midnight.
    pub const TIME_OF_DAY: Self = Self(0x0A);
    /// Milliseconds with sign.
    pub const TIME: Self = Self(0x0B);
    /// BCD with a time base.
    pub const S5TIME: Self = Self(0x0C);
    /// Eight bytes BCD.
    pub const DATE_AND_TIME: Self = Self(0x0F);
    /// A counter.
    pub const COUNTER: Self = Self(0x1C);
    /// A timer.
    pub const TIMER: Self = Self(0x1D);

    /// How many bytes one value takes; 1 for bits.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::WORD | Self::INT | Self::DATE | Self::S5TIME | Self::COUNTER | Self::TIMER => 2,
            Self::DWORD | Self::DINT | Self::REAL | Self::TIME_OF_DAY | Self::TIME => 4,
            Self::DATE_AND_TIME => 8,
            _ => 1,
        }
    }

    /// The type of values that are only known by how they were sent.
    #[must_use]
    pub const fn of(transport: Transport) -> Option<Self> {
        match transport {
            Transport::BIT => Some(Self::BIT),
            Transport::INTEGER => Some(Self::INT),
            Transport::DOUBLE_INTEGER => Some(Self::DINT),
            Transport::REAL => Some(Self::REAL),
            _ => None,
        }
    }
}

/// A memory area. Open: a number without a name stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area(pub u8);

impl Area {
    /// Counters.
    pub const COUNTER: Self = Self(0x1C);
    /// Timers.
    pub const TIMER: Self = Self(0x1D);
    /// Peripheral, past the process image.
    pub const PERIPHERAL: Self = Self(0x80);
    /// Inputs.
    pub const INPUT: Self = Self(0x81);
    /// Outputs.
    pub const OUTPUT: Self = Self(0x82);
    /// Flags ("Merker").
    pub const FLAG: Self = Self(0x83);
    /// Data blocks.
    pub const DATA_BLOCK: Self = Self(0x84);
    /// Instance data blocks.
    pub const INSTANCE: Self = Self(0x85);
    /// Local data.
    pub const LOCAL: Self = Self(0x86);
    /// The caller's local data.
    pub const CALLER: Self = Self(0x87);
}

/// An area with offset, type and count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Any {
    /// The type of one value.
    pub kind: Type,
    /// How many values.
    pub count: u16,
    /// The data block's number; 0 in other areas.
    pub block: u16,
    /// Where.
    pub area: Area,
    /// Three bytes: the offset in bits, or a counter's or timer's number.
    pub offset: u32,
}

impl Any {
    /// How long the body of such a specification is.
    pub const BYTES: usize = 9;

    /// Reads the body.
    #[must_use]
    pub const fn decode(body: &[u8; Self::BYTES]) -> Self {
        let &[kind, c0, c1, b0, b1, area, o0, o1, o2] = body;
        Self {
            kind: Type(kind),
            count: u16::from_be_bytes([c0, c1]),
            block: u16::from_be_bytes([b0, b1]),
            area: Area(area),
            offset: u32::from_be_bytes([0, o0, o1, o2]),
        }
    }

    /// Writes the body.
    #[must_use]
    pub const fn encode(&self) -> [u8; Self::BYTES] {
        let [c0, c1] = self.count.to_be_bytes();
        let [b0, b1] = self.block.to_be_bytes();
        let [_, o0, o1, o2] = self.offset.to_be_bytes();
        [self.kind.0, c0, c1, b0, b1, self.area.0, o0, o1, o2]
    }
}

/// As programmers write it: `DB120.DBD4`, `DB1.DBX0.3`, `M10.0`, `IW2`, `QB0`, `DB5.DBB0..9`, `T3`.
impl fmt::Display for Any {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = u32::from(self.count.saturating_sub(1));
        let area = match self.area {
            Area::COUNTER | Area::TIMER => {
                let letter = if self.area == Area::TIMER { 'T' } else { 'C' };
                // Counted in whole timers and counters; only the last two bytes are a number.
                let first = self.offset & 0xFFFF;
                write!(f, "{letter}{first}")?;
                return if last > 0 { write!(f, "..{}", first + last) } else { Ok(()) };
            }
            Area::DATA_BLOCK | Area::INSTANCE => {
                let letters = if self.area == Area::INSTANCE { "DI" } else { "DB" };
                f.write_str(letters)?;
                f.decimal(self.block)?;
                f.write_char('.')?;
                letters
            }
            Area::PERIPHERAL => "P",
            Area::INPUT => "I",
            Area::OUTPUT => "Q",
            Area::FLAG => "M",
            Area::LOCAL => "L",
            Area::CALLER => "V",
            Area(other) => return write!(f, "area 0x{other:02X} offset {} x{}", self.offset, self.count),
        };
        let (byte, bit) = (self.offset >> 3, self.offset & 7);
        let step = self.kind.bytes() as u32;
        let width = match step {
            _ if self.kind == Type::BIT => {
                // Only a data block's bits carry a letter.
                let x = if area.len() == 2 { "X" } else { "" };
                f.write_str(area)?;
                f.write_str(x)?;
                f.decimal(byte)?;
                f.write_str(".")?;
                f.decimal(bit)?;
                let end = self.offset + last;
                return if last > 0 { write!(f, "..{}.{}", end >> 3, end & 7) } else { Ok(()) };
            }
            1 => "B",
            2 => "W",
            4 => "D",
            _ => "B",
        };
        f.write_str(area)?;
        f.write_str(width)?;
        f.decimal(byte)?;
        match last * step + if step == 8 { 7 } else { 0 } {
            0 => Ok(()),
            further => {
                f.write_str("..")?;
                f.decimal(byte + further)
            }
        }
    }
}

/// A range of bytes of a data block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// How many bytes.
    pub count: u8,
    /// The data block's number.
    pub block: u16,
    /// The first byte.
    pub first: u16,
}

impl Range {
    /// How long such a range is written.
    pub const BYTES: usize = 5;

    const fn decode(&[count, b0, b1, f0, f1]: &[u8; Self::BYTES]) -> Self {
        Self { count, block: u16::from_be_bytes([b0, b1]), first: u16::from_be_bytes([f0, f1]) }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { count, block, first } = *self;
        f.write_str("DB")?;
        f.decimal(block)?;
        f.write_str(".DBB")?;
        f.decimal(first)?;
        if count > 1 {
            f.write_str("..")?;
            f.decimal(u32::from(first) + u32::from(count) - 1)?;
        }
        Ok(())
    }
}

impl fmt::Display for Specification<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(any) = self.as_any() {
            return any.fmt(f);
        }
        match (self.syntax, self.body) {
            (
                Syntax::NCK | Syntax::NCK_METRIC | Syntax::NCK_INCH,
                &[place, c0, c1, l0, l1, module, lines],
            ) => {
                let (area, unit) = (place >> 5, place & 0x1F);
                let (column, line) = (u16::from_be_bytes([c0, c1]), u16::from_be_bytes([l0, l1]));
                write!(
                    f,
                    "NCK area {area} unit {unit} module 0x{module:02X} column {column} line {line} x{lines}"
                )
            }
            (Syntax::DRIVE, &[_, _, _, _, _, n0, n1, i0, i1]) => {
                let (number, index) = (u16::from_be_bytes([n0, n1]), u16::from_be_bytes([i0, i1]));
                write!(f, "drive parameter {number} index {index}")
            }
            (Syntax::SYMBOL, _) => fmt_symbol(f, self.body),
            (Syntax::R_ID, &[_, r0, r1, r2, r3, ..]) => {
                write!(f, "R_ID 0x{:08X}", u32::from_be_bytes([r0, r1, r2, r3]))
            }
            (Syntax::DB_READ, _) => {
                let mut comma = "";
                let mut ranges = self.as_ranges().into_iter().flatten();
                ranges.try_for_each(|range| write!(f, "{}{range}", std::mem::replace(&mut comma, ", ")))
            }
            (Syntax(syntax), body) => {
                write!(f, "syntax 0x{syntax:02X} ")?;
                body.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    }
}

/// The data block's kind in a symbol.
const SYMBOL_DATA_BLOCK: u16 = 0x8A0E;

/// A symbol of an S7-1200: reserved byte, where it is, a checksum over the symbol, then a path of local ids of
/// 28 bits with 4 bits that say how each is meant.
fn fmt_symbol(f: &mut fmt::Formatter<'_>, body: &[u8]) -> fmt::Result {
    let mut reader = Reader::new(body);
    let parts = (reader.skip(1, "reserved"), reader.u16_be("area"), reader.u16_be("area or block"));
    let (Ok(()), Ok(area), Ok(number), Ok(checksum)) = (parts.0, parts.1, parts.2, reader.u32_be("checksum"))
    else {
        return f.write_str("symbol");
    };
    match (area, number) {
        (SYMBOL_DATA_BLOCK, block) => write!(f, "symbol DB{block}")?,
        (0, 0x50) => f.write_str("symbol I")?,
        (0, 0x51) => f.write_str("symbol Q")?,
        (0, 0x52) => f.write_str("symbol M")?,
        (0, 0x53) => f.write_str("symbol C")?,
        (0, 0x54) => f.write_str("symbol T")?,
        (area, number) => write!(f, "symbol area 0x{area:04X}{number:04X}")?,
    }
    while let Ok(id) = reader.u32_be("local id") {
        write!(f, ".{}", id & 0x0FFF_FFFF)?;
    }
    write!(f, " crc 0x{checksum:08X}")
}
