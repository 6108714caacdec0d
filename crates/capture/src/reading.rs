//! The reading of one input: its header, then stretch after stretch into batches.

use crate::batch::{Batch, Found, Times};
use crate::input::{Broken, Input, Source};
use crate::scan::{Format, HEADER_BYTES, MAGIC_BYTES, PCAPNG_MAGIC, Then};
use crate::tally::Tally;
use crate::{CaptureError, Dropped, Shortfall, Stopped, pcap, pcapng, signatures};
use quaywatch_model::{CaptureFile, Problem, Verdict};

/// How much is read before it is scanned, in bytes: little enough to be in the core's cache still.
const READ_BYTES: usize = 128 << 10;

/// A batch with so many bytes is told: half of what it may hold, so that several batches, one of them being read and
/// one worked on, stay in a core's cache together.
const ENOUGH_BYTES: usize = 256 << 10;

const DAMAGED: &str = "the file is damaged: its checksum is wrong; what was read from it cannot be trusted";
const BLOCK_PAST_END: &str =
    "block is past the limit and past the end of the file; the rest of the file was not read";

/// One input that is being read.
pub(crate) struct Reading {
    input: Input,
    index: usize,
    format: Format,
    /// The record or block that was not whole at the end of the last stretch.
    carry: Vec<u8>,
    /// Where in the decompressed capture the carry begins.
    offset: u64,
    /// How many bytes after the carry are of no interest, and how many before it were the same block's.
    pass: u64,
    passed: u64,
    /// Tells what came as soon as it came, instead of waiting for a full batch.
    eager: bool,
    ended: bool,
    next_frame: u64,
    times: Times,
    tally: Tally,
    /// What stands in the way, where nothing more can be read. What is behind it is counted, and decompressed for the sake
    /// of the checksum.
    stop: Option<Stop>,
    shortfall: Shortfall,
    /// Told after the packets that were read before it.
    failure: Option<CaptureError>,
}

struct Stop {
    offset: u64,
    problem: Problem,
    passed: u64,
}

enum Stream {
    Goes,
    Ends,
    Breaks(Broken),
}

impl Reading {
    pub(crate) fn open(source: &Source, index: usize) -> Result<Self, CaptureError> {
        Self::begin(Input::open(source)?, index)
    }

    /// Reads the file header.
    pub(crate) fn begin(mut input: Input, index: usize) -> Result<Self, CaptureError> {
        let mut header = [0; HEADER_BYTES];
        let filled = read_header(&mut input, &mut header)?;
        let start = header.get(..filled).unwrap_or_default();
        let format = format_of(&input, &header, start)?;
        let taken = format.header_bytes();
        let carry = header.get(taken..).unwrap_or_default().to_vec();
        let eager = input.total().is_none();
        let ended = false;
        Ok(Self {
            input,
            index,
            format,
            carry,
            offset: taken as u64,
            pass: 0,
            passed: 0,
            eager,
            ended,
            next_frame: 1,
            times: Times::default(),
            tally: Tally::default(),
            stop: None,
            shortfall: Shortfall::default(),
            failure: None,
        })
    }

