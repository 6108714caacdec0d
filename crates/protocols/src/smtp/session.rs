//! What SMTP, POP3 and IMAP have in common: lines that ask and lines that answer, log-ins, and mail between them.

use super::login::{Secret, Step};
use super::unfinished::{Unfinished, literal};
use crate::logins::clear_password;
use crate::tls::ChangesToTls;
use crate::{Answer, Context, Dialogue, Length, Pending, Request};
use quaywatch_model::{
    Attribute, Coded, Content, DataClass, Item, Items, Number, Operation, Outcome, Side, Topic, Value, Verb,
    Verdict,
};

/// The longest line that is read, in bytes. A line of AUTH may have 12,288 (RFC 4954, section 4).
pub(crate) const LONGEST_LINE_BYTES: usize = 16 * 1024;
/// A name or an address is kept up to so many bytes.
const LONGEST_NAME_BYTES: usize = 320;

/// How one of the three writes its lines.
#[derive(Debug)]
pub(crate) struct Dialect {
    pub(crate) name: &'static str,
    /// A client's line.
    pub(crate) command: fn(&str) -> Option<Command<'_>>,
    /// A server's line; `None` where it is none, or the middle of an answer.
    pub(crate) reply: fn(&str) -> Option<Reply<'_>>,
}

/// A client's line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command<'l> {
    /// What its answer repeats; empty where answers come in the order of commands.
    pub(crate) tag: &'l str,
    /// In capitals.
    pub(crate) name: String,
    pub(crate) argument: &'l str,
}

/// A server's line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reply<'l> {
    pub(crate) tag: &'l str,
    pub(crate) kind: Kind,
    /// What it says in digits or in a word: `535`, `NO`.
    pub(crate) code: &'l str,
    pub(crate) text: &'l str,
}

/// What a server's line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Accepted,
    Refused,
    /// The client is to go on.
    Continue,
    /// It answers nothing, or more of the answer comes.
    Note,
}

/// What does not come in lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Body {
    #[default]
    None,
    /// Lines up to one with a single point.
    Lines,
    /// So many bytes.
    Bytes(u64),
}

/// A command that waits for its answer.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    tag: String,
    name: String,
}

/// One connection.
pub(crate) struct Session {
    dialect: &'static Dialect,
    client: Option<Side>,
    heard_server: bool,
    greeted: bool,
    waiting: Pending<Asked>,
    login: Step,
    user: Option<String>,
    /// The command of which a word comes as it is.
    unfinished: Option<Unfinished>,
    /// What comes from each side.
    bodies: [Body; 2],
    /// A line begins here, of a body in lines.
    line_begins: bool,
    sender: Option<String>,
    recipients: u64,
    body_bytes: u64,
    tls: bool,
}

impl Session {
    pub(crate) fn new(dialect: &'static Dialect) -> Self {
        Self {
            dialect,
            client: None,
            heard_server: false,
            greeted: false,
            waiting: Pending::default(),
            login: Step::None,
            user: None,
            unfinished: None,
            bodies: [Body::None; 2],
            line_begins: true,
            sender: None,
            recipients: 0,
            body_bytes: 0,
            tls: false,
        }
    }

    fn body(&mut self, cx: &mut Context<'_>, from: Side, body: Body, bytes: &[u8]) {
        let (is_point, begins) = (matches!(bytes, b".\r\n" | b".\n"), self.line_begins);
        let ends = match body {
            Body::Bytes(left) => left <= bytes.len() as u64,
            _ => begins && is_point,
        };
        self.line_begins = ends || bytes.ends_with(b"\n");
        *from.of_mut(&mut self.bodies) = match body {
            _ if ends => Body::None,
            Body::Bytes(left) => Body::Bytes(left - bytes.len() as u64),
            other => other,
        };
        self.body_bytes += bytes.len() as u64;
        let (class, wire_bytes) = (DataClass::Unknown, bytes.len() as u64);
        let bytes = if cx.wanted.content { bytes } else { &[] };
        cx.content(&Content { from, class, wire_bytes, bytes, ends });
    }

    /// The next bytes of a word.
    fn word(&mut self, from: Side, left: u64, bytes: &[u8]) {
        if let Some(unfinished) = &mut self.unfinished {
            unfinished.takes(bytes);
        }
        let left = left.saturating_sub(bytes.len() as u64);
        *from.of_mut(&mut self.bodies) = if left > 0 { Body::Bytes(left) } else { Body::None };
    }

    /// A client's line, or the rest of one.
    fn line(&mut self, cx: &mut Context<'_>, from: Side, line: &str) {
        let whole = self.unfinished.take().map(|unfinished| unfinished.with(line));
        let line = whole.as_deref().unwrap_or(line);
        let command = (self.dialect.command)(line).filter(|_| self.login == Step::None);
        let begun = command.filter(|command| !command.tag.is_empty());
        if let Some((unfinished, length)) = begun.and_then(|command| Unfinished::begin(line, &command)) {
            self.unfinished = Some(unfinished);
            return self.bytes(from, Some(length));
        }
        self.command(cx, from, line);
    }

