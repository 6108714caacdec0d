use super::ops::{self, Tally};
use super::wire;
use crate::tls::ChangesToTls;
use crate::{Answer, Context, Dialogue, Length, pending, sql};
use quaywatch_model::{
    Attribute, Content, DataClass, Direction, Moment, Outcome, Side, Timestamp, Topic, Transfer,
    TransferKind, Value,
};
use std::collections::VecDeque;
use std::mem;

/// So many statements of one conversation may wait. A client that sends more at once waits for answers in between.
pub(super) const MOST_WAITING: usize = 32;
/// So many prepared statements of one conversation are remembered, the oldest is forgotten first.
const MOST_PREPARED: usize = 64;
/// So many parameters of a statement are told, and of each so many bytes.
const MOST_PARAMETERS: usize = 32;
const MOST_PARAMETER_BYTES: usize = 128;
/// As much of a statement is kept until it is answered, in bytes, so that what all waiting and prepared ones hold stays
/// below 400 KiB a conversation.
const MOST_KEPT_BYTES: usize = 2048;

/// What PostgreSQL makes us keep.
#[derive(Debug, Default)]
pub(super) struct Postgres {
    client: Option<Side>,
    heard_server: bool,
    /// The client asked for TLS, and the server's one byte has not come.
    asked_tls: bool,
    encrypted: bool,
    tls: bool,
    /// The way of authentication the server asked for: what a password message is.
    way: u32,
    waiting: VecDeque<Asked>,
    prepared: VecDeque<Prepared>,
    /// What statements told of tables.
    tables: sql::Tables,
    bound: Option<(String, Vec<Option<String>>)>,
    answer: Tally,
    transfers: u64,
    moving: Option<Side>,
    text: String,
}

/// A statement whose values come later.
#[derive(Debug)]
struct Prepared {
    name: Vec<u8>,
    text: String,
    /// Which of its values are secrets: `$2` is the second.
    secrets: Vec<usize>,
}

/// A login or a statement that waits for its answer.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) moment: Moment,
    pub(super) what: What,
    lost: bool,
}

#[derive(Debug)]
pub(super) enum What {
    Login { user: String, database: String, way: Option<&'static str>, secret: bool },
    Statement { text: String, parameters: Vec<Option<String>>, extended: bool },
}

impl ChangesToTls for Postgres {
    fn is_tls_now(&self) -> bool {
        self.tls
    }
}

impl Dialogue for Postgres {
    const LAYER: &'static str = "postgresql";
    const MAX_PDU_BYTES: usize = wire::MAX_MESSAGE_BYTES;

    fn length(&self, from: Side, head: &[u8]) -> Length {
        if self.encrypted {
            return Length::Is(head.len().min(wire::MAX_MESSAGE_BYTES));
        }
        if self.asked_tls && self.client == Some(from.other()) && matches!(head, [b'S' | b'N' | b'G', ..]) {
            return Length::Is(1);
        }
        if head.first() == Some(&0) {
            return match wire::startup(head) {
                Some((length, _)) => Length::Is(length),
                None if head.len() < 8 => Length::More,
                None => Length::Bad("not a startup message"),
            };
        }
        wire::length(head)
    }

    fn starts(&self, from: Side, head: &[u8]) -> Answer {
        let is_reply =
            self.asked_tls && self.client == Some(from.other()) && matches!(head, [b'S' | b'N' | b'G']);
        if self.encrypted || is_reply {
            return Answer::Certain;
        }
        match wire::starts(head) {
            // Who was recognised by the other side need not prove so much.
            Answer::No if self.client.is_some() => match wire::length(head) {
                Length::Is(length) if length == head.len() => Answer::Certain,
                _ => Answer::No,
            },
            answer => answer,
        }
    }

    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        if self.encrypted {
            return cx.carried(from, DataClass::Encrypted, bytes.len() as u64);
        }
        let body = bytes.get(5..).unwrap_or_default();
        match (bytes, wire::startup(bytes)) {
            (&[answer], _) if self.asked_tls => self.tls_answer(cx, from, answer),
            (_, Some((_, code))) => self.startup(cx, from, code, bytes.get(8..).unwrap_or_default()),
            (&[kind, ..], None) if self.is_from_client(from, kind) => self.asked(cx, from, kind, body),
            (&[kind, ..], None) => self.answered(cx, from, kind, body),
            ([], _) => {}
        }
    }

