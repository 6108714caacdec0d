//! A connection: greeting, log-in, request, and then what is carried.

use super::wire::{self, Host, Read, Request};
use crate::http::tunnel::Tunnel;
use crate::logins::clear_password;
use crate::{Context, Conversation, pending};
use quaywatch_model::{
    Coded, DataClass, Item, Items, Moment, Number, Operation, Outcome, Side, Topic, Value, Verb, Verdict,
};
use std::mem;

/// So much of each side is held until the proxy has replied, in bytes. Some clients send what is to be carried before.
pub(super) const MOST_HELD_BYTES: usize = 16 * 1024;

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Stage {
    /// The client's greeting, or its request of version 4.
    #[default]
    Greeting,
    /// The proxy's choice of a method.
    Choice,
    /// The client's user and password.
    Login,
    /// Whether they are right.
    Verdict,
    Request,
    Reply,
    /// What is carried.
    Carried,
    /// Nothing that is read.
    Unread,
}

/// A SOCKS connection.
#[derive(Default)]
pub(super) struct Socks {
    client: Option<Side>,
    stage: Stage,
    held: [Vec<u8>; 2],
    heard_proxy: bool,
    user: Option<String>,
    logged_in: Option<Moment>,
    asked: Option<(Moment, Request)>,
    /// The proxy waits for whom a BIND lets in.
    bound: bool,
    tunnel: Option<Tunnel>,
    ended: bool,
}

impl Socks {
    /// Reads what is held as far as it goes.
    fn advance(&mut self, cx: &mut Context<'_>, client: Side) {
        loop {
            let proxy = client.other();
            // Of whom only the client is captured, what the proxy says is known by what follows it.
            let said = client.of(&self.held).as_slice();
            self.stage = match (self.stage, said, proxy.of(&self.held).is_empty()) {
                (Stage::Choice, [1, ..], true) => Stage::Login,
                (Stage::Choice | Stage::Verdict, [5, ..], true) => Stage::Request,
                (stage, ..) => stage,
            };
            let from = match self.stage {
                Stage::Greeting | Stage::Login | Stage::Request => client,
                Stage::Choice | Stage::Verdict | Stage::Reply => proxy,
                Stage::Carried | Stage::Unread => return self.carry(cx),
            };
            let mut bytes = mem::take(from.of_mut(&mut self.held));
            let taken = if bytes.is_empty() { Some(0) } else { self.step(cx, from, &bytes) };
            match taken {
                Some(taken) => cx.memory.drop_front(&mut bytes, taken),
                None => {
                    cx.problem("socks", "bytes that are no message", Verdict::Malformed, bytes.len() as u64);
                    self.stage = Stage::Unread;
                }
            }
            *from.of_mut(&mut self.held) = bytes;
            if taken == Some(0) {
                return;
            }
        }
    }

