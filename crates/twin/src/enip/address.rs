//! Where a request's path leads: an object, or a part of the tag.

use super::answer::{Refusal, logix};
use super::layout::{LAYOUT, Layout, ROOT, Type};
use super::symbols;
use quaywatch_protocols::cip::path::{Logical, Path, Segment, Segments};
use quaywatch_protocols::cip::wire::class;

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// An instance of a class.
    Object(Object),
    /// Some of the tag's bytes.
    Tag(Place),
}

/// An instance of a class, or an attribute of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Object {
    /// Whether it is in the program's scope, not in the controller's.
    pub(super) program: bool,
    pub(super) class: u32,
    pub(super) instance: u32,
    pub(super) attribute: Option<u16>,
}

/// A part of the tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) of: Type,
    /// Its first byte in the tag.
    pub(super) offset: usize,
    /// Its bit, for a BOOL.
    pub(super) bit: u8,
    /// How many elements there are from here on.
    pub(super) elements: u16,
    /// Whether it is an array of which no element was chosen.
    whole_array: bool,
}

/// Follows a path.
///
/// # Errors
/// It cannot be read, or leads nowhere.
pub(super) fn target(path: Path<'_>) -> Result<Target, Refusal> {
    if !path.is_whole() {
        return Err(Refusal::path());
    }
    let mut segments = path.segments();
    let mut first = segments.next();
    let program = first.and_then(name).is_some_and(|name| same(name, symbols::PROGRAM));
    if program {
        first = segments.next();
    }
    match first {
        Some(Segment::Logical { kind: Logical::CLASS, value, .. }) => {
            object(Object { program, class: value, ..Object::default() }, segments)
        }
        Some(segment) => match name(segment) {
            Some(name) if same(name, ROOT) && !program => Place::root().walk(segments).map(Target::Tag),
            Some(_) => Err(Refusal::unknown()),
            None => Err(Refusal::path()),
        },
        None => Err(Refusal::path()),
    }
}

fn object(mut object: Object, mut segments: Segments<'_>) -> Result<Target, Refusal> {
    while let Some(segment) = segments.next() {
        match segment {
            Segment::Logical { kind: Logical::INSTANCE, value, .. } => object.instance = value,
            Segment::Logical { kind: Logical::ATTRIBUTE, value, .. } => {
                object.attribute = Some(u16::try_from(value).map_err(|_| Refusal::unknown())?);
            }
            part if object.is_tag() => {
                return Place::root().step(part)?.walk(segments).map(Target::Tag);
            }
            part if name(part).is_some() => return Err(Refusal::unknown()),
            _ => return Err(Refusal::path()),
        }
    }
    Ok(Target::Object(object))
}

impl Object {
    /// Whether it is the symbol of the tag.
    pub(super) const fn is_tag(&self) -> bool {
        self.class == class::SYMBOL && self.instance == symbols::TAG_INSTANCE && !self.program
    }
}

impl Place {
    /// The whole tag.
    pub(super) fn root() -> Self {
        let of = Type::Structure(LAYOUT.root());
        Self { of, offset: 0, bit: 0, elements: 1, whole_array: false }
    }

    fn walk(self, segments: Segments<'_>) -> Result<Self, Refusal> {
        segments.into_iter().try_fold(self, Self::step)
    }

    fn step(self, segment: Segment<'_>) -> Result<Self, Refusal> {
        match segment {
            Segment::Logical { kind: Logical::MEMBER, value, .. } => self.element(value),
            _ => self.member(name(segment).ok_or_else(Refusal::path)?),
        }
    }

    fn element(self, index: u32) -> Result<Self, Refusal> {
        if !self.whole_array {
            return Err(Refusal::unknown());
        }
        let index = u16::try_from(index).ok().filter(|index| *index < self.elements);
        let index = index.ok_or_else(|| Refusal::logix(logix::ACCESS_BEYOND_END))?;
        let offset = self.offset + usize::from(index) * LAYOUT.size_of(self.of);
        Ok(Self { offset, elements: self.elements - index, whole_array: false, ..self })
    }

    fn member(self, name: &[u8]) -> Result<Self, Refusal> {
        let layout: &Layout = &LAYOUT;
        let Type::Structure(at) = self.of else { return Err(Refusal::unknown()) };
        let structure = layout.structure(at).filter(|_| !self.whole_array);
        let members = structure.map(|structure| structure.members.as_slice()).unwrap_or_default();
        let member = members.iter().find(|member| !member.hidden && same(name, &member.name));
        let member = member.ok_or_else(Refusal::unknown)?;
        Ok(Self {
            of: member.of,
            offset: self.offset + member.offset,
            bit: member.bit,
            elements: member.count.max(1),
            whole_array: member.count > 0,
        })
    }
}

const fn name(segment: Segment<'_>) -> Option<&[u8]> {
    match segment {
        Segment::Symbol(name) | Segment::ShortSymbol(name) => Some(name),
        _ => None,
    }
}

/// Logix does not tell capitals from small letters.
fn same(name: &[u8], other: &str) -> bool {
    name.eq_ignore_ascii_case(other.as_bytes())
}
