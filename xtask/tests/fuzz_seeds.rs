//! Seeds hold the conversations of the cases in the form that the targets take.

use std::fs;
use std::path::Path;
use xtask::{fuzz_seeds, repository_root};

#[test]
fn a_conversation_becomes_steps_that_a_target_plays() {
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("seeds");
    let _ = fs::remove_dir_all(&to);
    let made = fuzz_seeds::make(&to, &[repository_root().join("cases")]).unwrap();
    let seeds = to.join("fuzz/corpus/profinet");
    assert!(made >= fs::read_dir(&seeds).unwrap().count());

    let seed = fs::read(seeds.join("profinet-change-ip-capture-0")).unwrap();
    let mut steps = Vec::new();
    let mut left = &seed[..];
    while let [control, low, high, rest @ ..] = left {
        let (bytes, rest) = rest.split_at(u16::from_le_bytes([*low, *high]).into());
        steps.push((*control, bytes));
        left = rest;
    }
    let begins: Vec<(u8, &[u8])> = steps.iter().map(|&(control, bytes)| (control, &bytes[..4])).collect();
    let expected: [(u8, &[u8]); 4] = [
        (0, &[0xFE, 0xFE, 5, 0]), // side A asks who is there
        (1, &[0xFE, 0xFF, 5, 1]), // side B answers
        (0, &[0xFE, 0xFD, 4, 0]), // side A sets an address
        (1, &[0xFE, 0xFD, 4, 1]), // side B agrees
    ];
    assert_eq!(begins, expected);
}
