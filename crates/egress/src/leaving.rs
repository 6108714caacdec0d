use quaywatch_content::{Found, Readings, Scanner};
use quaywatch_model::{Content, DataClass, Side};

/// Raw bytes are classed in stretches of so many: fine enough that one list in a long stream does not name all of it.
pub const STRETCH_BYTES: u64 = 64 * 1024;

/// Bytes by class.
pub(crate) type Bytes = [u64; DataClass::COUNT];

/// What leaves in one conversation. Made only for those that cross.
#[derive(Debug)]
pub struct Leaving {
    /// Whose bytes go out. Where both ends are outside that is known in the end: then it is the client's.
    pub(crate) out: [bool; 2],
    sides: [Option<Box<Outflow>>; 2],
}

impl Leaving {
    pub(crate) const fn new(out: [bool; 2]) -> Self {
        Self { out, sides: [None, None] }
    }

    /// What this side sends, if that goes out.
    pub(crate) fn outflow(&mut self, from: Side) -> Option<&mut Outflow> {
        let counts = *from.of(&self.out);
        let side = from.of_mut(&mut self.sides);
        counts.then(|| &mut **side.get_or_insert_default())
    }

    pub(crate) const fn is_open(&self, from: Side) -> bool {
        from.of(&self.sides).is_some()
    }

    pub(crate) fn take(&mut self, from: Side) -> Option<Box<Outflow>> {
        from.of_mut(&mut self.sides).take()
    }

    pub(crate) fn open(&mut self) -> impl Iterator<Item = &mut Outflow> {
        self.sides.iter_mut().flatten().map(|side| &mut **side)
    }
}

/// What one side sends out.
#[derive(Debug, Default)]
pub(crate) struct Outflow {
    scanner: Scanner,
    pub(crate) found: Found,
    told: Bytes,
    /// The content that has not ended: its class and its bytes so far.
    content: Option<(DataClass, u64)>,
    readings: Readings,
    /// Raw bytes of the stretch that has not ended.
    stretch: u64,
    /// By the class they have else: bytes of content with what has the shape of container numbers. Whether it is shows in
    /// the end.
    waiting: Bytes,
    /// The same of raw bytes.
    waiting_raw: u64,
    /// Bytes that were not looked into for want of memory.
    pub(crate) unread: u64,
    /// The frame whose bytes are at hand.
    pub(crate) frame: u64,
    frames: Vec<Seen>,
}

/// Where a class of data was seen.
#[derive(Debug)]
struct Seen {
    class: DataClass,
    /// So many things of it were known then.
    held: usize,
    frames: Vec<u64>,
}

/// So many frames are kept that show a class of data.
pub(crate) const MOST_FRAMES: usize = 4;

impl Outflow {
    /// How much memory what is looked into takes.
    pub(crate) fn memory(&self) -> usize {
        size_of::<Self>() + self.scanner.memory() + self.found.held() * BYTES_A_THING
    }

    /// The next raw bytes; `whole` where they are a datagram, which no other continues.
    pub(crate) fn raw(&mut self, mut bytes: &[u8], whole: bool) {
        while !bytes.is_empty() {
            let left = usize::try_from(STRETCH_BYTES - self.stretch).unwrap_or(usize::MAX);
            let (piece, rest) = bytes.split_at(left.min(bytes.len()));
            self.scan(piece);
            self.stretch += piece.len() as u64;
            bytes = rest;
            if self.stretch == STRETCH_BYTES {
                self.end_stretch();
            }
        }
        if whole {
            self.end_scan();
        }
    }

    /// What comes does not join what came.
    pub(crate) fn gap(&mut self) {
        self.end_scan();
    }

    /// The frames that show a class of data.
    pub(crate) fn frames(&self, class: DataClass) -> &[u64] {
        self.frames.iter().find(|seen| seen.class == class).map_or(&[], |seen| &seen.frames)
    }

    fn scan(&mut self, bytes: &[u8]) {
        let before = self.found.held();
        self.scanner.scan(bytes, &mut self.found);
        self.look_what_is_new(before);
    }

    fn end_scan(&mut self) {
        let before = self.found.held();
        self.scanner.end(&mut self.found);
        self.look_what_is_new(before);
    }

    /// Keeps the frame for every class of which more is known than `before`, when so much was known in all.
    fn look_what_is_new(&mut self, before: usize) {
        if self.found.held() == before {
            return;
        }
        for (class, things) in self.found.classes() {
            let (held, frame) = (things.held(), self.frame);
            mark(&mut self.frames, class, |seen| {
                if held > seen.held {
                    seen.held = held;
                    seen.add(frame);
                }
            });
        }
    }

