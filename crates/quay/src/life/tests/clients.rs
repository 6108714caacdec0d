//! Clients against the controller that the twin is.

use super::seen::{tcp, udp};
use super::{Maker, Pace, live, watch, world};
use crate::clients::{Step, cip, once, opcua};
use crate::world::World;
use crate::{life, seconds};
use quaywatch_crane::{Value, find};

fn called(maker: Maker, port: u16, client: Box<dyn crate::party::Party>) -> World {
    let (mut world, place) = world(maker);
    let plc = place.host(&world, "plc").unwrap();
    for service in quaywatch_twin::SERVICES {
        world.serve(plc, service, 0);
    }
    let ews = place.host(&world, "ews").unwrap();
    world.call(ews, plc, port, client);
    world
}

fn number(world: &World, tag: &str) -> f64 {
    world.stations[0].number(tag).unwrap()
}

#[test]
fn a_client_of_ethernet_ip_lists_reads_and_writes_without_a_refusal() {
    let tag = find("Par.OverloadPct").unwrap();
    let names: Vec<_> = ["Hoist.Pos", "Spr.Landed[2]", "Load.LC[1]", "Alm.Word[3]"].map(str::to_owned).into();
    let plan = once(vec![
        Step::Do(cip::Deed::ListIdentity),
        Step::Do(cip::Deed::Identify),
        Step::Do(cip::Deed::ListTags),
        Step::Do(cip::Deed::Connect),
        Step::Do(cip::Deed::ReadMany(names)),
        Step::Do(cip::Deed::Read("Load.Net".to_owned())),
        Step::Do(cip::Deed::write(tag, &Value::Real(107.5)).unwrap()),
        Step::Do(cip::Deed::Disconnect),
    ]);
    let mut world = called(Maker::Rockwell, 44_818, Box::new(cip::Client::new(plan)));
    let all = watch(&mut world, 5.0);
    assert!((number(&world, "Par.OverloadPct") - 107.5).abs() < 1e-6);
    let answers: Vec<_> = tcp(&all, 44_818)
        .into_iter()
        .filter(|seen| seen.from().octets()[3] == 10 && !seen.payload().is_empty())
        .collect();
    assert_eq!(answers.len(), 9, "an answer to each of eight deeds and to the session");
    // Behind header, envelope and items: the reply's service, a zero, the general status.
    for answer in answers.iter().filter(|seen| [0x6F, 0x70].contains(&seen.payload()[0])) {
        let at = if answer.payload()[0] == 0x6F { 40 } else { 46 };
        assert_eq!(answer.payload()[at + 2], 0, "{:x?}", answer.payload());
    }
}

#[test]
fn a_client_of_opc_ua_browses_reads_writes_calls_and_is_told_what_changes() {
    let tag = find("Par.WindTrip").unwrap();
    let node = |name: &str| opcua::node("STS07", find(name).unwrap());
    let plan = once(vec![
        Step::Do(opcua::Deed::Endpoints),
        Step::Do(opcua::Deed::Browse(String::new())),
        Step::Do(opcua::Deed::Browse("STS07/Par".to_owned())),
        Step::Do(opcua::Deed::Read(vec![node("Hoist.Pos"), node("Wind.Spd")])),
        Step::Do(opcua::Deed::Write(vec![(node("Par.WindTrip"), Value::Real(23.0), tag.kind)])),
        Step::Do(opcua::Deed::Subscribe(vec![node("Plc.Heartbeat"), node("Trolley.Pos")], 500.0)),
        Step::Stay,
    ]);
    let login = opcua::Login::User("engineer".to_owned(), "quayside".to_owned());
    let mut world = called(Maker::Abb, 4840, Box::new(opcua::Client::new(login, plan)));
    let all = watch(&mut world, 20.0);
    assert!((number(&world, "Par.WindTrip") - 23.0).abs() < 1e-6);
    let told = tcp(&all, 4840);
    // PublishResponse is i=829.
    let published = told.iter().filter(|seen| seen.payload().get(24..28) == Some(&[1, 0, 0x3D, 0x03]));
    let count = published.count();
    assert!(count >= 30, "{count} in 20 s, not twice a second");
    let fault = told.iter().filter(|seen| seen.payload().get(24..28) == Some(&[1, 0, 0x8D, 0x01]));
    assert_eq!(fault.count(), 0, "no service failed");
}

#[test]
fn an_engineering_station_and_the_maker_s_service_look_into_each_maker_s_controller() {
    for (maker, port) in [(Maker::Siemens, 102), (Maker::Abb, 4840), (Maker::Rockwell, 44_818)] {
        let (mut world, place) = world(maker);
        life::settle(
            &mut world,
            &place,
            Pace { polls: 0.0, cyclic: 0.0, video: 0.0, engineering: 0.0, service: 0.0 },
        );
        watch(&mut world, 5.0);
        let visit = life::vendor::Visit { works_s: 100.0, stays_s: 60.0, looks: true };
        assert_eq!(life::vendor::come(&mut world, &place, visit), Some(160.0));
        let all = watch(&mut world, 200.0);
        let asked = tcp(&all, port).into_iter().filter(|seen| seen.from().octets()[3] == 60);
        assert!(asked.count() > 10, "{maker:?}");
        let tunnel = udp(&all, 51_820);
        for (kind, bytes) in [(1, 148), (2, 92)] {
            let handshakes = tunnel.iter().filter(|seen| seen.payload()[0] == kind).collect::<Vec<_>>();
            assert_eq!(handshakes.len(), 2, "one each two minutes");
            assert!(handshakes.iter().all(|seen| seen.payload().len() == bytes));
        }
        assert!(!tcp(&all, 3389).is_empty());
        let last = tunnel.last().unwrap().time.since(tunnel[0].time);
        assert!(last < 170_000_000_000, "it ends");
    }
}

#[test]
fn with_a_pace_for_it_somebody_looks_into_the_controller() {
    let pace = Pace { polls: 0.0, cyclic: 0.0, video: 0.0, engineering: 10.0, service: 0.0 };
    let all = live(Maker::Siemens, pace, 1200.0);
    let uploads = tcp(&all, 102).into_iter().filter(|seen| seen.payload().get(17) == Some(&0x1D)).count();
    assert!(uploads >= 2, "{uploads} blocks are compared");
    assert!(seconds(1.0).as_secs() == 1);
}

#[test]
fn with_a_pace_for_it_the_maker_s_service_comes_and_goes_and_writes_nothing() {
    let pace = Pace { polls: 0.0, cyclic: 0.0, video: 0.0, engineering: 0.0, service: 1.0 };
    let all = live(Maker::Siemens, pace, 4.0 * 3600.0);
    let tunnel = udp(&all, 51_820);
    // Between two visits nothing comes for a minute at least.
    let pauses = tunnel.windows(2).filter(|pair| pair[1].time.since(pair[0].time) > 60_000_000_000).count();
    assert!(pauses >= 1, "{} packets without a pause", tunnel.len());
    let of_station = tcp(&all, 102).into_iter().filter(|seen| seen.from().octets()[3] == 60);
    let functions: Vec<u8> = of_station.filter_map(|seen| seen.payload().get(17).copied()).collect();
    // It reads (4), and writes nothing (5) and loads nothing (0x1A).
    assert!(functions.contains(&4) && !functions.contains(&5) && !functions.contains(&0x1A));
}
