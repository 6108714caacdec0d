//! Greetings, secure channels, sessions and users.

use super::super::builtin::ExtensionObject;
use super::super::certificate::common_name;
use super::super::codec::{Decoder, Wire};
use super::super::messages::{
    AnonymousIdentityToken, ApplicationDescription, Body, IssuedIdentityToken, UserNameIdentityToken,
    X509IdentityToken, encodings,
};
use super::super::names;
use super::super::wire::{AsymmetricHeader, Hello, ReverseHello};
use super::{Tell, tell_text};
use quaywatch_model::{Item, Items, Value};

/// Of `HEL`.
pub(in super::super) struct Greeting<'a> {
    /// What follows the header.
    pub(in super::super) hello: &'a [u8],
}

impl Items for Greeting<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let hello = Hello::read(&mut Decoder::new(self.hello), "HEL");
        tell_text(tell, "endpoint", hello.endpoint_url);
    }
}

/// Of `RHE`.
pub(in super::super) struct ServerGreeting<'a> {
    /// What follows the header.
    pub(in super::super) hello: &'a [u8],
}

impl Items for ServerGreeting<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let hello = ReverseHello::read(&mut Decoder::new(self.hello), "RHE");
        tell_text(tell, "server", hello.server_uri);
        tell_text(tell, "endpoint", hello.endpoint_url);
    }
}

/// Of an encrypted `OPN`.
pub(in super::super) struct Opening<'a> {
    pub(in super::super) request: Option<AsymmetricHeader<'a>>,
    pub(in super::super) answer: Option<AsymmetricHeader<'a>>,
    pub(in super::super) channel: u32,
}

impl Items for Opening<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        if let Some(security) = self.request.or(self.answer) {
            tell_text(tell, "security policy", security.security_policy_uri);
        }
        for (who, security) in [("client certificate", self.request), ("server certificate", self.answer)] {
            let certificate = security.map(|security| security.sender_certificate.bytes());
            tell_certificate(tell, who, certificate.unwrap_or_default());
        }
        tell(Item::valued(&"channel", Value::Unsigned(self.channel.into())));
    }
}

/// Of a message that cannot be read.
pub(in super::super) struct Sealed {
    pub(in super::super) channel: u32,
}

impl Items for Sealed {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        tell(Item::valued(&"channel", Value::Unsigned(self.channel.into())));
    }
}

/// A certificate is told by the name in it.
fn tell_certificate(tell: &mut Tell<'_>, object: &str, certificate: &[u8]) {
    if let Some(name) = common_name(certificate) {
        tell(Item::valued(&object, Value::Text(name)));
    }
}

pub(super) fn open(
    request: Option<Body<'_>>,
    response: Option<Body<'_>>,
    security: Option<AsymmetricHeader<'_>>,
    tell: &mut Tell<'_>,
) {
    if let Some(security) = security {
        tell_text(tell, "security policy", security.security_policy_uri);
    }
    if let Some(Body::OpenSecureChannelRequest(body)) = request {
        let kind = if body.request_type == 0 { "issue" } else { "renew" };
        tell(Item::valued(&"security mode", Value::Text(names::security_mode(body.security_mode))));
        tell(Item::valued(&"token", Value::Text(kind)));
    }
    if let Some(Body::OpenSecureChannelResponse(body)) = response {
        let token = body.security_token;
        tell(Item::valued(&"channel", Value::Unsigned(token.channel_id.into())));
        tell(Item::valued(&"lifetime ms", Value::Unsigned(token.revised_lifetime.into())));
    }
}

pub(super) fn create(request: Option<Body<'_>>, response: Option<Body<'_>>, tell: &mut Tell<'_>) {
    if let Some(Body::CreateSessionRequest(body)) = request {
        tell_text(tell, "session name", body.session_name);
        tell_text(tell, "endpoint", body.endpoint_url);
        tell_text(tell, "server", body.server_uri);
        tell_application(tell, ["client", "client product", "client name"], &body.client_description);
        tell_certificate(tell, "client certificate", body.client_certificate.bytes());
    }
    if let Some(Body::CreateSessionResponse(body)) = response {
        tell(Item::valued(&"session", Value::Shown(&body.session_id)));
        if let Some(endpoint) = body.server_endpoints.iter().next() {
            tell_application(tell, ["server", "server product", "server name"], &endpoint.server);
        }
        tell_certificate(tell, "server certificate", body.server_certificate.bytes());
    }
}

