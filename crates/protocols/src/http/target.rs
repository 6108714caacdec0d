//! What the address of a request says beside what is asked for: it may move data, and show who asks.

use super::auth;
use super::wire::Head;
use crate::Context;
use crate::secrets::{login, masked, masked_text, unescaped};
use quaywatch_model::{Content, DataClass, Side};
use std::borrow::Cow;

/// Tells what a request's target holds as content, as what is sent in it leaves as what is sent in a body does.
pub(super) fn tell_content(cx: &mut Context<'_>, client: Side, target: &str) {
    let shows_secret = login(target).is_some() || matches!(masked_text(target), Cow::Owned(_));
    let class = if shows_secret { DataClass::Credentials } else { DataClass::Signalling };
    let wire_bytes = target.len() as u64;
    let text = masked(target);
    let text = if text.contains(['%', '+']) { unescaped(&text).into() } else { text };
    let bytes = if cx.wanted.content { text.as_bytes() } else { &[] };
    cx.content(&Content { from: client, class, wire_bytes, bytes, ends: true });
}

/// Tells who an address says it is that asks; whether one did with a password as in a form.
pub(super) fn tell_login(cx: &mut Context<'_>, client: Side, head: Head<'_>, target: &str) -> bool {
    let (address, query) = target.split_once('?').unwrap_or((target, ""));
    // Browsers do not send the user of an address; who does, shows the password to all on the way.
    for (user, password) in [Some(address), head.field("Host")].into_iter().flatten().filter_map(login) {
        auth::tell_login(cx, client, Some(&user), Some(&password));
    }
    auth::parameters_of_login(cx, client, query)
}

/// A host without its port, and without the user before it (RFC 9110, section 4.2.4, forbids one).
pub(super) fn name_of(host: &str) -> &str {
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    match host.rsplit_once(':') {
        Some((name, digits)) if port(digits) && (!name.contains(':') || name.ends_with(']')) => name,
        _ => host,
    }
}
