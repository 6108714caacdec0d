//! What a request is about, read from the beginning of its payload.

use super::names::{Attribute, Object, attribute, object};
use super::value::Scalar;
use super::wire::{Function, vlq};
use quaywatch_model::{Item, Value};
use quaywatch_wire::Reader;
use std::fmt;

/// A number of 32 bits in groups of seven.
fn number(reader: &mut Reader<'_>) -> Option<u32> {
    u32::try_from(vlq(reader, "number").ok()?).ok()
}

/// The head of a created object.
#[derive(Clone, Copy)]
pub(super) struct Created<'a> {
    /// Where it is created.
    pub(super) container: u32,
    /// What it is to be called; 211 leaves that to the controller.
    pub(super) id: u32,
    /// What kind of object.
    pub(super) class: u32,
    /// Its name, if that is its first attribute.
    pub(super) name: Option<&'a str>,
    /// The object as it was sent, from its first tag on.
    pub(super) bytes: &'a [u8],
}

/// Begins an object.
const OBJECT_TAG: u8 = 0xA1;
/// Begins an attribute.
const ATTRIBUTE_TAG: u8 = 0xA3;

impl<'a> Created<'a> {
    /// Reads the payload of a create.
    pub(super) fn decode(payload: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(payload);
        let container = reader.u32_be("container").ok()?;
        Scalar::decode(&mut reader)?;
        reader.skip(4, "unknown").ok()?;
        if reader.peek().first() != Some(&OBJECT_TAG) {
            // Sessions with integrity count their requests here.
            vlq(&mut reader, "integrity id").ok()?;
        }
        Self::object(container, reader.rest())
    }

    /// Reads an object from its first tag on.
    pub(super) fn object(container: u32, bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.u8("object tag").ok()? != OBJECT_TAG {
            return None;
        }
        let id = reader.u32_be("object id").ok()?;
        let class = number(&mut reader)?;
        let _flags = number(&mut reader)?;
        let _attribute = number(&mut reader)?;
        Some(Self { container, id, class, name: name(reader), bytes })
    }
}

/// The first attribute's value, if it is the name.
fn name(mut reader: Reader<'_>) -> Option<&str> {
    if reader.u8("attribute tag").ok()? != ATTRIBUTE_TAG || number(&mut reader)? != attribute::NAME {
        return None;
    }
    match Scalar::decode(&mut reader)? {
        Scalar::Text(name) => Some(name),
        _ => None,
    }
}

/// The name of the transaction a begin of sequence opens.
pub(super) fn transaction(payload: &[u8]) -> Option<&str> {
    // Three bytes and a reserved one, of which the third is 1 where an object follows.
    Created::object(0, payload.get(4..)?)?.name
}

/// Several addresses: attributes of one object, or variables each with an address of its own.
#[derive(Clone, Copy)]
pub(super) struct Addresses<'a> {
    /// The object; 0 where variables follow.
    pub(super) object: u32,
    /// How many.
    count: u32,
    reader: Reader<'a>,
}

/// One address.
pub(super) enum Address<'a> {
    Attribute(u32, u32),
    Variable { area: u32, sub_area: u32, path: Reader<'a>, ids: u32 },
}

impl<'a> Addresses<'a> {
    /// Reads the head of a payload with several addresses.
    pub(super) fn decode(payload: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(payload);
        let object = reader.u32_be("object").ok()?;
        let count = number(&mut reader)?;
        let _fields = number(&mut reader)?;
        Some(Self { object, count, reader })
    }