    fn lost(&mut self, _: &mut Context<'_>, from: Side, _: u64) {
        if self.client != Some(from) {
            self.waiting.iter_mut().for_each(|asked| asked.lost = true);
        }
    }

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        loop {
            let ends = pending::patience_ends(self.waiting.front()?.moment.time);
            if cx.now.time <= ends {
                return Some(ends);
            }
            self.finish(cx, false);
        }
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        while !self.waiting.is_empty() || self.answer.answered {
            self.finish(cx, false);
        }
        self.stop_moving(cx, false);
    }

    fn protocol(&self) -> &'static str {
        "postgresql"
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        DataClass::Signalling
    }
}

impl Postgres {
    /// Who says this. Types that both use mean different things, so that who is client must be known for them.
    fn is_from_client(&mut self, from: Side, kind: u8) -> bool {
        match (self.client, kind) {
            (Some(client), _) => client == from,
            (None, b'Q' | b'P' | b'B' | b'X' | b'p' | b'f' | b'F') => {
                self.client = Some(from);
                true
            }
            (None, _) => {
                self.client = Some(from.other());
                false
            }
        }
    }

    fn startup(&mut self, cx: &mut Context<'_>, from: Side, code: u32, body: &[u8]) {
        self.client = Some(from);
        match code {
            wire::SSL_REQUEST | wire::GSS_REQUEST => self.asked_tls = true,
            wire::CANCEL_REQUEST => {}
            _ => {
                let text = |wanted: &[u8]| {
                    let found = wire::parameters(body).find(|(name, _)| *name == wanted);
                    found.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
                };
                let user = text(b"user").unwrap_or_default();
                // The server takes the user's name where no database is named.
                let database = text(b"database").unwrap_or_else(|| user.clone());
                cx.note(from, Topic::Database, Value::Text(&database));
                if let Some(name) = text(b"application_name") {
                    cx.note(from, Topic::Software, Value::Text(&name));
                    cx.fact(from, Attribute::Software, &name);
                }
                let version = format!("PostgreSQL {}.{}", code >> 16, code & 0xffff);
                cx.note(from, Topic::Version, Value::Text(&version));
                self.wait(cx, What::Login { user, database, way: None, secret: false });
            }
        }
    }

    fn tls_answer(&mut self, cx: &mut Context<'_>, from: Side, answer: u8) {
        self.asked_tls = false;
        self.encrypted = answer != b'N';
        self.tls = answer == b'S';
        let protection = if self.encrypted { "encrypted" } else { "none" };
        cx.note(from, Topic::Protection, Value::Text(protection));
    }

    fn wait(&mut self, cx: &mut Context<'_>, what: What) {
        if self.waiting.len() >= MOST_WAITING {
            self.finish(cx, false);
        }
        self.waiting.push_back(Asked { moment: cx.now, what, lost: false });
    }

    fn asked(&mut self, cx: &mut Context<'_>, from: Side, kind: u8, body: &[u8]) {
        match kind {
            b'Q' => {
                let text = body.strip_suffix(&[0]).unwrap_or(body);
                let (text, _) = self.statement(cx, from, text, body.len());
                self.wait(cx, What::Statement { text, parameters: Vec::new(), extended: false });
            }
            b'P' => {
                let Some((name, rest)) = wire::string(body) else { return };
                let Some((text, _)) = wire::string(rest) else { return };
                let (text, secrets) = self.statement(cx, from, text, body.len());
                self.prepared.retain(|known| known.name != name);
                if self.prepared.len() >= MOST_PREPARED {
                    self.prepared.pop_front();
                }
                self.prepared.push_back(Prepared { name: name.to_vec(), text, secrets });
            }
            b'B' => self.bound = self.bind(cx, from, body),
            b'E' => {
                let (text, parameters) = self.bound.take().unwrap_or_default();
                self.wait(cx, What::Statement { text, parameters, extended: true });
            }
            b'p' => self.password(cx, from, body),
            b'd' => self.copied(cx, from, body),
            b'c' | b'f' => self.stop_moving(cx, kind == b'c'),
            _ => {}
        }
    }

