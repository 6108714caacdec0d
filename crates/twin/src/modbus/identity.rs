//! Who the controller says it is: functions 17 and 43/14.

use crate::{Mode, Nameplate, Plc};
use quaywatch_crane::{Value, find};
use quaywatch_protocols::modbus::{ExceptionCode, Identification, Response};

/// Objects of all three categories are told, in one stretch or one by one (clause 6.21).
const CONFORMITY: u8 = 0x83;
/// The category that asks for one object.
const ONE_OBJECT: u8 = 4;
/// A longer name is cut, so that all objects fit into one answer.
const MOST_NAME_BYTES: usize = 64;
/// How function 17 says that the program runs, and that it does not (clause 6.13).
const RUNS: u8 = 0xFF;
const STANDS: u8 = 0;

/// Function 43/14.
pub(super) fn identification<'a>(
    plc: &Plc,
    category: u8,
    object: u8,
    room: &'a mut Vec<u8>,
) -> Result<Response<'a>, ExceptionCode> {
    let last = match category {
        1 => 0x02,
        2 => 0x7F,
        3 | ONE_OBJECT => 0xFF,
        _ => return Err(ExceptionCode::ILLEGAL_DATA_VALUE),
    };
    let mut objects = objects(plc);
    objects.retain(|(id, _)| *id <= last);
    let is_there = objects.iter().any(|(id, _)| *id == object);
    if category == ONE_OBJECT {
        if !is_there {
            return Err(ExceptionCode::ILLEGAL_DATA_ADDRESS);
        }
        objects.retain(|(id, _)| *id == object);
    } else if is_there {
        // Whoever asks for what is not there begins at the beginning.
        objects.retain(|(id, _)| *id >= object);
    }
    for (id, text) in &objects {
        room.extend([*id, text.len() as u8]);
        room.extend_from_slice(text.as_bytes());
    }
    Ok(Response::DeviceIdentification(Identification {
        category,
        conformity: CONFORMITY,
        more_follows: 0,
        next_object: 0,
        count: objects.len() as u8,
        objects: room,
    }))
}

/// Function 17: the crane's name, and whether the program runs.
pub(super) fn server_id<'a>(plc: &Plc, room: &'a mut Vec<u8>) -> Response<'a> {
    room.extend_from_slice(name(plc).as_bytes());
    room.push(if plc.mode == Mode::Run { RUNS } else { STANDS });
    Response::ServerId { data: room }
}

/// The basic objects, the regular ones, and as the only one of our own (0x80) the checksum of the program.
fn objects(plc: &Plc) -> Vec<(u8, String)> {
    let program = find("Id.Prog").map(|tag| plc.image.get(tag));
    let checksum = if let Some(Value::Whole(checksum)) = program { checksum } else { 0 };
    let Nameplate { maker, product_code, product, revision, .. } = plc.nameplate;
    vec![
        (0x00, maker.into()),
        (0x01, product_code.into()),
        (0x02, format!("V{revision}")),
        (0x04, product.into()),
        (0x05, "Crane controller".into()),
        (0x06, name(plc).into()),
        (0x80, format!("program {checksum:08X}")),
    ]
}

fn name(plc: &Plc) -> &str {
    let name = plc.name.as_str();
    name.get(..name.floor_char_boundary(MOST_NAME_BYTES)).unwrap_or(name)
}
