use crate::life::{Maker, Pace, Place, hosts, settle};
use crate::{Station, World};
use quaywatch_capture::pcapng::Writer;
use quaywatch_crane::Settings;
use quaywatch_model::Timestamp;
use quaywatch_wire::LinkType;

/// Half a minute of a crane's network.
fn capture(seed: u64) -> Vec<u8> {
    let begin = Timestamp::from_nanos(1_796_025_600_000_000_000);
    let mut world = World::new(seed, begin);
    world.lan.lost_per_million = 3_000;
    let settings = Settings { seed, jobs_come: true, ..Settings::default() };
    world.stations.push(Station::new("STS07", &settings, begin).unwrap());
    let place = Place { crane: "STS07".to_owned(), number: 7, maker: Maker::Siemens, station: 0 };
    hosts::join_all(&mut world, &place);
    settle(&mut world, &place, Pace::default());
    let mut writer = Writer::new(Vec::new(), "", "").unwrap();
    let interface = writer.interface(LinkType::ETHERNET, "").unwrap();
    let end = Timestamp::from_nanos(begin.nanos() + 30_000_000_000);
    world.run_until(end, &mut |frame| writer.packet(interface, frame.time, &frame.bytes, "")).unwrap();
    writer.finish().unwrap()
}

#[test]
fn a_seed_gives_the_same_bytes_and_another_seed_others() {
    let first = capture(7);
    if let Some(file) = std::env::var_os("QUAY_OUT") {
        std::fs::write(file, &first).unwrap();
    }
    assert!(first.len() > 100_000, "{}", first.len());
    assert_eq!(first, capture(7));
    assert_ne!(first, capture(8));
}
