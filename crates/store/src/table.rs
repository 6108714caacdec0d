//! One worker's part of one table: rows as they are told, put in key order, spilled in runs.
//!
//! Rows come nearly in order: an operation is told when its answer comes and filed under its request. So when the
//! buffer is full it is sorted and only its *earlier three quarters* are written, to a run that goes on from spill
//! to spill; what comes late by less than a quarter of the buffer still finds its place, and a table of any size
//! is one run. Rows that come later than that wait in the buffer until they fill half of it, and become a run of
//! their own. The number of runs is thus 1 + late bytes ÷ half a buffer.

use crate::StoreError;
use crate::run::{Head, Key, Run, RunWriter};
use quaywatch_model::Moment;
use std::path::PathBuf;

/// So many places a row is moved back as it comes; one that belongs further back waits for the sort.
const NEAR_ROWS: usize = 32;

#[derive(Debug)]
pub(crate) struct Table {
    /// Where runs go: this path with a number appended.
    run_path: PathBuf,
    /// The buffer is spilled when it and its index hold so many bytes.
    limit_bytes: usize,
    rows: Vec<u8>,
    index: Vec<Entry>,
    /// Used while spilling: the index's places in the order in which their rows stand in the buffer.
    places: Vec<u32>,
    /// Whether the index is in key order.
    sorted: bool,
    /// How many rows there have been.
    sequence: u64,
    main: Option<RunWriter>,
    late: Vec<Run>,
    runs: usize,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) head: Head,
    start: u32,
}

impl Entry {
    pub(crate) fn of<'a>(&self, rows: &'a [u8]) -> &'a [u8] {
        let start = self.start as usize;
        rows.get(start..start + self.head.length as usize).unwrap_or(&[])
    }
}

/// What a worker leaves of a table: runs, and what is still in memory, in key order.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) runs: Vec<Run>,
    pub(crate) rows: Vec<u8>,
    pub(crate) index: Vec<Entry>,
    pub(crate) told: u64,
}

impl Table {
    pub(crate) fn new(run_path: PathBuf, limit_bytes: usize) -> Self {
        Self {
            run_path,
            limit_bytes,
            rows: Vec::new(),
            index: Vec::new(),
            places: Vec::new(),
            sorted: true,
            sequence: 0,
            main: None,
            late: Vec::new(),
            runs: 0,
        }
    }

    /// The buffer, for the next row to be appended to.
    #[inline]
    pub(crate) const fn rows(&mut self) -> &mut Vec<u8> {
        &mut self.rows
    }

    /// How many bytes are allocated for rows and index.
    pub(crate) const fn held_bytes(&self) -> usize {
        self.rows.capacity()
            + self.index.capacity() * size_of::<Entry>()
            + self.places.capacity() * size_of::<u32>()
    }

    /// Ends the row that was begun at `start`. Says whether the buffer is full.
    #[inline]
    pub(crate) fn end_row(&mut self, start: usize, at: Moment, order: u64, class: u32) -> bool {
        self.rows.push(b'\n');
        let key = Key { time: at.time.nanos(), frame: at.frame, order, sequence: self.sequence };
        let length = (self.rows.len() - start) as u32;
        self.sequence += 1;
        self.index.push(Entry { head: Head { key, class, length }, start: start as u32 });
        self.move_back(key);
        self.rows.len() + self.index.len() * size_of::<Entry>() >= self.limit_bytes
    }

    /// Moves the newest row to its place, if that is near.
    #[inline]
    fn move_back(&mut self, key: Key) {
        let later = |entry: &&Entry| entry.head.key > key;
        let behind = self.index.iter().rev().skip(1).take(NEAR_ROWS + 1).take_while(later).count();
        if behind > NEAR_ROWS {
            self.sorted = false;
        } else if behind > 0
            && let Some(tail) =
                self.index.len().checked_sub(behind + 1).and_then(|at| self.index.get_mut(at..))
        {
            tail.rotate_right(1);
        }
    }

