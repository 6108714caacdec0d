//! The reading of one input: its header, then stretch after stretch into batches.

use crate::batch::{Batch, Found};
use crate::input::{Broken, Input, Source};
use crate::scan::{Format, Then};
use crate::{CaptureError, pcap, pcapng, signatures};
use quaywatch_model::{Problem, Verdict};

/// Both formats tell all that is needed to begin in as many bytes.
const HEADER_BYTES: usize = 24;
const _: () = assert!(HEADER_BYTES == pcap::HEADER_BYTES && HEADER_BYTES == pcapng::HEADER_BYTES);
/// How many bytes tell the formats apart.
const MAGIC_BYTES: usize = 4;
const PCAPNG_MAGIC: [u8; MAGIC_BYTES] = [0x0A, 0x0D, 0x0D, 0x0A];

/// How much is read before it is scanned, in bytes: little enough to be in the core's cache still.
const READ_BYTES: usize = 128 << 10;

/// A batch with so many bytes is told: half of what it may hold, so that several batches, one of them being read and
/// one worked on, stay in a core's cache together.
const ENOUGH_BYTES: usize = 256 << 10;

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
    /// Told after the packets that were read before it.
    failure: Option<CaptureError>,
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
        // A pcapng section header is read again as the block that it is.
        let (carry, offset) = match format {
            Format::Pcap(_) => (Vec::new(), HEADER_BYTES as u64),
            Format::Pcapng(_) => (header.to_vec(), 0),
        };
        let eager = input.total().is_none();
        let ended = false;
        Ok(Self {
            input,
            index,
            format,
            carry,
            offset,
            pass: 0,
            passed: 0,
            eager,
            ended,
            next_frame: 1,
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
            if !self.ended {
                self.end_with(stream, batch, at);
            }
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

    /// Tells what came as soon as it came, from now on.
    pub(crate) const fn be_eager(&mut self) {
        self.eager = true;
    }

    fn begin_batch(&self, batch: &mut Batch, room: usize) {
        batch.clear(room.max(pcapng::MAXIMUM_BLOCK_BYTES));
        batch.found.input = self.index;
        batch.found.base = self.offset;
        batch.found.next_frame = self.next_frame;
        if let Some(start) = batch.bytes.get_mut(..self.carry.len()) {
            start.copy_from_slice(&self.carry);
            batch.filled = self.carry.len();
        }
    }

    fn end_batch(&mut self, batch: &Batch, at: usize) {
        self.carry.clear();
        self.carry.extend_from_slice(batch.bytes.get(at..batch.filled).unwrap_or_default());
        self.offset = batch.found.base + at as u64;
        self.next_frame = batch.found.next_frame;
    }

    fn read(&mut self, batch: &mut Batch) -> Stream {
        let stop = batch.bytes.len().min(batch.filled + READ_BYTES);
        while batch.filled < stop {
            let room = batch.bytes.get_mut(batch.filled..stop).unwrap_or_default();
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
                Then::Stop => {
                    self.ended = true;
                    return window.len();
                }
            }
        }
    }

    /// Ends the reading if the stream did, and says what that leaves unread.
    fn end_with(&mut self, stream: Stream, batch: &mut Batch, at: usize) {
        let left = batch.filled - at;
        match stream {
            Stream::Goes => return,
            Stream::Ends => self.tell_cut(&mut batch.found, at, left),
            Stream::Breaks(Broken::Io(cause)) => {
                let (file, offset) = (self.input.name.clone(), self.input.bytes_read());
                self.failure = Some(CaptureError::Unreadable { file, offset, cause });
            }
            Stream::Breaks(broken) => {
                let (reason, verdict) = match broken {
                    Broken::Cut => ("compressed data is cut short", Verdict::Incomplete),
                    Broken::Trailing => ("bytes after the compressed data were not read", Verdict::Malformed),
                    _ => ("compressed data is corrupt; the rest was not read", Verdict::Malformed),
                };
                let problem = Problem { layer: self.input.layer(), reason, verdict, bytes: 0 };
                batch.found.problem(batch.filled, problem);
                self.tell_cut(&mut batch.found, at, left);
            }
        }
        self.ended = true;
    }

    fn tell_cut(&self, found: &mut Found, at: usize, left: usize) {
        if left == 0 && self.pass == 0 {
            return;
        }
        let passed = if self.pass > 0 { self.passed } else { 0 };
        let reason = match self.format {
            Format::Pcap(_) => "last packet is cut short",
            Format::Pcapng(_) => "last block is cut short",
        };
        let layer = self.format.layer();
        let problem = Problem { layer, reason, verdict: Verdict::Incomplete, bytes: left as u64 + passed };
        found.problem_at(found.base + at as u64 - passed, problem);
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
