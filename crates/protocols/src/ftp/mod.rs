//! FTP: files to and from controllers, panels and drives, with names and passwords in the clear.
//!
//! Standards: *RFC 959* (1985), sections 4.1 (commands), 4.2 (replies), 3.2 (data connections); *RFC 2428* (EPRT,
//! EPSV); *RFC 4217* (AUTH TLS); *RFC 3659* (MLSD).
//!
//! ```text
//! command  VERB [argument] CR LF
//! reply    three digits, SP text CR LF; several lines: digits "-" text ... until the digits with SP
//! ```
//!
//! 1xx is a beginning, everything else an end. Commands are answered in order. Data goes over connections of its own,
//! which PORT, EPRT, PASV and EPSV announce; they are expected here and become transfers with the file's name.
//!
//! # What is reported
//! - `Authenticate` for USER with PASS; notes for the name, that a password was sent in the clear, and whether it is one
//!   of those that everybody tries.
//! - `Read` and `Write` of a file with its name (the working directory before it, where it is known) and size; `Write`
//!   for everything else that changes files; `Browse` for listings; `UpdateFirmware` for a file whose name or first bytes say that it
//!   is firmware. The greeting and the answer to SYST are facts.
//! - The bytes of a data connection that moves a file, as a transfer and as content.
//!
//! Not decoded: what follows AUTH TLS (its handshake is); block and compressed mode; what is in listings; the commands that
//! change nothing.
//!
//! Limits: a line is at most [`control::LONGEST_LINE_BYTES`]; requests wait as in [`Pending`](crate::Pending);
//! [`data::MOST_CHANNELS`] announced data connections are remembered.

mod control;
mod data;
mod wire;

#[cfg(test)]
mod tests;

use crate::tls::UntilTls;
use crate::{Answer, Probe, Protocol, Transport};

/// The registered port of the control connection.
const PORT: u16 = 21;

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "ftp",
    title: "FTP",
    transports: &[Transport::Tcp],
    ports: &[PORT],
    probe,
    start: |probe| match probe.expected {
        Some(token) => Box::new(data::Data::new(token)),
        None => Box::new(UntilTls::new(control::Control::default())),
    },
    decoded: "log-ins, files that are read, written, renamed and deleted, with the data connections of active and \
              passive mode; the greeting and the system",
    not_decoded: "what follows AUTH TLS; block and compressed mode; the content of listings",
};

/// A greeting that says FTP, a command or reply that no other protocol has, or the beginning of either on the usual
/// port. SMTP, POP3 and NNTP greet and answer in the same way, so that a greeting alone is not enough elsewhere.
fn probe(probe: &Probe<'_>) -> Answer {
    if probe.bytes.first().is_some_and(|byte| !byte.is_ascii_alphanumeric()) {
        return Answer::No;
    }
    let Some(end) = memchr::memchr(b'\n', probe.bytes) else {
        let may_be = wire::begins(probe.bytes) && probe.bytes.len() < control::LONGEST_LINE_BYTES;
        return if may_be { Answer::Unsure } else { Answer::No };
    };
    let line = probe.bytes.get(..end).unwrap_or_default();
    let at_home = probe.on_port(PORT);
    match wire::sounds_like(line) {
        wire::Sound::Ftp => Answer::Certain,
        wire::Sound::Shared if at_home => Answer::Certain,
        wire::Sound::Shared => {
            let lines = probe.answer.split(|&byte| byte == b'\n').take(4);
            let mut sounds =
                lines.chain(probe.bytes.split(|&byte| byte == b'\n').take(4)).map(wire::sounds_like);
            let both = !probe.answer.is_empty() && sounds.any(|sound| matches!(sound, wire::Sound::Ftp));
            if both { Answer::Certain } else { Answer::Unsure }
        }
        wire::Sound::Other => Answer::No,
    }
}
