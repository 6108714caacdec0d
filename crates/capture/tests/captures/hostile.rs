//! Any bytes, in any pieces: no panic, no unbounded memory, and nothing depends on how they came.

use crate::build::{Order, gzip, some_pcap, some_pcapng, zstd};
use crate::told::{All, drain, open};
use proptest::prelude::*;

/// `None` if it is no capture.
fn tell(bytes: &[u8], sizes: &[usize]) -> Option<All> {
    open(&[bytes], sizes).ok().map(drain)
}

/// Valid captures of every kind, some with a few bytes changed, one cut out or one more.
fn captures() -> impl Strategy<Value = Vec<u8>> {
    let valid = prop_oneof![
        (0_u32..40).prop_map(some_pcap),
        (0_u32..40).prop_map(|count| some_pcapng(Order::Little, count)),
        (0_u32..40).prop_map(|count| some_pcapng(Order::Big, count)),
        (0_u32..20).prop_map(|count| {
            [some_pcapng(Order::Big, count), some_pcapng(Order::Little, count)].concat()
        }),
    ];
    let compressed = (valid, 0..4).prop_map(|(bytes, how)| match how {
        0 => gzip(&bytes),
        1 => zstd(&bytes),
        _ => bytes,
    });
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..6), 0..4);
    (compressed, changes).prop_map(|(mut bytes, changes)| {
        for (place, byte, how) in changes {
            let at = place.index(bytes.len());
            match how {
                0 if bytes.len() > 1 => drop(bytes.remove(at)),
                1 => bytes.insert(at, byte),
                2 => bytes.truncate(at.max(1)),
                _ => bytes[at] = byte,
            }
        }
        bytes
    })
}

#[test]
fn captures_and_batches_may_go_to_other_threads() {
    fn goes<T: Send>() {}
    fn is_shared<T: Send + Sync>() {}
    goes::<quaywatch_capture::Captures>();
    is_shared::<quaywatch_capture::Batch>();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_after_any_magic_are_read_to_an_end(
        magic in prop::sample::select(vec![
            vec![], b"\xD4\xC3\xB2\xA1\x02\x00\x04\x00".to_vec(), b"\xA1\xB2\x3C\x4D\x00\x02\x00\x04".to_vec(),
            b"\x0A\x0D\x0D\x0A\x1C\x00\x00\x00\x4D\x3C\x2B\x1A\x01\x00\x00\x00".to_vec(),
            b"\x0A\x0D\x0D\x0A\x00\x00\x00\x1C\x1A\x2B\x3C\x4D\x00\x01\x00\x00".to_vec(),
            b"\x1F\x8B\x08\x00".to_vec(), b"\x28\xB5\x2F\xFD".to_vec(),
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        tell(&[magic, bytes].concat(), &[]);
    }

    #[test]
    fn any_split_of_the_reads_tells_the_same(
        bytes in captures(),
        sizes in prop::collection::vec(1_usize..100, 1..5),
    ) {
        prop_assert_eq!(tell(&bytes, &sizes), tell(&bytes, &[]));
    }

    #[test]
    fn changed_captures_merge_without_losing_a_packet(one in captures(), other in captures()) {
        let (Some(one_alone), Some(other_alone)) = (tell(&one, &[]), tell(&other, &[])) else { return Ok(()) };
        let (packets, problems) = drain(open(&[&one, &other], &[]).unwrap());
        prop_assert_eq!(packets.len(), one_alone.0.len() + other_alone.0.len());
        prop_assert_eq!(problems.len(), one_alone.1.len() + other_alone.1.len());
    }
}
