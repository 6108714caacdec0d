//! RTP (RFC 3550, section 5.1) with a part of an H.264 picture (RFC 6184, section 5.8).

use super::noise;

const H264: u8 = 96;
/// A part of a unit of importance 2; of a picture that builds on others.
const PART: u8 = 0x5C;
const PICTURE: u8 = 0x01;

/// A packet: its number, the picture's time in 90 kHz, whose stream, whether it is the picture's last.
#[must_use]
pub fn packet(number: u16, time: u32, stream: u32, last: bool, bytes: usize) -> Vec<u8> {
    let mut out = vec![0x80, H264 | if last { 0x80 } else { 0 }];
    out.extend(number.to_be_bytes());
    out.extend(time.to_be_bytes());
    out.extend(stream.to_be_bytes());
    out.extend([PART, PICTURE | if last { 0x40 } else { 0 }]);
    out.extend(noise(u64::from(stream) << 32 | u64::from(number), bytes));
    out
}