    /// Makes room.
    #[cold]
    pub(crate) fn spill(&mut self) -> Result<(), StoreError> {
        self.sort();
        let tail = self.main.as_ref().and_then(|run| run.tail);
        let late = self.index.partition_point(|entry| Some(entry.head.key) < tail);
        let (late_rows, timely_rows) = self.index.split_at_checked(late).unwrap_or_default();
        let written = if total(late_rows) * 2 > self.rows.len() {
            let mut run = RunWriter::create(path_of(&self.run_path, &mut self.runs))?;
            write(&mut run, late_rows, &self.rows)?;
            self.late.push(run.finish()?);
            0..late
        } else {
            let kept = total(timely_rows) / 4;
            let count = timely_rows.len() - count_of(timely_rows, kept);
            let run = match &mut self.main {
                Some(run) => run,
                none => none.insert(RunWriter::create(path_of(&self.run_path, &mut self.runs))?),
            };
            write(run, timely_rows.get(..count).unwrap_or(timely_rows), &self.rows)?;
            late..late + count
        };
        self.index.drain(written);
        self.compact();
        Ok(())
    }

    /// Ends the table. What is left goes to the main run as far as it can, so that a single run is the table.
    pub(crate) fn finish(mut self) -> Result<Parts, StoreError> {
        self.sort();
        let mut runs = self.late;
        if let Some(mut run) = self.main {
            let late = self.index.partition_point(|entry| Some(entry.head.key) < run.tail);
            write(&mut run, self.index.get(late..).unwrap_or(&[]), &self.rows)?;
            self.index.truncate(late);
            runs.insert(0, run.finish()?);
        }
        Ok(Parts { runs, rows: self.rows, index: self.index, told: self.sequence })
    }

    fn sort(&mut self) {
        if !self.sorted {
            self.index.sort_unstable_by_key(|entry| entry.head.key);
            self.sorted = true;
        }
    }

    /// Moves what the index still names to the buffer's front.
    fn compact(&mut self) {
        self.places.clear();
        self.places.extend(0..self.index.len() as u32);
        let start_of = |place: &u32| self.index.get(*place as usize).map(|entry| entry.start);
        self.places.sort_unstable_by_key(start_of);
        let mut end = 0;
        for &place in &self.places {
            if let Some(entry) = self.index.get_mut(place as usize) {
                let start = entry.start as usize;
                entry.start = end as u32;
                self.rows.copy_within(start..start + entry.head.length as usize, end);
                end += entry.head.length as usize;
            }
        }
        self.rows.truncate(end);
        // One long row must not stay paid for.
        if self.rows.capacity() > 2 * self.limit_bytes.max(end) {
            self.rows.shrink_to(self.limit_bytes);
        }
    }
}

fn path_of(run_path: &std::path::Path, runs: &mut usize) -> PathBuf {
    let mut path = run_path.as_os_str().to_os_string();
    path.push(format!("-{runs}"));
    *runs += 1;
    path.into()
}

fn total(entries: &[Entry]) -> usize {
    entries.iter().map(|entry| entry.head.length as usize).sum()
}

/// How many of the last entries fit into `bytes`.
fn count_of(entries: &[Entry], bytes: usize) -> usize {
    let mut sum = 0;
    let after = entries.iter().rev().take_while(|entry| {
        sum += entry.head.length as usize;
        sum <= bytes
    });
    after.count()
}

/// Writes rows in the order of their keys. Those that stand side by side are written at once.
fn write(run: &mut RunWriter, entries: &[Entry], rows: &[u8]) -> Result<(), StoreError> {
    let mut stretch = 0..0;
    for entry in entries {
        run.write_head(entry.head)?;
        let start = entry.start as usize;
        let end = start + entry.head.length as usize;
        if stretch.end == start {
            stretch.end = end;
        } else {
            run.write_rows(rows.get(stretch).unwrap_or(&[]))?;
            stretch = start..end;
        }
    }
    run.write_rows(rows.get(stretch).unwrap_or(&[]))
}