    /// Fills `batch` with the next packets and problems; false at the end.
    pub(crate) fn fill(&mut self, batch: &mut Batch, room: usize) -> Result<bool, CaptureError> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        self.begin_batch(batch, room);
        let mut at = 0;
        while !self.ended {
            let stream = self.read(batch);
            at = self.scan(batch, at);
            self.end_with(stream, batch, at);
            if !batch.has_nothing() {
                if self.eager || batch.filled >= room.min(ENOUGH_BYTES) {
                    break;
                }
            } else if at > 0 {
                batch.bytes.copy_within(at..batch.filled, 0);
                batch.filled -= at;
                batch.found.base += at as u64;
                at = 0;
            }
        }
        self.end_batch(batch, at);
        match self.failure.take_if(|_| batch.has_nothing()) {
            Some(failure) => Err(failure),
            None => Ok(!batch.has_nothing()),
        }
    }

    pub(crate) const fn input(&self) -> &Input {
        &self.input
    }

    /// What was not read, and what was never there. Complete when the reading has ended.
    pub(crate) const fn shortfall(&self) -> &Shortfall {
        &self.shortfall
    }

    /// What was read until now.
    pub(crate) fn file(&self) -> CaptureFile {
        self.tally.file(&self.input.name, self.format.layer(), self.input.compression())
    }

    /// Tells what came as soon as it came, from now on.
    pub(crate) const fn be_eager(&mut self) {
        self.eager = true;
    }

    fn begin_batch(&self, batch: &mut Batch, room: usize) {
        batch.clear(room.max(pcapng::MAXIMUM_BLOCK_BYTES));
        batch.found.input = self.index;
        batch.found.base = self.offset;
        batch.found.next_frame = self.next_frame;
        batch.found.times = self.times;
        if let Some(start) = batch.bytes.get_mut(..self.carry.len()) {
            start.copy_from_slice(&self.carry);
            batch.filled = self.carry.len();
        }
    }

    fn end_batch(&mut self, batch: &Batch, at: usize) {
        self.tally.add(&batch.found.entries);
        self.carry.clear();
        self.carry.extend_from_slice(batch.bytes.get(at..batch.filled).unwrap_or_default());
        self.offset = batch.found.base + at as u64;
        self.next_frame = batch.found.next_frame;
        self.times = batch.found.times;
    }

    fn read(&mut self, batch: &mut Batch) -> Stream {
        if self.stop.is_some() && self.input.capture_bytes().is_some() {
            // How much is left is known, and nothing in it is of use.
            return Stream::Ends;
        }
        let end = batch.bytes.len().min(batch.filled + READ_BYTES);
        while batch.filled < end {
            let room = batch.bytes.get_mut(batch.filled..end).unwrap_or_default();
            let count = match self.input.read(room) {
                Ok(0) => return Stream::Ends,
                Ok(count) => count,
                Err(broken) => return Stream::Breaks(broken),
            };
            batch.filled += count;
            if self.eager && !self.input.has_more_at_hand(count) {
                break;
            }
        }
        Stream::Goes
    }

    /// Reads what is whole from `at` on, and gives where it came to.
    fn scan(&mut self, batch: &mut Batch, mut at: usize) -> usize {
        let window = batch.bytes.get(..batch.filled).unwrap_or_default();
        loop {
            if let Some(stop) = &mut self.stop {
                stop.passed += (window.len() - at) as u64;
                return window.len();
            }
            let passed = usize::try_from(self.pass).unwrap_or(usize::MAX).min(window.len() - at);
            at += passed;
            self.pass -= passed as u64;
            self.passed += passed as u64;
            if self.pass > 0 {
                return at;
            }
            let scan = self.format.scan(window, at, &mut batch.found);
            at = scan.at;
            match scan.then {
                Then::More => return at,
                Then::Pass(bytes) => (self.pass, self.passed) = (bytes, 0),
                Then::Stop(problem) => {
                    let offset = batch.found.base + at as u64;
                    self.stop = Some(Stop { offset, problem, passed: 0 });
                }
                Then::Another => {
                    let Some(format) =
                        window.get(at..).and_then(|rest| rest.first_chunk()).and_then(Format::begun_by)
                    else {
                        return at;
                    };
                    self.end_format(&mut batch.found);
                    at += format.header_bytes();
                    self.format = format;
                }
            }
        }
    }

    /// Ends the reading if the stream did, and says what that leaves unread.
    fn end_with(&mut self, stream: Stream, batch: &mut Batch, at: usize) {
        let (end, found) = (batch.found.base + batch.filled as u64, &mut batch.found);
        let total = match stream {
            Stream::Goes => return,
            Stream::Ends => Some(end),
            Stream::Breaks(Broken::Io(cause)) => {
                let (file, offset) = (self.input.name.clone(), self.input.bytes_read());
                self.failure = Some(CaptureError::Unreadable { file, offset, cause });
                None
            }
            Stream::Breaks(broken) => {
                self.tell_broken(&broken, end, found);
                matches!(broken, Broken::Trailing).then_some(end)
            }
        };
        if let Some(Stop { offset, problem, passed }) = self.stop.take() {
            let total = self.input.capture_bytes().or(total);
            let bytes = total.map_or(passed, |total| total.saturating_sub(offset));
            self.tell_stop(offset, total, Problem { bytes, ..problem }, found);
        } else if self.failure.is_none() {
            self.tell_cut(found, at, batch.filled - at);
        }
        self.end_format(found);
        if self.input.is_damaged() {
            let layer = self.input.layer();
            found.problem_at(end, Problem { layer, reason: DAMAGED, verdict: Verdict::Incomplete, bytes: 0 });
            self.shortfall.damaged.push(self.input.name.clone());
        }
        self.ended = true;
    }

    /// Tells what the format knows only when all was read.
    fn end_format(&mut self, found: &mut Found) {
        let file = &self.input.name;
        let dropped = self.format.finish(found).into_iter().map(|lost| {
            let pcapng::Lost { interface, packets, received } = lost;
            Dropped { file: file.clone(), interface, packets, received }
        });
        self.shortfall.dropped.extend(dropped);
    }

    /// Decompression cannot go on.
    fn tell_broken(&mut self, broken: &Broken, end: u64, found: &mut Found) {
        let (reason, verdict) = match broken {
            Broken::Cut => ("compressed data is cut short", Verdict::Incomplete),
            Broken::Trailing => ("bytes after the compressed data were not read", Verdict::Malformed),
            _ => ("compressed data is corrupt; the rest was not read", Verdict::Malformed),
        };
        let bytes = self.input.stored_left().unwrap_or(0);
        self.tell_stop(end, None, Problem { layer: self.input.layer(), reason, verdict, bytes }, found);
    }

    fn tell_stop(&mut self, offset: u64, total: Option<u64>, problem: Problem, found: &mut Found) {
        found.problem_at(offset, problem);
        let (file, inside) = (self.input.name.clone(), self.input.inside());
        let Problem { reason, bytes: unread_bytes, .. } = problem;
        self.shortfall.stopped.push(Stopped { file, offset, total, inside, reason, unread_bytes });
    }

    fn tell_cut(&mut self, found: &mut Found, at: usize, left: usize) {
        if left == 0 && self.pass == 0 {
            return;
        }
        let passed = if self.pass > 0 { self.passed } else { 0 };
        let bytes = left as u64 + passed;
        let offset = found.base + at as u64 - passed;
        let layer = self.format.layer();
        if self.pass + passed > pcapng::MAXIMUM_BLOCK_BYTES as u64 {
            // No packet is so long: its length is wrong, and what it hides is more than a packet that was cut short.
            let problem = Problem { layer, reason: BLOCK_PAST_END, verdict: Verdict::Limit, bytes };
            self.tell_stop(offset, Some(offset + bytes), problem, found);
            return;
        }
        let reason = match self.format {
            Format::Pcap(_) => "last packet is cut short",
            Format::Pcapng(_) => "last block is cut short",
        };
        found.problem_at(offset, Problem { layer, reason, verdict: Verdict::Incomplete, bytes });
    }
}

