//! How long it takes to read a frame down to its transport.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use etherparse::PacketBuilder;
use quaywatch_wire::{Body, Frame, LinkType, Segment};

const FRAMES: usize = 1_000;
/// A short question and a full segment: the checksum is what grows.
const PAYLOAD_BYTES: [usize; 3] = [12, 100, 1_400];

fn main() {
    divan::main();
}

fn bench(bencher: Bencher<'_, '_>, frame: &[u8]) {
    bencher.counter(ItemsCount::new(FRAMES)).bench_local(|| {
        for _ in 0..FRAMES {
            let Some(frame) = Frame::decode(LinkType::ETHERNET, black_box(frame), 0) else { continue };
            if let Body::Ip(packet) = &frame.body {
                black_box(Segment::decode(packet));
            }
            black_box(frame);
        }
    });
}

#[divan::bench(args = PAYLOAD_BYTES)]
fn tcp_over_ipv4(bencher: Bencher<'_, '_>, payload_bytes: usize) {
    let mut frame = Vec::new();
    let builder = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4([10, 0, 7, 20], [10, 0, 7, 10], 64);
    let _ = builder.tcp(50_000, 502, 1, 8192).ack(1).write(&mut frame, &vec![7; payload_bytes]);
    bench(bencher, &frame);
}

#[divan::bench(args = PAYLOAD_BYTES)]
fn udp_over_ipv6_in_a_vlan(bencher: Bencher<'_, '_>, payload_bytes: usize) {
    let mut frame = vec![4, 0, 0, 0, 0, 4, 2, 0, 0, 0, 0, 2, 0x81, 0, 0, 7, 0x86, 0xdd];
    let _ = PacketBuilder::ipv6([0xfd; 16], [0xfc; 16], 64)
        .udp(50_000, 2222)
        .write(&mut frame, &vec![7; payload_bytes]);
    bench(bencher, &frame);
}

#[divan::bench]
fn ethernet_without_ip(bencher: Bencher<'_, '_>) {
    let head = [4, 0, 0, 0, 0, 4, 2, 0, 0, 0, 0, 2, 0x88, 0x92];
    bench(bencher, &[&head[..], &[0x80; 46]].concat());
}
