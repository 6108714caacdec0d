use super::*;
use crate::enip::layout::LAYOUT;

/// How a value is on the wire, by its type.
fn wire(kind: Kind, value: &Value) -> (u16, Vec<u8>) {
    match value {
        Value::Bool(on) => (0xC1, vec![u8::from(*on)]),
        Value::Real(number) => (0xCA, number.to_le_bytes().to_vec()),
        Value::Whole(number) if kind.bytes() == 2 => (0xC3, number.to_le_bytes()[..2].to_vec()),
        Value::Whole(number) => (0xC4, number.to_le_bytes()[..4].to_vec()),
        Value::Text(text) => {
            let mut bytes = (text.len() as u32).to_le_bytes().to_vec();
            bytes.extend(text.bytes());
            bytes.resize(88, 0);
            (0x02A0, bytes)
        }
        Value::DateTime(_) => (0xC5, 1_796_076_900_123_000_i64.to_le_bytes().to_vec()),
    }
}

fn some_value(kind: Kind, number: usize) -> Value {
    match kind {
        Kind::Real => Value::Real(number as f32 - 0.25),
        Kind::Bool => Value::Bool(true),
        Kind::Text(room) => Value::Text("MSKU1234565"[..usize::from(room)].to_owned()),
        Kind::DateTime => Value::DateTime([0x26, 0x11, 0x30, 0x22, 0x15, 0x00, 0x12, 0x32]),
        _ => Value::Whole(number as i64 + 0x0102),
    }
}

#[test]
fn every_signal_is_written_and_read_by_its_name_and_touches_no_other() {
    let mut client = Client::connected(500);
    for (number, tag) in TAGS.iter().enumerate().filter(|(_, tag)| !tag.name.contains("Landed")) {
        let path = named(&format!("STS.{}", tag.name));
        let value = some_value(tag.kind, number);
        let (code, bytes) = wire(tag.kind, &value);
        let mut typed = code.to_le_bytes().to_vec();
        if code == 0x02A0 {
            typed.extend([0xCE, 0x0F]);
        }
        let mut expected = client.plc.image.clone();
        expected.set(tag, &value).unwrap();
        client.done(0x4D, &path, &[&typed[..], &[1, 0], &bytes].concat());
        assert_eq!(client.plc.image, expected, "{}", tag.name);
        assert_eq!(client.done(0x4C, &path, &[1, 0]), [typed, bytes].concat(), "{}", tag.name);
    }
}

#[test]
fn a_tag_is_reached_by_instance_and_in_any_spelling() {
    let mut client = Client::connected(500);
    client.plc.image.set(find("Load.Net").unwrap(), &Value::Real(30.48)).unwrap();
    // The bytes of the tag map's example.
    let expected = hex("ca00 0ad7f341");
    assert_eq!(client.done(0x4C, &hex("910353545300 91044c6f6164 91034e657400"), &[1, 0]), expected);
    assert_eq!(client.done(0x4C, &hex("910373747300 91044c4f4144 91036e657400"), &[1, 0]), expected);
    for instance in ["206b2401", "206b25000100", "206b260001000000"] {
        let path = [hex(instance), named("Load.Net")].concat();
        assert_eq!(client.done(0x4C, &path, &[1, 0]), expected);
    }
    // An index of two bytes and of four.
    client.plc.image.set(find("Load.LC[3]").unwrap(), &Value::Real(30.48)).unwrap();
    for index in ["2803", "29000300", "2a0003000000"] {
        let path = [named("STS.Load.LC"), hex(index)].concat();
        assert_eq!(client.done(0x4C, &path, &[1, 0]), expected);
    }
}

#[test]
fn bits_share_bytes_and_do_not_disturb_each_other() {
    let mut client = Client::connected(500);
    client.done(0x4D, &named("STS.Cmd.Lock"), &hex("c100 0100 ff"));
    client.done(0x4D, &named("STS.Cmd.FaultReset"), &hex("c100 0100 01"));
    client.done(0x4D, &named("STS.Cmd.Lock"), &hex("c100 0100 00"));
    let get = |client: &Client, name: &str| client.plc.image.get(find(name).unwrap());
    assert_eq!(get(&client, "Cmd.Lock"), Value::Bool(false));
    assert_eq!(get(&client, "Cmd.FaultReset"), Value::Bool(true));
    // As captured: one byte of masks on one bit.
    client.done(0x4E, &named("STS.Cmd.Lock"), &hex("0100 01 ff"));
    assert_eq!(get(&client, "Cmd.Lock"), Value::Bool(true));
    // An array of bits is one of double words; elements 1 to 4 mean something.
    client.done(0x4D, &named("STS.Spr.Landed"), &hex("d300 0100 f4ffffff"));
    let landed = [1, 2, 3, 4].map(|number| get(&client, &format!("Spr.Landed[{number}]")));
    assert_eq!(landed, [false, true, false, true].map(Value::Bool));
    assert_eq!(client.done(0x4C, &named("STS.Spr.Landed[0]"), &[1, 0]), hex("d300 14000000"));
}

/// The example of 1756-PM020, chapter 1: set bit 2, reset bit 5.
#[test]
fn masks_set_and_reset_bits_of_a_number() {
    let mut client = Client::connected(500);
    let order = find("Job.OrderId").unwrap();
    client.plc.image.set(order, &Value::Whole(0x0000_FF20)).unwrap();
    client.done(0x4E, &named("STS.Job.OrderId"), &hex("0400 04000000 dfffffff"));
    assert_eq!(client.plc.image.get(order), Value::Whole(0x0000_FF04));
    // Half of the number.
    client.done(0x4E, &named("STS.Job.OrderId"), &hex("0200 0100 ff00"));
    assert_eq!(client.plc.image.get(order), Value::Whole(0x0000_0005));
}

