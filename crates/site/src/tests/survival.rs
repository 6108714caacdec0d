//! Any text at all: mistakes, never a panic.

use super::{Numbers, QUAY, parse, parse_with, party};
use crate::tags::object::Object;
use crate::{Block, Site};
use proptest::prelude::*;
use quaywatch_model::Value;
use std::net::{IpAddr, Ipv4Addr};

const WITH_MAP: &str = "[[tag_map]]\nof = \"any\"\nfile = \"t\"\nprotocol = \"s7\"\n";

/// Pieces that come near to what is valid.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "[",
        "]",
        "[[writer]]",
        "[crane.A]",
        "networks",
        "=",
        "\"",
        "\n",
        "\r",
        "10.0.0.0/8",
        ".10",
        "zone",
        ",",
        ";",
        "tag",
        "address",
        "type",
        "holding ",
        "DB1.DBD",
        "40001",
        "..",
        "{crane}",
        "ns=2;s=",
        "bit",
        "5",
        "-",
        "vlans",
        "{",
        "}",
        "é",
        "\u{feff}",
        "#",
        "pattern",
        "M10.0",
        "true",
        "1e400",
        "99999999999",
        "string[3]",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_site_and_any_tag_map_are_survived(site in pieces(), map in pieces(), text in any::<String>()) {
        for text in [&site, &text] {
            if let Err(errors) = parse(text) {
                prop_assert!(!errors.mistakes.is_empty());
                prop_assert!(errors.mistakes.iter().all(|mistake| mistake.at.line > 0 && mistake.at.column > 0));
            }
        }
        for map in [&map, &text, &format!("tag,address\n{map}")] {
            let _ = parse_with(WITH_MAP, &[("t", map)]);
        }
    }

    #[test]
    fn a_good_site_that_is_cut_or_changed_anywhere_is_survived(at in 0..QUAY.len(), byte in 0_u8..128) {
        let _ = parse(QUAY.get(..at).unwrap_or_default());
        let mut changed = QUAY.as_bytes().to_vec();
        changed[at] = byte;
        let _ = parse(&String::from_utf8_lossy(&changed));
    }

    #[test]
    fn any_object_and_value_are_survived(object in pieces(), raw in any::<Vec<u8>>(), list in any::<Vec<u64>>()) {
        let map = "tag,address,type\nA,DB1.DBB0,string[9]\nB,M1.0,\nC,DB1.DBD4,real\nD,DB2.DBB0,lint\n";
        let site = parse_with(WITH_MAP, &[("t", map)]).unwrap();
        let server = party(&site, "10.0.0.1");
        let list = Numbers(&list);
        let values = [Value::Bytes(&raw), Value::List(&list), Value::Unsigned(7), Value::Secret];
        for object in [object.as_str(), "DB1.DBB0..200", "DB1.DBW0..60", "DB1.DBX4.0..9.7", "MB0..9", "DB2.DBB0..7"] {
            for protocol in ["s7comm", "modbus", "cip", "opcua"] {
                let _ = Object::parse(protocol, object);
            }
            for value in &values {
                site.tags(&server, "s7comm", None, object, Some(value), &mut |hit| {
                    let _ = hit.number();
                });
            }
        }
    }

    #[test]
    fn the_networks_of_a_range_hold_its_addresses_and_no_others(a: u32, b: u32, probe: u32) {
        let ip = |number| IpAddr::V4(Ipv4Addr::from_bits(number));
        let text = format!("[asset.a]\naddresses = \"{}-{}\"\n", ip(a.min(b)), ip(a.max(b)));
        let site = parse(&text).unwrap();
        let block = Block::range(ip(a.min(b)), ip(a.max(b))).unwrap();
        for number in [a, b, probe, a.wrapping_sub(1), a.wrapping_add(1), b.wrapping_add(1)] {
            let address = super::address(&ip(number).to_string());
            prop_assert_eq!(site.asset_of(address).is_some(), (a.min(b)..=a.max(b)).contains(&number));
            prop_assert_eq!(block.contains(address), (a.min(b)..=a.max(b)).contains(&number));
        }
    }
}

#[test]
fn a_file_that_is_no_text_is_read_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.toml");
    std::fs::write(&path, b"[site]\nname = \"\xff\"\n[[tag_map]]\nof = \"any\"\nfile = \"t.csv\"\n").unwrap();
    std::fs::write(
        folder.path().join("t.csv"),
        b"tag;protocol;address;description\nA;modbus;40001;gr\xfcn\n",
    )
    .unwrap();
    let site = Site::load(&path).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(site.all_tags().count(), 1);
    let errors = Site::load(&folder.path().join("none.toml")).unwrap_err();
    assert!(errors.to_string().contains("none.toml:1:1: cannot be read"), "{errors}");
}
