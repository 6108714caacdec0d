//! The controller's objects besides its tags: identity, message router, program name, clock, mode, changes.

use super::address::Object;
use super::answer::{Outcome, Refusal, general, nothing_left};
use super::symbols;
use crate::{Mode, Plc};
use quaywatch_crane::{Value, find};
use quaywatch_model::Timestamp;
use quaywatch_protocols::cip::identity::Identity;
use quaywatch_protocols::cip::wire::{class, service};
use quaywatch_wire::Reader;

/// Classes of Logix controllers, whose layouts are those of captured answers (ITI/ICS-Security-Tools, EIP-*.pcap).
mod logix {
    pub(super) const PROGRAM_NAME: u32 = 0x64;
    pub(super) const CLOCK: u32 = 0x8B;
    pub(super) const MODE: u32 = 0x8E;
    pub(super) const CHANGES: u32 = 0xAC;
}

/// The classes there are, which the message router tells.
const CLASSES: [u32; 9] = [
    class::IDENTITY,
    class::MESSAGE_ROUTER,
    class::CONNECTION_MANAGER,
    logix::PROGRAM_NAME,
    class::SYMBOL,
    class::TEMPLATE,
    logix::CLOCK,
    logix::MODE,
    logix::CHANGES,
];

/// What the captured controller is: a 1756-L61 of series B, firmware 20.1.
const PRODUCT: &str = "1756-L61/B LOGIX5561";
const VENDOR: u16 = 1;
const DEVICE_TYPE: u16 = 14;
const PRODUCT_CODE: u16 = 54;
const REVISION: [u8; 2] = [20, 1];
/// Its status with the key in the middle: running, and stopped.
const REMOTE_RUN: u16 = 0x3060;
const REMOTE_PROGRAM: u16 = 0x3070;

/// The clock's time in microseconds since 1970, in its two attributes.
const CLOCK_TIMES: [u16; 2] = [6, 11];
const NANOS_PER_MICRO: i64 = 1_000;

/// Does a service to an object. The answer may be longer than `room` only where nothing of it can be left out.
pub(super) fn serve(
    number: u8,
    object: Object,
    data: &[u8],
    plc: &mut Plc,
    now: Timestamp,
    room: usize,
) -> Outcome {
    match (object.class, number) {
        (class::SYMBOL, symbols::GET_INSTANCE_ATTRIBUTE_LIST) => return symbols::list(object, data, room),
        (class::TEMPLATE, symbols::READ_TEMPLATE) => {
            return symbols::read_template(object.instance, data, room);
        }
        _ => {}
    }
    let attributes = attributes(object, plc, now).ok_or_else(Refusal::unknown)?;
    match (object.class, number) {
        (logix::MODE, service::START | service::STOP) => {
            nothing_left(data)?;
            plc.mode = if number == service::START { Mode::Run } else { Mode::Stop };
            Ok(Vec::new())
        }
        (logix::CLOCK, service::SET_ATTRIBUTE_LIST) => set_list(data, plc, now),
        (logix::CLOCK, service::SET_ATTRIBUTE_SINGLE) => match object.attribute {
            Some(number) if CLOCK_TIMES.contains(&number) => set_clock(data, plc, now),
            Some(number) if has(&attributes, number) => Err(Refusal::plain(general::ATTRIBUTE_NOT_SETTABLE)),
            _ => Err(Refusal::plain(general::ATTRIBUTE_NOT_SUPPORTED)),
        },
        (_, service::GET_ATTRIBUTES_ALL) => get_all(object, &attributes),
        (_, service::GET_ATTRIBUTE_SINGLE) => {
            nothing_left(data)?;
            let value = attributes.into_iter().find(|(number, _)| Some(*number) == object.attribute);
            value.map(|(_, value)| value).ok_or_else(|| Refusal::plain(general::ATTRIBUTE_NOT_SUPPORTED))
        }
        (_, service::GET_ATTRIBUTE_LIST) => get_list(data, &attributes),
        _ => Err(Refusal::plain(general::SERVICE_NOT_SUPPORTED)),
    }
}

type Attributes = Vec<(u16, Vec<u8>)>;

fn has(attributes: &Attributes, number: u16) -> bool {
    attributes.iter().any(|(other, _)| *other == number)
}

/// The attributes of an instance; `None` if there is no such.
fn attributes(object: Object, plc: &Plc, now: Timestamp) -> Option<Attributes> {
    match (object.class, object.instance) {
        (class::SYMBOL, _) => return symbols::symbol_attributes(object),
        (class::TEMPLATE, instance) => return symbols::template_attributes(instance),
        (_, 1) if !object.program => {}
        _ => return None,
    }
    Some(match object.class {
        class::IDENTITY => identity_attributes(plc),
        class::MESSAGE_ROUTER => vec![(1, classes())],
        class::CONNECTION_MANAGER | logix::MODE => Vec::new(),
        logix::PROGRAM_NAME => vec![(1, text(&plc.name)), (2, text(""))],
        logix::CLOCK => clock_attributes(plc, now),
        logix::CHANGES => change_attributes(plc),
        _ => return None,
    })
}

fn get_all(object: Object, attributes: &Attributes) -> Outcome {
    let all = attributes.iter().flat_map(|(_, value)| value.iter().copied());
    Ok(match object.class {
        class::IDENTITY | class::MESSAGE_ROUTER | logix::CHANGES => all.collect(),
        // What stands behind the two texts is the same in all captured answers but for the last number.
        logix::PROGRAM_NAME => all.chain([0, 0, 2, 0, 1, 0, 1, 0, 2, 0, 9, 0]).collect(),
        _ => return Err(Refusal::plain(general::SERVICE_NOT_SUPPORTED)),
    })
}