/// An application's URI, product and name, each under what it is called here.
pub(super) fn tell_application(
    tell: &mut Tell<'_>,
    [uri, product, name]: [&str; 3],
    application: &ApplicationDescription<'_>,
) {
    tell_text(tell, uri, application.application_uri);
    tell_text(tell, product, application.product_uri);
    tell_text(tell, name, application.application_name.text);
}

/// Who the user is, and whether what proves it was readable on the wire.
pub(super) fn activate(request: Option<Body<'_>>, tell: &mut Tell<'_>) {
    let Some(Body::ActivateSessionRequest(body)) = request else { return };
    let token = body.user_identity_token;
    if let Some(body) = token.binary(encodings::USER_NAME_IDENTITY_TOKEN) {
        let token = UserNameIdentityToken::read(&mut Decoder::new(body), "UserIdentityToken");
        tell_kind(tell, "username");
        tell_text(tell, "user token policy", token.policy_id);
        tell_text(tell, "user", token.user_name);
        tell(Item::valued(&"password", Value::Secret));
        let encrypted = !token.encryption_algorithm.is_empty();
        tell(Item::valued(&"password encrypted", Value::Bool(encrypted)));
    } else if let Some(body) = token.binary(encodings::X509_IDENTITY_TOKEN) {
        let token = X509IdentityToken::read(&mut Decoder::new(body), "UserIdentityToken");
        tell_kind(tell, "certificate");
        tell_text(tell, "user token policy", token.policy_id);
        tell_certificate(tell, "user", token.certificate_data.bytes());
    } else if let Some(body) = token.binary(encodings::ISSUED_IDENTITY_TOKEN) {
        let token = IssuedIdentityToken::read(&mut Decoder::new(body), "UserIdentityToken");
        tell_kind(tell, "issued");
        tell_text(tell, "user token policy", token.policy_id);
        tell(Item::valued(&"token", Value::Secret));
        let encrypted = !token.encryption_algorithm.is_empty();
        tell(Item::valued(&"token encrypted", Value::Bool(encrypted)));
    } else {
        anonymous(tell, &token);
    }
}

/// No token at all means anonymous too (OPC 10000-4, 5.7.3.2).
fn anonymous(tell: &mut Tell<'_>, token: &ExtensionObject<'_>) {
    let body = token.binary(encodings::ANONYMOUS_IDENTITY_TOKEN);
    if body.is_none() && token.encoding != 0 {
        return tell(Item::valued(&"identity", Value::Shown(&token.type_id)));
    }
    tell_kind(tell, "anonymous");
    let policy = body.map(|body| AnonymousIdentityToken::read(&mut Decoder::new(body), "UserIdentityToken"));
    tell_text(tell, "user token policy", policy.map(|token| token.policy_id).unwrap_or_default());
}

fn tell_kind(tell: &mut Tell<'_>, kind: &str) {
    tell(Item::valued(&"identity", Value::Text(kind)));
}

pub(super) fn close(request: Option<Body<'_>>, response: Option<Body<'_>>, tell: &mut Tell<'_>) {
    match request {
        Some(Body::CloseSessionRequest(body)) => {
            tell(Item::valued(&"delete subscriptions", Value::Bool(body.delete_subscriptions.is_set())));
        }
        Some(Body::CancelRequest(body)) => {
            tell(Item::valued(&"request handle", Value::Unsigned(body.request_handle.into())));
        }
        _ => {}
    }
    if let Some(Body::CancelResponse(body)) = response {
        tell(Item::valued(&"cancelled", Value::Unsigned(body.cancel_count.into())));
    }
}
