use super::builtin::{NodeId, StatusCode};
use super::codec::{Array, Decoder, Wire};
use super::handles::Handles;
use super::items::{self, Greeting, Opening, Sealed, ServerGreeting, Told};
use super::messages::{Body, Head, Message, ResponseHeader};
use super::service::Service;
use super::wire::{Chunk, ErrorMessage, HEADER_BYTES, Security};
use super::{methods, wire};
use crate::{Context, Request};
use quaywatch_model::{Coded, Moment, Number, Operation, Outcome, Side, Verb};

/// A request of a service and its answer, either of which may be missing.
pub(super) struct Exchange {
    pub(super) client: Side,
    pub(super) service: Service,
    /// The outcome, where there is no answer that tells it.
    pub(super) unmet: Outcome,
    pub(super) reply: Option<Moment>,
}

impl Exchange {
    /// Lowers it to an operation.
    pub(super) fn report(
        &self,
        cx: &mut Context<'_>,
        asked: Option<(Moment, &[u8])>,
        answer: Option<&Message<'_>>,
        handles: &Handles,
    ) {
        let result = answer.map(result);
        let outcome = match result {
            None => self.unmet,
            Some(status) if status.is_bad() => Outcome::Refused,
            Some(_) => Outcome::Accepted,
        };
        self.tell(cx, asked, answer, handles, outcome, result.and_then(StatusCode::told));
    }

    /// The same, where something other than a response turned the request down.
    pub(super) fn refuse(
        &self,
        cx: &mut Context<'_>,
        asked: (Moment, &[u8]),
        code: StatusCode,
        handles: &Handles,
    ) {
        self.tell(cx, Some(asked), None, handles, Outcome::Refused, code.told());
    }

    fn tell(
        &self,
        cx: &mut Context<'_>,
        asked: Option<(Moment, &[u8])>,
        answer: Option<&Message<'_>>,
        handles: &Handles,
        outcome: Outcome,
        code: Option<Coded<'_>>,
    ) {
        let request = asked.map_or(&[][..], |(_, bytes)| bytes);
        let function = Coded::new(self.service.name(), Number::NodeId(self.service.0));
        cx.operation(&Operation {
            request: asked.map(|(moment, _)| moment),
            reply: self.reply,
            items: &Told {
                service: self.service,
                request,
                response: answer.map(|answer| &answer.body),
                handles,
            },
            code,
            ..Operation::new(self.client, verb(self.service, request), function, outcome)
        });
    }
}

/// The service's result, or where that is good, what its items say together: bad if every single one is.
fn result(answer: &Message<'_>) -> StatusCode {
    let whole = match answer.head {
        Head::Response(header) => header.service_result,
        Head::Request(_) => StatusCode::GOOD,
    };
    if whole.is_bad() {
        return whole;
    }
    let of_items = match answer.body {
        Body::AddNodesResponse(body) => all_bad(body.results, |item| item.status_code),
        Body::BrowseResponse(body) | Body::BrowseNextResponse(body) => {
            all_bad(body.results, |item| item.status_code)
        }
        Body::TranslateBrowsePathsResponse(body) => all_bad(body.results, |item| item.status_code),
        Body::ReadResponse(body) => all_bad(body.results, |item| item.status),
        Body::HistoryReadResponse(body) => all_bad(body.results, |item| item.status_code),
        Body::HistoryUpdateResponse(body) => all_bad(body.results, |item| item.status_code),
        Body::CallResponse(body) => all_bad(body.results, |item| item.status_code),
        Body::CreateMonitoredItemsResponse(body) => all_bad(body.results, |item| item.status_code),
        Body::ModifyMonitoredItemsResponse(body) => all_bad(body.results, |item| item.status_code),
        Body::TransferSubscriptionsResponse(body) => all_bad(body.results, |item| item.status_code),
        Body::AddReferencesResponse(body)
        | Body::DeleteNodesResponse(body)
        | Body::DeleteReferencesResponse(body)
        | Body::WriteResponse(body)
        | Body::SetMonitoringModeResponse(body)
        | Body::DeleteMonitoredItemsResponse(body)
        | Body::SetPublishingModeResponse(body)
        | Body::DeleteSubscriptionsResponse(body) => all_bad(body.results, |&status| status),
        _ => None,
    };
    of_items.unwrap_or(whole)
}

/// The first item's code, if there are items and all are bad.
fn all_bad<'a, T: Wire<'a>>(items: Array<'a, T>, status: impl Fn(&T) -> StatusCode) -> Option<StatusCode> {
    let mut codes = items.iter().map(|item| status(&item));
    let first = codes.next().filter(|code| code.is_bad())?;
    codes.all(StatusCode::is_bad).then_some(first)
}

