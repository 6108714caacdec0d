//! IMAP: mailboxes on a server, and log-ins with passwords in clear.
//!
//! Standards: RFC 3501 (IMAP4rev1), RFC 9051 (IMAP4rev2), RFC 7888 (literals).
//!
//! ```text
//! command  tag SP NAME [SP arguments] CR LF       reply  tag SP "OK" | "NO" | "BAD" SP text CR LF
//! data     "*" SP ... CR LF, with {310} CR LF and 310 bytes as they are
//! ```
//!
//! LOGIN and AUTHENTICATE authenticate, SELECT and EXAMINE open a mailbox, FETCH reads, APPEND, STORE and EXPUNGE write.
//! The text of mails is content. Notes: who logs in and how, and that a password was sent in clear. What follows
//! STARTTLS is read as TLS. The connection's state is that of SMTP.
//!
//! Not decoded: what mails are made of (their parts are looked into as content); digests of passwords;
//! compression; what is told of messages and mailboxes.
//!
//! Limits: as those of SMTP.

#[cfg(test)]
mod tests;

use crate::smtp::session::{self, Command, Dialect, Kind, Reply, Session};
use crate::tls::UntilTls;
use crate::{Answer, Probe, Protocol, Transport};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "imap",
    title: "IMAP",
    transports: &[Transport::Tcp],
    ports: &[143],
    probe,
    start: |_| Box::new(UntilTls::new(Session::new(&DIALECT))),
    decoded: "log-ins (with what is secret in clear), mailboxes that are opened, mails that are read and written",
    not_decoded: "the parts of mails; digests of passwords; what is told of messages",
};

static DIALECT: Dialect = Dialect { name: "imap", command, reply };

/// Commands (RFC 3501, section 6, and extensions).
const NAMES: [&str; 27] = [
    "CAPABILITY",
    "NOOP",
    "LOGOUT",
    "STARTTLS",
    "AUTHENTICATE",
    "LOGIN",
    "SELECT",
    "EXAMINE",
    "CREATE",
    "DELETE",
    "RENAME",
    "SUBSCRIBE",
    "UNSUBSCRIBE",
    "LIST",
    "LSUB",
    "STATUS",
    "APPEND",
    "CHECK",
    "CLOSE",
    "EXPUNGE",
    "SEARCH",
    "FETCH",
    "STORE",
    "COPY",
    "IDLE",
    "ID",
    "NAMESPACE",
];
/// Tags are short.
const LONGEST_TAG_BYTES: usize = 32;

fn command(line: &str) -> Option<Command<'_>> {
    if line.eq_ignore_ascii_case("DONE") {
        // It ends an IDLE.
        return Some(Command { tag: "", name: "DONE".to_owned(), argument: "" });
    }
    let (tag, rest) = tagged(line)?;
    // `UID FETCH` does as FETCH.
    let rest = rest
        .get(..4)
        .filter(|uid| uid.eq_ignore_ascii_case("UID "))
        .map_or(rest, |_| rest.get(4..).unwrap_or_default());
    let (name, argument) = rest.split_once(' ').unwrap_or((rest, ""));
    let name = name.to_ascii_uppercase();
    NAMES.contains(&name.as_str()).then_some(Command { tag, name, argument })
}

fn reply(line: &str) -> Option<Reply<'_>> {
    if let Some(text) = line.strip_prefix("* ") {
        // The greeting answers nothing that was asked.
        let (code, text) = text.split_once(' ').unwrap_or((text, ""));
        let greets = matches!(code, "OK" | "PREAUTH");
        let kind = if greets { Kind::Accepted } else { Kind::Note };
        return Some(Reply { tag: UNTAGGED, kind, code, text });
    }
    if line == "+" || line.starts_with("+ ") {
        return Some(Reply { tag: "", kind: Kind::Continue, code: "+", text: "" });
    }
    let (tag, rest) = tagged(line)?;
    let (code, text) = rest.split_once(' ').unwrap_or((rest, ""));
    let kind = match code {
        "OK" => Kind::Accepted,
        "NO" | "BAD" => Kind::Refused,
        _ => return None,
    };
    Some(Reply { tag, kind, code, text })
}

/// Stands for the tag of what has none.
const UNTAGGED: &str = "*";

fn tagged(line: &str) -> Option<(&str, &str)> {
    let (tag, rest) = line.split_once(' ')?;
    let is_tag = (1..=LONGEST_TAG_BYTES).contains(&tag.len())
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    is_tag.then_some((tag, rest))
}

/// A greeting, or a command with its tag that only IMAP has.
fn probe(probe: &Probe<'_>) -> Answer {
    session::first_line(probe.bytes, |line| {
        let greets = ["* OK ", "* PREAUTH ", "* BYE "].iter().any(|start| line.starts_with(start));
        let asks = command(line).is_some_and(|command| {
            // Clients number their commands.
            let numbered = command.tag.bytes().any(|byte| byte.is_ascii_digit());
            let fits = match command.name.as_str() {
                "CAPABILITY" | "STARTTLS" => command.argument.is_empty(),
                "LOGIN" | "AUTHENTICATE" | "SELECT" | "EXAMINE" => !command.argument.is_empty(),
                _ => false,
            };
            numbered && fits
        });
        if greets || asks { Answer::Certain } else { Answer::No }
    })
}
