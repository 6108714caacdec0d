use super::data::{Channels, Load};
use super::{PROTOCOL, wire};
use crate::images;
use crate::logins::clear_password;
use crate::secrets::{MASK, is_secret, masked_command};
use crate::tls::ChangesToTls;
use crate::{Answer, Context, Dialogue, Expectations, Length, Pending, Request};
use quaywatch_model::{
    Address, Attribute, Coded, DataClass, Item, Items, Number, Operation, Outcome, Side, Topic, TransferKind,
    Value, Verb, Verdict,
};
use std::borrow::Cow;

/// The longest line that is read. Paths are at most some hundred bytes.
pub(super) const LONGEST_LINE_BYTES: usize = 4096;
/// A longer line is not taken for one where the next line is looked for.
const LONGEST_SOUGHT_BYTES: usize = 1024;
/// A name or a working directory is kept up to so many bytes.
const LONGEST_NAME_BYTES: usize = 512;
/// A command this old is given up: a long transfer may take hours, but then it has begun.
const GIVEN_UP_NANOS: i64 = 3_600_000_000_000;

/// What follows `SITE` before passwords, beside the words that say it: of users and of groups.
const SETS_SECRET: [&str; 3] = ["GPSWD", "ADDUSER", "GADDUSER"];

/// One control connection.
#[derive(Default)]
pub(super) struct Control {
    client: Option<Side>,
    heard_server: bool,
    waiting: Pending<Asked>,
    /// The code of a reply of several lines that is not over.
    several: Option<u16>,
    user: Option<String>,
    directory: Option<String>,
    rename_from: Option<String>,
    /// The data connection that was announced last.
    channel: Option<u64>,
    /// TLS was agreed on.
    encrypted: bool,
    tls: bool,
}

/// A command that waits for its reply.
#[derive(Debug, PartialEq)]
struct Asked {
    verb: String,
    channel: Option<u64>,
}

impl ChangesToTls for Control {
    fn is_tls_now(&self) -> bool {
        self.tls
    }
}

impl Dialogue for Control {
    const LAYER: &'static str = "ftp";
    const MAX_PDU_BYTES: usize = LONGEST_LINE_BYTES;

    fn length(&self, _: Side, head: &[u8]) -> Length {
        if self.encrypted {
            return Length::Is(head.len().min(LONGEST_LINE_BYTES));
        }
        let head = head.get(..LONGEST_LINE_BYTES).unwrap_or(head);
        match memchr::memchr(b'\n', head) {
            Some(end) => Length::Is(end + 1),
            None if head.len() < LONGEST_LINE_BYTES => Length::More,
            None => Length::Bad("line too long"),
        }
    }

    fn starts(&self, _: Side, head: &[u8]) -> Answer {
        if self.encrypted {
            return Answer::Certain;
        }
        // The cheap question first: this one is asked at every byte where the next line is looked for.
        if !wire::may_begin(head) {
            return Answer::No;
        }
        let head = head.get(..LONGEST_SOUGHT_BYTES).unwrap_or(head);
        match memchr::memchr(b'\n', head) {
            Some(end) => match wire::sounds_like(head.get(..end).unwrap_or_default()) {
                // After a gap a line may be one of the many that are not listed; a greeting or any command begins a line.
                wire::Sound::Other if !is_line(head.get(..end).unwrap_or_default()) => Answer::No,
                _ => Answer::Certain,
            },
            None if head.len() < LONGEST_SOUGHT_BYTES && wire::begins(head) => Answer::Unsure,
            None => Answer::No,
        }
    }

    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        if self.encrypted {
            return;
        }
        let text = String::from_utf8_lossy(bytes);
        // Telnet's interrupt and data mark may stand before an ABOR (RFC 959 section 4.1.3).
        let line = text.trim_end_matches(['\r', '\n']).trim_start_matches(char::REPLACEMENT_CHARACTER);
        if self.client != Some(from) && (self.several.is_some() || wire::reply(line).is_some()) {
            self.client = Some(from.other());
            self.heard_server = true;
            return self.reply_line(cx, from, line);
        }
        let (verb, argument) = wire::command(line);
        if verb.is_empty() || self.client == Some(from.other()) {
            return cx.problem(Self::LAYER, "line is no command", Verdict::Malformed, bytes.len() as u64);
        }
        self.client = Some(from);
        self.command(cx, from, verb, argument);
    }

    fn lost(&mut self, _: &mut Context<'_>, from: Side, _: u64) {
        if self.client != Some(from) {
            self.waiting.answers_lost();
            self.several = None;
        }
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        while let Some(request) = self.waiting.take_any() {
            self.give_up(cx, request);
        }
    }

    fn protocol(&self) -> &'static str {
        "ftp"
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        if self.encrypted { DataClass::Encrypted } else { DataClass::Signalling }
    }
}

