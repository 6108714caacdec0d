//! Requests and answers: which service is asked, and by whom; a header around whatever it says (OPC 10000-4, 7.33 to 7.35).

use super::session::Connected;
use super::space::{Now, Space};
use super::{MOST_OPERATIONS, OpcUa, attributes, discovery, methods, status, view};
use crate::Plc;
use quaywatch_model::Timestamp;
use quaywatch_protocols::opcua::builtin::{DateTime, DiagnosticInfo, ExtensionObject, NodeId, StatusCode};
use quaywatch_protocols::opcua::codec::{Array, Decoder, Wire};
use quaywatch_protocols::opcua::messages::{
    Body, Head, Message, RequestHeader, ResponseHeader, StatusResults,
};
use quaywatch_protocols::opcua::service::{SERVICE_FAULT, Service};

/// The parameters of a response, or why there are none.
pub(super) type Answer = Result<Vec<u8>, StatusCode>;

/// What an answer is to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket {
    pub(super) request_id: u32,
    pub(super) handle: u32,
    pub(super) service: Service,
}

#[derive(Debug)]
pub(super) struct Reply {
    pub(super) ticket: Ticket,
    pub(super) answer: Answer,
}

impl Reply {
    /// The message: the response, or a `ServiceFault` that says why there is none.
    pub(super) fn encode(&self, timestamp: DateTime) -> Vec<u8> {
        let fault = (SERVICE_FAULT as u16, Body::Empty);
        let ((type_id, body), service_result) = match (&self.answer, self.ticket.service.response()) {
            (Ok(bytes), Some(response)) => ((response, Body::Unread(bytes)), StatusCode::GOOD),
            (Ok(_), None) => (fault, status::BAD_SERVICE_UNSUPPORTED),
            (Err(error), _) => (fault, *error),
        };
        let header = ResponseHeader {
            timestamp,
            request_handle: self.ticket.handle,
            service_result,
            service_diagnostics: DiagnosticInfo::default(),
            string_table: Array::NULL,
            additional_header: ExtensionObject::default(),
        };
        Message { type_id: NodeId::standard(type_id), head: Head::Response(header), body }.encode()
    }
}

/// What is asked.
#[derive(Debug)]
pub(super) struct Request<'a> {
    pub(super) service: Service,
    pub(super) header: RequestHeader<'a>,
    /// The parameters; `None` where they cannot be read.
    pub(super) body: Option<Body<'a>>,
}

impl<'a> Request<'a> {
    /// Reads a message, be it of a service nobody knows.
    ///
    /// # Errors
    /// It has no header of a request: there is nothing to answer to.
    pub(super) fn decode(bytes: &'a [u8]) -> Result<Self, StatusCode> {
        if let Some((message, whole)) = Message::decode(bytes) {
            let Head::Request(header) = message.head else { return Err(status::BAD_DECODING_ERROR) };
            let service = Service(message.type_id.standard_number().unwrap_or_default());
            return Ok(Self { service, header, body: whole.is_ok().then_some(message.body) });
        }
        let mut from = Decoder::new(bytes);
        let type_id = NodeId::read(&mut from, "TypeId");
        let header = RequestHeader::read(&mut from, "RequestHeader");
        match from.flaw() {
            Some(_) => Err(status::BAD_DECODING_ERROR),
            None => {
                let service = Service(type_id.standard_number().unwrap_or_default());
                Ok(Self { service, header, body: Some(Body::Unread(from.left())) })
            }
        }
    }
}

/// The parameters of a response.
pub(super) fn parameters<'a>(response: &impl Wire<'a>) -> Answer {
    let mut bytes = Vec::new();
    response.write(&mut bytes);
    Ok(bytes)
}

/// The parameters of a response that is a status for each operation.
pub(super) fn statuses(results: &[StatusCode]) -> Answer {
    parameters(&StatusResults { results: Array::of(results), diagnostic_infos: Array::NULL })
}

/// The operations of a request, of which there must be some and not too many.
pub(super) fn operations<'a, T: Wire<'a>>(
    array: &Array<'a, T>,
) -> Result<impl Iterator<Item = T> + use<'a, T>, StatusCode> {
    match array.len() {
        0 => Err(status::BAD_NOTHING_TO_DO),
        1..=MOST_OPERATIONS => Ok(array.iter()),
        _ => Err(status::BAD_TOO_MANY_OPERATIONS),
    }
}

/// What became of an operation: nothing is good, an error is its status.
pub(super) fn outcome(result: Result<(), StatusCode>) -> StatusCode {
    result.err().unwrap_or(StatusCode::GOOD)
}

