use crate::carve::{self, CarveLimits, Carver, Target, Used};
use crate::error::At;
use crate::merge::{self, Source};
use crate::problems::{First, Problems};
use crate::run::{Run, TempFile};
use crate::table::{Parts, Table};
use crate::{Limits, ProblemTotal, Rows, StoreError};
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How much of a finished table is written at once.
const TABLE_CHUNK_BYTES: usize = 256 * 1024;

/// The tables that are written here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableName {
    /// One row a flow.
    Conversations,
    /// One row a request with its answer.
    Operations,
    /// One row a program, firmware image or file that was moved.
    Transfers,
    /// What could not be read.
    Problems,
}

impl TableName {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Conversations, Self::Operations, Self::Transfers, Self::Problems];

    /// The name, which is the file's without `.ndjson`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Conversations => "conversations",
            Self::Operations => "operations",
            Self::Transfers => "transfers",
            Self::Problems => "problems",
        }
    }

    pub(crate) fn run_name(self, worker: usize) -> String {
        format!(".{}.run-{worker}", self.as_str())
    }
}

/// A directory that tables are written to.
///
/// Every worker gets its own [`Rows`]; [`finish`](Self::finish) takes them back and puts the tables in place, all
/// at once and each by a rename: a table is the old one or the new one, never half of one. Until then, and after
/// a crash, there are only files whose names begin with a dot; those are removed or replaced the next time.
/// Other files in the directory are left alone. Nothing is forced to disk: whoever fears for power repeats the
/// run, the capture is still there.
#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    limits: Limits,
    workers: usize,
    carvers: usize,
    carved: Arc<Used>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// Rows of `conversations`.
    pub conversations: u64,
    /// Rows of `operations`.
    pub operations: u64,
    /// Rows of `transfers`.
    pub transfers: u64,
    /// What could not be read, by layer and reason; also the last rows of `problems`.
    pub problems: Vec<ProblemTotal>,
}

impl Store {
    /// Opens the directory, which is made if it is not there, and clears away what a crash has left in it.
    ///
    /// # Errors
    /// It cannot be made, or not be written to.
    pub fn create(dir: &Path) -> Result<Self, StoreError> {
        Self::with_limits(dir, Limits::default())
    }

    /// The same, with other limits of memory.
    ///
    /// # Errors
    /// It cannot be made, or not be written to.
    pub fn with_limits(dir: &Path, limits: Limits) -> Result<Self, StoreError> {
        fs::create_dir_all(dir).at(dir, "make the directory")?;
        // Better to fail now than after an hour of reading.
        TempFile::create(dir.join(".quaywatch.try"))?;
        remove_leftovers(dir, is_leftover)?;
        let carved = dir.join(carve::FOLDER);
        if carved.is_dir() {
            remove_leftovers(&carved, carve::is_leftover)?;
        }
        let dir = dir.to_path_buf();
        Ok(Self { dir, limits, workers: 0, carvers: 0, carved: Arc::default() })
    }

    /// The directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where one more worker writes.
    pub fn rows(&mut self) -> Rows {
        let worker = self.workers;
        self.workers += 1;
        Rows::new(&self.dir, worker, self.limits)
    }

    /// A carver for one more worker, which writes what it carves to `carved/` in the directory.
    pub fn carver(&mut self) -> Carver {
        self.carver_within(CarveLimits::default())
    }

    pub(crate) fn carver_within(&mut self, limits: CarveLimits) -> Carver {
        let number = self.carvers;
        self.carvers += 1;
        Carver::writing(Target::new(&self.dir, number, limits, Arc::clone(&self.carved)))
    }

    /// Merges what all workers have told into the tables.
    ///
    /// # Errors
    /// Something could not be written, now or earlier. The tables that were there before are then still there,
    /// unless it was the renaming at the very end that failed.
    pub fn finish(self, workers: Vec<Rows>) -> Result<Written, StoreError> {
        let mut tables: [Vec<Parts>; 4] = Default::default();
        let mut counts = Vec::new();
        for worker in workers {
            let (parts, problems) = worker.into_tables()?;
            counts.push(problems);
            for (all, part) in tables.iter_mut().zip(parts) {
                all.push(Table::finish(part)?);
            }
        }
        let [conversations, operations, transfers, problems] = tables;
        let told = |parts: &[Parts]| parts.iter().map(|part| part.told).sum();
        let written = Written {
            conversations: told(&conversations),
            operations: told(&operations),
            transfers: told(&transfers),
            problems: Problems::totals(counts),
        };
        let files = [
            self.table(TableName::Conversations, conversations)?,
            self.table(TableName::Operations, operations)?,
            self.table(TableName::Transfers, transfers)?,
            self.problems(problems, &written.problems)?,
        ];
        for (name, file) in TableName::ALL.into_iter().zip(files) {
            file.publish(&self.dir.join(format!("{}.ndjson", name.as_str())))?;
        }
        Ok(written)
    }

