use crate::dealer::{Dealer, Dealt};
use crate::summary::{Span, Summary};
use crate::worker::Worker;
use quaywatch_capture::{Batch, CaptureError, Captures, Progress, Source};
use quaywatch_site::Site;
use quaywatch_store::{Answers, Carver, Limits, Rows, Store, StoreError, Written};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// So many batches wait for a worker: enough to ride out a slow moment of another, little enough memory.
const BATCHES_WAITING: usize = 12;

/// Rows of operations wait in so many bytes to be put in time order, all workers together, before they go to disk in
/// sorted runs. What fits is written once; what does not is written, read and written again.
const OPERATIONS_BYTES: usize = 118 * 1024 * 1024;
/// The same for each of the other tables.
const OTHER_ROWS_BYTES: usize = 6 * 1024 * 1024;

/// How to inspect.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Threads; the first of them reads, too.
    pub threads: u16,
    /// Where to write the record tables and carved files, if anywhere.
    pub out: Option<PathBuf>,
    /// What the site is made of and what is approved there; nothing where nobody said.
    pub site: Arc<Site>,
}

/// Why an inspection did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// The input cannot be read.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// The output cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

type Found = (Summary, Option<Rows>, Carver);

/// Reads captures to their end. `progress` is called now and then on the calling thread.
///
/// # Errors
/// The input cannot be read at all, or the output cannot be written. What is wrong *in* a capture is no error but
/// a problem in the summary.
pub fn inspect(
    sources: &[Source],
    settings: &Settings,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, InspectError> {
    let mut captures = Captures::open(sources)?;
    let count = settings.threads.max(1);
    let limits = Limits {
        operations_bytes: OPERATIONS_BYTES / usize::from(count),
        other_bytes: OTHER_ROWS_BYTES / usize::from(count),
    };
    let mut store = settings.out.as_deref().map(|dir| Store::with_limits(dir, limits)).transpose()?;
    let workers: Vec<Worker> = (0..count)
        .map(|index| {
            let rows = store.as_mut().map(Store::rows);
            let carver = store.as_mut().map_or_else(Carver::hashing, Store::carver);
            Worker::new(index, count, rows, carver, Arc::clone(&settings.site))
        })
        .collect();
    let mut span = Span::default();
    let found = work(workers, &mut captures, &mut span, progress)?;
    put_together(found, span, store, &settings.site)
}

/// Reads on this thread, which is also the first worker's; the others have threads of their own.
fn work(
    workers: Vec<Worker>,
    captures: &mut Captures,
    span: &mut Span,
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<Found>, CaptureError> {
    thread::scope(|scope| {
        let mut workers = workers.into_iter();
        let Some(mut first) = workers.next() else { return Ok(Vec::new()) };
        let start = |mut worker: Worker| {
            let (to, from): (SyncSender<Arc<Dealt>>, Receiver<Arc<Dealt>>) = sync_channel(BATCHES_WAITING);
            let work = move || {
                while let Ok(dealt) = from.recv() {
                    worker.batch(&dealt);
                    if worker.failed() {
                        break;
                    }
                }
                worker.finish()
            };
            (to, scope.spawn(work))
        };
        let (lines, threads): (Vec<_>, Vec<_>) = workers.map(start).unzip();
        let read = read(&mut first, &lines, captures, span, progress);
        drop(lines);
        let mut found = vec![first.finish()];
        found.extend(threads.into_iter().map(|thread| match thread.join() {
            Ok(found) => found,
            // A worker that panicked has found a mistake of ours: let it be seen.
            Err(panic) => std::panic::resume_unwind(panic),
        }));
        read.map(|()| found)
    })
}

/// Reads batches and gives each to all workers. A batch that no worker holds any more is filled again.
fn read(
    first: &mut Worker,
    lines: &[SyncSender<Arc<Dealt>>],
    captures: &mut Captures,
    span: &mut Span,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), CaptureError> {
    let mut dealer = Dealer::new(lines.len() as u16 + 1);
    let mut given: Vec<Arc<Dealt>> = Vec::new();
    loop {
        let free = given.iter_mut().position(|batch| Arc::get_mut(batch).is_some());
        let mut batch = free.map(|at| given.swap_remove(at)).unwrap_or_default();
        let Some(to_fill) = Arc::get_mut(&mut batch) else { continue };
        if !captures.next_batch(&mut to_fill.batch)? {
            return Ok(());
        }
        if !lines.is_empty() {
            dealer.deal(to_fill);
        }
        count(span, &batch.batch);
        let stopped = lines.iter().any(|line| line.send(Arc::clone(&batch)).is_err());
        first.batch(&batch);
        if stopped || first.failed() {
            // Rows cannot be written: the error is told at the end.
            return Ok(());
        }
        given.push(batch);
        progress(captures.progress());
    }
}

fn count(span: &mut Span, batch: &Batch) {
    for packet in batch.packets() {
        span.add(packet.time, packet.bytes.len() as u64, packet.original_len.into());
    }
}

/// Merges what the workers found.
fn put_together(
    found: Vec<Found>,
    span: Span,
    store: Option<Store>,
    site: &Site,
) -> Result<Summary, InspectError> {
    let mut summary = Summary { span, ..Summary::default() };
    let mut all_rows = Vec::new();
    for (part, rows, mut carver) in found {
        summary.merge(part);
        all_rows.extend(rows);
        if let Some(error) = carver.take_error() {
            return Err(error.into());
        }
    }
    summary.sort();
    summary.conclude(site);
    if let Some(store) = store {
        store.answers(&Answers {
            assets: &summary.assets,
            remote_access: &summary.remote_access,
            disclosures: &summary.disclosures,
            findings: &summary.findings,
        })?;
        let _: Written = store.finish(all_rows)?;
    }
    Ok(summary)
}
