//! One table: the rows of all workers, merged and written while they are still being told.
//!
//! Each worker hands on its rows in key order, and with them a promise: what it tells from now on belongs at or
//! after a certain time. Rows before all promises are written at once, to one run; if nothing came later than its
//! promise, that run *is* the table. What did come too late (a capture whose time goes back, more rows than may
//! be held) goes to runs of its own, and the table is put together in a second pass.

use crate::StoreError;
use crate::chunks::CHUNK_BYTES;
use crate::merge::Source;
use crate::run::{Key, Run, RunWriter};
use crate::window::{Stretch, Window};
use std::collections::VecDeque;
use std::path::PathBuf;

/// How much text a worker hands on at a time: so much that a lock costs nothing a row, and that it is written where it
/// lies.
pub(crate) const STRETCH_BYTES: usize = CHUNK_BYTES;

/// So many empty stretches are kept for each worker: as many as wait where one worker is a little ahead.
const MOST_SPARE: usize = 4;

#[derive(Debug)]
pub(crate) struct Table {
    /// Where runs go: this path with a number appended.
    run_path: PathBuf,
    /// Rows that wait here for other workers are written regardless when they hold more bytes than this; late
    /// rows go to disk at the same mark.
    limit_bytes: usize,
    workers: Vec<Worker>,
    held_bytes: usize,
    spare: Vec<Stretch>,
    main: Option<RunWriter>,
    late: Window,
    late_runs: Vec<Run>,
    runs: usize,
    told: u64,
}

/// What one worker has handed on and is not written yet.
#[derive(Debug)]
struct Worker {
    stretches: VecDeque<Stretch>,
    /// How far the first stretch is written: rows, and bytes of their text.
    row: usize,
    byte: usize,
    /// What it tells from now on belongs at or after this time, in nanoseconds.
    promise: i64,
}

impl Worker {
    fn first_key(&self) -> Option<Key> {
        self.stretches.front()?.heads.get(self.row).map(|head| head.key)
    }
}

/// What there is of a table when all has been told.
pub(crate) struct Parts {
    pub(crate) main: Run,
    pub(crate) late_runs: Vec<Run>,
    /// Late rows that are still in memory.
    pub(crate) late: Stretch,
    pub(crate) told: u64,
}

impl Parts {
    /// Whether the main run is the whole table.
    pub(crate) fn is_whole(&self) -> bool {
        self.late.is_empty() && self.late_runs.is_empty()
    }

    /// All parts, to be merged.
    pub(crate) fn into_sources(self) -> (Vec<Run>, Option<Source>) {
        let mut runs = self.late_runs;
        runs.insert(0, self.main);
        (runs, (!self.late.is_empty()).then(|| Source::memory(self.late)))
    }
}

impl Table {
    pub(crate) fn new(run_path: PathBuf, limit_bytes: usize) -> Self {
        Self {
            run_path,
            limit_bytes,
            workers: Vec::new(),
            held_bytes: 0,
            spare: Vec::new(),
            main: None,
            late: Window::new(limit_bytes),
            late_runs: Vec::new(),
            runs: 0,
            told: 0,
        }
    }

    /// One more worker, and its number.
    pub(crate) fn worker(&mut self) -> usize {
        self.workers.push(Worker { stretches: VecDeque::new(), row: 0, byte: 0, promise: i64::MIN });
        self.workers.len() - 1
    }

    /// Takes rows and a promise from a worker, and writes what no worker can come before any more. `stretch` is
    /// left empty.
    pub(crate) fn take(
        &mut self,
        worker: usize,
        stretch: &mut Stretch,
        promise: i64,
    ) -> Result<(), StoreError> {
        let Some(worker) = self.workers.get_mut(worker) else { return Ok(()) };
        worker.promise = promise;
        if !stretch.is_empty() {
            self.told += stretch.heads.len() as u64;
            self.held_bytes += stretch.held_bytes();
            worker.stretches.push_back(std::mem::replace(stretch, self.spare.pop().unwrap_or_default()));
        }
        self.write()
    }

