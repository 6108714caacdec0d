use std::io;
use std::path::{Path, PathBuf};

/// What is being done where directories are made, with all their parents.
pub(crate) const MAKE_DIRECTORY: &str = "make the directory";

/// A table or a carved file could not be written. Says where, what was being done, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} {}: {source}; {}", .path.display(), self.advice())]
pub struct StoreError {
    /// The file or directory.
    pub path: PathBuf,
    /// What was being done to it: `create`, `write`, `rename`.
    pub doing: &'static str,
    /// What the system said.
    pub source: io::Error,
}

impl StoreError {
    pub(crate) fn new(path: &Path, doing: &'static str, source: io::Error) -> Self {
        Self { path: path.to_path_buf(), doing, source }
    }

    /// What whoever runs the program can do about it.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self.source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "choose an output directory that you may write to"
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "free space there or choose an output directory with more; \
                 sorting needs up to twice the size of the tables"
            }
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                "a file stands where a directory is needed: move it away or choose another output directory"
            }
            io::ErrorKind::IsADirectory => {
                "a directory stands where a table belongs: move it away or choose another output directory"
            }
            // What cannot be made was not removed by anybody, which is what its absence means later.
            io::ErrorKind::NotFound if self.doing == MAKE_DIRECTORY => {
                "nothing can be made there: choose another output directory"
            }
            io::ErrorKind::NotFound => {
                "it was removed while the program ran: leave the output directory alone until the end"
            }
            _ => "check the disk, or choose another output directory",
        }
    }
}

/// Says where an input/output error happened.
pub(crate) trait At<T> {
    fn at(self, path: &Path, doing: &'static str) -> Result<T, StoreError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: &Path, doing: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::new(path, doing, source))
    }
}
