//! What is carried in a tunnel is counted once.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may")]

use quaywatch_capture::{Source, pcap};
use quaywatch_model::Timestamp;
use quaywatch_sensor::{Settings, Summary, inspect};
use quaywatch_wire::LinkType;

const IP_IN_IP: u8 = 4;
const UDP: u8 = 17;
const GRE: u8 = 47;

fn ipv4(protocol: u8, ends: [u8; 2], body: &[u8]) -> Vec<u8> {
    let length = (20 + body.len()) as u16;
    let mut packet = vec![0x45, 0];
    packet.extend(length.to_be_bytes());
    packet.extend([0, 0, 0, 0, 64, protocol, 0, 0, 10, 0, 0, ends[0], 10, 0, 0, ends[1]]);
    packet.extend(body);
    packet
}

fn udp(ports: [u16; 2], body: &[u8]) -> Vec<u8> {
    let fields = [ports[0], ports[1], (8 + body.len()) as u16, 0];
    fields.iter().flat_map(|field| field.to_be_bytes()).chain(body.iter().copied()).collect()
}

fn ethernet(packet: &[u8]) -> Vec<u8> {
    [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00], packet].concat()
}

fn inspected(frames: &[Vec<u8>], threads: u16) -> Summary {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tunnels.pcap");
    let mut writer = pcap::Writer::new(Vec::new(), LinkType::ETHERNET).unwrap();
    for (second, frame) in frames.iter().enumerate() {
        writer.packet(Timestamp::from_nanos(second as i64 * 1_000_000_000), frame).unwrap();
    }
    std::fs::write(&path, writer.finish().unwrap()).unwrap();
    let settings = Settings { threads, ..Settings::default() };
    inspect(&[Source::from_argument(&path)], &settings, &mut |_| ()).unwrap()
}

#[test]
fn the_packets_and_bytes_of_all_protocols_are_those_of_the_capture_also_through_tunnels() {
    let inside = ipv4(UDP, [1, 2], &udp([5000, 5001], b"anything"));
    let in_gre = ipv4(GRE, [3, 4], &[&[0, 0, 0x08, 0], inside.as_slice()].concat());
    let vxlan = [&[8, 0, 0, 0, 0, 0, 7, 0], ethernet(&inside).as_slice()].concat();
    let frames = [
        ethernet(&inside),
        ethernet(&in_gre),
        ethernet(&ipv4(IP_IN_IP, [5, 6], &in_gre)),
        ethernet(&ipv4(UDP, [7, 8], &udp([40_000, 4789], &vxlan))),
        // A tunnel that is kept open, with nothing in it.
        ethernet(&ipv4(GRE, [3, 4], &[0; 4])),
    ];
    for threads in [1, 3] {
        let summary = inspected(&frames, threads);
        let packets: u64 = summary.protocols.values().map(|total| total.packets).sum();
        let wire_bytes: u64 = summary.protocols.values().map(|total| total.wire_bytes).sum();
        assert_eq!((packets, wire_bytes), (summary.span.packets, summary.span.wire_bytes));
        let of = |name| summary.protocols.get(name).map(|total| (total.packets, total.carried_packets));
        assert_eq!(of("unknown"), Some((4, 0)));
        assert_eq!(of("gre"), Some((1, 2)));
        assert_eq!(of("vxlan"), Some((0, 1)));
    }
}