    fn write(&mut self) -> Result<(), StoreError> {
        let promised = self.workers.iter().map(|worker| worker.promise).min().unwrap_or(i64::MAX);
        loop {
            let until = if self.held_bytes > self.limit_bytes { i64::MAX } else { promised };
            let Some((worker, before)) = self.next(until) else { return Ok(()) };
            self.write_from(worker, before)?;
        }
    }

    /// Whose row is next, if it belongs before `until`, and before what the next of the others comes.
    fn next(&self, until: i64) -> Option<(usize, Key)> {
        let mut first: Option<(Key, usize)> = None;
        let mut before = Key { time: until, ..Key::FIRST };
        for (number, worker) in self.workers.iter().enumerate() {
            let Some(key) = worker.first_key() else { continue };
            match first {
                Some((least, _)) if least <= key => before = before.min(key),
                _ => {
                    before = first.map_or(before, |(other, _)| before.min(other));
                    first = Some((key, number));
                }
            }
        }
        first.filter(|(key, _)| key.time < until).map(|(_, worker)| (worker, before))
    }

    /// Writes a worker's first row and what follows it in the same stretch up to `before`.
    fn write_from(&mut self, worker: usize, before: Key) -> Result<(), StoreError> {
        let Some(worker) = self.workers.get_mut(worker) else { return Ok(()) };
        let Some(stretch) = worker.stretches.front_mut() else { return Ok(()) };
        let heads = stretch.heads.get(worker.row..).unwrap_or(&[]);
        let tail = self.main.as_ref().and_then(|run| run.tail);
        let Some(first) = heads.first() else { return Ok(()) };
        let is_late = Some(first.key) < tail;
        let before = if is_late { tail.map_or(before, |tail| tail.min(before)) } else { before };
        let count = heads.iter().skip(1).take_while(|head| head.key < before).count() + 1;
        let heads = heads.get(..count).unwrap_or(heads);
        let length: usize = heads.iter().map(|head| head.length as usize).sum();
        let rows = stretch.rows.get(worker.byte..worker.byte + length).unwrap_or(&[]);
        if is_late {
            let mut at = 0;
            for head in heads {
                let text = self.late.text();
                let start = text.len();
                text.extend_from_slice(rows.get(at..at + head.length as usize).unwrap_or(&[]));
                at += head.length as usize;
                self.late.end_row(start, head.key, head.class);
            }
        } else {
            let run = match &mut self.main {
                Some(run) => run,
                none => none.insert(RunWriter::create(path_of(&self.run_path, &mut self.runs))?),
            };
            run.write(heads, rows)?;
        }
        worker.row += count;
        worker.byte += length;
        if worker.row == stretch.heads.len()
            && let Some(mut done) = worker.stretches.pop_front()
        {
            (worker.row, worker.byte) = (0, 0);
            self.held_bytes -= done.held_bytes();
            done.clear(2 * STRETCH_BYTES);
            if self.spare.len() < MOST_SPARE * self.workers.len() {
                self.spare.push(done);
            }
        }
        if self.late.occupied_bytes() >= self.limit_bytes {
            let late = self.take_late();
            let mut run = RunWriter::create(path_of(&self.run_path, &mut self.runs))?;
            run.write(&late.heads, &late.rows)?;
            self.late_runs.push(run.finish()?);
        }
        Ok(())
    }

    fn take_late(&mut self) -> Stretch {
        let mut late = Stretch::default();
        while self.late.first_key().is_some() {
            self.late.pop(&mut late);
        }
        late
    }

    /// Ends the table. All workers must have promised that nothing comes any more.
    pub(crate) fn finish(mut self) -> Result<Parts, StoreError> {
        self.write()?;
        let late = self.take_late();
        let main = match self.main.take() {
            Some(run) => run,
            None => RunWriter::create(path_of(&self.run_path, &mut self.runs))?,
        };
        Ok(Parts { main: main.finish()?, late_runs: self.late_runs, late, told: self.told })
    }
}

fn path_of(run_path: &std::path::Path, runs: &mut usize) -> PathBuf {
    let mut path = run_path.as_os_str().to_os_string();
    path.push(format!("-{runs}"));
    *runs += 1;
    path.into()
}