    fn command(&mut self, cx: &mut Context<'_>, from: Side, line: &str) {
        if self.login != Step::None {
            let secret = self.login.answer(line);
            return self.shows(cx, from, secret, line.len());
        }
        let Some(Command { tag, name, argument }) = (self.dialect.command)(line) else {
            return cx.problem("mail", "line is no command", Verdict::Malformed, line.len() as u64);
        };
        let mut function = name.clone();
        match name.as_str() {
            "AUTH" | "AUTHENTICATE" => {
                let mechanism = argument.split(' ').next().unwrap_or_default().to_ascii_uppercase();
                let (step, secret) = Step::begin(&mechanism, argument.split(' ').nth(1));
                self.login = step;
                cx.note(from, Topic::Authentication, Value::Text(cut(&mechanism.to_ascii_lowercase())));
                function = format!("{name} {}", cut(&mechanism));
                self.shows(cx, from, secret, argument.len());
            }
            "LOGIN" => {
                self.user = None;
                cx.note(from, Topic::Authentication, Value::Text("password"));
                self.shows(cx, from, Secret::of_words(argument), argument.len());
            }
            "USER" => self.user(cx, from, argument),
            "PASS" => {
                cx.note(from, Topic::Authentication, Value::Text("password"));
                self.shows(cx, from, Secret::password(argument), argument.len());
            }
            "APOP" => {
                cx.note(from, Topic::Authentication, Value::Text("digest"));
                self.user(cx, from, argument.split(' ').next().unwrap_or_default());
            }
            "EHLO" | "HELO" | "LHLO" => cx.note(from, Topic::ClientName, Value::Text(cut(argument))),
            "MAIL" => (self.sender, self.recipients) = (Some(address(argument).to_owned()), 0),
            "RCPT" => self.recipients += 1,
            // Where the server is not heard, nobody says that the mail may come.
            "DATA" if !self.heard_server => self.lines(from),
            "BDAT" => self.bytes(from, argument.split(' ').next().and_then(|length| length.parse().ok())),
            _ => {}
        }
        if let Some((_, length)) = literal(line).filter(|_| !tag.is_empty()) {
            self.bytes(from, Some(length));
        }
        let kept = match name.as_str() {
            "EHLO" | "HELO" | "LHLO" | "SELECT" | "EXAMINE" | "RETR" | "DELE" | "FETCH" => cut(argument),
            _ => "",
        };
        let asked = Asked { tag: cut(tag).to_owned(), name: function };
        if let Some(gave_way) = self.waiting.push(cx, asked, kept.as_bytes()) {
            self.give_up(cx, gave_way);
        }
    }

    fn lines(&mut self, from: Side) {
        (*from.of_mut(&mut self.bodies), self.line_begins, self.body_bytes) = (Body::Lines, true, 0);
    }

    fn bytes(&mut self, from: Side, length: Option<u64>) {
        if let Some(length) = length.filter(|&length| length > 0) {
            (*from.of_mut(&mut self.bodies), self.body_bytes) = (Body::Bytes(length), 0);
        }
    }

    fn user(&mut self, cx: &mut Context<'_>, from: Side, user: &str) {
        let user = cut(user);
        if !user.is_empty() && self.user.as_deref() != Some(user) {
            cx.note(from, Topic::User, Value::Text(user));
            self.user = Some(user.to_owned());
        }
    }

    /// What a line of so many bytes shows of who logs in.
    fn shows(&mut self, cx: &mut Context<'_>, from: Side, secret: Secret, bytes: usize) {
        if let Some(user) = &secret.user {
            self.user(cx, from, user);
        }
        if let Some(password) = &secret.password {
            clear_password(cx, from, self.user.as_deref(), password);
            cx.carried(from, DataClass::Credentials, bytes as u64);
        }
    }

    fn reply(&mut self, cx: &mut Context<'_>, from: Side, reply: &Reply<'_>, line: &str) {
        if let Some((_, length)) = literal(line).filter(|_| reply.kind == Kind::Note) {
            self.bytes(from, Some(length));
        }
        match reply.kind {
            Kind::Note => {}
            Kind::Continue => {
                if self.waiting.is_waiting(|asked| asked.name == "DATA") {
                    self.lines(from.other());
                }
            }
            Kind::Accepted | Kind::Refused => {
                // The server does not want the rest of a command.
                if let Some(unfinished) = self.unfinished.take_if(|_| reply.kind == Kind::Refused) {
                    *from.other().of_mut(&mut self.bodies) = Body::None;
                    self.command(cx, from.other(), &unfinished.refused());
                }
                let Some(request) = self.waiting.take_where(|asked| asked.tag == reply.tag) else {
                    if !std::mem::replace(&mut self.greeted, true) {
                        cx.fact(from, Attribute::Software, cut(reply.text));
                    }
                    return;
                };
                self.answered(cx, from, &request, reply);
                request.free(cx.memory);
            }
        }
    }

