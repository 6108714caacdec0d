//! Made-up content.

use crate::{Found, Scanner, container};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use std::io::Write;

/// A valid container number.
pub(crate) fn number(n: u32) -> String {
    const OWNERS: [&str; 6] = ["MSCU", "CSQU", "MWCU", "TGHU", "SUDU", "HLXU"];
    let owner = OWNERS[n as usize % OWNERS.len()];
    let stem = format!("{owner}{:06}", n.wrapping_mul(7919) % 1_000_000);
    let with = |check: u8| format!("{stem}{check}");
    (0..10).map(with).find(|number| container::is_valid(number.as_bytes().try_into().unwrap())).unwrap()
}

/// A list of moves, as a crane management system posts it.
pub(crate) fn json(count: u32) -> String {
    let row = |n| {
        format!(
            r#"{{"container":"{}","gross_kg":{},"bay":{},"row":{},"tier":82}}"#,
            number(n),
            4_000 + n * 13,
            n % 60,
            n % 20
        )
    };
    format!(r#"{{"crane":"STS07","moves":[{}]}}"#, (0..count).map(row).collect::<Vec<_>>().join(","))
}

/// A COARRI message.
pub(crate) fn coarri(count: u32) -> String {
    let mut text = String::from(
        "UNA:+.? 'UNB+UNOA:2+TERMINAL+LINE+260101:1200+1'UNH+1+COARRI:D:95B:UN:ITG10'\r\nBGM+270++9'",
    );
    text += "TDT+20+449N+1++HSD:172:166+++9227273:146::SHIP ?'ONE?''";
    for n in 0..count {
        let container = number(n);
        text += &format!(
            "EQD+CN+{container}+22G1:102:5++2+5'LOC+147+0191006:139:5'MEA+AAE+G+KGM:{}'\n",
            4_000 + n * 13
        );
    }
    text + "UNT+9+1'UNZ+1+1'"
}

pub(crate) fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn base64(bytes: &[u8]) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes).into_bytes()
}

pub(crate) fn hex(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
}

/// What is found in these pieces of one stream.
pub(crate) fn pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Found {
    let (mut scanner, mut found) = (Scanner::new(), Found::new());
    pieces.into_iter().for_each(|piece| scanner.scan(piece, &mut found));
    scanner.end(&mut found);
    found
}

pub(crate) fn whole(bytes: &[u8]) -> Found {
    pieces([bytes])
}

/// Chance that is the same in every run (xorshift64*).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() >> 33) as usize % end
    }
}