fn verb(service: Service, request: &[u8]) -> Verb {
    let body = if service == Service::CALL { items::read_request(request).0 } else { None };
    let Some(Body::CallRequest(call)) = body else { return service.verb() };
    let mut verbs = call.methods_to_call.iter().map(|method| method_verb(&method.method_id));
    let first = verbs.next().unwrap_or(Verb::Write);
    if verbs.all(|verb| verb == first) { first } else { Verb::Write }
}

/// What a method does, as far as that is known.
fn method_verb(method: &NodeId<'_>) -> Verb {
    methods::known(method).map_or(Verb::Write, |method| method.verb)
}

/// The result of a response of unknown type: all responses have the same header.
pub(super) fn result_of_unknown(message: &[u8]) -> StatusCode {
    let mut from = Decoder::new(message);
    NodeId::read(&mut from, "TypeId");
    let header = ResponseHeader::read(&mut from, "ResponseHeader");
    if from.flaw().is_some() { StatusCode::GOOD } else { header.service_result }
}

/// The number of a message's type, 0 where it has none.
pub(super) fn type_number(message: &[u8]) -> u32 {
    NodeId::read(&mut Decoder::new(message), "TypeId").standard_number().unwrap_or_default()
}

/// `HEL` with `ACK` or `ERR`.
pub(super) fn greeting<K>(
    cx: &mut Context<'_>,
    client: Side,
    request: Option<&Request<K>>,
    answer: Option<&[u8]>,
    outcome: Outcome,
) {
    let code = if outcome == Outcome::Refused { answer.map(error_code) } else { None };
    cx.operation(&Operation {
        request: request.map(|request| request.moment),
        reply: answer.map(|_| cx.now),
        items: &Greeting { hello: request.map_or(&[], |request| inside(&request.bytes)) },
        code: code.and_then(StatusCode::told),
        ..Operation::new(client, Verb::OpenSession, named("Hello (HEL)"), outcome)
    });
}

/// `RHE`: no one asked for it, and what the server wants is a session.
pub(super) fn reverse_hello(cx: &mut Context<'_>, client: Side, bytes: &[u8]) {
    cx.operation(&Operation {
        reply: Some(cx.now),
        items: &ServerGreeting { hello: inside(bytes) },
        ..Operation::new(client, Verb::OpenSession, named("ReverseHello (RHE)"), Outcome::Accepted)
    });
}

/// `ERR` in mid-session: the server ends the connection.
pub(super) fn error(cx: &mut Context<'_>, client: Side, bytes: &[u8]) {
    cx.operation(&Operation {
        reply: Some(cx.now),
        code: error_code(bytes).told(),
        ..Operation::new(client, Verb::CloseSession, named("Error (ERR)"), Outcome::Refused)
    });
}

/// The status in an `ERR`.
pub(super) fn error_code(bytes: &[u8]) -> StatusCode {
    ErrorMessage::read(&mut Decoder::new(inside(bytes)), "error").error
}

/// An encrypted `OPN` with its answer: what the security headers tell.
pub(super) fn sealed_opening<K>(
    cx: &mut Context<'_>,
    client: Side,
    request: Option<&Request<K>>,
    answer: &[u8],
) {
    let security = |bytes| match Chunk::decode(bytes).ok()?.security {
        Security::Asymmetric(header) => Some(header),
        Security::Symmetric(_) => None,
    };
    let service = Service::OPEN_SECURE_CHANNEL;
    let items = Opening {
        request: request.and_then(|request| security(&request.bytes)),
        answer: security(answer),
        channel: Chunk::decode(answer).map_or(0, |chunk| chunk.channel),
    };
    cx.operation(&Operation {
        request: request.map(|request| request.moment),
        reply: Some(cx.now),
        items: &items,
        ..Operation::new(
            client,
            Verb::OpenSession,
            Coded::new(service.name(), Number::NodeId(service.0)),
            Outcome::Accepted,
        )
    });
}

/// A message that cannot be read: its last chunk, and the bytes of all.
pub(super) fn opaque(cx: &mut Context<'_>, client: Side, chunk: &Chunk<'_>, bytes: u64) {
    let name = if chunk.message_type == wire::MessageType::CLOSE { "CLO" } else { "MSG" };
    cx.operation(&Operation {
        request: Some(cx.now),
        items: &Sealed { channel: chunk.channel },
        bytes: Some(bytes),
        ..Operation::new(client, Verb::Opaque, named(name), Outcome::Unseen)
    });
}

const fn named(name: &str) -> Coded<'_> {
    Coded::new(name, Number::None)
}

/// What follows a chunk's header.
fn inside(chunk: &[u8]) -> &[u8] {
    chunk.get(HEADER_BYTES..).unwrap_or_default()
}
