use super::{LAYER, MAGIC_MICROSECONDS, MAGIC_MODIFIED, MAGIC_NANOSECONDS, VERSION};
use crate::batch::Found;
use crate::scan::{MAXIMUM_SNAPLEN, Order, Scan, Then, begins_another};
use quaywatch_model::{Problem, Timestamp, Verdict};
use quaywatch_wire::LinkType;

pub(crate) const HEADER_BYTES: usize = 24;
const RECORD_HEADER_BYTES: usize = 16;
const MODIFIED_RECORD_HEADER_BYTES: usize = 24;
const NANOS_PER_SECOND: i64 = 1_000_000_000;
const NANOS_PER_MICROSECOND: i64 = 1_000;

const TOO_LONG: Problem = Problem {
    layer: LAYER,
    reason: "packet length is past the limit; the rest of the file was not read",
    verdict: Verdict::Limit,
    bytes: 0,
};

/// What the file header says.
pub(crate) struct Header {
    order: Order,
    nanos_per_tick: i64,
    record_header_bytes: usize,
    pub(crate) version: (u16, u16),
    link: LinkType,
}

impl Header {
    /// `None` if this is not the format's magic.
    pub(crate) fn parse(bytes: &[u8; HEADER_BYTES]) -> Option<Self> {
        let [m0, m1, m2, m3, a0, a1, i0, i1, ..] = *bytes;
        let [.., n0, n1, n2, n3] = *bytes;
        let (order, magic) = order_of([m0, m1, m2, m3])?;
        let nanos_per_tick = if magic == MAGIC_NANOSECONDS { 1 } else { NANOS_PER_MICROSECOND };
        let modified = magic == MAGIC_MODIFIED;
        Some(Self {
            order,
            nanos_per_tick,
            record_header_bytes: if modified { MODIFIED_RECORD_HEADER_BYTES } else { RECORD_HEADER_BYTES },
            version: (order.u16([a0, a1]), order.u16([i0, i1])),
            link: LinkType(order.u32([n0, n1, n2, n3]) as u16),
        })
    }

    /// Whether `magic` is one of this format's.
    #[inline]
    pub(crate) const fn is_magic(magic: [u8; 4]) -> bool {
        const MICROSECONDS_SWAPPED: u32 = MAGIC_MICROSECONDS.swap_bytes();
        const NANOSECONDS_SWAPPED: u32 = MAGIC_NANOSECONDS.swap_bytes();
        const MODIFIED_SWAPPED: u32 = MAGIC_MODIFIED.swap_bytes();
        // One question instead of six: it is asked of every record.
        matches!(
            u32::from_le_bytes(magic),
            MAGIC_MICROSECONDS
                | MAGIC_NANOSECONDS
                | MAGIC_MODIFIED
                | MICROSECONDS_SWAPPED
                | NANOSECONDS_SWAPPED
                | MODIFIED_SWAPPED
        )
    }

    /// Whether it is the version that everybody has written for decades.
    pub(crate) fn is_current(&self) -> bool {
        self.version == VERSION
    }

    /// Versions before 2.4 differ only in the order of the two lengths, and 2.3 was written both ways.
    pub(crate) const fn is_supported(&self) -> bool {
        self.version.0 == VERSION.0 && self.version.1 <= VERSION.1
    }
}

fn order_of(magic: [u8; 4]) -> Option<(Order, u32)> {
    [Order::Little, Order::Big].into_iter().find_map(|order| {
        let number = order.u32(magic);
        matches!(number, MAGIC_MICROSECONDS | MAGIC_NANOSECONDS | MAGIC_MODIFIED).then_some((order, number))
    })
}

/// The records of one file.
pub(crate) struct Records {
    header: Header,
}

impl Records {
    pub(crate) const fn new(header: Header) -> Self {
        Self { header }
    }

    pub(crate) fn scan(&self, window: &[u8], at: usize, found: &mut Found) -> Scan {
        match self.header.order {
            Order::Little => self.scan_in::<false>(window, at, found),
            Order::Big => self.scan_in::<true>(window, at, found),
        }
    }

    /// The byte order is known when this is compiled, because the loop runs for every packet.
    fn scan_in<const BIG: bool>(&self, window: &[u8], mut at: usize, found: &mut Found) -> Scan {
        let order = const { Order::of(BIG) };
        let Header { nanos_per_tick, record_header_bytes, version, link, .. } = self.header;
        let is_old = version.1 < VERSION.1;
        loop {
            let rest = window.get(at..).unwrap_or_default();
            let Some(&[s0, s1, s2, s3, f0, f1, f2, f3, c0, c1, c2, c3, o0, o1, o2, o3]) =
                rest.first_chunk::<RECORD_HEADER_BYTES>()
            else {
                return Scan { at, then: Then::More };
            };
            match begins_another(rest) {
                Some(false) => {}
                Some(true) => return Scan { at, then: Then::Another },
                None => return Scan { at, then: Then::More },
            }
            let mut captured = order.u32([c0, c1, c2, c3]);
            let mut original = order.u32([o0, o1, o2, o3]);
            if is_old && (version.1 < 3 || captured > original) {
                (captured, original) = (original, captured);
            }
            if captured > MAXIMUM_SNAPLEN {
                return Scan { at, then: Then::Stop(TOO_LONG) };
            }
            let start = at + record_header_bytes;
            let end = start + captured as usize;
            if end > window.len() {
                return Scan { at, then: Then::More };
            }
            let seconds = i64::from(order.u32([s0, s1, s2, s3]));
            let ticks = i64::from(order.u32([f0, f1, f2, f3]));
            let time = Timestamp::from_nanos(seconds * NANOS_PER_SECOND + ticks * nanos_per_tick);
            found.packet(time, link, start, captured, original);
            at = end;
        }
    }
}