#[test]
fn the_whole_tag_goes_through_a_small_connection_in_fragments_and_back() {
    let mut client = Client::connected(200);
    for (number, tag) in TAGS.iter().enumerate() {
        client.plc.image.set(tag, &some_value(tag.kind, number)).unwrap();
    }
    let filled = client.plc.image.clone();
    let mut value = Vec::new();
    let head = loop {
        let offset = (value.len() as u32).to_le_bytes();
        let message = request(0x52, &named("STS"), &[&[1, 0][..], &offset].concat());
        let reply = client.say(&message);
        assert!(reply.len() <= 198);
        let reply = Reply::decode(&reply).unwrap();
        value.extend(&reply.data[4..]);
        if reply.general == 0 {
            break reply.data[..4].to_vec();
        }
        assert_eq!(reply.general, 6);
    };
    assert_eq!(value.len(), LAYOUT.size());
    client.plc.image = quaywatch_crane::Image::default();
    for (piece, offset) in value.chunks(90).zip((0_u32..).step_by(90)) {
        let data = [&head[..], &[1, 0], &offset.to_le_bytes(), piece].concat();
        client.done(0x53, &named("STS"), &data);
    }
    assert_eq!(client.plc.image, filled);
}

#[test]
fn the_list_of_symbols_is_read_in_pieces_and_asks_for_what_there_is() {
    let mut client = Client::connected(60);
    let asked = hex("0200 0100 0200");
    let list = |client: &mut Client, path: &str| {
        let reply = client.say(&request(0x55, &hex(path), &asked));
        let reply = Reply::decode(&reply).unwrap();
        (reply.general, reply.data.to_vec())
    };
    let (status, first) = list(&mut client, "206b25000000");
    assert_eq!((status, &first[..11]), (6, &hex("01000000 0300 535453 0081")[..]));
    assert_eq!(list(&mut client, "206b25000300").0, 0);
    let (status, routines) = list(&mut client, "9113 50726f6772616d3a4d61696e50726f6772616d 00 206b2400");
    assert_eq!((status, routines.len()), (0, 4 + 2 + 19 + 2));
    // Name and number of dimensions of one.
    assert_eq!(client.done(0x03, &hex("206b2401"), &hex("0100 0100")), hex("0100 0100 0000 0300 535453"));
    assert_eq!(client.done(0x0E, &hex("206b2401 3002"), &[]), hex("0081"));
}

/// The packing that 1756-PM020, chapter 2, shows of a structure of BOOL, INT[12] and REAL: a byte for bits, the array on
/// four bytes. Here: `Load` has numbers and an array, `Ctrl` an INT and two bits, `Spr` an INT, an array of bits and bits.
#[test]
fn templates_describe_where_members_are() {
    let mut client = Client::connected(500);
    let member = |info: u16, kind: u16, offset: u32| {
        [&info.to_le_bytes()[..], &kind.to_le_bytes(), &offset.to_le_bytes()].concat()
    };
    let mut definition = |name: &str, members: usize| {
        let structure = LAYOUT.structures.iter().find(|structure| structure.name == name).unwrap();
        let path = [&[0x20, 0x6C, 0x25, 0][..], &structure.template.to_le_bytes()].concat();
        let attributes = client.done(0x03, &path, &hex("0400 0400 0500 0200 0100"));
        assert_eq!(attributes[14..18], (structure.size as u32).to_le_bytes());
        assert_eq!(attributes[22..24], (members as u16).to_le_bytes());
        assert_eq!(attributes[28..], structure.handle.to_le_bytes());
        let words = u32::from_le_bytes(attributes[6..10].try_into().unwrap());
        let count = ((words * 4 - 23) as u16).to_le_bytes();
        let all = client.done(0x4C, &path, &[&[0; 4][..], &count].concat());
        (all[..8 * members].to_vec(), String::from_utf8(all[8 * members..].to_vec()).unwrap())
    };
    let (members, names) = definition("STS_Load", 5);
    assert_eq!(
        members,
        [
            member(0, 0xCA, 0),
            member(0, 0xCA, 4),
            member(5, 0x20CA, 8),
            member(0, 0xCA, 28),
            member(0, 0xCA, 32)
        ]
        .concat()
    );
    assert_eq!(names, "STS_Load;n\0Gross\0Net\0LC\0EccX\0EccY\0");
    let (members, names) = definition("STS_Ctrl", 4);
    assert_eq!(
        members,
        [member(0, 0xC3, 0), member(0, 0xC2, 2), member(0, 0xC1, 2), member(1, 0xC1, 2)].concat()
    );
    assert_eq!(names, "STS_Ctrl;n\0Mode\0ZZZZZZZZZZCtrl1\0On\0Remote\0");
    let (members, _) = definition("STS_Spr", 6);
    assert_eq!(members[8..16], member(1, 0x20D3, 4));
    let (members, _) = definition("ASCIISTRING82", 2);
    assert_eq!(members, [member(0, 0xC4, 0), member(82, 0x20C2, 4)].concat());
    let (members, _) = definition("STS", 26);
    assert_eq!(members[..8], member(0, 0x8101, 0));
}
