use super::MAX_MESSAGE_BYTES;
use crate::ber::{self, Element, Walk, tag};
use crate::tls::ChangesToTls;
use crate::{Answer, Context, Conversation, Dialogue, Length, Pending, Request};
use quaywatch_model::{
    Coded, DataClass, Item, Items, Number, Operation, Outcome, Side, Timestamp, Topic, Value, Verb,
};

const BIND: u8 = 0x60;
const BIND_ANSWER: u8 = 0x61;
const UNBIND: u8 = 0x42;
const SEARCH: u8 = 0x63;
const ENTRY: u8 = 0x64;
const SEARCH_DONE: u8 = 0x65;
const EXTENDED: u8 = 0x77;
const EXTENDED_ANSWER: u8 = 0x78;
const START_TLS: &[u8] = b"1.3.6.1.4.1.1466.20037";

/// One message: its number and its operation.
#[derive(Debug, Clone, Copy)]
struct Message<'a> {
    id: i64,
    operation: Element<'a>,
}

impl<'a> Message<'a> {
    fn decode(bytes: &'a [u8]) -> Option<Self> {
        let mut message = Walk::new(bytes).tagged(tag::SEQUENCE)?.walk();
        let id =
            message.tagged(tag::INTEGER)?.signed().filter(|id| (0..=i64::from(i32::MAX)).contains(id))?;
        let operation = message.next()?;
        let sound = message.tagged(0xa0).is_some() || message.rest().is_empty();
        (sound && name(operation.tag).is_some()).then_some(Self { id, operation })
    }

    /// The operation's own fields tell that it is one.
    fn is_proven(self) -> bool {
        let mut fields = self.operation.walk();
        match self.operation.tag {
            BIND => {
                let version = fields.tagged(tag::INTEGER).and_then(Element::unsigned);
                matches!(version, Some(2 | 3)) && fields.tagged(tag::OCTETS).is_some()
            }
            SEARCH => {
                fields.tagged(tag::OCTETS).is_some()
                    && fields.tagged(tag::ENUMERATED).is_some()
                    && fields.tagged(tag::ENUMERATED).is_some()
            }
            ENTRY => fields.tagged(tag::OCTETS).is_some() && fields.tagged(tag::SEQUENCE).is_some(),
            BIND_ANSWER | SEARCH_DONE | EXTENDED_ANSWER | 0x67 | 0x69 | 0x6b | 0x6d => {
                fields.tagged(tag::ENUMERATED).is_some()
                    && fields.tagged(tag::OCTETS).is_some()
                    && fields.tagged(tag::OCTETS).is_some()
            }
            EXTENDED => fields.tagged(0x80).is_some_and(|oid| oid.body.starts_with(b"1.3.6.1.4.1.")),
            _ => false,
        }
    }

    /// The name that the operation is about: who binds, where a search begins, which entry is changed.
    fn about(self) -> &'a str {
        let mut fields = self.operation.walk();
        let name = match self.operation.tag {
            BIND => fields.nth(1),
            // The whole of a delete is the name.
            0x4a => Some(self.operation),
            EXTENDED => fields.tagged(0x80),
            _ => fields.tagged(tag::OCTETS),
        };
        name.and_then(|name| str::from_utf8(name.body).ok()).unwrap_or_default()
    }
}

const fn name(operation: u8) -> Option<(&'static str, Verb)> {
    Some(match operation {
        BIND | BIND_ANSWER => ("bind", Verb::Authenticate),
        UNBIND => ("unbind", Verb::CloseSession),
        SEARCH | ENTRY | SEARCH_DONE | 0x73 => ("search", Verb::Read),
        0x66 | 0x67 => ("modify", Verb::Write),
        0x68 | 0x69 => ("add", Verb::Write),
        0x4a | 0x6b => ("delete", Verb::Write),
        0x6c | 0x6d => ("modify_dn", Verb::Write),
        0x6e | 0x6f => ("compare", Verb::Read),
        0x50 => ("abandon", Verb::Opaque),
        EXTENDED | EXTENDED_ANSWER => ("extended", Verb::Opaque),
        0x79 => ("intermediate", Verb::Opaque),
        _ => return None,
    })
}

pub(super) fn starts(head: &[u8]) -> Answer {
    match (head, ber::length(head)) {
        ([0x30, ..] | [], Length::More) => Answer::Unsure,
        ([0x30, ..], Length::Is(length)) if length <= MAX_MESSAGE_BYTES => match head.get(..length) {
            Some(whole) if Message::decode(whole).is_some_and(Message::is_proven) => Answer::Certain,
            Some(_) => Answer::No,
            None => cut_begins(head, length),
        },
        _ => Answer::No,
    }
}

