//! Who is here and how to reach it (OPC 10000-4, 5.5): one server with one endpoint, at the URL by which it was reached.

use super::services::{Answer, parameters};
use super::transport::POLICY;
use crate::Plc;
use quaywatch_protocols::opcua::builtin::{Blob, LocalizedText, Text};
use quaywatch_protocols::opcua::codec::Array;
use quaywatch_protocols::opcua::messages::{
    ApplicationDescription, EndpointDescription, FindServersRequest, FindServersResponse,
    GetEndpointsResponse, UserTokenPolicy,
};

const TRANSPORT: &str = "http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary";
/// `MessageSecurityMode`: nothing is signed or encrypted.
pub(super) const MODE_NONE: i32 = 1;
/// `ApplicationType`: a server.
const SERVER: i32 = 0;

const ANONYMOUS: UserTokenPolicy<'_> = token_policy("anonymous", 0);
const USER_NAME: UserTokenPolicy<'_> = token_policy("username", 1);
/// The ways a user may show who he is.
const TOKENS: &[UserTokenPolicy<'_>] = &[ANONYMOUS, USER_NAME];

const fn token_policy(name: &'static str, token_type: i32) -> UserTokenPolicy<'static> {
    let none = Text(None);
    UserTokenPolicy {
        policy_id: Text::new(name),
        token_type,
        issued_token_type: none,
        issuer_endpoint_url: none,
        // The password comes in clear.
        security_policy_uri: Text::new(POLICY),
    }
}

/// What the server calls itself.
pub(super) fn application_uri(plc: &Plc) -> String {
    format!("{}:{}", plc.nameplate.uri, plc.name)
}

/// This server, unless only others are asked for.
pub(super) fn servers(plc: &Plc, url: &str, asked: &FindServersRequest<'_>) -> Answer {
    described(plc, url, |server| {
        let mut uris = asked.server_uris.iter();
        let is_asked = asked.server_uris.is_empty() || uris.any(|uri| uri == server.application_uri);
        let servers = [server];
        let servers = if is_asked { servers.as_slice() } else { &[] };
        parameters(&FindServersResponse { servers: Array::of(servers) })
    })
}

pub(super) fn endpoints(plc: &Plc, url: &str) -> Answer {
    described(plc, url, |server| {
        parameters(&GetEndpointsResponse { endpoints: Array::of(&[endpoint(server, url)]) })
    })
}

/// Hands over the server's description.
pub(super) fn described<T>(plc: &Plc, url: &str, tell: impl FnOnce(ApplicationDescription<'_>) -> T) -> T {
    let (uri, name) = (application_uri(plc), format!("Crane {}", plc.name));
    tell(ApplicationDescription {
        application_uri: Text::new(&uri),
        product_uri: Text::new(plc.nameplate.uri),
        application_name: LocalizedText::new(&name),
        application_type: SERVER,
        gateway_server_uri: Text(None),
        discovery_profile_uri: Text(None),
        discovery_urls: Array::of(&[Text::new(url)]),
    })
}

pub(super) const fn endpoint<'a>(
    server: ApplicationDescription<'a>,
    url: &'a str,
) -> EndpointDescription<'a> {
    EndpointDescription {
        endpoint_url: Text::new(url),
        server,
        server_certificate: Blob(None),
        security_mode: MODE_NONE,
        security_policy_uri: Text::new(POLICY),
        user_identity_tokens: Array::of(TOKENS),
        transport_profile_uri: Text::new(TRANSPORT),
        security_level: 0,
    }
}
