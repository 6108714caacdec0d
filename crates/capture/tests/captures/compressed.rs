use crate::build::{
    MICROSECONDS, Order, gzip, noise, pcap_header, pcap_record, some_pcap, some_pcapng, zstd,
};
use crate::told::{Told, drain, open, packets, read, reasons};
use quaywatch_model::Verdict;
use std::io::Write;

/// A capture of several MiB that hardly compresses, so that its middle is far from both ends.
fn large() -> Vec<u8> {
    let mut bytes = pcap_header(Order::Little, MICROSECONDS, (2, 4), 1);
    (0..3_000).for_each(|n| bytes.extend(pcap_record(Order::Little, n, 0, &noise(1_000, n.into()), 1_000)));
    bytes
}

fn is_prefix(told: &[Told], whole: &[Told]) -> bool {
    whole.get(..told.len()) == Some(told)
}

#[test]
fn gzip_and_zstd_are_recognised_by_content() {
    for plain in [some_pcap(20), some_pcapng(Order::Big, 20), large()] {
        let whole = packets(&plain);
        assert!(packets(&gzip(&plain)) == whole);
        assert!(packets(&zstd(&plain)) == whole);
    }
}

#[test]
fn members_and_frames_one_after_another_are_one_capture() {
    let plain = large();
    let whole = packets(&plain);
    for compress in [gzip, zstd] {
        let mut bytes = Vec::new();
        for part in plain.chunks(700_001) {
            bytes.extend(compress(part));
            bytes.extend(compress(&[]));
        }
        assert!(packets(&bytes) == whole);
        // A member may even end inside the file header.
        let bytes = [compress(&plain[..10]), compress(&plain[10..])].concat();
        assert!(packets(&bytes) == whole);
    }
}

#[test]
fn a_zstd_file_may_begin_with_a_skippable_frame() {
    let bytes = [vec![0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3, 4], zstd(&some_pcap(3))].concat();
    assert_eq!(packets(&bytes).len(), 3);
}

#[test]
fn cut_at_any_byte_it_keeps_what_came_out_and_says_so() {
    let plain = some_pcap(30);
    let whole = packets(&plain);
    for compress in [gzip, zstd] {
        let bytes = compress(&plain);
        for cut in 4..bytes.len() {
            let Ok(captures) = open(&[&bytes[..cut]], &[]) else { continue };
            let (told, problems) = drain(captures);
            assert!(is_prefix(&told, &whole), "cut at {cut}");
            assert_eq!(problems[0].reason, "compressed data is cut short", "cut at {cut}");
            assert_eq!(problems[0].verdict, Verdict::Incomplete);
        }
    }
    let bytes = gzip(&plain);
    // Only the checksum and length after the data are missing: every packet is there.
    assert_eq!(read(&bytes[..bytes.len() - 8]).0, whole);
}

const DAMAGED: &str = "the file is damaged: its checksum is wrong; what was read from it cannot be trusted";
const CORRUPT: &str = "compressed data is corrupt; the rest was not read";

#[test]
fn every_byte_before_corrupt_gzip_data_is_kept() {
    let plain = some_pcap(40);
    let whole = packets(&plain);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let end_of_30 = 24 + 30 * 16 + 30 * 31 / 2;
    encoder.write_all(&plain[..end_of_30]).unwrap();
    // A flush ends the deflate block on a byte, so that the next byte begins one.
    encoder.flush().unwrap();
    let next_block = encoder.get_ref().len();
    encoder.write_all(&plain[end_of_30..]).unwrap();
    let mut bytes = encoder.finish().unwrap();
    // Block type 3 is reserved (RFC 1951 section 3.2.3).
    bytes[next_block] = 0b111;
    let (told, problems) = read(&bytes);
    assert_eq!(told, whole[..30]);
    assert_eq!(reasons(&problems), [(31, CORRUPT, end_of_30 as u64)]);
}

#[test]
fn a_wrong_gzip_checksum_is_said_and_the_packets_are_told() {
    let plain = some_pcap(5);
    let mut bytes = gzip(&plain);
    let checksum = bytes.len() - 8;
    bytes[checksum] ^= 1;
    let (told, problems) = read(&bytes);
    assert_eq!((told.len(), reasons(&problems)), (5, vec![(6, DAMAGED, plain.len() as u64)]));
}

#[test]
fn all_but_the_last_few_packets_before_corrupt_zstd_data_are_kept() {
    let plain = large();
    let whole = packets(&plain);
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.write_all(&plain[..24 + 1_500 * 1_016]).unwrap();
    encoder.flush().unwrap();
    let next_block = encoder.get_ref().len();
    encoder.write_all(&plain[24 + 1_500 * 1_016..]).unwrap();
    let mut bytes = encoder.finish().unwrap();
    // Block type 3 is reserved (RFC 8878 section 3.1.1.2.2).
    bytes[next_block] |= 0b110;
    let (told, problems) = read(&bytes);
    assert!(is_prefix(&told, &whole));
    assert!((1_495..=1_500).contains(&told.len()), "{}", told.len());
    assert_eq!((problems[0].layer, problems[0].reason), ("zstd", CORRUPT));
}

#[test]
fn bytes_after_the_compressed_data_are_said() {
    let plain = some_pcap(3);
    let bytes = [gzip(&plain), b"trailer".to_vec()].concat();
    let (told, problems) = read(&bytes);
    assert_eq!(told.len(), 3);
    let reason = "bytes after the compressed data were not read";
    assert_eq!(reasons(&problems), [(4, reason, plain.len() as u64)]);
}

/// A pipe gives what came, but not in crumbs: each batch costs whoever shares it among threads.
#[test]
fn compressed_data_from_a_pipe_comes_in_batches_as_large_as_what_is_at_hand() {
    let plain = large();
    for compress in [gzip, zstd] {
        let mut captures = open(&[&compress(&plain)], &[64 << 10]).unwrap();
        let (mut batch, mut batches) = (quaywatch_capture::Batch::new(), 0);
        while captures.next_batch(&mut batch).unwrap() {
            batches += 1;
        }
        assert!(batches <= 100, "{batches} batches of 3 MB in 47 reads");
    }
}
