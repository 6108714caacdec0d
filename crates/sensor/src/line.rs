//! How threads share one input: each works on its own packets, and who is ahead of the others reads on.

use crate::dealer::{Dealer, Dealt};
use crate::summary::Span;
use quaywatch_capture::{CaptureError, Captures, Progress};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// A worker reads on when fewer batches than this wait for it: so nobody waits for what is only just being read, and
/// what was read is still in the cache when its turn comes.
const READ_AHEAD: usize = 2;
/// So many batches wait for a worker that is behind: enough to ride out a slow stretch, little enough memory.
const MOST_WAITING: usize = 32;

/// The input, and what was read of it and not worked on yet.
pub(crate) struct Line {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// What waits for each worker.
    inboxes: Vec<VecDeque<Arc<Dealt>>>,
    /// Absent while somebody reads.
    reader: Option<Box<Reader>>,
    /// Batches to be filled again, the last used one last: it is the one most likely still in a cache.
    spare: Vec<Arc<Dealt>>,
    progress: Progress,
    /// Nothing more will be read.
    ended: bool,
}

/// Reads packets and deals them.
pub(crate) struct Reader {
    captures: Captures,
    dealer: Dealer,
    span: Span,
    failure: Option<CaptureError>,
}

/// What a worker is to do next.
pub(crate) enum Task {
    /// Work on its packets of this batch.
    Work(Arc<Dealt>),
    /// Read into this batch. How many batches wait for each worker says who is behind.
    Read(Box<Reader>, Arc<Dealt>, Vec<usize>),
    /// All is done.
    End,
}

/// Ends the line when it is dropped, so that nobody waits for a worker that is gone.
pub(crate) struct Place<'a> {
    line: &'a Line,
    worker: usize,
}

impl Line {
    pub(crate) fn new(captures: Captures, workers: u16) -> Self {
        let progress = captures.progress();
        let reader = Reader { captures, dealer: Dealer::new(workers), span: Span::default(), failure: None };
        let state = State {
            inboxes: (0..workers).map(|_| VecDeque::new()).collect(),
            reader: Some(Box::new(reader)),
            spare: Vec::new(),
            progress,
            ended: false,
        };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    pub(crate) const fn place(&self, worker: u16) -> Place<'_> {
        Place { line: self, worker: worker as usize }
    }

    pub(crate) fn progress(&self) -> Progress {
        self.lock().progress
    }

    /// What was read in all, or why it could not be read to its end.
    pub(crate) fn finish(self) -> Result<Span, CaptureError> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let Some(reader) = state.reader else { return Ok(Span::default()) };
        let Reader { captures, span, failure, .. } = *reader;
        let (files, origins) = (captures.files(), captures.origins());
        let shortfall = captures.shortfall();
        failure.map_or_else(|| Ok(Span { captures: files, origins, shortfall, ..span }), Err)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place<'_> {
    /// Waits for something to do. `done`: the batch that was worked on.
    pub(crate) fn next(&self, done: Option<Arc<Dealt>>) -> Task {
        let mut state = self.line.lock();
        // The last who lets go of a batch gives it back.
        state.spare.extend(done.filter(|dealt| Arc::strong_count(dealt) == 1));
        loop {
            if let Some(task) = state.task(self.worker) {
                // There may be room again for who waits to read on.
                if state.inboxes.len() > 1 {
                    self.line.changed.notify_all();
                }
                return task;
            }
            state = self.line.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Reads into `dealt` and gives it to all workers.
    pub(crate) fn read(&self, mut reader: Box<Reader>, mut dealt: Arc<Dealt>, waiting: &[usize]) {
        let more = Arc::get_mut(&mut dealt).is_some_and(|dealt| reader.fill(dealt, waiting));
        let mut state = self.line.lock();
        state.progress = reader.captures.progress();
        state.reader = Some(reader);
        if more && !state.ended {
            state.inboxes.iter_mut().for_each(|inbox| inbox.push_back(Arc::clone(&dealt)));
        }
        state.ended |= !more;
        self.line.changed.notify_all();
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.line.lock().ended = true;
        self.line.changed.notify_all();
    }
}

impl State {
    fn task(&mut self, worker: usize) -> Option<Task> {
        let waiting = self.inboxes.get(worker).map_or(0, VecDeque::len);
        let room = self.inboxes.iter().all(|inbox| inbox.len() < MOST_WAITING);
        if waiting < READ_AHEAD
            && room
            && !self.ended
            && let Some(reader) = self.reader.take()
        {
            let alone = self.inboxes.len() == 1;
            let waiting = if alone { Vec::new() } else { self.inboxes.iter().map(VecDeque::len).collect() };
            return Some(Task::Read(reader, self.spare.pop().unwrap_or_default(), waiting));
        }
        match self.inboxes.get_mut(worker).and_then(VecDeque::pop_front) {
            Some(dealt) => Some(Task::Work(dealt)),
            None => (self.ended && self.reader.is_some()).then_some(Task::End),
        }
    }
}

impl Reader {
    /// Whether there was more.
    fn fill(&mut self, dealt: &mut Dealt, waiting: &[usize]) -> bool {
        match self.captures.next_batch(&mut dealt.batch) {
            Ok(true) => {}
            Ok(false) => return false,
            Err(failure) => {
                self.failure = Some(failure);
                return false;
            }
        }
        if waiting.len() > 1 {
            self.dealer.deal(dealt, waiting);
        }
        for packet in dealt.batch.packets() {
            self.span.add(&packet);
        }
        true
    }
}
