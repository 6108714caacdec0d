//! Merges the parts of a table into one order, where it did not come out as one run.

use crate::StoreError;
use crate::run::{Head, Key, Run, RunReader, RunWriter};
use crate::table::Parts;
use crate::window::Stretch;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::path::Path;

/// So many runs are read at once: two files and 72 KiB each. More runs are first merged into fewer.
pub(crate) const FAN_IN: usize = 64;

/// Rows in key order.
pub(crate) enum Source {
    Memory { rows: Vec<u8>, heads: std::vec::IntoIter<Head>, at: usize },
    Run(RunReader),
}

impl Source {
    pub(crate) fn memory(stretch: Stretch) -> Self {
        Self::Memory { rows: stretch.rows, heads: stretch.heads.into_iter(), at: 0 }
    }

    fn head(&mut self) -> Result<Option<Head>, StoreError> {
        match self {
            Self::Memory { heads, .. } => Ok(heads.next()),
            Self::Run(run) => run.head(),
        }
    }

    /// The text of the row whose head was given last.
    fn row(&mut self, length: u32) -> Result<&[u8], StoreError> {
        match self {
            Self::Memory { rows, at, .. } => {
                let start = *at;
                *at += length as usize;
                Ok(rows.get(start..*at).unwrap_or(&[]))
            }
            Self::Run(run) => run.row(length),
        }
    }
}

/// The parts of a table as at most [`FAN_IN`] runs beside what is in memory.
pub(crate) fn sources(parts: Parts, merged_path: &Path) -> Result<Vec<Source>, StoreError> {
    let (runs, memory) = parts.into_sources();
    let mut sources: Vec<Source> = memory.into_iter().collect();
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
        merge(group?, |head, row| writer.write(&[head], row))?;
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
