//! Reads a capture to its end and writes down what it tells.

use quaywatch_capture::{BATCH_BYTES, Batch, CaptureError, Captures, MAXIMUM_SNAPLEN, Shortfall};
use quaywatch_model::Verdict;
use std::io::{self, Read};

/// A packet with bytes of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) frame: u64,
    pub(crate) nanos: i64,
    pub(crate) link: u16,
    pub(crate) bytes: Vec<u8>,
    pub(crate) original: u32,
}

/// A problem and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) frame: u64,
    pub(crate) layer: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) verdict: Verdict,
    pub(crate) bytes: u64,
    pub(crate) input: usize,
    pub(crate) offset: u64,
}

pub(crate) const JUMPS: &str = "time jumps by more than a year from the packet before";

pub(crate) type All = (Vec<Told>, Vec<Trouble>);

/// Gives at most so many bytes a read, in turn.
pub(crate) struct Trickle {
    pub(crate) bytes: Vec<u8>,
    pub(crate) at: usize,
    pub(crate) sizes: Vec<usize>,
    pub(crate) turn: usize,
}

impl Trickle {
    pub(crate) fn new(bytes: &[u8], sizes: &[usize]) -> Self {
        Self { bytes: bytes.to_vec(), at: 0, sizes: sizes.to_vec(), turn: 0 }
    }
}

impl Read for Trickle {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes.get(self.turn % self.sizes.len().max(1)).copied().unwrap_or(usize::MAX);
        self.turn += 1;
        let count = size.max(1).min(out.len()).min(self.bytes.len() - self.at);
        out[..count].copy_from_slice(&self.bytes[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

pub(crate) fn open(inputs: &[&[u8]], sizes: &[usize]) -> Result<Captures, CaptureError> {
    let reader = |(index, bytes): (usize, &&[u8])| {
        (format!("input {index}"), Box::new(Trickle::new(bytes, sizes)) as Box<dyn Read + Send>)
    };
    Captures::from_readers(inputs.iter().enumerate().map(reader).collect())
}

/// Reads all of it, and holds every batch to what is promised of batches.
pub(crate) fn drain(captures: Captures) -> All {
    let (packets, problems, _) = drain_all(captures);
    (packets, problems)
}

/// The same, and what was not read.
pub(crate) fn drain_all(mut captures: Captures) -> (Vec<Told>, Vec<Trouble>, Shortfall) {
    let (mut batch, mut packets, mut problems) = (Batch::new(), Vec::new(), Vec::new());
    let mut last = 0;
    while captures.next_batch(&mut batch).unwrap() {
        assert!(!batch.is_empty() || !batch.problems().is_empty(), "a batch that tells nothing");
        assert_eq!(batch.len(), batch.packets().len());
        assert!(batch.packets().map(|packet| packet.bytes.len()).sum::<usize>() <= BATCH_BYTES);
        for packet in batch.packets() {
            assert!(packet.frame > last && packet.bytes.len() <= MAXIMUM_SNAPLEN as usize);
            last = packet.frame;
            packets.push(Told {
                frame: packet.frame,
                nanos: packet.time.nanos(),
                link: packet.link.0,
                bytes: packet.bytes.to_vec(),
                original: packet.original_len,
            });
        }
        assert_eq!(batch.problems().len(), batch.places().len());
        problems.extend(batch.problems().iter().zip(batch.places()).map(|(&(frame, problem), place)| {
            Trouble {
                frame,
                layer: problem.layer,
                reason: problem.reason,
                verdict: problem.verdict,
                bytes: problem.bytes,
                input: place.input,
                offset: place.offset,
            }
        }));
    }
    assert!(!captures.next_batch(&mut batch).unwrap(), "the end is final");
    let shortfall = captures.shortfall();
    (packets, problems, shortfall)
}

pub(crate) fn read(bytes: &[u8]) -> All {
    drain(open(&[bytes], &[]).unwrap())
}

/// The packets of a capture that has no problems.
pub(crate) fn packets(bytes: &[u8]) -> Vec<Told> {
    let (packets, problems) = read(bytes);
    assert_eq!(problems, []);
    packets
}

/// The same of a capture whose packets may lie years apart.
pub(crate) fn packets_of_any_time(bytes: &[u8]) -> Vec<Told> {
    let (packets, mut problems) = read(bytes);
    problems.retain(|problem| problem.reason != JUMPS);
    assert_eq!(problems, []);
    packets
}

pub(crate) fn reasons(problems: &[Trouble]) -> Vec<(u64, &'static str, u64)> {
    problems.iter().map(|trouble| (trouble.frame, trouble.reason, trouble.offset)).collect()
}
