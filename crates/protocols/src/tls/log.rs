//! Zeek's `ssl.log`, with the columns of Zeek 6 and later, which have `ssl_history` and fingerprints of whole chains.

use super::fingerprint::Hex;
use super::names::{Cipher, Group, Version, alert};
use super::session::Session;
use crate::Context;
use quaywatch_model::{Column, Kind, Log, LogLine, Moment, Prefix, Scalars, Side, Value};

static LOG: Log = Log {
    name: "ssl",
    prefix: Prefix::Connection,
    columns: &[
        Column::new("version", Kind::String),
        Column::new("cipher", Kind::String),
        Column::new("curve", Kind::String),
        Column::new("server_name", Kind::String),
        Column::new("resumed", Kind::Bool),
        Column::new("last_alert", Kind::String),
        Column::new("next_protocol", Kind::String),
        Column::new("established", Kind::Bool),
        Column::new("ssl_history", Kind::String),
        Column::new("cert_chain_fps", Kind::StringVector),
        Column::new("client_cert_chain_fps", Kind::StringVector),
        Column::new("sni_matches_cert", Kind::Bool),
    ],
};

/// Writes the line of a session.
pub(super) fn write(cx: &mut Context<'_>, session: &Session, begun: Moment) {
    let client = session.client.unwrap_or(Side::A);
    let (version, cipher, group) =
        (session.version.map(Version), session.cipher.map(Cipher), session.group.map(Group));
    let [server_chain, client_chain] =
        [client.other(), client].map(|side| Fingerprints(side.of::<Vec<_>>(&session.chains)));
    // As Zeek has it: where anybody sent a certificate, there are both chains.
    let any = !(server_chain.0.is_empty() && client_chain.0.is_empty());
    let values = [
        version.as_ref().map(|version| Value::Shown(version)),
        cipher.as_ref().map(|cipher| Value::Shown(cipher)),
        group.as_ref().map(|group| Value::Shown(group)),
        session.server_name().map(Value::Text),
        Some(Value::Bool(session.resumed)),
        session.last_alert.map(|number| Value::Text(alert(number))),
        session.alpn.as_deref().map(Value::Text),
        Some(Value::Bool(session.established)),
        (!session.history.is_empty()).then_some(Value::Text(&session.history)),
        any.then_some(Value::List(&server_chain)),
        any.then_some(Value::List(&client_chain)),
        session.name_matches.map(Value::Bool),
    ];
    cx.log(&LogLine { log: &LOG, at: begun, from: client, values: &values });
}

struct Fingerprints<'a>(&'a [[u8; 32]]);

impl Scalars for Fingerprints<'_> {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        self.0.iter().for_each(|fingerprint| tell(Value::Shown(&Hex(fingerprint))));
    }
}
