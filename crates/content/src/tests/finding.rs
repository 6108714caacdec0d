use super::made::{base64, coarri, gzip, hex, json, number, pieces, utf16, whole, zlib};
use crate::{Found, Seen};
use quaywatch_model::DataClass;
use quaywatch_model::DataClass::{
    ContainerIds, Credentials, EdifactMessages, MachineIdentity, VesselIds, Weights,
};

fn count(found: &Found, class: DataClass) -> u64 {
    found.of(class).map_or(0, |things| things.count())
}

#[test]
fn a_list_of_moves_gives_its_distinct_containers_and_weights() {
    let text = json(100) + &json(100);
    let mut found = whole(text.as_bytes());
    assert_eq!(count(&found, ContainerIds), 100);
    assert_eq!(count(&found, Weights), 100);
    assert!(found.tells(ContainerIds));
    assert_eq!(found.take_seen().class, Some(ContainerIds));
    assert_eq!(found.take_seen(), Seen { class: None, shapes: false });
    let samples: Vec<&str> = found.of(ContainerIds).unwrap().samples().collect();
    assert_eq!(samples.len(), 3);
    assert!(samples.iter().all(|sample| sample.contains("••••")), "{samples:?}");
}

#[test]
fn an_edifact_interchange_tells_containers_vessel_voyage_and_weights() {
    for text in [coarri(50), coarri(50).replace("UNA:+.? '", "")] {
        let found = whole(text.as_bytes());
        assert_eq!([ContainerIds, VesselIds, Weights].map(|class| count(&found, class)), [50, 2, 50]);
        assert!(found.of(ContainerIds).unwrap().is_sure());
    }
    let other = coarri(5)
        .replace(":+.? '", "@*.? ~")
        .replace("'", "~")
        .replace('+', "*")
        .replace(':', "@")
        .replace("@*.? ~", ":x");
    let other = other.replace("UNA:x", "UNA@*.? ~");
    let found = whole(other.as_bytes());
    assert_eq!([ContainerIds, Weights].map(|class| count(&found, class)), [5, 5], "{other}");
}

#[test]
fn messages_are_told_by_type_and_number_whatever_they_hold() {
    let types = ["BAPLIE", "COARRI", "COPRAR", "CODECO", "VERMAS"];
    for kind in types {
        let message = |number| format!("UNH+{number}+{kind}:D:95B:UN:SMDG20'BGM+45+1+9'UNT+3+{number}'");
        let interchange = |number| {
            format!("UNB+UNOA:2+A+B+260101:1200+{number}'{}{}UNZ+2+{number}'", message(1), message(2))
        };
        let found = whole((interchange(7) + &interchange(8) + &interchange(7)).as_bytes());
        assert_eq!(
            count(&found, EdifactMessages),
            4,
            "two in each of two interchanges, of which one came twice"
        );
        assert_eq!(
            found.of(EdifactMessages).unwrap().samples().collect::<Vec<_>>(),
            [format!("EDIFACT {kind}")]
        );
        assert_eq!(count(&found, ContainerIds), 0);
    }
    let found = whole(coarri(50).as_bytes());
    assert_eq!((count(&found, EdifactMessages), count(&found, ContainerIds)), (1, 50));
    for other in ["UNH+1+2'UNT+1+1'", "UNH+ A MENU+COARRI'", "x UNH+1+coarri:D:95B:UN'"] {
        assert_eq!(count(&whole(other.as_bytes()), EdifactMessages), 0, "{other}");
    }
}

#[test]
fn rows_of_csv_and_sql_give_their_weights() {
    let csv: String = (0..20).map(|n| format!("{};{};{};{}\r\n", n, number(n), 4_000 + n, n % 9)).collect();
    let found = whole(format!("id;container_no;gross_kg;bay\r\n{csv}").as_bytes());
    assert_eq!([ContainerIds, Weights].map(|class| count(&found, class)), [20, 20]);
    let sql: String = (0..20).map(|n| format!("(N'{}', {}, {}),", number(n), 4_000 + n, n % 9)).collect();
    let found = whole(format!("INSERT INTO moves (container, vgm, bay) VALUES {sql}").as_bytes());
    assert_eq!([ContainerIds, Weights].map(|class| count(&found, class)), [20, 20]);
}