    fn answered(&mut self, cx: &mut Context<'_>, from: Side, request: &Request<Asked>, reply: &Reply<'_>) {
        let accepted = reply.kind == Kind::Accepted;
        let name = request.key.name.as_str();
        match name {
            "STARTTLS" | "STLS" if accepted => {
                self.tls = true;
                cx.note(from, Topic::Protection, Value::Text("encrypted"));
            }
            "RETR" | "TOP" | "CAPA" if accepted => self.lines(from),
            // With a number, the answer is a line (RFC 1939, section 5).
            "LIST" | "UIDL" if accepted && request.bytes.is_empty() && reply.tag.is_empty() => {
                self.lines(from);
            }
            _ if verb(name) == Some(Verb::Authenticate) => {
                self.login = Step::None;
                // A name that still needs its password is told with it.
                if name == "USER" && accepted {
                    return;
                }
                cx.note(from, Topic::Login, Value::Text(if accepted { "accepted" } else { "refused" }));
            }
            _ => {}
        }
        let outcome = if accepted { Outcome::Accepted } else { Outcome::Refused };
        self.report(cx, request, Some(reply), outcome);
    }

    fn give_up(&self, cx: &mut Context<'_>, request: Request<Asked>) {
        let outcome = request.unmet(cx.now, self.heard_server);
        self.report(cx, &request, None, outcome);
        request.free(cx.memory);
    }

    fn report(
        &self,
        cx: &mut Context<'_>,
        request: &Request<Asked>,
        reply: Option<&Reply<'_>>,
        outcome: Outcome,
    ) {
        let name = request.key.name.as_str();
        let (Some(client), Some(verb)) = (self.client, verb(name)) else { return };
        let is_mail = matches!(name, "DATA" | "BDAT");
        let argument = String::from_utf8_lossy(&request.bytes);
        let subject = Subject {
            user: self.user.as_deref().filter(|_| verb == Verb::Authenticate),
            about: Some(&*argument).filter(|argument| !argument.is_empty()),
            mail: is_mail.then_some((self.sender.as_deref().unwrap_or_default(), self.recipients)),
        };
        let code = reply.filter(|_| outcome == Outcome::Refused).map(|reply| reply.code);
        cx.operation(&Operation {
            request: Some(request.moment),
            reply: reply.map(|_| cx.now),
            items: &subject,
            bytes: Some(self.body_bytes).filter(|&bytes| is_mail && bytes > 0),
            code: code.map(|code| Coded::new(code, Number::None)),
            ..Operation::new(client, verb, Coded::new(name, Number::None), outcome)
        });
    }
}

/// What a command does; nothing is told of those that only ask around.
fn verb(name: &str) -> Option<Verb> {
    Some(match name.split(' ').next()? {
        "AUTH" | "AUTHENTICATE" | "LOGIN" | "USER" | "PASS" | "APOP" => Verb::Authenticate,
        "EHLO" | "HELO" | "LHLO" | "SELECT" | "EXAMINE" => Verb::OpenSession,
        "DATA" | "BDAT" | "APPEND" | "STORE" | "EXPUNGE" | "DELE" | "DELETE" => Verb::Write,
        "RETR" | "TOP" | "FETCH" => Verb::Read,
        "QUIT" | "LOGOUT" => Verb::CloseSession,
        _ => return None,
    })
}

/// The address in `FROM:<anna@example.com> SIZE=7`.
fn address(argument: &str) -> &str {
    let path = argument.split_once(':').map_or(argument, |(_, path)| path).trim_start();
    let path = path.split(' ').next().unwrap_or_default();
    cut(path.trim_start_matches('<').trim_end_matches('>'))
}

/// No more of a name than is kept.
fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONGEST_NAME_BYTES)).unwrap_or_default()
}

impl ChangesToTls for Session {
    fn is_tls_now(&self) -> bool {
        self.tls
    }
}

impl Dialogue for Session {
    const LAYER: &'static str = "mail";
    const MAX_PDU_BYTES: usize = LONGEST_LINE_BYTES;

