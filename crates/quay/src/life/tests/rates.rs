//! What comes again and again comes as often as it should, and says what it should.

use super::seen::{Seen, last_number, tcp, udp};
use super::{LITTLE, Maker, SIEMENS, live};
use crate::life::Pace;
use std::collections::{BTreeMap, BTreeSet};

fn texts(seen: &[&Seen]) -> String {
    seen.iter().map(|seen| String::from_utf8_lossy(seen.payload()).into_owned()).collect()
}

#[test]
fn everybody_with_a_clock_asks_both_servers_at_its_own_interval_and_is_told_the_time() {
    let all = udp(&SIEMENS, 123);
    let mut questions: BTreeMap<(u8, u8), u32> = BTreeMap::new();
    for seen in all.iter().filter(|seen| seen.payload()[0] & 7 == 3) {
        *questions.entry((last_number(seen.from()), last_number(seen.to()))).or_default() += 1;
    }
    assert_eq!(questions.len(), 20, "ten hosts, two servers");
    for (host, rate) in [(10, 56), (2, 14), (70, 28), (50, 7), (41, 3)] {
        for server in [13, 14] {
            let count = questions[&(host, server)];
            assert!(count.abs_diff(rate) <= 1, "{host} asks {server} {count} times");
        }
    }
    let answers: Vec<_> = all.iter().filter(|seen| seen.payload()[0] & 7 == 4).collect();
    let asked: BTreeSet<&[u8]> = all.iter().map(|seen| &seen.payload()[40..48]).collect();
    for answer in &answers {
        assert!(asked.contains(&answer.payload()[24..32]), "an answer repeats the question's time");
        let told = u32::from_be_bytes(answer.payload()[40..44].try_into().unwrap());
        assert!((i64::from(told) - 2_208_988_800 - answer.time.nanos() / 1_000_000_000).abs() <= 1);
    }
    assert_eq!(answers.len() * 2, all.len());
}

#[test]
fn only_computers_ask_for_names_and_each_question_is_answered() {
    let all = udp(&SIEMENS, 53);
    let (questions, answers): (Vec<&Seen>, _) =
        all.into_iter().partition(|seen| seen.payload()[2] & 0x80 == 0);
    assert!((35..120).contains(&questions.len()), "{}", questions.len());
    assert_eq!(questions.len(), answers.len());
    let hosts: BTreeSet<u8> = questions.iter().map(|seen| last_number(seen.from())).collect();
    assert_eq!(hosts, BTreeSet::from([41, 42, 43, 50, 60]));
    let kinds: BTreeSet<u16> = questions
        .iter()
        .map(|seen| {
            let payload = seen.payload();
            u16::from_be_bytes(payload[payload.len() - 4..payload.len() - 2].try_into().unwrap())
        })
        .collect();
    assert_eq!(kinds, BTreeSet::from([1, 12, 28]), "A, PTR and AAAA");
}

#[test]
fn switches_tell_their_neighbours_and_keep_their_tree() {
    let count = |kind: fn(&Seen) -> bool| SIEMENS.iter().filter(|seen| kind(seen)).count();
    assert_eq!(count(|seen| seen.kind() == 0x88CC), 3 * 120);
    let tree = count(|seen| seen.bytes[..6] == [0x01, 0x80, 0xC2, 0, 0, 0]);
    assert!(tree.abs_diff(3 * 1800) < 20, "{tree}");
}

#[test]
fn the_monitor_asks_each_switch_once_a_minute_with_its_secret() {
    let all = udp(&SIEMENS, 161);
    assert!(all.len().abs_diff(4 * 60 * 2) <= 8, "{}", all.len());
    assert!(all.iter().all(|seen| seen.payload().windows(11).any(|word| word == b"qc-Kran-7ro")));
}

