//! Requests as stations sent them in captures of ITI/ICS-Security-Tools, and the answers of real CPUs to the byte.

use super::{Station, hex, job, shown};
use crate::s7::Cpu;
use crate::s7::clock;
use crate::{Block, Mode};
use quaywatch_crane::{Value, find};
use quaywatch_protocols::s7comm::address::{Any, Area, Specification, Type};

fn digits(spaced: &str) -> String {
    shown(&hex(spaced))
}

#[test]
fn communication_is_set_up_with_the_shorter_pdu() {
    let mut station = Station::new();
    // wincc_s300_setup-alarm-read-write.pcap, frames 1 and 2.
    let asked = "32 01 0000 0001 0008 0000 f0 00 0001 0003";
    let answer = "32 03 0000 0001 0008 0000 0000 f0 00 0001 0002";
    for (wanted, agreed) in [("00f0", "00f0"), ("01e0", "01e0"), ("03c0", "03c0"), ("ffff", "03c0")] {
        let setup = station.one(&format!("{asked} {wanted}"));
        assert_eq!(setup, digits(&format!("{answer} {agreed}")));
    }
    assert_eq!(station.refused(&hex("f0 00 0001 0001 0010"), &[]), 0x8500);
}

#[test]
fn a_data_block_that_is_not_there_is_told_for_its_item() {
    // snap7_s300_readVar.pcap, both frames.
    assert_eq!(
        Station::new().one("32 01 0000 0000 000e 0000 04 01 12 0a 10 02 0040 0001 84 000000"),
        digits("32 03 0000 0000 0002 0004 0000 04 01 0a 00 0000")
    );
}

#[test]
fn several_variables_are_read_as_a_cpu_answers_them() {
    let mut station = Station::new();
    let block = station.plc.image.block_mut(100).unwrap();
    block[..12].copy_from_slice(&hex("babe 01 00 feadbeef aabbccdd"));
    // wincc_s300_setup-alarm-read-write.pcap, frames 15 and 16, of DB100 in place of DB1.
    let write = |station: &mut Station, address: &str, value: &str| {
        let answers = station.ask(&job(&hex(&format!("05 01 12 0a 10 {address}")), &hex(value)));
        assert!(answers[0].ends_with(&[0xFF]));
    };
    write(&mut station, "02 0001 0000 83 000008", "00 04 0008 03");
    write(&mut station, "1d 0001 0000 1d 000000", "00 09 0002 2503");
    write(&mut station, "1c 0001 0000 1c 000000", "00 09 0002 0011");
    assert_eq!(
        station.one(
            "32 01 0000 0001 0062 0000 04 08 12 0a 10 01 0001 0064 84 000010 12 0a 10 08 0001 0064 84 000040 \
             12 0a 10 06 0001 0064 84 000020 12 0a 10 04 0001 0064 84 000000 12 0a 10 01 0001 0000 83 000008 \
             12 0a 10 01 0001 0000 83 000009 12 0a 10 1d 0001 0000 1d 000000 12 0a 10 1c 0001 0000 1c 000000"
        ),
        digits(
            "32 03 0000 0001 0002 0034 0000 04 08 ff 03 0001 01 00 ff 07 0004 aabbccdd ff 04 0020 feadbeef \
             ff 04 0010 babe ff 03 0001 01 00 ff 03 0001 01 00 ff 09 0002 2503 ff 09 0002 0011"
        )
    );
}

#[test]
fn a_bit_is_written_and_its_neighbours_stay() {
    let mut station = Station::new();
    station.plc.image.block_mut(110).unwrap()[0] = 0b0101_0101;
    // Frames 27 and 28 of the same capture, in DB110.
    assert_eq!(
        station.one("32 01 0000 0001 000e 0005 05 01 12 0a 10 01 0001 006e 84 000001 00 03 0001 01"),
        digits("32 03 0000 0001 0002 0001 0000 05 01 ff")
    );
    assert_eq!(station.plc.image.block(110).unwrap()[0], 0b0101_0111);
}

