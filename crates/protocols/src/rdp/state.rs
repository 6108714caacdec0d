use super::log::{self, Channels, Line};
use super::names;
use super::wire::{self, Client, Confirm, Server};
use crate::{Context, unmet};
use quaywatch_model::{
    Attribute, Coded, DataClass, Item, Items, Moment, Number, Operation, Outcome, Side, Topic, Value, Verb,
};
use std::borrow::Cow;

/// TPKT and the fixed part of a CR or CC.
const CONNECT_HEADER_BYTES: u64 = 11;
/// TPKT and the header of a DT.
const DATA_HEADER_BYTES: u64 = 7;
/// A cookie is kept up to so many bytes; Windows cuts names to nine.
const LONGEST_COOKIE_BYTES: usize = 256;

/// One RDP connection, as far as it is in the clear. Fed by `cotp`.
pub(crate) struct Session {
    client_side: Side,
    begun: Moment,
    /// When the connection was asked for, until it is answered.
    asked: Option<Moment>,
    cookie: Option<String>,
    requested: Option<u32>,
    selected: Option<u32>,
    failure: Option<u32>,
    client: Option<Box<Client>>,
    /// When the client sent its MCS connect, until it is answered.
    connecting: Option<Moment>,
    server: Option<Server>,
    heard_server: bool,
    left: Option<Left>,
}

/// What followed that cannot be read.
struct Left {
    first: Moment,
    last: Moment,
    bytes: [u64; 2],
}

impl Session {
    pub(crate) const fn new(client_side: Side, begun: Moment) -> Self {
        Self {
            client_side,
            begun,
            asked: None,
            cookie: None,
            requested: None,
            selected: None,
            failure: None,
            client: None,
            connecting: None,
            server: None,
            heard_server: false,
            left: None,
        }
    }

    pub(crate) const fn client(&self) -> Side {
        self.client_side
    }

    /// Whether what comes is no COTP any more: TLS after the negotiation, or the session after MCS connect.
    pub(crate) fn has_left(&self) -> bool {
        self.server.is_some() || self.selected.is_some_and(|protocol| protocol != 0)
    }

    /// Whether what follows is TLS: every protocol but RDP's own security is made of it (MS-RDPBCGR, section 5.4.5).
    pub(crate) fn is_tls_now(&self) -> bool {
        self.server.is_none() && self.selected.is_some_and(|protocol| protocol != 0)
    }

    /// The class of all that follows.
    pub(crate) fn carries(&self) -> DataClass {
        match self.server.and_then(|server| server.security) {
            Some((0, _)) if self.selected.unwrap_or(0) == 0 => DataClass::Video,
            _ if self.has_left() => DataClass::Encrypted,
            _ => DataClass::Signalling,
        }
    }

    /// The parameters of a connection request.
    pub(crate) fn request(&mut self, cx: &mut Context<'_>, from: Side, parameters: &[u8]) {
        self.client_side = from;
        self.asked = Some(cx.now);
        self.requested = wire::requested(parameters);
        cx.carried(from, DataClass::Signalling, CONNECT_HEADER_BYTES + parameters.len() as u64);
        let Some(cookie) = wire::cookie(parameters).filter(|cookie| cookie.len() <= LONGEST_COOKIE_BYTES)
        else {
            return;
        };
        self.cookie = Some(cookie.to_owned());
        let name = wire::cookie_name(cookie);
        cx.note(from, Topic::Cookie, Value::Text(name.unwrap_or(cookie)));
        match name {
            Some(name) => cx.note(from, Topic::User, Value::Text(name)),
            None => cx.note(from, Topic::ServerName, Value::Text(cookie)),
        }
    }

