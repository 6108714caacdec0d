use crate::line::{Line, Task};
use crate::reporter::Outputs;
use crate::summary::{Span, Summary};
use crate::worker::Worker;
use quaywatch_capture::{CaptureError, Captures, Progress, Source};
use quaywatch_site::Site;
use quaywatch_store::{Answers, Carver, Limits, LogFiles, LogFormat, Logs, Rows, Store, StoreError, Written};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

/// Rows of operations wait in so many bytes until their order is known, all workers together. What does not fit goes
/// to disk before its time and is put in order in a second pass.
const OPERATIONS_BYTES: usize = 88 * 1024 * 1024;
/// The same for conversations, which are told when they end and stand where they began.
const CONVERSATION_ROWS_BYTES: usize = 24 * 1024 * 1024;
/// The same for each of the other tables.
const OTHER_ROWS_BYTES: usize = 4 * 1024 * 1024;

/// How to inspect.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Threads; whichever is ahead of the others reads, too.
    pub threads: u16,
    /// Where to write the record tables and carved files, if anywhere.
    pub out: Option<PathBuf>,
    /// Whether to write Zeek's logs beside the tables, and in which form.
    pub logs: Option<LogFormat>,
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

type Found = (Summary, Outputs);

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
    let captures = Captures::open(sources)?;
    let count = settings.threads.max(1);
    // Where there are several, as much as two workers have is for what waits for another.
    let shares = if count > 1 { usize::from(count) + 2 } else { 1 };
    let share = |bytes: usize| bytes / shares;
    let limits = Limits {
        operations_bytes: share(OPERATIONS_BYTES),
        conversations_bytes: share(CONVERSATION_ROWS_BYTES),
        other_bytes: share(OTHER_ROWS_BYTES),
    };
    let mut store = settings.out.as_deref().map(|dir| Store::with_limits(dir, limits)).transpose()?;
    store = store.map(|store| store.with_origins(captures.origins()));
    let log_files = match (&store, settings.logs) {
        (Some(store), Some(format)) => Some(store.log_files(format)?),
        _ => None,
    };
    let workers: Vec<Worker> = (0..count)
        .map(|index| {
            let rows = store.as_mut().map(Store::rows);
            let carver = store.as_mut().map_or_else(Carver::hashing, Store::carver);
            let outputs = Outputs { rows, carver, logs: log_files.as_ref().map(LogFiles::logs) };
            Worker::new(index, count, outputs, Arc::clone(&settings.site))
        })
        .collect();
    let line = Line::new(captures, count);
    let found = work(workers, &line, progress);
    let span = line.finish()?;
    let period = (span.first.unwrap_or_default(), span.last.unwrap_or_default());
    let summary = put_together(found, span, store, &settings.site)?;
    if let Some(files) = log_files {
        files.finish(period)?;
    }
    Ok(summary)
}

/// The first worker works on this thread, the others on threads of their own.
fn work(workers: Vec<Worker>, line: &Line, progress: &mut dyn FnMut(Progress)) -> Vec<Found> {
    thread::scope(|scope| {
        let mut workers = workers.into_iter();
        let Some(first) = workers.next() else { return Vec::new() };
        let threads: Vec<_> =
            workers.map(|worker| scope.spawn(move || run(worker, line, &mut || ()))).collect();
        let mut found = vec![run(first, line, &mut || progress(line.progress()))];
        found.extend(threads.into_iter().map(|thread| match thread.join() {
            Ok(found) => found,
            // A worker that panicked has found a mistake of ours: let it be seen.
            Err(panic) => std::panic::resume_unwind(panic),
        }));
        found
    })
}

/// Works and reads until all is done, or rows cannot be written: then the error is told at the end.
fn run(mut worker: Worker, line: &Line, after_each: &mut dyn FnMut()) -> Found {
    let place = line.place(worker.index());
    let mut done = None;
    while !worker.failed() {
        match place.next(done.take()) {
            Task::Work(dealt) => {
                worker.batch(&dealt);
                done = Some(dealt);
                after_each();
            }
            Task::Read(reader, dealt, waiting) => place.read(reader, dealt, &waiting),
            Task::End => break,
        }
    }
    drop(place);
    worker.finish()
}

/// Merges what the workers found.
fn put_together(
    found: Vec<Found>,
    span: Span,
    store: Option<Store>,
    site: &Arc<Site>,
) -> Result<Summary, InspectError> {
    let mut together: Option<Summary> = None;
    let mut all_rows = Vec::new();
    for (part, Outputs { rows, mut carver, logs }) in found {
        logs.map_or(Ok(()), Logs::finish)?;
        // What one worker found need not be counted again.
        together = Some(match together.take() {
            None => part,
            Some(mut summary) => {
                summary.merge(part);
                summary
            }
        });
        all_rows.extend(rows);
        if let Some(error) = carver.take_error() {
            return Err(error.into());
        }
    }
    let mut summary = together.unwrap_or_else(|| Summary::of(site));
    let Span { begun_before, missed_bytes, unrecognised, .. } = summary.span;
    summary.span = Span { begun_before, missed_bytes, unrecognised, ..span };
    thread::scope(|scope| {
        // Where several have worked there is a thread for the end of the tables while the answers are thought of.
        if all_rows.len() > 1 {
            scope.spawn(|| all_rows.iter_mut().for_each(Rows::close));
        }
        summary.sort();
        summary.conclude(site);
    });
    if let Some(store) = store {
        store.answers(&Answers {
            captures: &summary.span.captures,
            assets: &summary.assets,
            remote_access: &summary.remote_access,
            disclosures: &summary.disclosures,
            findings: &summary.findings,
        })?;
        let _: Written = store.finish(all_rows)?;
    }
    Ok(summary)
}
