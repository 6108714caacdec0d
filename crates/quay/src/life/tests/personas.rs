//! What fingerprinting reads off a host's packets.

use super::SIEMENS;
use super::seen::{Seen, last_number};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

type Flow = (Ipv4Addr, Ipv4Addr, [u16; 2]);

/// What each end says in each conversation, without what is sent before it is agreed on or after it is dropped.
fn flows() -> BTreeMap<Flow, Vec<&'static Seen>> {
    let mut flows: BTreeMap<Flow, Vec<&Seen>> = BTreeMap::new();
    for seen in SIEMENS.iter().filter(|seen| seen.tcp().is_some() && seen.flags() & 0x06 == 0) {
        flows.entry((seen.from(), seen.to(), seen.tcp().unwrap())).or_default().push(seen);
    }
    flows
}

fn word(seen: &Seen, at: usize) -> u16 {
    u16::from_be_bytes([seen.bytes[at], seen.bytes[at + 1]])
}

/// A segment's timestamp, behind two fill bytes, kind and length.
fn ticks(seen: &Seen) -> Option<u32> {
    let option = seen.bytes.get(54..62)?;
    (option[..4] == [1, 1, 8, 10]).then(|| u32::from_be_bytes(option[4..].try_into().unwrap()))
}

#[test]
fn linux_counts_the_packets_of_each_conversation_by_itself() {
    let mut begins = BTreeSet::new();
    for ((from, ..), all) in flows().into_iter().filter(|(_, all)| ticks(all[0]).is_some()) {
        let numbers: Vec<u16> = all.iter().map(|seen| word(seen, 18)).collect();
        assert!(numbers.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1)), "{from} {numbers:?}");
        begins.insert(numbers[0]);
    }
    assert!(begins.len() > 10, "{begins:?}");
}

#[test]
fn a_linux_host_s_timestamps_begin_elsewhere_for_each_peer() {
    let mut offsets: BTreeMap<(Ipv4Addr, Ipv4Addr), i64> = BTreeMap::new();
    for ((from, to, _), all) in flows() {
        if let Some(ticks) = ticks(all[0]) {
            offsets.insert((from, to), i64::from(ticks) - all[0].time.nanos() / 1_000_000 % (1 << 32));
        }
    }
    assert!(offsets.len() >= 10, "{offsets:?}");
    // No two within a minute of each other, nor near to the time of day.
    let minutes: BTreeSet<i64> = offsets.values().map(|offset| offset / 60_000).collect();
    assert_eq!(minutes.len(), offsets.len());
    assert!(!minutes.contains(&0), "{offsets:?}");
}

#[test]
fn windows_move_as_what_comes_is_taken() {
    let mut of_windows = BTreeSet::new();
    for ((from, to, ports), all) in flows() {
        // A panel with the controller, which scales nothing; and with its domain, where both do.
        if last_number(from) == 41 && (ports[1] == 102 || last_number(to) == 16) {
            of_windows.extend(all.iter().map(|seen| word(seen, 48)));
        }
    }
    let scaled = of_windows.iter().filter(|window| **window <= 1026).count();
    let whole = of_windows.iter().filter(|window| **window > 50_000).count();
    assert!(scaled >= 2 && whole >= 2, "{of_windows:?}");
}

#[test]
fn ports_of_datagrams_and_of_conversations_are_not_counted_together() {
    let own = |udp: bool| -> Vec<u16> {
        let cms = SIEMENS.iter().filter(|seen| seen.kind() == 0x0800 && last_number(seen.from()) == 50);
        let ports = cms.filter_map(|seen| {
            let begins = seen.tcp().filter(|_| seen.flags() == 0x02);
            let asks = seen.udp().filter(|ports| ports[1] == 53);
            if udp { asks } else { begins }
        });
        ports.map(|ports| ports[0]).collect()
    };
    let (asked, begun) = (own(true), own(false));
    // An address that has to be asked for lets one be seen behind the next.
    assert!(begun.windows(2).all(|pair| pair[1].abs_diff(pair[0]) <= 12), "{begun:?}");
    let falls = asked.windows(2).filter(|pair| pair[1] < pair[0]).count();
    assert!(falls > asked.len() / 4, "{asked:?}");
}

#[test]
fn cameras_clocks_are_not_fast_by_one_step_more_each() {
    use crate::lan::{Host, persona};
    let skews: Vec<f64> = (71..79)
        .map(|last| Host::local("", [0; 6], Ipv4Addr::new(10, 7, 7, last), &persona::LINUX).skew_ppm)
        .collect();
    let steps: BTreeSet<i64> = skews.windows(2).map(|pair| (pair[1] - pair[0]).round() as i64).collect();
    assert!(steps.len() > 4, "{skews:?}");
}

#[test]
fn a_controller_s_answers_take_a_cycle_or_now_and_then_much_longer() {
    let mut asked: BTreeMap<u16, i64> = BTreeMap::new();
    let mut took_ms = Vec::new();
    for seen in SIEMENS.iter().filter(|seen| seen.tcp().is_some() && !seen.payload().is_empty()) {
        match seen.tcp().unwrap() {
            [port, 102] => drop(asked.insert(port, seen.time.nanos())),
            [102, port] => {
                let asked = asked.remove(&port);
                took_ms.extend(asked.map(|asked| (seen.time.nanos() - asked) as f64 / 1e6));
            }
            _ => {}
        }
    }
    took_ms.sort_by(f64::total_cmp);
    let part = |part: f64| took_ms[(took_ms.len() as f64 * part) as usize];
    let (tenth, half, most, last) = (part(0.1), part(0.5), part(0.999), took_ms[took_ms.len() - 1]);
    assert!(tenth > 1.0 && (3.0..6.0).contains(&half), "{tenth} {half}");
    assert!(most > 3.0 * half, "{half} {most}");
    // What holds one up holds it up for many cycles.
    assert!(last > 6.0 * half, "{last}");
    // More within a millisecond of the usual than in the same width at the end: no rectangle.
    let within = |low: f64, high: f64| took_ms.iter().filter(|took| (low..high).contains(*took)).count();
    assert!(within(2.0, 4.0) > 3 * within(8.0, 10.0));
}
