//! Several inputs as one, in time order.

use crate::batch::{BATCH_BYTES, Batch, Packet};
use crate::input::Source;
use crate::pcapng::MAXIMUM_BLOCK_BYTES;
use crate::reading::Reading;
use crate::{CaptureError, Progress, Shortfall};
use quaywatch_model::{CaptureFile, Origins, Stretch, Timestamp};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

/// How much of one input is held at a time, in bytes: the least that holds its longest packet, because there can be
/// as many of these as inputs that overlap.
const LANE_BYTES: usize = MAXIMUM_BLOCK_BYTES;

pub(crate) struct Merge {
    lanes: Vec<Lane>,
    /// When each lane goes on. The earliest is next; of equals, the first.
    queue: BinaryHeap<Reverse<Turn>>,
    next_frame: u64,
    /// Where every packet that was told stands, and what of that is new.
    origins: Arc<Origins>,
    stretches: Vec<Stretch>,
    failure: Option<CaptureError>,
}

type Turn = (Timestamp, usize);

/// One input of several.
struct Lane {
    state: State,
    /// The stretch of it that is being told.
    batch: Batch,
    told: Told,
    bytes_total: Option<u64>,
}

/// How much of a stretch was told.
struct Told {
    packets: usize,
    problems: usize,
    /// The number the next packet has within its input.
    next_frame: u64,
}

enum State {
    /// Opened once, found good, and closed until its first packet is next.
    Closed(Source),
    Open(Box<Reading>),
    Ended {
        bytes_read: u64,
        shortfall: Shortfall,
        file: Box<CaptureFile>,
    },
}

impl State {
    fn ended(reading: &Reading) -> Self {
        Self::Ended {
            bytes_read: reading.input().bytes_read(),
            shortfall: reading.shortfall().clone(),
            file: Box::new(reading.file()),
        }
    }
}

/// Why a lane stopped telling.
enum Stop {
    /// Another lane's packet is earlier than this lane's at this time.
    Later(Timestamp),
    /// There was no more room for this lane's packet of this time.
    Full(Timestamp),
    Ended,
}

impl Merge {
    fn new(names: &[String]) -> Self {
        Self {
            lanes: Vec::new(),
            queue: BinaryHeap::new(),
            next_frame: 1,
            origins: Arc::new(Origins::of(names)),
            stretches: Vec::new(),
            failure: None,
        }
    }

    pub(crate) fn open(sources: &[Source], names: &[String]) -> Result<Self, CaptureError> {
        let mut merge = Self::new(names);
        let mut glance = Batch::new();
        for (index, source) in sources.iter().enumerate() {
            let mut reading = Reading::open(source, index)?;
            if !source.is_regular_file() {
                merge.add(Lane::of(reading))?;
                continue;
            }
            let mut lane = Lane::of_file(source, &reading);
            reading.be_eager();
            if reading.fill(&mut glance, LANE_BYTES)? {
                merge.queue.push(Reverse((first_time(&glance), index)));
            } else {
                lane.state = State::ended(&reading);
            }
            merge.lanes.push(lane);
        }
        Ok(merge)
    }

    pub(crate) fn of(readings: Vec<Reading>, names: &[String]) -> Result<Self, CaptureError> {
        let mut merge = Self::new(names);
        readings.into_iter().try_for_each(|reading| merge.add(Lane::of(reading)))?;
        Ok(merge)
    }

    /// Takes a lane that stays open and waits for its first packet.
    fn add(&mut self, mut lane: Lane) -> Result<(), CaptureError> {
        if lane.refill(self.lanes.len())? {
            self.queue.push(Reverse((first_time(&lane.batch), self.lanes.len())));
        }
        self.lanes.push(lane);
        Ok(())
    }

    pub(crate) fn fill(&mut self, out: &mut Batch) -> Result<bool, CaptureError> {
        out.clear(BATCH_BYTES);
        while self.failure.is_none()
            && let Some(Reverse((_, index))) = self.queue.pop()
        {
            let Some(lane) = self.lanes.get_mut(index) else { continue };
            let next = self.queue.peek().map(|Reverse(turn)| *turn);
            let (first, own) = (self.next_frame, lane.told.next_frame);
            let stop = lane.tell(index, next, &mut self.next_frame, out);
            let packets = self.next_frame - first;
            if packets > 0 {
                self.stretches.push(Stretch { first, capture: index as u64, own, packets });
            }
            match stop {
                Ok(Stop::Later(time)) => self.queue.push(Reverse((time, index))),
                Ok(Stop::Full(time)) => {
                    self.queue.push(Reverse((time, index)));
                    break;
                }
                Ok(Stop::Ended) => {}
                Err(failure) => {
                    lane.end();
                    self.failure = Some(failure);
                }
            }
        }
        self.origins.extend(&self.stretches);
        self.stretches.clear();
        match self.failure.take_if(|_| out.has_nothing()) {
            Some(failure) => Err(failure),
            None => Ok(!out.has_nothing()),
        }
    }

