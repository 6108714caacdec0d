use crate::build::{MICROSECONDS, MODIFIED, NANOSECONDS, Order, noise, pcap_header, pcap_record, some_pcap};
use crate::told::{Told, open, packets, read, reasons};
use quaywatch_model::Verdict;

const BOTH: [Order; 2] = [Order::Little, Order::Big];

#[test]
fn both_byte_orders_and_both_resolutions_are_read() {
    for order in BOTH {
        for (magic, nanos) in
            [(MICROSECONDS, 1_700_000_000_000_007_000), (NANOSECONDS, 1_700_000_000_000_000_007)]
        {
            let mut bytes = pcap_header(order, magic, (2, 4), 1);
            bytes.extend(pcap_record(order, 1_700_000_000, 7, &[1, 2, 3], 60));
            let expected = Told { frame: 1, nanos, link: 1, bytes: vec![1, 2, 3], original: 60 };
            assert_eq!(packets(&bytes), [expected], "{order:?} {magic:08X}");
        }
    }
}

#[test]
fn the_longer_record_header_of_the_modified_format_is_passed_over() {
    for order in BOTH {
        let mut bytes = pcap_header(order, MODIFIED, (2, 4), 1);
        for n in 1..=3_u8 {
            let mut record = pcap_record(order, u32::from(n), 5, &[n; 9], 9);
            record.splice(16..16, [0xEE; 8]);
            bytes.extend(record);
        }
        let told = packets(&bytes);
        assert_eq!(told.iter().map(|packet| packet.bytes[0]).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(told[2].nanos, 3_000_005_000);
    }
}

#[test]
fn seconds_reach_past_2038_and_the_link_type_is_the_low_half_of_its_field() {
    let mut bytes = pcap_header(Order::Little, NANOSECONDS, (2, 4), 0x2400_0114);
    bytes.extend(pcap_record(Order::Little, u32::MAX, 999_999_999, &[], 0));
    let told = packets(&bytes);
    assert_eq!((told[0].nanos, told[0].link), (4_294_967_295_999_999_999, 276));
}

#[test]
fn versions_before_2_4_have_the_lengths_the_other_way_round() {
    for (minor, captured, original) in [(2, 60, 3), (3, 60, 3), (3, 3, 60)] {
        let mut bytes = pcap_header(Order::Big, MICROSECONDS, (2, minor), 1);
        for field in [1, 0, captured, original] {
            bytes.extend(Order::Big.u32(field));
        }
        bytes.extend([1, 2, 3]);
        let told = packets(&bytes);
        assert_eq!((told[0].bytes.len(), told[0].original), (3, 60), "2.{minor} {captured} {original}");
    }
}

#[test]
fn a_file_without_packets_has_none_and_no_problem() {
    assert_eq!(packets(&some_pcap(0)), []);
}

#[test]
fn a_packet_of_the_greatest_length_is_read_and_a_longer_one_ends_the_file() {
    let longest = noise(262_144, 1);
    let mut bytes = some_pcap(1);
    bytes.extend(pcap_record(Order::Little, 2, 2, &longest, 300_000));
    let offset = bytes.len() as u64;
    bytes.extend(pcap_record(Order::Little, 3, 3, &noise(262_145, 1), 262_145));
    bytes.extend(pcap_record(Order::Little, 4, 4, &[4], 1));
    let (told, problems) = read(&bytes);
    assert_eq!(told.len(), 2);
    assert_eq!((told[1].bytes == longest, told[1].original), (true, 300_000));
    let reason = "packet length is past the limit; the rest of the file was not read";
    assert_eq!(reasons(&problems), [(3, reason, offset)]);
}

#[test]
fn frames_and_packets_stand_across_batches() {
    let mut bytes = pcap_header(Order::Little, MICROSECONDS, (2, 4), 1);
    let contents: Vec<Vec<u8>> = (0..400).map(|n| noise(n * 37 % 9_000, n as u64)).collect();
    for (n, content) in contents.iter().enumerate() {
        bytes.extend(pcap_record(Order::Little, n as u32, 0, content, content.len() as u32));
    }
    let told = packets(&bytes);
    assert!(told.iter().map(|packet| &packet.bytes).eq(&contents));
    assert!(told.iter().map(|packet| packet.frame).eq(1..=400));
}

#[test]
fn cut_at_any_byte_it_gives_every_whole_packet_and_says_what_is_missing() {
    let bytes = some_pcap(6);
    let whole = packets(&bytes);
    // Where each record ends.
    let ends: Vec<usize> = (0..=6).map(|n| 24 + 16 * n + n * (n + 1) / 2).collect();
    for cut in 24..=bytes.len() {
        let (told, problems) = read(&bytes[..cut]);
        let count = ends.iter().filter(|&&end| end <= cut).count() - 1;
        assert_eq!(told, whole[..count], "cut at {cut}");
        if ends.contains(&cut) {
            assert_eq!(problems, [], "cut at {cut}");
        } else {
            let expected = (count as u64 + 1, "last packet is cut short", ends[count] as u64);
            assert_eq!(reasons(&problems), [expected], "cut at {cut}");
            assert_eq!((problems[0].layer, problems[0].verdict), ("pcap", Verdict::Incomplete));
            assert_eq!(problems[0].bytes, (cut - ends[count]) as u64);
        }
    }
    (0..24).for_each(|cut| assert!(open(&[&bytes[..cut]], &[]).is_err(), "cut at {cut}"));
}
