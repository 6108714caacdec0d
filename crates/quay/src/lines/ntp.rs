//! NTP version 4 (RFC 5905, section 7.3).

use quaywatch_model::Timestamp;

/// From 1900, where NTP's seconds begin, to 1970.
const ERA_S: i64 = 2_208_988_800;

/// A time as NTP has it: seconds and fractions of one, 32 bits each.
#[must_use]
pub const fn time(time: Timestamp) -> u64 {
    let nanos = time.nanos();
    let (seconds, rest) = (nanos.div_euclid(1_000_000_000), nanos.rem_euclid(1_000_000_000));
    ((seconds + ERA_S) as u64) << 32 | (((rest as u64) << 32) / 1_000_000_000)
}

/// A client's question at this time by its own clock; it asks each `2^poll` seconds.
#[must_use]
pub fn question(sent: Timestamp, poll: u8) -> Vec<u8> {
    message(0x23, [0, poll, 0xEC], [0x0001_0000, 0x0001_0000, 0], [0, 0, 0, time(sent)])
}

/// A server's answer: when it was asked, by the client's clock; when it heard and answered, by its own; from whom it has
/// its time (an address).
#[must_use]
pub fn answer(asked: Timestamp, poll: u8, heard: Timestamp, sent: Timestamp, source: [u8; 4]) -> Vec<u8> {
    let set = Timestamp::from_nanos(heard.nanos() - 37_000_000_000);
    let times = [time(set), time(asked), time(heard), time(sent)];
    message(0x24, [2, poll, 0xE9], [0x0000_0083, 0x0000_0A1C, u32::from_be_bytes(source)], times)
}

/// Leap, version and mode; stratum, poll and precision; delay, dispersion and reference; the four times.
fn message(head: u8, [stratum, poll, precision]: [u8; 3], words: [u32; 3], times: [u64; 4]) -> Vec<u8> {
    let mut out = vec![head, stratum, poll, precision];
    out.extend(words.iter().flat_map(|word| word.to_be_bytes()));
    out.extend(times.iter().flat_map(|time| time.to_be_bytes()));
    out
}
