use crate::Side;
use std::fmt;

/// What kind of thing was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransferKind {
    /// Controller program, blocks or configuration.
    Program,
    /// A device's firmware image.
    Firmware,
    /// A file.
    File,
    /// The rows a database query returned.
    QueryResult,
}

impl TransferKind {
    /// The word used in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Firmware => "firmware",
            Self::File => "file",
            Self::QueryResult => "query_result",
        }
    }
}

/// Which way the bytes of a transfer went. Named by the bytes, because vendors disagree about "upload".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the station to the device.
    ToDevice,
    /// From the device to the station.
    FromDevice,
}

impl Direction {
    /// The word used in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ToDevice => "to_device",
            Self::FromDevice => "from_device",
        }
    }
}

/// What a decoder tells of a program, image or file that is being moved, as it is being moved.
///
/// `id` tells the transfers of one conversation apart; a decoder may use an id again after its `End`.
#[derive(Clone, Copy)]
pub enum Transfer<'a> {
    /// A transfer begins.
    Begin {
        /// Which transfer of the conversation.
        id: u64,
        /// What is moved.
        kind: TransferKind,
        /// Which way.
        direction: Direction,
        /// Who asked for it.
        client: Side,
        /// The name the protocol gives it, if any.
        name: Option<&'a dyn fmt::Display>,
        /// The kind of block (`OB`, `DB`, ...), if the protocol tells.
        block_type: Option<&'a str>,
        /// The block's number, if the protocol tells.
        block_number: Option<u32>,
    },
    /// The next bytes, in order.
    Data {
        /// Which transfer of the conversation.
        id: u64,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// So many bytes were moved but not captured. 0 where the number is not known.
    Missing {
        /// Which transfer of the conversation.
        id: u64,
        /// How many bytes.
        bytes: u64,
    },
    /// The transfer is over.
    End {
        /// Which transfer of the conversation.
        id: u64,
        /// Whether the protocol said that all of it was moved.
        complete: bool,
    },
}
