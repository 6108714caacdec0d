use crate::build::{
    Order, block, enhanced, enhanced_claiming, interface, noise, obsolete, option, section, simple,
    some_pcapng,
};
use crate::told::{open, packets, packets_of_any_time, read, reasons};
use quaywatch_model::Verdict;

const LITTLE: Order = Order::Little;
const BOTH: [Order; 2] = [Order::Little, Order::Big];

fn start(order: Order) -> Vec<u8> {
    let mut bytes = section(order, (1, 0), &option(order, 1, b"a comment"));
    bytes.extend(interface(order, 1, 0, &[]));
    bytes
}

#[test]
fn enhanced_simple_and_obsolete_packets_are_read_in_both_byte_orders() {
    for order in BOTH {
        let mut bytes = start(order);
        bytes.extend(enhanced(order, 0, 1_700_000_000_000_001, &[1; 5]));
        bytes.extend(simple(order, &[2; 6], 6));
        bytes.extend(obsolete(order, 0, 9, 1_700_000_000_000_002, &[3; 7]));
        let (told, problems) = read(&bytes);
        let seen: Vec<_> =
            told.iter().map(|packet| (packet.frame, packet.nanos, packet.bytes.len())).collect();
        // The simple packet has no time of its own and takes the one before it.
        let expected = [
            (1, 1_700_000_000_000_001_000, 5),
            (2, 1_700_000_000_000_001_000, 6),
            (3, 1_700_000_000_000_002_000, 7),
        ];
        assert_eq!(seen, expected, "{order:?}");
        assert_eq!((problems.len(), problems[0].frame, problems[0].reason), (1, 2, "packets without a time"));
    }
}

#[test]
fn a_simple_packet_is_cut_to_the_first_interfaces_snaplen_and_a_first_one_is_at_the_epoch() {
    let mut bytes = section(LITTLE, (1, 0), &[]);
    bytes.extend(interface(LITTLE, 113, 6, &[]));
    bytes.extend(interface(LITTLE, 1, 0, &[]));
    bytes.extend(simple(LITTLE, &[2; 6], 1_500));
    let (told, _) = read(&bytes);
    assert_eq!((told[0].nanos, told[0].link, told[0].original), (0, 113, 1_500));
    assert_eq!(told[0].bytes, [2; 6]);
}

#[test]
fn interfaces_have_clocks_and_link_types_of_their_own() {
    let mut bytes = section(LITTLE, (1, 2), &[]);
    bytes.extend(interface(LITTLE, 1, 0, &option(LITTLE, 9, &[9])));
    let mut options = option(LITTLE, 2, b"eth1");
    options.extend(option(LITTLE, 9, &[0x80 | 20]));
    options.extend(option(LITTLE, 14, &1_000_i64.to_le_bytes()));
    options.extend(option(LITTLE, 0, &[]));
    // After the end of the options nothing counts.
    options.extend(option(LITTLE, 9, &[0]));
    bytes.extend(interface(LITTLE, 101, 0, &options));
    bytes.extend(interface(LITTLE, 147, 0, &option(LITTLE, 9, &[3])));
    bytes.extend(enhanced(LITTLE, 2, 5, &[]));
    bytes.extend(enhanced(LITTLE, 1, 3 << 19, &[]));
    bytes.extend(enhanced(LITTLE, 0, 1_700_000_000_123_456_789, &[]));
    let seen: Vec<_> = packets_of_any_time(&bytes).iter().map(|packet| (packet.link, packet.nanos)).collect();
    let expected = [(147, 5_000_000), (101, 1_001_500_000_000), (1, 1_700_000_000_123_456_789)];
    assert_eq!(seen, expected);
}

