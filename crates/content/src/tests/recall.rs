//! That real messages give all their container numbers, whatever format they have, and although some in them are wrong.

use super::made::{Chance, base64, coarri, gzip, json, number, pieces, utf16, whole};
use crate::Found;
use quaywatch_model::DataClass::ContainerIds;

/// So many containers a message.
const COUNT: u32 = 40;

fn list(row: impl Fn(u32, String) -> String) -> String {
    (0..COUNT).map(|n| row(n, number(n))).collect()
}

fn baplie() -> String {
    let rows = list(|n, number| {
        format!(
            "LOC+147+0{n:02}0482::5'FTX+AAA+++GOODS'MEA+VGM++KGM:{}'LOC+9+USOAK'LOC+11+JPTYO'RFF+BM:1'\
             EQD+CN+{number}+45G1+++5'NAD+CA+LINE:172:20'",
            9_000 + n
        )
    });
    format!("UNB+UNOA:2+A+B+260101:1200+7'UNH+1+BAPLIE:D:95B:UN:SMDG22'BGM++1+9'{rows}UNT+9+1'UNZ+1+7'")
}

/// Messages, by what they are.
fn messages() -> Vec<(&'static str, Vec<u8>)> {
    let csv = list(|n, number| format!("{n};{number};{};LOAD\r\n", 4_000 + n));
    let sql = list(|n, number| format!("({n}, N'{number}', {}),", 4_000 + n));
    let fixed = list(|n, number| format!("{n:05} {number}45G1{:06}\r\n", 4_000 + n));
    let padded = list(|n, number| format!("{n:05} {number}    {:06}\r\n", 4_000 + n));
    let xml = list(|n, number| format!("<Move id=\"{n}\"><Unit>{number}</Unit></Move>\n"));
    let prose = list(|n, number| format!("{n}. Container {} {} was damaged.\n", &number[..4], &number[4..]));
    // A telegram to a controller: a header in binary, the number as a string behind its lengths, and values.
    let mut chance = Chance(1);
    let telegrams = (0..COUNT).flat_map(|n| {
        let values: Vec<u8> = (0..700).map(|_| chance.next() as u8 | 0x80).collect();
        [&[2, 0, n as u8, 0, 11, 11][..], number(n).as_bytes(), &[0, 3], &values[..]].concat()
    });
    let telegrams = telegrams.collect();
    let table = |header: &str, rows: &str| format!("{header}{rows}").into_bytes();
    vec![
        ("BAPLIE", baplie().into_bytes()),
        ("COARRI", coarri(COUNT).into_bytes()),
        ("COPRAR", coarri(COUNT).replace("COARRI", "COPRAR").replace("EQD+", "FTX+").into_bytes()),
        ("JSON", json(COUNT).into_bytes()),
        ("JSON, wide", utf16(&json(COUNT))),
        ("JSON, compressed, as text", base64(&gzip(json(COUNT).as_bytes()))),
        ("CSV", table("id;container_no;gross_kg;move_type\r\n", &csv)),
        ("CSV without header", csv.clone().into_bytes()),
        ("CSV, wide", utf16(&csv)),
        ("SQL", table("INSERT INTO m (id, cntr_no, vgm) VALUES ", &sql)),
        ("fixed records", fixed.into_bytes()),
        ("fixed records, padded", padded.into_bytes()),
        ("XML", xml.into_bytes()),
        ("prose", prose.into_bytes()),
        ("telegrams", telegrams),
    ]
}

fn count(found: &Found) -> u64 {
    if found.tells(ContainerIds) { found.of(ContainerIds).unwrap().count() } else { 0 }
}

#[test]
fn every_format_gives_all_its_numbers() {
    for (name, message) in messages() {
        assert_eq!(count(&whole(&message)), u64::from(COUNT), "{name}");
        assert_eq!(count(&pieces(message.chunks(97))), u64::from(COUNT), "{name}, in pieces");
    }
}

#[test]
fn numbers_with_a_wrong_digit_among_them_do_not_hide_the_others() {
    let wrong = |number: String| {
        let last = number.as_bytes()[10] - b'0';
        (number.clone(), format!("{}{}", &number[..10], (last + 1) % 10))
    };
    for (name, message) in messages() {
        let Ok(mut text) = String::from_utf8(message) else { continue };
        if !text.contains(&number(0)) {
            continue;
        }
        for (right, wrong) in (0..COUNT).step_by(5).map(|n| wrong(number(n))) {
            text = text.replace(&right, &wrong);
        }
        assert_eq!(count(&whole(text.as_bytes())), u64::from(COUNT - COUNT / 5), "{name}");
    }
}

#[test]
fn one_number_is_enough_where_its_column_or_record_names_it() {
    let number = number(1);
    for text in [
        format!("bay,container\r\n1,{number}\r\n"),
        format!("bay,container\n1,{number}"),
        format!("INSERT INTO m (bay, container) VALUES (17, '{number}')"),
        format!("EQD <Container>{number}</Container>"),
        format!("container={number}&bay=1"),
        format!("0001 {number}22G1"),
    ] {
        assert_eq!(count(&whole(text.as_bytes())), 1, "{text}");
    }
}

#[test]
fn trailers_and_equipment_count_only_where_a_field_calls_them_containers() {
    let valid = |category: char| {
        let stem = format!("TST{category}123456");
        (0..10)
            .map(|check| format!("{stem}{check}"))
            .find(|number| crate::container::whole(number.as_bytes()).is_some())
            .unwrap()
    };
    for number in ['J', 'Z'].map(valid) {
        assert_eq!(whole(format!("chassis {number} 22G1, again {number}").as_bytes()), Found::new());
        assert_eq!(count(&whole(format!(r#"{{"containerNo":"{number}"}}"#).as_bytes())), 1);
    }
}
