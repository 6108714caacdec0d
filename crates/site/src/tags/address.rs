//! Addresses of tags, as tag maps write them.

use super::object::{Place, Space, logical, s7};
use crate::words::{protocol, same};

/// Where a tag is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagAddress {
    /// In a numbered space of Modbus or S7: from here to there, both included. Registers and coils are counted in
    /// registers and coils, the areas of S7 in bits.
    Numbered {
        /// Which space.
        space: Space,
        /// The first.
        first: u32,
        /// The last.
        last: u32,
    },
    /// A symbol of a CIP controller: `Program:Main.Par.OverloadPct`.
    Symbol(String),
    /// An attribute of a CIP object.
    Logical {
        /// The class.
        class: u32,
        /// The instance.
        instance: u32,
        /// The attribute, where it is not all of them.
        attribute: Option<u32>,
    },
    /// A node of OPC UA: `ns=2;s=STS07/Load/Net`.
    Node(String),
}

/// What the bytes of a tag are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagKind {
    /// What the wire says it is; CIP and OPC UA tell.
    AsSent,
    /// A switch.
    Bool,
    /// One bit of a register or whole number, 0 the lowest.
    Bit(u8),
    /// A whole number of so many bits, with or without sign.
    Integer {
        /// 8, 16, 32 or 64.
        bits: u8,
        /// Whether it has a sign.
        signed: bool,
    },
    /// IEEE 754, 32 or 64 bits.
    Float {
        /// 32 or 64.
        bits: u8,
    },
    /// So many characters, without those that are 0 or blank at its end.
    Chars(u16),
    /// A STRING of S7: its greatest and present length, then so many characters.
    S7String(u8),
}

impl TagKind {
    /// What can be written in the column `type`.
    pub(crate) const VALID: &str = "bool, bit 0 to bit 31, int8, uint8, int16, uint16, int32, uint32, int64, \
                                    uint64, float32, float64, chars[n], string[n] (S7), or nothing where the \
                                    protocol tells (CIP, OPC UA)";

    /// The most characters of a text: more do not fit into a message of Modbus or S7.
    pub(crate) const MOST_CHARACTERS: u16 = 254;

    /// From the column `type`, in the names of IEC 61131-3 or of programming languages.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let lower = text.trim().to_ascii_lowercase();
        let (word, argument) = match lower.find(['[', '(', ' ']) {
            Some(at) => lower.split_at_checked(at)?,
            None => (lower.as_str(), ""),
        };
        let argument = argument.trim_matches(|c: char| matches!(c, '[' | ']' | '(' | ')' | ' '));
        if let Some(bits) = Self::with_argument(word, argument) {
            return bits;
        }
        let integer = |bits, signed| Some(Self::Integer { bits, signed });
        match word {
            "" => Some(Self::AsSent),
            "bool" | "boolean" => Some(Self::Bool),
            "int8" | "sint" | "i8" => integer(8, true),
            "uint8" | "usint" | "byte" | "u8" => integer(8, false),
            "int16" | "int" | "i16" => integer(16, true),
            "uint16" | "uint" | "word" | "u16" => integer(16, false),
            "int32" | "dint" | "i32" => integer(32, true),
            "uint32" | "udint" | "dword" | "u32" => integer(32, false),
            "int64" | "lint" | "i64" => integer(64, true),
            "uint64" | "ulint" | "lword" | "u64" => integer(64, false),
            "float32" | "real" | "float" | "f32" => Some(Self::Float { bits: 32 }),
            "float64" | "lreal" | "double" | "f64" => Some(Self::Float { bits: 64 }),
            _ => None,
        }
    }

    fn with_argument(word: &str, argument: &str) -> Option<Option<Self>> {
        let number = argument.parse::<u16>().ok();
        match word {
            "bit" => Some(number.filter(|&bit| bit < 32).map(|bit| Self::Bit(bit as u8))),
            "string" if argument.is_empty() => Some(Some(Self::AsSent)),
            "chars" | "char" => {
                Some(number.filter(|n| (1..=Self::MOST_CHARACTERS).contains(n)).map(Self::Chars))
            }
            "string" => Some(
                number.filter(|n| (1..=Self::MOST_CHARACTERS).contains(n)).map(|n| Self::S7String(n as u8)),
            ),
            _ => (!argument.is_empty()).then_some(None),
        }
    }

    /// How many bits it takes, where the kind says so.
    pub(crate) const fn bits(self) -> Option<u32> {
        match self {
            Self::AsSent | Self::Bit(_) => None,
            Self::Bool => Some(1),
            Self::Integer { bits, .. } | Self::Float { bits } => Some(bits as u32),
            Self::Chars(count) => Some(count as u32 * 8),
            Self::S7String(count) => Some((count as u32 + 2) * 8),
        }
    }
}

