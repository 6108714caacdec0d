//! Zeek's `rfb.log`.

use super::security::Security;
use crate::Context;
use quaywatch_model::{Column, Kind, Log, LogLine, Moment, Prefix, Side, Value};

static LOG: Log = Log {
    name: "rfb",
    prefix: Prefix::Connection,
    columns: &[
        Column::new("client_major_version", Kind::String),
        Column::new("client_minor_version", Kind::String),
        Column::new("server_major_version", Kind::String),
        Column::new("server_minor_version", Kind::String),
        Column::new("authentication_method", Kind::String),
        Column::new("auth", Kind::Bool),
        Column::new("share_flag", Kind::Bool),
        Column::new("desktop_name", Kind::String),
        Column::new("width", Kind::Count),
        Column::new("height", Kind::Count),
    ],
};

/// What a line is made of.
pub(super) struct Line<'a> {
    pub(super) at: Moment,
    pub(super) client_side: Side,
    pub(super) client: Option<(&'a str, &'a str)>,
    pub(super) server: Option<(&'a str, &'a str)>,
    pub(super) security: Option<Security>,
    pub(super) authenticated: Option<bool>,
    pub(super) shared: Option<bool>,
    pub(super) desktop: Option<(&'a str, u16, u16)>,
}

/// Tells the line of a connection.
pub(super) fn write(cx: &mut Context<'_>, line: &Line<'_>) {
    let values = [
        line.client.map(|version| Value::Text(version.0)),
        line.client.map(|version| Value::Text(version.1)),
        line.server.map(|version| Value::Text(version.0)),
        line.server.map(|version| Value::Text(version.1)),
        line.security.map(|security| Value::Text(security.zeek())),
        line.authenticated.map(Value::Bool),
        line.shared.map(Value::Bool),
        line.desktop.map(|(name, _, _)| Value::Text(name)),
        line.desktop.map(|(_, width, _)| Value::Unsigned(width.into())),
        line.desktop.map(|(_, _, height)| Value::Unsigned(height.into())),
    ];
    cx.log(&LogLine { log: &LOG, at: line.at, from: line.client_side, values: &values });
}
