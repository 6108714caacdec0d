use super::time::Clock;
use super::{
    BYTE_ORDER_MAGIC, CUSTOM, CUSTOM_PRIVATE, ENHANCED_PACKET, INTERFACE_DESCRIPTION, INTERFACE_STATISTICS,
    JOURNAL_ENTRY, LAYER, MAXIMUM_BLOCK_BYTES, MAXIMUM_INTERFACES, OPTION_DROPPED_BY_INTERFACE,
    OPTION_DROPPED_BY_SYSTEM, OPTION_END, OPTION_RECEIVED, OPTION_TIME_OFFSET, OPTION_TIME_RESOLUTION,
    PACKET, SECTION_HEADER, SIMPLE_PACKET, VERSION_MAJOR, VERSION_MINORS,
};
use crate::batch::Found;
use crate::scan::{MAXIMUM_SNAPLEN, Order, Scan, Then, begins_another};
use quaywatch_model::{Problem, Timestamp, Verdict};
use quaywatch_wire::LinkType;
use std::collections::BTreeMap;

/// What of a section header must be there to know the section: type, length, byte order, version, section length.
pub(crate) const HEADER_BYTES: usize = 24;
/// The shortest section header: that, and the length again.
const SHORTEST_SECTION_HEADER: usize = HEADER_BYTES + LENGTH_BYTES;
/// Block type and length.
const HEAD_BYTES: usize = 8;
const LENGTH_BYTES: usize = 4;
/// The shortest block.
const SHORTEST_BLOCK: usize = HEAD_BYTES + LENGTH_BYTES;
/// Interface, time and two lengths, before the packet itself.
const PACKET_HEAD_BYTES: usize = 20;
const SIMPLE_PACKET_HEAD_BYTES: usize = 4;
/// Interface and time, before the options.
const STATISTICS_HEAD_BYTES: usize = 12;
/// Of so many interfaces of a file it is kept how much each has lost; of more it is only told that they did.
const MOST_LOST: usize = 64;

/// Why a block was not read.
type Unread = (&'static str, Verdict);

const LENGTH_UNSOUND: Unread =
    ("block length cannot be; the rest of the file was not read", Verdict::Malformed);
const LENGTHS_DIFFER: Unread = ("block begins and ends with different lengths", Verdict::Malformed);
const SECTION_UNSOUND: Unread =
    ("section header cannot be; the rest of the file was not read", Verdict::Malformed);
const SECTION_VERSION: Unread =
    ("section of an unknown version; the rest of the file was not read", Verdict::Unsupported);
const BLOCK_TOO_LONG: Unread = ("block is past the limit", Verdict::Limit);
const PACKET_TOO_LONG: Unread = ("packet length is past the limit", Verdict::Limit);
const PACKET_PAST_BLOCK: Unread = ("packet is longer than its block", Verdict::Malformed);
const INTERFACE_UNKNOWN: Unread = ("packet of an interface that is not described", Verdict::Malformed);
const INTERFACE_SHORT: Unread = ("interface description is too short", Verdict::Malformed);
const INTERFACES_TOO_MANY: Unread = ("more interfaces than the limit", Verdict::Limit);
const STATISTICS_SHORT: Unread = ("interface statistics are too short", Verdict::Malformed);
const STATISTICS_UNKNOWN: Unread = ("statistics of an interface that is not described", Verdict::Malformed);
const DROPPED: Unread = ("packets were dropped while capturing", Verdict::Incomplete);
const JOURNAL: Unread = ("journal entry, not a packet", Verdict::Unsupported);
const CUSTOM_BLOCK: Unread = ("custom block, not a packet", Verdict::Unsupported);

/// The blocks of one file.
pub(crate) struct Blocks {
    order: Order,
    interfaces: Vec<Description>,
    /// For packets that have no time of their own.
    last_time: Timestamp,
    /// What the section's interfaces have lost by their last statistics, and where those stand: they count from the beginning
    /// of the capture.
    losing: BTreeMap<u32, (u64, Lost)>,
    /// What those of earlier sections have lost.
    lost: Vec<Lost>,
}

/// What an interface has lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lost {
    pub(crate) interface: u32,
    pub(crate) packets: u64,
    pub(crate) received: Option<u64>,
}

