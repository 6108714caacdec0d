use super::Modbus;
use crate::{After, Mode, Plc, Program, Session};
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use quaywatch_crane::{Area, Kind, TAGS, Value, find};
use quaywatch_model::{Side, Timestamp};
use quaywatch_protocols::Transport;
use quaywatch_protocols::modbus::{Adu, Identification, PROTOCOL, Pdu, Response};
use quaywatch_protocols::testing::play;

fn plc() -> Plc {
    Plc::new("STS07", Program::default())
}

fn adu(transaction: u16, unit: u8, pdu: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    Adu { transaction, unit, pdu: Pdu { code: pdu[0], data: &pdu[1..] } }.encode(&mut bytes);
    bytes
}

/// What a session puts out for these bytes, cut into pieces of these lengths over and over.
fn answers_to(plc: &mut Plc, bytes: &[u8], cuts: &[usize]) -> (Vec<u8>, After) {
    let (mut session, mut out, mut left) = (Modbus::default(), Vec::new(), bytes);
    for cut in cuts.iter().cycle() {
        let (piece, rest) = left.split_at((*cut).clamp(1, left.len().max(1)).min(left.len()));
        if session.input(plc, Timestamp::default(), piece, &mut out) == After::Close {
            return (out, After::Close);
        }
        assert!(session.held.len() < 260, "less than an ADU is held");
        left = rest;
        if left.is_empty() {
            break;
        }
    }
    (out, After::Open)
}

fn said(plc: &mut Plc, bytes: &[u8]) -> Vec<u8> {
    answers_to(plc, bytes, &[usize::MAX]).0
}

/// The PDU that unit 1 answers to a PDU.
fn ask(plc: &mut Plc, pdu: &[u8]) -> Vec<u8> {
    let answer = said(plc, &adu(7, 1, pdu));
    assert_eq!(answer[..4], [0, 7, 0, 0], "the transaction is echoed");
    assert_eq!(answer[6], 1, "the unit is echoed");
    answer[7..].to_vec()
}

fn set(plc: &mut Plc, name: &str, value: Value) {
    plc.image.set(find(name).unwrap(), &value).unwrap();
}

fn get(plc: &Plc, name: &str) -> Value {
    plc.image.get(find(name).unwrap())
}

/// The bytes of the tag map's example: a load of 30.48 t is read, an overload limit of 150 % written.
#[test]
fn the_tag_maps_example_is_answered_byte_by_byte() {
    let mut plc = plc();
    set(&mut plc, "Load.Net", Value::Real(30.48));
    let read = said(&mut plc, b"\x12\x34\0\0\0\x06\x01\x04\0\x20\0\x02");
    assert_eq!(read, b"\x12\x34\0\0\0\x07\x01\x04\x04\x41\xF3\xD7\x0A");
    let write = said(&mut plc, b"\x12\x35\0\0\0\x0B\x01\x10\0\x08\0\x02\x04\x43\x16\0\0");
    assert_eq!(write, b"\x12\x35\0\0\0\x06\x01\x10\0\x08\0\x02");
    assert_eq!(get(&plc, "Par.OverloadPct"), Value::Real(150.0));
}

#[test]
fn every_signal_is_read_where_the_tag_map_says() {
    let mut plc = plc();
    for (number, tag) in TAGS.iter().enumerate() {
        let value = match tag.kind {
            Kind::Real => Value::Real(number as f32 + 0.25),
            Kind::Bool => Value::Bool(number % 3 == 0),
            Kind::Text(room) => Value::Text("ABCDEFGHIJKLMNOP"[..usize::from(room)].to_owned()),
            Kind::DateTime => Value::DateTime([0x26, 0x11, 0x30, 0x22, 0x15, 0x00, 0x12, 0x32]),
            _ => Value::Whole(number as i64 * 3),
        };
        plc.image.set(tag, &value).unwrap();
    }
    for tag in TAGS {
        let function = match tag.area {
            Area::Coil => 1,
            Area::Discrete => 2,
            Area::Holding => 3,
            Area::Input => 4,
        };
        let quantity = (tag.kind.bytes().div_ceil(2) as u16).max(1).to_be_bytes();
        let [high, low] = tag.register.to_be_bytes();
        let answer = ask(&mut plc, &[function, high, low, quantity[0], quantity[1]]);
        let from = usize::from(tag.byte);
        let block = plc.image.block(tag.block).unwrap();
        if tag.kind == Kind::Bool {
            assert_eq!(answer[2..], [block[from] >> tag.bit & 1], "{}", tag.name);
        } else {
            let bytes = tag.kind.bytes();
            assert_eq!(answer[2..2 + bytes], block[from..from + bytes], "{}", tag.name);
            assert!(answer[2 + bytes..].iter().all(|byte| *byte == 0), "{} ends with a 0", tag.name);
        }
    }
}

