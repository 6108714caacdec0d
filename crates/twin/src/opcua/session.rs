//! The secure channel and the session (OPC 10000-4, 5.6 and 5.7).

use super::discovery::{MODE_NONE, described, endpoint};
use super::services::{Answer, Reply, Request, Ticket, parameters};
use super::space::{Id, Now, Space};
use super::subscription::Subscriptions;
use super::view::Continuations;
use super::{MOST_MESSAGE_BYTES, OpcUa, status};
use crate::{After, Plc};
use quaywatch_model::Timestamp;
use quaywatch_protocols::opcua::builtin::{Blob, ExtensionObject, NodeId, StatusCode, Text};
use quaywatch_protocols::opcua::codec::{Array, Decoder, Wire};
use quaywatch_protocols::opcua::messages::{
    ActivateSessionRequest, ActivateSessionResponse, Body, ChannelSecurityToken, CreateSessionRequest,
    CreateSessionResponse, OpenSecureChannelRequest, OpenSecureChannelResponse, SignatureData,
    UserNameIdentityToken, encodings,
};

/// What a channel's lifetime is brought between, in milliseconds.
const LIFETIMES_MS: [u32; 2] = [10_000, 3_600_000];
/// What a session's time-out is brought between, in milliseconds.
const TIMEOUTS_MS: [f64; 2] = [10_000.0, 3_600_000.0];
/// A channel is opened, or renewed (`SecurityTokenRequestType`).
const ISSUE: i32 = 0;
const RENEW: i32 = 1;
/// The namespace of the server's own nodes, in which sessions have their numbers.
const SERVER: u16 = 1;
/// The one who has a name at the controller, and his password.
const USER: [&str; 2] = ["engineer", "quayside"];
/// How long a nonce is. Nothing is secured with it: it is there because clients ask for one.
const NONCE_BYTES: usize = 32;

/// A session.
#[derive(Debug)]
pub(super) struct Connected {
    token: u32,
    active: bool,
    pub(super) continuations: Continuations,
    pub(super) subscriptions: Subscriptions,
}

impl Connected {
    fn holds(&self, token: &NodeId<'_>) -> Result<(), StatusCode> {
        let is_it = Id::of(token) == Some(Id::number(SERVER, self.token));
        is_it.then_some(()).ok_or(status::BAD_SESSION_ID_INVALID)
    }

    /// Whether who has this token may ask.
    pub(super) fn is_open_to(&self, token: &NodeId<'_>) -> Result<(), StatusCode> {
        self.holds(token)?;
        self.active.then_some(()).ok_or(status::BAD_SESSION_NOT_ACTIVATED)
    }
}

impl OpcUa {
    /// Opens the channel or renews it. What is wrong with that ends the connection (OPC 10000-6, 6.7.6).
    pub(super) fn open(
        &mut self,
        plc: &Plc,
        time: Timestamp,
        ticket: &Ticket,
        request: &Request<'_>,
        out: &mut Vec<u8>,
    ) -> After {
        let answer = match request.body {
            Some(Body::OpenSecureChannelRequest(asked)) => self.opened(plc, time, &asked),
            _ => Err(status::BAD_DECODING_ERROR),
        };
        match answer {
            Ok(parameters) => {
                let now = Now { plc, time, began: self.began }.clock();
                let message = Reply { ticket: *ticket, answer: Ok(parameters) }.encode(now);
                self.transport.send_opened(ticket.request_id, &message, out);
                After::Open
            }
            Err(error) => {
                self.transport.fail(error, out);
                After::Close
            }
        }
    }

    fn opened(&mut self, plc: &Plc, time: Timestamp, asked: &OpenSecureChannelRequest<'_>) -> Answer {
        if asked.security_mode != MODE_NONE {
            return Err(status::BAD_SECURITY_MODE_REJECTED);
        }
        match (asked.request_type, self.transport.is_open()) {
            (ISSUE, false) | (RENEW, true) => {}
            (RENEW, false) => return Err(status::BAD_TCP_SECURE_CHANNEL_UNKNOWN),
            _ => return Err(status::BAD_REQUEST_TYPE_INVALID),
        }
        self.space.get_or_insert_with(|| Space::new(plc));
        let [shortest, longest] = LIFETIMES_MS;
        parameters(&OpenSecureChannelResponse {
            server_protocol_version: 0,
            security_token: ChannelSecurityToken {
                channel_id: self.number,
                token_id: self.transport.renew(),
                created_at: Now { plc, time, began: self.began }.clock(),
                revised_lifetime: asked.requested_lifetime.clamp(shortest, longest),
            },
            server_nonce: Blob(None),
        })
    }

