//! How long reading takes per packet, from memory: what is measured is the scan and the copy that `read` makes.

use divan::Bencher;
use divan::counter::ItemsCount;
use quaywatch_capture::{Batch, Captures, pcap, pcapng};
use quaywatch_model::Timestamp;
use quaywatch_wire::LinkType;
use std::io::{Cursor, Read, Write};
use std::sync::Arc;

const PACKETS: usize = 1_000_000;
/// About the mean of control traffic.
const PACKET_BYTES: usize = 90;

fn main() {
    divan::main();
}

fn time(n: usize) -> Timestamp {
    Timestamp::from_nanos(1_700_000_000_000_000_000 + n as i64 * 1_000)
}

/// Bytes that compress about as much as traffic does.
fn content(n: usize) -> [u8; PACKET_BYTES] {
    std::array::from_fn(|at| if at % 3 == 0 { (n.wrapping_mul(31) >> (at % 13)) as u8 } else { at as u8 })
}

fn a_pcap() -> Vec<u8> {
    let Ok(mut writer) = pcap::Writer::new(Vec::new(), LinkType::ETHERNET) else { return Vec::new() };
    (0..PACKETS).for_each(|n| drop(writer.packet(time(n), &content(n))));
    writer.finish().unwrap_or_default()
}

fn a_pcapng() -> Vec<u8> {
    let Ok(mut writer) = pcapng::Writer::new(Vec::new(), "bench", "") else { return Vec::new() };
    let Ok(lan) = writer.interface(LinkType::ETHERNET, "lan") else { return Vec::new() };
    (0..PACKETS).for_each(|n| drop(writer.packet(lan, time(n), &content(n), "")));
    writer.finish().unwrap_or_default()
}

/// A reader over shared bytes, so that opening copies nothing.
fn reader(bytes: &Arc<[u8]>) -> (String, Box<dyn Read + Send>) {
    ("memory".into(), Box::new(Cursor::new(Arc::clone(bytes))))
}

/// Reads every packet's time and first byte, as any user would.
fn read_all(inputs: Vec<(String, Box<dyn Read + Send>)>) -> u64 {
    let Ok(mut captures) = Captures::from_readers(inputs) else { return 0 };
    let mut batch = Batch::new();
    let mut sum = 0_u64;
    while captures.next_batch(&mut batch).unwrap_or(false) {
        for packet in batch.packets() {
            let first = packet.bytes.first().copied().unwrap_or(0);
            sum = sum.wrapping_add(packet.time.nanos() as u64).wrapping_add(u64::from(first));
        }
    }
    sum
}

fn bench(bencher: Bencher<'_, '_>, files: &[Vec<u8>]) {
    let files: Vec<Arc<[u8]>> = files.iter().map(|file| Arc::from(file.as_slice())).collect();
    bencher
        .counter(ItemsCount::new(PACKETS * files.len()))
        .bench(|| read_all(files.iter().map(reader).collect()));
}

/// The part that any reader pays: the bytes from the file's pages into a buffer.
#[divan::bench(sample_count = 20)]
fn only_the_copy_of_read(bencher: Bencher<'_, '_>) {
    let bytes: Arc<[u8]> = a_pcap().into();
    let mut buffer = vec![0; quaywatch_capture::BATCH_BYTES];
    bencher.counter(ItemsCount::new(PACKETS)).bench_local(|| {
        let mut reader = Cursor::new(&bytes);
        while reader.read(divan::black_box(&mut buffer)).is_ok_and(|count| count > 0) {}
    });
}

#[divan::bench(sample_count = 20)]
fn pcap_plain(bencher: Bencher<'_, '_>) {
    bench(bencher, &[a_pcap()]);
}

#[divan::bench(sample_count = 20)]
fn pcapng_plain(bencher: Bencher<'_, '_>) {
    bench(bencher, &[a_pcapng()]);
}

#[divan::bench(sample_count = 5)]
fn pcap_gzip(bencher: Bencher<'_, '_>) {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    let _ = encoder.write_all(&a_pcap());
    bench(bencher, &[encoder.finish().unwrap_or_default()]);
}

#[divan::bench(sample_count = 5)]
fn pcap_zstd(bencher: Bencher<'_, '_>) {
    bench(bencher, &[zstd::encode_all(a_pcap().as_slice(), 3).unwrap_or_default()]);
}

#[divan::bench(sample_count = 10)]
fn two_merged(bencher: Bencher<'_, '_>) {
    bench(bencher, &[a_pcap(), a_pcapng()]);
}
