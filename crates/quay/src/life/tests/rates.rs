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
    for (host, rate) in [(10, 56), (2, 14), (70, 28), (50, 56), (41, 3)] {
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
    let told = count(|seen| seen.kind() == 0x88CC);
    assert!(told.abs_diff(3 * 120) <= 6, "{told}");
    let tree = count(|seen| seen.bytes[..6] == [0x01, 0x80, 0xC2, 0, 0, 0]);
    assert!(tree.abs_diff(3 * 1800) < 40, "{tree}");
}

#[test]
fn the_monitor_asks_each_switch_once_a_minute_with_its_secret() {
    let all = udp(&SIEMENS, 161);
    assert!(all.len().abs_diff(3 * 60 * 2) <= 8, "{}", all.len());
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
    let none = Pace { polls: 0.1, cyclic: 0.0, video: 0.0, engineering: 0.0, service: 0.0 };
    let all = live(Maker::Siemens, none, 120.0);
    assert!(udp(&all, 2000).is_empty() && tcp(&all, 554).is_empty());
    assert!(all.iter().all(|seen| seen.kind() != 0x8892));
    assert_eq!(LITTLE.engineering, 0.0);
}

/// How long after each other these came, in seconds.
fn apart_s(all: &[&Seen]) -> Vec<f64> {
    all.windows(2).map(|pair| pair[1].time.since(pair[0].time) as f64 / 1e9).collect()
}

#[test]
fn what_comes_again_and_again_does_not_come_by_clockwork() {
    let told: Vec<_> = SIEMENS.iter().filter(|seen| seen.kind() == 0x88CC && seen.bytes[11] == 2).collect();
    let asked: Vec<_> = udp(&SIEMENS, 161).into_iter().filter(|seen| last_number(seen.to()) == 2).collect();
    for (all, every_s) in [(told, 30.0), (asked, 60.0)] {
        let apart = apart_s(&all);
        let mean = apart.iter().sum::<f64>() / apart.len() as f64;
        let variance = apart.iter().map(|wait| (wait - mean).powi(2)).sum::<f64>() / apart.len() as f64;
        assert!((mean / every_s - 1.0).abs() < 0.01, "{mean}");
        assert!((0.008..0.03).contains(&(variance.sqrt() / mean)), "{variance}");
    }
}

#[test]
fn the_terminal_s_system_and_the_crane_s_do_not_speak_in_the_same_moment() {
    let begun = tcp(&SIEMENS, 8080).into_iter().filter(|seen| seen.flags() & 0x12 == 0x02);
    // Without the historian's.
    let begun: Vec<_> = begun.filter(|seen| last_number(seen.from()) != 17).collect();
    let apart = apart_s(&begun);
    let close = apart.iter().filter(|wait| **wait < 0.02).count();
    assert!(begun.len() > 40 && close <= 3, "{close} of {}", begun.len());
    let phases: BTreeSet<i64> = begun.iter().map(|seen| seen.time.nanos() / 10_000_000 % 50).collect();
    assert!(phases.len() > 20, "{phases:?}");
}

#[test]
fn the_crane_s_system_tells_a_move_on_when_it_was_told() {
    for number in [1433, 502] {
        let written = |seen: &&Seen| match number {
            // A write of registers; or an INSERT.
            502 => seen.payload().get(7) == Some(&16),
            _ => seen.payload().windows(20).any(|part| *part == *b"C\0r\0a\0n\0e\0M\0o\0v\0e\0s\0"),
        };
        let written: Vec<_> = tcp(&SIEMENS, number)
            .into_iter()
            .filter(|seen| last_number(seen.from()) == 50)
            .filter(written)
            .collect();
        let told: Vec<_> = tcp(&SIEMENS, 8080)
            .into_iter()
            .filter(|seen| seen.payload().starts_with(b"POST /jobs"))
            .collect();
        assert!(written.len() > 20, "{}", written.len());
        for (write, told) in written.iter().zip(&told) {
            assert!(told.time < write.time, "{number}");
        }
    }
}

#[test]
fn windows_asks_for_nothing_that_it_has_no_ticket_for_yet() {
    let all: Vec<_> = SIEMENS
        .iter()
        .filter(|seen| seen.tcp().is_some_and(|ports| ports.iter().any(|port| [88, 389, 445].contains(port))))
        .filter(|seen| !seen.payload().is_empty() && last_number(seen.from()) != 16)
        .collect();
    let hosts: BTreeSet<u8> = all.iter().map(|seen| last_number(seen.from())).collect();
    assert!(!hosts.is_empty());
    for host in hosts {
        let mut ports: Vec<u16> = all
            .iter()
            .filter(|seen| last_number(seen.from()) == host)
            .map(|seen| seen.tcp().unwrap()[1])
            .collect();
        ports.dedup();
        assert_eq!(ports[..3], [88, 389, 445], "{host}");
        let first = all.iter().find(|seen| last_number(seen.from()) == host).unwrap();
        // AS-REQ is application 10, behind the length of four bytes.
        assert_eq!(first.payload()[4], 0x6A, "{host}");
    }
}
