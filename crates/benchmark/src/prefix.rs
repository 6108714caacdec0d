//! From when on a capture tells something: it is cut ever shorter until `inspect` of what is left no longer tells it.

use crate::measure::Failed;
use crate::trial::look;
use quaywatch_model::Finding;
use quaywatch_site::Site;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// So exactly the moment is found, in seconds.
const RESOLUTION_S: f64 = 1.0;
/// The first of the steps, each twice as long as the one before, in which it is looked for.
const FIRST_STEP_S: f64 = 2.0;
/// The block of a packet (pcapng, section 4.3).
const ENHANCED_PACKET: u32 = 6;

/// A packet of a capture as the twin writes it.
pub(crate) struct Packet {
    /// When, in seconds since 1970.
    pub(crate) time_s: f64,
    /// How many bytes it has.
    pub(crate) length: usize,
    /// Where in the file its block ends.
    pub(crate) end: usize,
}

/// The packets of a file as the twin writes it: little-endian, one interface, nanoseconds.
pub(crate) fn packets(file: &[u8]) -> impl Iterator<Item = Packet> {
    let word = |at: usize| Some(u32::from_le_bytes(file.get(at..at + 4)?.try_into().ok()?));
    let mut at = 0;
    let blocks = std::iter::from_fn(move || {
        let (begin, kind, length) = (at, word(at)?, word(at + 4)?);
        at += (length as usize).max(12);
        Some((begin, kind, at))
    });
    blocks.filter(|(_, kind, _)| *kind == ENHANCED_PACKET).filter_map(move |(begin, _, end)| {
        let nanos = u64::from(word(begin + 12)?) << 32 | u64::from(word(begin + 16)?);
        Some(Packet { time_s: nanos as f64 / 1e9, length: word(begin + 20)? as usize, end })
    })
}

/// The beginnings of a capture.
pub(crate) struct Prefixes<'a> {
    file: Vec<u8>,
    /// Of each packet: its time in seconds, and where its block ends.
    packets: Vec<(f64, usize)>,
    scratch: &'a Path,
    site: Arc<Site>,
}

impl<'a> Prefixes<'a> {
    /// Of this capture.
    pub(crate) fn of(capture: &Path, scratch: &'a Path, site: Arc<Site>) -> Result<Self, Failed> {
        let file = fs::read(capture).map_err(Failed::Temporary)?;
        let packets = packets(&file).map(|packet| (packet.time_s, packet.end)).collect();
        Ok(Self { file, packets, scratch, site })
    }

    /// The earliest moment, in seconds since 1970, from which on one of the findings is such a one. It is known to be so at
    /// the end, and not looked for before `from_s`.
    pub(crate) fn earliest(&self, from_s: f64, is_it: impl Fn(&Finding) -> bool) -> Result<f64, Failed> {
        let last_s = self.packets.last().map_or(from_s, |(time, _)| *time);
        let (mut without_s, mut step_s) = (from_s, FIRST_STEP_S);
        let mut with_s = last_s;
        // It is told soon, most often: long stretches are read only where it is not.
        while without_s + step_s < last_s {
            if self.tells(without_s + step_s, &is_it)? {
                with_s = without_s + step_s;
                break;
            }
            without_s += step_s;
            step_s *= 2.0;
        }
        while with_s - without_s > RESOLUTION_S {
            let middle_s = f64::midpoint(without_s, with_s);
            *if self.tells(middle_s, &is_it)? { &mut with_s } else { &mut without_s } = middle_s;
        }
        Ok(with_s)
    }

    fn tells(&self, until_s: f64, is_it: &impl Fn(&Finding) -> bool) -> Result<bool, Failed> {
        let count = self.packets.partition_point(|(time, _)| *time <= until_s);
        let end = count.checked_sub(1).and_then(|last| self.packets.get(last)).map_or(0, |(_, end)| *end);
        fs::write(self.scratch, self.file.get(..end).unwrap_or_default()).map_err(Failed::Temporary)?;
        Ok(end > 0 && look(self.scratch, &self.site)?.iter().any(is_it))
    }
}
