use crate::Digits;
use std::fmt;

/// A protocol's own number with the name its standard gives it, as people look it up:
/// `write_multiple_registers (0x10)`, `Write (i=673)`, `illegal_data_address (0x02)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Coded<'a> {
    /// The name, `unknown` where the number has none.
    pub name: &'a str,
    /// The number on the wire.
    pub number: Number,
}

impl<'a> Coded<'a> {
    /// A name with the number it stands for.
    #[must_use]
    pub const fn new(name: &'a str, number: Number) -> Self {
        Self { name, number }
    }
}

/// A number with the way its field writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Number {
    /// There is no number.
    None,
    /// One byte: `0x10`.
    Hex8(u8),
    /// Two bytes: `0x0542`.
    Hex16(u16),
    /// Four bytes: `0x80340000`.
    Hex32(u32),
    /// Two numbers that only mean something together, such as a group and its member: `4/1`.
    Pair(u16, u16),
    /// An OPC UA numeric node id of namespace 0: `i=673`.
    NodeId(u32),
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::None => Ok(()),
            Self::Hex8(n) => f.write_str("0x").and_then(|()| f.hex(n, 2)),
            Self::Hex16(n) => f.write_str("0x").and_then(|()| f.hex(n, 4)),
            Self::Hex32(n) => f.write_str("0x").and_then(|()| f.hex(n, 8)),
            Self::Pair(a, b) => {
                f.decimal(a)?;
                f.write_str("/")?;
                f.decimal(b)
            }
            Self::NodeId(n) => f.write_str("i=").and_then(|()| f.decimal(n)),
        }
    }
}

impl fmt::Display for Coded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            Number::None => f.write_str(self.name),
            number => {
                f.write_str(self.name)?;
                f.write_str(" (")?;
                number.fmt(f)?;
                f.write_str(")")
            }
        }
    }
}
