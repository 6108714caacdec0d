use quaywatch_model::{Problem, Timestamp, Verdict};
use quaywatch_wire::LinkType;
use std::fmt;
use std::time::Duration;

/// How many bytes of a capture one [`Batch`] holds. Large enough that a `read` costs nothing per packet, small
/// enough that a batch with its index stays in a core's second-level cache or close to it.
pub const BATCH_BYTES: usize = 512 * 1024;

/// How many packets or problems one merged batch holds at most. Packets without bytes would else be unbounded.
const BATCH_ENTRIES: usize = 1 << 16;

/// Between two neighbours of a file there is hardly so much time, in nanoseconds: a year. A greater distance shows a clock
/// that was set, captures that were joined, or damage.
const JUMP_NANOS: u64 = Duration::from_hours(365 * 24).as_nanos() as u64;
/// So many jumps of an input are told: in damaged data every packet may be one.
const MOST_JUMPS: u32 = 100;
const TIME_JUMPS: Problem = Problem {
    layer: "file",
    reason: "time jumps by more than a year from the packet before",
    // Not the doing of anybody on the network.
    verdict: Verdict::Incomplete,
    bytes: 0,
};
const WITHOUT_TIME: Problem =
    Problem { layer: "pcapng", reason: "packets without a time", verdict: Verdict::Incomplete, bytes: 0 };

/// Packets of one stretch of input, in order.
///
/// A batch owns its bytes: packets are slices of it, and nothing of it points into the reader that filled it. It
/// is plain data, so it can be filled on one thread and read on many (`Send + Sync`).
///
/// A batch that is filled again keeps its memory. With worker threads, let the reader own a few batches, share
/// each filled one as `Arc<Batch>`, and take it back with [`Arc::try_unwrap`](std::sync::Arc::try_unwrap) or
/// [`Arc::get_mut`](std::sync::Arc::get_mut) when the last worker has let go of it: then reading allocates
/// nothing in steady state. Two batches per worker are enough to keep reader and workers busy.
///
/// ```no_run
/// use quaywatch_capture::{Batch, Captures, Source};
/// use std::sync::{Arc, mpsc};
///
/// let mut captures = Captures::open(&[Source::from_argument("crane.pcapng.gz")])?;
/// let (send, receive) = mpsc::sync_channel::<Arc<Batch>>(2);
/// let worker = std::thread::spawn(move || receive.iter().map(|batch| batch.len()).sum::<usize>());
/// let mut ring: [Arc<Batch>; 4] = Default::default();
/// let mut turn = 0;
/// loop {
///     turn = (turn + 1) % ring.len();
///     // A batch some worker still reads is left to it, and a new one takes its place.
///     if Arc::get_mut(&mut ring[turn]).is_none() {
///         ring[turn] = Arc::default();
///     }
///     let Some(batch) = Arc::get_mut(&mut ring[turn]) else { continue };
///     if !captures.next_batch(batch)? {
///         break;
///     }
///     if send.send(Arc::clone(&ring[turn])).is_err() {
///         break;
///     }
/// }
/// drop(send);
/// println!("{} packets", worker.join().unwrap_or(0));
/// # Ok::<(), quaywatch_capture::CaptureError>(())
/// ```
#[derive(Default)]
pub struct Batch {
    /// Read buffer. Its length is its room; only the first `filled` bytes are of this stretch.
    pub(crate) bytes: Vec<u8>,
    pub(crate) filled: usize,
    pub(crate) found: Found,
}

/// One captured packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The packet's number, counted from 1 over all inputs in the order they are told. With one input it is the
    /// number that Wireshark shows.
    pub frame: u64,
    /// When it was captured.
    pub time: Timestamp,
    /// Whether that is its own time. Else the capture does not say when it was, and `time` is that of the packet before it
    /// in the file, or the epoch where there is none.
    pub timed: bool,
    /// How its bytes begin.
    pub link: LinkType,
    /// The bytes that were captured.
    pub bytes: &'a [u8],
    /// How many bytes it had on the wire.
    pub original_len: u32,
}

/// Where a problem stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// Which input, as an index into the sources that were opened; see [`Captures::name`](crate::Captures::name).
    pub input: usize,
    /// Byte offset in the capture, after decompression where it is compressed.
    pub offset: u64,
}

/// What a scan over bytes found. Apart from the bytes, so that they can be borrowed while it grows.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) entries: Vec<Entry>,
    problems: Vec<(u64, Problem)>,
    places: Vec<Place>,
    /// Which input is scanned, and where in it the batch's first byte stands.
    pub(crate) input: usize,
    pub(crate) base: u64,
    /// The number that the next packet gets.
    pub(crate) next_frame: u64,
    pub(crate) times: Times,
}

/// What is remembered of an input's times, to tell where they jump.
#[derive(Clone, Copy, Default)]
pub(crate) struct Times {
    last: Option<Timestamp>,
    jumps: u32,
}

#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) time: Timestamp,
    pub(crate) frame: u64,
    /// Where in the batch its bytes begin. A batch is far smaller than 4 GiB.
    pub(crate) start: u32,
    pub(crate) length: u32,
    pub(crate) original_len: u32,
    pub(crate) link: LinkType,
    pub(crate) timed: bool,
}

