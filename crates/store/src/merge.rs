//! Merges the parts of all workers into one order.

use crate::StoreError;
use crate::run::{Head, Key, Run, RunReader, RunWriter};
use crate::table::{Entry, Parts};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::path::Path;

/// So many runs are read at once: two files and 72 KiB each. More runs are first merged into fewer.
pub(crate) const FAN_IN: usize = 64;

/// Rows in key order.
pub(crate) enum Source {
    Memory { rows: Vec<u8>, index: std::vec::IntoIter<Entry>, now: Option<Entry> },
    Run(RunReader),
}

impl Source {
    fn head(&mut self) -> Result<Option<Head>, StoreError> {
        match self {
            Self::Memory { index, now, .. } => {
                *now = index.next();
                Ok(now.map(|entry| entry.head))
            }
            Self::Run(run) => run.head(),
        }
    }

    fn row(&mut self, length: u32) -> Result<&[u8], StoreError> {
        match self {
            Self::Memory { rows, now, .. } => Ok(now.map_or(&[], |entry| entry.of(rows))),
            Self::Run(run) => run.row(length),
        }
    }
}

/// The parts of all workers as at most [`FAN_IN`] runs beside what is in memory.
pub(crate) fn sources(parts: Vec<Parts>, merged_path: &Path) -> Result<Vec<Source>, StoreError> {
    let mut runs = Vec::new();
    let mut sources = Vec::new();
    for part in parts {
        runs.extend(part.runs);
        if !part.index.is_empty() {
            sources.push(Source::Memory { rows: part.rows, index: part.index.into_iter(), now: None });
        }
    }
    for run in fewer(runs, merged_path)? {
        sources.push(Source::Run(run.read()?));
    }
    Ok(sources)
}

/// Merges the oldest [`FAN_IN`] runs into one, which goes to the end of the queue, until few enough are left.
fn fewer(mut runs: Vec<Run>, merged_path: &Path) -> Result<Vec<Run>, StoreError> {
    let mut merged = 0_usize;
    while runs.len() > FAN_IN {
        let group: Result<Vec<Source>, StoreError> =
            runs.drain(..FAN_IN).map(|run| run.read().map(Source::Run)).collect();
        let mut path = merged_path.as_os_str().to_os_string();
        path.push(format!("-{merged}"));
        let mut writer = RunWriter::create(path.into())?;
        merge(group?, |head, row| {
            writer.write_head(head)?;
            writer.write_rows(row)
        })?;
        runs.push(writer.finish()?);
        merged += 1;
    }
    Ok(runs)
}

/// Tells every row of all sources in key order.
pub(crate) fn merge(
    mut sources: Vec<Source>,
    mut tell: impl FnMut(Head, &[u8]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut heads = BinaryHeap::with_capacity(sources.len());
    for (number, source) in sources.iter_mut().enumerate() {
        if let Some(head) = source.head()? {
            heads.push(Next::new(head, number));
        }
    }
    while let Some(mut next) = heads.peek_mut() {
        let Some(source) = sources.get_mut(next.source) else { break };
        tell(next.head, source.row(next.head.length)?)?;
        match source.head()? {
            Some(head) => *next = Next::new(head, next.source),
            None => drop(PeekMut::pop(next)),
        }
    }
    Ok(())
}

/// The next row of a source. Compares so that the heap's greatest is the earliest.
struct Next {
    key: Reverse<(Key, usize)>,
    head: Head,
    source: usize,
}

impl Next {
    const fn new(head: Head, source: usize) -> Self {
        Self { key: Reverse((head.key, source)), head, source }
    }
}

impl PartialEq for Next {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}
impl Eq for Next {}
impl PartialOrd for Next {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Next {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}
