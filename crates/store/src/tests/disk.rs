//! What happens to files: other people's, last time's, and those that cannot be written.

use super::support::*;
use crate::error::MAKE_DIRECTORY;
use crate::{Store, StoreError};
use quaywatch_model::Moment;
use std::{fs, io};

#[test]
fn tables_are_replaced_and_other_files_are_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("operations.ndjson"), "old").unwrap();
    fs::write(dir.path().join("notes.txt"), "mine").unwrap();
    fs::write(dir.path().join(".operations.mine"), "mine too").unwrap();
    fs::write(dir.path().join(".operations.run-0"), "left by a crash").unwrap();
    fs::write(dir.path().join(".problems.new"), "left by a crash").unwrap();
    let store = store(dir.path());
    assert_eq!(files(dir.path()), [".operations.mine", "notes.txt", "operations.ndjson"]);
    store.finish(Vec::new()).unwrap();
    assert_eq!(text(dir.path(), "operations"), "");
    assert_eq!(fs::read_to_string(dir.path().join("notes.txt")).unwrap(), "mine");
    assert_eq!(
        files(dir.path()),
        [
            ".operations.mine",
            "conversations.ndjson",
            "handshakes.ndjson",
            "notes.txt",
            "operations.ndjson",
            "problems.ndjson",
            "transfers.ndjson"
        ]
    );
}

#[test]
fn the_directory_is_made_with_its_parents() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("a/b");
    Store::create(&out).unwrap().finish(Vec::new()).unwrap();
    assert_eq!(files(&out).len(), 5);
}

#[test]
fn rows_that_are_given_up_leave_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::with_limits(dir.path(), TINY).unwrap();
    let mut rows = store.rows();
    for number in 0..100 {
        rows.operation(&label("C1"), "modbus", &read(moment(number, 1)));
    }
    assert_eq!(files(dir.path()), [".operations.run-0", ".operations.run-0.keys"]);
    drop((rows, store));
    assert_eq!(files(dir.path()), Vec::<String>::new());
}

#[test]
fn a_file_where_the_directory_should_be_is_explained() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    fs::write(&out, "").unwrap();
    let error = Store::create(&out).unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot make the directory {}: ", out.display())), "{error}");
    assert!(error.ends_with("move it away or choose another output directory"), "{error}");
}

/// As under `/proc`, where even root makes nothing.
#[test]
fn a_directory_that_cannot_be_made_is_not_said_to_have_been_removed() {
    let error = |doing| StoreError::new("out".as_ref(), doing, io::ErrorKind::NotFound.into());
    let made = error(MAKE_DIRECTORY).to_string();
    assert!(made.starts_with("cannot make the directory out: "), "{made}");
    assert!(made.ends_with("nothing can be made there: choose another output directory"), "{made}");
    assert!(error("write").to_string().contains("it was removed while the program ran"));
}

#[test]
fn a_directory_where_a_table_belongs_is_explained() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("operations.ndjson")).unwrap();
    let error = store(dir.path()).finish(Vec::new()).unwrap_err();
    assert_eq!(error.path, dir.path().join("operations.ndjson"));
    assert!(error.to_string().contains("a directory stands where a table belongs"), "{error}");
}

/// A directory that vanishes fails for everybody, also for whoever may write anywhere.
#[test]
fn the_first_error_while_spilling_is_kept_and_given_at_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let mut store = Store::with_limits(&out, TINY).unwrap();
    let mut rows = store.rows();
    fs::remove_dir(&out).unwrap();
    assert!(!rows.failed());
    for number in 0..1_000 {
        rows.operation(&label("C1"), "modbus", &read(moment(number, 1)));
        rows.problem(
            Moment::default(),
            &quaywatch_model::Problem {
                layer: "tcp",
                reason: "cut short",
                verdict: quaywatch_model::Verdict::Incomplete,
                bytes: 0,
            },
            || None,
        );
    }
    assert!(rows.failed());
    let error = store.finish(vec![rows]).unwrap_err();
    assert_eq!(error.doing, "create");
    assert!(error.path.starts_with(&out));
    assert!(error.to_string().ends_with("leave the output directory alone until the end"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_directory_that_may_not_be_written_to_is_told_before_anything_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::set_permissions(&out, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(out.join("probe"), "").is_ok() {
        return; // Whoever is root may write anywhere.
    }
    let error = Store::create(&out).unwrap_err().to_string();
    assert!(error.ends_with("choose an output directory that you may write to"), "{error}");
}

#[cfg(unix)]
#[test]
fn links_are_replaced_and_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("precious");
    fs::write(&target, "precious").unwrap();
    let out = dir.path().join("out");
    fs::create_dir(&out).unwrap();
    for name in ["operations.ndjson", ".operations.new", ".quaywatch.try"] {
        std::os::unix::fs::symlink(&target, out.join(name)).unwrap();
    }
    store(&out).finish(Vec::new()).unwrap();
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
    assert!(!out.join("operations.ndjson").is_symlink());
}