/// The order of a number's bytes, A the highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Highest first, as the standards of Modbus and S7 have it.
    #[default]
    Abcd,
    /// Registers lowest first, their bytes highest first.
    Cdab,
    /// Registers highest first, their bytes lowest first.
    Badc,
    /// Lowest first.
    Dcba,
}

impl Order {
    /// What can be written in the column `endianness`.
    pub(crate) const VALID: &str = "ABCD (big), CDAB (big, registers swapped), BADC, DCBA (little)";

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is = |words: &[&str]| words.iter().any(|word| same(word, text));
        if is(&["", "abcd", "big", "be", "big endian", "ab"]) {
            Some(Self::Abcd)
        } else if is(&["cdab", "word swap", "word-swapped", "swapped", "big swap"]) {
            Some(Self::Cdab)
        } else if is(&["badc", "byte swap", "byte-swapped"]) {
            Some(Self::Badc)
        } else if is(&["dcba", "little", "le", "little endian", "ba"]) {
            Some(Self::Dcba)
        } else {
            None
        }
    }
}

/// What is wrong with an address: what would be valid.
pub(crate) type Wrong = &'static str;

/// The protocols a tag map can be about.
pub(crate) const PROTOCOLS: [&str; 4] = ["modbus", "s7comm", "cip", "opcua"];

const MODBUS: Wrong = "holding 100, holding 100..101, input 5, coil 5, discrete 3, or 40101, 30006, 00006, 10004 \
                       (which count from 1)";
const S7: Wrong =
    "DB120.DBD4, DB1.DBX0.3, DB1.DBW2, M10.0, MB0, MW4, MD8, I0.1 or E0.1, Q0.1 or A0.1, T3, C1 or Z1";
const CIP: Wrong = "a symbol such as Program:Main.Par.OverloadPct, or class 0x04 instance 100 attribute 3";
const OPCUA: Wrong = "ns=2;s=STS07/Load/Net, ns=2;i=1001, ns=1;g=..., ns=1;b=... or i=2258";

impl TagAddress {
    /// Reads an address of the protocol; gives the address and the kind, which the address may have to tell.
    pub(crate) fn parse(name: &str, text: &str, kind: TagKind) -> Result<(Self, TagKind), Wrong> {
        let text = text.trim();
        match protocol(name.trim()) {
            name if same(name, "modbus") => modbus(text, kind),
            name if same(name, "s7comm") => siemens(text, kind),
            name if same(name, "cip") || same(name, "enip") => cip(text, kind).ok_or(CIP),
            name if same(name, "opcua") => node(text).map(|node| (Self::Node(node), kind)).ok_or(OPCUA),
            _ => Err("modbus, s7, cip, opcua"),
        }
    }
}

