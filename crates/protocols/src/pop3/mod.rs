//! POP3: mail that is fetched, and log-ins with passwords in clear.
//!
//! Standards: RFC 1939 (POP3), RFC 5034 (AUTH), RFC 2595 (STLS), RFC 2449 (CAPA).
//!
//! ```text
//! command  VERB [SP argument] CR LF
//! reply    "+OK" or "-ERR", SP text CR LF; after some commands lines up to one with a single point
//! ```
//!
//! USER with PASS, APOP and AUTH authenticate, RETR and TOP read, DELE writes. The text of mails is content. Notes: who logs in
//! and how, and that a password was sent in clear. What follows STLS is read as TLS. The connection's state is that of
//! SMTP.
//!
//! Not decoded: what mails are made of (their parts are looked into as content); digests of passwords; lists.
//!
//! Limits: as those of SMTP.

#[cfg(test)]
mod tests;

use crate::smtp::session::{self, Command, Dialect, Kind, Reply, Session};
use crate::tls::UntilTls;
use crate::{Answer, Probe, Protocol, Transport};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "pop3",
    title: "POP3",
    transports: &[Transport::Tcp],
    ports: &[110],
    probe,
    start: |_| Box::new(UntilTls::new(Session::new(&DIALECT))),
    decoded: "log-ins (with what is secret in clear), mails that are read and deleted",
    not_decoded: "the parts of mails; digests of passwords; lists",
};

static DIALECT: Dialect = Dialect { name: "pop3", command, reply };

/// Commands (RFC 1939, section 10, and extensions).
const VERBS: [&str; 15] = [
    "USER", "PASS", "APOP", "AUTH", "CAPA", "STLS", "STAT", "LIST", "UIDL", "RETR", "TOP", "DELE", "RSET",
    "NOOP", "QUIT",
];

fn command(line: &str) -> Option<Command<'_>> {
    let (name, argument) = line.split_once(' ').unwrap_or((line, ""));
    let name = name.to_ascii_uppercase();
    // A password may have blanks.
    VERBS.contains(&name.as_str()).then_some(Command { tag: "", name, argument })
}

fn reply(line: &str) -> Option<Reply<'_>> {
    let (code, text) = line.split_once(' ').unwrap_or((line, ""));
    let kind = match code {
        "+OK" => Kind::Accepted,
        "-ERR" => Kind::Refused,
        "+" => Kind::Continue,
        _ => return None,
    };
    Some(Reply { tag: "", kind, code, text })
}

/// A greeting in words; a bare `+OK` others say, too, until a command that only POP3 has follows it.
fn probe(probe: &Probe<'_>) -> Answer {
    let greets = |bytes: &[u8]| bytes.starts_with(b"+OK");
    session::first_line(probe.bytes, |line| match command(line) {
        Some(command) if matches!(command.name.as_str(), "USER" | "APOP" | "CAPA" | "STLS" | "AUTH") => {
            if greets(probe.answer) {
                Answer::Certain
            } else {
                Answer::Unsure
            }
        }
        Some(_) => Answer::No,
        None if line.starts_with("+OK ") && line.len() > 5 => Answer::Certain,
        None if greets(line.as_bytes()) => Answer::Unsure,
        None => Answer::No,
    })
}
