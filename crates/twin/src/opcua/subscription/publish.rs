//! A subscription: its cycle, and the notifications it sends (OPC 10000-4, 5.14.1).

use super::item::{Item, LONGEST_INTERVAL_MS, NANOS_PER_MS};
use crate::opcua::attributes::Sample;
use crate::opcua::services::{Answer, Reply, Ticket, parameters};
use crate::opcua::session::within;
use crate::opcua::space::{Now, SHORTEST_INTERVAL_MS, Space};
use crate::opcua::{MOST_KEPT, MOST_NOTIFICATIONS};
use quaywatch_protocols::opcua::builtin::{DateTime, ExtensionObject, StatusCode};
use quaywatch_protocols::opcua::codec::{Array, Decoder, Flag, Wire};
use quaywatch_protocols::opcua::messages::{
    DataChangeNotification, NotificationMessage, PublishResponse, encodings,
};
use std::collections::VecDeque;

/// So many cycles a client may ask to hear nothing for.
const MOST_QUIET_CYCLES: u32 = 100_000;
/// A subscription outlives this many times its longest silence (OPC 10000-4, 5.14.2.2).
const LIFETIMES: u32 = 3;

/// A `Publish` request that waits for something to tell, with what became of its acknowledgements.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) ticket: Ticket,
    pub(super) results: Vec<StatusCode>,
}

/// How often a subscription publishes, and how long it keeps quiet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rhythm {
    pub(super) interval_ms: f64,
    pub(super) lifetime_cycles: u32,
    pub(super) quiet_cycles: u32,
    most_notifications: usize,
}

impl Rhythm {
    pub(super) fn granted(interval_ms: f64, lifetime: u32, keep_alive: u32, most: u32) -> Self {
        let quiet_cycles = keep_alive.clamp(1, MOST_QUIET_CYCLES);
        let least = quiet_cycles * LIFETIMES;
        Self {
            interval_ms: within(interval_ms, SHORTEST_INTERVAL_MS, LONGEST_INTERVAL_MS),
            lifetime_cycles: lifetime.clamp(least, MOST_QUIET_CYCLES * LIFETIMES),
            quiet_cycles,
            // 0: as many as the server likes.
            most_notifications: (most.wrapping_sub(1) as usize).min(MOST_NOTIFICATIONS - 1) + 1,
        }
    }

    const fn interval_nanos(&self) -> i64 {
        (self.interval_ms * NANOS_PER_MS) as i64
    }
}

#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) id: u32,
    pub(super) rhythm: Rhythm,
    pub(super) enabled: bool,
    pub(super) items: Vec<Item>,
    /// When the cycle ends, in nanoseconds.
    next: i64,
    /// Cycles since something was told: as many as make a keep-alive due at the beginning.
    quiet: u32,
    /// Cycles since a `Publish` request was there.
    abandoned: u32,
    /// Something was to be told and there was no request to tell it by.
    late: bool,
    /// The number of the next notification.
    sequence: u32,
    /// Notifications that were sent and not acknowledged.
    kept: VecDeque<(u32, Vec<u8>)>,
}

impl Subscription {
    pub(super) const fn new(id: u32, rhythm: Rhythm, enabled: bool, now: i64) -> Self {
        Self {
            id,
            rhythm,
            enabled,
            items: Vec::new(),
            next: now.saturating_add(rhythm.interval_nanos()),
            quiet: rhythm.quiet_cycles,
            abandoned: 0,
            late: false,
            sequence: 1,
            kept: VecDeque::new(),
        }
    }

    /// Publishes at another rhythm, from now on.
    pub(super) fn change(&mut self, rhythm: Rhythm, now: i64) {
        self.rhythm = rhythm;
        self.next = self.next.min(now.saturating_add(rhythm.interval_nanos()));
    }