    /// A decoder will tell what there is in what was raw so far.
    pub(crate) fn forget_raw(&mut self) {
        *self = Self { unread: self.unread, ..Self::default() };
    }

    /// A decoder tells what comes from here on.
    pub(crate) fn end_raw(&mut self) {
        self.scanner.end(&mut self.found);
        self.end_stretch();
    }

    pub(crate) fn content(&mut self, content: &Content<'_>, look: bool) {
        let Content { class, wire_bytes, bytes, ends, .. } = *content;
        let apart = bytes.is_empty() && ends && self.content.is_some_and(|(open, _)| open != class);
        if apart {
            self.tell(class, wire_bytes);
            return;
        }
        let (open, before) = self.content.unwrap_or((class, 0));
        self.content = Some((open.min(class), before.saturating_add(wire_bytes)));
        if class == DataClass::Unknown {
            self.readings.read(bytes);
        }
        if look {
            self.scan(bytes);
        } else {
            self.unread = self.unread.saturating_add(bytes.len() as u64);
        }
        if ends {
            self.end_content();
        }
    }

    /// Ends what is open, and shares out so many bytes over the classes: what nobody told is of the class `carries`.
    pub(crate) fn finish(&mut self, bytes: u64, carries: DataClass) -> Bytes {
        self.end_content();
        self.end_raw();
        self.decide();
        let mut left = bytes;
        let mut shared = [0; DataClass::COUNT];
        // A decoder may tell more than was sent once: then the more telling classes have theirs.
        for (shared, told) in shared.iter_mut().zip(self.told) {
            *shared = told.min(left);
            left -= *shared;
        }
        if let Some(rest) = shared.get_mut(carries as usize) {
            *rest += left;
        }
        shared
    }

    fn end_content(&mut self) {
        let Some((mut class, bytes)) = self.content.take() else { return };
        self.end_scan();
        if std::mem::take(&mut self.readings).prevail() && class == DataClass::Unknown {
            class = DataClass::ProcessValues;
        }
        let found = self.found.take_seen();
        // Classes are ordered with the most telling first.
        let class = found.class.map_or(class, |found| found.min(class));
        if found.shapes && class > DataClass::ContainerIds {
            add(&mut self.waiting, class, bytes);
            mark(&mut self.frames, class, |seen| seen.add(self.frame));
        } else {
            self.tell(class, bytes);
        }
    }

    /// All is known by which numbers without context are told from what only looks like them.
    fn decide(&mut self) {
        let holds = self.found.shapes_hold();
        for (class, bytes) in DataClass::ALL.into_iter().zip(std::mem::take(&mut self.waiting)) {
            add(&mut self.told, if holds { DataClass::ContainerIds } else { class }, bytes);
        }
        if holds {
            add(&mut self.told, DataClass::ContainerIds, self.waiting_raw);
        }
        self.waiting_raw = 0;
        self.found.settle();
    }

    fn end_stretch(&mut self) {
        let bytes = std::mem::take(&mut self.stretch);
        // Where nothing is found the bytes are of the class the protocol carries, as all that is not told.
        let found = self.found.take_seen();
        match found.class {
            Some(class) => self.tell(class, bytes),
            None if found.shapes => self.waiting_raw = self.waiting_raw.saturating_add(bytes),
            None => {}
        }
    }

    fn tell(&mut self, class: DataClass, bytes: u64) {
        add(&mut self.told, class, bytes);
        mark(&mut self.frames, class, |seen| seen.add(self.frame));
    }
}

/// Notes something of where a class was seen.
fn mark(frames: &mut Vec<Seen>, class: DataClass, note: impl FnOnce(&mut Seen)) {
    match frames.iter_mut().find(|seen| seen.class == class) {
        Some(seen) => note(seen),
        None => {
            let mut seen = Seen { class, held: 0, frames: Vec::new() };
            note(&mut seen);
            frames.push(seen);
        }
    }
}

fn add(sum: &mut Bytes, class: DataClass, bytes: u64) {
    if let Some(sum) = sum.get_mut(class as usize) {
        *sum = sum.saturating_add(bytes);
    }
}

impl Seen {
    fn add(&mut self, frame: u64) {
        if self.frames.len() < MOST_FRAMES && self.frames.last() != Some(&frame) {
            self.frames.push(frame);
        }
    }
}

/// A number in a hash set with its share of what is empty.
const BYTES_A_THING: usize = 16;
