//! What happens now and then: panels that are started anew, pages that change, stations without power, and connections
//! that nobody needs for a while.

use super::seen::{Seen, tcp};
use super::{Maker, Pace, SIEMENS, live};
use std::collections::{BTreeMap, BTreeSet};

/// A day without anything but few polls.
fn long() -> Vec<Seen> {
    live(
        Maker::Siemens,
        Pace { polls: 0.02, cyclic: 0.0, video: 0.0, engineering: 0.0, service: 0.0 },
        30.0 * 3600.0,
    )
}

#[test]
fn a_panel_that_is_started_anew_leaves_a_connection_that_its_controller_asks_after() {
    let all = long();
    let panels: Vec<_> =
        tcp(&all, 102).into_iter().filter(|seen| (41..44).contains(&seen.from().octets()[3])).collect();
    let opened = panels.iter().filter(|seen| seen.flags() & 0x12 == 0x02).count();
    let dropped: Vec<_> = panels.iter().filter(|seen| seen.flags() & 0x04 != 0).collect();
    assert!(opened > 4 && !dropped.is_empty(), "{opened} {}", dropped.len());
    for drop in dropped {
        let port = drop.tcp().unwrap()[0];
        let mut asked = tcp(&all, 102).into_iter().filter(|seen| seen.tcp().unwrap()[1] == port);
        let asked = asked.rfind(|seen| seen.time < drop.time).unwrap();
        assert!(asked.payload().is_empty() && drop.time.since(asked.time) < 100_000_000);
    }
    // When a station's power is back, the controller asks who has its name, and is told.
    let found: Vec<_> = all
        .iter()
        .filter(|seen| seen.kind() == 0x8892)
        .map(|seen| [seen.bytes[14], seen.bytes[15]])
        .collect();
    assert!(
        found.len() >= 2 && found.chunks(2).all(|pair| pair == [[0xFE, 0xFE], [0xFE, 0xFF]]),
        "{found:?}"
    );
}

#[test]
fn a_panel_shows_other_pages_with_other_signals_in_time() {
    let asked = tcp(&SIEMENS, 102).into_iter().filter(|seen| seen.from().octets()[3] == 41);
    // What is read, without the number of the question.
    let sets: BTreeSet<&[u8]> = asked.filter_map(|seen| seen.payload().get(17..)).collect();
    assert!(sets.len() > 8, "{}: more than two pages of four questions", sets.len());
}

#[test]
fn an_idle_connection_is_kept_alive_with_a_byte_that_was_said_already() {
    let mut last: BTreeMap<[u16; 2], u32> = BTreeMap::new();
    let mut asked = 0;
    for seen in tcp(&SIEMENS, 1433).into_iter().filter(|seen| seen.to().octets()[3] == 11) {
        let ports = seen.tcp().unwrap();
        let next = seen.number().wrapping_add(seen.payload().len() as u32);
        if last.get(&ports).is_some_and(|last| seen.number() == last.wrapping_sub(1)) && seen.flags() == 0x10
        {
            asked += 1;
            continue;
        }
        last.insert(ports, next);
    }
    assert!((80..130).contains(&asked), "{asked}: each half minute, as long as it is there");
}