/// A register whose low byte belongs to no signal is kept in the byte behind it, which must be nobody's.
#[test]
fn the_byte_that_fills_a_register_belongs_to_no_signal() {
    for odd in TAGS.iter().filter(|tag| tag.kind.bytes() % 2 == 1) {
        let byte = odd.byte + odd.kind.bytes() as u16;
        let is_in = |tag: &&quaywatch_crane::Tag| {
            tag.block == odd.block && (tag.byte..tag.byte + tag.kind.bytes().max(1) as u16).contains(&byte)
        };
        assert_eq!(TAGS.iter().find(is_in), None, "{} is filled up with another signal", odd.name);
    }
}

#[test]
fn coils_are_written_one_by_one_and_many_and_no_other_bit_changes() {
    let mut plc = plc();
    assert_eq!(ask(&mut plc, b"\x05\0\x03\xFF\0"), b"\x05\0\x03\xFF\0");
    assert_eq!(get(&plc, "Cmd.AntiSwayOn"), Value::Bool(true));
    assert_eq!(ask(&mut plc, b"\x01\0\0\0\x07"), b"\x01\x01\x08");
    assert_eq!(ask(&mut plc, b"\x0F\0\x01\0\x02\x01\x03"), b"\x0F\0\x01\0\x02");
    assert_eq!(ask(&mut plc, b"\x01\0\0\0\x07"), b"\x01\x01\x0E");
    assert_eq!(ask(&mut plc, b"\x05\0\x03\0\0"), b"\x05\0\x03\0\0");
    assert_eq!(ask(&mut plc, b"\x01\0\0\0\x07"), b"\x01\x01\x06");
}

/// The numbers of clause 6.16: 0x12 with the masks 0xF2 and 0x25 becomes 0x17.
#[test]
fn a_masked_write_changes_the_bits_that_the_standard_says() {
    let mut plc = plc();
    assert_eq!(ask(&mut plc, b"\x06\0\x30\0\x12"), b"\x06\0\x30\0\x12");
    assert_eq!(ask(&mut plc, b"\x16\0\x30\0\xF2\0\x25"), b"\x16\0\x30\0\xF2\0\x25");
    assert_eq!(ask(&mut plc, b"\x03\0\x30\0\x01"), b"\x03\x02\0\x17");
    assert_eq!(get(&plc, "Par.WdMs"), Value::Whole(0x17));
}

#[test]
fn a_write_with_a_read_is_done_before_it_and_not_where_the_read_is_refused() {
    let mut plc = plc();
    assert_eq!(ask(&mut plc, b"\x17\0\x30\0\x01\0\x30\0\x01\x02\x02\xEE"), b"\x17\x02\x02\xEE");
    assert_eq!(ask(&mut plc, b"\x17\x01\0\0\x01\0\x30\0\x01\x02\x03\xE8"), b"\x97\x02");
    assert_eq!(get(&plc, "Par.WdMs"), Value::Whole(0x2EE));
}

