use std::io;

/// Why an input cannot be read at all. Each message is one sentence: the file, where in it, what was found there
/// and what would be valid.
///
/// What goes wrong after a valid file header is no error but a problem in a [`Batch`](crate::Batch), except that
/// the system itself could not read on ([`Unreadable`](Self::Unreadable)).
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The path names a directory.
    #[error("{file} is a directory; expected a pcap or pcapng file, plain or compressed with gzip or zstd")]
    Directory {
        /// The path as it was given.
        file: String,
    },
    /// The system does not open it.
    #[error("{file} cannot be opened: {cause}; expected a readable pcap or pcapng file")]
    Unopened {
        /// The path as it was given.
        file: String,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// The system does not read on.
    #[error("{file} cannot be read past byte {offset}: {cause}; expected more of the capture or its end")]
    Unreadable {
        /// The path as it was given.
        file: String,
        /// How many bytes of the file were read.
        offset: u64,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// There is nothing in it.
    #[error("{file} is empty: 0 bytes{inside}; expected a pcap or pcapng header")]
    Empty {
        /// The path as it was given.
        file: String,
        /// Nothing, or which compression it is empty inside of.
        inside: &'static str,
    },
    /// It starts like something else.
    #[error(
        "{file} is not a capture: at byte 0{inside} it starts with {found}; expected a pcap or pcapng header"
    )]
    NotACapture {
        /// The path as it was given.
        file: String,
        /// Nothing, or which compression it was found inside of.
        inside: &'static str,
        /// The first bytes, and what they look like where that is known.
        found: String,
    },
    /// It ends before its header does.
    #[error("{file} ends at byte {offset}{inside}, inside its {header}; expected at least {needed} bytes")]
    CutHeader {
        /// The path as it was given.
        file: String,
        /// Nothing, or which compression it is inside of.
        inside: &'static str,
        /// Where it ends.
        offset: u64,
        /// Which header.
        header: &'static str,
        /// How many bytes that header has.
        needed: usize,
    },
    /// A format version nobody has defined, or none has used for decades.
    #[error(
        "{file} says at byte {offset}{inside} that it is {format} version {major}.{minor}; expected {expected}"
    )]
    Version {
        /// The path as it was given.
        file: String,
        /// Nothing, or which compression it is inside of.
        inside: &'static str,
        /// Where the version stands.
        offset: u64,
        /// Which format.
        format: &'static str,
        /// The version it says.
        major: u16,
        /// The version it says.
        minor: u16,
        /// The versions that can be read.
        expected: &'static str,
    },
    /// A field of the file header cannot be.
    #[error("{file} has {found} at byte {offset}{inside}; expected {expected}")]
    BadHeader {
        /// The path as it was given.
        file: String,
        /// Nothing, or which compression it is inside of.
        inside: &'static str,
        /// Where the field stands.
        offset: u64,
        /// What the field says.
        found: String,
        /// What it may say.
        expected: &'static str,
    },
    /// The compressed data is broken before anything of a capture came out.
    #[error("{file} holds {what} after byte {offset}{inside}; expected a compressed pcap or pcapng header")]
    BadCompression {
        /// The path as it was given.
        file: String,
        /// Which compression.
        inside: &'static str,
        /// How many decompressed bytes came out.
        offset: u64,
        /// What is wrong with it.
        what: &'static str,
    },
}
