//! The chores of this repository, each in a module: [`new_protocol`], [`tidy`], [`licences`], [`docs`], [`fuzz_seeds`].

pub mod docs;
mod files;
pub mod fuzz_seeds;
pub mod licences;
pub mod new_protocol;
pub mod tidy;

use std::io;
use std::path::{Path, PathBuf};

/// Why a chore could not be done.
#[derive(Debug, thiserror::Error)]
pub enum ChoreError {
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A scenario's file is wrong.
    #[error("scenario {name}: {wrong}")]
    Scenario {
        /// Whose.
        name: String,
        /// What is wrong.
        wrong: String,
    },
    /// The name cannot be a protocol's.
    #[error(
        "`{0}` cannot name a protocol: use lower-case letters, digits and `_`, a letter first, no Rust keyword"
    )]
    Name(String),
    /// There is something already where a protocol would be stamped.
    #[error("{0} exists already; nothing was changed")]
    Exists(PathBuf),
    /// A file does not hold what a chore looks for in it.
    #[error("{path}: no {what} found")]
    Missing {
        /// Which.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
    },
    /// `cargo fmt` did not work.
    #[error("cargo fmt failed")]
    Format,
    /// Cargo does not tell what is built in.
    #[error("cargo metadata: {0}")]
    Metadata(String),
}

/// The folder this repository is checked out in.
#[must_use]
pub fn repository_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}
