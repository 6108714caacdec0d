//! The objects of operations, as the decoders write them.

/// A numbered space of Modbus or S7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Space {
    /// Coils, which can be written.
    Coil,
    /// Discrete inputs, which cannot.
    Discrete,
    /// Input registers, which cannot be written.
    Input,
    /// Holding registers, which can.
    Holding,
    /// A data block.
    DataBlock(u16),
    /// An instance data block.
    Instance(u16),
    /// Flags ("Merker").
    Flag,
    /// Inputs.
    InputArea,
    /// Outputs.
    OutputArea,
    /// Peripheral, past the process image.
    Peripheral,
    /// Timers, counted in timers.
    Timer,
    /// Counters, counted in counters.
    Counter,
}

impl Space {
    /// How many bits one number stands for.
    pub(crate) const fn unit_bits(self) -> u32 {
        match self {
            Self::Input | Self::Holding | Self::Timer | Self::Counter => 16,
            _ => 1,
        }
    }
}

/// A stretch of a numbered space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) space: Space,
    pub(crate) first: u32,
    /// The last, included.
    pub(crate) last: u32,
    /// How many units one value takes.
    pub(crate) step: u32,
}

/// What an item is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Object<'a> {
    Numbered(Place),
    /// A symbol; `whole` unless it is a fragment.
    Symbol {
        name: &'a str,
        whole: bool,
    },
    Logical(u32, u32, Option<u32>),
    Node(&'a str),
}

impl<'a> Object<'a> {
    /// Reads an object of a protocol; `None` where no tag can be there.
    pub(crate) fn parse(protocol: &str, text: &'a str) -> Option<Self> {
        match protocol {
            "modbus" => modbus(text).map(Self::Numbered),
            "s7comm" => s7(text).map(Self::Numbered),
            "cip" | "enip" => cip(text),
            "opcua" => (text.contains('=')).then_some(Self::Node(text)),
            _ => None,
        }
    }
}

/// `holding 90..120`, `coil 5`, `holding 3..4 (read)`.
fn modbus(text: &str) -> Option<Place> {
    let (word, rest) = text.split_once(' ')?;
    let space = match word {
        "holding" => Space::Holding,
        "input" => Space::Input,
        "coil" => Space::Coil,
        "discrete" => Space::Discrete,
        _ => return None,
    };
    if rest.ends_with("(none)") {
        return None;
    }
    let rest = rest.strip_suffix(" (read)").unwrap_or(rest);
    let (first, last) = rest.split_once("..").unwrap_or((rest, rest));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then_some(Place { space, first, last, step: 1 })
}

/// The largest data block and offset S7 can address: 16 bits of block, 24 bits of bit address.
const MOST_BITS: u32 = 1 << 24;

/// Addresses of S7 in bits, as `Specification` displays them and as programmers of either language write them:
/// `DB120.DBD4`, `DB1.DBX0.3..0.7`, `DB5.DBB0..9`, `DB5.DBD0..8` (the last begins at 8), `M10.0`, `EW4`, `T3`.
pub(crate) fn s7(text: &str) -> Option<Place> {
    let text = text.trim().trim_start_matches('%');
    let (first, rest) = letters(text);
    if let Some(kind) = ["DB", "DI"].into_iter().find(|kind| first.eq_ignore_ascii_case(kind)) {
        let (block, rest) = rest.split_once('.')?;
        let block = block.trim().parse().ok()?;
        let space = if kind == "DB" { Space::DataBlock(block) } else { Space::Instance(block) };
        let (width, rest) = letters(rest.trim());
        let width = match width.get(..2) {
            Some(two) if two.eq_ignore_ascii_case(kind) => width.get(2..)?,
            _ => width,
        };
        return stretch(space, width, rest);
    }
    let area = first.chars().next()?.to_ascii_uppercase();
    let width = first.get(1..)?;
    let space = match area {
        'M' => Space::Flag,
        'I' | 'E' => Space::InputArea,
        'Q' | 'A' => Space::OutputArea,
        'P' => Space::Peripheral,
        'T' | 'C' | 'Z' if width.is_empty() => {
            let space = if area == 'T' { Space::Timer } else { Space::Counter };
            let (first, last) = rest.split_once("..").unwrap_or((rest, rest));
            let (first, last) = (first.trim().parse::<u16>().ok()?, last.trim().parse::<u16>().ok()?);
            let place = Place { space, first: first.into(), last: last.into(), step: 1 };
            return (first <= last).then_some(place);
        }
        _ => return None,
    };
    stretch(space, width, rest)
}

/// The letters a text begins with, and the rest.
fn letters(text: &str) -> (&str, &str) {
    let at = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    text.split_at_checked(at).unwrap_or((text, ""))
}

fn stretch(space: Space, width: &str, rest: &str) -> Option<Place> {
    let (first, last) = match rest.split_once("..") {
        Some((first, last)) => (first.trim(), Some(last.trim())),
        None => (rest.trim(), None),
    };
    let step = match *width.as_bytes() {
        [] | [b'X' | b'x'] => 1,
        [b'B' | b'b'] => 8,
        [b'W' | b'w'] => 16,
        [b'D' | b'd'] => 32,
        _ => return None,
    };
    let place = |text: &str| -> Option<u32> {
        let bits = if step == 1 {
            let (byte, bit) = text.split_once('.')?;
            let bit = bit.parse::<u32>().ok().filter(|&bit| bit < 8)?;
            byte.parse::<u32>().ok()?.checked_mul(8)?.checked_add(bit)?
        } else {
            text.parse::<u32>().ok()?.checked_mul(8)?
        };
        (bits < MOST_BITS).then_some(bits)
    };
    let first = place(first)?;
    let last = match last {
        Some(last) => place(last)?,
        None => first,
    };
    // What follows `..` is where the last value begins.
    (first <= last).then_some(Place { space, first, last: last + (step - 1), step })
}

fn cip(text: &str) -> Option<Object<'_>> {
    if let Some(symbol) = text.strip_prefix("symbol ") {
        return Some(match symbol.split_once(' ') {
            None => Object::Symbol { name: symbol, whole: true },
            Some((name, rest)) if rest.starts_with("offset ") => Object::Symbol { name, whole: false },
            // A service's own wording follows; what it is about is the symbol all the same.
            Some((name, _)) => Object::Symbol { name, whole: false },
        });
    }
    if let Some((class, instance, attribute)) = logical(text) {
        return Some(Object::Logical(class, instance, attribute));
    }
    // PCCC's data tables, such as `N7:0`, are named as symbols are.
    let table = text.split_once(':').is_some_and(|(file, _)| {
        file.starts_with(|c: char| c.is_ascii_uppercase()) && file.ends_with(|c: char| c.is_ascii_digit())
    });
    table.then_some(Object::Symbol { name: text, whole: true })
}

/// `Identity (0x01) instance 1 attribute 3`, `class 0x8E instance 1`.
pub(crate) fn logical(text: &str) -> Option<(u32, u32, Option<u32>)> {
    let (class, rest) = text.split_once(" instance ")?;
    let hex = match class.strip_prefix("class ") {
        Some(class) => class.trim(),
        None => class.rsplit_once('(').and_then(|(_, hex)| hex.strip_suffix(')'))?,
    };
    let class = match hex.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => hex.parse().ok()?,
    };
    match rest.split_once(" attribute ") {
        Some((instance, attribute)) => {
            Some((class, instance.trim().parse().ok()?, Some(attribute.trim().parse().ok()?)))
        }
        None => Some((class, rest.trim().parse().ok()?, None)),
    }
}
