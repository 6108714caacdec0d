//! In which of several captures a frame stands.

use crate::Timestamp;
use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

/// So many bytes of stretches are kept, some two million where captures overlap packet by packet. Captures that follow one
/// another, as rotated files do, need a stretch each.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// A frame is looked for among so many stretches, one by one.
const STRETCHES_A_BLOCK: u64 = 16;

/// So many folders of a path are looked at to tell files apart.
const MOST_FOLDERS: usize = 64;

/// One of the captures that were read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaptureFile {
    /// What tells it from the others: its name, with folders where names are the same; or `standard input`.
    pub file: String,
    /// `pcap` or `pcapng`.
    pub format: &'static str,
    /// `gzip` or `zstd`, where it is compressed.
    pub compression: Option<&'static str>,
    /// How its frames begin: names or numbers of the tcpdump LINKTYPE registry, in the order they were met.
    pub link_types: Vec<String>,
    /// How many packets were read.
    pub packets: u64,
    /// The earliest of them that has a time.
    pub first: Option<Timestamp>,
    /// The latest of them that has a time.
    pub last: Option<Timestamp>,
}

/// A packet's place in one of several captures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin<'a> {
    /// What tells the file from the others: its name, with folders where names are the same.
    pub file: &'a str,
    /// The packet's number in that file, counted from 1, as Wireshark counts them.
    pub frame: u64,
}

/// Packets that stand behind one another both in all captures together and in one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stretch {
    /// The first packet's number, counted over all captures.
    pub first: u64,
    /// Which capture, as an index into those that were opened.
    pub capture: u64,
    /// The first packet's number in it.
    pub own: u64,
    /// How many packets.
    pub packets: u64,
}

/// Tells of frames that are counted over several captures in which one they stand. It is asked while it grows.
#[derive(Debug)]
pub struct Origins {
    files: Vec<String>,
    stretches: RwLock<Stretches>,
}

/// Stretches in order, as variable-length numbers: capture, own first, packets.
#[derive(Debug, Default)]
struct Stretches {
    /// Of each block the number of its first frame, and where its bytes begin.
    blocks: Vec<(u64, usize)>,
    bytes: Vec<u8>,
    in_block: u64,
}

impl Stretch {
    /// The number in its capture of the frame that has this number over all, if it is in this stretch.
    #[must_use]
    pub fn own_number(&self, frame: u64) -> Option<u64> {
        let place = frame.checked_sub(self.first).filter(|place| *place < self.packets)?;
        Some(self.own + place)
    }
}

impl Origins {
    /// For captures that are called so, in the order they were opened.
    #[must_use]
    pub fn of(paths: &[String]) -> Self {
        Self { files: told_apart(paths), stretches: RwLock::default() }
    }

    /// What tells a capture from the others.
    #[must_use]
    pub fn file(&self, capture: usize) -> &str {
        self.files.get(capture).map_or("", String::as_str)
    }

    /// Takes in what was read, in order. What does not fit is not remembered.
    pub fn extend(&self, stretches: &[Stretch]) {
        let mut kept = self.stretches.write().unwrap_or_else(PoisonError::into_inner);
        stretches.iter().for_each(|stretch| kept.push(stretch));
    }

    /// What tells each capture from the others, in the order they were opened.
    #[must_use]
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// Where the frame stands that has this number over all captures; `None` for what is not remembered.
    #[must_use]
    pub fn of_frame(&self, frame: u64) -> Option<Origin<'_>> {
        let stretch = self.stretch_of(frame)?;
        let file = self.files.get(usize::try_from(stretch.capture).ok()?)?;
        Some(Origin { file, frame: stretch.own_number(frame)? })
    }

    /// The stretch the frame is in: who asks for its neighbours next may look there first.
    #[must_use]
    pub fn stretch_of(&self, frame: u64) -> Option<Stretch> {
        self.stretches.read().unwrap_or_else(PoisonError::into_inner).find(frame)
    }
}

impl Stretches {
    fn push(&mut self, stretch: &Stretch) {
        if self.bytes.len() + self.blocks.len() * size_of::<(u64, usize)>() >= MOST_BYTES {
            return;
        }
        if self.blocks.is_empty() || self.in_block == STRETCHES_A_BLOCK {
            self.blocks.push((stretch.first, self.bytes.len()));
            self.in_block = 0;
        }
        self.in_block += 1;
        let Stretch { capture, own, packets, .. } = *stretch;
        [capture, own, packets].into_iter().for_each(|number| push_number(&mut self.bytes, number));
    }