/// What comes of reading one variable, and of writing it.
fn codes(kind: Type, count: u16, area: Area, block: u16, offset: u32, value: &str) -> (u8, u8) {
    let body = Any { kind, count, block, area, offset }.encode();
    let mut address = vec![0, 1];
    assert!(Specification::any(&body).encode(&mut address, true));
    let mut of = |function: u8, data: &[u8]| {
        address[0] = function;
        Station::new().ask(&job(&address, data))[0][14]
    };
    (of(4, &[]), of(5, &hex(value)))
}

#[test]
fn what_cannot_be_read_or_written_says_why() {
    let (db, byte) = (Area::DATA_BLOCK, "00 04 0008 07");
    assert_eq!(codes(Type::BYTE, 1, db, 120, 85 * 8, byte), (0xFF, 0xFF));
    assert_eq!(codes(Type::BYTE, 1, db, 120, 86 * 8, byte), (5, 5), "behind the end");
    assert_eq!(codes(Type::BYTE, 0, db, 120, 0, byte), (5, 5), "nothing");
    assert_eq!(codes(Type::WORD, 1, db, 120, 85 * 8, byte), (5, 5), "half behind the end");
    assert_eq!(codes(Type::BYTE, 1, db, 120, 3, byte), (5, 5), "a byte between two");
    assert_eq!(codes(Type(0x13), 1, db, 120, 0, byte), (6, 6), "a type that has no values");
    assert_eq!(codes(Type::BIT, 2, db, 120, 0, byte), (6, 6), "several bits");
    assert_eq!(codes(Type::TIMER, 1, db, 120, 0, byte), (6, 6), "a timer in a data block");
    assert_eq!(codes(Type::BYTE, 1, db, 121, 0, byte), (10, 10), "no such block");
    assert_eq!(codes(Type::BYTE, 1, Area::LOCAL, 0, 0, byte), (10, 10), "no such area");
    assert_eq!(codes(Type::WORD, 1, db, 120, 0, byte), (0xFF, 7), "a byte for a word");
    assert_eq!(codes(Type::BIT, 1, db, 120, 0, byte), (0xFF, 7), "a byte for a bit");
    assert_eq!(codes(Type::TIMER, 2, Area::TIMER, 0, 254, byte), (0xFF, 7));
    assert_eq!(codes(Type::TIMER, 2, Area::TIMER, 0, 255, byte), (5, 5));
    assert_eq!(codes(Type::TIMER, 1, Area::TIMER, 0, 256, byte), (5, 5));
}

#[test]
fn every_type_comes_back_as_it_was_written() {
    let mut station = Station::new();
    let types =
        [(1, "03 0001 01"), (2, "04 0008 f0"), (3, "09 0001 41"), (4, "04 0010 1234"), (5, "05 0010 fffe")];
    let more =
        [(6, "04 0020 12345678"), (7, "06 0004 fffffffe"), (8, "07 0004 3fc00000"), (9, "09 0002 2c4d")];
    let times = [
        (0xA, "09 0004 00000001"),
        (0xB, "09 0004 ffffffff"),
        (0xC, "09 0002 2504"),
        (0xF, "09 0008 1408201159439124"),
    ];
    for (kind, value) in types.into_iter().chain(more).chain(times) {
        let address = format!("01 12 0a 10 {kind:02x} 0001 0078 84 000020");
        let answer = station.ask(&job(&hex(&format!("05 {address}")), &hex(&format!("00 {value}"))));
        assert_eq!(answer[0][14], 0xFF, "{kind:#x}");
        let answer = station.ask(&job(&hex(&format!("04 {address}")), &[]));
        assert_eq!(shown(&answer[0][14..]), digits(&format!("ff {value}")), "{kind:#x}");
    }
}