/// What an interface description says.
#[derive(Clone, Copy)]
struct Description {
    link: LinkType,
    snaplen: u32,
    clock: Clock,
}

/// What is wrong with a section header.
pub(crate) enum BadSection {
    ByteOrder,
    Length(u32),
    Version(u16, u16),
}

/// Checks the beginning of a section header.
pub(crate) fn check_header(header: &[u8; HEADER_BYTES]) -> Result<(), BadSection> {
    section(header).map(|_| ())
}

fn section(header: &[u8; HEADER_BYTES]) -> Result<(Order, u32), BadSection> {
    let [_, _, _, _, l0, l1, l2, l3, m0, m1, m2, m3, a0, a1, i0, i1, ..] = *header;
    let magic = [m0, m1, m2, m3];
    let order = [Order::Little, Order::Big].into_iter().find(|order| order.u32(magic) == BYTE_ORDER_MAGIC);
    let order = order.ok_or(BadSection::ByteOrder)?;
    let length = order.u32([l0, l1, l2, l3]);
    if !is_sound(length) || (length as usize) < SHORTEST_SECTION_HEADER {
        return Err(BadSection::Length(length));
    }
    let (major, minor) = (order.u16([a0, a1]), order.u16([i0, i1]));
    if major != VERSION_MAJOR || !VERSION_MINORS.contains(&minor) {
        return Err(BadSection::Version(major, minor));
    }
    Ok((order, length))
}

const fn is_sound(block_length: u32) -> bool {
    block_length as usize >= SHORTEST_BLOCK && block_length.is_multiple_of(4)
}

impl Blocks {
    pub(crate) const fn new() -> Self {
        Self {
            order: Order::Little,
            interfaces: Vec::new(),
            last_time: Timestamp::from_nanos(0),
            losing: BTreeMap::new(),
            lost: Vec::new(),
        }
    }

    /// Ends the last section. Gives what interfaces have lost.
    pub(crate) fn finish(&mut self, found: &mut Found) -> Vec<Lost> {
        self.end_section(found);
        std::mem::take(&mut self.lost)
    }

    /// Tells what the section's interfaces have lost.
    fn end_section(&mut self, found: &mut Found) {
        for (_, (offset, lost)) in std::mem::take(&mut self.losing) {
            found.problem_at(offset, problem(DROPPED, 0));
            if self.lost.len() < MOST_LOST {
                self.lost.push(lost);
            }
        }
    }

    pub(crate) fn scan(&mut self, window: &[u8], at: usize, found: &mut Found) -> Scan {
        match self.order {
            Order::Little => self.scan_in::<false>(window, at, found),
            Order::Big => self.scan_in::<true>(window, at, found),
        }
    }

    /// The byte order is known when this is compiled, because the loop runs for every packet. It ends where a section
    /// begins, which may have another.
    fn scan_in<const BIG: bool>(&mut self, window: &[u8], mut at: usize, found: &mut Found) -> Scan {
        let order = const { Order::of(BIG) };
        loop {
            let rest = window.get(at..).unwrap_or_default();
            let Some(&[t0, t1, t2, t3, l0, l1, l2, l3]) = rest.first_chunk::<HEAD_BYTES>() else {
                return Scan { at, then: Then::More };
            };
            let kind = order.u32([t0, t1, t2, t3]);
            if kind == SECTION_HEADER {
                let Some(header) = rest.first_chunk::<HEADER_BYTES>() else {
                    return Scan { at, then: Then::More };
                };
                return self.begin_section(header, at, found);
            }
            let length = order.u32([l0, l1, l2, l3]);
            match begins_another(rest) {
                Some(false) => {}
                Some(true) => return Scan { at, then: Then::Another },
                None => return Scan { at, then: Then::More },
            }
            if !is_sound(length) {
                return Scan { at, then: Then::Stop(problem(LENGTH_UNSOUND, 0)) };
            }
            // Asked before whether it is all there, so that what is told does not depend on how the bytes came.
            if length as usize > MAXIMUM_BLOCK_BYTES {
                if is_numbered(kind) || kind == INTERFACE_DESCRIPTION {
                    tell_unread(kind, BLOCK_TOO_LONG, at, length, found);
                }
                return Scan { at, then: Then::Pass(u64::from(length)) };
            }
            let Some(block) = rest.get(..length as usize) else {
                return Scan { at, then: Then::More };
            };
            if let Err(unread) = self.block::<BIG>(kind, block, at, found) {
                tell_unread(kind, unread, at, length, found);
            }
            at += length as usize;
        }
    }

