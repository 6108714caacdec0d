use crate::Side;

/// What kind of data some bytes of a conversation are. Every payload byte is of exactly one class, so that the
/// classes of a conversation add up to its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum DataClass {
    /// Passwords, keys, community strings.
    Credentials,
    /// Numbers of containers (ISO 6346).
    ContainerIds,
    /// Numbers, call signs and voyages of vessels.
    VesselIds,
    /// Weights of containers or of moves.
    Weights,
    /// Messages between ports, carriers and terminals (EDIFACT: BAPLIE, COARRI, COPRAR, CODECO, VERMAS).
    EdifactMessages,
    /// Controller program, blocks or configuration.
    Program,
    /// A device's firmware.
    Firmware,
    /// Rows of a database.
    DatabaseRows,
    /// Files.
    Files,
    /// Moving pictures or sound.
    Video,
    /// Values of sensors, drives and controllers.
    ProcessValues,
    /// What a machine is and how it is set up: names, versions, addresses.
    MachineIdentity,
    /// What a protocol needs to work: handshakes, queries, headers.
    Signalling,
    /// Cannot be read.
    Encrypted,
    /// Can be read and is none of these.
    Unknown,
}

impl DataClass {
    /// How many classes there are.
    pub const COUNT: usize = 15;

    /// All of them, the most telling first: where a piece of data is of several classes, the first names it.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Credentials,
        Self::ContainerIds,
        Self::VesselIds,
        Self::Weights,
        Self::EdifactMessages,
        Self::Program,
        Self::Firmware,
        Self::DatabaseRows,
        Self::Files,
        Self::Video,
        Self::ProcessValues,
        Self::MachineIdentity,
        Self::Signalling,
        Self::Encrypted,
        Self::Unknown,
    ];

    /// The word used in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::ContainerIds => "container_ids",
            Self::VesselIds => "vessel_ids",
            Self::Weights => "weights",
            Self::EdifactMessages => "edifact_messages",
            Self::Program => "program",
            Self::Firmware => "firmware",
            Self::DatabaseRows => "database_rows",
            Self::Files => "files",
            Self::Video => "video",
            Self::ProcessValues => "process_values",
            Self::MachineIdentity => "machine_identity",
            Self::Signalling => "signalling",
            Self::Encrypted => "encrypted",
            Self::Unknown => "unknown",
        }
    }
}

/// Content that a decoder took out of its protocol: a file, a message body, the rows of a result.
///
/// What of a conversation's bytes no content accounts for is of the class its protocol carries.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// Who sent it.
    pub from: Side,
    /// What the protocol says it is; a closer look at `bytes` may say more.
    pub class: DataClass,
    /// For how many payload bytes of the conversation this stands: before decompression and decoding.
    pub wire_bytes: u64,
    /// The content itself, decoded, to be looked at; the next piece of what came before, unless that had ended.
    pub bytes: &'a [u8],
    /// Whether the body, file or message ends with it.
    pub ends: bool,
}
