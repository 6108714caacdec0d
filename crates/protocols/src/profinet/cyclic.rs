//! Watching cyclic data: what is told is that it is there, and when its status changes.

use super::LAYER;
use super::wire::{Cyclic, DataStatus, FrameId};
use crate::Context;
use quaywatch_model::{Coded, Item, Items, Number, Operation, Outcome, Side, Value, Verb, Verdict};

/// The cyclic data that one side provides.
#[derive(Debug, Default)]
pub(super) struct Provided {
    streams: Vec<Stream>,
    full: bool,
}

/// What is kept of one `FrameID`.
#[derive(Debug)]
struct Stream {
    frame_id: FrameId,
    cycle_counter: u16,
    /// How far the counter goes from one frame to the next; 0 until two frames were seen.
    step: u16,
    /// Whether all frames since the last one were captured.
    in_step: bool,
    /// What was last told; `None` while no frame had a status that can be one.
    told: Option<Status>,
    implausible: bool,
    /// Frames the counter says are missing, since the last operation told them.
    missing_untold: u32,
    missing_bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Status {
    data: DataStatus,
    transfer: u8,
}

/// So many frame ids are watched from one side: a station pair has one connection, two or four where
/// device and controller are redundant, each with one to a few frame ids a direction.
pub(super) const MOST_STREAMS: usize = 64;

impl Provided {
    /// One frame from the side `provider`.
    #[inline]
    pub(super) fn frame(&mut self, cx: &mut Context<'_>, provider: Side, frame: &Cyclic<'_>) {
        let Some(stream) = self.streams.iter_mut().find(|stream| stream.frame_id == frame.frame_id) else {
            return self.first(cx, provider, frame);
        };
        if !frame.is_plausible() {
            return stream.disbelieve(cx, frame);
        }
        stream.count(frame);
        let status = Status { data: frame.data_status, transfer: frame.transfer_status };
        if stream.told != Some(status) {
            stream.tell(cx, provider, frame, status);
        }
    }

    /// Frames of this side were not captured: the next step of the counter says nothing about the provider.
    pub(super) fn lost(&mut self) {
        self.streams.iter_mut().for_each(|stream| stream.in_step = false);
    }

    /// Nothing more will come.
    pub(super) fn end(&mut self, cx: &mut Context<'_>) {
        for stream in self.streams.drain(..).filter(|stream| stream.missing_bytes > 0) {
            let reason = "cyclic frames missing by cycle counter";
            cx.problem(LAYER, reason, Verdict::Incomplete, stream.missing_bytes);
        }
        self.streams = Vec::new();
    }

    fn first(&mut self, cx: &mut Context<'_>, provider: Side, frame: &Cyclic<'_>) {
        if self.streams.len() >= MOST_STREAMS {
            if !std::mem::replace(&mut self.full, true) {
                cx.problem(LAYER, "more cyclic frame ids than are watched", Verdict::Limit, 0);
            }
            return;
        }
        let mut stream = Stream {
            frame_id: frame.frame_id,
            cycle_counter: frame.cycle_counter,
            step: 0,
            in_step: true,
            told: None,
            implausible: false,
            missing_untold: 0,
            missing_bytes: 0,
        };
        if frame.is_plausible() {
            let status = Status { data: frame.data_status, transfer: frame.transfer_status };
            stream.tell(cx, provider, frame, status);
        } else {
            stream.disbelieve(cx, frame);
        }
        self.streams.push(stream);
    }
}

impl Stream {
    fn disbelieve(&mut self, cx: &mut Context<'_>, frame: &Cyclic<'_>) {
        if !std::mem::replace(&mut self.implausible, true) {
            let bytes = frame.data.len() as u64;
            cx.problem(LAYER, "cyclic frame does not end in a status", Verdict::Malformed, bytes);
        }
    }

    /// Follows the cycle counter. A step that is a multiple of the usual one passed over frames; a shorter one
    /// is the new usual one; none, or one backwards, is a frame seen twice or late.
    fn count(&mut self, frame: &Cyclic<'_>) {
        const BACKWARDS: u16 = 0x8000;
        let step = frame.cycle_counter.wrapping_sub(self.cycle_counter);
        if step == 0 || step >= BACKWARDS {
            return;
        }
        self.cycle_counter = frame.cycle_counter;
        if !std::mem::replace(&mut self.in_step, true) {
            return;
        }
        if self.step == 0 || step < self.step {
            self.step = step;
        } else if step > self.step {
            let missing = u32::from(step / self.step) - 1;
            self.missing_untold = self.missing_untold.saturating_add(missing);
            self.missing_bytes += u64::from(missing) * frame.data.len() as u64;
        }
    }

    fn tell(&mut self, cx: &mut Context<'_>, provider: Side, frame: &Cyclic<'_>, status: Status) {
        let items = Report {
            now: status,
            before: self.told.replace(status),
            data_bytes: frame.data.len(),
            missing: std::mem::take(&mut self.missing_untold),
        };
        let function = Coded::new(frame.frame_id.name(), Number::Hex16(frame.frame_id.0));
        cx.operation(&Operation {
            reply: Some(cx.now),
            items: &items,
            ..Operation::new(provider.other(), Verb::Subscribe, function, Outcome::Accepted)
        });
    }
}

/// The status of cyclic data, with what it was before where that was another.
struct Report {
    now: Status,
    before: Option<Status>,
    data_bytes: usize,
    missing: u32,
}

impl Items for Report {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let mut status = |object: &str, of: fn(Status) -> u8, show: fn(u8) -> Value<'static>| {
            let now = of(self.now);
            let previous = self.before.map(of).filter(|&before| before != now).map(show);
            tell(Item { previous, ..Item::valued(&object, show(now)) });
        };
        let number = |value: u8| Value::Unsigned(value.into());
        status("provider state", |status| status.data.is_running().into(), |on| word(on, "run", "stop"));
        status("data valid", |status| status.data.is_valid().into(), |on| Value::Bool(on != 0));
        status("station", |status| status.data.has_problem().into(), |on| word(on, "problem", "ok"));
        status(
            "redundancy state",
            |status| status.data.is_primary().into(),
            |on| word(on, "primary", "backup"),
        );
        status("data status", |status| status.data.0, number);
        status("transfer status", |status| status.transfer, number);
        tell(Item::valued(&"data bytes", Value::Unsigned(self.data_bytes as u64)));
        if self.missing > 0 {
            tell(Item::valued(&"frames missing by cycle counter", Value::Unsigned(self.missing.into())));
        }
    }
}

const fn word(on: u8, yes: &'static str, no: &'static str) -> Value<'static> {
    Value::Text(if on == 0 { no } else { yes })
}
