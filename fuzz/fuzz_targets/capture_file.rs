//! Any bytes as one or two capture files, in pieces of any size.
//!
//! Input: a byte for how many bytes a read gives (0 is all), a byte for where it is cut into two files that are
//! merged (in 256ths; 0 is one file), then the bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quaywatch_capture::{BATCH_BYTES, Batch, Captures, MAXIMUM_SNAPLEN};
use std::io::{self, Read};

struct Pieces {
    left: Vec<u8>,
    size: usize,
}

impl Read for Pieces {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.size.min(out.len()).min(self.left.len());
        for (to, from) in out.iter_mut().zip(self.left.drain(..count)) {
            *to = from;
        }
        Ok(count)
    }
}

fn input(bytes: &[u8], size: u8) -> (String, Box<dyn Read + Send>) {
    let size = if size == 0 { usize::MAX } else { usize::from(size) };
    ("input".into(), Box::new(Pieces { left: bytes.to_vec(), size }))
}

fuzz_target!(|data: &[u8]| {
    let [size, cut, bytes @ ..] = data else { return };
    let (first, second) = bytes.split_at(bytes.len() * usize::from(*cut) / 256);
    let mut inputs = vec![input(second, *size)];
    if !first.is_empty() {
        inputs.push(input(first, *size));
    }
    let Ok(mut captures) = Captures::from_readers(inputs) else { return };
    let mut batch = Batch::new();
    let mut last = 0;
    while captures.next_batch(&mut batch).expect("these readers do not fail") {
        assert!(!batch.is_empty() || !batch.problems().is_empty());
        assert!(batch.packets().map(|packet| packet.bytes.len()).sum::<usize>() <= BATCH_BYTES);
        for packet in batch.packets() {
            assert!(packet.frame > last && packet.bytes.len() <= MAXIMUM_SNAPLEN as usize);
            last = packet.frame;
        }
    }
});