    /// Takes one message; tells how long it was, 0 where more bytes are needed, `None` where there is none.
    fn step(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> Option<usize> {
        match self.stage {
            Stage::Greeting if bytes.first() == Some(&5) => match wire::greeting(bytes) {
                Read::Message(_, length) => {
                    cx.note(from, Topic::Version, Value::Text("SOCKS 5"));
                    self.stage = Stage::Choice;
                    Some(length)
                }
                Read::More => Some(0),
                Read::No => None,
            },
            Stage::Greeting | Stage::Request => match wire::request(bytes) {
                Read::Message(request, length) => {
                    self.request(cx, from, request);
                    Some(length)
                }
                Read::More => Some(0),
                Read::No => None,
            },
            Stage::Choice => {
                let [5, method, ..] = *bytes else { return if bytes == [5] { Some(0) } else { None } };
                self.stage = match method {
                    wire::NO_LOGIN => Stage::Request,
                    wire::USER_AND_PASSWORD => Stage::Login,
                    _ => Stage::Unread,
                };
                Some(2)
            }
            Stage::Login => match wire::login(bytes) {
                Read::Message((user, password), length) => {
                    self.login(cx, from, user, &password);
                    Some(length)
                }
                Read::More => Some(0),
                Read::No => None,
            },
            Stage::Verdict => {
                let [1, status, ..] = *bytes else { return if bytes == [1] { Some(0) } else { None } };
                let outcome = if status == 0 { Outcome::Accepted } else { Outcome::Refused };
                self.tell_login(cx, outcome, Some(cx.now));
                self.stage = if status == 0 { Stage::Request } else { Stage::Unread };
                Some(2)
            }
            Stage::Reply => match wire::reply(bytes) {
                Read::Message((number, _), length) => {
                    self.reply(cx, number);
                    Some(length)
                }
                Read::More => Some(0),
                Read::No => None,
            },
            Stage::Carried | Stage::Unread => Some(0),
        }
    }

    fn login(&mut self, cx: &mut Context<'_>, from: Side, user: String, password: &str) {
        cx.note(from, Topic::Authentication, Value::Text("password"));
        cx.note(from, Topic::User, Value::Text(&user));
        clear_password(cx, from, Some(&user), password);
        cx.carried(from, DataClass::Credentials, password.len() as u64);
        self.user = Some(user);
        self.logged_in = Some(cx.now);
        self.stage = Stage::Verdict;
    }

    /// Tells the log-in once.
    fn tell_login(&mut self, cx: &mut Context<'_>, outcome: Outcome, reply: Option<Moment>) {
        let (Some(client), Some(asked)) = (self.client, self.logged_in.take()) else { return };
        match outcome {
            Outcome::Accepted => cx.note(client.other(), Topic::Login, Value::Text("accepted")),
            Outcome::Refused => cx.note(client.other(), Topic::Login, Value::Text("refused")),
            _ => {}
        }
        let function = Coded::new("user and password", Number::Hex8(wire::USER_AND_PASSWORD));
        cx.operation(&Operation {
            request: Some(asked),
            reply,
            items: &User(self.user.as_deref().unwrap_or_default()),
            ..Operation::new(client, Verb::Authenticate, function, outcome)
        });
    }

    fn request(&mut self, cx: &mut Context<'_>, from: Side, request: Request) {
        self.tell_login(cx, Outcome::Unseen, None);
        if request.version == 4 {
            cx.note(from, Topic::Version, Value::Text("SOCKS 4"));
        }
        if let Some(user) = &request.user {
            cx.note(from, Topic::User, Value::Text(user));
        }
        if let Host::Name(name) = &request.target.host {
            cx.note(from, Topic::ServerName, Value::Text(name));
        }
        self.asked = Some((cx.now, request));
        self.stage = Stage::Reply;
    }

    fn reply(&mut self, cx: &mut Context<'_>, number: u8) {
        let Some((asked, request)) = self.asked.take() else { return };
        let yes = wire::is_yes(request.version, number);
        // The first yes to a BIND says where the proxy waits, the second that somebody has come.
        let waits = yes && request.command == 2 && !mem::replace(&mut self.bound, true);
        if waits {
            self.asked = Some((asked, request));
            return;
        }
        let outcome = if yes { Outcome::Accepted } else { Outcome::Refused };
        self.tell_request(cx, asked, &request, Some((cx.now, number)), outcome);
        // What is carried by datagrams does not come here.
        let carries = yes && matches!(request.command, 1 | 2);
        self.stage = if carries { Stage::Carried } else { Stage::Unread };
        self.tunnel = carries.then(|| Tunnel::upgraded(""));
    }

    fn tell_request(
        &self,
        cx: &mut Context<'_>,
        asked: Moment,
        request: &Request,
        reply: Option<(Moment, u8)>,
        outcome: Outcome,
    ) {
        let Some(client) = self.client else { return };
        let code = reply.filter(|_| outcome == Outcome::Refused);
        let function = Coded::new(wire::command_name(request.command), Number::Hex8(request.command));
        cx.operation(&Operation {
            request: Some(asked),
            reply: reply.map(|(moment, _)| moment),
            items: &Asked(request),
            code: code.map(|(_, number)| Coded::new(wire::reply_name(number), Number::Hex8(number))),
            ..Operation::new(client, Verb::OpenSession, function, outcome)
        });
    }

    /// Hands on what is held.
    fn carry(&mut self, cx: &mut Context<'_>) {
        for side in [Side::A, Side::B] {
            let bytes = mem::take(side.of_mut(&mut self.held));
            if let Some(tunnel) = self.tunnel.as_mut().filter(|_| !bytes.is_empty()) {
                tunnel.data(cx, side, &bytes);
            }
            cx.memory.free(bytes);
        }
    }

    /// Who is the client, by what is said first.
    fn find_client(&self, cx: &Context<'_>, from: Side, bytes: &[u8]) -> Side {
        let whole = |length: usize| length == bytes.len();
        match (wire::greeting(bytes), wire::request(bytes)) {
            (Read::Message(_, length), _) if whole(length) => from,
            (_, Read::Message(Request { version: 4, .. }, _)) => from,
            _ if matches!(bytes, [5, 0 | 0xff] | [0, ..]) => from.other(),
            _ => cx.likely_client().unwrap_or(from),
        }
    }
}

impl Conversation for Socks {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        if let Some(tunnel) = &mut self.tunnel {
            return tunnel.data(cx, from, bytes);
        }
        if self.stage == Stage::Unread {
            return;
        }
        let client = self.client.unwrap_or_else(|| self.find_client(cx, from, bytes));
        self.client = Some(client);
        self.heard_proxy |= from != client;
        let held = from.of_mut(&mut self.held);
        if held.len() + bytes.len() > MOST_HELD_BYTES || !cx.memory.append(held, bytes) {
            cx.problem("socks", "too much before the proxy's reply", Verdict::Limit, bytes.len() as u64);
            self.stage = Stage::Unread;
        }
        self.advance(cx, client);
    }

