//! A stamped protocol compiles, passes the tests it is stamped with, and lacks only what a person has to give it.
#![expect(clippy::unwrap_used, reason = "a test may state what must hold, also in its helpers")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use xtask::{ChoreError, new_protocol, repository_root, tidy};

const NAME: &str = "stamped_once";

/// A copy of what stamping needs, in a place that is the same every time, so that little is built again.
fn copy_of_the_repository(to: &str) -> PathBuf {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join(to);
    if copy.exists() {
        fs::remove_dir_all(&copy).unwrap();
    }
    let root = repository_root();
    for part in [
        "Cargo.toml",
        "Cargo.lock",
        "rustfmt.toml",
        "crates",
        "xtask",
        "cases",
        "fuzz/Cargo.toml",
        "fuzz/fuzz_targets",
    ] {
        copy_all(&root.join(part), &copy.join(part));
    }
    copy
}

/// Copies with the times of the files: cargo goes by them.
fn copy_all(from: &Path, to: &Path) {
    if from.is_dir() {
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            if entry.file_name() != "target" {
                copy_all(&entry.path(), &to.join(entry.file_name()));
            }
        }
    } else if from.exists() {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
        let time = fs::metadata(from).unwrap().modified().unwrap();
        fs::File::options().write(true).open(to).unwrap().set_modified(time).unwrap();
    }
}

/// Runs cargo on the library of the copied `protocols` room; it must go well and without a warning of what was stamped.
///
/// The target folder is one of its own: cargo tells packages apart by their place within a workspace, and would take what
/// it builds here for what it builds there.
fn cargo(copy: &Path, arguments: &[&str]) -> String {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stamped-target");
    let done = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--offline", "--package", "quaywatch-protocols", "--lib"])
        .current_dir(copy)
        .env("CARGO_TARGET_DIR", target)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
    let complained = said.contains(&format!("--> crates/protocols/src/{NAME}/"));
    assert!(done.status.success() && !complained, "{said}");
    said.into_owned()
}

#[test]
fn a_stamped_protocol_compiles_and_passes_its_own_tests() {
    let copy = copy_of_the_repository("stamped");
    let before = tidy::check(&copy, &tidy::protocol_names()).unwrap();
    new_protocol::stamp(&copy, NAME).unwrap();

    cargo(&copy, &["check"]);
    let said = cargo(&copy, &["test", NAME]);
    assert!(said.contains(&format!("{NAME}::tests::a_request_is_paired_with_its_answer ... ok")), "{said}");

    let mut names = tidy::protocol_names();
    names.push(NAME);
    let after = tidy::check(&copy, &names).unwrap();
    let new: Vec<&String> = after.iter().filter(|complaint| !before.contains(complaint)).collect();
    assert_eq!(
        new,
        [
            &format!("crates/protocols/src/{NAME}/mod.rs: does not yet say what it is and by which standard"),
            &format!("cases/{NAME}-first/origin.md: {}", tidy::UNFINISHED),
            &format!("cases/{NAME}-first: no capture.pcap or capture.pcapng"),
        ]
    );
}

#[test]
fn nothing_is_overwritten_and_nothing_half_done() {
    let copy = copy_of_the_repository("refused");
    let first_page = copy.join("crates/protocols/src").join(NAME).join("mod.rs");
    fs::create_dir_all(first_page.parent().unwrap()).unwrap();
    fs::write(&first_page, "mine").unwrap();
    let lib = fs::read(copy.join("crates/protocols/src/lib.rs")).unwrap();
    let refused = new_protocol::stamp(&copy, NAME);
    assert!(matches!(refused, Err(ChoreError::Exists(path)) if path.ends_with(NAME)));
    assert_eq!(fs::read_to_string(&first_page).unwrap(), "mine");
    assert_eq!(fs::read(copy.join("crates/protocols/src/lib.rs")).unwrap(), lib);
    assert!(!copy.join(format!("fuzz/fuzz_targets/{NAME}.rs")).exists());
}