fn read_header(input: &mut Input, header: &mut [u8; HEADER_BYTES]) -> Result<usize, CaptureError> {
    let mut filled = 0;
    loop {
        let room = header.get_mut(filled..).unwrap_or_default();
        if room.is_empty() {
            return Ok(filled);
        }
        let what = match input.read(room) {
            Ok(0) => return Ok(filled),
            Ok(count) => {
                filled += count;
                continue;
            }
            Err(Broken::Io(cause)) => {
                let (file, offset) = (input.name.clone(), input.bytes_read());
                return Err(CaptureError::Unreadable { file, offset, cause });
            }
            Err(Broken::Cut) => "no more",
            Err(Broken::Corrupt) => "corrupt data",
            Err(Broken::Trailing) => "something else",
        };
        let (file, inside) = (input.name.clone(), input.inside());
        return Err(CaptureError::BadCompression { file, inside, offset: filled as u64, what });
    }
}

fn format_of(input: &Input, header: &[u8; HEADER_BYTES], start: &[u8]) -> Result<Format, CaptureError> {
    let (file, inside) = (input.name.clone(), input.inside());
    if start.is_empty() {
        return Err(CaptureError::Empty { file, inside });
    }
    let magic = start.first_chunk::<MAGIC_BYTES>().copied().unwrap_or_default();
    let is_pcapng = magic == PCAPNG_MAGIC;
    if !is_pcapng && !pcap::Header::is_magic(magic) {
        return Err(CaptureError::NotACapture { file, inside, found: signatures::describe(start) });
    }
    if start.len() < HEADER_BYTES {
        let header = if is_pcapng { "pcapng section header" } else { "pcap file header" };
        let offset = start.len() as u64;
        return Err(CaptureError::CutHeader { file, inside, offset, header, needed: HEADER_BYTES });
    }
    if is_pcapng { pcapng_of(file, inside, header) } else { pcap_of(file, inside, header) }
}

fn pcap_of(file: String, inside: &'static str, bytes: &[u8; HEADER_BYTES]) -> Result<Format, CaptureError> {
    let Some(header) = pcap::Header::parse(bytes) else {
        return Err(CaptureError::NotACapture { file, inside, found: signatures::describe(bytes) });
    };
    if header.is_supported() {
        return Ok(Format::Pcap(pcap::Records::new(header)));
    }
    let (major, minor) = header.version;
    let (offset, format, expected) = (4, "pcap", "2.4 or an older 2.x");
    Err(CaptureError::Version { file, inside, offset, format, major, minor, expected })
}

fn pcapng_of(file: String, inside: &'static str, bytes: &[u8; HEADER_BYTES]) -> Result<Format, CaptureError> {
    let bad = match pcapng::check_header(bytes) {
        Ok(()) => return Ok(Format::Pcapng(pcapng::Blocks::new())),
        Err(bad) => bad,
    };
    Err(match bad {
        pcapng::BadSection::ByteOrder => {
            let found = "no byte-order magic of pcapng".into();
            let expected = "1A 2B 3C 4D or 4D 3C 2B 1A";
            CaptureError::BadHeader { file, inside, offset: 8, found, expected }
        }
        pcapng::BadSection::Length(length) => {
            let found = format!("a pcapng section header of {length} bytes");
            let expected = "a multiple of 4, at least 28";
            CaptureError::BadHeader { file, inside, offset: 4, found, expected }
        }
        pcapng::BadSection::Version(major, minor) => {
            let (offset, format, expected) = (12, "pcapng", "1.0 or 1.2");
            CaptureError::Version { file, inside, offset, format, major, minor, expected }
        }
    })
}