#[test]
fn an_answer_that_does_not_fit_is_refused_and_a_job_that_does_not_either() {
    let mut station = Station::new();
    let read =
        |bytes: u16| [&hex("04 01 12 0a 10 02")[..], &bytes.to_be_bytes(), &hex("0064 84 000000")].concat();
    assert_eq!(station.refused(&read(222), &[]), 0, "222 bytes and 18 before them make 240");
    assert_eq!(station.refused(&read(223), &[]), 0x8500);
    assert_eq!(station.refused(&hex("05 01 12 0a 10 02 00dc 0064 84 000000"), &[0; 230]), 0x8500);
    // A PDU that breaks off, and a function that is none.
    assert_eq!(station.refused(&hex("04 02 12 0a 10 02 0001 0064 84 000000"), &[]), 0x8104);
    assert_eq!(station.refused(&hex("05 01 12 0a 10 02 0002 0064 84 000000"), &hex("00 04 0010 07")), 0x8104);
    assert_eq!(station.refused(&hex("04"), &[]), 0x8104);
    assert_eq!(station.refused(&hex("77"), &[]), 0x8104);
    assert_eq!(station.refused(&read(222), &[]), 0, "the connection goes on");
}

#[test]
fn a_stop_stops_and_is_told_to_who_has_subscribed() {
    let mut station = Station::new();
    station.now = clock::decode(&hex("0019 9401092153421521")).unwrap();
    // tia_s300_goOnline.pcap, frames 43 and 44.
    assert_eq!(
        station.one("32 07 0000 1700 0008 000e 00 01 12 04 11 44 02 00 ff 09 000a 03 00 5553455231000000"),
        digits("32 07 0000 1700 000c 0006 00 01 12 08 12 84 02 01 00 00 0000 ff 09 0002 0200")
    );
    // step7_s300_stop.pcap: the stop, its answer and two pushes.
    let stop = hex("32 01 0000 3500 0010 0000 29 00 00 00 00 00 09 505f50524f4752414d");
    let answers: Vec<String> = station.ask(&stop).iter().map(|answer| shown(answer)).collect();
    assert_eq!(
        answers,
        [
            digits("32 03 0000 3500 0001 0000 0000 29"),
            digits(
                "32 07 0000 0000 0008 0018 00 01 12 04 11 04 03 00 ff 09 0014 4304 ff84 0000 0000 0000 0000 \
                 94 01 09 21 53 42 15 21"
            ),
            digits("32 07 0000 0000 0008 0000 01 00 10 10 00 00 00 00"),
        ]
    );
    assert_eq!(station.plc.mode, Mode::Stop);
    assert_eq!(station.ask(&stop).len(), 1, "it is stopped already");
    let start = hex("28 000000000000fd 0000 09 505f50524f4752414d");
    assert_eq!(station.ask(&job(&start, &[])).len(), 3);
    assert_eq!(station.plc.mode, Mode::Run);
}

/// The block of tia_s300_downloadOb1.pcap, frames 60 and 62, in the two pieces it came in; its code left out.
fn pieces() -> [Vec<u8>; 2] {
    let head = hex("7070 01 01 03 08 0001 0000014c 00000000 04d1d4e02dce 03a1638321a7 001c 0014 001a 00d4");
    let end = hex("000000000000000000000000000000000000000000000000 0100 5935 0000000000000000");
    [[head, vec![0; 186]].concat(), [vec![0; 74], end].concat()]
}

/// Answers the controller's jobs with the pieces of a block; gives those jobs, without their references.
fn download(station: &mut Station, request: &str, pieces: &[&[u8]]) -> Vec<String> {
    let mut answers = station.ask(&hex(request));
    let mut jobs = vec![shown(&answers[0])];
    let mut pieces = pieces.iter().peekable();
    while let Some(asked) = answers.last().filter(|pdu| pdu[1] == 1).cloned() {
        jobs.push(shown(&[&asked[..4], &asked[6..]].concat()));
        let mut answer = hex("32 03 0000 0000");
        answer[4..6].copy_from_slice(&asked[4..6]);
        if asked[10] == 0x1C {
            answer.extend(hex("0001 0000 0000 1c"));
        } else {
            let piece = pieces.next().unwrap();
            let more = u8::from(pieces.peek().is_some());
            answer.extend([0, 2, 0, piece.len() as u8 + 4, 0, 0, 0x1B, more, 0, piece.len() as u8, 0, 0xFB]);
            answer.extend(*piece);
        }
        answers = station.ask(&answer);
    }
    jobs
}

