//! What a service comes to: success with data, or a status and why.

use quaywatch_protocols::cip::wire::Reply;

/// General statuses. CIP Networks Library volume 1, appendix B.
pub(super) mod general {
    pub(crate) const CONNECTION_FAILURE: u8 = 0x01;
    pub(crate) const INVALID_PARAMETER: u8 = 0x03;
    pub(crate) const PATH_SEGMENT_ERROR: u8 = 0x04;
    pub(crate) const PATH_DESTINATION_UNKNOWN: u8 = 0x05;
    pub(crate) const PARTIAL_TRANSFER: u8 = 0x06;
    pub(crate) const SERVICE_NOT_SUPPORTED: u8 = 0x08;
    pub(crate) const INVALID_ATTRIBUTE_VALUE: u8 = 0x09;
    pub(crate) const ATTRIBUTE_LIST_ERROR: u8 = 0x0A;
    pub(crate) const ATTRIBUTE_NOT_SETTABLE: u8 = 0x0E;
    pub(crate) const REPLY_TOO_LARGE: u8 = 0x11;
    pub(crate) const NOT_ENOUGH_DATA: u8 = 0x13;
    pub(crate) const ATTRIBUTE_NOT_SUPPORTED: u8 = 0x14;
    pub(crate) const TOO_MUCH_DATA: u8 = 0x15;
    pub(crate) const EMBEDDED_SERVICE_ERROR: u8 = 0x1E;
    pub(crate) const PATH_SIZE_INVALID: u8 = 0x26;
    pub(crate) const GENERAL_ERROR: u8 = 0xFF;
}

/// Logix's words to general error. 1756-PM020, chapter 1.
pub(super) mod logix {
    pub(crate) const OFFSET_BEYOND_END: u16 = 0x2104;
    pub(crate) const ACCESS_BEYOND_END: u16 = 0x2105;
    pub(crate) const TYPE_MISMATCH: u16 = 0x2107;
}

/// A reply without its service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Answer {
    pub(super) general: u8,
    pub(super) extended: Vec<u16>,
    pub(super) data: Vec<u8>,
}

/// An answer that is no success. Some statuses come with data all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal(pub(super) Answer);

/// A service's data, or why there is none.
pub(super) type Outcome = Result<Vec<u8>, Refusal>;

impl Refusal {
    /// A status without a word to it.
    pub(super) const fn plain(general: u8) -> Self {
        Self(Answer { general, extended: Vec::new(), data: Vec::new() })
    }

    /// A status with a word that says which.
    pub(super) fn with(general: u8, extended: u16) -> Self {
        Self(Answer { general, extended: vec![extended], data: Vec::new() })
    }

    /// A status that comes with data.
    pub(super) const fn partial(general: u8, data: Vec<u8>) -> Self {
        Self(Answer { general, extended: Vec::new(), data })
    }

    /// The path cannot be read.
    pub(super) fn path() -> Self {
        Self::with(general::PATH_SEGMENT_ERROR, 0)
    }

    /// The path can be read and leads nowhere.
    pub(super) fn unknown() -> Self {
        Self::with(general::PATH_DESTINATION_UNKNOWN, 0)
    }

    /// Logix's own.
    pub(super) fn logix(extended: u16) -> Self {
        Self::with(general::GENERAL_ERROR, extended)
    }
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Self {
        outcome.map_or_else(|Refusal(answer)| answer, |data| Self { data, ..Self::default() })
    }
}

impl Answer {
    /// The reply to `service`, as it is sent.
    pub(super) fn encode(&self, service: u8, out: &mut Vec<u8>) {
        let extended: Vec<u8> = self.extended.iter().flat_map(|word| word.to_le_bytes()).collect();
        Reply { service, reserved: 0, general: self.general, extended: &extended, data: &self.data }
            .encode(out);
    }
}

/// Whether nothing is left over.
///
/// # Errors
/// Something is.
pub(super) const fn nothing_left(rest: &[u8]) -> Result<(), Refusal> {
    if rest.is_empty() { Ok(()) } else { Err(Refusal::plain(general::TOO_MUCH_DATA)) }
}

impl From<quaywatch_wire::ReadError> for Refusal {
    fn from(_: quaywatch_wire::ReadError) -> Self {
        Self::plain(general::NOT_ENOUGH_DATA)
    }
}
