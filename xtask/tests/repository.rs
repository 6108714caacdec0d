//! This repository as it stands.

use xtask::{docs, repository_root, tidy};

#[test]
fn the_repository_is_tidy() {
    let complaints = tidy::check(&repository_root(), &tidy::protocol_names()).unwrap();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn the_protocol_table_is_fresh() {
    let written = std::fs::read_to_string(repository_root().join(docs::PATH)).unwrap_or_default();
    let fresh = docs::text(quaywatch_protocols::PROTOCOLS);
    assert_eq!(written, fresh, "run `cargo xtask docs`");
}

#[test]
fn the_page_of_findings_is_fresh() {
    let written = std::fs::read_to_string(repository_root().join(docs::findings::PATH)).unwrap_or_default();
    assert_eq!(written, docs::findings::text(), "run `cargo xtask docs`");
}

#[test]
fn the_page_of_scenarios_is_fresh() {
    let written = std::fs::read_to_string(repository_root().join(docs::scenarios::PATH)).unwrap_or_default();
    assert_eq!(written, docs::scenarios::text().unwrap(), "run `cargo xtask docs`");
}