impl Batch {
    /// An empty batch. Takes its memory when it is first filled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The packets in order.
    pub fn packets(&self) -> impl ExactSizeIterator<Item = Packet<'_>> + Clone {
        self.found.entries.iter().map(|entry| self.packet_of(entry))
    }

    /// The packet at `index`, counted from 0 in this batch.
    #[must_use]
    pub fn packet(&self, index: usize) -> Option<Packet<'_>> {
        self.found.entries.get(index).map(|entry| self.packet_of(entry))
    }

    /// How many packets there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.found.entries.len()
    }

    /// Whether there are no packets. There may be [`problems`](Self::problems) all the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.entries.is_empty()
    }

    /// What could not be read in this stretch: the number of the packet it concerns, or of the packet that would
    /// have come next where it concerns none, and what was wrong.
    #[must_use]
    pub fn problems(&self) -> &[(u64, Problem)] {
        &self.found.problems
    }

    /// Where each of [`problems`](Self::problems) stands, in the same order.
    #[must_use]
    pub fn places(&self) -> &[Place] {
        &self.found.places
    }

    #[inline]
    fn packet_of(&self, entry: &Entry) -> Packet<'_> {
        let Entry { time, frame, start, length, original_len, link, timed } = *entry;
        let start = start as usize;
        let bytes = self.bytes.get(start..start + length as usize).unwrap_or_default();
        Packet { frame, time, timed, link, bytes, original_len }
    }

    /// Forgets what it held and makes room for `room` bytes.
    pub(crate) fn clear(&mut self, room: usize) {
        if self.bytes.len() < room {
            // Zeroed memory comes from the system untouched; growing would write to all of it.
            self.bytes = vec![0; room];
        }
        self.filled = 0;
        self.found.entries.clear();
        self.found.problems.clear();
        self.found.places.clear();
    }

    /// Whether there is neither packet nor problem.
    pub(crate) fn has_nothing(&self) -> bool {
        self.found.entries.is_empty() && self.found.problems.is_empty()
    }

    /// Whether there are as many packets or problems as a merged batch holds.
    pub(crate) fn is_full(&self) -> bool {
        self.found.entries.len() >= BATCH_ENTRIES || self.found.problems.len() >= BATCH_ENTRIES
    }

    /// Copies a packet of another batch in, under a number of this one. False if there is no room for it.
    pub(crate) fn copy(&mut self, packet: Packet<'_>) -> bool {
        let end = self.filled + packet.bytes.len();
        if self.is_full() {
            return false;
        }
        let Some(room) = self.bytes.get_mut(self.filled..end) else { return false };
        room.copy_from_slice(packet.bytes);
        self.found.entries.push(Entry {
            time: packet.time,
            frame: packet.frame,
            start: self.filled as u32,
            length: packet.bytes.len() as u32,
            original_len: packet.original_len,
            link: packet.link,
            timed: packet.timed,
        });
        self.filled = end;
        true
    }

    /// Copies a problem of another batch in, under a number of this one.
    pub(crate) fn copy_problem(&mut self, frame: u64, problem: Problem, place: Place) {
        self.found.problems.push((frame, problem));
        self.found.places.push(place);
    }
}

impl Found {
    /// A packet whose bytes stand at `start` in the batch.
    #[inline]
    pub(crate) fn packet(
        &mut self,
        time: Timestamp,
        link: LinkType,
        start: usize,
        length: u32,
        original_len: u32,
    ) {
        if self.times.last.is_some_and(|last| time.distance(last) > JUMP_NANOS) {
            self.jump(start);
        }
        self.times.last = Some(time);
        self.push(Entry { time, frame: 0, start: start as u32, length, original_len, link, timed: true });
    }

    /// A packet of which it is not known when it was captured. `time` is where it stands among the others.
    pub(crate) fn packet_without_time(
        &mut self,
        time: Timestamp,
        link: LinkType,
        start: usize,
        length: u32,
        original_len: u32,
    ) {
        self.problem(start, WITHOUT_TIME);
        self.push(Entry { time, frame: 0, start: start as u32, length, original_len, link, timed: false });
    }

    #[inline]
    fn push(&mut self, entry: Entry) {
        let frame = self.next_frame;
        self.next_frame += 1;
        self.entries.push(Entry { frame, ..entry });
    }

    #[cold]
    fn jump(&mut self, at: usize) {
        if self.times.jumps < MOST_JUMPS {
            self.times.jumps += 1;
            self.problem(at, TIME_JUMPS);
        }
    }

    /// A problem at `at` in the batch that is not a packet's own.
    pub(crate) fn problem(&mut self, at: usize, problem: Problem) {
        self.problem_at(self.base + at as u64, problem);
    }

    /// A problem at an offset in the capture.
    pub(crate) fn problem_at(&mut self, offset: u64, problem: Problem) {
        self.problems.push((self.next_frame, problem));
        self.places.push(Place { input: self.input, offset });
    }

    /// A packet at `at` that could not be read. It keeps its number.
    pub(crate) fn unreadable_packet(&mut self, at: usize, problem: Problem) {
        self.problem(at, problem);
        self.next_frame += 1;
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("packets", &self.len())
            .field("problems", &self.found.problems)
            .finish_non_exhaustive()
    }
}