impl OpcUa {
    /// Does what is asked. What is asked to be told later is not answered yet.
    pub(super) fn serve(
        &mut self,
        plc: &mut Plc,
        time: Timestamp,
        request: &Request<'_>,
        ticket: Ticket,
        replies: &mut Vec<Reply>,
    ) {
        let Some(body) = request.body else {
            return replies.push(Reply { ticket, answer: Err(status::BAD_DECODING_ERROR) });
        };
        let token = &request.header.authentication_token;
        let url = self.transport.url();
        let answer = match body {
            Body::FindServersRequest(asked) => discovery::servers(plc, url, &asked),
            Body::GetEndpointsRequest(_) => discovery::endpoints(plc, url),
            Body::CreateSessionRequest(asked) => self.create_session(plc, &asked),
            Body::ActivateSessionRequest(asked) => self.activate_session(token, &asked),
            Body::CloseSessionRequest(_) => self.close_session(token, replies),
            _ => {
                let began = self.began;
                let answer = self.session_of(token).map(|(session, space)| {
                    Asked { plc, time, began, space, session, replies }.serve(body, ticket)
                });
                match answer.transpose() {
                    Some(answer) => answer.flatten(),
                    None => return,
                }
            }
        };
        replies.push(Reply { ticket, answer });
    }

    /// The session that a token opens, and what can be asked of it.
    fn session_of(&mut self, token: &NodeId<'_>) -> Result<(&mut Connected, &Space), StatusCode> {
        let session = self.session.as_mut().ok_or(status::BAD_SESSION_ID_INVALID)?;
        session.is_open_to(token)?;
        Ok((session, self.space.as_ref().ok_or(status::BAD_SESSION_ID_INVALID)?))
    }
}

/// What a service of an open session works with.
struct Asked<'a> {
    plc: &'a mut Plc,
    time: Timestamp,
    began: Timestamp,
    space: &'a Space,
    session: &'a mut Connected,
    replies: &'a mut Vec<Reply>,
}

impl Asked<'_> {
    /// The answer, unless it is told later.
    fn serve(&mut self, body: Body<'_>, ticket: Ticket) -> Option<Answer> {
        let (space, session) = (self.space, &mut *self.session);
        Some(match body {
            Body::WriteRequest(asked) => attributes::write(space, self.plc, &asked),
            Body::CallRequest(asked) => methods::call(space, self.plc, &asked),
            Body::HistoryReadRequest(asked) => attributes::read_history(&asked),
            Body::BrowseRequest(asked) => session.browse(space, &asked),
            Body::BrowseNextRequest(asked) => session.browse_next(space, &asked),
            Body::TranslateBrowsePathsRequest(asked) => view::translate(space, &asked),
            Body::RegisterNodesRequest(asked) => operations(&asked.nodes).and_then(|_| parameters(&asked)),
            Body::UnregisterNodesRequest(asked) => operations(&asked.nodes).map(|_| Vec::new()),
            Body::CancelRequest(asked) => session.subscriptions.cancel(&asked, self.replies),
            _ => return self.serve_values(body, ticket),
        })
    }

    /// The services that read values, now or later.
    fn serve_values(&mut self, body: Body<'_>, ticket: Ticket) -> Option<Answer> {
        let now = Now { plc: self.plc, time: self.time, began: self.began };
        let (space, subscriptions) = (self.space, &mut self.session.subscriptions);
        Some(match body {
            Body::ReadRequest(asked) => attributes::read(space, now, &asked),
            Body::CreateSubscriptionRequest(asked) => subscriptions.create(now, &asked),
            Body::ModifySubscriptionRequest(asked) => subscriptions.modify(now, &asked),
            Body::SetPublishingModeRequest(asked) => subscriptions.set_publishing(&asked),
            Body::DeleteSubscriptionsRequest(asked) => subscriptions.delete(&asked, self.replies),
            Body::CreateMonitoredItemsRequest(asked) => subscriptions.create_items(space, now, &asked),
            Body::ModifyMonitoredItemsRequest(asked) => subscriptions.modify_items(now, &asked),
            Body::SetMonitoringModeRequest(asked) => subscriptions.set_monitoring(space, now, &asked),
            Body::DeleteMonitoredItemsRequest(asked) => subscriptions.delete_items(&asked),
            Body::RepublishRequest(asked) => subscriptions.republish(asked),
            Body::PublishRequest(asked) => {
                subscriptions.publish(now, ticket, &asked, self.replies);
                return None;
            }
            _ => Err(status::BAD_SERVICE_UNSUPPORTED),
        })
    }
}