    fn length(&self, from: Side, head: &[u8]) -> Length {
        match *from.of(&self.bodies) {
            _ if self.tls => return Length::Is(head.len().min(LONGEST_LINE_BYTES)),
            Body::Bytes(left) => {
                let left = usize::try_from(left).unwrap_or(usize::MAX);
                return Length::Is(head.len().min(left).min(LONGEST_LINE_BYTES));
            }
            Body::Lines | Body::None => {}
        }
        let is_body = *from.of(&self.bodies) == Body::Lines;
        match memchr::memchr(b'\n', head.get(..LONGEST_LINE_BYTES).unwrap_or(head)) {
            Some(end) => Length::Is(end + 1),
            None if head.len() < LONGEST_LINE_BYTES => Length::More,
            None if is_body => Length::Is(LONGEST_LINE_BYTES),
            None => Length::Bad("line too long"),
        }
    }

    fn starts(&self, from: Side, head: &[u8]) -> Answer {
        if self.tls || *from.of(&self.bodies) != Body::None || self.login != Step::None {
            return Answer::Certain;
        }
        let head = head.get(..LONGEST_SOUGHT_BYTES).unwrap_or(head);
        let Some(end) = memchr::memchr(b'\n', head) else {
            let text = head.iter().all(|byte| (0x20..0x7f).contains(byte) || *byte == b'\r');
            return if text && head.len() < LONGEST_SOUGHT_BYTES { Answer::Unsure } else { Answer::No };
        };
        let line = std::str::from_utf8(head.get(..end).unwrap_or_default()).unwrap_or_default();
        let line = line.trim_end_matches('\r');
        let is_line = (self.dialect.reply)(line).is_some() || (self.dialect.command)(line).is_some();
        if is_line { Answer::Certain } else { Answer::No }
    }

    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let body = *from.of(&self.bodies);
        if self.tls {
            return;
        }
        if let (Body::Bytes(left), true, true) = (body, self.unfinished.is_some(), self.client == Some(from))
        {
            return self.word(from, left, bytes);
        }
        if body != Body::None {
            return self.body(cx, from, body, bytes);
        }
        let text = String::from_utf8_lossy(bytes);
        let line = text.trim_end_matches(['\r', '\n']);
        let reply = (self.dialect.reply)(line);
        if self.client != Some(from) && (reply.is_some() || self.client.is_some()) {
            self.client = Some(from.other());
            self.heard_server = true;
            return reply.into_iter().for_each(|reply| self.reply(cx, from, &reply, line));
        }
        if !line.is_empty() || self.unfinished.is_some() {
            self.client = Some(from);
            self.line(cx, from, line);
        }
    }

    fn lost(&mut self, _: &mut Context<'_>, from: Side, bytes: u64) {
        if self.client != Some(from) {
            self.waiting.answers_lost();
        }
        let body = from.of_mut(&mut self.bodies);
        *body = match *body {
            Body::Bytes(left) if bytes > 0 && left > bytes => Body::Bytes(left - bytes),
            Body::Lines => Body::Lines,
            _ => Body::None,
        };
        self.login = Step::None;
        self.unfinished = None;
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        while let Some(request) = self.waiting.take_any() {
            self.give_up(cx, request);
        }
    }

    fn protocol(&self) -> &'static str {
        self.dialect.name
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        if self.tls { DataClass::Encrypted } else { DataClass::Signalling }
    }
}

/// A longer line is not taken for one where the next line is looked for.
const LONGEST_SOUGHT_BYTES: usize = 512;

/// What a command was about.
struct Subject<'a> {
    user: Option<&'a str>,
    about: Option<&'a str>,
    /// Who sends, and to how many.
    mail: Option<(&'a str, u64)>,
}

impl Items for Subject<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        if let Some(user) = self.user {
            tell(Item::valued(&"user", Value::Text(user)));
        }
        if let Some(about) = self.about {
            tell(Item::valued(&"about", Value::Text(about)));
        }
        if let Some((sender, recipients)) = self.mail {
            tell(Item::valued(&"sender", Value::Text(sender)));
            tell(Item::valued(&"recipients", Value::Unsigned(recipients)));
        }
    }
}

/// What the first line says of a protocol; doubt, where what is there may become a line.
pub(crate) fn first_line(bytes: &[u8], ask: impl FnOnce(&str) -> Answer) -> Answer {
    // Most of what is asked about is no text: its first byte says so.
    if bytes.first().is_some_and(|byte| !byte.is_ascii_graphic() && !byte.is_ascii_whitespace()) {
        return Answer::No;
    }
    let head = bytes.get(..LONGEST_SOUGHT_BYTES).unwrap_or(bytes);
    let Some(end) = memchr::memchr(b'\n', head) else {
        let plain = head.iter().all(|byte| (0x20..0x7f).contains(byte) || *byte == b'\r');
        let begins = head.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+-*".contains(byte));
        return if plain && begins && head.len() < LONGEST_SOUGHT_BYTES {
            Answer::Unsure
        } else {
            Answer::No
        };
    };
    match std::str::from_utf8(head.get(..end).unwrap_or_default()) {
        Ok(line) if !line.trim_end().contains(|one: char| one.is_control()) => ask(line.trim_end()),
        _ => Answer::No,
    }
}