/// Count, then numbers; back come number, status and value of each.
fn get_list(data: &[u8], attributes: &Attributes) -> Outcome {
    let mut reader = Reader::new(data);
    let count = reader.u16_le("attribute count")?;
    let mut out = count.to_le_bytes().to_vec();
    let mut complete = true;
    for _ in 0..count {
        let wanted = reader.u16_le("attribute")?;
        out.extend(wanted.to_le_bytes());
        match attributes.iter().find(|(number, _)| *number == wanted) {
            Some((_, value)) => {
                out.extend([0, 0]);
                out.extend(value);
            }
            None => {
                complete = false;
                out.extend(u16::from(general::ATTRIBUTE_NOT_SUPPORTED).to_le_bytes());
            }
        }
    }
    nothing_left(reader.rest())?;
    if complete { Ok(out) } else { Err(Refusal::partial(general::ATTRIBUTE_LIST_ERROR, out)) }
}

/// Count, then number and value of each. The clock's time is the only one whose length is known here: a list is worked on
/// as far as it can be read.
fn set_list(data: &[u8], plc: &mut Plc, now: Timestamp) -> Outcome {
    let mut reader = Reader::new(data);
    let count = reader.u16_le("attribute count")?;
    let mut out = count.to_le_bytes().to_vec();
    for _ in 0..count {
        let number = reader.u16_le("attribute")?;
        out.extend(number.to_le_bytes());
        if !CLOCK_TIMES.contains(&number) {
            out.extend(u16::from(general::ATTRIBUTE_NOT_SETTABLE).to_le_bytes());
            return Err(Refusal::partial(general::ATTRIBUTE_LIST_ERROR, out));
        }
        set_clock(reader.take(8, "time")?, plc, now)?;
        out.extend([0, 0]);
    }
    nothing_left(reader.rest())?;
    Ok(out)
}

fn set_clock(data: &[u8], plc: &mut Plc, now: Timestamp) -> Outcome {
    let mut reader = Reader::new(data);
    let micros = reader.u64_le("time")?;
    nothing_left(reader.rest())?;
    let nanos = i64::try_from(micros).ok().and_then(|micros| micros.checked_mul(NANOS_PER_MICRO));
    let nanos = nanos.ok_or_else(|| Refusal::plain(general::INVALID_ATTRIBUTE_VALUE))?;
    plc.clock_ahead_nanos = nanos.saturating_sub(now.nanos());
    Ok(Vec::new())
}

/// The time, twice; between them the zone's name, its offset in minutes, whether it is summer.
fn clock_attributes(plc: &Plc, now: Timestamp) -> Attributes {
    let micros = now.nanos().saturating_add(plc.clock_ahead_nanos).div_euclid(NANOS_PER_MICRO);
    let [current, same] = CLOCK_TIMES;
    let zone = "GMT+00:00 Coordinated Universal Time";
    let mut name = (zone.len() as u32).to_le_bytes().to_vec();
    name.extend(zone.bytes());
    vec![
        (current, micros.to_le_bytes().to_vec()),
        (8, name),
        (9, vec![0, 0]),
        (10, vec![0]),
        (same, micros.to_le_bytes().to_vec()),
    ]
}

/// Numbers that change when the program does. 1756-PM020, chapter 2, step 5; the order is that of the captured answers.
fn change_attributes(plc: &Plc) -> Attributes {
    let program = match find("Id.Prog").map(|tag| plc.image.get(tag)) {
        Some(Value::Whole(number)) => number as u32,
        _ => 0,
    };
    let word = |number: u16| number.to_le_bytes().to_vec();
    let long = |number: u32| number.to_le_bytes().to_vec();
    vec![
        (1, word(5)),
        (2, word(1)),
        (3, long(program)),
        (4, long(program)),
        (5, long(0)),
        (7, long(2)),
        (8, long(0)),
        (9, long(0x0001_0001)),
        (10, long(program)),
    ]
}

fn identity_attributes(plc: &Plc) -> Attributes {
    let identity = identity(plc, &[]);
    let word = |number: u16| number.to_le_bytes().to_vec();
    let mut name = vec![identity.name.len() as u8];
    name.extend(identity.name);
    vec![
        (1, word(identity.vendor)),
        (2, word(identity.device_type)),
        (3, word(identity.product_code)),
        (4, identity.revision.to_vec()),
        (5, word(identity.status)),
        (6, identity.serial.to_le_bytes().to_vec()),
        (7, name),
    ]
}

/// What the controller says it is. `more` is what follows the name.
pub(super) fn identity<'a>(plc: &Plc, more: &'a [u8]) -> Identity<'a> {
    Identity {
        vendor: VENDOR,
        device_type: DEVICE_TYPE,
        product_code: PRODUCT_CODE,
        revision: REVISION,
        status: if plc.mode == Mode::Run { REMOTE_RUN } else { REMOTE_PROGRAM },
        serial: serial(&plc.name),
        name: PRODUCT.as_bytes(),
        more,
    }
}

/// A number by which sister cranes differ: FNV-1a over the name.
fn serial(name: &str) -> u32 {
    name.bytes().fold(0x811C_9DC5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

fn classes() -> Vec<u8> {
    let mut out = (CLASSES.len() as u16).to_le_bytes().to_vec();
    out.extend(CLASSES.iter().flat_map(|class| (*class as u16).to_le_bytes()));
    out
}

/// A text with its length in two bytes.
fn text(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    let mut out = length.to_le_bytes().to_vec();
    out.extend(text.bytes().take(length.into()));
    out
}
