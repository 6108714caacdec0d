//! What was not read of a capture is counted, and what was never in it is said.

use crate::build::{
    MICROSECONDS, Order, block, enhanced, gzip, interface, option, pcap_header, pcap_record, section, simple,
    some_pcap, some_pcapng, zstd,
};
use crate::told::{JUMPS, Told, Trouble, drain_all, open, packets, read, reasons};
use quaywatch_capture::{Captures, Dropped, Shortfall, Source, Stopped};
use quaywatch_model::Verdict;

const LITTLE: Order = Order::Little;
const TOO_LONG: &str = "packet length is past the limit; the rest of the file was not read";
const DAMAGED: &str = "the file is damaged: its checksum is wrong; what was read from it cannot be trusted";

fn all(bytes: &[u8]) -> (Vec<Told>, Vec<Trouble>, Shortfall) {
    drain_all(open(&[bytes], &[]).unwrap())
}

/// Three packets, then a record that cannot be, then `rest` bytes in all.
fn nonsense(rest: usize) -> Vec<u8> {
    let mut bytes = some_pcap(3);
    bytes.resize(bytes.len() + rest, 0xFF);
    bytes
}

fn stopped(offset: usize, total: Option<usize>, inside: &'static str, unread: usize) -> Stopped {
    Stopped {
        file: "input 0".into(),
        offset: offset as u64,
        total: total.map(|total| total as u64),
        inside,
        reason: TOO_LONG,
        unread_bytes: unread as u64,
    }
}

#[test]
fn what_is_behind_a_record_that_cannot_be_is_counted_however_the_capture_is_stored() {
    let (sound, rest) = (some_pcap(3).len(), 3_000_000);
    let plain = nonsense(rest);
    let stored: [(Vec<u8>, &str); 3] = [
        (plain.clone(), ""),
        (gzip(&plain), " inside the gzip data"),
        (zstd(&plain), " inside the zstd data"),
    ];
    for (bytes, inside) in stored {
        let (told, problems, shortfall) = all(&bytes);
        assert_eq!(told.len(), 3);
        assert_eq!(reasons(&problems), [(4, TOO_LONG, sound as u64)]);
        assert_eq!((problems[0].bytes, problems[0].verdict), (rest as u64, Verdict::Limit));
        assert_eq!(shortfall.stopped, [stopped(sound, Some(sound + rest), inside, rest)]);
    }
}

#[test]
fn of_a_file_that_was_not_read_to_its_end_the_size_says_how_much_that_is() {
    let path = std::env::temp_dir().join(format!("quaywatch-nonsense-{}.pcap", std::process::id()));
    let (sound, rest) = (some_pcap(3).len(), 3_000_000);
    std::fs::write(&path, nonsense(rest)).unwrap();
    let source = Source::Path(path.clone());
    let (told, problems, shortfall) = drain_all(Captures::open(&[source.clone(), source]).unwrap());
    std::fs::remove_file(&path).unwrap();
    assert_eq!((told.len(), problems.len()), (6, 2));
    let file = path.to_str().unwrap().to_owned();
    let expected = Stopped { file, ..stopped(sound, Some(sound + rest), "", rest) };
    assert_eq!(shortfall.stopped, [expected.clone(), expected.clone()]);
    let sentence = expected.to_string();
    assert!(
        sentence.ends_with(&format!(".pcap at byte {sound} of {}: {TOO_LONG}", sound + rest)),
        "{sentence}"
    );
}

#[test]
fn compressed_data_that_is_cut_corrupt_or_followed_by_something_else_is_not_read_to_its_end() {
    let plain = some_pcap(30);
    let whole = gzip(&plain);
    let trailed = [whole.clone(), b"trailer".to_vec()].concat();
    for (bytes, reason) in [
        (&whole[..whole.len() - 9], "compressed data is cut short"),
        (&trailed[..], "bytes after the compressed data were not read"),
    ] {
        let (_, _, shortfall) = all(bytes);
        let seen: Vec<_> = shortfall.stopped.iter().map(|stopped| (stopped.reason, stopped.total)).collect();
        assert_eq!(seen, [(reason, None)]);
    }
    let (_, _, shortfall) = all(&whole);
    assert_eq!(shortfall, Shortfall::default());
}

