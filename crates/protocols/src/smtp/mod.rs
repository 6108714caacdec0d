//! SMTP: mail on its way out, and log-ins with passwords in clear.
//!
//! Standards: RFC 5321 (SMTP), RFC 4954 (AUTH), RFC 3207 (STARTTLS), RFC 3030 (BDAT), RFC 4616 (PLAIN).
//!
//! ```text
//! command  VERB [SP argument] CR LF
//! reply    three digits, SP text CR LF; several lines: digits "-" text ... until the digits with SP
//! mail     after DATA and 354: lines up to one with a single point
//! ```
//!
//! EHLO with its answer opens a session, AUTH authenticates, DATA and BDAT write: the sender, the number of recipients and
//! the size. The text of mails is content. Notes: who logs in and how, and that a password was sent in clear. What
//! follows STARTTLS is read as TLS.
//!
//! Not decoded: what mails are made of (their parts are looked into as content); digests of passwords; what servers
//! offer.
//!
//! Limits: a line of 16 KiB; requests wait as in [`Pending`](crate::Pending).

pub(crate) mod login;
pub(crate) mod session;
#[cfg(test)]
pub(crate) mod tests;
mod unfinished;

use crate::tls::UntilTls;
use crate::{Answer, Probe, Protocol, Transport};
use session::{Command, Dialect, Kind, Reply, Session};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "smtp",
    title: "SMTP",
    transports: &[Transport::Tcp],
    ports: &[25, 587, 2525],
    probe,
    start: |_| Box::new(UntilTls::new(Session::new(&DIALECT))),
    decoded: "sessions, log-ins (PLAIN, LOGIN and tokens with what is secret in clear), mails with sender, number of recipients and size",
    not_decoded: "the parts of mails; digests of passwords; what servers offer",
};

static DIALECT: Dialect = Dialect { name: "smtp", command, reply };

/// Verbs of SMTP (RFC 5321, section 4.1.1, and extensions).
const VERBS: [&str; 16] = [
    "EHLO", "HELO", "LHLO", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "VRFY", "EXPN", "HELP", "NOOP", "QUIT",
    "AUTH", "STARTTLS", "ETRN",
];

fn command(line: &str) -> Option<Command<'_>> {
    let (name, argument) = line.split_once(' ').unwrap_or((line, ""));
    let name = name.to_ascii_uppercase();
    VERBS.contains(&name.as_str()).then(|| Command { tag: "", name, argument: argument.trim() })
}

fn reply(line: &str) -> Option<Reply<'_>> {
    let (code, text) = line.split_at_checked(3)?;
    if !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let kind = match (text.bytes().next(), code.bytes().next()?) {
        (Some(b'-'), _) => Kind::Note,
        (None | Some(b' '), b'2') => Kind::Accepted,
        (None | Some(b' '), b'3') => Kind::Continue,
        (None | Some(b' '), b'4' | b'5') => Kind::Refused,
        _ => return None,
    };
    Some(Reply { tag: "", kind, code, text: text.get(1..).unwrap_or_default().trim() })
}

/// A greeting that says SMTP, or the client's first command with a name, which nobody else has.
fn probe(probe: &Probe<'_>) -> Answer {
    session::first_line(probe.bytes, |line| {
        let upper = line.to_ascii_uppercase();
        let hello = ["EHLO ", "HELO ", "LHLO "].iter().any(|hello| upper.starts_with(hello));
        let mail = upper.starts_with("MAIL FROM:") || upper.starts_with("RCPT TO:");
        let greets = (upper.starts_with("220 ") || upper.starts_with("220-")) && upper.contains("SMTP");
        match hello || mail || greets {
            true => Answer::Certain,
            // So do servers of FTP: the client's first word tells.
            false if upper.starts_with("220 ") || upper.starts_with("220-") => Answer::Unsure,
            false => Answer::No,
        }
    })
}
