//! A monitored item: an attribute that is looked at again and again, and what of it is to be told (OPC 10000-4, 5.13.1).

use crate::opcua::attributes::{Sample, Times, is_value};
use crate::opcua::session::within;
use crate::opcua::space::{Now, SHORTEST_INTERVAL_MS, Space};
use crate::opcua::{MOST_QUEUED, status};
use quaywatch_protocols::opcua::builtin::{ExtensionObject, StatusCode};
use quaywatch_protocols::opcua::codec::{Decoder, Wire};
use quaywatch_protocols::opcua::messages::{
    DataChangeFilter, MonitoredItemCreateRequest, MonitoredItemNotification, MonitoringParameters,
    ReadValueId, encodings,
};
use std::collections::VecDeque;

/// The longest interval, in milliseconds.
pub(super) const LONGEST_INTERVAL_MS: f64 = 3_600_000.0;
pub(super) const NANOS_PER_MS: f64 = 1e6;

/// Whether an item is looked at, and told (`MonitoringMode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Disabled,
    Sampling,
    Reporting,
}

impl Mode {
    pub(super) const fn decode(number: i32) -> Result<Self, StatusCode> {
        match number {
            0 => Ok(Self::Disabled),
            1 => Ok(Self::Sampling),
            2 => Ok(Self::Reporting),
            _ => Err(status::BAD_MONITORING_MODE_INVALID),
        }
    }
}

/// Which changes are told (`DataChangeTrigger`, OPC 10000-4, 7.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trigger {
    Status,
    Value,
    /// Or the time, which every sample has its own of.
    Timestamp,
}

impl Trigger {
    /// What a filter asks for. There are no deadbands.
    fn decode(filter: &ExtensionObject<'_>) -> Result<Self, StatusCode> {
        if filter.type_id.standard_number() == Some(0) {
            return Ok(Self::Value);
        }
        let body = filter.binary(encodings::DATA_CHANGE_FILTER);
        let mut from = Decoder::new(body.ok_or(status::BAD_MONITORED_ITEM_FILTER_UNSUPPORTED)?);
        let filter = DataChangeFilter::read(&mut from, "DataChangeFilter");
        match (from.finish().is_ok(), filter.deadband_type, filter.trigger) {
            (true, 0, 0) => Ok(Self::Status),
            (true, 0, 1) => Ok(Self::Value),
            (true, 0, 2) => Ok(Self::Timestamp),
            (true, 1.., _) => Err(status::BAD_MONITORED_ITEM_FILTER_UNSUPPORTED),
            _ => Err(status::BAD_MONITORED_ITEM_FILTER_INVALID),
        }
    }
}

/// What a client asks of an item, as far as it is granted.
#[derive(Debug)]
struct Terms {
    handle: u32,
    interval_ms: f64,
    trigger: Trigger,
    most_queued: usize,
    discard_oldest: bool,
}

impl Terms {
    fn decode(asked: &MonitoringParameters<'_>, publishing_ms: f64) -> Result<Self, StatusCode> {
        // Below 0: as often as is published.
        let interval = if asked.sampling_interval < 0.0 { publishing_ms } else { asked.sampling_interval };
        Ok(Self {
            handle: asked.client_handle,
            interval_ms: within(interval, SHORTEST_INTERVAL_MS, LONGEST_INTERVAL_MS),
            trigger: Trigger::decode(&asked.filter)?,
            most_queued: (asked.queue_size as usize).clamp(1, MOST_QUEUED),
            discard_oldest: asked.discard_oldest.is_set(),
        })
    }
}

/// What is watched: a node and an attribute of it, as they came.
#[derive(Debug)]
struct Watched(Vec<u8>);

impl Watched {
    fn wire(&self) -> ReadValueId<'_> {
        ReadValueId::read(&mut Decoder::new(&self.0), "ReadValueId")
    }
}

#[derive(Debug)]
pub(super) struct Item {
    pub(super) id: u32,
    watched: Watched,
    terms: Terms,
    times: Times,
    mode: Mode,
    /// When it is looked at next, in nanoseconds.
    next: i64,
    last: Option<Sample>,
    queue: VecDeque<Sample>,
}

