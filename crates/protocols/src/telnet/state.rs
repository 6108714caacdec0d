use crate::logins::clear_password;
use crate::{Context, Conversation};
use quaywatch_model::{
    Attribute, Coded, DataClass, Item, Items, Moment, Number, Operation, Outcome, Side, Topic, Value, Verb,
};

/// Interpret as command.
pub(super) const IAC: u8 = 0xFF;
const SUBNEGOTIATION: u8 = 0xFA;
const SUBNEGOTIATION_END: u8 = 0xF0;
const WILL: u8 = 0xFB;
const DONT: u8 = 0xFE;
/// The option of RFC 2946, and its subcommand that begins encryption.
const ENCRYPT: u8 = 38;
const ENCRYPT_START: u8 = 3;
/// So much of what the server shows is looked at for a prompt, and kept of its banner, in bytes.
pub(super) const LONGEST_SHOWN_BYTES: usize = 1024;
/// A name or password is read up to so many bytes.
pub(super) const LONGEST_TYPED_BYTES: usize = 128;

/// What a prompt asks for, in lower case.
const NAME_PROMPTS: [&str; 5] = ["login:", "username:", "user name:", "user:", "login name:"];
const PASSWORD_PROMPTS: [&str; 3] = ["password:", "passwd:", "passcode:"];
/// How servers say no.
const REFUSALS: [&str; 6] = ["incorrect", "failed", "denied", "invalid", "failure", "not authorized"];

/// Whether what a server shows ends by asking for a name or a password.
pub(super) fn is_prompt(shown: &[u8]) -> bool {
    std::str::from_utf8(shown).is_ok_and(|text| asks(text).is_some())
}

/// What the end of a text asks for.
fn asks(shown: &str) -> Option<Wanted> {
    let last = shown.trim_end().rsplit(['\n', '\r']).next()?.to_ascii_lowercase();
    if NAME_PROMPTS.iter().any(|prompt| last.ends_with(prompt)) {
        return Some(Wanted::Name);
    }
    let password = PASSWORD_PROMPTS.iter().any(|prompt| last.ends_with(prompt));
    // OpenSSH-like prompts name the user before the colon.
    (password || (last.contains("password for") && last.ends_with(':'))).then_some(Wanted::Password)
}

/// What the server waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Name,
    Password,
}

/// Where one side's stream stands in a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Inside {
    #[default]
    Text,
    Command,
    Option(u8),
    /// Subnegotiation: the option, once known, and how many bytes of it were seen.
    Sub(u8, u8),
    SubCommand(u8, u8),
}

/// One session.
#[derive(Default)]
pub(super) struct Telnet {
    server: Option<Side>,
    inside: [Inside; 2],
    /// What the server shows since the client last sent a line.
    shown: String,
    typed: Vec<u8>,
    wanted: Option<Wanted>,
    user: Option<String>,
    /// When the password was sent, until it is known what became of it.
    asked: Option<Moment>,
    prompted: bool,
    encrypted: bool,
}

impl Conversation for Telnet {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        if self.encrypted {
            return;
        }
        let mut commands = 0;
        for &byte in bytes {
            let before = *from.of(&self.inside);
            if let Some(byte) = self.text(cx, from, byte) {
                self.character(cx, from, byte);
            } else {
                commands += 1;
            }
            if before == Inside::Text && self.encrypted {
                break;
            }
        }
        if commands > 0 {
            cx.carried(from, DataClass::Signalling, commands);
        }
        if self.server_side(cx) == from {
            self.look(cx);
        }
    }

    fn gap(&mut self, _: &mut Context<'_>, from: Side, _: u64) {
        *from.of_mut(&mut self.inside) = Inside::Text;
        self.typed.clear();
        self.wanted = None;
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        if self.asked.is_some() {
            self.report(cx, None, Outcome::Unseen);
        }
    }

    fn protocol(&self) -> &'static str {
        "telnet"
    }

    fn client(&self) -> Option<Side> {
        self.server.map(Side::other)
    }

    fn carries(&self) -> DataClass {
        if self.encrypted { DataClass::Encrypted } else { DataClass::Unknown }
    }
}

impl Telnet {
    /// Who asks for names is the server; until somebody does, the one with the lower port.
    fn server_side(&self, cx: &Context<'_>) -> Side {
        let [a, b] = cx.ports;
        self.server.unwrap_or(if a < b { Side::A } else { Side::B })
    }

