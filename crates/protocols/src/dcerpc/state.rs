use super::calls::{self, Call};
use super::interfaces::Uuid;
use super::wire::{self, Pdu};
use super::{MOST_CONTEXTS, wire::HEADER_BYTES};
use crate::{Answer, Context, Dialogue, Length, Pending, Request};
use quaywatch_model::{
    Coded, DataClass, Item, Items, Moment, Number, Operation, Outcome, Side, Timestamp, Topic, Value, Verb,
    Verdict,
};

/// First and last fragment (C706, section 12.6.3.1).
const FIRST_FRAGMENT: u8 = 1;

/// So much of a request is kept until its answer comes: whom it is about stands at its beginning.
const MOST_KEPT_BYTES: usize = 4096;

/// What DCE/RPC makes us keep.
#[derive(Debug, Default)]
pub(super) struct Dcerpc {
    client: Option<Side>,
    heard_server: bool,
    contexts: Vec<(u16, Uuid)>,
    pending: Pending<Asked>,
    authentication: Option<u8>,
}

/// What an answer is to: a bind, or a request of a context by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Asked {
    call: u32,
    what: Option<(u16, u16)>,
}

impl Dialogue for Dcerpc {
    const LAYER: &'static str = "dcerpc";
    const MAX_PDU_BYTES: usize = u16::MAX as usize;

    fn length(&self, _: Side, head: &[u8]) -> Length {
        match wire::length(head) {
            Some(length) => Length::Is(length),
            None if head.len() < HEADER_BYTES && wire::starts(head) == Answer::Unsure => Length::More,
            None => Length::Bad("no DCE/RPC header"),
        }
    }

    fn starts(&self, _: Side, head: &[u8]) -> Answer {
        wire::starts(head)
    }

    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let Ok(pdu) = Pdu::decode(bytes) else {
            return cx.problem("dcerpc", "PDU does not decode", Verdict::Malformed, bytes.len() as u64);
        };
        self.tell_authentication(cx, from, pdu);
        match pdu.kind {
            wire::BIND | wire::ALTER => {
                self.client = Some(from);
                for context in pdu.contexts() {
                    self.contexts.retain(|(id, _)| *id != context.0);
                    if self.contexts.len() < MOST_CONTEXTS {
                        self.contexts.push(context);
                    }
                }
                self.wait(cx, Asked { call: pdu.call, what: None }, bytes);
            }
            wire::REQUEST => {
                self.client = Some(from);
                // The fragments behind the first say no more.
                if pdu.flags & FIRST_FRAGMENT != 0 {
                    let kept = bytes.get(..MOST_KEPT_BYTES).unwrap_or(bytes);
                    self.wait(cx, Asked { call: pdu.call, what: pdu.called() }, kept);
                }
            }
            wire::BIND_ACK | wire::ALTER_ACK | wire::BIND_NAK => self.answered(cx, from, pdu, true),
            wire::RESPONSE | wire::FAULT if pdu.flags & FIRST_FRAGMENT != 0 => {
                self.answered(cx, from, pdu, false);
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
            let outcome = request.unmet(cx.now, self.heard_server);
            self.report(cx, request, None, None, outcome);
        }
        self.pending.due()
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        while let Some(request) = self.pending.take_any() {
            let outcome = request.unmet(cx.now, self.heard_server);
            self.report(cx, request, None, None, outcome);
        }
    }

    fn protocol(&self) -> &'static str {
        "dcerpc"
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        DataClass::Unknown
    }
}

impl Dcerpc {
    fn wait(&mut self, cx: &mut Context<'_>, asked: Asked, bytes: &[u8]) {
        if let Some(gave_way) = self.pending.push(cx, asked, bytes) {
            let outcome = gave_way.unmet(cx.now, self.heard_server);
            self.report(cx, gave_way, None, None, outcome);
        }
    }

