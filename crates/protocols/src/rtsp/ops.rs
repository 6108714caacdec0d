use super::login::Login;
use super::wire::{First, Message};
use crate::Context;
use crate::secrets::masked;
use quaywatch_model::{Coded, Item, Items, Moment, Number, Operation, Outcome, Side, Topic, Value, Verb};

/// Lowers a request and its answer.
pub(super) fn report(
    cx: &mut Context<'_>,
    client: Side,
    asked: Moment,
    request: Message<'_>,
    answered: Option<(Moment, Message<'_>)>,
    unmet: Outcome,
) {
    let First::Request { method, url } = request.first else { return };
    let (outcome, code) = match answered.map(|(_, answer)| answer.first) {
        Some(First::Answer { status, reason }) if status >= 400 => (Outcome::Refused, Some((status, reason))),
        Some(_) => (Outcome::Accepted, None),
        None => (unmet, None),
    };
    let reply = answered.map(|(moment, _)| moment);
    let status = code.map(|(status, reason)| format!("{status} {reason}"));
    let code = status.as_deref().map(|status| Coded::new(status, Number::None));
    if let Some(login) = request.header("Authorization").and_then(Login::of) {
        authenticate(cx, client, asked, reply, &login, outcome);
    }
    let Some(verb) = verb(method) else { return };
    let transport = request.header("Transport").filter(|_| verb == Verb::OpenSession);
    cx.operation(&Operation {
        request: Some(asked),
        reply,
        items: &Subject { url, transport },
        code,
        ..Operation::new(client, verb, Coded::new(method, Number::None), outcome)
    });
}

/// Cameras ask for credentials with every request: what matters is who they are of and what became of them.
fn authenticate(
    cx: &mut Context<'_>,
    client: Side,
    asked: Moment,
    reply: Option<Moment>,
    login: &Login,
    outcome: Outcome,
) {
    let word = match outcome {
        Outcome::Accepted => "accepted",
        Outcome::Refused => "refused",
        _ => "",
    };
    if !word.is_empty() {
        cx.note(client.other(), Topic::Login, Value::Text(word));
    }
    cx.operation(&Operation {
        request: Some(asked),
        reply,
        items: &User(login.user()),
        ..Operation::new(client, Verb::Authenticate, Coded::new(login.kind(), Number::None), outcome)
    });
}

/// What a method does; nothing is told of those that only keep a connection alive.
fn verb(method: &str) -> Option<Verb> {
    Some(match method {
        "DESCRIBE" => Verb::Identify,
        "SETUP" => Verb::OpenSession,
        "PLAY" | "RECORD" => Verb::Subscribe,
        "TEARDOWN" => Verb::CloseSession,
        "GET_PARAMETER" => Verb::Read,
        "SET_PARAMETER" | "ANNOUNCE" => Verb::Write,
        _ => return None,
    })
}

struct Subject<'a> {
    url: &'a str,
    transport: Option<&'a str>,
}

impl Items for Subject<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        tell(Item::valued(&"url", Value::Text(&masked(self.url))));
        if let Some(transport) = self.transport {
            tell(Item::valued(&"transport", Value::Text(transport)));
        }
    }
}

struct User<'a>(&'a str);

impl Items for User<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        tell(Item::valued(&"user", Value::Text(self.0)));
    }
}