#[test]
fn what_cannot_be_is_refused_with_the_exception_of_the_standard() {
    for (request, exception, why) in [
        (&b"\x03\0\0\0\0"[..], 3, "no registers"),
        (b"\x03\0\0\0\x7E", 3, "126 registers"),
        (b"\x03\xFF\xFF\0\x7E", 3, "the quantity is looked at before the address"),
        (b"\x01\0\0\x07\xD1", 3, "2001 coils"),
        (b"\x03\0\x42\0\x02", 2, "one register beyond the last"),
        (b"\x04\0\x67\0\x02", 2, "one register beyond the last"),
        (b"\x02\0\x1D\0\x01", 2, "the input behind the last"),
        (b"\x01\xFF\xFF\0\x01", 2, "the last address of all"),
        (b"\x05\0\0\x12\x34", 3, "neither on nor off"),
        (b"\x05\0\x07\xFF\0", 2, "the coil behind the last"),
        (b"\x06\0\x43\0\0", 2, "the register behind the last"),
        (b"\x10\0\0\0\x02\x02\0\0", 3, "bytes for one register of two"),
        (b"\x10\0\0\0\x02\x04\0\0", 3, "a byte count that is more than there is"),
        (b"\x10\0\x42\0\x02\x04\0\0\0\0", 2, "one register beyond the last"),
        (b"\x0F\0\0\0\x09\x01\xFF", 3, "bytes for eight coils of nine"),
        (b"\x0F\0\0\0\0\0", 3, "no coils"),
        (b"\x16\0\x43\0\0\0\0", 2, "the register behind the last"),
        (b"\x17\0\0\0\0\0\0\0\x01\x02\0\0", 3, "nothing to read"),
        (b"\x08\0\x04\0\0", 1, "listen only is for serial lines"),
        (b"\x08\0\x0B\0\x01", 3, "a counter is asked with 0"),
        (b"\x08\0\0\x01", 3, "half a word"),
        (b"\x2B\x0D\0", 1, "CANopen"),
        (b"\x2B\x0E\x05\0", 3, "no such category"),
        (b"\x2B\x0E\x04\x7F", 2, "no such object"),
        (b"\x2B", 3, "nothing said"),
        (b"\x07", 1, "exception status is for serial lines"),
        (b"\x14\x07\x06\0\x04\0\x01\0\x02", 1, "there are no files"),
        (b"\x5A\0\x01", 1, "another maker's"),
        (b"\x00", 1, "function 0"),
        (b"\x83\0\0\0\x01", 1, "the code of an exception"),
        (b"\x03\0\0", 3, "half a request"),
        (b"\x03\0\0\0\x01\0", 3, "a byte too many"),
    ] {
        let answer = ask(&mut plc(), request);
        assert_eq!(answer, [request[0] | 0x80, exception], "{why}");
    }
}

#[test]
fn its_own_units_are_0_1_and_255_and_no_other_answers() {
    let mut plc = plc();
    for unit in 0..=255 {
        let answer = said(&mut plc, &adu(1, unit, b"\x03\0\0\0\x01"));
        let expected: &[u8] = if matches!(unit, 0 | 1 | 255) { b"\x03\x02\0\0" } else { b"\x83\x0B" };
        assert_eq!(answer, adu(1, unit, expected));
    }
}

#[test]
fn diagnostics_echo_and_count() {
    let mut plc = plc();
    let asked = [
        adu(1, 1, b"\x08\0\0\xA5\x37\x01\x02"),
        b"\0\x02\x07\x07\0\x04\x01\x03\0\0".to_vec(), // of another protocol: dropped
        adu(3, 9, b"\x03\0\0\0\x01"),
        adu(4, 1, b"\x03\0\0\0\0"),
        adu(5, 1, b"\x08\0\x0B\0\0"),
        adu(6, 1, b"\x08\0\x0C\0\0"),
        adu(7, 1, b"\x08\0\x0D\0\0"),
        adu(8, 1, b"\x08\0\x0E\0\0"),
        adu(9, 1, b"\x08\0\x0A\0\0"),
        adu(10, 1, b"\x08\0\x0B\0\0"),
    ];
    let answered = [
        adu(1, 1, b"\x08\0\0\xA5\x37\x01\x02"),
        adu(3, 9, b"\x83\x0B"),
        adu(4, 1, b"\x83\x03"),
        adu(5, 1, b"\x08\0\x0B\0\x04"),
        adu(6, 1, b"\x08\0\x0C\0\x01"),
        adu(7, 1, b"\x08\0\x0D\0\x02"),
        adu(8, 1, b"\x08\0\x0E\0\x06"),
        adu(9, 1, b"\x08\0\x0A\0\0"),
        adu(10, 1, b"\x08\0\x0B\0\x01"),
    ];
    assert_eq!(said(&mut plc, &asked.concat()), answered.concat());
}