/// Whether a message of which only the beginning is there is one: a number, then a known operation whose length fits
/// into the message's to the byte. With controls behind the operation only the whole message tells.
fn cut_begins(head: &[u8], length: usize) -> Answer {
    // The long form of a length says in how many bytes it stands.
    let more = head.get(1).filter(|first| *first & 0x80 != 0).map_or(0, |first| usize::from(first & 0x7f));
    let Some(body) = head.get(2 + more..) else { return Answer::Unsure };
    let mut walk = Walk::new(body);
    let Some(_) = walk.tagged(tag::INTEGER) else {
        return if body.first().is_none_or(|&first| first == tag::INTEGER) && body.len() < 6 {
            Answer::Unsure
        } else {
            Answer::No
        };
    };
    let at = head.len() - walk.rest().len();
    match (walk.rest(), ber::length(walk.rest())) {
        ([], _) => Answer::Unsure,
        ([kind, ..], _) if name(*kind).is_none() => Answer::No,
        (_, Length::Is(inner)) if at + inner == length => Answer::Certain,
        (_, Length::Is(inner)) if at + inner > length => Answer::No,
        (_, Length::Is(_) | Length::More) => Answer::Unsure,
        (_, Length::Bad(_)) => Answer::No,
    }
}

/// What LDAP makes us keep.
#[derive(Debug, Default)]
pub(super) struct Ldap {
    client: Option<Side>,
    heard_server: bool,
    encrypted: bool,
    pending: Pending<(i64, u64)>,
}

impl ChangesToTls for Ldap {
    fn is_tls_now(&self) -> bool {
        self.encrypted
    }
}

impl Dialogue for Ldap {
    const LAYER: &'static str = "ldap";
    const MAX_PDU_BYTES: usize = MAX_MESSAGE_BYTES;

    fn length(&self, _: Side, head: &[u8]) -> Length {
        match head {
            // What came with the agreement.
            _ if self.encrypted => Length::Is(head.len().min(MAX_MESSAGE_BYTES)),
            [0x30, ..] | [] => ber::length(head),
            _ => Length::Bad("no message begins here"),
        }
    }

    fn starts(&self, _: Side, head: &[u8]) -> Answer {
        if self.encrypted { Answer::Certain } else { starts(head) }
    }

    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        if self.encrypted {
            return cx.carried(from, DataClass::Encrypted, bytes.len() as u64);
        }
        let Some(message) = Message::decode(bytes) else { return };
        match message.operation.tag {
            BIND | SEARCH | 0x66 | 0x68 | 0x4a | 0x6c | 0x6e | EXTENDED => {
                self.asked(cx, from, message, bytes);
            }
            ENTRY => {
                let mine = self.pending.keys_mut().find(|(id, _)| *id == message.id);
                if let Some((_, entries)) = mine {
                    *entries += 1;
                }
                cx.carried(from, DataClass::MachineIdentity, bytes.len() as u64);
            }
            BIND_ANSWER | SEARCH_DONE | EXTENDED_ANSWER | 0x67 | 0x69 | 0x6b | 0x6d | 0x6f => {
                self.answered(cx, from, message);
            }
            _ => {}
        }
    }

    fn lost(&mut self, _: &mut Context<'_>, from: Side, _: u64) {
        if self.client != Some(from) {
            self.pending.answers_lost();
        }
    }

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        while let Some(request) = self.pending.take_overdue(cx.now) {
            self.unmet(cx, request);
        }
        self.pending.due()
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        while let Some(request) = self.pending.take_any() {
            self.unmet(cx, request);
        }
    }

    fn protocol(&self) -> &'static str {
        "ldap"
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        DataClass::Signalling
    }
}

impl Ldap {
    fn asked(&mut self, cx: &mut Context<'_>, from: Side, message: Message<'_>, bytes: &[u8]) {
        self.client = Some(from);
        if message.operation.tag == BIND {
            tell_bind(cx, from, message);
        }
        if let Some(gave_way) = self.pending.push(cx, (message.id, 0), bytes) {
            self.unmet(cx, gave_way);
        }
    }

    fn answered(&mut self, cx: &mut Context<'_>, from: Side, message: Message<'_>) {
        self.client = Some(from.other());
        self.heard_server = true;
        let result =
            message.operation.walk().tagged(tag::ENUMERATED).and_then(Element::unsigned).unwrap_or(0);
        let request = self.pending.take_where(|(id, _)| *id == message.id);
        let question = request.as_ref().and_then(|request| Message::decode(&request.bytes));
        if message.operation.tag == BIND_ANSWER && result != RESULT_GOES_ON {
            cx.note(from, Topic::Login, Value::Text(if result == 0 { "accepted" } else { "refused" }));
        }
        let starts_tls = question.is_some_and(|question| {
            question.operation.tag == EXTENDED && question.about().as_bytes() == START_TLS
        });
        if starts_tls {
            self.encrypted = result == 0;
            let protection = if self.encrypted { "encrypted" } else { "none" };
            cx.note(from, Topic::Protection, Value::Text(protection));
        }
        report(cx, from.other(), request.as_ref(), Some((message, result)), Outcome::Accepted);
        if let Some(request) = request {
            request.free(cx.memory);
        }
    }

