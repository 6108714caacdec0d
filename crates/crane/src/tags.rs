//! The signals of the crane's controller: what each is called, means, and may be, and where it is found.

mod table;

pub use table::TAGS;

/// One signal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tag {
    /// As people call it: `Hoist.Pos`. In CIP it is `STS.Hoist.Pos`, in OPC UA `ns=2;s=STS07/Hoist/Pos`.
    pub name: &'static str,
    /// The unit, or what a number stands for; empty for a bit.
    pub unit: &'static str,
    /// What it may be, where it is a number.
    pub range: [f64; 2],
    /// Who may write it. The controller itself lets anybody, as in the field: nobody has to show who he is.
    pub access: Access,
    /// How it is stored.
    pub kind: Kind,
    /// Which of Modbus' four tables it is in.
    pub area: Area,
    /// Its first register or bit there, counted from 0.
    pub register: u16,
    /// The S7 data block it is in.
    pub block: u16,
    /// Its first byte there.
    pub byte: u16,
    /// Its bit in that byte, for [`Kind::Bool`].
    pub bit: u8,
}

/// Who writes a signal in an honest crane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nobody but the controller.
    Status,
    /// The operator's desk.
    Operator,
    /// Engineering: parameters.
    Engineer,
    /// The crane management system: jobs.
    Jobs,
}

/// How a signal is stored, big-endian as S7 and Modbus have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// IEEE 754, 4 bytes.
    Real,
    /// Signed, 2 bytes.
    Int,
    /// Unsigned, 2 bytes.
    Word,
    /// Signed, 4 bytes.
    Dint,
    /// Unsigned, 4 bytes.
    Dword,
    /// A bit.
    Bool,
    /// An S7 string of at most so many bytes: its room and its length, a byte each, stand before it.
    Text(u8),
    /// An S7 `DATE_AND_TIME`: year to second in BCD, milliseconds and day of the week, 8 bytes.
    DateTime,
}

impl Kind {
    /// How many bytes it takes; 0 for a bit.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Bool => 0,
            Self::Int | Self::Word => 2,
            Self::Real | Self::Dint | Self::Dword => 4,
            Self::Text(room) => room as usize + 2,
            Self::DateTime => 8,
        }
    }
}

/// Modbus' tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Bits that are read and written: functions 1, 5, 15.
    Coil,
    /// Bits that are read: function 2.
    Discrete,
    /// Registers that are read: function 4.
    Input,
    /// Registers that are read and written: functions 3, 6, 16.
    Holding,
}

/// What a signal is at a moment.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// For [`Kind::Real`].
    Real(f32),
    /// For the whole numbers; outside the kind's reach it is brought to its nearest end.
    Whole(i64),
    /// For [`Kind::Bool`].
    Bool(bool),
    /// For [`Kind::Text`]; cut where there is no room.
    Text(String),
    /// For [`Kind::DateTime`]: the eight bytes as they are stored.
    DateTime([u8; 8]),
}

/// The signal of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Tag> {
    TAGS.iter().find(|tag| tag.name == name)
}

#[cfg(test)]
mod tests {
    use super::{Kind, TAGS};
    use std::collections::HashSet;

    #[test]
    fn every_signal_has_a_name_and_a_place_of_its_own() {
        assert_eq!(TAGS.iter().map(|tag| tag.name).collect::<HashSet<_>>().len(), TAGS.len());
        let mut bits = HashSet::new();
        for tag in TAGS {
            let first = u32::from(tag.byte) * 8 + u32::from(tag.bit);
            let count = if tag.kind == Kind::Bool { 1 } else { tag.kind.bytes() as u32 * 8 };
            for bit in first..first + count {
                assert!(bits.insert((tag.block, bit)), "{} overlaps another", tag.name);
            }
        }
    }

    #[test]
    fn registers_follow_one_another_without_overlap() {
        let mut taken = HashSet::new();
        for tag in TAGS {
            for register in tag.register..tag.register + tag.kind.bytes().div_ceil(2).max(1) as u16 {
                assert!(taken.insert((format!("{:?}", tag.area), register)), "{} overlaps another", tag.name);
            }
        }
    }
}