    /// Binds values to a prepared statement: portal, statement, formats, values.
    fn bind(&self, cx: &mut Context<'_>, from: Side, body: &[u8]) -> Option<(String, Vec<Option<String>>)> {
        let (_, rest) = wire::string(body)?;
        let (name, rest) = wire::string(rest)?;
        let prepared = self.prepared.iter().find(|known| known.name == name);
        let text = prepared.map(|prepared| prepared.text.clone());
        let is_secret = |number| prepared.is_some_and(|prepared| prepared.secrets.contains(&number));
        let (&formats, rest) = rest.split_first_chunk::<2>()?;
        let values = rest.get(usize::from(u16::from_be_bytes(formats)) * 2..)?;
        let count = usize::from(u16::from_be_bytes(*values.first_chunk::<2>()?));
        let mut parameters = Vec::new();
        for (number, value) in (1..).zip(wire::values(values)).take(count.min(MOST_PARAMETERS)) {
            let mut shown = String::new();
            show(value.map(|value| value.get(..MOST_PARAMETER_BYTES).unwrap_or(value)), &mut shown);
            parameters.push(Some(shown).filter(|_| !is_secret(number)));
        }
        if !parameters.is_empty() {
            let joined = parameters.iter().flatten().map(String::as_str).collect::<Vec<_>>().join("\n");
            let writes = text.as_ref().is_some_and(|text| sql::verb(text).changes());
            let class = match parameters.contains(&None) {
                true => DataClass::Credentials,
                false if writes => DataClass::DatabaseRows,
                false => DataClass::Signalling,
            };
            if class == DataClass::Credentials {
                cx.note(from, Topic::ClearSecret, Value::Secret);
            }
            let (wire_bytes, bytes) = (body.len() as u64, joined.as_bytes());
            cx.content(&Content { from, class, wire_bytes, bytes, ends: true });
        }
        Some((text.unwrap_or_default(), parameters))
    }

    fn password(&mut self, cx: &mut Context<'_>, from: Side, body: &[u8]) {
        cx.carried(from, DataClass::Credentials, body.len() as u64);
        // Authentication 3 asks for the password in clear; 5 for its MD5 with a salt, which is no secret in clear.
        if self.way != 3 {
            return;
        }
        cx.note(from, Topic::ClearSecret, Value::Secret);
        let password = body.strip_suffix(&[0]).unwrap_or(body);
        if let Some(Asked { what: What::Login { user, secret, .. }, .. }) = self.waiting.back_mut() {
            *secret = true;
            if user.as_str() == "postgres" && matches!(password, b"" | b"postgres" | b"admin" | b"password") {
                cx.note(from, Topic::DefaultSecret, Value::Text("common password of postgres"));
            }
        }
    }

    fn answered(&mut self, cx: &mut Context<'_>, from: Side, kind: u8, body: &[u8]) {
        self.heard_server = true;
        match kind {
            b'R' => self.authentication(cx, from, body),
            b'S' => {
                if let Some((b"server_version", version)) = wire::parameters(body).next() {
                    let software = format!("PostgreSQL {}", String::from_utf8_lossy(version));
                    cx.fact(from, Attribute::Software, &software);
                }
            }
            b'T' => {
                self.answer.columns = wire::columns(body).unwrap_or_default();
                let mut text = mem::take(&mut self.text);
                for (number, name) in wire::column_names(body).enumerate() {
                    text.push_str(if number == 0 { "" } else { "\t" });
                    text.push_str(&String::from_utf8_lossy(name));
                }
                text.push('\n');
                self.moved(cx, from, text, body.len());
            }
            b'D' => {
                self.answer.rows += 1;
                let mut text = mem::take(&mut self.text);
                for (number, value) in wire::values(body).enumerate() {
                    text.push_str(if number == 0 { "" } else { "\t" });
                    show(value, &mut text);
                }
                text.push('\n');
                self.moved(cx, from, text, body.len());
            }
            b'd' => self.copied(cx, from, body),
            b'C' => {
                self.answer.done =
                    wire::string(body).map(|(tag, _)| String::from_utf8_lossy(tag).into_owned());
                self.finish(cx, true);
            }
            b'I' | b's' => self.finish(cx, true),
            b'E' => {
                let text = |field| {
                    String::from_utf8_lossy(wire::error_field(body, field).unwrap_or_default()).into_owned()
                };
                self.answer.error = Some((text(b'C'), text(b'M')));
                if matches!(self.waiting.front(), Some(Asked { what: What::Login { .. }, .. })) {
                    cx.note(from, Topic::Login, Value::Text("refused"));
                }
                self.finish(cx, true);
            }
            // Ready: nothing that was asked before waits any more.
            b'Z' => {
                while self.answer.answered || !self.waiting.is_empty() {
                    self.finish(cx, self.answer.answered);
                }
            }
            _ => {}
        }
    }

