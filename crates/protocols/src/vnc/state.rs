use super::log;
use super::security::Security;
use super::stage::{Stage, VERSION_BYTES};
use crate::logins::clear_password;
use crate::{Answer, Context, Conversation, unmet};
use quaywatch_model::{
    Attribute, Coded, DataClass, Item, Items, Moment, Number, Operation, Outcome, Side, Topic, Value, Verb,
    Verdict,
};
use quaywatch_wire::Reader;
use std::mem;

/// The longest handshake message that is read, in bytes: reasons and names are some hundred.
pub(super) const MOST_HELD_BYTES: usize = 8 * 1024;
/// Displays are on the ports from here on.
const PORTS: std::ops::RangeInclusive<u16> = 5800..=5999;

/// Whether these bytes begin with a version message.
pub(super) fn version(bytes: &[u8]) -> Answer {
    let fits = |(at, byte): (usize, &u8)| match at {
        0 => *byte == b'R',
        1 => *byte == b'F',
        2 => *byte == b'B',
        3 => *byte == b' ',
        7 => *byte == b'.',
        11 => *byte == b'\n',
        _ => byte.is_ascii_digit(),
    };
    if !bytes.iter().take(VERSION_BYTES).enumerate().all(fits) {
        return Answer::No;
    }
    if bytes.len() < VERSION_BYTES { Answer::Unsure } else { Answer::Certain }
}

/// One connection.
#[derive(Default)]
pub(super) struct Vnc {
    server: Option<Side>,
    stage: Stage,
    held: [Vec<u8>; 2],
    begun: Moment,
    versions: [Option<[u8; VERSION_BYTES]>; 2],
    /// The minor version that is spoken: 3, 7 or 8.
    minor: u8,
    security: Option<Security>,
    /// When the client could first be refused.
    asked: Option<Moment>,
    authenticated: Option<bool>,
    refusal: u32,
    shared: Option<bool>,
    desktop: Option<(String, u16, u16)>,
}

impl Conversation for Vnc {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        if self.server.is_none() {
            self.begun = cx.now;
            self.server = Some(server(cx.ports, from));
        }
        if !self.stage.is_handshake() {
            return self.pass(cx, from, bytes);
        }
        let mut held = mem::take(from.of_mut(&mut self.held));
        let room = held.len() + bytes.len() <= MOST_HELD_BYTES;
        if !room || !cx.memory.append(&mut held, bytes) {
            cx.memory.free(held);
            let reason = "handshake message too long";
            cx.problem("vnc", reason, Verdict::Limit, bytes.len() as u64);
            return self.go(cx, Stage::Over);
        }
        *from.of_mut(&mut self.held) = held;
        self.advance(cx);
    }

    fn gap(&mut self, cx: &mut Context<'_>, _: Side, _: u64) {
        if !self.stage.is_handshake() {
            return;
        }
        // Without a part of the handshake what follows cannot be lined up; what it is may be known all the same.
        let clear = matches!(self.security, Some(Security::NONE | Security::VNC | Security::APPLE));
        self.go(cx, if clear { Stage::Session } else { Stage::Over });
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        for held in &mut self.held {
            cx.memory.free(mem::take(held));
        }
        if let Some(at) = self.asked.take() {
            let outcome = unmet(at, cx.now, true);
            self.report_authentication(cx, Some(at), None, outcome);
        }
        if self.desktop.is_none() {
            self.log(cx);
        }
    }

    fn protocol(&self) -> &'static str {
        "vnc"
    }

    fn client(&self) -> Option<Side> {
        self.server.map(Side::other)
    }

    fn carries(&self) -> DataClass {
        match self.stage {
            Stage::Session => DataClass::Video,
            Stage::Encrypted => DataClass::Encrypted,
            Stage::Over => DataClass::Unknown,
            _ => DataClass::Signalling,
        }
    }
}

/// The server speaks first, unless the ports say that its greeting was missed.
fn server(ports: [u16; 2], first: Side) -> Side {
    let (own, other) = (first.of(&ports), first.other().of(&ports));
    if PORTS.contains(other) && !PORTS.contains(own) { first.other() } else { first }
}

impl Vnc {
    fn server_side(&self) -> Side {
        self.server.unwrap_or(Side::B)
    }

    fn client_side(&self) -> Side {
        self.server_side().other()
    }

    /// Bytes after the handshake: the server's are pictures, which is what the conversation carries.
    fn pass(&self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        if self.stage == Stage::Session && from == self.client_side() {
            cx.carried(from, DataClass::Signalling, bytes.len() as u64);
        }
    }

    fn go(&mut self, cx: &mut Context<'_>, stage: Stage) {
        self.stage = stage;
        if !stage.is_handshake() {
            for side in [Side::A, Side::B] {
                let held = mem::take(side.of_mut(&mut self.held));
                self.pass(cx, side, &held);
                cx.memory.free(held);
            }
        }
    }