/// Whether this is a reply or a command of any kind.
fn is_line(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(|line| {
        let line = line.trim_end();
        wire::reply(line).is_some_and(|(code, _)| (100..700).contains(&code))
            || !wire::command(line).0.is_empty()
    })
}

/// What became of a command.
struct Told<'a> {
    code: u16,
    text: &'a str,
}

impl Told<'_> {
    const fn outcome(&self) -> Outcome {
        if self.code < 400 { Outcome::Accepted } else { Outcome::Refused }
    }
}

impl Control {
    fn command(&mut self, cx: &mut Context<'_>, from: Side, verb: String, argument: &str) {
        while let Some(request) = self.waiting.take_older(cx.now, GIVEN_UP_NANOS) {
            self.give_up(cx, request);
        }
        let argument = cut(argument);
        match verb.as_str() {
            "USER" => {
                self.user = Some(argument.to_owned());
                cx.note(from, Topic::User, Value::Text(argument));
            }
            "PASS" => self.password(cx, from, argument),
            "PORT" => {
                if let Some((address, port)) = wire::host_port(argument) {
                    self.expect(cx, address, port);
                }
            }
            "EPRT" => {
                if let Some((address, port)) = wire::extended(argument) {
                    self.expect(cx, address.unwrap_or(*from.of(&cx.addresses)), port);
                }
            }
            "RETR" => self.load(cx, Load::Read(self.path(argument))),
            "STOR" | "STOU" | "APPE" => self.load(cx, Load::Write(self.path(argument))),
            "LIST" | "NLST" | "MLSD" => self.load(cx, Load::Listing),
            _ => {}
        }
        // A password does not wait anywhere.
        let kept = match verb.as_str() {
            "PASS" | "ACCT" => Cow::Borrowed(""),
            "SITE" => Self::site(cx, from, argument),
            _ => argument.into(),
        };
        if let Some(gave_way) = self.waiting.push(cx, Asked { verb, channel: self.channel }, kept.as_bytes())
        {
            self.give_up(cx, gave_way);
        }
    }

    fn password(&self, cx: &mut Context<'_>, from: Side, password: &str) {
        let user = self.user.as_deref();
        if user.is_some_and(is_anonymous) {
            // What stands for a password is no secret then.
            return cx.note(from, Topic::Authentication, Value::Text("anonymous"));
        }
        cx.note(from, Topic::Authentication, Value::Text("password"));
        clear_password(cx, from, user, password);
        // "PASS ", the password, CR LF.
        cx.carried(from, DataClass::Credentials, password.len() as u64);
    }

    /// As much of a server's own command as may be told: those that set passwords are followed by them.
    fn site<'a>(cx: &mut Context<'_>, from: Side, argument: &'a str) -> Cow<'a, str> {
        let command = argument.split_whitespace().next().unwrap_or_default();
        let sets_secret =
            is_secret(command) || SETS_SECRET.iter().any(|one| command.eq_ignore_ascii_case(one));
        let shown = if sets_secret { format!("{command} {MASK}").into() } else { masked_command(argument) };
        if let Cow::Owned(_) = shown {
            cx.note(from, Topic::ClearSecret, Value::Secret);
        }
        shown
    }

    /// Says what the announced data connection will move.
    fn load(&self, cx: &mut Context<'_>, load: Load) {
        if let Some(channel) = self.channel.and_then(|token| cx.shared.get::<Channels>().get(token)) {
            channel.load = Some(load);
        }
    }

