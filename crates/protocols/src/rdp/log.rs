//! Zeek's `rdp.log`.

use super::names;
use super::wire::{Client, Server};
use crate::Context;
use quaywatch_model::{Column, Kind, Log, LogLine, Moment, Prefix, Scalars, Side, Value};

/// The log.
static LOG: Log = Log {
    name: "rdp",
    prefix: Prefix::Connection,
    columns: &[
        Column::new("cookie", Kind::String),
        Column::new("result", Kind::String),
        Column::new("security_protocol", Kind::String),
        Column::new("client_channels", Kind::StringVector),
        Column::new("keyboard_layout", Kind::String),
        Column::new("client_build", Kind::String),
        Column::new("client_name", Kind::String),
        Column::new("client_dig_product_id", Kind::String),
        Column::new("desktop_width", Kind::Count),
        Column::new("desktop_height", Kind::Count),
        Column::new("requested_color_depth", Kind::String),
        Column::new("cert_type", Kind::String),
        Column::new("cert_count", Kind::Count),
        Column::new("cert_permanent", Kind::Bool),
        Column::new("encryption_level", Kind::String),
        Column::new("encryption_method", Kind::String),
    ],
};

/// What a line is made of.
pub(super) struct Line<'a> {
    pub(super) at: Moment,
    pub(super) client_side: Side,
    pub(super) cookie: Option<&'a str>,
    pub(super) result: Option<&'a str>,
    pub(super) security_protocol: Option<&'a str>,
    pub(super) client: Option<&'a Client>,
    pub(super) server: Option<&'a Server>,
}

/// Channel names as a list.
pub(super) struct Channels<'a>(pub(super) &'a [String]);

impl Scalars for Channels<'_> {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        self.0.iter().for_each(|name| tell(Value::Text(name)));
    }
}

/// Tells the line of a connection.
pub(super) fn write(cx: &mut Context<'_>, line: &Line<'_>) {
    let Line { at, client_side, cookie, result, security_protocol, client, server } = *line;
    let core = client.filter(|client| client.has_core);
    let keyboard = core.map(|client| names::keyboard(client.keyboard));
    let build = core.map(|client| names::build(client.build));
    let depth = core.map(|client| {
        if client.wants_32bpp { "32bit".into() } else { names::colour_depth(client.high_colour_depth) }
    });
    let channels = client.map(|client| Channels(&client.channels));
    let security = server.and_then(|server| server.security);
    let method = security.map(|(method, _)| names::encryption_method(method));
    let level = security.map(|(_, level)| names::encryption_level(level));
    let certificate = server.and_then(|server| server.certificate);
    let certificate_type = certificate.map(|certificate| names::certificate(certificate.kind));
    let count = certificate.map_or(0, |certificate| certificate.count);
    let values = [
        cookie.map(Value::Text),
        result.map(Value::Text),
        security_protocol.map(Value::Text),
        channels.as_ref().filter(|channels| !channels.0.is_empty()).map(|channels| Value::List(channels)),
        keyboard.as_deref().map(Value::Text),
        build.as_deref().map(Value::Text),
        core.map(|client| Value::Text(&client.name)),
        core.map(|client| Value::Text(&client.product_id)),
        core.map(|client| Value::Unsigned(client.width.into())),
        core.map(|client| Value::Unsigned(client.height.into())),
        depth.as_deref().map(Value::Text),
        certificate_type.as_deref().map(Value::Text),
        Some(Value::Unsigned(count.into())),
        certificate.map(|certificate| Value::Bool(certificate.permanent)),
        level.as_deref().map(Value::Text),
        method.as_deref().map(Value::Text),
    ];
    cx.log(&LogLine { log: &LOG, at, from: client_side, values: &values });
}