    /// Reads messages as long as the one that is awaited is there.
    fn advance(&mut self, cx: &mut Context<'_>) {
        while self.stage.is_handshake() {
            let side = if self.stage.of_server() { self.server_side() } else { self.client_side() };
            let mut held = mem::take(side.of_mut(&mut self.held));
            let length = self.stage.length(&held).filter(|&length| length <= held.len());
            let Some((length, message)) = length.and_then(|length| Some((length, held.get(..length)?)))
            else {
                *side.of_mut(&mut self.held) = held;
                return;
            };
            let next = self.message(cx, message);
            cx.carried(side, DataClass::Signalling, length as u64);
            cx.memory.drop_front(&mut held, length);
            *side.of_mut(&mut self.held) = held;
            self.go(cx, next);
        }
    }

    /// Takes the awaited message; tells what is awaited next.
    fn message(&mut self, cx: &mut Context<'_>, message: &[u8]) -> Stage {
        let number = || message.first_chunk::<4>().map_or(0, |bytes| u32::from_be_bytes(*bytes));
        match self.stage {
            Stage::ServerVersion | Stage::ClientVersion => self.version(cx, message),
            Stage::Dictated => self.chosen(cx, Security(u8::try_from(number()).unwrap_or(u8::MAX))),
            Stage::Types => match message {
                [0, ..] => Stage::Reason,
                _ => Stage::Choice,
            },
            Stage::Choice => self.chosen(cx, Security(message.first().copied().unwrap_or(0))),
            Stage::Challenge => Stage::Response,
            Stage::AppleKeys => Stage::AppleCredentials,
            Stage::Response | Stage::AppleCredentials => self.awaits_result(cx),
            Stage::TightTunnels if number() == 0 => Stage::TightTypes,
            Stage::TightTunnels => Stage::TightTunnel,
            Stage::TightTunnel => Stage::TightTypes,
            Stage::TightTypes if number() == 0 => self.continues(cx, Security::NONE),
            Stage::TightTypes => Stage::TightType,
            Stage::TightType => {
                let inner = Security(u8::try_from(number()).unwrap_or(u8::MAX));
                self.security = Some(inner);
                self.continues(cx, inner)
            }
            Stage::VencryptServer => Stage::VencryptClient,
            Stage::VencryptClient => Stage::VencryptTypes,
            Stage::VencryptTypes => Stage::VencryptType,
            Stage::VencryptType => self.vencrypt(cx, number()),
            Stage::Plain => self.plain(cx, message),
            Stage::Result => self.result(cx, number()),
            Stage::Reason => self.refused(cx),
            Stage::ClientInit => {
                self.shared = message.first().map(|&flag| flag != 0);
                Stage::ServerInit
            }
            Stage::ServerInit => self.server_init(cx, message),
            Stage::Session | Stage::Encrypted | Stage::Over => self.stage,
        }
    }

    fn version(&mut self, cx: &mut Context<'_>, message: &[u8]) -> Stage {
        let Some(text) =
            message.first_chunk::<VERSION_BYTES>().filter(|text| version(*text) == Answer::Certain)
        else {
            cx.problem("vnc", "no version message", Verdict::Malformed, message.len() as u64);
            return Stage::Over;
        };
        let side = if self.stage == Stage::ServerVersion { self.server_side() } else { self.client_side() };
        *side.of_mut(&mut self.versions) = Some(*text);
        if self.stage == Stage::ServerVersion {
            return Stage::ClientVersion;
        }
        // What the client says is spoken. Versions that the RFC does not know count as 3.3, Apple's 3.889 as 3.8.
        self.minor = match split(text) {
            (_, "007") => 7,
            (_, minor) if minor >= "008" => 8,
            _ => 3,
        };
        let text = std::str::from_utf8(text).unwrap_or_default();
        cx.note(side, Topic::Version, Value::Text(text.trim_end()));
        if self.minor == 3 { Stage::Dictated } else { Stage::Types }
    }

    fn chosen(&mut self, cx: &mut Context<'_>, security: Security) -> Stage {
        self.security = Some(security);
        self.asked = Some(cx.now);
        cx.note(self.server_side(), Topic::Authentication, Value::Text(&security.word()));
        self.continues(cx, security)
    }

    /// What a security type begins with.
    fn continues(&mut self, cx: &mut Context<'_>, security: Security) -> Stage {
        match security {
            Security::INVALID => Stage::Reason,
            Security::NONE if self.minor >= 8 => self.awaits_result(cx),
            Security::NONE => self.accepted(cx),
            Security::VNC => Stage::Challenge,
            Security::APPLE => Stage::AppleKeys,
            Security::TIGHT => Stage::TightTunnels,
            Security::VENCRYPT => Stage::VencryptServer,
            security if security.is_encrypted() => self.encrypted(cx),
            _ => Stage::Over,
        }
    }

    fn awaits_result(&mut self, cx: &Context<'_>) -> Stage {
        self.asked = Some(cx.now);
        Stage::Result
    }

    /// Subtypes of VeNCrypt: 256 is a name and a password in the clear, all others begin with TLS.
    fn vencrypt(&mut self, cx: &mut Context<'_>, subtype: u32) -> Stage {
        match subtype {
            0 => Stage::Over,
            256 => Stage::Plain,
            _ => self.encrypted(cx),
        }
    }