    /// Expects a data connection.
    fn expect(&mut self, cx: &mut Context<'_>, address: Address, port: u16) {
        let token = cx.shared.get::<Channels>().open();
        cx.shared.get::<Expectations>().expect(cx.now, (address, port), &PROTOCOL, token);
        // Behind address translation a client says an address that it does not have on this side of it.
        let client = self.client.map(|client| *client.of(&cx.addresses));
        if let Some(seen) = client.filter(|&seen| !cx.addresses.contains(&address) && seen != address) {
            cx.shared.get::<Expectations>().expect(cx.now, (seen, port), &PROTOCOL, token);
        }
        self.channel = Some(token);
    }

    /// A file's path, from the root where the working directory is known.
    fn path(&self, name: &str) -> String {
        match &self.directory {
            Some(directory) if !name.starts_with('/') && !name.is_empty() => {
                format!("{}/{name}", directory.trim_end_matches('/'))
            }
            _ => name.to_owned(),
        }
    }

    fn reply_line(&mut self, cx: &mut Context<'_>, from: Side, line: &str) {
        let reply = wire::reply(line);
        if let Some(code) = self.several {
            match reply {
                Some((last, rest)) if last == code && !rest.starts_with('-') => self.several = None,
                _ => return,
            }
        } else if let Some((code, rest)) = reply
            && rest.starts_with('-')
        {
            self.several = Some(code);
            if code == 220 {
                cx.fact(from, Attribute::Software, cut(rest.trim_start_matches('-')));
            }
            return;
        }
        let Some((code, rest)) = reply else { return };
        self.reply(cx, from, &Told { code, text: rest.trim() });
    }

    fn reply(&mut self, cx: &mut Context<'_>, from: Side, told: &Told<'_>) {
        if told.code < 200 {
            return;
        }
        let Some(request) = self.waiting.take_where(|_| true) else {
            if told.code == 220 {
                cx.fact(from, Attribute::Software, cut(told.text));
            }
            return;
        };
        let argument = String::from_utf8_lossy(&request.bytes).into_owned();
        self.learn(cx, from, &request.key.verb, &argument, told);
        self.report(cx, &request, &argument, Some(told), told.outcome());
        request.free(cx.memory);
    }

    /// What a reply tells of the connection and of the server.
    fn learn(&mut self, cx: &mut Context<'_>, from: Side, verb: &str, argument: &str, told: &Told<'_>) {
        let accepted = told.outcome() == Outcome::Accepted;
        match (verb, told.code) {
            ("PASV", 227) => {
                if let Some((_, port)) = wire::host_port(told.text) {
                    // Behind address translation the server says an address that it is not reached at.
                    self.expect(cx, *from.of(&cx.addresses), port);
                }
            }
            ("EPSV", 229) => {
                if let Some((_, port)) = wire::extended(told.text) {
                    self.expect(cx, *from.of(&cx.addresses), port);
                }
            }
            ("SYST", 215) => cx.fact(from, Attribute::OperatingSystem, cut(told.text)),
            ("PWD" | "XPWD", 257) => {
                self.directory = wire::quoted(told.text).map(|path| cut(path).to_owned());
            }
            ("CWD" | "XCWD", _) if accepted => self.go_to(argument),
            ("CDUP" | "XCUP", _) if accepted => self.go_to(".."),
            ("RNFR", _) => self.rename_from = accepted.then(|| self.path(argument)),
            ("AUTH", 234) => {
                self.encrypted = true;
                // Others than TLS, Kerberos say, come in lines of their own (RFC 2228).
                self.tls =
                    argument.to_ascii_uppercase().starts_with("TLS") || argument.eq_ignore_ascii_case("SSL");
                cx.note(from, Topic::Protection, Value::Text("encrypted"));
            }
            ("USER", 230) | ("PASS", 230 | 202) => cx.note(from, Topic::Login, Value::Text("accepted")),
            ("PASS", 400..) => cx.note(from, Topic::Login, Value::Text("refused")),
            _ => {}
        }
    }

