use crate::carve::{self, CarveLimits, Carver, Target, Used};
use crate::error::{At, MAKE_DIRECTORY};
use crate::merge::{self, Source};
use crate::part::Part;
use crate::problems::{First, Problems};
use crate::run::TempFile;
use crate::table::{Parts, Table};
use crate::{Limits, ProblemTotal, Rows, StoreError};
use quaywatch_model::Origins;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// How much of a finished table is written at once.
const TABLE_CHUNK_BYTES: usize = 256 * 1024;

/// The tables that are written here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableName {
    /// One row a flow.
    Conversations,
    /// One row a request with its answer.
    Operations,
    /// One row a handshake of TLS, QUIC, SSH or RDP.
    Handshakes,
    /// One row a program, firmware image or file that was moved.
    Transfers,
    /// What could not be read.
    Problems,
    /// Values of tags, where the site has a tag map.
    Tags,
}

impl TableName {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Conversations,
        Self::Operations,
        Self::Handshakes,
        Self::Transfers,
        Self::Problems,
        Self::Tags,
    ];

    /// The name, which is the file's without `.ndjson`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Conversations => "conversations",
            Self::Operations => "operations",
            Self::Handshakes => "handshakes",
            Self::Transfers => "transfers",
            Self::Problems => "problems",
            Self::Tags => "tags",
        }
    }

    const fn limit(self, limits: Limits) -> usize {
        match self {
            Self::Conversations => limits.conversations_bytes,
            Self::Operations => limits.operations_bytes,
            Self::Handshakes | Self::Transfers | Self::Problems | Self::Tags => limits.other_bytes,
        }
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
    /// In the order of [`TableName::ALL`].
    tables: [Arc<Mutex<Table>>; 6],
    carvers: usize,
    carved: Arc<Used>,
    origins: Option<Arc<Origins>>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// Rows of `conversations`.
    pub conversations: u64,
    /// Rows of `operations`.
    pub operations: u64,
    /// Rows of `handshakes`.
    pub handshakes: u64,
    /// Rows of `transfers`.
    pub transfers: u64,
    /// Rows of `tags`.
    pub tags: u64,
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
        fs::create_dir_all(dir).at(dir, MAKE_DIRECTORY)?;
        // Better to fail now than after an hour of reading.
        TempFile::create(dir.join(".quaywatch.try"))?;
        remove_leftovers(dir, is_leftover)?;
        let carved = dir.join(carve::FOLDER);
        if carved.is_dir() {
            remove_leftovers(&carved, carve::is_leftover)?;
        }
        let dir = dir.to_path_buf();
        let tables = TableName::ALL.map(|name| {
            let run_path = dir.join(format!(".{}.run", name.as_str()));
            Arc::new(Mutex::new(Table::new(run_path, 2 * name.limit(limits))))
        });
        Ok(Self { dir, limits, tables, carvers: 0, carved: Arc::default(), origins: None })
    }

    /// Says of every frame in which of several captures it stands. To be called before [`rows`](Self::rows).
    #[must_use]
    pub fn with_origins(self, origins: Option<Arc<Origins>>) -> Self {
        Self { origins, ..self }
    }

    pub(crate) fn origins(&self) -> Option<Arc<Origins>> {
        self.origins.clone()
    }

    /// The directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where one more worker writes.
    pub fn rows(&mut self) -> Rows {
        let mut limits = TableName::ALL.map(|name| name.limit(self.limits)).into_iter();
        let parts = self.tables.each_ref().map(|table| {
            let limit = limits.next().unwrap_or_default();
            Part::new(Arc::clone(table), limit)
        });
        Rows::new(parts, self.origins())
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
        let counts: Result<Vec<Problems>, StoreError> = workers.into_iter().map(Rows::finish).collect();
        let totals = Problems::totals(counts?);
        let Self { dir, tables, .. } = self;
        let parts = |table: Arc<Mutex<Table>>| {
            // Who still tells rows to it is too late; what has been told is in the table.
            let left = Table::new(PathBuf::new(), 0);
            std::mem::replace(&mut *table.lock().unwrap_or_else(PoisonError::into_inner), left).finish()
        };
        let [conversations, operations, handshakes, transfers, problems, tags] = tables.map(parts);
        let [conversations, operations, handshakes] = [conversations?, operations?, handshakes?];
        let [transfers, tags] = [transfers?, tags?];
        let written = Written {
            conversations: conversations.told,
            operations: operations.told,
            handshakes: handshakes.told,
            transfers: transfers.told,
            tags: tags.told,
            problems: totals,
        };
        let files = [
            table(&dir, TableName::Conversations, conversations)?,
            table(&dir, TableName::Operations, operations)?,
            table(&dir, TableName::Handshakes, handshakes)?,
            table(&dir, TableName::Transfers, transfers)?,
            problems_table(&dir, problems?, &written.problems)?,
            table(&dir, TableName::Tags, tags)?,
        ];
        for (name, file) in TableName::ALL.into_iter().zip(files) {
            let path = dir.join(format!("{}.ndjson", name.as_str()));
            // Without a tag map there is no table of tags, not even one of an earlier run.
            if name == TableName::Tags && written.tags == 0 {
                if path.exists() {
                    fs::remove_file(&path).at(&path, "remove")?;
                }
                continue;
            }
            file.publish(&path)?;
        }
        Ok(written)
    }
}

fn table(dir: &Path, name: TableName, parts: Parts) -> Result<TempFile, StoreError> {
    if parts.is_whole() {
        return Ok(parts.main.into_rows());
    }
    let mut table = NewTable::begin(dir, name)?;
    merge::merge(sources(dir, name, parts)?, |_, row| table.write(row))?;
    table.finish()
}

fn problems_table(dir: &Path, parts: Parts, totals: &[ProblemTotal]) -> Result<TempFile, StoreError> {
    let mut first = First::default();
    let mut table = NewTable::begin(dir, TableName::Problems)?;
    merge::merge(sources(dir, TableName::Problems, parts)?, |head, row| {
        if first.admits(head.class) { table.write(row) } else { Ok(()) }
    })?;
    let mut summary = Vec::new();
    totals.iter().for_each(|total| total.push(&mut summary));
    table.write(&summary)?;
    table.finish()
}

fn sources(dir: &Path, name: TableName, parts: Parts) -> Result<Vec<Source>, StoreError> {
    merge::sources(parts, &dir.join(format!(".{}.merge", name.as_str())))
}

/// A table that is being put together.
struct NewTable {
    rows: BufWriter<fs::File>,
    temp: TempFile,
}

impl NewTable {
    fn begin(dir: &Path, name: TableName) -> Result<Self, StoreError> {
        let (temp, file) = TempFile::create(dir.join(format!(".{}.new", name.as_str())))?;
        Ok(Self { rows: BufWriter::with_capacity(TABLE_CHUNK_BYTES, file), temp })
    }

    fn write(&mut self, row: &[u8]) -> Result<(), StoreError> {
        self.rows.write_all(row).at(self.temp.path(), "write")
    }

    fn finish(mut self) -> Result<TempFile, StoreError> {
        self.rows.flush().at(self.temp.path(), "write")?;
        Ok(self.temp)
    }
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
    const ANSWERS: [&str; 5] =
        [".captures.new", ".assets.new", ".remote_access.new", ".disclosures.new", ".findings.new"];
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
