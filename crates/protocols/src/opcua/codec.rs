//! How OPC UA writes data: the [`Decoder`], the [`Wire`] trait, numbers, and arrays (OPC 10000-6, 5.2).

use quaywatch_model::Verdict;
use quaywatch_wire::{ReadError, Reader};
use std::fmt;

/// So many structures may lie inside each other. OPC 10000-6, 5.2.2.16 asks decoders for at least 100.
pub const MAX_DEPTH: u8 = 100;

/// The first thing that was wrong with an encoding. Plain data, so that it can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flaw {
    /// The field that could not be read, in the standard's words.
    pub field: &'static str,
    /// Where it begins, in bytes from the start of what is decoded.
    pub offset: usize,
    /// What was wrong with it.
    pub kind: FlawKind,
}

/// What was wrong with an encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlawKind {
    /// The bytes end before the field does.
    CutShort,
    /// A length below -1.
    NegativeLength,
    /// An encoding byte that the standard does not know.
    UnknownEncoding,
    /// Structures lie deeper inside each other than [`MAX_DEPTH`].
    TooDeep,
    /// Bytes are left over.
    LeftOver,
}

impl FlawKind {
    /// A short stable phrase for records.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::CutShort => "message body is cut short",
            Self::NegativeLength => "negative length in message body",
            Self::UnknownEncoding => "unknown encoding byte in message body",
            Self::TooDeep => "message body is nested too deep",
            Self::LeftOver => "bytes left over after message body",
        }
    }

    /// Whose doing it was.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::TooDeep => Verdict::Limit,
            _ => Verdict::Malformed,
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}: {}", self.field, self.offset, self.kind.reason())
    }
}

impl std::error::Error for Flaw {}

/// Reads what a peer wrote. Never fails on the spot: the first [`Flaw`] is kept, and all that is read after it
/// is empty. What was whole before the flaw can so be told, and one question at the end tells of the rest.
#[derive(Debug, Clone)]
pub struct Decoder<'a> {
    reader: Reader<'a>,
    depth: u8,
    flaw: Option<Flaw>,
}

impl<'a> Decoder<'a> {
    /// A decoder over all of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self::at_depth(bytes, 0)
    }

    /// A decoder over bytes that lay `depth` structures deep.
    pub(super) const fn at_depth(bytes: &'a [u8], depth: u8) -> Self {
        Self { reader: Reader::new(bytes), depth, flaw: None }
    }

    /// The first flaw met so far.
    #[must_use]
    pub const fn flaw(&self) -> Option<Flaw> {
        self.flaw
    }

    /// What was not read yet.
    #[must_use]
    pub const fn left(&self) -> &'a [u8] {
        self.reader.peek()
    }

    /// Demands that all was read, without a flaw.
    ///
    /// # Errors
    /// The first flaw, or bytes that are left over.
    pub fn finish(self) -> Result<(), Flaw> {
        match self.flaw {
            Some(flaw) => Err(flaw),
            None if self.reader.is_empty() => Ok(()),
            None => {
                Err(Flaw { field: "end of body", offset: self.reader.offset(), kind: FlawKind::LeftOver })
            }
        }
    }

    pub(super) const fn depth(&self) -> u8 {
        self.depth
    }

    #[inline]
    pub(super) fn array<const N: usize>(&mut self, field: &'static str) -> [u8; N] {
        if self.flaw.is_some() {
            return [0; N];
        }
        match self.reader.array(field) {
            Ok(bytes) => bytes,
            Err(short) => {
                self.fall_short(short);
                [0; N]
            }
        }
    }

    #[inline]
    pub(super) fn take(&mut self, count: usize, field: &'static str) -> &'a [u8] {
        if self.flaw.is_some() {
            return &[];
        }
        match self.reader.take(count, field) {
            Ok(bytes) => bytes,
            Err(short) => {
                self.fall_short(short);
                &[]
            }
        }
    }

    pub(super) fn u8(&mut self, field: &'static str) -> u8 {
        let [byte] = self.array(field);
        byte
    }

    /// A length or count: `None` for -1, which stands for null.
    #[inline]
    pub(super) fn count(&mut self, field: &'static str) -> Option<usize> {
        let count = i32::from_le_bytes(self.array(field));
        if count < -1 {
            self.fail(field, FlawKind::NegativeLength);
        }
        if self.flaw.is_some() { None } else { usize::try_from(count).ok() }
    }

    /// Reads one structure deeper, as long as that is not too deep.
    pub(super) fn nested<T>(&mut self, field: &'static str, read: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth >= MAX_DEPTH {
            self.fail(field, FlawKind::TooDeep);
        }
        self.depth = self.depth.saturating_add(1);
        let value = read(self);
        self.depth = self.depth.saturating_sub(1);
        value
    }

    #[cold]
    pub(super) fn fail(&mut self, field: &'static str, kind: FlawKind) {
        let offset = self.reader.offset();
        self.flaw.get_or_insert(Flaw { field, offset, kind });
    }

    #[cold]
    fn fall_short(&mut self, short: ReadError) {
        self.flaw = Some(Flaw { field: short.field, offset: short.offset, kind: FlawKind::CutShort });
    }
}