fn modbus(text: &str, kind: TagKind) -> Result<(TagAddress, TagKind), Wrong> {
    let (space, first, last, bit) = modbus_place(text).ok_or(MODBUS)?;
    let bits = matches!(space, Space::Coil | Space::Discrete);
    let kind = match (kind, bit) {
        (_, Some(_)) if bits => return Err(MODBUS),
        (TagKind::AsSent | TagKind::Bool | TagKind::Bit(_), Some(bit)) => TagKind::Bit(bit),
        (_, Some(_)) => return Err("type bool or bit for one bit of a register"),
        (TagKind::AsSent, None) if bits => TagKind::Bool,
        (TagKind::AsSent, None) if last.is_none_or(|last| last == first) => {
            TagKind::Integer { bits: 16, signed: false }
        }
        (TagKind::AsSent, None) => return Err("a type, because the address is of several registers"),
        (TagKind::Bool, None) if !bits => TagKind::Bit(0),
        (kind, None) => kind,
    };
    let wanted = match kind {
        TagKind::Bool if bits => 1,
        _ if bits => return Err("type bool for coils and discrete inputs"),
        TagKind::S7String(_) => return Err("chars[n] for text in registers"),
        TagKind::Bit(bit) => u32::from(bit) / 16 + 1,
        kind => kind.bits().unwrap_or(16).div_ceil(16),
    };
    let end = first + wanted - 1;
    if last.is_some_and(|last| last != end) {
        return Err(
            "as many registers as the type has: 1 for 16 bits, 2 for 32, 4 for 64, one for two characters",
        );
    }
    if end > u32::from(u16::MAX) {
        return Err("addresses up to 65535");
    }
    Ok((TagAddress::Numbered { space, first, last: end }, kind))
}

/// Space, first, last where it is said, bit of a register where it is said.
fn modbus_place(text: &str) -> Option<(Space, u32, Option<u32>, Option<u8>)> {
    /// How the tables are called, by what begins the name; the first that fits counts.
    const TABLES: [(&str, Space); 14] = [
        ("holding registers", Space::Holding),
        ("holding register", Space::Holding),
        ("holding", Space::Holding),
        ("input registers", Space::Input),
        ("input register", Space::Input),
        ("discrete inputs", Space::Discrete),
        ("discrete input", Space::Discrete),
        ("discrete", Space::Discrete),
        ("input", Space::Input),
        ("coil", Space::Coil),
        ("%mw", Space::Holding),
        ("hr", Space::Holding),
        ("ir", Space::Input),
        ("di", Space::Discrete),
    ];
    let lower = text.to_ascii_lowercase();
    let named =
        TABLES.iter().find_map(|&(name, space)| lower.strip_prefix(name).map(|rest| (space, rest.trim())));
    let Some((space, rest)) = named else { return traditional(&lower) };
    let (first, last) = match rest.split_once("..").or_else(|| rest.split_once('-')) {
        Some((first, last)) => (first.trim(), Some(last.trim().parse::<u16>().ok()?.into())),
        None => (rest, None),
    };
    let (first, bit) = match first.split_once('.') {
        Some((first, bit)) => (first, Some(bit.parse::<u8>().ok().filter(|&bit| bit < 16)?)),
        None => (first, None),
    };
    let first = u32::from(first.parse::<u16>().ok()?);
    (last.is_none_or(|last| last >= first)).then_some((space, first, last, bit))
}

/// `40101`, `400101`: the table in the first digit, the rest counted from 1.
fn traditional(text: &str) -> Option<(Space, u32, Option<u32>, Option<u8>)> {
    let (digits, bit) = match text.split_once('.') {
        Some((digits, bit)) => (digits, Some(bit.parse::<u8>().ok().filter(|&bit| bit < 16)?)),
        None => (text, None),
    };
    if !matches!(digits.len(), 5 | 6) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (table, number) = digits.split_at_checked(1)?;
    let space = match table {
        "0" => Space::Coil,
        "1" => Space::Discrete,
        "3" => Space::Input,
        "4" => Space::Holding,
        _ => return None,
    };
    let first = number.parse::<u32>().ok()?.checked_sub(1).filter(|&first| first <= u32::from(u16::MAX))?;
    Some((space, first, None, bit))
}