#[test]
fn every_section_has_its_own_byte_order_and_interfaces() {
    let mut bytes = some_pcapng(Order::Little, 2);
    bytes.extend(section(Order::Big, (1, 0), &[]));
    bytes.extend(interface(Order::Big, 276, 0, &[]));
    bytes.extend(enhanced(Order::Big, 0, 9_000_000, &[9]));
    bytes.extend(some_pcapng(Order::Little, 1));
    let seen: Vec<_> =
        packets(&bytes).iter().map(|packet| (packet.frame, packet.link, packet.nanos)).collect();
    let expected =
        [(1, 1, 1_000_000_000), (2, 1, 2_000_000_000), (3, 276, 9_000_000_000), (4, 1, 1_000_000_000)];
    assert_eq!(seen, expected);
}

#[test]
fn other_blocks_are_passed_over_whatever_their_length() {
    let mut bytes = start(LITTLE);
    for (kind, length) in
        [(4, 40), (7, 16), (10, 700_000), (0x2000_0000, 8), (0x4000_0001, 3_000_000), (0x8000_1234, 0)]
    {
        bytes.extend(block(LITTLE, kind, &noise(length, 7)));
        bytes.extend(enhanced(LITTLE, 0, u64::from(kind), &[1]));
    }
    assert_eq!(packets(&bytes).len(), 6);
}

#[test]
fn a_section_header_longer_than_any_buffer_is_read() {
    let options: Vec<u8> = (0..40).flat_map(|n| option(LITTLE, 1, &noise(60_000, n))).collect();
    let mut bytes = section(LITTLE, (1, 0), &options);
    bytes.extend(interface(LITTLE, 1, 0, &[]));
    bytes.extend(enhanced(LITTLE, 0, 1, &[1]));
    assert_eq!(packets(&bytes).len(), 1);
}

#[test]
fn a_broken_packet_keeps_its_number_and_the_ones_after_it_are_read() {
    let broken = [
        ("packet of an interface that is not described", enhanced(LITTLE, 7, 0, &[1; 8])),
        ("packet is longer than its block", enhanced_claiming(LITTLE, 0, 0, &[1; 8], 9)),
        ("packet is longer than its block", enhanced_claiming(LITTLE, 0, 0, &[1; 8], u32::MAX)),
        ("packet is longer than its block", block(LITTLE, 6, &[0; 16])),
        ("packet is longer than its block", block(LITTLE, 3, &[])),
        ("packet is longer than its block", simple(LITTLE, &[1; 8], 9)),
        ("packet length is past the limit", simple(LITTLE, &noise(262_145, 1), 262_145)),
        ("packet length is past the limit", enhanced(LITTLE, 0, 0, &noise(262_145, 1))),
        ("block is past the limit", enhanced(LITTLE, 0, 0, &noise(600_000, 3))),
        ("block begins and ends with different lengths", {
            let mut bytes = enhanced(LITTLE, 0, 0, &[1; 8]);
            *bytes.last_mut().unwrap() = 1;
            bytes
        }),
        ("journal entry, not a packet", block(LITTLE, 9, b"MESSAGE=hello")),
        ("custom block, not a packet", block(LITTLE, 0xBAD, &[0; 8])),
        ("custom block, not a packet", block(LITTLE, 0x4000_0BAD, &[0; 8])),
    ];
    for (reason, block) in broken {
        let mut bytes = start(LITTLE);
        bytes.extend(enhanced(LITTLE, 0, 1, &[1]));
        let offset = bytes.len() as u64;
        bytes.extend(&block);
        bytes.extend(enhanced(LITTLE, 0, 3, &[3]));
        let (told, problems) = read(&bytes);
        assert_eq!(told.iter().map(|packet| packet.frame).collect::<Vec<_>>(), [1, 3], "{reason}");
        assert_eq!(reasons(&problems), [(2, reason, offset)]);
        assert_eq!(problems[0].bytes, block.len() as u64);
    }
}

#[test]
fn a_packet_of_the_greatest_length_is_read() {
    let mut bytes = start(LITTLE);
    let longest = noise(262_144, 5);
    for n in 0..9 {
        bytes.extend(enhanced(LITTLE, 0, n, &longest));
    }
    let told = packets(&bytes);
    assert_eq!(told.len(), 9);
    assert!(told.iter().all(|packet| packet.bytes == longest));
}

