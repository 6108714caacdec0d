//! Lists of containers, as management systems hand them on, and the forms in which they are sent.

use flate2::Compression;
use flate2::write::GzEncoder;
use quaywatch_crane::work::Work;
use serde::Deserialize;
use std::fmt::Write as _;
use std::io::Write as _;

/// How a list is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// As it is.
    #[default]
    Clear,
    /// Compressed (RFC 1952).
    Gzip,
    /// In letters and digits (RFC 4648, section 4).
    Base64,
}

/// A list of so many containers, as JSON.
#[must_use]
pub fn json(seed: u64, count: usize) -> String {
    let mut text = String::from("{\"vessel\":\"MV FAIR WIND\",\"voyage\":\"FW2648E\",\"moves\":[");
    for (index, row) in rows(seed, count).iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let [number, iso_type, vgm_t, bay, row, tier] = row;
        // Writing to a text does not fail.
        let _ = write!(
            text,
            "{comma}{{\"container\":\"{number}\",\"iso\":\"{iso_type}\",\"vgm_t\":{vgm_t},\"bay\":{bay},\"row\":{row},\"tier\":{tier}}}"
        );
    }
    text + "]}"
}

/// So many containers: number, type, weight in tonnes, bay, row, tier.
#[must_use]
pub fn rows(seed: u64, count: usize) -> Vec<[String; 6]> {
    let mut work = Work::new(seed, 0.0);
    let row = |_| {
        let job = work.next_move();
        let vgm_t = format!("{:.1}", job.container.declared_kg / 1000.0);
        let container = job.container;
        [
            container.number,
            container.iso_type.to_owned(),
            vgm_t,
            job.bay.to_string(),
            job.row.to_string(),
            job.tier.to_string(),
        ]
    };
    (0..count).map(row).collect()
}

impl Form {
    /// A text in this form.
    #[must_use]
    pub fn of(self, text: &[u8]) -> Vec<u8> {
        match self {
            Self::Clear => text.to_vec(),
            Self::Gzip => gzip(text),
            Self::Base64 => base64(text).into_bytes(),
        }
    }

    /// What HTTP says of it beside its type.
    #[must_use]
    pub const fn header(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Gzip => Some(("Content-Encoding", "gzip")),
            Self::Clear | Self::Base64 => None,
        }
    }
}

/// Compressed. Writing to a vector does not fail.
fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let _ = encoder.write_all(text);
    encoder.finish().unwrap_or_default()
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Three bytes as four digits.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, at| bits << 8 | u32::from(three.get(at).copied().unwrap_or(0)));
        for digit in 0..4 {
            let index = (bits >> (18 - 6 * digit) & 63) as usize;
            text.push(if digit > three.len() {
                '='
            } else {
                char::from(*DIGITS.get(index).unwrap_or(&b'='))
            });
        }
    }
    text
}