    /// The parameters of a connection confirm.
    pub(crate) fn confirm(&mut self, cx: &mut Context<'_>, from: Side, parameters: &[u8]) {
        self.client_side = from.other();
        self.heard_server = true;
        cx.carried(from, DataClass::Signalling, CONNECT_HEADER_BYTES + parameters.len() as u64);
        match Confirm::of(parameters) {
            Some(Confirm::Selected(protocol)) => self.selected = Some(protocol),
            Some(Confirm::Failure(code)) => self.failure = Some(code),
            None => {}
        }
        let name = names::security_protocol(self.selected.unwrap_or(0));
        if self.failure.is_none() {
            cx.note(from, Topic::Protection, Value::Text(&name));
        }
        let outcome = if self.failure.is_some() { Outcome::Refused } else { Outcome::Accepted };
        self.report_request(cx, Some(cx.now), outcome);
    }

    fn report_request(&mut self, cx: &mut Context<'_>, reply: Option<Moment>, outcome: Outcome) {
        let failure = self.failure.map(|code| (code, names::failure(code)));
        let items = Negotiation {
            cookie: self.cookie.as_deref(),
            requested: self.requested,
            selected: self.selected.map(names::security_protocol),
        };
        cx.operation(&Operation {
            protocol: Some("rdp"),
            request: self.asked.take(),
            reply,
            items: &items,
            code: failure.as_ref().map(|(code, name)| Coded::new(name, Number::Hex32(*code))),
            ..self.open("connection_request", 0xE0, outcome)
        });
    }

    fn open(&self, name: &'static str, number: u8, outcome: Outcome) -> Operation<'static> {
        Operation::new(self.client_side, Verb::OpenSession, Coded::new(name, Number::Hex8(number)), outcome)
    }

    /// A user data unit.
    pub(crate) fn unit(&mut self, cx: &mut Context<'_>, from: Side, unit: &[u8]) {
        cx.carried(from, DataClass::Signalling, DATA_HEADER_BYTES + unit.len() as u64);
        match *unit {
            [0x7F, 0x65, ..] => self.connect_initial(cx, from, unit),
            [0x7F, 0x66, ..] => self.connect_response(cx, from, unit),
            _ => {}
        }
    }

    fn connect_initial(&mut self, cx: &mut Context<'_>, from: Side, unit: &[u8]) {
        self.client_side = from;
        self.connecting = Some(cx.now);
        let Some(client) = Client::decode(unit) else { return };
        cx.fact(from, Attribute::Name, &client.name);
        if !client.name.is_empty() {
            cx.note(from, Topic::ClientName, Value::Text(&client.name));
        }
        if client.has_core {
            let build = names::build(client.build);
            cx.note(from, Topic::Version, Value::Text(&build));
            cx.fact(from, Attribute::Software, &format!("RDP client build {}", client.build));
        }
        for channel in &client.channels {
            cx.note(from, Topic::Forwarding, Value::Text(channel));
        }
        self.client = Some(Box::new(client));
    }

    fn connect_response(&mut self, cx: &mut Context<'_>, from: Side, unit: &[u8]) {
        self.client_side = from.other();
        self.heard_server = true;
        // A response that does not read as one still ends what is in the clear.
        let server = Server::decode(unit).unwrap_or_default();
        self.server = Some(server);
        if let Some((method, _)) = server.security {
            let name = names::encryption_method(method);
            let shown = if method == 0 { Cow::Borrowed("none") } else { format!("RDP {name}").into() };
            cx.note(from, Topic::Protection, Value::Text(&shown));
        }
        let refused = server.result != 0;
        let outcome = if refused { Outcome::Refused } else { Outcome::Accepted };
        self.report_connect(cx, Some(cx.now), outcome);
    }

    fn report_connect(&mut self, cx: &mut Context<'_>, reply: Option<Moment>, outcome: Outcome) {
        let code = self.server.filter(|server| server.result != 0).map(|server| server.result);
        let name = code.map(names::result);
        let items = Connect { client: self.client.as_deref(), server: self.server };
        let request = self.connecting.take();
        cx.operation(&Operation {
            protocol: Some("rdp"),
            request,
            reply,
            items: &items,
            code: name.as_deref().zip(code).map(|(name, code)| Coded::new(name, Number::Hex8(code))),
            ..self.open("mcs_connect_initial", 0x65, outcome)
        });
    }

    /// Bytes that cannot be read.
    pub(crate) fn pass(&mut self, now: Moment, from: Side, bytes: u64) {
        let left = self.left.get_or_insert(Left { first: now, last: now, bytes: [0; 2] });
        left.last = now;
        *from.of_mut(&mut left.bytes) += bytes;
    }

    pub(crate) fn end(&mut self, cx: &mut Context<'_>) {
        let unmet = |at: Moment| unmet(at, cx.now, self.heard_server);
        let (requested, connecting) = (self.asked.map(unmet), self.connecting.map(unmet));
        if let Some(outcome) = requested {
            self.report_request(cx, None, outcome);
        }
        if let Some(outcome) = connecting {
            self.report_connect(cx, None, outcome);
        }
        if let Some(left) = self.left.take() {
            self.report_left(cx, &left);
        }
        if cx.wanted.logs {
            self.log(cx);
        }
    }

    fn report_left(&self, cx: &mut Context<'_>, left: &Left) {
        let outcome = if left.bytes.contains(&0) { Outcome::Unseen } else { Outcome::Accepted };
        let (to, from) = (*self.client_side.of(&left.bytes), *self.client_side.other().of(&left.bytes));
        let items = Passed { to, from };
        let function = Coded::new("session", Number::None);
        cx.operation(&Operation {
            protocol: Some("rdp"),
            request: Some(left.first),
            reply: Some(left.last),
            items: &items,
            bytes: Some(to.saturating_add(from)),
            ..Operation::new(self.client_side, Verb::Opaque, function, outcome)
        });
    }

    fn log(&self, cx: &mut Context<'_>) {
        let result = match (self.server, self.failure) {
            (Some(server), _) => Some(names::result(server.result)),
            (None, Some(code)) => Some(names::failure(code)),
            // Zeek's word for a negotiation that ended in TLS.
            (None, None) if self.left.is_some() || self.has_left() => Some("encrypted".into()),
            (None, None) => None,
        };
        let cookie = self.cookie.as_deref().and_then(wire::cookie_name);
        if cookie.is_none() && result.is_none() && self.client.is_none() {
            return;
        }
        let protocol = self.selected.map(names::security_protocol);
        let line = Line {
            at: self.begun,
            client_side: self.client_side,
            cookie,
            result: result.as_deref(),
            security_protocol: protocol.as_deref(),
            client: self.client.as_deref(),
            server: self.server.as_ref(),
        };
        log::write(cx, &line);
    }
}

struct Negotiation<'a> {
    cookie: Option<&'a str>,
    requested: Option<u32>,
    selected: Option<Cow<'static, str>>,
}