    fn encrypted(&mut self, cx: &mut Context<'_>) -> Stage {
        cx.note(self.server_side(), Topic::Protection, Value::Text("encrypted"));
        // What becomes of the authentication is inside.
        let asked = self.asked.take();
        self.report_authentication(cx, asked, None, Outcome::Unseen);
        Stage::Encrypted
    }

    fn plain(&mut self, cx: &mut Context<'_>, message: &[u8]) -> Stage {
        let mut reader = Reader::new(message);
        let name = reader.u32_be("name length").ok().and_then(|length| usize::try_from(length).ok());
        let _ = reader.skip(4, "password length");
        let name = name.and_then(|length| reader.take(length, "name").ok()).unwrap_or_default();
        let (name, password) = (String::from_utf8_lossy(name), String::from_utf8_lossy(reader.rest()));
        let client = self.client_side();
        cx.note(client, Topic::User, Value::Text(&name));
        clear_password(cx, client, Some(&name), &password);
        self.awaits_result(cx)
    }

    fn result(&mut self, cx: &mut Context<'_>, result: u32) -> Stage {
        if result == 0 {
            return self.accepted(cx);
        }
        self.refusal = result;
        self.authenticated = Some(false);
        if self.minor >= 8 {
            return Stage::Reason;
        }
        self.refused(cx)
    }

    fn accepted(&mut self, cx: &mut Context<'_>) -> Stage {
        // Where there is nothing to be refused, there is no result either.
        if self.security != Some(Security::NONE) || self.minor >= 8 {
            self.authenticated = Some(true);
        }
        cx.note(self.server_side(), Topic::Login, Value::Text("accepted"));
        let asked = self.asked.take();
        self.report_authentication(cx, asked, Some(cx.now), Outcome::Accepted);
        Stage::ClientInit
    }

    fn refused(&mut self, cx: &mut Context<'_>) -> Stage {
        cx.note(self.server_side(), Topic::Login, Value::Text("refused"));
        let asked = self.asked.take();
        self.report_authentication(cx, asked, Some(cx.now), Outcome::Refused);
        Stage::Over
    }

    fn report_authentication(
        &self,
        cx: &mut Context<'_>,
        request: Option<Moment>,
        reply: Option<Moment>,
        outcome: Outcome,
    ) {
        let security = self.security.unwrap_or(Security::INVALID);
        let name = security.word();
        let code = (outcome == Outcome::Refused).then(|| Coded::new("failed", Number::Hex32(self.refusal)));
        let function = Coded::new("security_handshake", Number::Hex8(security.0));
        cx.operation(&Operation {
            request,
            reply,
            items: &Type(&name),
            code,
            ..Operation::new(self.client_side(), Verb::Authenticate, function, outcome)
        });
    }

    fn server_init(&mut self, cx: &mut Context<'_>, message: &[u8]) -> Stage {
        let mut reader = Reader::new(message);
        let width = reader.u16_be("width").unwrap_or_default();
        let height = reader.u16_be("height").unwrap_or_default();
        let name = String::from_utf8_lossy(message.get(24..).unwrap_or_default()).into_owned();
        let server = self.server_side();
        cx.note(server, Topic::Desktop, Value::Text(&name));
        cx.fact(server, Attribute::Description, &name);
        let items = Desktop { name: &name, width, height, shared: self.shared };
        cx.operation(&Operation {
            reply: Some(cx.now),
            items: &items,
            ..Operation::new(
                server.other(),
                Verb::OpenSession,
                Coded::new("server_init", Number::None),
                Outcome::Accepted,
            )
        });
        self.desktop = Some((name, width, height));
        self.log(cx);
        Stage::Session
    }

    fn log(&self, cx: &mut Context<'_>) {
        if !cx.wanted.logs {
            return;
        }
        let (client_side, server_side) = (self.client_side(), self.server_side());
        let line = log::Line {
            at: self.begun,
            client_side,
            client: client_side.of(&self.versions).as_ref().map(split),
            server: server_side.of(&self.versions).as_ref().map(split),
            security: self.security,
            authenticated: self.authenticated,
            shared: self.shared,
            desktop: self.desktop.as_ref().map(|(name, width, height)| (name.as_str(), *width, *height)),
        };
        log::write(cx, &line);
    }
}

/// Major and minor version, as they are written.
fn split(text: &[u8; VERSION_BYTES]) -> (&str, &str) {
    let text = std::str::from_utf8(text).unwrap_or_default();
    (text.get(4..7).unwrap_or_default(), text.get(8..11).unwrap_or_default())
}

struct Type<'a>(&'a str);

impl Items for Type<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        tell(Item::valued(&"security_type", Value::Text(self.0)));
    }
}

struct Desktop<'a> {
    name: &'a str,
    width: u16,
    height: u16,
    shared: Option<bool>,
}

impl Items for Desktop<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        tell(Item::valued(&"desktop", Value::Text(self.name)));
        let (width, height) = (self.width, self.height);
        tell(Item::valued(&"size", Value::Shown(&format_args!("{width}x{height}"))));
        if let Some(shared) = self.shared {
            tell(Item::valued(&"shared", Value::Bool(shared)));
        }
    }
}