    fn unmet(&self, cx: &mut Context<'_>, request: Request<(i64, u64)>) {
        let outcome = request.unmet(cx.now, self.heard_server);
        report(cx, self.client.unwrap_or(Side::A), Some(&request), None, outcome);
        request.free(cx.memory);
    }
}

/// The result of a bind that is not over (RFC 4511, section 4.1.9: saslBindInProgress).
const RESULT_GOES_ON: u64 = 14;

fn tell_bind(cx: &mut Context<'_>, from: Side, message: Message<'_>) {
    let user = message.about();
    if !user.is_empty() {
        cx.note(from, Topic::User, Value::Text(user));
    }
    let way = match message.operation.walk().nth(2) {
        Some(Element { tag: 0x80, body: [] }) => "anonymous",
        Some(Element { tag: 0x80, body }) => {
            cx.note(from, Topic::ClearSecret, Value::Secret);
            cx.carried(from, DataClass::Credentials, body.len() as u64);
            "password"
        }
        Some(sasl) => match sasl.walk().next().map(|mechanism| mechanism.body) {
            Some(b"GSS-SPNEGO") => "negotiate",
            Some(b"GSSAPI") => "kerberos",
            Some(b"DIGEST-MD5") => "digest",
            Some(b"EXTERNAL") => "certificate",
            _ => "sasl",
        },
        None => return,
    };
    cx.note(from, Topic::Authentication, Value::Text(way));
}

fn report(
    cx: &mut Context<'_>,
    client: Side,
    asked: Option<&Request<(i64, u64)>>,
    answer: Option<(Message<'_>, u64)>,
    unmet: Outcome,
) {
    let question = asked.and_then(|asked| Message::decode(&asked.bytes));
    let Some(shown) = question.or(answer.map(|(message, _)| message)) else { return };
    let (function, verb) = name(shown.operation.tag).unwrap_or(("unknown", Verb::Opaque));
    let outcome = match answer {
        None => unmet,
        Some((_, 0 | RESULT_GOES_ON)) => Outcome::Accepted,
        Some(_) => Outcome::Refused,
    };
    let code = answer.filter(|_| outcome == Outcome::Refused).map(|(_, result)| result_name(result));
    let items = About { question, entries: asked.map_or(0, |asked| asked.key.1) };
    cx.operation(&Operation {
        request: asked.map(|asked| asked.moment),
        reply: answer.map(|_| cx.now),
        items: &items,
        code,
        ..Operation::new(client, verb, Coded::new(function, Number::Hex8(shown.operation.tag)), outcome)
    });
}

/// Results that people meet (RFC 4511, appendix A).
fn result_name(result: u64) -> Coded<'static> {
    let name = match result {
        1 => "operations_error",
        2 => "protocol_error",
        7 => "auth_method_not_supported",
        8 => "stronger_auth_required",
        10 => "referral",
        32 => "no_such_object",
        34 => "invalid_dn_syntax",
        49 => "invalid_credentials",
        50 => "insufficient_access_rights",
        51 => "busy",
        53 => "unwilling_to_perform",
        68 => "entry_already_exists",
        _ => "unknown",
    };
    Coded::new(name, Number::Hex8(u8::try_from(result).unwrap_or(u8::MAX)))
}

struct About<'a> {
    question: Option<Message<'a>>,
    entries: u64,
}

impl Items for About<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let Some(question) = self.question else { return };
        let what = match question.operation.tag {
            BIND => "name",
            SEARCH => "base",
            EXTENDED => "request",
            _ => "entry",
        };
        if !question.about().is_empty() || question.operation.tag == SEARCH {
            tell(Item::valued(&what, Value::Text(question.about())));
        }
        match (question.operation.tag, question.operation.walk().nth(2)) {
            (BIND, Some(Element { tag: 0x80, body: [_, ..] })) => {
                tell(Item::valued(&"password", Value::Secret));
            }
            (SEARCH, _) => tell(Item::valued(&"entries", Value::Unsigned(self.entries))),
            _ => {}
        }
    }
}

/// LDAP over UDP, where a domain's servers are looked for: one datagram, one or several messages.
#[derive(Debug, Default)]
pub(super) struct Datagrams(Ldap);

impl Conversation for Datagrams {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let mut left = bytes;
        while let Length::Is(length) = ber::length(left)
            && let Some((message, rest)) = left.split_at_checked(length)
        {
            self.0.pdu(cx, from, message);
            left = rest;
        }
    }

    fn gap(&mut self, _: &mut Context<'_>, _: Side, _: u64) {}

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        Dialogue::tick(&mut self.0, cx)
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        Dialogue::end(&mut self.0, cx);
    }

    fn protocol(&self) -> &'static str {
        "ldap"
    }

    fn client(&self) -> Option<Side> {
        self.0.client
    }

    fn carries(&self) -> DataClass {
        DataClass::Signalling
    }
}