impl Items for Negotiation<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        if let Some(cookie) = self.cookie {
            tell(Item::valued(&"cookie", Value::Text(cookie)));
        }
        if let Some(requested) = self.requested {
            tell(Item::valued(&"requested_protocols", Value::Unsigned(requested.into())));
        }
        if let Some(selected) = &self.selected {
            tell(Item::valued(&"selected_protocol", Value::Text(selected)));
        }
    }
}

struct Connect<'a> {
    client: Option<&'a Client>,
    server: Option<Server>,
}

impl Items for Connect<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        if let Some(client) = self.client {
            tell(Item::valued(&"client_name", Value::Text(&client.name)));
            tell(Item::valued(&"client_build", Value::Text(&names::build(client.build))));
            tell(Item::valued(&"keyboard", Value::Text(&names::keyboard(client.keyboard))));
            let (width, height) = (client.width, client.height);
            tell(Item::valued(&"desktop", Value::Shown(&format_args!("{width}x{height}"))));
            tell(Item::valued(&"channels", Value::List(&Channels(&client.channels))));
        }
        if let Some((method, level)) = self.server.and_then(|server| server.security) {
            tell(Item::valued(&"encryption_method", Value::Text(&names::encryption_method(method))));
            tell(Item::valued(&"encryption_level", Value::Text(&names::encryption_level(level))));
        }
    }
}

struct Passed {
    to: u64,
    from: u64,
}

impl Items for Passed {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        tell(Item::valued(&"bytes_to_server", Value::Unsigned(self.to)));
        tell(Item::valued(&"bytes_from_server", Value::Unsigned(self.from)));
    }
}