    fn authentication(&mut self, cx: &mut Context<'_>, from: Side, body: &[u8]) {
        let Some(kind) = body.first_chunk::<4>().map(|kind| u32::from_be_bytes(*kind)) else { return };
        let name = match kind {
            0 => {
                cx.note(from, Topic::Login, Value::Text("accepted"));
                self.finish(cx, true);
                return;
            }
            3 => "password",
            5 => "md5",
            7 | 9 => "gssapi",
            10 => "scram",
            _ => return,
        };
        self.way = kind;
        cx.note(from, Topic::Authentication, Value::Text(name));
        if let Some(Asked { what: What::Login { way, .. }, .. }) = self.waiting.back_mut() {
            *way = Some(name);
        }
    }

    fn copied(&mut self, cx: &mut Context<'_>, from: Side, body: &[u8]) {
        let mut text = mem::take(&mut self.text);
        text.push_str(&String::from_utf8_lossy(body));
        self.moved(cx, from, text, body.len());
    }

    /// Tells rows, in words and as what they were on the wire.
    fn moved(&mut self, cx: &mut Context<'_>, from: Side, mut text: String, wire_bytes: usize) {
        if self.moving != Some(from) {
            self.stop_moving(cx, false);
            self.moving = Some(from);
            let client = self.client.unwrap_or(Side::A);
            let to_server = client == from;
            cx.transfer(&Transfer::Begin {
                id: self.transfers,
                kind: TransferKind::QueryResult,
                direction: if to_server { Direction::ToDevice } else { Direction::FromDevice },
                client,
                name: None,
                block_type: None,
                block_number: None,
            });
        }
        let wire_bytes = wire_bytes as u64;
        self.answer.row_bytes += wire_bytes;
        let bytes = text.as_bytes();
        cx.transfer(&Transfer::Data { id: self.transfers, bytes });
        cx.content(&Content { from, class: DataClass::DatabaseRows, wire_bytes, bytes, ends: false });
        text.clear();
        self.text = text;
    }

    fn stop_moving(&mut self, cx: &mut Context<'_>, complete: bool) {
        if let Some(from) = self.moving.take() {
            cx.transfer(&Transfer::End { id: self.transfers, complete });
            self.transfers += 1;
            cx.content(&Content {
                from,
                class: DataClass::DatabaseRows,
                wire_bytes: 0,
                bytes: &[],
                ends: true,
            });
        }
    }

    /// The oldest that waits is answered, or given up.
    fn finish(&mut self, cx: &mut Context<'_>, answered: bool) {
        self.stop_moving(cx, answered);
        let mut answer = mem::take(&mut self.answer);
        answer.answered = answered;
        let asked = self.waiting.pop_front();
        let outcome = match (&answer.error, answered) {
            (Some(_), _) => Outcome::Refused,
            (None, true) => Outcome::Accepted,
            (None, false) => asked.as_ref().map_or(Outcome::Unseen, |asked| {
                pending::unmet(asked.moment, cx.now, self.heard_server && !asked.lost)
            }),
        };
        if asked.is_some() || answer.rows > 0 {
            ops::report(cx, self.client.unwrap_or(Side::A), asked.as_ref(), &answer, outcome);
        }
    }

    /// Tells a statement's text; gives it without the secrets in it, and which of its values will be secrets.
    fn statement(
        &mut self,
        cx: &mut Context<'_>,
        from: Side,
        bytes: &[u8],
        wire_bytes: usize,
    ) -> (String, Vec<usize>) {
        let text = String::from_utf8_lossy(bytes);
        let shown = sql::masked(&text, &mut self.tables);
        if shown.is_secret() {
            cx.note(from, Topic::ClearSecret, Value::Secret);
        }
        let class = match shown.is_secret() {
            true => DataClass::Credentials,
            false if sql::verb(&text).changes() => DataClass::DatabaseRows,
            false => DataClass::Signalling,
        };
        let wire_bytes = wire_bytes as u64;
        cx.content(&Content { from, class, wire_bytes, bytes: shown.text.as_bytes(), ends: true });
        let numbers =
            shown.parameters.iter().filter_map(|name| name.strip_prefix('$')?.parse().ok()).collect();
        let kept = shown.text.get(..shown.text.floor_char_boundary(MOST_KEPT_BYTES)).unwrap_or_default();
        (kept.to_owned(), numbers)
    }
}

/// Adds a value as text: as it is where it is text, else as bytes.
fn show(value: Option<&[u8]>, text: &mut String) {
    match value.map(str::from_utf8) {
        None => text.push_str("NULL"),
        Some(Ok(value)) => text.extend(value.chars().map(|one| if one.is_control() { ' ' } else { one })),
        Some(Err(_)) => value.into_iter().flatten().for_each(|byte| text.push_str(&format!("{byte:02x}"))),
    }
}