impl Item {
    /// An item, with what its attribute is now as the first value to be told.
    pub(super) fn new(
        id: u32,
        asked: &MonitoredItemCreateRequest<'_>,
        times: Times,
        publishing_ms: f64,
        (space, now): (&Space, Now<'_>),
    ) -> Result<Self, StatusCode> {
        // What cannot be read at all is not watched.
        Sample::take(space, now, &asked.item_to_monitor).value?;
        let mut watched = Vec::new();
        asked.item_to_monitor.write(&mut watched);
        let mut item = Self {
            id,
            watched: Watched(watched),
            terms: Terms::decode(&asked.requested_parameters, publishing_ms)?,
            times,
            mode: Mode::decode(asked.monitoring_mode)?,
            next: now.time.nanos(),
            last: None,
            queue: VecDeque::new(),
        };
        item.sample(space, now);
        Ok(item)
    }

    pub(super) fn modify(
        &mut self,
        asked: &MonitoringParameters<'_>,
        times: Times,
        publishing_ms: f64,
        now: Now<'_>,
    ) -> Result<(), StatusCode> {
        self.terms = Terms::decode(asked, publishing_ms)?;
        (self.times, self.next) = (times, now.time.nanos());
        self.shorten();
        Ok(())
    }

    /// Watches otherwise. Who is not watched has nothing to tell, and begins anew when he is again.
    pub(super) fn set_mode(&mut self, mode: Mode, space: &Space, now: Now<'_>) {
        let was = std::mem::replace(&mut self.mode, mode);
        match (was, mode) {
            (_, Mode::Disabled) => (self.queue, self.last) = (VecDeque::new(), None),
            (Mode::Disabled, _) => {
                self.next = now.time.nanos();
                self.sample(space, now);
            }
            _ => {}
        }
    }

    /// The sampling interval in milliseconds, and the length of the queue, that were granted.
    pub(super) const fn granted(&self) -> (f64, u32) {
        (self.terms.interval_ms, self.terms.most_queued as u32)
    }

    /// Looks at the attribute, if it is time to.
    pub(super) fn sample(&mut self, space: &Space, now: Now<'_>) {
        let time = now.time.nanos();
        if self.mode == Mode::Disabled || time < self.next {
            return;
        }
        self.next = time.saturating_add((self.terms.interval_ms * NANOS_PER_MS) as i64);
        let sample = Sample::take(space, now, &self.watched.wire());
        let is_news = self.last.as_ref().is_none_or(|last| match self.terms.trigger {
            Trigger::Status => last.value.as_ref().err() != sample.value.as_ref().err(),
            Trigger::Value => last.value != sample.value,
            Trigger::Timestamp => *last != sample,
        });
        if is_news {
            self.last = Some(sample.clone());
            self.queue.push_back(sample);
            self.shorten();
        }
    }

    /// Loses values that there is no room for: the oldest, or those whose place the newest takes. Where there is room for
    /// more than one, the value beside the loss says so.
    fn shorten(&mut self) {
        let (most, is_told) = (self.terms.most_queued, self.terms.most_queued > 1);
        while self.queue.len() > most {
            let beside = if self.terms.discard_oldest {
                self.queue.pop_front();
                self.queue.front_mut()
            } else {
                self.queue.remove(most - 1);
                self.queue.back_mut()
            };
            if let Some(beside) = beside {
                beside.overflow = is_told;
            }
        }
    }

    pub(super) fn has_news(&self) -> bool {
        self.mode == Mode::Reporting && !self.queue.is_empty()
    }

    /// Hands over at most so many of the values that wait.
    pub(super) fn take(&mut self, most: usize) -> Vec<Sample> {
        let count = if self.mode == Mode::Reporting { self.queue.len().min(most) } else { 0 };
        self.queue.drain(..count).collect()
    }

    pub(super) fn wire<'a>(&self, sample: &'a Sample) -> MonitoredItemNotification<'a> {
        let is_value = is_value(self.watched.wire().attribute_id);
        MonitoredItemNotification {
            client_handle: self.terms.handle,
            value: sample.wire(self.times, is_value),
        }
    }
}
