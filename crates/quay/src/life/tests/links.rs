//! How hosts find each other on the link.

use super::{Maker, watch, world};
use crate::party::Scripted;

#[test]
fn who_is_not_there_is_asked_for_and_sent_nothing() {
    let (mut world, place) = world(Maker::Siemens);
    let [from, to] = ["ews", "plc"].map(|name| place.host(&world, name).unwrap());
    world.lan.host_mut(to).unwrap().up = false;
    for _ in 0..50 {
        world.lan.datagram(world.now(), (from, 5000), (to, 5000), b"?");
    }
    world.play(from, to, 102, Scripted::both(Vec::new()));
    let all = watch(&mut world, 10.0);
    assert!(all.iter().all(|seen| seen.arp().is_some()), "only questions");
    // At once, and each time the segment is tried again, after one and three seconds.
    assert_eq!(all.len(), 3);
}

#[test]
fn who_asks_for_all_addresses_does_not_ask_for_its_own() {
    let (mut world, place) = world(Maker::Siemens);
    let from = place.host(&world, "ews").unwrap();
    for host in 40..=70 {
        world.lan.look_for(world.now(), from, place.address(host));
    }
    let asked: Vec<_> = watch(&mut world, 1.0).iter().filter_map(super::Seen::arp).collect();
    assert!(asked.iter().all(|[asks, asked]| asks != asked), "{asked:?}");
    assert!(asked.contains(&[place.address(60), place.address(59)]));
    assert!(asked.contains(&[place.address(50), place.address(60)]), "it is told");
}

#[test]
fn what_a_gateway_exchanges_with_the_shore_is_not_seen_on_the_crane() {
    let (mut world, place) = world(Maker::Siemens);
    let gateway = place.host(&world, "gateway").unwrap();
    let monitor = world.lan.named("monitor").unwrap();
    world.lan.datagram(world.now(), (monitor, 5000), (gateway, 161), b"?");
    assert!(watch(&mut world, 1.0).is_empty());
}
