//! The crane's tags as a Logix controller has them: one tag `STS`, a structure of structures.
//!
//! Packing: 1789-UM002 chapter 7 and 1756-PM020 chapter 2. Aggregates begin on 4 bytes, numbers on their own size,
//! consecutive BOOLs share a hidden SINT, an array of BOOLs is one of DWORDs. A signal called `LC[1]` is element 1 of an
//! array that begins with element 0, which means nothing.

use quaywatch_crane::{Kind, TAGS, Tag};
use quaywatch_protocols::cip::data::DataType;
use std::sync::LazyLock;

/// The tag's name, and its type's.
pub(super) const ROOT: &str = "STS";
/// Where user-defined templates begin; below are predefined ones. 1756-PM020, chapter 2.
const FIRST_TEMPLATE: u16 = 0x100;
/// The template of Logix's own string. Its name is what controllers answer with, not what people call it.
pub(super) const STRING_TEMPLATE: u16 = 0x0FCE;
const STRING_NAME: &str = "ASCIISTRING82";
/// How many characters a Logix string holds.
pub(super) const STRING_ROOM: u16 = 82;
const WORD_BYTES: usize = 4;
const BITS_IN_DWORD: u16 = 32;
const BITS_IN_HOST: u8 = 8;
/// Set in a type: the template's instance is in the low bits. 1756-PM020, chapter 2.
const STRUCTURED: u16 = 0x8000;
/// Set in a type: an array of one dimension.
pub(super) const ARRAY: u16 = 0x2000;

/// The one layout there is.
pub(super) static LAYOUT: LazyLock<Layout> = LazyLock::new(|| Layout::of(TAGS));

/// What a member or an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    /// A number, or the bit of one, by its CIP type.
    Atomic(DataType),
    /// The structure at this place in [`Layout::structures`].
    Structure(usize),
}

impl Type {
    pub(super) const BOOL: Self = Self::Atomic(DataType(0xC1));
    const SINT: Self = Self::Atomic(DataType(0xC2));
    const INT: Self = Self::Atomic(DataType(0xC3));
    const DINT: Self = Self::Atomic(DataType(0xC4));
    const LINT: Self = Self::Atomic(DataType(0xC5));
    const REAL: Self = Self::Atomic(DataType(0xCA));
    const DWORD: Self = Self::Atomic(DataType(0xD3));
}

/// A part of a structure.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) of: Type,
    /// How many elements, 0 for what is not an array.
    pub(super) count: u16,
    /// Its first byte in the structure.
    pub(super) offset: usize,
    /// Its bit in that byte, for a BOOL.
    pub(super) bit: u8,
    /// Whether it only lends its bits to BOOLs.
    pub(super) hidden: bool,
}

/// A user-defined type.
#[derive(Debug)]
pub(super) struct Structure {
    pub(super) name: String,
    /// The instance of the template object that describes it.
    pub(super) template: u16,
    /// What reads and writes show to prove that they know the type.
    pub(super) handle: u16,
    pub(super) members: Vec<Member>,
    /// How many bytes a value has.
    pub(super) size: usize,
}

/// A signal and where it is in the tag's bytes.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) tag: &'static Tag,
    pub(super) offset: usize,
    pub(super) bit: u8,
}

impl Leaf {
    /// How many bytes it takes or has a part in.
    pub(super) const fn bytes(&self) -> usize {
        match self.tag.kind {
            Kind::Bool => 1,
            Kind::Int | Kind::Word => 2,
            Kind::Real | Kind::Dint | Kind::Dword => 4,
            Kind::DateTime => 8,
            Kind::Text(_) => WORD_BYTES + (STRING_ROOM as usize).next_multiple_of(WORD_BYTES),
        }
    }
}

/// All types, and where each signal is.
#[derive(Debug)]
pub(super) struct Layout {
    /// The string first, the tag's own last.
    pub(super) structures: Vec<Structure>,
    pub(super) leaves: Vec<Leaf>,
}

/// Where in [`Layout::structures`] the string is.
const STRING: usize = 0;

impl Layout {
    fn of(tags: &'static [Tag]) -> Self {
        let mut structures = vec![string()];
        let mut leaves = Vec::new();
        let mut root = Packer::new(ROOT);
        for (number, group) in (FIRST_TEMPLATE + 1..).zip(groups(tags)) {
            let mut packer = Packer::new(group);
            let members: Vec<&'static Tag> = tags.iter().filter(|tag| split(tag.name).0 == group).collect();
            let start = root.aligned(WORD_BYTES);
            pack(&mut packer, &members, start, &mut leaves);
            let structure = packer.finish(format!("{ROOT}_{group}"), number);
            root.push(group, Type::Structure(structures.len()), 0, structure.size, WORD_BYTES);
            structures.push(structure);
        }
        structures.push(root.finish(ROOT.to_owned(), FIRST_TEMPLATE));
        Self { structures, leaves }
    }