    /// Options of a section header are not read, so it is passed over whatever its length.
    fn begin_section(&mut self, header: &[u8; HEADER_BYTES], at: usize, found: &mut Found) -> Scan {
        let unread = match section(header) {
            Ok((order, length)) => {
                self.end_section(found);
                self.order = order;
                self.interfaces.clear();
                return Scan { at, then: Then::Pass(u64::from(length)) };
            }
            Err(BadSection::Version(..)) => SECTION_VERSION,
            Err(BadSection::ByteOrder | BadSection::Length(_)) => SECTION_UNSOUND,
        };
        Scan { at, then: Then::Stop(problem(unread, 0)) }
    }

    #[inline(always)]
    fn block<const BIG: bool>(
        &mut self,
        kind: u32,
        block: &[u8],
        at: usize,
        found: &mut Found,
    ) -> Result<(), Unread> {
        let length = const { Order::of(BIG) }.u32(*block.last_chunk().ok_or(LENGTHS_DIFFER)?);
        if length as usize != block.len() {
            return Err(LENGTHS_DIFFER);
        }
        let body = block.get(HEAD_BYTES..block.len() - LENGTH_BYTES).unwrap_or_default();
        match kind {
            ENHANCED_PACKET | PACKET => self.packet::<BIG>(kind, body, at, found),
            SIMPLE_PACKET => self.simple_packet(body, at, found),
            INTERFACE_DESCRIPTION => self.describe_interface(body),
            INTERFACE_STATISTICS => self.statistics(body, found.base + at as u64),
            JOURNAL_ENTRY => Err(JOURNAL),
            CUSTOM | CUSTOM_PRIVATE => Err(CUSTOM_BLOCK),
            _ => Ok(()),
        }
    }

    #[inline(always)]
    fn packet<const BIG: bool>(
        &mut self,
        kind: u32,
        body: &[u8],
        at: usize,
        found: &mut Found,
    ) -> Result<(), Unread> {
        let order = const { Order::of(BIG) };
        let Some((head, data)) = body.split_first_chunk::<PACKET_HEAD_BYTES>() else {
            return Err(PACKET_PAST_BLOCK);
        };
        let [i0, i1, i2, i3, h0, h1, h2, h3, t0, t1, t2, t3, c0, c1, c2, c3, o0, o1, o2, o3] = *head;
        let interface =
            if kind == PACKET { u32::from(order.u16([i0, i1])) } else { order.u32([i0, i1, i2, i3]) };
        let captured = order.u32([c0, c1, c2, c3]);
        if captured as usize > data.len() {
            return Err(PACKET_PAST_BLOCK);
        }
        if captured > MAXIMUM_SNAPLEN {
            return Err(PACKET_TOO_LONG);
        }
        let description = self.interfaces.get(interface as usize).ok_or(INTERFACE_UNKNOWN)?;
        let ticks = u64::from(order.u32([h0, h1, h2, h3])) << 32 | u64::from(order.u32([t0, t1, t2, t3]));
        self.last_time = description.clock.time(ticks);
        let original = order.u32([o0, o1, o2, o3]);
        let start = at + HEAD_BYTES + PACKET_HEAD_BYTES;
        found.packet(self.last_time, description.link, start, captured, original);
        Ok(())
    }

    fn simple_packet(&mut self, body: &[u8], at: usize, found: &mut Found) -> Result<(), Unread> {
        let Some((original, data)) = body.split_first_chunk::<SIMPLE_PACKET_HEAD_BYTES>() else {
            return Err(PACKET_PAST_BLOCK);
        };
        let original = self.order.u32(*original);
        let description = self.interfaces.first().ok_or(INTERFACE_UNKNOWN)?;
        let captured = if description.snaplen == 0 { original } else { original.min(description.snaplen) };
        if captured as usize > data.len() {
            return Err(PACKET_PAST_BLOCK);
        }
        if captured > MAXIMUM_SNAPLEN {
            return Err(PACKET_TOO_LONG);
        }
        let start = at + HEAD_BYTES + SIMPLE_PACKET_HEAD_BYTES;
        found.packet_without_time(self.last_time, description.link, start, captured, original);
        Ok(())
    }