    fn go_to(&mut self, path: &str) {
        if path.starts_with('/') {
            self.directory = Some(path.to_owned());
        } else if path == ".." {
            let up = |directory: &String| {
                directory.rsplit_once('/').map(|(up, _)| if up.is_empty() { "/" } else { up }.to_owned())
            };
            self.directory = self.directory.as_ref().and_then(up);
        } else if self.directory.is_some() {
            let path = self.path(path);
            self.directory = (path.len() <= LONGEST_NAME_BYTES).then_some(path);
        }
    }

    fn give_up(&self, cx: &mut Context<'_>, request: Request<Asked>) {
        let outcome = request.unmet(cx.now, self.heard_server);
        let argument = String::from_utf8_lossy(&request.bytes).into_owned();
        self.report(cx, &request, &argument, None, outcome);
        request.free(cx.memory);
    }

    fn report(
        &self,
        cx: &mut Context<'_>,
        request: &Request<Asked>,
        argument: &str,
        told: Option<&Told<'_>>,
        outcome: Outcome,
    ) {
        let Some(client) = self.client else { return };
        let command = request.key.verb.as_str();
        let path = self.path(argument);
        let mut verb = match command {
            // A name that still needs its password is told with it.
            "USER" if told.is_some_and(|told| matches!(told.code, 331 | 332)) => return,
            "USER" | "PASS" => Verb::Authenticate,
            "RETR" => Verb::Read,
            "STOR" | "STOU" | "APPE" if images::kind(&path, &[]) == TransferKind::Firmware => {
                Verb::UpdateFirmware
            }
            "STOR" | "STOU" | "APPE" | "DELE" | "RMD" | "XRMD" | "MKD" | "XMKD" | "RNTO" | "SITE" => {
                Verb::Write
            }
            "LIST" | "NLST" | "MLSD" | "MLST" => Verb::Browse,
            "REIN" | "QUIT" => Verb::CloseSession,
            _ => return,
        };
        let moves = matches!(command, "RETR" | "STOR" | "STOU" | "APPE");
        let channel = request.key.channel.filter(|_| moves || verb == Verb::Browse);
        let mut bytes = None;
        if let Some(channel) = channel.and_then(|token| cx.shared.get::<Channels>().get(token)) {
            channel.done = told.map(|told| told.outcome() == Outcome::Accepted);
            bytes = Some(channel.bytes).filter(|&bytes| moves && bytes > 0);
            if channel.is_firmware && verb == Verb::Write {
                verb = Verb::UpdateFirmware;
            }
        }
        if moves && !path.is_empty() {
            cx.note(client, Topic::File, Value::Text(&path));
        }
        let previous = self.rename_from.as_deref().filter(|_| command == "RNTO");
        let name = match verb {
            Verb::Authenticate => self.user.as_deref().unwrap_or_default(),
            Verb::CloseSession => "",
            _ if command == "SITE" => argument,
            _ => &path,
        };
        let digits = told.filter(|told| told.code >= 400).map(|told| told.code.to_string());
        let items = Subject { user: verb == Verb::Authenticate, name, previous };
        cx.operation(&Operation {
            request: Some(request.moment),
            reply: told.map(|_| cx.now),
            items: &items,
            bytes,
            code: digits.as_deref().map(|digits| Coded::new(digits, Number::None)),
            ..Operation::new(client, verb, Coded::new(command, Number::None), outcome)
        });
    }
}

fn is_anonymous(user: &str) -> bool {
    user.eq_ignore_ascii_case("anonymous") || user.eq_ignore_ascii_case("ftp")
}

/// No more of a name than is kept.
fn cut(text: &str) -> &str {
    let mut end = text.len().min(LONGEST_NAME_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// What a command was about.
struct Subject<'a> {
    user: bool,
    name: &'a str,
    previous: Option<&'a str>,
}

impl Items for Subject<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        if self.user {
            tell(Item::valued(&"user", Value::Text(self.name)));
        } else if let Some(previous) = self.previous {
            tell(Item {
                previous: Some(Value::Text(previous)),
                ..Item::valued(&"file", Value::Text(self.name))
            });
        } else if !self.name.is_empty() {
            tell(Item::valued(&"file", Value::Text(self.name)));
        }
    }
}
