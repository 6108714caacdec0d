//! JA4 (FoxIO, the BSD-3-Clause part: TLS client fingerprinting) and JA3 (Salesforce, BSD-3-Clause).

use super::hello::{ClientHello, ServerHello, is_grease};
use md5::Md5;
use sha2::{Digest, Sha256};
use std::fmt::{self, Write};

/// The extensions that JA4 counts but does not hash: server name and ALPN, which name the destination.
const NOT_HASHED: [u16; 2] = [0x0000, 0x0010];
/// JA4 counts up to here, in two digits.
const MOST_COUNTED: usize = 99;
/// So many characters of a hash are told.
const HASH_CHARACTERS: usize = 12;

/// The client's JA4. `carrier`: `t` for TLS over TCP, `q` for QUIC, `d` for DTLS.
pub(crate) fn ja4(hello: &ClientHello<'_>, carrier: char) -> String {
    let mut ciphers: Vec<u16> = hello.ciphers.iter().filter(|value| !is_grease(*value)).collect();
    let kinds = hello.extensions.iter().map(|(kind, _)| kind);
    let mut extensions: Vec<u16> = kinds.filter(|kind| !is_grease(*kind)).collect();
    let name = if extensions.contains(&0) { 'd' } else { 'i' };
    let version = version(hello.best_version());
    let (cipher_count, extension_count) =
        (ciphers.len().min(MOST_COUNTED), extensions.len().min(MOST_COUNTED));
    let [first, last] = alpn_ends(hello.extensions.alpn().next().unwrap_or_default());
    ciphers.sort_unstable();
    extensions.retain(|kind| !NOT_HASHED.contains(kind));
    extensions.sort_unstable();
    let algorithms = hello.signature_algorithms().iter().filter(|value| !is_grease(*value));
    let mut told = hex_list(extensions.iter().copied());
    let mut algorithms = algorithms.peekable();
    if algorithms.peek().is_some() {
        told.push('_');
        told.push_str(&hex_list(algorithms));
    }
    let hashed = [
        hash(&hex_list(ciphers.iter().copied())),
        if extensions.is_empty() { hash("") } else { hash(&told) },
    ];
    let [ciphers, extensions] = hashed;
    format!(
        "{carrier}{version}{name}{cipher_count:02}{extension_count:02}{first}{last}_{ciphers}_{extensions}"
    )
}

const fn version(version: u16) -> &'static str {
    match version {
        0x0304 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        0x0002 => "s2",
        0xFEFF => "d1",
        0xFEFD => "d2",
        0xFEFC => "d3",
        _ => "00",
    }
}

/// First and last character of an ALPN name, or of its hexadecimal digits where it is not made of letters and digits.
fn alpn_ends(name: &[u8]) -> [char; 2] {
    let (Some(&first), Some(&last)) = (name.first(), name.last()) else { return ['0', '0'] };
    if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() {
        return [first.into(), last.into()];
    }
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('0');
    [digit(first >> 4), digit(last & 0x0F)]
}

fn hex_list(values: impl Iterator<Item = u16>) -> String {
    let mut list = String::new();
    for value in values {
        let comma = if list.is_empty() { "" } else { "," };
        let _ = write!(list, "{comma}{value:04x}");
    }
    list
}

/// The first characters of a SHA-256; zeros for nothing.
fn hash(text: &str) -> String {
    if text.is_empty() {
        return "0".repeat(HASH_CHARACTERS);
    }
    let mut hex = Hex(&Sha256::digest(text.as_bytes())).to_string();
    hex.truncate(HASH_CHARACTERS);
    hex
}

/// The client's JA3.
pub(crate) fn ja3(hello: &ClientHello<'_>) -> String {
    let text = format!(
        "{},{},{},{},{}",
        hello.version,
        decimals(hello.ciphers.iter()),
        decimals(hello.extensions.iter().map(|(kind, _)| kind)),
        decimals(hello.groups().iter()),
        decimals(hello.point_formats().iter().map(|&format| format.into())),
    );
    md5(&text)
}

/// The server's JA3S.
pub(crate) fn ja3s(hello: &ServerHello<'_>) -> String {
    let kinds = hello.extensions.iter().map(|(kind, _)| kind);
    md5(&format!("{},{},{}", hello.legacy_version, hello.cipher, decimals(kinds)))
}

pub(crate) fn md5(text: &str) -> String {
    Hex(&Md5::digest(text.as_bytes())).to_string()
}

fn decimals(values: impl Iterator<Item = u16>) -> String {
    let mut list = String::new();
    for value in values.filter(|value| !is_grease(*value)) {
        let dash = if list.is_empty() { "" } else { "-" };
        let _ = write!(list, "{dash}{value}");
    }
    list
}

/// Bytes as hexadecimal digits.
pub(crate) struct Hex<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