#[test]
fn a_block_is_loaded_listed_told_about_and_read_out_as_it_came() {
    let mut station = Station::new();
    let checksum = |station: &Station| station.plc.image.get(find("Id.Prog").unwrap());
    let before = checksum(&station);
    assert_ne!(before, Value::Whole(0));
    let [first, second] = pieces();
    let block = [first.clone(), second.clone()].concat();
    assert_eq!(block.len(), 332);
    // Frames 57 to 64.
    let request =
        "32 01 0000 bd0a 0020 0000 1a 00 0100 00000000 09 5f30383030303031 50 0d 31303030333332303030323132";
    let jobs = download(&mut station, request, &[&first, &second]);
    let asked = |function: &str| {
        digits(&format!("32 01 0000 0012 0000 {function} 00 0000 00000000 09 5f3038303030303150"))
    };
    assert_eq!(jobs, [digits("32 03 0000 bd0a 0001 0000 0000 1a"), asked("1b"), asked("1b"), asked("1c")]);
    assert_eq!(station.plc.program()[&(0x38, 1)], Block(block.clone()));
    assert_ne!(checksum(&station), before);
    // Frames 65 to 68, 95 and 96.
    assert_eq!(
        station.one("32 01 0000 be0a 001a 0000 28 000000000000fd 000a 01 00 3038303030303150 05 5f494e5345"),
        digits("32 03 0000 be0a 0001 0000 0000 28")
    );
    assert_eq!(
        station.one("32 07 0000 c10a 0008 0006 00 01 12 04 11 43 02 00 ff 09 0002 3038"),
        digits("32 07 0000 c10a 000c 0008 00 01 12 08 12 83 02 01 00 00 0000 ff 09 0004 0001 22 03")
    );
    assert_eq!(
        station.one("32 07 0000 d90a 0008 000c 00 01 12 04 11 43 03 00 ff 09 0008 3038303030303141"),
        digits(
            "32 07 0000 d90a 000c 0052 00 01 12 08 12 83 03 00 00 00 0000 ff 09 004e 0100 004a 2200 7070 01 01 \
             03 08 0001 0000014c 00000000 04d1d4e02dce 03a1638321a7 001c 0014 001a 00d4 \
             000000000000000000000000000000000000000000000000 0100 5935 0000000000000000"
        )
    );
    let started = station.ask(&job(&hex("1d 00 0000 00000000 09 5f3038303030303141"), &[]));
    assert_eq!(shown(&started[0][12..]), digits("1d 00 0100 00000001 07 30303030333332"));
    let mut read = Vec::new();
    for more in [1, 0] {
        let piece = station.ask(&job(&hex("1e 00 0000 00000001"), &[]));
        assert_eq!(piece[0][12..14], [0x1E, more]);
        read.extend_from_slice(&piece[0][18..]);
    }
    assert_eq!(read, block);
    assert_eq!(shown(&station.ask(&job(&hex("1f 00 0000 00000001"), &[]))[0][12..]), "1f");
    assert_eq!(station.refused(&hex("1e 00 0000 00000001"), &[]), 0x8401, "it has ended");
}