#[test]
fn a_last_packet_that_is_cut_short_is_no_stop_and_a_block_that_hides_the_rest_of_the_file_is_one() {
    let bytes = some_pcap(3);
    assert_eq!(all(&bytes[..bytes.len() - 1]).2, Shortfall::default());
    let bytes = some_pcapng(LITTLE, 3);
    assert_eq!(all(&bytes[..bytes.len() - 1]).2, Shortfall::default());
    let mut hiding = bytes.clone();
    hiding.extend([6, 0, 0, 0, 0, 0, 0, 0x40]);
    hiding.resize(hiding.len() + 5_000, 1);
    let (told, _, shortfall) = all(&hiding);
    assert_eq!(told.len(), 3);
    let stopped = &shortfall.stopped[0];
    assert_eq!((stopped.offset, stopped.total), (bytes.len() as u64, Some(hiding.len() as u64)));
    assert_eq!((stopped.unread_bytes, shortfall.stopped.len()), (5_008, 1));
}

#[test]
fn captures_one_behind_the_other_are_read_on_and_their_headers_are_no_packets() {
    let kinds = [some_pcap(5), pcap_in(Order::Big), some_pcapng(LITTLE, 5), some_pcapng(Order::Big, 5)];
    for (first, second) in kinds.iter().flat_map(|first| kinds.iter().map(move |second| (first, second))) {
        let lengths: Vec<usize> =
            [first, second].iter().flat_map(|one| packets(one)).map(|told| told.bytes.len()).collect();
        let joined = [gzip(first), gzip(second)].concat();
        for bytes in [&joined, &[&first[..], second].concat()] {
            let (told, problems, shortfall) = all(bytes);
            assert_eq!((problems, shortfall), (vec![], Shortfall::default()));
            assert_eq!(told.iter().map(|told| told.bytes.len()).collect::<Vec<_>>(), lengths);
            assert!(told.iter().map(|told| told.frame).eq(1..=10));
        }
    }
}

fn pcap_in(order: Order) -> Vec<u8> {
    let mut bytes = pcap_header(order, MICROSECONDS, (2, 4), 1);
    (1..=5).for_each(|n| bytes.extend(pcap_record(order, n, n, &vec![0; n as usize], n)));
    bytes
}

#[test]
fn a_wrong_checksum_is_said_though_reading_stopped_before_it() {
    let mut bytes = gzip(&nonsense(100_000));
    let checksum = bytes.len() - 8;
    bytes[checksum] ^= 1;
    let (_, problems, shortfall) = all(&bytes);
    let seen: Vec<&str> = problems.iter().map(|problem| problem.reason).collect();
    assert_eq!(seen, [TOO_LONG, DAMAGED]);
    assert_eq!(shortfall.damaged, ["input 0"]);
    assert_eq!(shortfall.stopped.len(), 1);
}

#[test]
fn what_follows_a_gzip_member_with_a_wrong_checksum_or_length_is_read() {
    let plain = some_pcap(9);
    let (one, other) = (gzip(&plain[..100]), gzip(&plain[100..]));
    for wrong in [one.len() - 8, one.len() - 4] {
        let mut bytes = [one.clone(), other.clone()].concat();
        bytes[wrong] ^= 1;
        for sizes in [&[][..], &[1]] {
            let (told, problems, shortfall) = drain_all(open(&[&bytes], sizes).unwrap());
            assert_eq!((told.len(), reasons(&problems)), (9, vec![(10, DAMAGED, plain.len() as u64)]));
            assert_eq!((shortfall.damaged.len(), shortfall.stopped.len()), (1, 0));
        }
    }
}

#[test]
fn a_wrong_zstd_checksum_is_said() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.include_checksum(true).unwrap();
    std::io::Write::write_all(&mut encoder, &some_pcap(200)).unwrap();
    let mut bytes = encoder.finish().unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    let (_, problems, shortfall) = all(&bytes);
    assert!(problems.iter().any(|problem| problem.reason == DAMAGED), "{problems:?}");
    assert_eq!(shortfall.damaged, ["input 0"]);
}

