use std::fmt;

/// A checked cursor over bytes that came from a peer. Nothing it does can panic.
///
/// Take a [`sub`](Self::sub) reader for every length field, so that what is inside cannot read past it, and ask
/// [`finish`](Self::finish) whether anything is left over.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    left: &'a [u8],
    offset: usize,
}

/// What was asked for was not there. Plain data, so that it can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReadError {
    /// The field that did not fit, in the standard's words.
    pub field: &'static str,
    /// Where it would have begun, in bytes from the start of the outermost reader.
    pub offset: usize,
    /// How many bytes it needs; 0 where nothing should have been left.
    pub needed: usize,
    /// How many bytes there were.
    pub left: usize,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, offset, needed, left } = self;
        write!(f, "{field} at byte {offset} needs {needed} bytes, {left} are left")
    }
}

impl std::error::Error for ReadError {}

macro_rules! integers {
    ($($be:ident $le:ident $type:ty;)*) => {$(
        #[doc = concat!("Reads a big-endian `", stringify!($type), "`.\n\n# Errors\nToo few bytes are left.")]
        pub fn $be(&mut self, field: &'static str) -> Result<$type, ReadError> {
            self.array(field).map(<$type>::from_be_bytes)
        }
        #[doc = concat!("Reads a little-endian `", stringify!($type), "`.\n\n# Errors\nToo few bytes are left.")]
        pub fn $le(&mut self, field: &'static str) -> Result<$type, ReadError> {
            self.array(field).map(<$type>::from_le_bytes)
        }
    )*};
}

impl<'a> Reader<'a> {
    /// A reader over all of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { left: bytes, offset: 0 }
    }

    /// How many bytes are left.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.left.len()
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// Where the next byte stands, counted from the start of the outermost reader.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// What is left, without taking it.
    #[must_use]
    pub const fn peek(&self) -> &'a [u8] {
        self.left
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        self.offset += self.left.len();
        std::mem::take(&mut self.left)
    }

    /// Takes `count` bytes.
    ///
    /// # Errors
    /// Too few bytes are left.
    #[inline]
    pub fn take(&mut self, count: usize, field: &'static str) -> Result<&'a [u8], ReadError> {
        let Some((taken, left)) = self.left.split_at_checked(count) else {
            return Err(self.short(field, count));
        };
        self.left = left;
        self.offset += count;
        Ok(taken)
    }

    /// Takes a fixed number of bytes.
    ///
    /// # Errors
    /// Too few bytes are left.
    #[inline]
    pub fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], ReadError> {
        let Some((taken, left)) = self.left.split_first_chunk::<N>() else {
            return Err(self.short(field, N));
        };
        self.left = left;
        self.offset += N;
        Ok(*taken)
    }

    /// Takes `count` bytes as a reader of their own, which keeps counting offsets from the outermost start.
    ///
    /// # Errors
    /// Too few bytes are left.
    pub fn sub(&mut self, count: usize, field: &'static str) -> Result<Self, ReadError> {
        let offset = self.offset;
        Ok(Self { left: self.take(count, field)?, offset })
    }

    /// Reads one byte.
    ///
    /// # Errors
    /// None is left.
    #[inline]
    pub fn u8(&mut self, field: &'static str) -> Result<u8, ReadError> {
        self.array::<1>(field).map(|[byte]| byte)
    }

    integers! {
        u16_be u16_le u16;
        u32_be u32_le u32;
        u64_be u64_le u64;
        i16_be i16_le i16;
        i32_be i32_le i32;
        i64_be i64_le i64;
        f32_be f32_le f32;
        f64_be f64_le f64;
    }

    /// Passes over `count` bytes.
    ///
    /// # Errors
    /// Too few bytes are left.
    pub fn skip(&mut self, count: usize, field: &'static str) -> Result<(), ReadError> {
        self.take(count, field).map(|_| ())
    }

    /// Demands that nothing is left.
    ///
    /// # Errors
    /// Something is.
    pub fn finish(self, field: &'static str) -> Result<(), ReadError> {
        if self.left.is_empty() { Ok(()) } else { Err(self.short(field, 0)) }
    }

    const fn short(&self, field: &'static str, needed: usize) -> ReadError {
        ReadError { field, offset: self.offset, needed, left: self.left.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::{ReadError, Reader};

    #[test]
    fn a_short_read_names_the_field_and_takes_nothing() {
        let mut reader = Reader::new(&[1, 2, 3]);
        assert_eq!(reader.u16_be("length"), Ok(0x0102));
        let short = ReadError { field: "value", offset: 2, needed: 4, left: 1 };
        assert_eq!(reader.u32_le("value"), Err(short));
        assert_eq!(reader.u8("last"), Ok(3));
        assert_eq!(reader.finish("end"), Ok(()));
    }

    #[test]
    fn a_sub_reader_cannot_read_past_its_length_and_counts_on_from_its_parent() {
        let mut reader = Reader::new(&[9, 1, 2, 3]);
        reader.skip(1, "head").unwrap();
        let mut inner = reader.sub(2, "body").unwrap();
        assert_eq!(inner.u16_le("pair"), Ok(0x0201));
        assert_eq!(inner.u8("past").unwrap_err().offset, 3);
        assert_eq!(reader.rest(), [3]);
    }
}