#[test]
fn a_block_that_is_not_what_was_said_or_too_much_is_not_loaded() {
    let mut station = Station::new();
    let program = station.plc.program().clone();
    let request = |name: &str, sizes: &str| {
        let text = |text: &str| shown(text.as_bytes());
        format!("32 01 0000 bd0a 0020 0000 1a 00 0100 00000000 09 {} 0d {}", text(name), text(sizes))
    };
    let [first, second] = pieces();
    let ends_with = |jobs: Vec<String>| jobs.last().unwrap()[16..].to_owned();
    let told = |code: &str, name: &str| format!("1c00{code}0000000009{}", shown(name.as_bytes()));
    // Shorter than announced, longer, of another number, of another type.
    let jobs = download(&mut station, &request("_0800001P", "1000332000212"), &[&first]);
    assert_eq!(ends_with(jobs), told("d219", "_0800001P"));
    let jobs = download(&mut station, &request("_0800001P", "1000300000212"), &[&first, &second]);
    assert_eq!(ends_with(jobs), told("d219", "_0800001P"));
    let jobs = download(&mut station, &request("_0800002P", "1000332000212"), &[&first, &second]);
    assert_eq!(ends_with(jobs), told("d210", "_0800002P"));
    let mut refusal = |name: &str, sizes: &str| {
        let answers = station.ask(&hex(&request(name, sizes)));
        assert_eq!(answers.len(), 1);
        shown(&answers[0][10..])
    };
    assert_eq!(refusal("_0D00001P", "1000332000212"), "0113", "a system function");
    assert_eq!(refusal("_XX00001P", "1000332000212"), "d201");
    assert_eq!(refusal("_0800001P", "1aaaaaa000212"), "d202");
    assert_eq!(station.plc.program(), &program);
}

#[test]
fn the_load_memory_is_a_mebibyte() {
    let mut station = Station::new();
    station.plc.load(0x45, 9, Block(vec![0; 700_000]));
    let request =
        |kind: u8| [&hex("1a 00 0100 00000000 09")[..], b"_0", &[kind], b"00009P\x0d1400000000212"].concat();
    assert_eq!(station.refused(&request(b'C'), &[]), 0x8301);
    assert_eq!(station.refused(&request(b'E'), &[]), 0, "in place of the one that takes so much");
}

#[test]
fn blocks_are_counted_deleted_and_then_not_there() {
    let mut station = Station::new();
    // s7comm_program_blocklist_onlineview.pcap, frames 58 and 59, with other counts.
    let count = "32 07 0000 0400 0008 0004 00 01 12 04 11 43 01 00 0a 00 0000";
    let counts = |data: u8| {
        digits(&format!(
            "32 07 0000 0400 000c 0020 00 01 12 08 12 83 01 00 00 00 0000 ff 09 001c \
             3038 0001 3045 0000 3043 0003 3041 00{data:02x} 3042 0000 3044 0000 3046 0000"
        ))
    };
    assert_eq!(station.one(count), counts(5));
    let delete =
        |name: &str| [&hex("28 000000000000fd 000a 0100")[..], name.as_bytes(), b"\x05_DELE"].concat();
    assert_eq!(station.refused(&delete("0A00140B"), &[]), 0);
    assert_eq!(station.one(count), counts(4));
    assert_eq!(station.refused(&delete("0A00140B"), &[]), 0xD209);
    // Frames 43 and 44: a block that is not there.
    assert_eq!(
        station.one("32 07 0000 0400 0008 000c 00 01 12 04 11 43 03 00 ff 09 0008 3042333237363842"),
        digits("32 07 0000 0400 000c 0004 00 01 12 08 12 83 03 00 00 00 d209 0a 00 0000")
    );
}

#[test]
fn the_clock_is_read_and_set() {
    let mut station = Station::new();
    station.now = clock::decode(&hex("00191408201159439124")).unwrap();
    // s7comm_reading_setting_plc_time.pcap, frames 25, 26, 43, 44.
    let read = "32 07 0000 0700 0008 0004 00 01 12 04 11 47 01 00 0a 00 0000";
    let told = "32 07 0000 0700 000c 000e 00 01 12 08 12 87 01 01 00 00 0000 ff 09 000a 00 19 1408201159";
    assert_eq!(station.one(read), digits(&format!("{told} 439124")));
    assert_eq!(
        station.one("32 07 0000 0c00 0008 000e 00 01 12 04 11 47 02 00 ff 09 000a 00 19 1408201159330400"),
        digits("32 07 0000 0c00 000c 0004 00 01 12 08 12 87 02 01 00 00 0000 0a 00 0000")
    );
    assert_eq!(station.plc.clock_ahead_nanos, -10_872_000_000);
    assert_eq!(station.one(read), digits(&format!("{told} 330404")));
}

