//! A client that speaks Modbus/TCP to a controller: one request after another.

use super::{Plan, Step};
use crate::party::{Next, Party, Scene};
use quaywatch_crane::{Area, Image, Tag, Value};
use quaywatch_protocols::modbus::{Adu, HEADER_BYTES, Pdu};

/// A request: the function's code and what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// The function.
    pub code: u8,
    /// Its parameters.
    pub data: Vec<u8>,
}

impl Deed {
    /// Reads registers or bits: 1 coils, 2 discrete inputs, 3 holding registers, 4 input registers.
    #[must_use]
    pub fn read(code: u8, first: u16, count: u16) -> Self {
        Self { code, data: [first.to_be_bytes(), count.to_be_bytes()].concat() }
    }

    /// Writes holding registers, two bytes each.
    #[must_use]
    pub fn registers(first: u16, bytes: &[u8]) -> Self {
        let count = (bytes.len() / 2) as u16;
        let head = [&first.to_be_bytes()[..], &count.to_be_bytes(), &[bytes.len() as u8]].concat();
        Self { code: 0x10, data: [&head, bytes].concat() }
    }

    /// Switches a coil.
    #[must_use]
    pub fn coil(address: u16, on: bool) -> Self {
        let value: u16 = if on { 0xFF00 } else { 0 };
        Self { code: 5, data: [address.to_be_bytes(), value.to_be_bytes()].concat() }
    }

    /// Asks who the device is: the basic objects (0x2B/0x0E).
    #[must_use]
    pub fn identify() -> Self {
        Self { code: 0x2B, data: vec![0x0E, 1, 0] }
    }

    /// Writes a value to a tag. None: nobody can write it, or the value is not the tag's.
    #[must_use]
    pub fn write(tag: &Tag, value: &Value) -> Option<Self> {
        match (tag.area, value) {
            (Area::Coil, Value::Bool(on)) => Some(Self::coil(tag.register, *on)),
            (Area::Holding, _) => {
                let mut image = Image::default();
                image.set(tag, value).ok()?;
                let from = usize::from(tag.byte);
                let bytes = image.block(tag.block)?.get(from..from + tag.kind.bytes())?;
                Some(Self::registers(tag.register, bytes))
            }
            _ => None,
        }
    }
}

/// The client.
pub struct Client {
    plan: Plan<Deed>,
    heard: Vec<u8>,
    transaction: u16,
    waits: bool,
}

impl Client {
    /// A client with this plan.
    #[must_use]
    pub fn new(plan: Plan<Deed>) -> Self {
        Self { plan, heard: Vec::new(), transaction: 0, waits: false }
    }
}

impl Party for Client {
    fn turn(&mut self, heard: &[u8], scene: &mut Scene<'_>, say: &mut Vec<u8>) -> Next {
        self.heard.extend_from_slice(heard);
        while let Some([high, low]) = self.heard.get(4..HEADER_BYTES).and_then(|length| length.first_chunk())
        {
            let whole = HEADER_BYTES + usize::from(u16::from_be_bytes([*high, *low]));
            if self.heard.len() < whole {
                break;
            }
            self.heard.drain(..whole);
            self.waits = false;
        }
        if self.waits {
            return Next::Listen;
        }
        match (self.plan)(scene) {
            Step::Do(deed) => {
                self.transaction = self.transaction.wrapping_add(1);
                let pdu = Pdu { code: deed.code, data: &deed.data };
                Adu { transaction: self.transaction, unit: 1, pdu }.encode(say);
                self.waits = true;
                Next::Listen
            }
            Step::Pause(pause) => Next::Wake(pause),
            Step::Close => Next::Close,
            Step::Stay => Next::Listen,
        }
    }
}
