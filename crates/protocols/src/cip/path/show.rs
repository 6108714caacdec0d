//! Paths as people write them.

use super::super::names;
use super::super::wire::class;
use super::{Logical, Path, Segment};
use quaywatch_model::Digits;
use std::fmt::{self, Display as _, Write};

/// Shows what a path addresses: `symbol Program:Main.Par[3].X`, `Identity (0x01) instance 1 attribute 3`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Object<'a> {
    pub(crate) path: Path<'a>,
    /// An attribute that stands in the service's data, not in the path.
    pub(crate) attribute: Option<u16>,
}

impl<'a> Object<'a> {
    pub(crate) const fn of(path: Path<'a>) -> Self {
        Self { path, attribute: None }
    }
}

impl fmt::Display for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = Shown { f, first: true, inside: Inside::Nothing, class: None };
        if let Some((class, instance)) = self.path.class_and_instance() {
            shown.logical(Logical::CLASS, class.into())?;
            shown.logical(Logical::INSTANCE, instance.into())?;
        } else {
            shown.segments(self.path)?;
        }
        match self.attribute {
            Some(attribute) => {
                shown.word("attribute ")?;
                shown.f.decimal(attribute)
            }
            None if shown.first => shown.f.write_str("object not told"),
            None => Ok(()),
        }
    }
}

/// What the segment before left open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    Symbol,
    Index,
}

struct Shown<'f, 'g> {
    f: &'f mut fmt::Formatter<'g>,
    first: bool,
    inside: Inside,
    class: Option<u32>,
}

impl Shown<'_, '_> {
    fn segments(&mut self, path: Path<'_>) -> fmt::Result {
        let mut segments = path.segments();
        for segment in segments.by_ref() {
            self.segment(segment)?;
        }
        self.close_index()?;
        if segments.are_whole() { Ok(()) } else { self.word("unreadable path") }
    }

    fn segment(&mut self, segment: Segment<'_>) -> fmt::Result {
        match segment {
            Segment::Symbol(name) | Segment::ShortSymbol(name) => {
                self.close_index()?;
                if self.inside == Inside::Symbol {
                    self.f.write_char('.')?;
                } else {
                    self.word("symbol ")?;
                }
                self.inside = Inside::Symbol;
                Printable(name).fmt(self.f)
            }
            Segment::Logical { kind: Logical::MEMBER, value, .. } if self.inside != Inside::Nothing => {
                self.f.write_char(if self.inside == Inside::Index { ',' } else { '[' })?;
                self.inside = Inside::Index;
                self.f.decimal(value)
            }
            Segment::Logical { kind, value, .. } => self.logical(kind, value),
            Segment::ExtendedLogical { kind, value, .. } => {
                self.word("extended logical ")?;
                write!(self.f, "{kind}:{value}")
            }
            Segment::OtherSymbol { data, .. } => {
                self.word("symbol ")?;
                data.iter().try_for_each(|byte| write!(self.f, "{byte:02x}"))
            }
            Segment::Service(service) => {
                self.word("service ")?;
                write!(self.f, "0x{service:02X}")
            }
            Segment::Port { .. } | Segment::Key(_) | Segment::Network { .. } | Segment::Data(_) => Ok(()),
        }
    }

    fn logical(&mut self, kind: Logical, value: u32) -> fmt::Result {
        self.close_index()?;
        self.inside = Inside::Nothing;
        match kind {
            Logical::CLASS => {
                self.class = Some(value);
                self.word("")?;
                return match (names::class(value), u8::try_from(value)) {
                    ("unknown", Ok(number)) => {
                        self.f.write_str("class 0x")?;
                        self.f.hex(number, 2)
                    }
                    ("unknown", Err(_)) => write!(self.f, "class 0x{value:02X}"),
                    // Nearly all there is: written piece by piece, which is cheaper than a format.
                    (name, Ok(number)) => {
                        self.f.write_str(name)?;
                        self.f.write_str(" (0x")?;
                        self.f.hex(number, 2)?;
                        self.f.write_char(')')
                    }
                    (name, Err(_)) => write!(self.f, "{name} (0x{value:02X})"),
                };
            }
            Logical::INSTANCE => {
                self.word("instance ")?;
                // A tag's instance can be followed by array indices, as its name can.
                if self.class == Some(class::SYMBOL) {
                    self.inside = Inside::Symbol;
                }
            }
            Logical::MEMBER => self.word("member ")?,
            Logical::CONNECTION_POINT => self.word("connection point ")?,
            _ => self.word("attribute ")?,
        }
        self.f.decimal(value)
    }

    fn word(&mut self, word: &str) -> fmt::Result {
        self.close_index()?;
        if !std::mem::take(&mut self.first) {
            self.f.write_char(' ')?;
        }
        self.f.write_str(word)
    }

    fn close_index(&mut self) -> fmt::Result {
        if self.inside == Inside::Index {
            self.inside = Inside::Symbol;
            self.f.write_char(']')?;
        }
        Ok(())
    }
}

/// Shows the hops of a path: `1/0`, `1/1,2/192.168.1.5`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route<'a>(pub(crate) Path<'a>);

impl fmt::Display for Route<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut comma = "";
        for segment in self.0.segments() {
            if let Segment::Port { port, link, .. } = segment {
                f.write_str(std::mem::replace(&mut comma, ","))?;
                f.decimal(port)?;
                f.write_char('/')?;
                match link {
                    &[node] => f.decimal(node)?,
                    name => Printable(name).fmt(f)?,
                }
            }
        }
        Ok(())
    }
}

/// Names from the wire, with everything that is no plain character written as `\x..`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Printable<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while !rest.is_empty() {
            let plain = rest.iter().take_while(|byte| matches!(byte, b' '..=b'~') && **byte != b'\\').count();
            let (before, behind) = rest.split_at_checked(plain).unwrap_or_default();
            f.write_str(std::str::from_utf8(before).unwrap_or_default())?;
            rest = match behind.split_first() {
                Some((b'\\', behind)) => f.write_str("\\\\").map(|()| behind)?,
                Some((byte, behind)) => write!(f, "\\x{byte:02x}").map(|()| behind)?,
                None => behind,
            };
        }
        Ok(())
    }
}