    /// Takes commands out of a side's stream.
    fn text(&mut self, cx: &mut Context<'_>, from: Side, byte: u8) -> Option<u8> {
        let inside = from.of_mut(&mut self.inside);
        let (next, text) = match (*inside, byte) {
            (Inside::Text, IAC) => (Inside::Command, None),
            (Inside::Text, _) => (Inside::Text, Some(byte)),
            (Inside::Command, IAC) => (Inside::Text, Some(byte)),
            (Inside::Command, SUBNEGOTIATION) => (Inside::Sub(0, 0), None),
            (Inside::Command, WILL..=DONT) => (Inside::Option(byte), None),
            (Inside::Command | Inside::Option(_), _) => (Inside::Text, None),
            (Inside::Sub(option, count), IAC) => (Inside::SubCommand(option, count), None),
            (Inside::Sub(_, 0), _) => (Inside::Sub(byte, 1), None),
            (Inside::Sub(ENCRYPT, 1), ENCRYPT_START) => {
                self.encrypted = true;
                (Inside::Sub(ENCRYPT, 2), None)
            }
            (Inside::Sub(option, count), _) => (Inside::Sub(option, count.saturating_add(1)), None),
            (Inside::SubCommand(..), SUBNEGOTIATION_END) => (Inside::Text, None),
            (Inside::SubCommand(option, count), _) => (Inside::Sub(option, count), None),
        };
        *inside = next;
        if self.encrypted {
            cx.note(from, Topic::Protection, Value::Text("encrypted"));
        }
        text
    }

    fn character(&mut self, cx: &mut Context<'_>, from: Side, byte: u8) {
        if self.server_side(cx) == from {
            if self.shown.len() >= LONGEST_SHOWN_BYTES {
                // Only the end can hold a prompt, only the beginning a banner, which has been told by then.
                self.shown.clear();
            }
            if byte.is_ascii_graphic() || matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                self.shown.push(char::from(byte));
            }
            return;
        }
        match byte {
            b'\r' | b'\n' => self.line(cx, from),
            0x08 | 0x7F => {
                self.typed.pop();
            }
            0..0x20 => {}
            _ if self.typed.len() < LONGEST_TYPED_BYTES => self.typed.push(byte),
            _ => {}
        }
    }

    /// The client sent a line.
    fn line(&mut self, cx: &mut Context<'_>, from: Side) {
        let typed = std::mem::take(&mut self.typed);
        let Some(wanted) = self.wanted.take() else { return };
        let typed = String::from_utf8_lossy(&typed);
        self.shown.clear();
        match wanted {
            Wanted::Name if typed.is_empty() => self.wanted = Some(Wanted::Name),
            Wanted::Name => {
                cx.note(from, Topic::User, Value::Text(&typed));
                self.user = Some(typed.into_owned());
            }
            Wanted::Password => {
                cx.note(from, Topic::Authentication, Value::Text("password"));
                clear_password(cx, from, self.user.as_deref(), &typed);
                cx.carried(from, DataClass::Credentials, typed.len() as u64);
                self.asked = Some(cx.now);
            }
        }
    }

    /// Looks at what the server shows: a prompt, a refusal, a shell.
    fn look(&mut self, cx: &mut Context<'_>) {
        let server = self.server_side(cx);
        let wanted = asks(&self.shown);
        if self.asked.is_some() {
            let lower = self.shown.to_ascii_lowercase();
            let refused = wanted.is_some() || REFUSALS.iter().any(|word| lower.contains(word));
            let shell = self.shown.trim_end().ends_with(['$', '#', '>', '%', ']']);
            if refused {
                self.report(cx, Some(cx.now), Outcome::Refused);
            } else if shell || lower.contains("last login") || lower.contains("welcome") {
                self.report(cx, Some(cx.now), Outcome::Accepted);
            }
        }
        if wanted.is_some() {
            self.server = Some(server);
            if !std::mem::replace(&mut self.prompted, true) {
                self.banner(cx, server);
            }
            if self.wanted != wanted {
                self.typed.clear();
            }
            self.wanted = wanted;
        }
    }

    /// What was shown before the first prompt, its first line that says something.
    fn banner(&self, cx: &mut Context<'_>, server: Side) {
        let mut lines = self.shown.trim_end().rsplit(['\n', '\r']);
        let _prompt = lines.next();
        let says = |line: &&str| line.chars().filter(char::is_ascii_alphanumeric).count() >= 3;
        if let Some(line) = lines.rfind(says) {
            cx.fact(server, Attribute::Description, line);
        }
    }

    fn report(&mut self, cx: &mut Context<'_>, reply: Option<Moment>, outcome: Outcome) {
        let client = self.server_side(cx).other();
        let word = match outcome {
            Outcome::Accepted => Some("accepted"),
            Outcome::Refused => Some("refused"),
            _ => None,
        };
        if let Some(word) = word {
            cx.note(client.other(), Topic::Login, Value::Text(word));
        }
        cx.operation(&Operation {
            request: self.asked.take(),
            reply,
            items: &User(self.user.as_deref()),
            ..Operation::new(client, Verb::Authenticate, Coded::new("login", Number::None), outcome)
        });
    }
}

struct User<'a>(Option<&'a str>);

impl Items for User<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        if let Some(user) = self.0 {
            tell(Item::valued(&"user", Value::Text(user)));
        }
    }
}