    /// Looks at its items, and publishes at the end of a cycle. Whether it lives on.
    pub(super) fn due(
        &mut self,
        space: &Space,
        now: Now<'_>,
        waiting: &mut VecDeque<Waiting>,
        replies: &mut Vec<Reply>,
    ) -> bool {
        self.items.iter_mut().for_each(|item| item.sample(space, now));
        let time = now.time.nanos();
        if time < self.next {
            return true;
        }
        let next = self.next.saturating_add(self.rhythm.interval_nanos());
        // Cycles that were missed are not made up for.
        self.next = if next > time { next } else { time.saturating_add(self.rhythm.interval_nanos()) };
        self.quiet = self.quiet.saturating_add(1);
        self.abandoned = if waiting.is_empty() { self.abandoned + 1 } else { 0 };
        self.late |= self.has_news() || self.quiet >= self.rhythm.quiet_cycles;
        self.publish(now.clock(), waiting, replies);
        self.abandoned < self.rhythm.lifetime_cycles
    }

    fn has_news(&self) -> bool {
        self.enabled && self.items.iter().any(Item::has_news)
    }

    /// Tells what is late, as far as there are requests to tell it by; a keep-alive where there is nothing.
    pub(super) fn publish(
        &mut self,
        clock: DateTime,
        waiting: &mut VecDeque<Waiting>,
        replies: &mut Vec<Reply>,
    ) {
        while self.late {
            let Some(request) = waiting.pop_front() else { return };
            let data = self.notification();
            let number = self.sequence;
            let mut message = Vec::new();
            let object = data
                .as_deref()
                .map(|data| ExtensionObject::standard(encodings::DATA_CHANGE_NOTIFICATION, data));
            NotificationMessage {
                sequence_number: number,
                publish_time: clock,
                notification_data: Array::of(object.as_slice()),
            }
            .write(&mut message);
            (self.quiet, self.late) = (0, self.has_news());
            if data.is_some() {
                self.keep(message.clone());
            }
            replies.push(Reply { ticket: request.ticket, answer: self.response(&message, &request.results) });
        }
    }

    fn response(&self, message: &[u8], results: &[StatusCode]) -> Answer {
        let numbers: Vec<u32> = self.kept.iter().map(|(number, _)| *number).collect();
        parameters(&PublishResponse {
            subscription_id: self.id,
            available_sequence_numbers: Array::of(&numbers),
            more_notifications: Flag(self.late.into()),
            notification_message: NotificationMessage::read(
                &mut Decoder::new(message),
                "NotificationMessage",
            ),
            results: Array::of(results),
            diagnostic_infos: Array::NULL,
        })
    }

    /// The values that are to be told, as the body of a `DataChangeNotification`.
    fn notification(&mut self) -> Option<Vec<u8>> {
        if !self.has_news() {
            return None;
        }
        let mut room = self.rhythm.most_notifications;
        let told: Vec<(usize, Sample)> = self
            .items
            .iter_mut()
            .enumerate()
            .flat_map(|(at, item)| {
                let samples = item.take(room);
                room -= samples.len();
                samples.into_iter().map(move |sample| (at, sample))
            })
            .collect();
        let items: Vec<_> =
            told.iter().filter_map(|(at, sample)| Some(self.items.get(*at)?.wire(sample))).collect();
        let mut body = Vec::new();
        DataChangeNotification { monitored_items: Array::of(&items), diagnostic_infos: Array::NULL }
            .write(&mut body);
        Some(body)
    }

    /// Keeps what was sent under its number, to be told again.
    fn keep(&mut self, message: Vec<u8>) {
        if self.kept.len() >= MOST_KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back((self.sequence, message));
        // It begins anew at 1 (OPC 10000-4, 7.8).
        self.sequence = self.sequence.checked_add(1).unwrap_or(1);
    }

    /// Whether there was a notification to acknowledge.
    pub(super) fn acknowledge(&mut self, number: u32) -> bool {
        let before = self.kept.len();
        self.kept.retain(|(kept, _)| *kept != number);
        self.kept.len() < before
    }

    pub(super) fn kept(&self, number: u32) -> Option<&[u8]> {
        self.kept.iter().find(|(kept, _)| *kept == number).map(|(_, message)| message.as_slice())
    }
}