    /// Where every packet that was told stands.
    pub(crate) const fn origins(&self) -> &Arc<Origins> {
        &self.origins
    }

    /// What was read of each input.
    pub(crate) fn files(&self) -> Vec<CaptureFile> {
        self.lanes.iter().enumerate().map(|(index, lane)| lane.file(self.origins.file(index))).collect()
    }

    /// What was not read of the inputs that have ended.
    pub(crate) fn shortfall(&self) -> Shortfall {
        let mut all = Shortfall::default();
        for lane in &self.lanes {
            if let State::Ended { shortfall, .. } = &lane.state {
                all.stopped.extend_from_slice(&shortfall.stopped);
                all.damaged.extend_from_slice(&shortfall.damaged);
                all.dropped.extend_from_slice(&shortfall.dropped);
            }
        }
        all
    }

    pub(crate) fn progress(&self) -> Progress {
        Progress {
            bytes_read: self.lanes.iter().map(Lane::bytes_read).sum(),
            bytes_total: self.lanes.iter().map(|lane| lane.bytes_total).sum(),
        }
    }
}

/// The turn of a lane whose stretch this is. Problems without a packet are told at once.
fn first_time(batch: &Batch) -> Timestamp {
    batch.packet(0).map_or(Timestamp::from_nanos(i64::MIN), |packet| packet.time)
}

impl Lane {
    fn of(reading: Reading) -> Self {
        let bytes_total = reading.input().total();
        Self::new(State::Open(Box::new(reading)), bytes_total)
    }

    fn of_file(source: &Source, reading: &Reading) -> Self {
        Self::new(State::Closed(source.clone()), reading.input().total())
    }

    fn new(state: State, bytes_total: Option<u64>) -> Self {
        Self {
            state,
            batch: Batch::new(),
            told: Told { packets: 0, problems: 0, next_frame: 1 },
            bytes_total,
        }
    }

    /// Tells packets until another lane has an earlier one.
    fn tell(
        &mut self,
        index: usize,
        next: Option<Turn>,
        next_frame: &mut u64,
        out: &mut Batch,
    ) -> Result<Stop, CaptureError> {
        loop {
            while let Some(packet) = self.batch.packet(self.told.packets) {
                if next.is_some_and(|next| (packet.time, index) > next) {
                    return Ok(Stop::Later(packet.time));
                }
                self.told.problems(&self.batch, packet.frame, *next_frame, out);
                let frame = *next_frame + (packet.frame - self.told.next_frame);
                if !out.copy(Packet { frame, ..packet }) {
                    return Ok(Stop::Full(packet.time));
                }
                *next_frame = frame + 1;
                self.told.next_frame = packet.frame + 1;
                self.told.packets += 1;
            }
            self.told.problems(&self.batch, u64::MAX, *next_frame, out);
            let end = self.batch.found.next_frame.max(self.told.next_frame);
            *next_frame += end - self.told.next_frame;
            self.told.next_frame = end;
            if out.is_full() {
                return Ok(Stop::Full(Timestamp::from_nanos(i64::MIN)));
            }
            if !self.refill(index)? {
                return Ok(Stop::Ended);
            }
        }
    }

    /// Reads the input's next stretch; false at its end.
    fn refill(&mut self, index: usize) -> Result<bool, CaptureError> {
        if let State::Closed(source) = &self.state {
            self.state = State::Open(Box::new(Reading::open(source, index)?));
        }
        let State::Open(reading) = &mut self.state else { return Ok(false) };
        (self.told.packets, self.told.problems) = (0, 0);
        let goes_on = reading.fill(&mut self.batch, LANE_BYTES)?;
        if !goes_on {
            self.end();
        }
        Ok(goes_on)
    }

    /// Closes the input and gives its memory back.
    fn end(&mut self) {
        if let State::Open(reading) = &self.state {
            self.state = State::ended(reading);
        }
        self.batch = Batch::new();
    }

    fn file(&self, name: &str) -> CaptureFile {
        let file = match &self.state {
            State::Closed(_) => CaptureFile::default(),
            State::Open(reading) => reading.file(),
            State::Ended { file, .. } => (**file).clone(),
        };
        CaptureFile { file: name.to_owned(), ..file }
    }

    fn bytes_read(&self) -> u64 {
        match &self.state {
            State::Closed(_) => 0,
            State::Open(reading) => reading.input().bytes_read(),
            State::Ended { bytes_read, .. } => *bytes_read,
        }
    }
}

impl Told {
    /// Tells the problems that stand before the input's packet number `before`, or concern it.
    fn problems(&mut self, batch: &Batch, before: u64, next_frame: u64, out: &mut Batch) {
        let left = batch.problems().iter().zip(batch.places()).skip(self.problems);
        for (&(frame, problem), &place) in left.take_while(|&(&(frame, _), _)| frame <= before) {
            out.copy_problem(next_frame + frame.saturating_sub(self.next_frame), problem, place);
            self.problems += 1;
        }
    }
}
