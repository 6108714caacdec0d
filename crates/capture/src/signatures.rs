//! What a file that is no capture looks like, by its first bytes.

/// How many first bytes are shown and looked at.
const SHOWN_BYTES: usize = 8;

static SIGNATURES: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a zip archive"),
    (b"BZh", "bzip2 data"),
    (b"\xFD7zXZ", "xz data"),
    (b"7z\xBC\xAF", "a 7z archive"),
    (b"\x04\x22\x4D\x18", "lz4 data"),
    (b"Rar!", "a rar archive"),
    (b"snoop\0\0\0", "a Solaris snoop capture"),
    (b"RTSS", "a Microsoft Network Monitor 1 capture"),
    (b"GMBU", "a Microsoft Network Monitor 2 capture"),
    (b"XCP\0", "a NetXRay or Sniffer capture"),
    (b"TRSNIFF", "a DOS Sniffer capture"),
    (b"ETHERPEEK", "an EtherPeek capture"),
    (b"\x7FELF", "an ELF program"),
    (b"MZ", "a Windows program"),
    (b"%PDF", "a PDF document"),
    (b"SQLite ", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"\x89PNG", "a PNG image"),
    (b"#separator", "a Zeek log"),
    (b"<", "XML or HTML text"),
    (b"{", "JSON text"),
    (b"[", "JSON text"),
];

/// `50 4B 03 04 (a zip archive)`: the first bytes, and what they look like where that is known.
pub(crate) fn describe(start: &[u8]) -> String {
    let shown: Vec<String> = start.iter().take(SHOWN_BYTES).map(|byte| format!("{byte:02X}")).collect();
    let known = SIGNATURES.iter().find(|(magic, _)| start.starts_with(magic)).map(|&(_, name)| name);
    let is_text =
        !start.is_empty() && start.iter().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | 32..=126));
    let guess = known.or_else(|| is_text.then_some("text"));
    guess.map_or_else(|| shown.join(" "), |guess| format!("{} ({guess})", shown.join(" ")))
}
