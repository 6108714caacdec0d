//! Syslog (RFC 5424, section 6), without structured data.

/// The port.
pub const PORT: u16 = 514;

/// A message of a program that has nothing to complain of, without its time.
#[must_use]
pub fn message(host: &str, program: &str, text: &str) -> Vec<u8> {
    format!("<134>1 - {host} {program} - - - {text}").into_bytes()
}
