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

#[test]
fn two_cranes_live_their_own_lives_and_share_the_shore() {
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
    let all = super::watch(&mut world, 60.0);
    for number in [7, 8] {
        let told = tcp(&all, 1433).into_iter().filter(|seen| seen.from().octets() == [10, 7, number, 50]);
        assert!(told.count() > 3);
    }
}
