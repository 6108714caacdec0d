//! Cyclic telegrams: their counters, their states, their connections.

use super::seen::{Seen, tcp, udp};
use super::{BEGIN, LITTLE, Maker, Pace, ROCKWELL, SIEMENS, live, settle, watch, world};
use quaywatch_protocols::enip::wire::{ItemType, PacketItems};
use quaywatch_protocols::profinet::Cyclic;
use quaywatch_twin::Mode;
use std::collections::{BTreeMap, BTreeSet};

fn frames(all: &[Seen]) -> Vec<(&Seen, Cyclic<'_>)> {
    let cyclic = all.iter().filter(|seen| seen.kind() == 0x8892 && seen.bytes[14] == 0x80);
    cyclic.map(|seen| (seen, Cyclic::decode(&seen.bytes[14..]).unwrap())).collect()
}

#[test]
fn a_cycle_counter_is_the_time_s_and_both_ends_of_each_device_send() {
    let all = frames(&SIEMENS);
    let ids: BTreeSet<u16> = all.iter().map(|(_, frame)| frame.frame_id.0).collect();
    assert_eq!(ids.len(), 22);
    // 11 devices, both ways, 250 a second by three thousandths.
    assert!(all.len().abs_diff(59_400) < 600, "{}", all.len());
    for (seen, frame) in &all {
        assert_eq!(frame.cycle_counter, (seen.time.nanos() / 31_250) as u16);
        assert!(frame.is_plausible() && frame.data_status.is_running());
    }
}

#[test]
fn a_stopped_controller_says_so_in_its_frames_and_its_devices_go_on() {
    let (mut world, place) = world(Maker::Siemens);
    settle(&mut world, &place, LITTLE);
    watch(&mut world, 10.0);
    world.stations[0].plc.mode = Mode::Stop;
    let all = watch(&mut world, 20.0);
    for (_, frame) in frames(&all) {
        let by_controller = frame.frame_id.0.is_multiple_of(2);
        assert_eq!(frame.data_status.is_running(), !by_controller);
    }
}

#[test]
fn the_anti_sway_box_speaks_at_least_every_ten_seconds_with_what_is_true() {
    let least = Pace { polls: 0.1, cyclic: 1e-6, video: 0.0, engineering: 0.0, service: 0.0 };
    let all = live(Maker::Abb, least, 300.0);
    let telegrams = udp(&all, 2000);
    assert!(telegrams.len().abs_diff(60) <= 2, "{}", telegrams.len());
    assert!(telegrams.iter().all(|seen| seen.payload().len() == 224));
    let trolley = |seen: &Seen| f32::from_be_bytes(seen.payload()[24..28].try_into().unwrap());
    let places: BTreeSet<i32> = telegrams
        .iter()
        .filter(|seen| seen.from().octets()[3] == 37)
        .map(|seen| trolley(seen) as i32)
        .collect();
    assert!(places.len() > 5 && places.iter().all(|place| (-31..=51).contains(place)), "{places:?}");
}

#[test]
fn cyclic_data_of_rockwell_flows_in_connections_that_were_opened_before_and_is_counted() {
    let opened: Vec<_> = tcp(&ROCKWELL, 44_818)
        .into_iter()
        // A reply to Forward Open, without any error.
        .filter(|seen| seen.payload().windows(4).any(|bytes| bytes == [0xD4, 0, 0, 0]))
        .filter(|seen| seen.from().octets()[3] != 10)
        .collect();
    let mut last: BTreeMap<u32, u32> = BTreeMap::new();
    for seen in udp(&ROCKWELL, 2222) {
        let items: Vec<_> = PacketItems::decode(seen.payload()).unwrap().collect();
        assert_eq!(
            items.iter().map(|item| item.kind).collect::<Vec<_>>(),
            [ItemType::SEQUENCED_ADDRESS, ItemType::CONNECTED_DATA]
        );
        let word = |at: usize| u32::from_le_bytes(items[0].bytes[at..at + 4].try_into().unwrap());
        let (id, sequence) = (word(0), word(4));
        let before = last.insert(id, sequence);
        assert!(sequence == before.unwrap_or(0) + 1, "{id:x}: {sequence} after {before:?}");
        let known = |open: &&&Seen| {
            open.time < seen.time && open.payload().windows(4).any(|bytes| bytes == id.to_le_bytes())
        };
        assert!(before.is_some() || opened.iter().find(known).is_some(), "{id:x} was opened by nobody");
    }
    assert!(last.len() >= 22, "eleven devices, both ways");
    assert!(ROCKWELL.iter().all(|seen| seen.kind() != 0x8892));
    assert!(BEGIN < ROCKWELL[0].time);
}
