//! Which tags an object covers.

use super::address::TagAddress;
use super::decode;
use super::object::{Object, Place, Space};
use super::{Tag, TagKind};
use quaywatch_model::Value;

/// A tag that an item covers.
#[derive(Clone, Copy)]
pub struct Hit<'s, 'v> {
    /// The tag.
    pub tag: &'s Tag,
    /// Whether the item covers all of it.
    pub whole: bool,
    part: Part<'v>,
}

/// Where in the item's value the tag's is.
#[derive(Clone, Copy)]
pub(super) enum Part<'v> {
    /// Not to be told.
    None,
    /// It is the value.
    All(&'v Value<'v>),
    /// It is one of the values.
    Element(&'v Value<'v>, usize),
    /// It begins so many units into a stretch of so many.
    Within(&'v Value<'v>, Place),
}

impl Hit<'_, '_> {
    /// Tells the tag's value, scaled. Nothing where the item has no value, does not cover the tag, or has bytes
    /// that are not what the tag map says.
    pub fn value(&self, tell: &mut dyn FnMut(Value<'_>)) {
        if self.whole {
            decode::decode(self.tag, self.part, tell);
        }
    }

    /// The tag's value as a number, scaled; a switch is 0 or 1.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        let mut number = None;
        self.value(&mut |value| number = decode::number(&value));
        number
    }
}

/// Class, instance, attribute.
type Attribute = (u32, u32, Option<u32>);

/// The addresses of a map's tags, sorted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    /// Space, first, last, tag.
    numbered: Vec<(Space, u32, u32, u32)>,
    /// How many units the longest numbered tag has: how far before an object a tag that reaches into it can begin.
    longest: u32,
    /// Symbols in small letters: Logix does not tell large from small.
    symbols: Vec<(Box<str>, u32)>,
    logical: Vec<(Attribute, u32)>,
    nodes: Vec<(Box<str>, u32)>,
}

impl Index {
    pub(crate) fn new(tags: &[Tag]) -> Self {
        let mut index = Self::default();
        for (at, tag) in (0_u32..).zip(tags) {
            match &tag.address {
                TagAddress::Numbered { space, first, last } => {
                    index.longest = index.longest.max(last - first + 1);
                    index.numbered.push((*space, *first, *last, at));
                }
                TagAddress::Symbol(name) => index.symbols.push((name.to_ascii_lowercase().into(), at)),
                TagAddress::Logical { class, instance, attribute } => {
                    index.logical.push(((*class, *instance, *attribute), at));
                }
                TagAddress::Node(node) => index.nodes.push((node.as_str().into(), at)),
            }
        }
        index.numbered.sort_unstable();
        index.symbols.sort_unstable();
        index.logical.sort_unstable();
        index.nodes.sort_unstable();
        index
    }

    pub(crate) fn covered<'s>(
        &self,
        object: &Object<'_>,
        tags: &'s [Tag],
        value: Option<&Value<'_>>,
        tell: &mut dyn FnMut(Hit<'s, '_>),
    ) {
        let all = value.map_or(Part::None, Part::All);
        let mut hit = |at: u32, whole, part: Part<'_>| {
            if let Some(tag) = tags.get(at as usize) {
                tell(Hit { tag, whole, part });
            }
        };
        match *object {
            Object::Numbered(place) => {
                let part = value.map_or(Part::None, |value| Part::Within(value, place));
                self.numbers(place, |at, whole| hit(at, whole, part));
            }
            Object::Symbol { name, whole } => self.named(name, whole, value, &mut hit),
            Object::Logical(class, instance, attribute) => {
                let key = (class, instance, attribute);
                let from = self.logical.partition_point(|(other, _)| *other < key);
                let equal = self.logical.iter().skip(from).take_while(|(other, _)| *other == key);
                equal.for_each(|&(_, at)| hit(at, true, all));
            }
            Object::Node(node) => {
                let from = self.nodes.partition_point(|(other, _)| **other < *node);
                let equal = self.nodes.iter().skip(from).take_while(|(other, _)| **other == *node);
                equal.for_each(|&(_, at)| hit(at, true, all));
            }
        }
    }

    fn numbers(&self, place: Place, mut hit: impl FnMut(u32, bool)) {
        let Place { space, first, last, .. } = place;
        let earliest = (space, first.saturating_sub(self.longest));
        let from = self.numbered.partition_point(|&(space, first, ..)| (space, first) < earliest);
        let near = self.numbered.iter().skip(from).take_while(|entry| (entry.0, entry.1) <= (space, last));
        for &(_, begin, end, at) in near.filter(|entry| entry.2 >= first) {
            hit(at, first <= begin && end <= last);
        }
    }

    /// The symbol itself, the elements of an array, and the members of a structure.
    fn named(
        &self,
        name: &str,
        whole: bool,
        value: Option<&Value<'_>>,
        hit: &mut impl FnMut(u32, bool, Part<'_>),
    ) {
        let (array, first) = element(name).map_or((name, None), |(array, first)| (array, Some(first)));
        let list = value.filter(|value| matches!(value, Value::List(_)));
        let from = self.symbols.partition_point(|(other, _)| less(other, name));
        for (symbol, at) in self.symbols.iter().skip(from) {
            let Some(rest) = after(symbol, name) else { break };
            let part = value.map_or(Part::None, Part::All);
            match (rest.is_empty(), list) {
                (true, Some(list)) => hit(*at, whole, Part::Element(list, 0)),
                (true, None) => hit(*at, whole, part),
                (false, Some(list)) => match element(symbol) {
                    Some((before, member)) if before.len() == name.len() => {
                        hit(*at, whole, Part::Element(list, member as usize));
                    }
                    _ if rest.starts_with(['.', '[']) => hit(*at, whole, Part::None),
                    _ => {}
                },
                (false, None) if rest.starts_with(['.', '[']) => hit(*at, whole, Part::None),
                _ => {}
            }
        }
        // A list that begins at one element goes on to the next ones.
        if let (Some(first), Some(list)) = (first, list) {
            let count = decode::length(list);
            let from = self.symbols.partition_point(|(other, _)| less(other, array));
            for (symbol, at) in self.symbols.iter().skip(from) {
                if after(symbol, array).is_none() {
                    break;
                }
                let member = element(symbol).filter(|(before, _)| before.len() == array.len());
                let step = member.and_then(|(_, member)| member.checked_sub(first)).map(|step| step as usize);
                if let Some(step) = step.filter(|&step| 0 < step && step < count) {
                    hit(*at, whole, Part::Element(list, step));
                }
            }
        }
    }
}

/// The array and the place in it: `Load.LC[2]` is `Load.LC` and 2.
fn element(symbol: &str) -> Option<(&str, u32)> {
    let (array, place) = symbol.strip_suffix(']')?.rsplit_once('[')?;
    place.parse().ok().map(|place| (array, place))
}

/// Whether a symbol in small letters comes before a name in any.
fn less(symbol: &str, name: &str) -> bool {
    symbol.bytes().lt(name.bytes().map(|byte| byte.to_ascii_lowercase()))
}

/// What follows the name in a symbol that begins with it.
fn after<'a>(symbol: &'a str, name: &str) -> Option<&'a str> {
    let (start, rest) = symbol.split_at_checked(name.len())?;
    start.eq_ignore_ascii_case(name).then_some(rest)
}

/// Whether a kind is a single bit of what it lies in.
pub(super) const fn bit_of(kind: TagKind) -> Option<u8> {
    match kind {
        TagKind::Bit(bit) => Some(bit),
        _ => None,
    }
}