    pub(super) fn create_session(&mut self, plc: &Plc, asked: &CreateSessionRequest<'_>) -> Answer {
        if self.session.is_some() {
            return Err(status::BAD_TOO_MANY_SESSIONS);
        }
        self.sessions = self.sessions.wrapping_add(1);
        let token = self.number.rotate_left(16) ^ self.sessions;
        self.session = Some(Connected {
            token,
            active: false,
            continuations: Continuations::default(),
            subscriptions: Subscriptions::default(),
        });
        // The token is what a request shows; the session's id is only a name.
        let (session_id, token) = (Id::number(SERVER, token.rotate_left(8)), Id::number(SERVER, token));
        let [shortest, longest] = TIMEOUTS_MS;
        let url = self.transport.url();
        described(plc, url, |server| {
            parameters(&CreateSessionResponse {
                session_id: session_id.wire(),
                authentication_token: token.wire(),
                revised_session_timeout: within(asked.requested_session_timeout, shortest, longest),
                server_nonce: Blob(Some(&[0; NONCE_BYTES])),
                server_certificate: Blob(None),
                server_endpoints: Array::of(&[endpoint(server, url)]),
                server_software_certificates: Array::NULL,
                server_signature: SignatureData { algorithm: Text(None), signature: Blob(None) },
                max_request_message_size: MOST_MESSAGE_BYTES as u32,
            })
        })
    }

    /// Lets anybody in, but under another's name only with his password. A session that is open stays as it was where it is
    /// not (OPC 10000-4, 5.6.3).
    pub(super) fn activate_session(
        &mut self,
        token: &NodeId<'_>,
        asked: &ActivateSessionRequest<'_>,
    ) -> Answer {
        let session = self.session.as_mut().ok_or(status::BAD_SESSION_ID_INVALID)?;
        session.holds(token)?;
        admit(&asked.user_identity_token)?;
        session.active = true;
        parameters(&ActivateSessionResponse {
            server_nonce: Blob(Some(&[0; NONCE_BYTES])),
            results: Array::NULL,
            diagnostic_infos: Array::NULL,
        })
    }

    /// Closes the session with its subscriptions: there is nobody they could be handed to.
    pub(super) fn close_session(&mut self, token: &NodeId<'_>, replies: &mut Vec<Reply>) -> Answer {
        let session = self.session.as_mut().ok_or(status::BAD_SESSION_ID_INVALID)?;
        session.holds(token)?;
        session.subscriptions.give_up(status::BAD_SESSION_CLOSED, replies);
        self.session = None;
        Ok(Vec::new())
    }
}

/// Nobody in particular, or somebody with a name and a password.
fn admit(token: &ExtensionObject<'_>) -> Result<(), StatusCode> {
    let is_null = token.encoding == 0 && token.type_id.standard_number() == Some(0);
    if is_null || token.binary(encodings::ANONYMOUS_IDENTITY_TOKEN).is_some() {
        return Ok(());
    }
    let named =
        token.binary(encodings::USER_NAME_IDENTITY_TOKEN).ok_or(status::BAD_IDENTITY_TOKEN_INVALID)?;
    let mut from = Decoder::new(named);
    let shown = UserNameIdentityToken::read(&mut from, "UserNameIdentityToken");
    let [name, password] = USER.map(str::as_bytes);
    let is_known = shown.user_name.bytes() == name && shown.password.bytes() == password;
    is_known.then_some(()).ok_or(status::BAD_USER_ACCESS_DENIED)
}

/// A number brought between two; the lower one for what is no number.
pub(super) fn within(asked: f64, least: f64, most: f64) -> f64 {
    if asked >= least { asked.min(most) } else { least }
}