#[test]
fn panels_and_phone_renew_their_leases_when_half_of_them_is_over() {
    let all = udp(&SIEMENS, 68);
    let mut renewals: BTreeMap<u8, u32> = BTreeMap::new();
    for seen in all.iter().filter(|seen| seen.payload()[0] == 1) {
        *renewals.entry(last_number(seen.from())).or_default() += 1;
    }
    assert_eq!(renewals, BTreeMap::from([(41, 2), (42, 2), (43, 2), (90, 2)]));
}

#[test]
fn each_move_is_told_to_the_crane_and_the_terminal_and_stands_in_the_database() {
    let jobs = tcp(&SIEMENS, 8080);
    let told = texts(&jobs);
    let numbers: BTreeSet<&str> =
        told.split("\"container\":\"").skip(1).filter_map(|rest| rest.get(..11)).collect();
    assert!((20..45).contains(&numbers.len()), "{numbers:?}");
    let kept = tcp(&SIEMENS, 1433);
    let statements: String = kept
        .iter()
        .flat_map(|seen| seen.payload().iter().filter(|byte| **byte != 0).map(|byte| char::from(*byte)))
        .collect();
    for number in &numbers {
        assert!(statements.contains(number), "{number} is not in the database");
    }
    let done = told.matches("COMPLETE").count();
    assert!(done + 1 >= numbers.len() && told.matches("POST /jobs").count() >= numbers.len());
    let status = statements.matches("INSERT INTO dbo.CraneStatus").count();
    assert!(status.abs_diff(360) < 25, "{status} times in an hour");
    assert!(told.matches("GET /api/state").count().abs_diff(60) <= 2);
}

#[test]
fn windows_gets_its_tickets_and_its_policies() {
    for port in [88, 389, 445] {
        let all = tcp(&SIEMENS, port);
        assert!(all.iter().any(|seen| !seen.payload().is_empty() && seen.to().octets() == [10, 20, 0, 16]));
    }
    let shares = tcp(&SIEMENS, 445);
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let share = utf16("\\SysVol");
    assert!(shares.iter().any(|seen| seen.payload().windows(share.len()).any(|part| part == share)));
    assert!(!udp(&SIEMENS, 137).is_empty() && !udp(&SIEMENS, 5355).is_empty());
}

#[test]
fn cameras_send_consecutive_packets_once_they_are_asked_to() {
    let control = texts(&tcp(&SIEMENS, 554));
    assert!(control.matches("PLAY rtsp").count() >= 20, "ten sessions, each anew after half an hour");
    assert!(control.matches("TEARDOWN").count() >= 10);
    let mut streams: BTreeMap<u16, Vec<u16>> = BTreeMap::new();
    for seen in udp(&SIEMENS, 50_000) {
        let number = u16::from_be_bytes(seen.payload()[2..4].try_into().unwrap());
        streams.entry(seen.udp().unwrap()[1]).or_default().push(number);
    }
    assert_eq!(streams.len(), 10);
    for numbers in streams.values() {
        // 361 packets a second by a thousandth.
        assert!(numbers.len().abs_diff(1290) < 70, "{}", numbers.len());
        assert!(numbers.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1)));
    }
}

#[test]
fn the_management_reads_the_weather_and_the_spreader_itself() {
    let all = tcp(&SIEMENS, 502);
    for device in [36, 38] {
        let asked = all.iter().filter(|seen| last_number(seen.to()) == device && !seen.payload().is_empty());
        // Each 5 s, by a tenth.
        assert!(asked.count().abs_diff(72) <= 3);
    }
}

#[test]
fn where_there_is_to_be_none_there_is_none() {
    let none = Pace { polls: 0.1, cyclic: 0.0, video: 0.0, engineering: 0.0 };
    let all = live(Maker::Siemens, none, 120.0);
    assert!(udp(&all, 2000).is_empty() && tcp(&all, 554).is_empty());
    assert!(all.iter().all(|seen| seen.kind() != 0x8892));
    assert_eq!(LITTLE.engineering, 0.0);
}