fn at_years(years: &[u32]) -> Vec<u8> {
    let mut bytes = pcap_header(LITTLE, MICROSECONDS, (2, 4), 1);
    years.iter().for_each(|year| bytes.extend(pcap_record(LITTLE, year * 31_600_000, 0, &[1], 1)));
    bytes
}

#[test]
fn a_jump_of_more_than_a_year_between_neighbours_is_said_with_the_frame_up_to_a_bound() {
    assert_eq!(read(&at_years(&[50, 50, 50])).1, []);
    let (_, problems) = read(&at_years(&[50, 50, 52, 52, 3]));
    let seen: Vec<_> = problems.iter().map(|problem| (problem.frame, problem.reason)).collect();
    assert_eq!(seen, [(3, JUMPS), (5, JUMPS)]);
    let many: Vec<u32> = (0..1_000).map(|n| n % 2 * 10).collect();
    assert_eq!(read(&at_years(&many)).1.len(), 100);
}

fn statistics(order: Order, interface: u32, counts: &[(u16, u64)]) -> Vec<u8> {
    let mut body = order.u32(interface).to_vec();
    body.extend([0; 8]);
    counts.iter().for_each(|&(code, count)| body.extend(option(order, code, &order.u64(count))));
    body.extend(option(order, 0, &[]));
    block(order, 5, &body)
}

#[test]
fn what_an_interfaces_last_statistics_say_was_dropped_is_told_once_for_each_section() {
    for order in [LITTLE, Order::Big] {
        let mut bytes = some_pcapng(order, 2);
        bytes.extend(interface(order, 1, 0, &[]));
        bytes.extend(statistics(order, 0, &[(4, 500), (5, 300)]));
        bytes.extend(statistics(order, 1, &[(4, 9), (5, 0)]));
        bytes.extend(statistics(order, 0, &[(4, 1_000), (5, 700), (7, 77)]));
        let bytes = [bytes, some_pcapng(order, 1), statistics(order, 0, &[(7, 5)])].concat();
        let (told, problems, shortfall) = all(&bytes);
        let seen: Vec<_> =
            problems.iter().map(|problem| (problem.frame, problem.reason, problem.verdict)).collect();
        let reason = "packets were dropped while capturing";
        assert_eq!(
            (told.len(), seen),
            (3, vec![(3, reason, Verdict::Incomplete), (4, reason, Verdict::Incomplete)])
        );
        let dropped = |packets, received| Dropped { file: "input 0".into(), interface: 0, packets, received };
        assert_eq!(shortfall.dropped, [dropped(777, Some(1_000)), dropped(5, None)]);
    }
    let unknown = [some_pcapng(LITTLE, 1), statistics(LITTLE, 7, &[(5, 1)])].concat();
    let (_, problems, shortfall) = all(&unknown);
    assert_eq!(problems[0].reason, "statistics of an interface that is not described");
    assert_eq!(shortfall, Shortfall::default());
}

#[test]
fn each_packet_without_a_time_is_said_and_marked() {
    let mut bytes = section(LITTLE, (1, 0), &[]);
    bytes.extend(interface(LITTLE, 1, 0, &[]));
    bytes.extend(simple(LITTLE, &[1; 6], 6));
    bytes.extend(enhanced(LITTLE, 0, 1_700_000_000_000_000, &[2; 6]));
    bytes.extend(simple(LITTLE, &[3; 6], 6));
    let mut captures = open(&[&bytes], &[]).unwrap();
    let mut batch = quaywatch_capture::Batch::new();
    assert!(captures.next_batch(&mut batch).unwrap());
    assert!(batch.packets().map(|packet| packet.timed).eq([false, true, false]));
    let without: Vec<_> = batch.problems().iter().map(|(frame, problem)| (*frame, problem.reason)).collect();
    assert_eq!(without, [(1, "packets without a time"), (3, "packets without a time")]);
}
