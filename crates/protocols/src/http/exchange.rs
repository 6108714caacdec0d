//! One request and its answer.

use super::log;
use super::payload::{FileTold, Payload};
use super::wire::{First, Head};
use crate::Context;
use crate::secrets::masked;
use quaywatch_model::{Coded, Item, Items, Moment, Number, Operation, Outcome, Side, Topic, Value, Verb};
use std::fmt::{self, Write};

/// A request this old without an answer was left unanswered, in nanoseconds.
const PATIENCE_NANOS: i64 = 5_000_000_000;
/// The longest target that is told, in bytes.
const MAX_TARGET_BYTES: usize = 2048;

/// One request and its answer, as far as they were seen.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    /// The how-manieth request of the connection it is.
    pub(super) depth: u64,
    pub(super) begun: Moment,
    pub(super) request: Option<Moment>,
    pub(super) reply: Option<Moment>,
    /// The request's head, from the bounded memory; empty where it was not captured.
    pub(super) head: Vec<u8>,
    /// The version that was said last.
    pub(super) version: Option<Box<str>>,
    pub(super) user: Option<Box<str>>,
    pub(super) status: Option<(u16, Box<str>)>,
    pub(super) information: Option<(u16, Box<str>)>,
    /// The bodies of the request and of the answer.
    pub(super) bodies: [BodyTold; 2],
    /// The client shows who it is in the Authorization field.
    pub(super) logs_in: bool,
    /// The client shows who it is in a form.
    pub(super) shows_form: bool,
    /// What is sent to the server is firmware.
    pub(super) is_firmware: bool,
    /// Bytes of the server were lost while it waited.
    pub(super) loss: bool,
}

/// What is told of a body.
#[derive(Debug, Default)]
pub(super) struct BodyTold {
    pub(super) bytes: u64,
    /// What the head calls it, where no file in it has a name of its own.
    pub(super) name: Option<String>,
    /// The files in it; of a body that is no file the type alone.
    pub(super) files: Vec<FileTold>,
}

impl BodyTold {
    /// Learns what a body turned out to be.
    pub(super) fn learn(&mut self, cx: &Context<'_>, payload: &mut Payload) {
        self.bytes += payload.decoded_bytes;
        if cx.wanted.logs {
            self.files = payload.files();
        }
    }
}

impl BodyTold {
    /// The names of the files.
    pub(super) fn names(&self) -> Vec<&str> {
        let named: Vec<&str> = self.files.iter().filter_map(|file| file.name.as_deref()).collect();
        if named.is_empty() { self.name.as_deref().into_iter().collect() } else { named }
    }

    /// Their types, as far as their first bytes tell.
    pub(super) fn types(&self) -> Vec<&str> {
        self.files.iter().filter_map(|file| file.media_type).collect()
    }
}

impl Exchange {
    /// The head of the request.
    pub(super) fn asked(&self) -> Option<Head<'_>> {
        Head::decode(&self.head)
    }

    /// The method and the target as it may be told.
    pub(super) fn what(&self) -> (String, String) {
        match self.asked().map(|head| head.first) {
            Some(First::Request { method, target, .. }) => (method.to_owned(), masked(target).into_owned()),
            _ => (String::new(), String::new()),
        }
    }

    /// Reports what is known of it, and gives its memory back. `heard`: whether anything of the server was captured.
    pub(super) fn report(mut self, cx: &mut Context<'_>, client: Side, heard: bool) {
        self.tell(cx, client, heard);
        cx.memory.free(std::mem::take(&mut self.head));
    }

    fn tell(&self, cx: &mut Context<'_>, client: Side, heard: bool) {
        let (method, target) = self.what();
        let method = if method.is_empty() { "unknown" } else { &method };
        let target = Target(if target.is_empty() { "(request not captured)" } else { &target });
        let outcome = match &self.status {
            Some((status, _)) if *status < 400 => Outcome::Accepted,
            Some(_) => Outcome::Refused,
            None if self.loss || !heard || cx.now.time.since(self.begun.time) < PATIENCE_NANOS => {
                Outcome::Unseen
            }
            None => Outcome::Unanswered,
        };
        let code = self.status.as_ref().map(|(status, reason)| Status(*status, reason).to_string());
        let upload = self.bodies.first().map_or(0, |body| body.bytes);
        let download = self.bodies.last().map_or(0, |body| body.bytes);
        let verb = self.verb(method);
        let moved = if verb.changes() { upload } else { download };
        cx.operation(&Operation {
            request: self.request,
            reply: self.reply,
            items: &target,
            code: code.as_deref().map(|code| Coded::new(code, Number::None)),
            bytes: (moved > 0).then_some(moved),
            ..Operation::new(client, verb, Coded::new(method, Number::None), outcome)
        });
        if let Some((status, _)) = &self.status {
            let refused = matches!(status, 401 | 403 | 407);
            if refused && (self.logs_in || self.shows_form) {
                cx.note(client.other(), Topic::Login, Value::Text("refused"));
            } else if self.logs_in {
                // After a form the page tells whether it was right, not the status.
                cx.note(client.other(), Topic::Login, Value::Text("accepted"));
            }
        }
        if cx.wanted.logs {
            log::write(cx, client, self);
        }
    }

    fn verb(&self, method: &str) -> Verb {
        match method {
            _ if self.is_firmware => Verb::UpdateFirmware,
            "POST" | "PUT" | "PATCH" | "DELETE" | "PROPPATCH" | "MKCOL" | "COPY" | "MOVE" => Verb::Write,
            "OPTIONS" | "PROPFIND" | "REPORT" | "SEARCH" => Verb::Browse,
            "CONNECT" => Verb::OpenSession,
            "GET" | "HEAD" => Verb::Read,
            _ => Verb::Opaque,
        }
    }
}

/// The target of a request, shown on one line and without what steers terminals.
struct Target<'a>(&'a str);

impl fmt::Display for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = 0;
        for character in self.0.chars() {
            told += character.len_utf8();
            if told > MAX_TARGET_BYTES {
                return f.write_str("...");
            }
            let shown = if character.is_control() { '?' } else { character };
            f.write_char(shown)?;
        }
        Ok(())
    }
}

impl Items for Target<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        tell(Item::named(self));
    }
}

/// A status as it stands in a status line: `404 Not Found`.
struct Status<'a>(u16, &'a str);

impl fmt::Display for Status<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let plain = self.1.chars().filter(|character| !character.is_control()).take(64);
        let mut separator = Some(' ');
        for character in plain {
            if let Some(space) = separator.take() {
                f.write_char(space)?;
            }
            f.write_char(character)?;
        }
        Ok(())
    }
}