#[test]
fn a_block_that_claims_more_than_the_file_has_says_how_much_it_swallowed() {
    let mut bytes = some_pcapng(LITTLE, 3);
    let offset = bytes.len() as u64;
    bytes.extend([0x77, 0, 0, 0, 0xF0, 0xFF, 0xFF, 0xFF]);
    bytes.extend(noise(3_000_000, 1));
    let (told, problems) = read(&bytes);
    let reason = "block is past the limit and past the end of the file; the rest of the file was not read";
    assert_eq!((told.len(), reasons(&problems)), (3, vec![(4, reason, offset)]));
    assert_eq!(problems[0].bytes, 3_000_008);
}

#[test]
fn what_cannot_be_found_past_ends_the_file() {
    let unsound = "block length cannot be; the rest of the file was not read";
    let section_unsound = "section header cannot be; the rest of the file was not read";
    let mut byte_order = section(LITTLE, (1, 0), &[]);
    byte_order[8] = 0;
    let broken = [
        (unsound, Verdict::Malformed, [6, 0, 0, 0, 11, 0, 0, 0].to_vec()),
        (unsound, Verdict::Malformed, [6, 0, 0, 0, 33, 0, 0, 0].to_vec()),
        (section_unsound, Verdict::Malformed, byte_order),
        (
            "section of an unknown version; the rest of the file was not read",
            Verdict::Unsupported,
            section(LITTLE, (2, 0), &[]),
        ),
    ];
    for (reason, verdict, block) in broken {
        let mut bytes = some_pcapng(LITTLE, 3);
        let offset = bytes.len() as u64;
        bytes.extend(block);
        bytes.extend(enhanced(LITTLE, 0, 3, &[3]));
        let (told, problems) = read(&bytes);
        assert_eq!((told.len(), reasons(&problems)), (3, vec![(4, reason, offset)]));
        assert_eq!(problems[0].verdict, verdict);
    }
}

#[test]
fn a_broken_interface_description_is_said() {
    let mut bytes = section(LITTLE, (1, 0), &[]);
    bytes.extend(block(LITTLE, 1, &[1, 0, 0, 0]));
    bytes.extend(enhanced(LITTLE, 0, 0, &[1]));
    let (told, problems) = read(&bytes);
    let expected = [
        (1, "interface description is too short", 28),
        (1, "packet of an interface that is not described", 44),
    ];
    assert_eq!((told, reasons(&problems)), (vec![], expected.to_vec()));
}

#[test]
fn more_interfaces_than_the_limit_are_not_kept() {
    let mut bytes = section(LITTLE, (1, 0), &[]);
    let one = interface(LITTLE, 1, 0, &[]);
    (0..=1 << 16).for_each(|_| bytes.extend(&one));
    bytes.extend(enhanced(LITTLE, 65_535, 0, &[1]));
    let (told, problems) = read(&bytes);
    assert_eq!(told.len(), 1);
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].reason, problems[0].verdict), ("more interfaces than the limit", Verdict::Limit));
}

#[test]
fn cut_at_any_byte_it_gives_every_whole_packet_and_says_what_is_missing() {
    for order in BOTH {
        let bytes = some_pcapng(order, 6);
        let whole = packets(&bytes);
        let mut ends = vec![28, 48];
        for n in 1..=6_usize {
            ends.push(ends[n] + 32 + n.next_multiple_of(4));
        }
        for cut in 24..=bytes.len() {
            let (told, problems) = read(&bytes[..cut]);
            let blocks = ends.iter().filter(|&&end| end <= cut).count();
            assert_eq!(told, whole[..blocks.saturating_sub(2)], "cut at {cut}");
            assert_eq!(problems.is_empty(), ends.contains(&cut), "cut at {cut}");
            assert!(problems.iter().all(|trouble| trouble.reason == "last block is cut short"));
        }
        (0..24).for_each(|cut| assert!(open(&[&bytes[..cut]], &[]).is_err(), "cut at {cut}"));
    }
}
