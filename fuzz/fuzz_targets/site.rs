//! Any text as `site.toml`, any texts as its tag maps: mistakes are told with their place, a site that is read answers,
//! and both are the same every time.
//!
//! Input: texts with a zero byte between them; the first is the site's, the others are given for the files it names,
//! in turn.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quaywatch_model::{Address, DataClass, Value, Verb};
use quaywatch_site::{Site, SiteErrors};
use std::io;

const ADDRESSES: [[u8; 4]; 4] = [[10, 0, 0, 1], [10, 70, 7, 20], [192, 168, 1, 255], [8, 8, 8, 8]];
const OBJECTS: [(&str, &str); 5] = [
    ("s7comm", "DB1.DBB0..200"),
    ("s7comm", "MB0..9"),
    ("modbus", "holding 1..120"),
    ("opcua", "ns=2;s=a"),
    ("enip", "Par.OverloadPct"),
];

fn read(site: &str, maps: &[&str]) -> Result<Site, SiteErrors> {
    let mut maps = maps.iter().cycle();
    Site::parse("site.toml", site, &mut |_| {
        maps.next().map(ToString::to_string).ok_or_else(|| io::Error::other("there is none"))
    })
}

/// What the site says of some hosts and what they do.
fn answers(site: &Site) -> String {
    let mut told = String::new();
    let hosts = ADDRESSES.map(|address| Address::from(std::net::IpAddr::from(address)));
    for host in hosts {
        let party = site.party(host);
        told +=
            &format!("{party:?} {:?} {:?}\n", site.scope(host), site.recipient_of(host, Some("a.example")));
        for other in hosts.map(|other| site.party(other)) {
            let may = site.may_pass(&party, &other, "modbus", Some(Verb::Write));
            told += &format!("{may:?} {:?}\n", site.vendor_link("rdp", &party, &other));
        }
        for (protocol, object) in OBJECTS {
            for value in [None, Some(Value::Bytes(&[0x7f; 201])), Some(Value::Unsigned(7))] {
                site.tags(&party, protocol, None, object, value.as_ref(), &mut |hit| {
                    told += &format!("{} {:?} {:?}\n", hit.tag.name, hit.whole, hit.number());
                });
            }
        }
        for recipient in site.recipients() {
            told += &format!("{:?}\n", site.may_have(recipient, DataClass::Weights, &party));
        }
    }
    told
}

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let (site, maps) = text.split_once('\0').unwrap_or((&text, ""));
    let maps: Vec<&str> = maps.split('\0').collect();
    match (read(site, &maps), read(site, &maps)) {
        (Ok(site), Ok(again)) => assert_eq!(answers(&site), answers(&again)),
        (Err(errors), Err(again)) => {
            assert_eq!(errors, again);
            assert!(!errors.mistakes.is_empty() && errors.mistakes.len() <= 200);
            for mistake in &errors.mistakes {
                assert!(mistake.at.line > 0 && mistake.at.column > 0);
                let steers = |character: char| character.is_control();
                assert!(!mistake.to_string().contains(steers), "{mistake:?} would steer a terminal");
            }
        }
        _ => panic!("the same text is read once and not again"),
    }
});