fn identified(plc: &mut Plc, category: u8, object: u8) -> Vec<(u8, String)> {
    let pdu = ask(plc, &[0x2B, 0x0E, category, object]);
    assert!(pdu.len() <= 253, "{} bytes are no PDU", pdu.len());
    let Ok(Response::DeviceIdentification(told)) = Response::decode(Pdu { code: pdu[0], data: &pdu[1..] })
    else {
        panic!("no identification: {pdu:x?}");
    };
    let mut objects = Vec::new();
    told.each(|id, text| objects.push((id, String::from_utf8(text.to_vec()).unwrap())));
    let Identification { conformity, more_follows, count, .. } = told;
    assert_eq!((conformity, more_follows, usize::from(count)), (0x83, 0, objects.len()));
    objects
}

#[test]
fn it_says_who_it_is_in_as_much_detail_as_it_is_asked_for() {
    let mut plc = plc();
    let ids = |objects: Vec<(u8, String)>| objects.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    assert_eq!(ids(identified(&mut plc, 1, 0)), [0, 1, 2]);
    assert_eq!(ids(identified(&mut plc, 1, 1)), [1, 2]);
    assert_eq!(
        ids(identified(&mut plc, 1, 6)),
        [0, 1, 2],
        "what is not of the category begins at the beginning"
    );
    assert_eq!(ids(identified(&mut plc, 2, 0)), [0, 1, 2, 4, 5, 6]);
    assert_eq!(ids(identified(&mut plc, 3, 0)), [0, 1, 2, 4, 5, 6, 0x80]);
    assert_eq!(identified(&mut plc, 4, 6), [(6, "STS07".to_owned())]);
    assert_eq!(ask(&mut plc, b"\x11"), b"\x11\x06STS07\xFF");
    plc.mode = Mode::Stop;
    assert_eq!(ask(&mut plc, b"\x11"), b"\x11\x06STS07\x00");
}

#[test]
fn a_name_of_any_length_leaves_room_for_what_else_is_told() {
    let mut plc = Plc::new(&"ü".repeat(500), Program::default());
    assert_eq!(identified(&mut plc, 3, 0)[5].1.len(), 64);
    assert_eq!(ask(&mut plc, b"\x11").len(), 67);
}

#[test]
fn a_length_that_no_adu_has_ends_the_connection_after_what_came_before_was_answered() {
    for length in [0_u16, 1, 255, 0xFFFF] {
        let [high, low] = length.to_be_bytes();
        let bytes = [adu(1, 1, b"\x03\0\0\0\x01"), vec![0, 2, 0, 0, high, low]].concat();
        let (out, after) = answers_to(&mut plc(), &bytes, &[usize::MAX]);
        assert_eq!((out, after), (adu(1, 1, b"\x03\x02\0\0"), After::Close), "{length}");
    }
}