    fn answered(&mut self, cx: &mut Context<'_>, from: Side, pdu: Pdu<'_>, is_bind: bool) {
        self.client = Some(from.other());
        self.heard_server = true;
        let mine = |asked: &Asked| asked.call == pdu.call && asked.what.is_none() == is_bind;
        let Some(request) = self.pending.take_where(mine) else { return };
        let code = match pdu.kind {
            wire::BIND_NAK => Some(Coded::new("bind_nak", Number::Hex8(pdu.kind))),
            wire::FAULT => pdu.fault().map(|status| Coded::new("fault", Number::Hex32(status))),
            _ => None,
        };
        let outcome = if code.is_some() { Outcome::Refused } else { Outcome::Accepted };
        self.report(cx, request, Some(cx.now), code, outcome);
    }

    fn report(
        &self,
        cx: &mut Context<'_>,
        request: Request<Asked>,
        reply: Option<Moment>,
        code: Option<Coded<'_>>,
        outcome: Outcome,
    ) {
        let client = self.client.unwrap_or(Side::A);
        let interface =
            request.key.what.and_then(|(context, _)| self.contexts.iter().find(|(id, _)| *id == context));
        let interface = interface.map(|(_, uuid)| *uuid);
        let name = interface.and_then(Uuid::name);
        let asked = Pdu::decode(&request.bytes).ok();
        let (verb, function, items) = match request.key.what {
            None => {
                let items = Told { bind: asked, ..Told::default() };
                (Verb::OpenSession, Coded::new("bind", Number::Hex8(wire::BIND)), items)
            }
            Some((_, number)) => {
                let known = name.and_then(|name| calls::call(name, number));
                let (verb, called) = match known {
                    Some(&Call { verb, name, .. }) => (verb, name),
                    None => (Verb::Opaque, name.unwrap_or("request")),
                };
                let stub = asked.and_then(Pdu::stub);
                let about = name.zip(stub).map(|(name, stub)| calls::about(name, number, stub));
                let items = Told { called: interface, about: about.unwrap_or_default(), bind: None };
                (verb, Coded::new(called, Number::Hex16(number)), items)
            }
        };
        let operation = Operation::new(client, verb, function, outcome);
        // In a pipe the conversation is SMB's.
        let protocol = Some("dcerpc");
        let request_at = Some(request.moment);
        cx.operation(&Operation { protocol, request: request_at, reply, items: &items, code, ..operation });
        request.free(cx.memory);
    }

    fn tell_authentication(&mut self, cx: &mut Context<'_>, from: Side, pdu: Pdu<'_>) {
        let Some(kind) = pdu.auth.filter(|kind| self.authentication != Some(*kind)) else { return };
        self.authentication = Some(kind);
        // MS-RPCE, section 2.2.1.1.7.
        let name = match kind {
            9 => "negotiate",
            10 => "ntlm",
            16 => "kerberos",
            68 => "netlogon",
            _ => return,
        };
        cx.note(from, Topic::Authentication, Value::Text(name));
    }
}

/// What is told of a bind, or of a request.
#[derive(Default)]
struct Told<'a> {
    bind: Option<Pdu<'a>>,
    called: Option<Uuid>,
    about: Vec<(&'static str, String)>,
}

impl Items for Told<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let mut one = |uuid: Uuid| match uuid.name() {
            Some(name) => tell(Item::valued(&"interface", Value::Text(name))),
            None => tell(Item::valued(&"interface", Value::Shown(&uuid))),
        };
        let mut last = None;
        for (_, uuid) in self.bind.iter().flat_map(|bind| bind.contexts().take(MOST_CONTEXTS)) {
            // The same interface is asked for again with another transfer syntax.
            if last != Some(uuid) {
                one(uuid);
            }
            last = Some(uuid);
        }
        if let Some(uuid) = self.called {
            one(uuid);
        }
        for (what, name) in &self.about {
            tell(Item::valued(what, Value::Text(name)));
        }
    }
}