fn siemens(text: &str, kind: TagKind) -> Result<(TagAddress, TagKind), Wrong> {
    let Place { space, first, last, step } = s7(text).ok_or(S7)?;
    if matches!(space, Space::Timer | Space::Counter) {
        return match kind {
            TagKind::AsSent if first == last => Ok((TagAddress::Numbered { space, first, last }, kind)),
            TagKind::AsSent => Err(S7),
            _ => Err("no type for timers and counters"),
        };
    }
    let kind = match (kind, step) {
        (TagKind::AsSent, 1) => TagKind::Bool,
        (TagKind::AsSent, 8 | 16 | 32) if last - first + 1 == step => {
            TagKind::Integer { bits: step as u8, signed: false }
        }
        (TagKind::AsSent, _) => return Err("a type, because the address is of several values"),
        (TagKind::Bool, 8 | 16 | 32) => TagKind::Bit(0),
        (kind, _) => kind,
    };
    let width = match kind {
        TagKind::Bit(bit) if u32::from(bit) < step => step,
        TagKind::Bit(_) => return Err("a bit that lies in the byte, word or double word"),
        kind => kind.bits().unwrap_or(step),
    };
    // B only says where a value begins; the other letters say how long it is.
    if step != 8 && width != step {
        return Err(
            "a type as long as the address says: X for bool, B for 8 bits or any other length, W for 16, D for 32",
        );
    }
    let end = first.checked_add(width - 1).ok_or(S7)?;
    if last > first + (step - 1) && last != end {
        return Err("as many bytes as the type has");
    }
    Ok((TagAddress::Numbered { space, first, last: end }, kind))
}

fn cip(text: &str, kind: TagKind) -> Option<(TagAddress, TagKind)> {
    /// As long as symbols of Logix with their members become: a few names of 40 characters.
    const LONGEST: usize = 500;
    if let Some((class, instance, attribute)) = logical(text).or_else(|| slashed(text)) {
        return Some((TagAddress::Logical { class, instance, attribute }, kind));
    }
    let symbol = text.strip_prefix("symbol ").unwrap_or(text).trim();
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '[' | ']' | ',' | '{' | '}');
    let begins = symbol.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '{'));
    (begins && symbol.len() <= LONGEST && symbol.chars().all(plain))
        .then(|| (TagAddress::Symbol(symbol.to_owned()), kind))
}

/// `0x04/100/3` or `4/100`.
fn slashed(text: &str) -> Option<(u32, u32, Option<u32>)> {
    let number = |text: &str| match text.trim().strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => text.trim().parse().ok(),
    };
    let mut parts = text.split('/');
    let (class, instance) = (number(parts.next()?)?, number(parts.next()?)?);
    let attribute = match parts.next() {
        Some(part) => Some(number(part)?),
        None => None,
    };
    parts.next().is_none().then_some((class, instance, attribute))
}

/// As OPC 10000-6, 5.3.1.10 writes it, brought to the one form that operations have: no `ns=0;`.
fn node(text: &str) -> Option<String> {
    /// The longest identifier OPC 10000-3, 8.2.4 allows, and its namespace.
    const LONGEST: usize = 4_096 + 16;
    let (namespace, identifier) = match text.strip_prefix("ns=") {
        Some(rest) => {
            let (namespace, identifier) = rest.split_once(';')?;
            (namespace.parse::<u16>().ok()?, identifier)
        }
        None => (0, text),
    };
    let (kind, value) = identifier.split_once('=')?;
    let valid = match kind {
        "i" => value.parse::<u32>().is_ok(),
        "s" => !value.is_empty() && !value.contains(char::is_control),
        "g" => value.len() == 36 && value.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'),
        "b" => !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b)),
        _ => false,
    };
    let value = if kind == "g" { value.to_ascii_lowercase() } else { value.to_owned() };
    let value = if kind == "i" { value.parse::<u32>().ok()?.to_string() } else { value };
    let namespace = if namespace == 0 { String::new() } else { format!("ns={namespace};") };
    (valid && text.len() <= LONGEST).then(|| format!("{namespace}{kind}={value}"))
}
