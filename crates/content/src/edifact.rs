//! EDIFACT interchanges (ISO 9735-1): segments that end in `'`, elements apart by `+`, components by `:`, `?` before a
//! character that is to be taken as it is; `UNA` may say otherwise.
//!
//! Told are the messages by their type, as `UNH` names it: BAPLIE, COARRI, COPRAR, CODECO, VERMAS, IFTMIN and any other. In
//! them are read `EQD` (equipment, 8053 = CN), `TDT` (transport: voyage 8028, vessel 8213 with its code list 1131), `MEA` (measurement in 6411).

use crate::matcher::Finds;
use crate::{container, vessel};

/// How segments are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Syntax {
    component: u8,
    element: u8,
    release: u8,
    /// What ends a segment.
    pub(crate) terminator: u8,
}

/// Without `UNA` (ISO 9735-1, 6.1, level A).
const USUAL: Syntax = Syntax { component: b':', element: b'+', release: b'?', terminator: b'\'' };
/// `UNA` and six service characters.
const UNA_LENGTH: usize = 9;
/// Types of messages have so many letters (ISO 9735-1, 0065).
const TYPE_LENGTH: usize = 6;
/// So many elements and components of a segment are looked at.
const MOST_PARTS: usize = 24;

/// The syntax of an interchange or message that begins with the `U` at `at`, and how many bytes to go on from there.
pub(crate) fn begins(window: &[u8], at: usize) -> Option<(Syntax, usize)> {
    let rest = window.get(at..)?;
    if rest.get(1) != Some(&b'N')
        || at.checked_sub(1).and_then(|before| window.get(before)).is_some_and(u8::is_ascii_alphanumeric)
    {
        return None;
    }
    if rest.starts_with(b"UNB+") || rest.starts_with(b"UNH+") {
        return Some((USUAL, 0));
    }
    let [b'U', b'N', b'A', component, element, _, release, _, terminator] =
        *rest.first_chunk::<UNA_LENGTH>()?
    else {
        return None;
    };
    let service = [component, element, terminator];
    let distinct = component != element && component != terminator && element != terminator;
    let printable = service.iter().all(|byte| byte.is_ascii_punctuation() || matches!(byte, 0x1c..=0x1f));
    (distinct && printable).then_some((Syntax { component, element, release, terminator }, UNA_LENGTH))
}

/// What comes after a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// More segments.
    More,
    /// The interchange is over, or was none.
    Over,
    /// The terminator was not one: it was released.
    Released,
}

impl Syntax {
    /// Reads a segment, without its terminator.
    pub(crate) fn segment(self, segment: &[u8], finds: &mut Finds<'_>) -> Then {
        let releases = segment.iter().rev().take_while(|&&byte| byte == self.release).count();
        if releases % 2 == 1 {
            return Then::Released;
        }
        let segment = segment.trim_ascii();
        let Some(tag) = segment.first_chunk::<3>() else { return Then::Over };
        if !tag.iter().all(u8::is_ascii_uppercase)
            || segment.get(3).is_some_and(|&byte| byte != self.element && byte != self.component)
        {
            return Then::Over;
        }
        match tag {
            b"UNB" => finds.interchange(segment),
            b"UNH" => self.message(segment, finds),
            b"EQD" => self.equipment(segment, finds),
            b"TDT" => self.transport(segment, finds),
            b"MEA" => self.measurement(segment, finds),
            b"UNZ" => return Then::Over,
            _ => {}
        }
        Then::More
    }

    /// A message: its reference (0062), and in S009 its type (0065), version (0052), release and agency.
    fn message(self, segment: &[u8], finds: &mut Finds<'_>) {
        let [kind, version, _, agency] = [0, 1, 2, 3].map(|component| self.part(segment, 2, component));
        let is_type = kind.len() == TYPE_LENGTH && kind.iter().all(u8::is_ascii_uppercase);
        if let (true, true, Ok(kind)) =
            (is_type, !version.is_empty() && !agency.is_empty(), std::str::from_utf8(kind))
        {
            finds.message(kind, segment);
        }
    }

    fn equipment(self, segment: &[u8], finds: &mut Finds<'_>) {
        let number = self.part(segment, 2, 0);
        if let (b"CN", Some(found)) = (self.part(segment, 1, 0), container::whole(number)) {
            finds.container(&found, true);
        }
    }

    fn transport(self, segment: &[u8], finds: &mut Finds<'_>) {
        let voyage = self.part(segment, 2, 0);
        if matches!(self.part(segment, 1, 0), b"20" | b"10") && !voyage.is_empty() {
            finds.vessel("voyage", voyage);
        }
        for element in 3..MOST_PARTS {
            let [id, list] = [0, 1].map(|component| self.part(segment, element, component));
            match list {
                b"146" => {
                    if let Some(imo) = vessel::whole(id) {
                        finds.vessel("IMO", &imo);
                    }
                }
                b"103" if !id.is_empty() => finds.vessel("call sign", id),
                _ => {}
            }
        }
    }

    fn measurement(self, segment: &[u8], finds: &mut Finds<'_>) {
        let (unit, value) = (self.part(segment, 3, 0), self.part(segment, 3, 1));
        if matches!(unit, b"KGM" | b"TNE" | b"LBR") {
            finds.weight(value, true);
        }
    }

    /// A component of an element, as it is written.
    fn part(self, segment: &[u8], element: usize, component: usize) -> &[u8] {
        self.split(segment, self.element, element)
            .map_or(&[], |whole| self.split(whole, self.component, component).unwrap_or(&[]))
    }

    /// The part with this number between separators that are not released.
    fn split(self, text: &[u8], separator: u8, wanted: usize) -> Option<&[u8]> {
        let (mut start, mut number, mut released) = (0, 0, false);
        for (place, &byte) in text.iter().enumerate() {
            if released {
                released = false;
            } else if byte == self.release {
                released = true;
            } else if byte == separator {
                if number == wanted {
                    return text.get(start..place);
                }
                (start, number) = (place + 1, number + 1);
            }
        }
        (number == wanted).then(|| text.get(start..)).flatten()
    }
}
