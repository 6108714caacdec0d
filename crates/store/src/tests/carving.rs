//! Transfers: what is told of them, and that nothing a peer says decides where bytes are written.

use super::support::*;
use crate::carve::CarveLimits;
use crate::{Carver, OPEN_TRANSFERS_LIMIT, Store};
use proptest::prelude::*;
use quaywatch_model::{Direction, FinishedTransfer, Side, Transfer, TransferKind};
use std::fmt::Display;
use std::fs;
use std::path::Path;

fn begin<'a>(id: u64, name: Option<&'a dyn Display>) -> Transfer<'a> {
    Transfer::Begin {
        id,
        kind: TransferKind::File,
        direction: Direction::ToDevice,
        client: Side::B,
        name,
        block_type: None,
        block_number: None,
    }
}

const fn end(id: u64) -> Transfer<'static> {
    Transfer::End { id, complete: true }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The SHA-256 of `abc`, FIPS 180-4 example.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// Carves one transfer of `abc` called `name`.
fn carve_abc(store: &mut Store, name: &str) -> FinishedTransfer {
    let mut carver = store.carver();
    assert!(carver.event(1, moment(0, 5), &begin(1, Some(&name))).is_none());
    assert!(carver.event(1, moment(1, 6), &Transfer::Data { id: 1, bytes: b"a" }).is_none());
    assert!(carver.event(1, moment(2, 7), &Transfer::Data { id: 1, bytes: b"bc" }).is_none());
    let ended = carver.event(1, moment(3, 8), &end(1)).unwrap();
    assert!(carver.take_error().is_none());
    ended
}

#[test]
fn a_transfer_is_hashed_and_carved() {
    let dir = tempfile::tempdir().unwrap();
    let ended = carve_abc(&mut store(dir.path()), "main.ob");
    assert_eq!(hex(&ended.sha256.unwrap()), ABC);
    assert_eq!((ended.bytes, ended.missing_bytes, ended.complete), (3, 0, true));
    assert_eq!((ended.start, ended.end), (moment(0, 5), moment(3, 8)));
    assert_eq!((ended.client, ended.name.as_deref()), (Side::B, Some("main.ob")));
    let carved = ended.carved.unwrap();
    assert_eq!(carved, "carved/frame-5-0-file-main.ob-ba7816bf8f01.bin");
    assert_eq!(fs::read(dir.path().join(carved)).unwrap(), b"abc");
    assert_eq!(files(&dir.path().join("carved")).len(), 1);
}

#[test]
fn without_a_directory_it_is_only_hashed() {
    let mut carver = Carver::hashing();
    assert!(carver.event(1, moment(0, 1), &begin(1, None)).is_none());
    assert!(carver.event(1, moment(0, 1), &Transfer::Data { id: 1, bytes: b"abc" }).is_none());
    let ended = carver.event(1, moment(0, 2), &end(1)).unwrap();
    assert_eq!(hex(&ended.sha256.unwrap()), ABC);
    assert_eq!(ended.carved, None);
}