    fn table(&self, name: TableName, mut parts: Vec<Parts>) -> Result<TempFile, StoreError> {
        if let Some(run) = only_run(&mut parts) {
            return Ok(run.into_rows());
        }
        let mut table = self.begin(name)?;
        merge::merge(self.sources(name, parts)?, |_, row| table.write(row))?;
        table.finish()
    }

    fn problems(&self, parts: Vec<Parts>, totals: &[ProblemTotal]) -> Result<TempFile, StoreError> {
        let mut first = First::default();
        let mut table = self.begin(TableName::Problems)?;
        merge::merge(self.sources(TableName::Problems, parts)?, |head, row| {
            if first.admits(head.class) { table.write(row) } else { Ok(()) }
        })?;
        let mut summary = Vec::new();
        totals.iter().for_each(|total| total.push(&mut summary));
        table.write(&summary)?;
        table.finish()
    }

    fn sources(&self, name: TableName, parts: Vec<Parts>) -> Result<Vec<Source>, StoreError> {
        merge::sources(parts, &self.dir.join(format!(".{}.merge", name.as_str())))
    }

    fn begin(&self, name: TableName) -> Result<NewTable, StoreError> {
        let (temp, file) = TempFile::create(self.dir.join(format!(".{}.new", name.as_str())))?;
        Ok(NewTable { rows: BufWriter::with_capacity(TABLE_CHUNK_BYTES, file), temp })
    }
}

/// A table that is being put together.
struct NewTable {
    rows: BufWriter<fs::File>,
    temp: TempFile,
}

impl NewTable {
    fn write(&mut self, row: &[u8]) -> Result<(), StoreError> {
        self.rows.write_all(row).at(self.temp.path(), "write")
    }

    fn finish(mut self) -> Result<TempFile, StoreError> {
        self.rows.flush().at(self.temp.path(), "write")?;
        Ok(self.temp)
    }
}

/// The run that is the whole table already, if there is one.
fn only_run(parts: &mut [Parts]) -> Option<Run> {
    if parts.iter().any(|part| !part.index.is_empty()) {
        return None;
    }
    let runs: usize = parts.iter().map(|part| part.runs.len()).sum();
    if runs == 1 { parts.iter_mut().find_map(|part| part.runs.pop()) } else { None }
}

/// Removes the files of a run of the program that did not come to its end.
fn remove_leftovers(dir: &Path, is_leftover: fn(&str) -> bool) -> Result<(), StoreError> {
    for entry in fs::read_dir(dir).at(dir, "list")? {
        let entry = entry.at(dir, "list")?;
        if entry.file_name().to_str().is_some_and(is_leftover) {
            fs::remove_file(entry.path()).at(&entry.path(), "remove")?;
        }
    }
    Ok(())
}

fn is_leftover(name: &str) -> bool {
    const ANSWERS: [&str; 4] = [".assets.new", ".remote_access.new", ".disclosures.new", ".findings.new"];
    ANSWERS.contains(&name)
        || TableName::ALL.iter().any(|table| {
            let rest = name.strip_prefix('.').and_then(|name| name.strip_prefix(table.as_str()));
            rest.is_some_and(|rest| {
                rest == ".new" || is_numbered(rest, ".run-") || is_numbered(rest, ".merge-")
            })
        })
}

/// Whether this is `prefix`, numbers and hyphens, and perhaps `.keys`.
fn is_numbered(name: &str, prefix: &str) -> bool {
    let numbers = name.strip_prefix(prefix).map(|rest| rest.strip_suffix(".keys").unwrap_or(rest));
    numbers.is_some_and(|numbers| {
        !numbers.is_empty() && numbers.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
    })
}
