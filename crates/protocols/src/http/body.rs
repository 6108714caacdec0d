//! Where the body of a message ends (RFC 9112, sections 6 and 7).

/// How a body is framed, and how far it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// So many bytes are still to come.
    Length(u64),
    Chunked(Chunk),
    /// To the end of the connection.
    UntilClose,
}

/// Where in the chunked coding reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chunk {
    /// In the line with the size. `extension`: past the digits.
    Size { value: u64, digits: u8, extension: bool },
    /// So many bytes of the chunk are still to come.
    Data(u64),
    /// Before the end of line after a chunk.
    AfterData,
    /// In the trailer; so many characters of its line were read.
    Trailer(u32),
}

/// What comes next in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next<'a> {
    /// Bytes of the body itself.
    Data(&'a [u8]),
    /// So many bytes of framing.
    Framing(usize),
    /// The body is over.
    Done,
    /// This cannot be a body.
    Bad,
}

/// A chunk's size has at most so many hexadecimal digits.
const MOST_DIGITS: u8 = 15;

const BAD: (Next<'static>, bool) = (Next::Bad, false);

impl Body {
    /// A body in chunks, at its start.
    pub(super) const CHUNKED: Self = Self::Chunked(Chunk::Size { value: 0, digits: 0, extension: false });

    /// What comes next, and the state after it.
    pub(super) fn next<'a>(&mut self, bytes: &'a [u8]) -> Next<'a> {
        match self {
            Self::Length(0) => Next::Done,
            Self::Length(left) | Self::Chunked(Chunk::Data(left)) if *left > 0 => {
                let taken = bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= taken as u64;
                Next::Data(bytes.get(..taken).unwrap_or_default())
            }
            Self::Chunked(chunk) => {
                let (next, ended) = chunk.framing(bytes);
                if ended {
                    *self = Self::Length(0);
                }
                next
            }
            Self::Length(_) => Next::Done,
            Self::UntilClose => Next::Data(bytes),
        }
    }

    /// Whether nothing more belongs to the body.
    pub(super) const fn is_done(&self) -> bool {
        matches!(self, Self::Length(0))
    }

    /// Passes over bytes that were not captured, if it is known that they are the body's.
    pub(super) fn pass(&mut self, bytes: u64) -> bool {
        match self {
            Self::Length(left) | Self::Chunked(Chunk::Data(left)) if bytes > 0 && bytes <= *left => {
                *left -= bytes;
                true
            }
            Self::UntilClose => true,
            _ => false,
        }
    }
}

impl Chunk {
    /// Reads framing up to the next data or the end of what is there. Whether the body ended with it.
    fn framing<'a>(&mut self, bytes: &[u8]) -> (Next<'a>, bool) {
        for (at, &byte) in bytes.iter().enumerate() {
            match (&mut *self, byte) {
                (Self::Data(_), _) => {
                    // The chunk is over: only its end of line can follow.
                    *self = Self::AfterData;
                    return if matches!(byte, b'\r' | b'\n') { self.framing(bytes) } else { BAD };
                }
                (Self::AfterData, b'\n') => *self = Self::Size { value: 0, digits: 0, extension: false },
                (Self::AfterData, b'\r') => {}
                (Self::Size { digits: 0, .. }, b'\r' | b'\n') => return BAD,
                (Self::Size { value: 0, .. }, b'\n') => *self = Self::Trailer(0),
                (&mut Self::Size { value, .. }, b'\n') => {
                    *self = Self::Data(value);
                    return (Next::Framing(at + 1), false);
                }
                (Self::Size { value, digits, extension: false }, digit) if digit.is_ascii_hexdigit() => {
                    if *digits >= MOST_DIGITS {
                        return BAD;
                    }
                    *digits += 1;
                    *value = *value << 4 | u64::from(char::from(digit).to_digit(16).unwrap_or(0));
                }
                (Self::Size { digits, extension, .. }, b';' | b' ' | b'\r' | b'\t') if *digits > 0 => {
                    *extension = true;
                }
                (Self::Size { extension: true, .. }, _) => {}
                (Self::Trailer(0), b'\n') => {
                    return (Next::Framing(at + 1), true);
                }
                (Self::Trailer(_), b'\n') => *self = Self::Trailer(0),
                (Self::Trailer(_), b'\r') => {}
                (Self::Trailer(length), _) => *length = length.saturating_add(1),
                _ => return BAD,
            }
        }
        (Next::Framing(bytes.len()), false)
    }
}
