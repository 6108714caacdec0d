//! What the life of whole cranes looks like: how much it is, in whose protocols, one beside another.

use super::seen::{tcp, udp};
use super::{LITTLE, Maker, Pace, ROCKWELL, SIEMENS, live};

#[test]
fn an_hour_at_the_usual_pace_is_below_two_hundred_thousand_frames() {
    let all = live(Maker::Siemens, Pace::default(), 600.0);
    assert!(all.len() * 6 < 200_000, "{}", all.len() * 6);
}

#[test]
fn every_maker_s_panels_speak_its_own_protocol() {
    let abb = live(Maker::Abb, LITTLE, 60.0);
    let speaks = |all: &[super::Seen], port, panel: u8| {
        tcp(all, port).iter().any(|seen| seen.from().octets()[3] == panel && !seen.payload().is_empty())
    };
    assert!(speaks(&SIEMENS, 102, 41) && speaks(&SIEMENS, 502, 50));
    assert!(speaks(&abb, 502, 41) && speaks(&abb, 4840, 50));
    assert!(speaks(&ROCKWELL, 44_818, 41) && speaks(&ROCKWELL, 44_818, 50));
    assert!(udp(&abb, 2222).is_empty());
}

/// A minute of two cranes at one quay.
fn two() -> Vec<super::Seen> {
    use crate::life::{Place, hosts, settle};
    use crate::{Station, World};
    use quaywatch_crane::Settings;
    let mut world = World::new(7, super::BEGIN);
    for (station, (crane, number)) in [("STS07", 7), ("STS08", 8)].into_iter().enumerate() {
        let settings = Settings { seed: number.into(), jobs_come: true, ..Settings::default() };
        world.stations.push(Station::new(crane, &settings, super::BEGIN).unwrap());
        let place = Place { crane: crane.to_owned(), number, maker: Maker::Siemens, station };
        hosts::join_all(&mut world, &place);
        settle(&mut world, &place, LITTLE);
    }
    super::watch(&mut world, 60.0)
}

#[test]
fn two_cranes_live_their_own_lives_and_share_the_shore() {
    let all = two();
    for number in [7, 8] {
        let told = tcp(&all, 1433).into_iter().filter(|seen| seen.from().octets() == [10, 7, number, 50]);
        assert!(told.count() > 3);
    }
}

#[test]
fn each_crane_reaches_the_shore_through_its_own_gateway() {
    let all = two();
    let gateway = |number: u8| [0x00, 0x09, 0x0F, 0x10 + number, 0x2A, 1];
    for [asks, asked] in all.iter().filter_map(super::Seen::arp) {
        assert_eq!(asks.octets()[..3], asked.octets()[..3], "{asks} asks for {asked}");
    }
    let shore: Vec<_> = all.iter().filter(|seen| seen.kind() == 0x0800).collect();
    let (mut out, mut back) = (0, 0);
    for seen in shore {
        let (from, to) = (seen.from().octets(), seen.to().octets());
        if to[..2] == [10, 20] {
            assert_eq!(seen.link_to(), gateway(from[2]), "from {from:?}");
            out += 1;
        } else if from[..2] == [10, 20] {
            assert_eq!(seen.link_from(), gateway(to[2]), "to {to:?}");
            back += 1;
        }
    }
    assert!(out > 50 && back > 50, "{out} {back}");
}
