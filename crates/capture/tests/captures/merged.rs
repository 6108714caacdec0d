use crate::build::{
    MICROSECONDS, Order, enhanced, gzip, interface, pcap_header, pcap_record, section, some_pcap,
};
use crate::told::{Told, drain, open, reasons};
use proptest::prelude::*;
use quaywatch_capture::{Captures, Source};
use std::path::PathBuf;

/// A capture whose packets are at these seconds, each with this one byte.
fn at(seconds: &[u32], byte: u8) -> Vec<u8> {
    let mut bytes = pcap_header(Order::Little, MICROSECONDS, (2, 4), 1);
    seconds.iter().for_each(|&second| bytes.extend(pcap_record(Order::Little, second, 0, &[byte], 1)));
    bytes
}

fn merged(inputs: &[&[u8]]) -> Vec<Told> {
    drain(open(inputs, &[]).unwrap()).0
}

fn seen(told: &[Told]) -> Vec<(u64, i64, u8)> {
    told.iter().map(|packet| (packet.frame, packet.nanos / 1_000_000_000, packet.bytes[0])).collect()
}

#[test]
fn packets_come_in_time_order_and_equal_times_in_the_order_of_the_inputs() {
    let told = merged(&[&at(&[3, 5], 1), &gzip(&at(&[1, 3, 4], 2)), &at(&[], 3), &at(&[3, 9], 4)]);
    let expected = [(1, 1, 2), (2, 3, 1), (3, 3, 2), (4, 3, 4), (5, 4, 2), (6, 5, 1), (7, 9, 4)];
    assert_eq!(seen(&told), expected);
}

#[test]
fn packets_of_one_input_keep_their_order_where_its_time_goes_back() {
    let told = merged(&[&at(&[5, 1, 7], 1), &at(&[2, 6], 2)]);
    assert_eq!(seen(&told), [(1, 2, 2), (2, 5, 1), (3, 1, 1), (4, 6, 2), (5, 7, 1)]);
}

#[test]
fn a_broken_packet_takes_a_number_of_the_merged_order_and_names_its_input() {
    let mut broken = section(Order::Little, (1, 0), &[]);
    broken.extend(interface(Order::Little, 1, 0, &[]));
    broken.extend(enhanced(Order::Little, 0, 2_000_000, &[2]));
    let first = broken.len() as u64;
    broken.extend(enhanced(Order::Little, 9, 3_000_000, &[2]));
    broken.extend(enhanced(Order::Little, 0, 4_000_000, &[2]));
    let second = broken.len() as u64;
    broken.extend(enhanced(Order::Little, 9, 5_000_000, &[2]));
    let (told, problems) = drain(open(&[&at(&[1, 3, 9], 1), &broken], &[]).unwrap());
    // The broken packet's own time is not known: it stands right before the packet after it.
    assert_eq!(seen(&told), [(1, 1, 1), (2, 2, 2), (3, 3, 1), (5, 4, 2), (7, 9, 1)]);
    let reason = "packet of an interface that is not described";
    assert_eq!(reasons(&problems), [(4, reason, first), (6, reason, second)]);
    assert!(problems.iter().all(|trouble| trouble.input == 1));
}

#[test]
fn an_input_that_ends_early_does_not_end_the_others() {
    let cut = at(&[1, 2, 3], 1);
    let (told, problems) = drain(open(&[&cut[..cut.len() - 1], &at(&[4, 5], 2)], &[]).unwrap());
    assert_eq!(seen(&told), [(1, 1, 1), (2, 2, 1), (3, 4, 2), (4, 5, 2)]);
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].frame, problems[0].reason), (3, "last packet is cut short"));
}

#[test]
fn no_input_at_all_has_no_packets() {
    assert_eq!(drain(Captures::open(&[]).unwrap()), (vec![], vec![]));
}

/// A folder of this test's own that is removed again.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("quaywatch-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Source {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        Source::Path(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// More than a process may usually hold open.
#[test]
fn thousands_of_rotated_files_are_read_as_one() {
    const FILES: u32 = 1_500;
    let folder = Folder::new("rotated");
    let mut sources: Vec<Source> =
        (0..FILES).map(|n| folder.write(&n.to_string(), &at(&[n * 2, n * 2 + 1], 1))).collect();
    sources.reverse();
    let mut captures = Captures::open(&sources).unwrap();
    assert_eq!(captures.progress().bytes_read, 0);
    assert_eq!(captures.progress().bytes_total, Some(u64::from(FILES) * (24 + 17 * 2)));
    let mut batch = quaywatch_capture::Batch::new();
    let mut next = 0;
    while captures.next_batch(&mut batch).unwrap() {
        for packet in batch.packets() {
            assert_eq!((packet.frame, packet.time.nanos()), (next + 1, next as i64 * 1_000_000_000));
            next += 1;
        }
    }
    assert_eq!(next, u64::from(FILES) * 2);
    let progress = captures.progress();
    assert_eq!(Some(progress.bytes_read), progress.bytes_total);
}

#[test]
fn a_single_file_reports_how_far_it_is() {
    let folder = Folder::new("single");
    let bytes = some_pcap(9);
    let source = folder.write("one.pcap", &bytes);
    assert_eq!(source.name(), folder.0.join("one.pcap").to_str().unwrap());
    let mut captures = Captures::open(&[source]).unwrap();
    assert_eq!(captures.progress().bytes_total, Some(bytes.len() as u64));
    assert!(captures.next_batch(&mut quaywatch_capture::Batch::new()).unwrap());
    assert_eq!(captures.progress().bytes_read, bytes.len() as u64);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn sorted_inputs_merge_into_one_sorted_order(
        mut inputs in prop::collection::vec(prop::collection::vec(0_u32..50, 0..40), 2..6),
        sizes in prop::collection::vec(1_usize..200, 1..4),
    ) {
        let mut expected = Vec::new();
        for (index, seconds) in inputs.iter_mut().enumerate() {
            seconds.sort_unstable();
            expected.extend(seconds.iter().map(|&second| (i64::from(second), index as u8)));
        }
        expected.sort_unstable();
        let files: Vec<Vec<u8>> = inputs.iter().zip(0..).map(|(seconds, byte)| at(seconds, byte)).collect();
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        let (told, problems) = drain(open(&files, &sizes).unwrap());
        prop_assert!(problems.is_empty());
        let numbered = expected.iter().zip(1..).map(|(&(second, byte), frame)| (frame, second, byte));
        prop_assert_eq!(seen(&told), numbered.collect::<Vec<_>>());
    }
}