    /// The addresses, then what stands behind them.
    pub(super) fn next(&mut self) -> Option<Address<'a>> {
        self.count = self.count.checked_sub(1)?;
        if self.object != 0 {
            return Some(Address::Attribute(self.object, number(&mut self.reader)?));
        }
        let _checksum = number(&mut self.reader)?;
        let area = number(&mut self.reader)?;
        let ids = number(&mut self.reader)?.checked_sub(1)?;
        let sub_area = number(&mut self.reader)?;
        let path = self.reader;
        for _ in 0..ids {
            number(&mut self.reader)?;
        }
        Some(Address::Variable { area, sub_area, path, ids })
    }

    /// What stands behind the addresses.
    pub(super) fn behind(mut self) -> Option<Reader<'a>> {
        while self.count > 0 {
            self.next()?;
        }
        Some(self.reader)
    }
}

impl Address<'_> {
    /// The attribute, where it is one.
    pub(super) const fn attribute(&self) -> Option<u32> {
        match *self {
            Self::Attribute(_, attribute) => Some(attribute),
            Self::Variable { .. } => None,
        }
    }
}

/// `DB3.10` is the variable with local id 10 of DB3; `CPU common attribute 3451`.
impl fmt::Display for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Attribute(object, attribute) => write!(f, "{} {}", Object(object), Attribute(attribute)),
            Self::Variable { area, sub_area, mut path, ids } => {
                write!(f, "{}", Object(area))?;
                if !matches!(sub_area, attribute::BLOCK_VALUE | attribute::AREA_VALUE) {
                    write!(f, " {}", Attribute(sub_area))?;
                }
                (0..ids).try_for_each(|_| number(&mut path).map_or(Ok(()), |id| write!(f, ".{id}")))
            }
        }
    }
}

/// Tells addresses with values: numbers of items before each, as both writes and answers to reads have them.
pub(super) fn tell_values(
    addresses: Option<Addresses<'_>>,
    mut values: Reader<'_>,
    tell: &mut dyn FnMut(Item<'_>),
) {
    let mut addresses = addresses;
    let mut value = next_value(&mut values);
    let mut number = 0;
    while let Some(address) = addresses.as_mut().and_then(Addresses::next) {
        number += 1;
        let mine = value.filter(|(of, _)| *of == number).map(|(_, value)| value);
        if mine.is_some() {
            value = next_value(&mut values);
        }
        match mine {
            _ if address.attribute().is_some_and(attribute::is_secret) => {
                tell(Item::valued(&address, Value::Secret));
            }
            Some(scalar) => tell(Item::valued(&address, scalar.value())),
            None => tell(Item::named(&address)),
        }
    }
}

/// The next numbered value. The list ends with 0; a value that cannot be read ends it for us.
fn next_value<'a>(values: &mut Reader<'a>) -> Option<(u32, Scalar<'a>)> {
    let of = number(values).filter(|&of| of != 0)?;
    match Scalar::decode(values) {
        Some(value) => Some((of, value)),
        None => {
            *values = Reader::new(&[]);
            None
        }
    }
}

/// One object, one attribute, one value.
#[derive(Clone, Copy)]
pub(super) struct Single<'a> {
    pub(super) object: u32,
    pub(super) attribute: u32,
    pub(super) value: Option<Scalar<'a>>,
}

impl<'a> Single<'a> {
    /// Reads the payload of a set of one attribute, or of a get where `function` is one.
    pub(super) fn decode(function: Function, payload: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(payload);
        let object = reader.u32_be("object").ok()?;
        if matches!(function, Function::GET_VAR_SUBSTREAMED | Function::SET_VAR_SUBSTREAMED) {
            // An array of addresses of type UDInt: its flags and type.
            if reader.array("address flags").ok()? != [0x20, 0x04] {
                return None;
            }
        }
        if number(&mut reader)? == 0 {
            return None;
        }
        let attribute = number(&mut reader)?;
        let value = (function == Function::SET_VARIABLE).then(|| Scalar::decode(&mut reader)).flatten();
        Some(Self { object, attribute, value })
    }

    /// Whether the object is the session or lives in it.
    pub(super) const fn is_of_session(&self, session: u32) -> bool {
        self.object == session || object::is_transient(self.object)
    }
}