#[test]
fn names_cannot_leave_the_folder_or_name_a_device() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = store(dir.path());
    let long = "x".repeat(5_000);
    let names = [
        ("../../etc/passwd", "etc_passwd"),
        ("..\\..\\windows\\system32", "windows_system32"),
        ("/etc/shadow", "etc_shadow"),
        ("a\0b\n\u{1b}[2J", "a_b_2J"),
        ("CON", "CON"),
        ("-rf", "rf"),
        (".ssh/..", "ssh"),
        ("a..b", "a.b"),
        ("\u{202e}港口", ""),
        ("C:\\x.exe", "C_x.exe"),
        (long.as_str(), &"x".repeat(64)),
    ];
    for (name, shown) in names {
        let ended = carve_abc(&mut store, name);
        let shown = if shown.is_empty() { String::new() } else { format!("{shown}-") };
        assert_eq!(ended.carved.unwrap(), format!("carved/frame-5-0-file-{shown}ba7816bf8f01.bin"));
        assert!(ended.name.unwrap().len() <= 1_024);
    }
    assert_eq!(files(&dir.path().join("carved")).len(), names.len());
    assert_eq!(files(dir.path()), ["carved"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_name_gives_one_file_in_the_folder(name: String) {
        let dir = tempfile::tempdir().unwrap();
        let carved = carve_abc(&mut store(dir.path()), &name).carved.unwrap();
        let file = carved.strip_prefix("carved/").unwrap();
        prop_assert!(file.len() < 150);
        prop_assert!(file.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)));
        prop_assert!(!file.contains(".."));
        prop_assert_eq!(files(&dir.path().join("carved")), [file.to_owned()]);
    }

    #[test]
    fn however_it_is_cut_the_file_and_its_hash_are_the_same(cuts in proptest::collection::vec(0_usize..50_000, 0..8)) {
        let content: Vec<u8> = (0..100_000_u32).map(|n| (n * 7 / 3) as u8).collect();
        let whole = carve_pieces(&[&content]);
        let mut rest = content.as_slice();
        let mut pieces = Vec::new();
        for cut in cuts {
            let (piece, after) = rest.split_at(cut.min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        pieces.push(rest);
        prop_assert_eq!(carve_pieces(&pieces), whole);
    }
}

fn carve_pieces(pieces: &[&[u8]]) -> (FinishedTransfer, Vec<u8>) {
    let dir = tempfile::tempdir().unwrap();
    let mut carver = store(dir.path()).carver();
    assert!(carver.event(1, moment(0, 5), &begin(1, None)).is_none());
    for bytes in pieces {
        assert!(carver.event(1, moment(0, 5), &Transfer::Data { id: 1, bytes }).is_none());
    }
    let ended = carver.event(1, moment(0, 6), &end(1)).unwrap();
    let written = fs::read(dir.path().join(ended.carved.as_deref().unwrap())).unwrap();
    (ended, written)
}

#[test]
fn what_is_missing_leaves_a_hole_no_hash_and_no_claim_to_be_complete() {
    let dir = tempfile::tempdir().unwrap();
    let mut carver = store(dir.path()).carver();
    let data = |bytes| Transfer::Data { id: 1, bytes };
    for event in [
        begin(1, None),
        data(b"ab"),
        Transfer::Missing { id: 1, bytes: 3 },
        data(b"cd"),
        Transfer::Missing { id: 1, bytes: 2 },
    ] {
        assert!(carver.event(1, moment(0, 5), &event).is_none());
    }
    let ended = carver.event(1, moment(0, 6), &end(1)).unwrap();
    assert_eq!((ended.bytes, ended.missing_bytes, ended.complete, ended.sha256), (4, 5, false, None));
    let carved = ended.carved.unwrap();
    assert!(carved.ends_with(".partial.bin"), "{carved}");
    assert_eq!(fs::read(dir.path().join(carved)).unwrap(), b"ab\0\0\0cd\0\0");
}

#[test]
fn the_end_of_a_conversation_ends_its_transfers_and_no_others() {
    let mut carver = Carver::hashing();
    for (conversation, id) in [(1, 1), (2, 1), (1, 2), (1, 3)] {
        assert!(carver.event(conversation, moment(0, 5), &begin(id, None)).is_none());
        let data = Transfer::Data { id, bytes: &[id as u8] };
        assert!(carver.event(conversation, moment(1, 6), &data).is_none());
    }
    assert!(carver.event(1, moment(2, 7), &end(2)).is_some());
    let ended = carver.finish(1);
    assert_eq!(ended.len(), 2);
    assert!(ended.iter().all(|transfer| !transfer.complete && transfer.end == moment(1, 6)));
    assert!(ended.iter().all(|transfer| transfer.conversation == 1 && transfer.sha256.is_some()));
    assert_eq!(carver.finish(1), []);
    assert_eq!(carver.finish(2).len(), 1);
}

#[test]
fn events_of_a_transfer_that_never_began_are_passed_over_and_a_second_begin_ends_the_first() {
    let mut carver = Carver::hashing();
    assert!(carver.event(1, moment(0, 1), &Transfer::Data { id: 9, bytes: b"x" }).is_none());
    assert!(carver.event(1, moment(0, 1), &Transfer::Missing { id: 9, bytes: 1 }).is_none());
    assert!(carver.event(1, moment(0, 1), &end(9)).is_none());
    assert!(carver.event(1, moment(0, 1), &begin(1, None)).is_none());
    let first = carver.event(1, moment(1, 2), &begin(1, None)).unwrap();
    assert!(!first.complete);
    assert_eq!((first.start, first.end), (moment(0, 1), moment(1, 2)));
    assert_eq!(carver.finish(1).len(), 1);
}

#[test]
fn one_transfer_too_many_ends_the_quietest() {
    let mut carver = Carver::hashing();
    for id in 0..OPEN_TRANSFERS_LIMIT as u64 {
        assert!(carver.event(id, moment(id as i64, id), &begin(id, None)).is_none());
    }
    // The first has something to say again, so the second is the quietest.
    assert!(carver.event(0, moment(1_000, 1_000), &Transfer::Data { id: 0, bytes: b"x" }).is_none());
    let ended = carver.event(999, moment(2_000, 2_000), &begin(1, None)).unwrap();
    assert_eq!((ended.conversation, ended.complete), (1, false));
    assert_eq!(ended.problem.unwrap().reason, "too many transfers at once");
}

#[test]
fn transfers_that_begin_in_one_frame_and_runs_over_other_captures_do_not_collide() {
    let dir = tempfile::tempdir().unwrap();
    let mut carver = store(dir.path()).carver();
    for id in 1..=2 {
        assert!(carver.event(1, moment(0, 5), &begin(id, Some(&"a"))).is_none());
        assert!(carver.event(1, moment(0, 5), &Transfer::Data { id, bytes: b"abc" }).is_none());
        assert!(carver.event(1, moment(0, 5), &end(id)).is_some());
    }
    assert_eq!(files(&dir.path().join("carved")).len(), 2);
    // The same again gives the same two files; other bytes in the same place give another.
    carve_abc(&mut store(dir.path()), "a");
    assert_eq!(files(&dir.path().join("carved")).len(), 2);
    let mut carver = store(dir.path()).carver();
    assert!(carver.event(1, moment(0, 5), &begin(1, Some(&"a"))).is_none());
    assert!(carver.event(1, moment(0, 5), &Transfer::Data { id: 1, bytes: b"abd" }).is_none());
    assert!(carver.event(1, moment(0, 5), &end(1)).is_some());
    assert_eq!(files(&dir.path().join("carved")).len(), 3);
}

fn carve_sizes(limits: CarveLimits, sizes: &[usize]) -> (Vec<FinishedTransfer>, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let mut carver = store(dir.path()).carver_within(limits);
    let ended = sizes
        .iter()
        .map(|&size| {
            assert!(carver.event(1, moment(0, 5), &begin(1, None)).is_none());
            let bytes = vec![size as u8; size];
            for bytes in bytes.chunks(20_000) {
                assert!(carver.event(1, moment(0, 5), &Transfer::Data { id: 1, bytes }).is_none());
            }
            carver.event(1, moment(0, 5), &end(1)).unwrap()
        })
        .collect();
    let folder = dir.path().join("carved");
    (ended, if folder.exists() { files(&folder) } else { Vec::new() })
}

#[test]
fn limits_stop_carving_but_not_hashing() {
    let wide = CarveLimits { file_bytes: 100_000, total_bytes: 1_000_000, files: 10 };
    let reason = |transfer: &FinishedTransfer| transfer.problem.map(|problem| problem.reason);

    let (ended, kept) = carve_sizes(CarveLimits { file_bytes: 50_000, ..wide }, &[60_000, 50_000]);
    assert_eq!(reason(&ended[0]), Some("file too large to carve"));
    assert!(ended[0].complete && ended[0].sha256.is_some() && ended[0].carved.is_none());
    assert!(ended[1].carved.is_some() && ended[1].problem.is_none());
    assert_eq!(kept.len(), 1);

    for limits in [CarveLimits { total_bytes: 90_000, ..wide }, CarveLimits { files: 2, ..wide }] {
        let (ended, kept) = carve_sizes(limits, &[40_000, 40_000, 40_000]);
        assert_eq!(reason(&ended[2]), Some("carved files reached their limit together"));
        assert!(ended[2].complete && ended[2].sha256.is_some() && ended[2].carved.is_none());
        assert_eq!(kept.len(), 2);
    }
}

#[test]
fn a_peer_cannot_make_a_huge_hole() {
    let dir = tempfile::tempdir().unwrap();
    let mut carver = store(dir.path()).carver();
    assert!(carver.event(1, moment(0, 5), &begin(1, None)).is_none());
    assert!(carver.event(1, moment(0, 5), &Transfer::Data { id: 1, bytes: b"x" }).is_none());
    assert!(carver.event(1, moment(0, 5), &Transfer::Missing { id: 1, bytes: u64::MAX }).is_none());
    assert!(carver.event(1, moment(0, 5), &Transfer::Missing { id: 1, bytes: u64::MAX }).is_none());
    let ended = carver.event(1, moment(0, 5), &end(1)).unwrap();
    assert_eq!((ended.missing_bytes, ended.carved), (u64::MAX, None));
}

#[test]
fn an_error_of_the_disk_is_kept_and_hashing_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = store(dir.path());
    fs::write(dir.path().join("carved"), "a file in the way").unwrap();
    let mut carver = store.carver();
    for round in 0..2 {
        assert!(carver.event(1, moment(0, 5), &begin(1, None)).is_none());
        assert!(carver.event(1, moment(0, 5), &Transfer::Data { id: 1, bytes: b"abc" }).is_none());
        let ended = carver.event(1, moment(0, 5), &end(1)).unwrap();
        assert_eq!(hex(&ended.sha256.unwrap()), ABC);
        assert_eq!(ended.problem.is_some(), round == 0);
    }
    let error = carver.take_error().unwrap();
    assert_eq!(error.path, Path::new(&dir.path().join("carved")));
    assert!(error.to_string().contains("a file stands where a directory is needed"), "{error}");
}

#[test]
fn what_a_crash_left_in_the_folder_is_cleared_away_and_the_rest_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("carved");
    fs::create_dir(&folder).unwrap();
    for name in [".carving-0-12", ".carving-mine", "frame-1-0-file-0.bin"] {
        fs::write(folder.join(name), "").unwrap();
    }
    store(dir.path());
    assert_eq!(files(&folder), [".carving-mine", "frame-1-0-file-0.bin"]);
}
