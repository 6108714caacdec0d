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
            Self::Hex8(n) => write!(f, "0x{n:02X}"),
            Self::Hex16(n) => write!(f, "0x{n:04X}"),
            Self::Hex32(n) => write!(f, "0x{n:08X}"),
            Self::Pair(a, b) => write!(f, "{a}/{b}"),
            Self::NodeId(n) => write!(f, "i={n}"),
        }
    }
}

impl fmt::Display for Coded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            Number::None => f.write_str(self.name),
            number => write!(f, "{} ({number})", self.name),
        }
    }
}