#[test]
fn a_plain_weight_counts_only_near_a_container_or_its_place() {
    assert_eq!(count(&whole(br#"{"weight":400,"font":"x"}"#), Weights), 0);
    assert_eq!(count(&whole(br#"{"weight":400,"bay":17}"#), Weights), 1);
    assert_eq!(count(&whole(br#"{"bay":17,"weight":400}"#), Weights), 1);
    let far = format!(r#"{{"bay":17,{}"weight":400}}"#, " ".repeat(600));
    assert_eq!(count(&whole(far.as_bytes()), Weights), 0);
}

#[test]
fn one_bare_number_is_no_proof_but_two_or_one_in_its_field_are() {
    let [one, other] = [number(1), number(2)];
    assert!(!whole(format!("part {one} is out of stock").as_bytes()).tells(ContainerIds));
    assert!(whole(format!("{one} {other}").as_bytes()).tells(ContainerIds));
    assert!(whole(format!(r#"{{"containerNo":"{one}"}}"#).as_bytes()).tells(ContainerIds));
    assert!(whole(format!("{one}45R1").as_bytes()).tells(ContainerIds));
}

#[test]
fn credentials_are_found_and_never_shown() {
    let texts = [
        "user=sa&password=Hunter22!&x=1",
        "Authorization: Basic c2E6SHVudGVyMjIh\r\n",
        "Server=db;User ID=sa;Password=Hunter22!;",
        r#"{"db_password": "Hunter22!"}"#,
        "opc.tcp://crane:Hunter22!@10.0.0.1:4840/",
        "-----BEGIN RSA PRIVATE KEY-----\nHunter22Hunter22Hunter22\n",
    ];
    for text in texts {
        let found = whole(text.as_bytes());
        assert_eq!(count(&found, Credentials), 1, "{text}");
        let samples: Vec<&str> = found.of(Credentials).unwrap().samples().collect();
        assert!(samples.iter().all(|sample| sample.ends_with("(masked)")), "{samples:?}");
    }
    assert_eq!(count(&whole(b"<input type=\"password\" name=\"password\">"), Credentials), 0);
}

#[test]
fn vessels_and_machines_are_found_by_the_names_of_their_fields() {
    let found = whole(
        br#"{"imo":9074729,"voyage":"449N","callSign":"DABC","mmsi":"366123456","serialNumber":"S C-1234"}"#,
    );
    assert_eq!([VesselIds, MachineIdentity].map(|class| count(&found, class)), [4, 1]);
    assert_eq!(count(&whole(b"departs IMO 9227273 tonight"), VesselIds), 1);
    assert_eq!(count(&whole(b"departs IMO 9227274 tonight"), VesselIds), 0);
}

#[test]
fn wraps_are_undone_three_deep() {
    let text = json(40).into_bytes();
    let wide = utf16(&json(40));
    let wrapped = [
        text.clone(),
        wide.clone(),
        gzip(&text),
        zlib(&text),
        base64(&text),
        hex(&text),
        base64(&gzip(&text)),
        hex(&zlib(&text)),
        gzip(&base64(&text)),
        gzip(&wide),
        base64(&gzip(&wide)),
        utf16(std::str::from_utf8(&base64(&gzip(&text))).unwrap()),
    ];
    for (case, bytes) in wrapped.into_iter().enumerate() {
        let framed = [b"\x01\x02header: ", &bytes[..], b"\xff\x00 trailer"].concat();
        let found = whole(&framed);
        assert_eq!([ContainerIds, Weights].map(|class| count(&found, class)), [40, 40], "case {case}");
        let by_seven = pieces(framed.chunks(7));
        assert_eq!(found, by_seven, "case {case}");
    }
    let four = base64(&hex(&base64(&hex(&text))));
    assert_eq!(whole(&four), Found::new());
}

#[test]
fn base64_in_lines_is_read_through_and_hexadecimal_behind_0x() {
    let lines: Vec<u8> =
        base64(json(40).as_bytes()).chunks(76).flat_map(|line| [line, b"\r\n"].concat()).collect();
    assert_eq!(count(&whole(&lines), ContainerIds), 40);
    let dump = [b"VALUES (0x", &hex(json(40).as_bytes())[..], b")"].concat();
    assert_eq!(count(&whole(&dump), ContainerIds), 40);
}

#[test]
fn rows_of_a_database_protocol_give_their_wide_texts() {
    // A row of TDS: a token, each NVARCHAR behind its length in bytes, a number in binary.
    let row = |n| [&[0xd1, 22, 0][..], &utf16(&number(n)), &[4], &n.to_le_bytes()].concat();
    let rows: Vec<u8> = (0..200).flat_map(row).collect();
    let found = whole(&rows);
    assert_eq!(count(&found, ContainerIds), 200);
    assert_eq!(found, pieces(rows.chunks(11)));
}