    fn describe_interface(&mut self, body: &[u8]) -> Result<(), Unread> {
        if self.interfaces.len() >= MAXIMUM_INTERFACES {
            return Err(INTERFACES_TOO_MANY);
        }
        let Some((&[l0, l1, _, _, s0, s1, s2, s3], options)) = body.split_first_chunk::<8>() else {
            return Err(INTERFACE_SHORT);
        };
        let mut clock = Clock::MICROSECONDS;
        for (code, value) in Options::new(self.order, options) {
            match (code, value) {
                (OPTION_TIME_RESOLUTION, &[resolution, ..]) => clock.set_resolution(resolution),
                (OPTION_TIME_OFFSET, _) => {
                    if let Some(&seconds) = value.first_chunk::<8>() {
                        clock.set_offset_seconds(self.order.i64(seconds));
                    }
                }
                _ => {}
            }
        }
        let link = LinkType(self.order.u16([l0, l1]));
        self.interfaces.push(Description { link, snaplen: self.order.u32([s0, s1, s2, s3]), clock });
        Ok(())
    }

    /// Section 4.6: interface, time (high, low), options.
    fn statistics(&mut self, body: &[u8], offset: u64) -> Result<(), Unread> {
        let Some((&[i0, i1, i2, i3, ..], options)) = body.split_first_chunk::<STATISTICS_HEAD_BYTES>() else {
            return Err(STATISTICS_SHORT);
        };
        let interface = self.order.u32([i0, i1, i2, i3]);
        if interface as usize >= self.interfaces.len() {
            return Err(STATISTICS_UNKNOWN);
        }
        let (mut packets, mut received) = (0, None);
        for (code, value) in Options::new(self.order, options) {
            match code {
                OPTION_RECEIVED => add(self.order, value, received.insert(0)),
                OPTION_DROPPED_BY_INTERFACE | OPTION_DROPPED_BY_SYSTEM => {
                    add(self.order, value, &mut packets);
                }
                _ => {}
            }
        }
        if packets > 0 {
            self.losing.insert(interface, (offset, Lost { interface, packets, received }));
        } else {
            self.losing.remove(&interface);
        }
        Ok(())
    }
}

/// Adds a count of an option; what is not eight bytes counts nothing.
fn add(order: Order, value: &[u8], count: &mut u64) {
    let more = value.first_chunk().map_or(0, |&bytes| order.u64(bytes));
    *count = count.saturating_add(more);
}

/// Code and value of each option. Ends at the end option and where an option does not fit.
struct Options<'a> {
    order: Order,
    left: &'a [u8],
}

impl<'a> Options<'a> {
    const fn new(order: Order, options: &'a [u8]) -> Self {
        Self { order, left: options }
    }
}

impl<'a> Iterator for Options<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (&[c0, c1, l0, l1], rest) = self.left.split_first_chunk::<4>()?;
        let code = self.order.u16([c0, c1]);
        if code == OPTION_END {
            return None;
        }
        let length = usize::from(self.order.u16([l0, l1]));
        let value = rest.get(..length)?;
        self.left = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((code, value))
    }
}

/// Whether a block of this kind has a number among the packets.
const fn is_numbered(kind: u32) -> bool {
    matches!(kind, ENHANCED_PACKET | PACKET | SIMPLE_PACKET | JOURNAL_ENTRY | CUSTOM | CUSTOM_PRIVATE)
}

#[cold]
fn tell_unread(kind: u32, unread: Unread, at: usize, length: u32, found: &mut Found) {
    let problem = problem(unread, u64::from(length));
    if is_numbered(kind) {
        found.unreadable_packet(at, problem);
    } else {
        found.problem(at, problem);
    }
}

const fn problem((reason, verdict): Unread, bytes: u64) -> Problem {
    Problem { layer: LAYER, reason, verdict, bytes }
}