    fn gap(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64) {
        match &mut self.tunnel {
            Some(tunnel) => tunnel.gap(cx, from, bytes),
            None => {
                self.stage = Stage::Unread;
                self.carry(cx);
            }
        }
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        let unmet = |asked: Moment, cx: &Context<'_>| pending::unmet(asked, cx.now, self.heard_proxy);
        let login = self.logged_in.map(|asked| unmet(asked, cx));
        let request = self.asked.as_ref().map(|(asked, _)| unmet(*asked, cx));
        if let Some(outcome) = login {
            self.tell_login(cx, outcome, None);
        }
        if let (Some((asked, request)), Some(outcome)) = (self.asked.take(), request) {
            self.tell_request(cx, asked, &request, None, outcome);
        }
        if let Some(tunnel) = &mut self.tunnel {
            tunnel.end(cx);
        }
        self.ended = true;
        self.stage = Stage::Unread;
        self.carry(cx);
    }

    /// What is carried is told as what it is; the conversation, when all is said, as one through a proxy.
    fn protocol(&self) -> &'static str {
        self.tunnel.as_ref().filter(|_| !self.ended).and_then(Tunnel::protocol).unwrap_or("socks")
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        match (&self.tunnel, self.stage) {
            (Some(tunnel), _) => tunnel.carries(),
            (None, Stage::Unread) => DataClass::Unknown,
            (None, _) => DataClass::Signalling,
        }
    }
}

struct User<'a>(&'a str);

impl Items for User<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        tell(Item::valued(&"user", Value::Text(self.0)));
    }
}

struct Asked<'a>(&'a Request);

impl Items for Asked<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        tell(Item::named(&self.0.target));
        if let Some(user) = &self.0.user {
            tell(Item::valued(&"user", Value::Text(user)));
        }
    }
}