#[test]
fn the_mode_is_told_with_the_time_and_lists_that_are_not_there_are_refused() {
    let mut station = Station::new();
    station.now = clock::decode(&hex("0019 1602082317446182")).unwrap();
    let ask = |list: &str| format!("32 07 0000 0400 0008 0008 00 01 12 04 11 44 01 00 ff 09 0004 {list}");
    // tia_s300_goOnline.pcap, frames 5 and 6; the sequence number is another.
    assert_eq!(
        station.one(&ask("0424 0004")),
        digits(
            "32 07 0000 0400 000c 0020 00 01 12 08 12 84 01 01 00 00 0000 ff 09 001c 0424 0000 0014 0001 \
             5144 ff08 0000000000000000 1602082317446182"
        )
    );
    let refused = |code: &str| {
        digits(&format!("32 07 0000 0400 000c 0004 00 01 12 08 12 84 01 01 00 00 {code} 0a 00 0000"))
    };
    assert_eq!(station.one(&ask("0111 0009")), refused("d402"));
    assert_eq!(station.one(&ask("0222 5050")), refused("d401"));
}

#[test]
fn a_long_list_comes_in_parts_that_are_asked_for() {
    let mut station = Station::new();
    // tia_s300_goOnline.pcap, frames 15 to 18: the first part fills the PDU of 240 bytes.
    let first = station.one("32 07 0000 0900 0008 0008 00 01 12 04 11 44 01 00 ff 09 0004 001c 0000");
    let head =
        "32 07 0000 0900 000c 00da 00 01 12 08 12 84 01 01 01 01 0000 ff 09 00d6 001c 0000 0022 000a 0001";
    assert!(first.starts_with(&digits(head)) && first.len() == 480);
    let next = "32 07 0000 0a00 000c 0004 00 01 12 08 12 44 01 01 00 00 0000 0a 00 0000";
    let second = station.one(next);
    assert!(
        second
            .starts_with(&digits("32 07 0000 0a00 000c 008a 00 01 12 08 12 84 01 01 01 00 0000 ff 09 0086"))
    );
    assert!(station.one(next).contains("8104"), "there are no more");
}

#[test]
fn a_password_opens_what_is_protected() {
    let mut station = Station::at(&Cpu::with_password("quay"));
    let upload = "32 01 0000 0600 0012 0000 1d 00 0000 00000000 09 5f3038303030303141";
    // s7ident.pcap of ICSNPP, frames 20 and 21.
    let refused = digits("32 02 0000 0600 0000 0000 d241");
    assert_eq!(station.one(upload), refused);
    assert_eq!(station.refused(&hex("29 00 00 00 00 00 09 505f50524f4752414d"), &[]), 0xD241);
    assert_eq!(station.plc.mode, Mode::Run);
    let enter =
        |disguised: &str| format!("32 07 0000 0c00 0008 000c 00 01 12 04 11 45 01 00 ff 09 0008 {disguised}");
    assert!(station.one(&enter("6462677475767778")).ends_with("d6020a000000"));
    assert_eq!(station.one(upload), refused);
    // "quay" and four blanks: each XOR 0x55 and the one two places before.
    let disguised = "24 20 10 0c 65 79 10 0c";
    assert!(station.one(&enter(disguised)).ends_with("00000a000000"));
    assert_ne!(station.one(upload), refused);
    station.one("32 07 0000 0c00 0008 0004 00 01 12 04 11 45 02 00 0a 00 0000");
    assert_eq!(station.one(upload), refused);
    assert!(Station::new().one(&enter(disguised)).ends_with("d6050a000000"), "there is none");
}