/// What is asked and answered, as the sensor tells it.
#[test]
fn the_sensor_reads_back_what_was_said() {
    let mut plc = plc();
    set(&mut plc, "Load.Net", Value::Real(30.48));
    let asked: [&[u8]; 10] = [
        b"\x04\0\x20\0\x02",
        b"\x10\0\x08\0\x02\x04\x43\x16\0\0",
        b"\x03\0\x08\0\x02",
        b"\x05\0\x05\xFF\0",
        b"\x01\0\x05\0\x02",
        b"\x16\0\x30\0\xF2\0\x25",
        b"\x17\0\x30\0\x01\0\x31\0\x01\x02\0\x07",
        b"\x2B\x0E\x01\0",
        b"\x11",
        b"\x06\x01\0\0\x01",
    ];
    let mut turns = Vec::new();
    for (number, pdu) in asked.iter().enumerate() {
        let question = adu(number as u16, 1, pdu);
        let answer = said(&mut plc, &question);
        turns.extend([(Side::A, question), (Side::B, answer)]);
    }
    let turns: Vec<_> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
    let heard = play(&PROTOCOL, Transport::Tcp, [50_000, 502], &turns);
    let expected = [
        "A: Read read_input_registers (0x04) unit 1: input 32..33 = [16883, 55050] -> accepted",
        "A: Write write_multiple_registers (0x10) unit 1: holding 8..9 = [17174, 0] -> accepted",
        "A: Read read_holding_registers (0x03) unit 1: holding 8..9 = [17174, 0] -> accepted",
        "A: Write write_single_coil (0x05) unit 1: coil 5 = true -> accepted",
        "A: Read read_coils (0x01) unit 1: coil 5..6 = [true, false] -> accepted",
        "A: Write mask_write_register (0x16) unit 1: holding 48 = and 0x00F2 or 0x0025 -> accepted",
        "A: Write read_write_multiple_registers (0x17) unit 1: holding 49 = [7]; holding 48 (read) = [5] -> accepted",
        concat!(
            "A: Identify read_device_identification (43/14) unit 1: VendorName = \"Quaywatch\"; ",
            "ProductCode = \"STS-CRANE\"; MajorMinorRevision = \"V",
            env!("CARGO_PKG_VERSION"),
            "\" -> accepted"
        ),
        "A: Identify report_server_id (0x11) unit 1: server id = 5354533037ff -> accepted",
        "A: Write write_single_register (0x06) unit 1: holding 256 = 1 -> refused illegal_data_address (0x02)",
    ];
    assert_eq!(heard.operations, expected);
    assert_eq!(heard.problems, [""; 0]);
}

/// Requests that make sense, requests that do not, and no requests.
fn spoken() -> impl Strategy<Value = Vec<u8>> {
    let pdu = (any::<u8>(), vec(any::<u8>(), 0..12)).prop_map(|(code, data)| [vec![code], data].concat());
    let near = (prop_oneof![1..=6_u8, 15..=17_u8, 22..=23_u8], 0..70_u8, 1..20_u8, vec(any::<u8>(), 0..20))
        .prop_map(|(function, address, quantity, data)| {
            let mut pdu = vec![function, 0, address, 0, quantity];
            if function >= 15 {
                pdu.push(data.len() as u8);
                pdu.extend(data);
            }
            pdu
        });
    let adus = (any::<u16>(), prop_oneof![0..3_u8, any::<u8>()], prop_oneof![pdu, near])
        .prop_map(|(transaction, unit, pdu)| adu(transaction, unit, &pdu));
    vec(prop_oneof![9 => adus, 1 => vec(any::<u8>(), 0..20)], 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_answers(bytes in spoken(), cuts in vec(1..40_usize, 1..8)) {
        let (mut one, mut other) = (plc(), plc());
        let whole = answers_to(&mut one, &bytes, &[usize::MAX]);
        let pieces = answers_to(&mut other, &bytes, &cuts);
        prop_assert_eq!(whole, pieces);
        prop_assert_eq!(one.image, other.image);
    }

    #[test]
    fn any_bytes_are_survived_and_whatever_is_answered_is_modbus(bytes in vec(any::<u8>(), 0..600)) {
        let (out, _) = answers_to(&mut plc(), &bytes, &[usize::MAX]);
        let mut left = out.as_slice();
        while let [_, _, 0, 0, high, low, ..] = *left {
            let (whole, rest) = left.split_at(6 + usize::from(u16::from_be_bytes([high, low])));
            prop_assert_eq!(Response::decode(Adu::decode(whole).unwrap().pdu).is_ok(), true);
            left = rest;
        }
        prop_assert_eq!(left, &[] as &[u8]);
    }
}
