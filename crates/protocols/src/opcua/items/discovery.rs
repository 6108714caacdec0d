//! GetEndpoints, FindServers and registration: who offers what, and how it is secured.

use super::super::messages::{Body, EndpointDescription};
use super::super::names;
use super::session::tell_application;
use super::{Tell, tell_text};
use quaywatch_model::{Item, Value};
use std::fmt;

pub(super) fn get_endpoints(request: Option<Body<'_>>, response: Option<Body<'_>>, tell: &mut Tell<'_>) {
    if let Some(Body::GetEndpointsRequest(body)) = request {
        tell_text(tell, "endpoint", body.endpoint_url);
    }
    let Some(Body::GetEndpointsResponse(body)) = response else { return };
    if let Some(endpoint) = body.endpoints.iter().next() {
        tell_application(tell, ["server", "server product", "server name"], &endpoint.server);
    }
    for endpoint in body.endpoints.iter() {
        tell(Item::valued(&endpoint.endpoint_url, Value::Shown(&Offer(&endpoint))));
    }
}

/// `SignAndEncrypt Basic256Sha256 (anonymous, username)`.
struct Offer<'e, 'a>(&'e EndpointDescription<'a>);

impl fmt::Display for Offer<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let policy = self.0.security_policy_uri;
        write!(f, "{} {policy} (", names::security_mode(self.0.security_mode))?;
        for (at, token) in self.0.user_identity_tokens.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{}", names::token_type(token.token_type))?;
        }
        f.write_str(")")
    }
}

pub(super) fn find_servers(request: Option<Body<'_>>, response: Option<Body<'_>>, tell: &mut Tell<'_>) {
    if let Some(Body::FindServersRequest(body)) = request {
        tell_text(tell, "endpoint", body.endpoint_url);
    }
    let Some(Body::FindServersResponse(body)) = response else { return };
    for server in body.servers.iter() {
        tell_application(tell, ["server", "server product", "server name"], &server);
        tell(Item::valued(&"server type", Value::Text(names::application_type(server.application_type))));
        server.discovery_urls.iter().for_each(|url| tell_text(tell, "discovery", url));
    }
}

pub(super) fn find_on_network(response: Option<Body<'_>>, tell: &mut Tell<'_>) {
    let Some(Body::FindServersOnNetworkResponse(body)) = response else { return };
    for server in body.servers.iter() {
        tell_text(tell, "server name", server.server_name);
        tell_text(tell, "discovery", server.discovery_url);
    }
}

pub(super) fn register(request: Option<Body<'_>>, tell: &mut Tell<'_>) {
    let server = match request {
        Some(Body::RegisterServerRequest(body)) => body.server,
        Some(Body::RegisterServer2Request(body)) => body.server,
        _ => return,
    };
    tell_text(tell, "server", server.server_uri);
    tell_text(tell, "server product", server.product_uri);
    server.server_names.iter().for_each(|name| tell_text(tell, "server name", name.text));
    server.discovery_urls.iter().for_each(|url| tell_text(tell, "discovery", url));
    tell(Item::valued(&"online", Value::Bool(server.is_online.is_set())));
}
