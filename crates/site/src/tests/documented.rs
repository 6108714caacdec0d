//! What docs/site.md says, and the sample.

use super::{address, parse, parse_with, party};
use crate::{KEYS, LINK_KINDS, Permit, Site, VERB_GROUPS, ZoneKind};
use quaywatch_model::{DataClass, Role, Value, Verb};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn document() -> String {
    std::fs::read_to_string(root().join("docs/site.md")).unwrap()
}

/// The blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).filter_map(|part| part.split("```").next().map(str::to_owned)).collect()
}

#[test]
fn every_key_and_word_is_documented() {
    let text = document();
    let words = |words: &mut dyn Iterator<Item = &str>| {
        let missing: Vec<_> =
            words.filter(|word| !text.contains(&format!("`{word}`"))).map(str::to_owned).collect();
        assert_eq!(missing, Vec::<String>::new());
    };
    words(&mut KEYS.iter().skip(1).flat_map(|(_, keys)| keys.iter().copied()));
    words(&mut ZoneKind::ALL.iter().map(|word| word.as_str()));
    words(&mut Role::ALL.iter().map(|word| word.as_str()));
    words(&mut DataClass::ALL.iter().map(|word| word.as_str()));
    words(&mut LINK_KINDS.iter().copied());
    words(&mut VERB_GROUPS.iter().map(|(name, _)| *name));
    words(&mut crate::words::VERBS.iter().map(|verb| verb.as_str()));
    for (table, _) in KEYS.iter().skip(1) {
        assert!(text.contains(&format!("`{table}`")), "{table}");
    }
}

#[test]
fn the_documented_examples_can_be_read() {
    let text = document();
    let (examples, map) = (blocks(&text, "toml"), blocks(&text, "csv"));
    assert!(parse(&examples[0]).is_ok());
    let site = parse_with(&examples[1], &[("sts.csv", &map[0])]).unwrap_or_else(|errors| panic!("{errors}"));
    let (plc, ews) = (party(&site, "10.70.8.10"), party(&site, "10.70.200.30"));
    let mut asked = 0;
    site.tags(&plc, "s7comm", None, "DB120.DBD4", Some(&Value::Float32(150.0)), &mut |hit| {
        asked += 1;
        let permit = site.may_write(&ews, &plc, Verb::Write, Some(hit.tag), hit.number());
        assert!(permit.is_denied(), "{permit:?}");
        assert!(site.may_write(&ews, &plc, Verb::Write, Some(hit.tag), Some(105.0)).is_allowed());
    });
    assert_eq!(asked, 1);
}

#[test]
fn the_documented_mistake_is_told_that_way() {
    let errors = parse("[crane.STS07]\nnetwroks = []\n").unwrap_err().to_string();
    let documented = document();
    let line = documented.lines().find(|line| line.contains("site.toml:2:1")).unwrap().trim();
    let start = line.strip_suffix("...").unwrap();
    assert!(errors.starts_with(start), "{errors}\n{start}");
}

#[test]
fn the_sample_describes_the_hosts_of_the_sample_capture() {
    let site =
        Site::load(&root().join("samples/mixed-crane/site.toml")).unwrap_or_else(|errors| panic!("{errors}"));
    for host in [10, 11, 12, 13, 14, 15, 16, 17, 20, 21, 30, 40, 50] {
        let party = party(&site, &format!("10.70.7.{host}"));
        assert!(party.asset.is_some() && party.zone.is_some() && party.crane.is_some(), "{host}");
    }
    let laptop = party(&site, "10.70.7.66");
    assert_eq!((laptop.asset, laptop.zone, laptop.crane.is_some()), (None, None, true));
    let may =
        |from: &str, to: &str, verb| site.may_write(&party(&site, from), &party(&site, to), verb, None, None);
    assert!(may("10.70.7.30", "10.70.7.10", Verb::DownloadProgram).is_allowed());
    assert!(may("10.70.7.30", "10.70.7.10", Verb::Stop).is_denied());
    assert!(may("10.70.7.66", "10.70.7.12", Verb::DownloadProgram).is_denied());
    assert!(may("10.70.7.20", "10.70.7.11", Verb::SetClock).is_allowed());
    assert_eq!(may("10.70.7.66", "10.70.7.12", Verb::Read), Permit::NotStated);
    let mut tags = Vec::new();
    let value = Value::Unsigned(1_093_895_455);
    site.tags(&site.party(address("10.70.7.10")), "s7comm", None, "MD0", Some(&value), &mut |hit| {
        hit.value(&mut |value| tags.push(format!("{} {value} {:?}", hit.tag.name, hit.tag.unit)));
    });
    assert_eq!(tags, ["Wind.Spd 11.22 Some(\"m/s\")"]);
}
