//! Files of logs as Zeek writes them, one a log, put in time order like the record tables.

use crate::error::{At, MAKE_DIRECTORY};
use crate::label::hash;
use crate::merge;
use crate::part::Part;
use crate::run::TempFile;
use crate::table::Table;
use crate::zeek::{self, LogConnection, LogFormat};
use crate::{Store, StoreError};
use quaywatch_model::{Log, LogLine, Timestamp};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// The folder in the output directory that logs go to.
const FOLDER: &str = "zeek";
/// So many bytes of one log wait in a worker's memory until they go to disk in a sorted run. There are some twenty logs.
const PART_BYTES: usize = 256 * 1024;
/// How much of a finished log is written at once.
const CHUNK_BYTES: usize = 64 * 1024;

type Tables = Mutex<BTreeMap<&'static str, (&'static Log, Arc<Mutex<Table>>)>>;

/// The logs of all workers.
#[derive(Debug, Clone)]
pub struct LogFiles {
    dir: PathBuf,
    format: LogFormat,
    tables: Arc<Tables>,
}

/// Where one worker writes lines of logs.
///
/// Telling a line cannot fail: the first error is kept, and [`finish`](Self::finish) gives it.
#[derive(Debug)]
pub struct Logs {
    files: LogFiles,
    parts: Vec<(&'static str, Part)>,
    error: Option<StoreError>,
}

impl Store {
    /// Makes ready for logs in the folder `zeek/` of this store.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn log_files(&self, format: LogFormat) -> Result<LogFiles, StoreError> {
        let dir = self.dir().join(FOLDER);
        fs::create_dir_all(&dir).at(&dir, MAKE_DIRECTORY)?;
        Ok(LogFiles { dir, format, tables: Arc::default() })
    }
}

impl LogFiles {
    /// Where one more worker writes.
    #[must_use]
    pub fn logs(&self) -> Logs {
        Logs { files: self.clone(), parts: Vec::new(), error: None }
    }

    /// Puts every log in place. `span`: the capture's first and last packet, which stand for the times a log was opened
    /// and closed. All workers must have finished.
    ///
    /// # Errors
    /// Something could not be written.
    pub fn finish(self, (first, last): (Timestamp, Timestamp)) -> Result<(), StoreError> {
        let tables = std::mem::take(&mut *self.tables.lock().unwrap_or_else(PoisonError::into_inner));
        for (name, (log, table)) in tables {
            let left = Table::new(PathBuf::new(), 0);
            let parts = std::mem::replace(&mut *table.lock().unwrap_or_else(PoisonError::into_inner), left)
                .finish()?;
            let (temp, file) = TempFile::create(self.dir.join(format!(".{name}.new")))?;
            let mut out = BufWriter::with_capacity(CHUNK_BYTES, file);
            let mut write = |bytes: &[u8]| out.write_all(bytes).at(temp.path(), "write");
            if self.format == LogFormat::Tsv {
                write(zeek::header(log, first).as_bytes())?;
            }
            merge::merge(merge::sources(parts, &self.dir.join(format!(".{name}.merge")))?, |_, row| {
                write(row)
            })?;
            if self.format == LogFormat::Tsv {
                write(zeek::footer(last).as_bytes())?;
            }
            out.flush().at(temp.path(), "write")?;
            temp.publish(&self.dir.join(format!("{name}.log")))?;
        }
        Ok(())
    }

    fn part(&self, log: &'static Log) -> Part {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            let run_path = self.dir.join(format!(".{}.run", log.name));
            (log, Arc::new(Mutex::new(Table::new(run_path, 2 * PART_BYTES))))
        };
        let (_, table) = tables.entry(log.name).or_insert_with(new);
        Part::new(Arc::clone(table), PART_BYTES)
    }
}

impl Logs {
    /// Adds a line.
    pub fn line(&mut self, connection: &LogConnection<'_>, line: &LogLine<'_>) {
        if self.error.is_some() {
            return;
        }
        let at = match self.parts.iter().position(|(name, _)| *name == line.log.name) {
            Some(at) => at,
            None => {
                self.parts.push((line.log.name, self.files.part(line.log)));
                self.parts.len() - 1
            }
        };
        let Some((_, part)) = self.parts.get_mut(at) else { return };
        let text = part.text();
        let start = text.len();
        zeek::push(text, self.files.format, connection, line);
        // The part ends rows itself.
        text.pop();
        if part.end_row(start, line.at, hash(connection.uid.as_bytes()), 0) {
            self.error = part.make_room().err();
        }
    }

    /// Hands on all that is left.
    ///
    /// # Errors
    /// A line could not be written, now or earlier.
    pub fn finish(self) -> Result<(), StoreError> {
        match self.error {
            Some(error) => Err(error),
            None => self.parts.into_iter().try_for_each(|(_, mut part)| part.promise(i64::MAX)),
        }
    }
}