    /// The place of the tag's own type.
    pub(super) const fn root(&self) -> usize {
        self.structures.len() - 1
    }

    /// How many bytes the tag has.
    pub(super) fn size(&self) -> usize {
        self.structures.last().map_or(0, |structure| structure.size)
    }

    pub(super) fn structure(&self, at: usize) -> Option<&Structure> {
        self.structures.get(at)
    }

    /// The type that a template describes.
    pub(super) fn template(&self, instance: u32) -> Option<&Structure> {
        self.structures.iter().find(|structure| u32::from(structure.template) == instance)
    }

    /// How many bytes an element has.
    pub(super) fn size_of(&self, of: Type) -> usize {
        match of {
            Type::Atomic(data_type) => data_type.size().unwrap_or(1),
            Type::Structure(at) => self.structure(at).map_or(0, |structure| structure.size),
        }
    }

    /// The type as symbols and templates have it: a number's code, or a template's instance.
    pub(super) fn code(&self, of: Type) -> u16 {
        match of {
            Type::Atomic(data_type) => data_type.0,
            Type::Structure(at) => STRUCTURED | self.structure(at).map_or(0, |structure| structure.template),
        }
    }
}

/// The groups of signals, in the order in which they first occur.
fn groups(tags: &'static [Tag]) -> Vec<&'static str> {
    let mut groups = Vec::new();
    for tag in tags {
        let (group, ..) = split(tag.name);
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    groups
}

/// `Load.LC[1]` in group, member, index.
fn split(name: &'static str) -> (&'static str, &'static str, Option<u16>) {
    let (group, rest) = name.split_once('.').unwrap_or((name, name));
    let (member, index) = rest.split_once('[').unwrap_or((rest, ""));
    (group, member, index.strip_suffix(']').and_then(|index| index.parse().ok()))
}

/// Puts a group's signals in a structure, which begins at `start` of the tag.
fn pack(packer: &mut Packer, tags: &[&'static Tag], start: usize, leaves: &mut Vec<Leaf>) {
    for &tag in tags {
        let (_, name, index) = split(tag.name);
        let (of, bytes) = stored(tag.kind);
        let count = index.and_then(|_| {
            tags.iter()
                .map(|tag| split(tag.name))
                .filter(|(_, other, _)| *other == name)
                .filter_map(|(_, _, at)| at)
                .max()
        });
        let element = usize::from(index.unwrap_or(0));
        let (offset, bit) = match (of, count) {
            (Type::BOOL, None) => packer.bit(name),
            (Type::BOOL, Some(last)) => {
                let dwords = last / BITS_IN_DWORD + 1;
                let first = packer.array(name, Type::DWORD, dwords, WORD_BYTES);
                (first + element / 8, (element % 8) as u8)
            }
            (_, None) => (packer.push(name, of, 0, bytes, bytes.min(WORD_BYTES)), 0),
            (_, Some(last)) => (packer.array(name, of, last + 1, bytes) + element * bytes, 0),
        };
        leaves.push(Leaf { tag, offset: start + offset, bit });
    }
}

/// How Logix stores a signal, and in how many bytes. A word and a double word keep their bits in INT and DINT, as there is
/// nothing else in this generation of controllers; a time is in microseconds since 1970, as the controller's clock.
const fn stored(kind: Kind) -> (Type, usize) {
    match kind {
        Kind::Bool => (Type::BOOL, 1),
        Kind::Real => (Type::REAL, 4),
        Kind::Int | Kind::Word => (Type::INT, 2),
        Kind::Dint | Kind::Dword => (Type::DINT, 4),
        Kind::DateTime => (Type::LINT, 8),
        Kind::Text(_) => {
            (Type::Structure(STRING), WORD_BYTES + (STRING_ROOM as usize).next_multiple_of(WORD_BYTES))
        }
    }
}

/// Logix's built-in string: a length and 82 characters.
fn string() -> Structure {
    let mut packer = Packer::new("");
    packer.push("LEN", Type::DINT, 0, WORD_BYTES, WORD_BYTES);
    packer.array("DATA", Type::SINT, STRING_ROOM, 1);
    Structure {
        handle: DataType::LOGIX_STRING_HANDLE,
        ..packer.finish(STRING_NAME.to_owned(), STRING_TEMPLATE)
    }
}

/// Puts members one after the other.
struct Packer {
    name: String,
    members: Vec<Member>,
    end: usize,
    /// The SINT that takes the next BOOL, and how many it has.
    host: Option<(usize, u8)>,
}

impl Packer {
    fn new(name: &str) -> Self {
        Self { name: name.to_owned(), members: Vec::new(), end: 0, host: None }
    }

    const fn aligned(&self, to: usize) -> usize {
        self.end.next_multiple_of(to)
    }

    fn push(&mut self, name: &str, of: Type, count: u16, bytes: usize, align: usize) -> usize {
        self.host = None;
        let offset = self.aligned(align);
        self.end = offset + bytes;
        self.members.push(Member { name: name.to_owned(), of, count, offset, bit: 0, hidden: false });
        offset
    }

    /// An array, when its first element is met; the place of one that is there.
    fn array(&mut self, name: &str, of: Type, count: u16, bytes: usize) -> usize {
        match self.members.iter().find(|member| member.name == name) {
            Some(member) => member.offset,
            None => self.push(name, of, count, usize::from(count) * bytes, WORD_BYTES),
        }
    }

    fn bit(&mut self, name: &str) -> (usize, u8) {
        let (offset, bit) = match self.host.filter(|(_, used)| *used < BITS_IN_HOST) {
            Some(place) => place,
            None => {
                let hidden = format!("ZZZZZZZZZZ{}{}", self.name, self.members.len());
                let offset = self.push(&hidden, Type::SINT, 0, 1, 1);
                if let Some(member) = self.members.last_mut() {
                    member.hidden = true;
                }
                (offset, 0)
            }
        };
        self.host = Some((offset, bit + 1));
        let name = name.to_owned();
        self.members.push(Member { name, of: Type::BOOL, count: 0, offset, bit, hidden: false });
        (offset, bit)
    }

    fn finish(self, name: String, template: u16) -> Structure {
        let size = self.aligned(WORD_BYTES);
        let handle = handle(&name, &self.members);
        Structure { name, template, handle, members: self.members, size }
    }
}

/// A number that changes with the type. Controllers compute theirs in a way that is not published; clients only hand it
/// back.
fn handle(name: &str, members: &[Member]) -> u16 {
    let fnv = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let mut hash = name.bytes().fold(0x811C_9DC5, fnv);
    for member in members {
        hash = member
            .name
            .bytes()
            .chain(member.count.to_le_bytes())
            .chain(member.offset.to_le_bytes())
            .fold(hash, fnv);
    }
    (hash >> 16) as u16 ^ hash as u16
}

#[cfg(test)]
mod tests {
    use super::{LAYOUT, Packer, Type};
    use quaywatch_crane::TAGS;
    use std::collections::HashSet;

    /// `STRUCT_B` of 1756-PM020, chapter 2: BOOL, INT[12], REAL, whose value is shown as a byte for the bit, three of padding,
    /// twelve numbers of two bytes, four bytes.
    #[test]
    fn a_structure_is_packed_as_the_manual_shows() {
        let mut packer = Packer::new("STRUCT_B");
        assert_eq!(packer.bit("pilot_on"), (0, 0));
        assert_eq!(packer.array("hourlyCount", Type::INT, 12, 2), 4);
        assert_eq!(packer.push("rate", Type::REAL, 0, 4, 4), 28);
        assert_eq!(packer.finish("STRUCT_B".to_owned(), 0x2E9).size, 32);
    }

    #[test]
    fn every_signal_has_bits_of_its_own_and_every_type_a_handle_of_its_own() {
        let mut taken = HashSet::new();
        for leaf in &LAYOUT.leaves {
            let bits = if leaf.tag.kind == quaywatch_crane::Kind::Bool { 1 } else { leaf.bytes() * 8 };
            let first = leaf.offset * 8 + usize::from(leaf.bit);
            assert!((first..first + bits).all(|bit| taken.insert(bit)), "{} overlaps another", leaf.tag.name);
            assert!(first + bits <= LAYOUT.size() * 8, "{} is outside", leaf.tag.name);
        }
        assert_eq!(LAYOUT.leaves.len(), TAGS.len());
        let handles: HashSet<u16> = LAYOUT.structures.iter().map(|structure| structure.handle).collect();
        assert_eq!(handles.len(), LAYOUT.structures.len());
    }
}
