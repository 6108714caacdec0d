//! Where the next message is looked for, at every byte, work must grow with the bytes and not with their square: one
//! segment of 64 KB that begins nothing would otherwise hold up everything else for seconds.
//!
//! The work for a segment is set against the work for one an eighth as long. Linear work is 8 times as much, work
//! that grows with the square 64 times; the bound lies between them. Work is what this thread takes of a processor, not how
//! long that lasts: what else the machine has to do is not counted. What slows a processor down for a moment is measured again.

use super::fuzz_conversation;
use crate::{PROTOCOLS, Protocol, Transport};
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

const SHORT_BYTES: usize = 7_500;
const LONG_BYTES: usize = 8 * SHORT_BYTES;
/// Times as much work as for the short one.
const MOST: u32 = 32;
const MEASUREMENTS: usize = 3;

/// Bytes that begin a line or a message of some protocol again and again, and never end one.
const PATTERNS: [&[u8]; 15] = [
    b"A",
    b"1",
    b"AAA ",
    b"220 ",
    b"OPTIONS rtsp://a ",
    b"INVITE sip:a ",
    b"HTTP/1.1 ",
    b"<13>1 ",
    b"\r\n",
    b"\0",
    b"\x24\0\0\x01",
    b"\x30\x82\x01\0",
    b"\x16\x03\x01",
    b"\x03\0\x40\0",
    b"\0\0\0\0\x40\0\x01\x03",
];

fn play(protocol: &Protocol, transport: Transport, pattern: &[u8], length: usize) -> Duration {
    let mut steps = Vec::new();
    for side in 0..2 {
        steps.push(side);
        steps.extend_from_slice(&(length as u16).to_le_bytes());
        steps.extend(pattern.iter().cycle().take(length));
    }
    let began = worked();
    fuzz_conversation(protocol, transport, [50_000, 1], &steps);
    worked() - began
}

/// How long this thread has had a processor.
fn worked() -> Duration {
    let taken = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(taken.tv_sec as u64, taken.tv_nsec as u32)
}

#[test]
fn work_on_bytes_that_begin_nothing_grows_with_their_number_and_not_its_square() {
    for protocol in PROTOCOLS {
        let transports = protocol.transports.iter().filter(|&&transport| transport == Transport::Tcp);
        for (&transport, pattern) in
            transports.flat_map(|transport| PATTERNS.map(move |pattern| (transport, pattern)))
        {
            let (mut short, mut long) = (Duration::MAX, Duration::MAX);
            let fits = (0..MEASUREMENTS).any(|_| {
                short = short.min(play(protocol, transport, pattern, SHORT_BYTES));
                long = long.min(play(protocol, transport, pattern, LONG_BYTES));
                // Below this nobody is held up, and so little work cannot be measured well.
                long <= Duration::from_millis(5) || long <= short * MOST
            });
            assert!(
                fits,
                "{}: {LONG_BYTES} bytes of {:?} take {long:?} of work, {SHORT_BYTES} bytes {short:?}",
                protocol.name,
                String::from_utf8_lossy(pattern),
            );
        }
    }
}
