//! Runs: rows in key order in a temporary file, with their keys in a second one beside it.
//!
//! The keys stand apart so that a table that came out as one run *is* the finished table and only has to be
//! renamed.

use crate::StoreError;
use crate::chunks::Chunks;
use crate::error::At;
use std::fs::{self, File};
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

/// How much of a run's rows is read at once.
const ROWS_CHUNK_BYTES: usize = 64 * 1024;
/// How much of a run's keys is read at once.
const KEYS_CHUNK_BYTES: usize = 8 * 1024;
const HEAD_BYTES: usize = 40;

/// Where a row stands in its table. Total: no two rows of a worker have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// Packet time in nanoseconds.
    pub(crate) time: i64,
    /// Frame number.
    pub(crate) frame: u64,
    /// Tells conversations apart; the same whatever the number of workers.
    pub(crate) order: u64,
    /// How many rows the worker had before this one. Within a conversation that is the order of telling.
    pub(crate) sequence: u64,
}

impl Key {
    /// Before any other, and with another time before any other of that time.
    pub(crate) const FIRST: Self = Self { time: i64::MIN, frame: 0, order: 0, sequence: 0 };
}

/// What is known of a row beside its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) key: Key,
    /// Rows that are counted together have the same class; 0 in tables without classes.
    pub(crate) class: u32,
    /// Bytes, with the line's end.
    pub(crate) length: u32,
}

impl Head {
    fn to_bytes(self) -> [u8; HEAD_BYTES] {
        let Key { time, frame, order, sequence } = self.key;
        let mut bytes = [0; HEAD_BYTES];
        let words =
            [time as u64, frame, order, sequence, (u64::from(self.class) << 32) | u64::from(self.length)];
        for (place, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(words) {
            *place = word.to_le_bytes();
        }
        bytes
    }

    fn from_bytes(bytes: [u8; HEAD_BYTES]) -> Self {
        let mut words = bytes.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word));
        let mut next = || words.next().unwrap_or(0);
        let key = Key { time: next() as i64, frame: next(), order: next(), sequence: next() };
        let last = next();
        Self { key, class: (last >> 32) as u32, length: last as u32 }
    }
}

/// A file that is removed when nobody holds on to it any more, unless it got its final name.
#[derive(Debug)]
pub(crate) struct TempFile {
    path: PathBuf,
    keep: bool,
}

impl TempFile {
    /// A new file that only this run of the program writes. What is left there from a run that was cut short is
    /// replaced; a link left there is not followed.
    pub(crate) fn create(path: PathBuf) -> Result<(Self, File), StoreError> {
        let mut options = File::options();
        options.write(true).create_new(true);
        let file = options.open(&path).or_else(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => fs::remove_file(&path).and_then(|()| options.open(&path)),
            _ => Err(error),
        });
        let file = file.at(&path, "create")?;
        Ok((Self { path, keep: false }, file))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its final name, in place of whatever has that name.
    pub(crate) fn publish(mut self, path: &Path) -> Result<(), StoreError> {
        fs::rename(&self.path, path).at(path, "replace")?;
        self.keep = true;
        Ok(())
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        if !self.keep {
            // Nothing can be done about a file that cannot be removed; its name says what it is.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Writes a run.
#[derive(Debug)]
pub(crate) struct RunWriter {
    rows: Chunks<File>,
    keys: Chunks<File>,
    /// Heads on their way to the keys, so that they are written together.
    heads: Vec<u8>,
    files: RunFiles,
    /// The last key written; later rows must be greater.
    pub(crate) tail: Option<Key>,
}

#[derive(Debug)]
struct RunFiles {
    rows: TempFile,
    keys: TempFile,
}

impl RunWriter {
    /// Begins a run at `path`, with its keys at `path.keys`.
    pub(crate) fn create(path: PathBuf) -> Result<Self, StoreError> {
        let mut keys_path = path.clone().into_os_string();
        keys_path.push(".keys");
        let (rows, rows_file) = TempFile::create(path)?;
        let (keys, keys_file) = TempFile::create(keys_path.into())?;
        Ok(Self {
            rows: Chunks::new(rows_file),
            keys: Chunks::new(keys_file),
            heads: Vec::new(),
            files: RunFiles { rows, keys },
            tail: None,
        })
    }

    /// Adds rows, given their heads and their text.
    pub(crate) fn write(&mut self, heads: &[Head], rows: &[u8]) -> Result<(), StoreError> {
        self.heads.clear();
        heads.iter().for_each(|head| self.heads.extend_from_slice(&head.to_bytes()));
        self.keys.write_all(&self.heads).at(self.files.keys.path(), "write")?;
        self.tail = heads.last().map(|head| head.key).or(self.tail);
        self.rows.write_all(rows).at(self.files.rows.path(), "write")
    }

    /// Closes the run.
    pub(crate) fn finish(mut self) -> Result<Run, StoreError> {
        self.rows.flush().at(self.files.rows.path(), "write")?;
        self.keys.flush().at(self.files.keys.path(), "write")?;
        Ok(Run { files: self.files })
    }
}

/// A run that is complete. Its files are removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Run {
    files: RunFiles,
}

impl Run {
    /// The file of rows, to become the table.
    pub(crate) fn into_rows(self) -> TempFile {
        self.files.rows
    }

    /// Begins to read it. The files are removed when the reader is dropped.
    pub(crate) fn read(self) -> Result<RunReader, StoreError> {
        let rows = File::open(self.files.rows.path()).at(self.files.rows.path(), "open")?;
        let keys = File::open(self.files.keys.path()).at(self.files.keys.path(), "open")?;
        Ok(RunReader {
            rows: BufReader::with_capacity(ROWS_CHUNK_BYTES, rows),
            keys: BufReader::with_capacity(KEYS_CHUNK_BYTES, keys),
            row: Vec::new(),
            files: self.files,
        })
    }
}

/// Reads a run from its start.
#[derive(Debug)]
pub(crate) struct RunReader {
    rows: BufReader<File>,
    keys: BufReader<File>,
    row: Vec<u8>,
    files: RunFiles,
}

impl RunReader {
    /// The next row's head, or `None` at the end.
    pub(crate) fn head(&mut self) -> Result<Option<Head>, StoreError> {
        let mut bytes = [0; HEAD_BYTES];
        match self.keys.read_exact(&mut bytes) {
            Ok(()) => Ok(Some(Head::from_bytes(bytes))),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error).at(self.files.keys.path(), "read"),
        }
    }

    /// The text of the row whose head was read last.
    pub(crate) fn row(&mut self, length: u32) -> Result<&[u8], StoreError> {
        self.row.resize(length as usize, 0);
        self.rows.read_exact(&mut self.row).at(self.files.rows.path(), "read")?;
        Ok(&self.row)
    }
}