/// What can be read from and written to the wire. Reading is lazy where there are many: see [`Array`].
///
/// What was read without a flaw is written as the same bytes.
pub trait Wire<'a>: Copy {
    /// The size of every encoding, where all have the same.
    const FIXED_BYTES: Option<usize> = None;
    /// Reads one. `field` is what a flaw is named after.
    fn read(from: &mut Decoder<'a>, field: &'static str) -> Self;
    /// Writes this one.
    fn write(&self, to: &mut Vec<u8>);
}

macro_rules! numbers {
    ($($type:ty)*) => {$(
        impl Wire<'_> for $type {
            const FIXED_BYTES: Option<usize> = Some(size_of::<$type>());
            #[inline]
            fn read(from: &mut Decoder<'_>, field: &'static str) -> Self {
                Self::from_le_bytes(from.array(field))
            }
            fn write(&self, to: &mut Vec<u8>) {
                to.extend_from_slice(&self.to_le_bytes());
            }
        }
    )*};
}
numbers!(u8 i8 u16 i16 u32 i32 u64 i64 f32 f64);

/// A `Boolean`. Any byte but 0 is true; the byte itself is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flag(
    /// The byte on the wire.
    pub u8,
);

impl Flag {
    /// Whether it is true.
    #[must_use]
    pub const fn is_set(self) -> bool {
        self.0 != 0
    }
}

impl Wire<'_> for Flag {
    const FIXED_BYTES: Option<usize> = Some(1);
    fn read(from: &mut Decoder<'_>, field: &'static str) -> Self {
        Self(from.u8(field))
    }
    fn write(&self, to: &mut Vec<u8>) {
        to.push(self.0);
    }
}

/// An array, read element by element when somebody asks (OPC 10000-6, 5.2.5). Null and empty are told apart.
#[derive(Debug, Clone, Copy)]
pub struct Array<'a, T>(Source<'a, T>);

#[derive(Debug, Clone, Copy)]
enum Source<'a, T> {
    Null,
    Wire { bytes: &'a [u8], count: usize, depth: u8 },
    Given(&'a [T]),
}

impl<'a, T: Wire<'a>> Array<'a, T> {
    /// No array.
    pub const NULL: Self = Self(Source::Null);

    /// An array of these elements, to be written.
    #[must_use]
    pub const fn of(elements: &'a [T]) -> Self {
        Self(Source::Given(elements))
    }

    /// How many elements there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self.0 {
            Source::Null => 0,
            Source::Wire { count, .. } => count,
            Source::Given(elements) => elements.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elements in order.
    #[must_use]
    pub fn iter(&self) -> Elements<'a, T> {
        match self.0 {
            Source::Null => Elements { source: Decoder::new(&[]), left: 0, given: &[] },
            Source::Wire { bytes, count, depth } => {
                Elements { source: Decoder::at_depth(bytes, depth), left: count, given: &[] }
            }
            Source::Given(given) => Elements { source: Decoder::new(&[]), left: 0, given },
        }
    }
}

impl<'a, T: Wire<'a>> Wire<'a> for Array<'a, T> {
    fn read(from: &mut Decoder<'a>, field: &'static str) -> Self {
        let Some(declared) = from.count(field) else { return Self::NULL };
        let bytes = from.left();
        let depth = from.depth();
        let mut count = 0;
        if let Some(size) = T::FIXED_BYTES {
            // Where the message is cut, the whole elements still count.
            count = declared.min(bytes.len() / size.max(1));
            from.take(declared.saturating_mul(size), field);
        } else {
            while count < declared {
                T::read(from, field);
                if from.flaw().is_some() {
                    break;
                }
                count += 1;
            }
        }
        Self(Source::Wire { bytes, count, depth })
    }

    fn write(&self, to: &mut Vec<u8>) {
        if matches!(self.0, Source::Null) {
            return (-1_i32).write(to);
        }
        (self.len() as i32).write(to);
        self.iter().for_each(|element| element.write(to));
    }
}

/// The elements of an [`Array`].
#[derive(Debug, Clone)]
pub struct Elements<'a, T> {
    source: Decoder<'a>,
    left: usize,
    given: &'a [T],
}

impl<'a, T: Wire<'a>> Iterator for Elements<'a, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if let Some((&first, rest)) = self.given.split_first() {
            self.given = rest;
            return Some(first);
        }
        self.left = self.left.checked_sub(1)?;
        Some(T::read(&mut self.source, "element"))
    }
}

/// Defines structures by their fields, in the order they are written.
macro_rules! structures {
    ($($(#[$doc:meta])* $name:ident $(<$life:lifetime>)? { $($field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name $(<$life>)? {
            $(
                #[doc = concat!("The standard's field `", stringify!($field), "`.")]
                pub $field: $type,
            )*
        }

        impl<'a> $crate::opcua::codec::Wire<'a> for $name $(<$life>)? {
            fn read(from: &mut $crate::opcua::codec::Decoder<'a>, _: &'static str) -> Self {
                Self { $($field: $crate::opcua::codec::Wire::read(from, stringify!($field)),)* }
            }
            fn write(&self, to: &mut Vec<u8>) {
                $($crate::opcua::codec::Wire::write(&self.$field, to);)*
            }
        }
    )*};
}
pub(super) use structures;
