//! The bytes of one transfer on their way to a file.

use super::{CARVED_FILE_LIMIT_BYTES, CARVED_FILES_LIMIT, CARVED_TOTAL_LIMIT_BYTES, name};
use crate::StoreError;
use crate::error::{At, MAKE_DIRECTORY};
use crate::run::TempFile;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The directory of carved files, under the output directory.
pub(crate) const FOLDER: &str = "carved";
/// So many bytes of a transfer are gathered before they are written: 256 open transfers hold 8 MiB.
const CHUNK_BYTES: usize = 32 * 1024;

/// Where a worker carves to.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    dir: PathBuf,
    worker: usize,
    files: u64,
    limits: CarveLimits,
    used: Arc<Used>,
}

/// What all workers have carved together.
#[derive(Debug, Default)]
pub(crate) struct Used {
    bytes: AtomicU64,
    files: AtomicU64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct CarveLimits {
    pub(crate) file_bytes: u64,
    pub(crate) total_bytes: u64,
    pub(crate) files: u64,
}

impl Default for CarveLimits {
    fn default() -> Self {
        Self {
            file_bytes: CARVED_FILE_LIMIT_BYTES,
            total_bytes: CARVED_TOTAL_LIMIT_BYTES,
            files: CARVED_FILES_LIMIT,
        }
    }
}

impl Target {
    /// Carves into `out/carved`. Every worker needs a number of its own and the same `used`.
    pub(crate) fn new(out: &Path, worker: usize, limits: CarveLimits, used: Arc<Used>) -> Self {
        Self { dir: out.join(FOLDER), worker, files: 0, limits, used }
    }

    pub(super) fn begin(&mut self) -> Output {
        let number = self.files;
        self.files += 1;
        Output { target: self.clone(), number, gathered: Vec::new(), offset: 0, hole: false, file: None }
    }
}

/// Why a transfer is not carved any further.
#[derive(Debug)]
pub(super) enum Stop {
    FileLimit,
    TotalLimit,
    Error(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Error(error)
    }
}

#[derive(Debug)]
pub(super) struct Output {
    target: Target,
    number: u64,
    gathered: Vec<u8>,
    /// Where in the file the gathered bytes belong.
    offset: u64,
    /// Whether the file's end is a hole that was not written.
    hole: bool,
    file: Option<TempFile>,
}

impl Output {
    /// The next bytes.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.check_size(bytes.len() as u64)?;
        if self.gathered.len() + bytes.len() > CHUNK_BYTES {
            self.flush()?;
        }
        if bytes.len() >= CHUNK_BYTES {
            return self.put(bytes);
        }
        self.gathered.extend_from_slice(bytes);
        Ok(())
    }

    /// So many bytes are missing here.
    pub(super) fn skip(&mut self, bytes: u64) -> Result<(), Stop> {
        self.check_size(bytes)?;
        self.flush()?;
        self.offset += bytes;
        self.hole |= bytes > 0;
        Ok(())
    }

    /// Puts the file in place. Gives its path from the output directory.
    pub(super) fn finish(mut self, name: &str) -> Result<String, Stop> {
        self.flush()?;
        if self.hole {
            let length = self.offset;
            self.open()?.set_len(length).at(&self.target.dir, "write a file in")?;
        }
        if let Some(file) = self.file {
            file.publish(&self.target.dir.join(name))?;
        }
        Ok(format!("{FOLDER}/{name}"))
    }

    fn check_size(&self, more: u64) -> Result<(), Stop> {
        let size = (self.offset + self.gathered.len() as u64).saturating_add(more);
        if size > self.target.limits.file_bytes { Err(Stop::FileLimit) } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Stop> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let gathered = std::mem::take(&mut self.gathered);
        let result = self.put(&gathered);
        self.gathered = gathered;
        self.gathered.clear();
        result
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        let count = bytes.len() as u64;
        if self.target.used.bytes.fetch_add(count, Ordering::Relaxed) + count > self.target.limits.total_bytes
        {
            self.target.used.bytes.fetch_sub(count, Ordering::Relaxed);
            return Err(Stop::TotalLimit);
        }
        let offset = self.offset;
        let mut file = self.open()?;
        let written = file.seek(SeekFrom::Start(offset)).and_then(|_| file.write_all(bytes));
        written.at(&self.target.dir, "write a file in")?;
        self.offset += count;
        self.hole = false;
        Ok(())
    }

    /// The file, made when it is first needed.
    fn open(&mut self) -> Result<File, Stop> {
        if let Some(file) = &self.file {
            return Ok(File::options().write(true).open(file.path()).at(file.path(), "open")?);
        }
        if self.target.used.files.fetch_add(1, Ordering::Relaxed) >= self.target.limits.files {
            return Err(Stop::TotalLimit);
        }
        fs::create_dir_all(&self.target.dir).at(&self.target.dir, MAKE_DIRECTORY)?;
        let path = self.target.dir.join(name::unfinished(self.target.worker, self.number));
        let (temp, file) = TempFile::create(path)?;
        self.file = Some(temp);
        Ok(file)
    }
}
