//! One worker's part of one table.

use crate::StoreError;
use crate::run::Key;
use crate::table::{STRETCH_BYTES, Table};
use crate::window::{Stretch, Window};
use quaywatch_model::Moment;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug)]
pub(crate) struct Part {
    table: Arc<Mutex<Table>>,
    /// The worker's number in the table.
    worker: usize,
    limit_bytes: usize,
    window: Window,
    /// What is about to be handed on.
    stretch: Stretch,
    /// What was promised last, in nanoseconds.
    promised: i64,
}

impl Part {
    pub(crate) fn new(table: Arc<Mutex<Table>>, limit_bytes: usize) -> Self {
        let worker = table.lock().unwrap_or_else(PoisonError::into_inner).worker();
        let (window, stretch) = (Window::new(limit_bytes), Stretch::default());
        Self { table, worker, limit_bytes, window, stretch, promised: i64::MIN }
    }

    /// The text, for the next row to be appended to.
    #[inline]
    pub(crate) const fn text(&mut self) -> &mut Vec<u8> {
        self.window.text()
    }

    /// How many bytes are held.
    pub(crate) fn held_bytes(&self) -> usize {
        self.window.held_bytes() + self.stretch.held_bytes()
    }

    /// Ends the row that was begun at `start`. Says whether more is held than may be.
    #[inline]
    pub(crate) fn end_row(&mut self, start: usize, at: Moment, order: u64, class: u32) -> bool {
        self.window.text().push(b'\n');
        let sequence = self.window.sequence();
        let key = Key { time: at.time.nanos(), frame: at.frame, order, sequence };
        self.window.end_row(start, key, class);
        self.window.occupied_bytes() >= self.limit_bytes
    }

    /// Hands on what belongs before `time`, with the promise that no more of that comes.
    pub(crate) fn promise(&mut self, time: i64) -> Result<(), StoreError> {
        self.hand_on_while(time, |_, key| key.time < time)
    }

    /// Hands on the earlier three quarters; all, where that does not help because the rest lies scattered.
    #[cold]
    pub(crate) fn make_room(&mut self) -> Result<(), StoreError> {
        let [quarter, half] = [self.window.waiting_bytes() / 4, self.limit_bytes / 2];
        let too_much =
            |window: &Window, _| window.waiting_bytes() > quarter || window.occupied_bytes() > half;
        self.hand_on_while(i64::MIN, too_much)
    }

    /// Hands on the first rows, in stretches. Each comes with the promise that no more comes before what is left, or
    /// before `time` where nothing earlier is left.
    fn hand_on_while(
        &mut self,
        time: i64,
        mut goes: impl FnMut(&Window, Key) -> bool,
    ) -> Result<(), StoreError> {
        let stretch_bytes = STRETCH_BYTES.min(self.limit_bytes);
        loop {
            let first = self.window.first_key();
            let more = first.filter(|key| goes(&self.window, *key));
            if more.is_none() || self.stretch.rows.len() >= stretch_bytes {
                self.promised = match first {
                    Some(key) if more.is_some() || time == i64::MIN => key.time,
                    _ => time.max(self.promised),
                };
                self.hand_on()?;
            }
            if more.is_none() {
                return Ok(());
            }
            if self.stretch.rows.capacity() == 0 {
                // The last row goes a little past the end.
                self.stretch.rows.reserve(stretch_bytes + stretch_bytes / 8);
            }
            self.window.pop(&mut self.stretch);
        }
    }

    fn hand_on(&mut self) -> Result<(), StoreError> {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        table.take(self.worker, &mut self.stretch, self.promised)
    }
}