    /// The last block that begins at the frame or before. Asked for is mostly what was read just now: so it is looked for
    /// from the end, in steps that double.
    fn block_of(&self, frame: u64) -> Option<usize> {
        let begins_later = |at: usize| self.blocks.get(at).is_some_and(|(first, _)| *first > frame);
        let (mut end, mut step) = (self.blocks.len(), 1);
        let begin = loop {
            let at = end.saturating_sub(step);
            if at == 0 || !begins_later(at) {
                break at;
            }
            (end, step) = (at, step * 2);
        };
        let among = self.blocks.get(begin..end)?;
        (begin + among.partition_point(|(first, _)| *first <= frame)).checked_sub(1)
    }

    fn find(&self, frame: u64) -> Option<Stretch> {
        let at = self.block_of(frame)?;
        let &(mut first, start) = self.blocks.get(at)?;
        let end = self.blocks.get(at + 1).map_or(self.bytes.len(), |(_, end)| *end);
        let mut rest = self.bytes.get(start..end)?;
        while !rest.is_empty() {
            let [capture, own, packets] = [(); 3].map(|()| take_number(&mut rest));
            if frame - first < packets {
                return Some(Stretch { first, capture, own, packets });
            }
            first += packets;
        }
        None
    }
}

/// Seven bits a byte, the lowest first; all but the last byte have the top bit.
fn push_number(out: &mut Vec<u8>, mut number: u64) {
    while number > 0x7F {
        out.push(0x80 | (number & 0x7F) as u8);
        number >>= 7;
    }
    out.push(number as u8);
}

fn take_number(bytes: &mut &[u8]) -> u64 {
    let mut number = 0;
    let mut shift = 0;
    while let Some((byte, rest)) = bytes.split_first() {
        *bytes = rest;
        number |= u64::from(byte & 0x7F) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            break;
        }
    }
    number
}

/// The names of files, with as many of their folders as it takes to tell them apart.
fn told_apart(paths: &[String]) -> Vec<String> {
    let tails = |folders: usize| -> Vec<String> {
        let tail = |path: &String| {
            let parts: Vec<&str> = path.split('/').collect();
            parts.get(parts.len().saturating_sub(folders + 1)..).unwrap_or_default().join("/")
        };
        paths.iter().map(tail).collect()
    };
    let differ = |names: &Vec<String>| names.iter().collect::<BTreeSet<_>>().len() == names.len();
    (0..MOST_FOLDERS).map(tails).find(differ).unwrap_or_else(|| tails(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(captures: &[u64]) -> Origins {
        let origins = Origins::of(&["a/one.pcap".into(), "b/two.pcap".into()]);
        let mut next = [1, 1];
        for (at, &capture) in captures.iter().enumerate() {
            let own = next[capture as usize];
            next[capture as usize] += 3;
            origins.extend(&[Stretch { first: 1 + 3 * at as u64, capture, own, packets: 3 }]);
        }
        origins
    }

    #[test]
    fn every_frame_of_interleaved_captures_is_found_in_its_file() {
        let captures: Vec<u64> = (0..1_000).map(|n: u64| n.wrapping_mul(2_654_435_761) >> 7 & 1).collect();
        let origins = origins(&captures);
        let mut own = [0, 0];
        for frame in 1..=3_000 {
            let capture = captures[(frame as usize - 1) / 3] as usize;
            own[capture] += 1;
            let file = ["one.pcap", "two.pcap"][capture];
            assert_eq!(origins.of_frame(frame), Some(Origin { file, frame: own[capture] }), "{frame}");
        }
        assert_eq!(origins.of_frame(3_001), None);
        assert_eq!(origins.of_frame(0), None);
    }

    #[test]
    fn what_does_not_fit_is_not_remembered_and_misleads_nobody() {
        let origins = Origins::of(&["one.pcap".into(), "two.pcap".into()]);
        let stretch = |at: u64| Stretch { first: 1 + at, capture: at % 2, own: 1 + at / 2, packets: 1 };
        for block in 0..400 {
            origins.extend(&(block * 10_000..(block + 1) * 10_000).map(stretch).collect::<Vec<_>>());
        }
        let kept = origins.stretches.read().unwrap();
        assert!(kept.bytes.len() + kept.blocks.len() * 16 < MOST_BYTES + 64);
        drop(kept);
        assert_eq!(origins.of_frame(2_000_000).map(|origin| origin.frame), Some(1_000_000));
        assert_eq!(origins.of_frame(3_999_999), None);
    }

    #[test]
    fn files_of_one_name_are_told_apart_by_their_folders_and_others_by_their_names() {
        assert_eq!(told_apart(&["/d/a/x.pcap".into(), "/d/b/x.pcap".into()]), ["a/x.pcap", "b/x.pcap"]);
        assert_eq!(told_apart(&["/d/a/x.pcap".into(), "b/y.pcap".into()]), ["x.pcap", "y.pcap"]);
        assert_eq!(told_apart(&["a/x.pcap".into(), "a/x.pcap".into()]), ["x.pcap", "x.pcap"]);
    }
}
