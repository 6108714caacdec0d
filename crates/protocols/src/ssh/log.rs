//! Zeek's `ssh.log`, with the columns of Zeek 5 and later. What needs a configuration (`direction`) or guesses from
//! lengths of packets (`auth_success`, `auth_attempts`) is not told.

use super::kex::{Offer, agreed, agreed_both};
use super::state::Ssh;
use crate::Context;
use quaywatch_model::{Column, Kind, Log, LogLine, Prefix, Value};

static LOG: Log = Log {
    name: "ssh",
    prefix: Prefix::Connection,
    columns: &[
        Column::new("version", Kind::Count),
        Column::new("auth_success", Kind::Bool),
        Column::new("auth_attempts", Kind::Count),
        Column::new("direction", Kind::Enum),
        Column::new("client", Kind::String),
        Column::new("server", Kind::String),
        Column::new("cipher_alg", Kind::String),
        Column::new("mac_alg", Kind::String),
        Column::new("compression_alg", Kind::String),
        Column::new("kex_alg", Kind::String),
        Column::new("host_key_alg", Kind::String),
        Column::new("host_key_fingerprint", Kind::String),
    ],
};

/// Writes the line of a connection.
pub(super) fn write(cx: &mut Context<'_>, ssh: &Ssh, offers: [Option<Offer>; 2]) {
    let (Some(begun), Some(client)) = (ssh.begun, ssh.client) else { return };
    let [client_banner, server_banner] =
        [client, client.other()].map(|side| side.of::<Option<Box<str>>>(&ssh.banners).as_deref());
    let version = client_banner
        .or(server_banner)
        .map(|banner| if banner.starts_with("SSH-2") || banner.starts_with("SSH-1.99") { 2 } else { 1 });
    let [of_client, of_server] = &offers;
    let both = of_client.as_ref().zip(of_server.as_ref());
    let [cipher, mac, compression] = both.map_or([None, None, None], |(client, server)| {
        [
            agreed_both(&client.cipher, &server.cipher),
            agreed_both(&client.mac, &server.mac),
            agreed_both(&client.compression, &server.compression),
        ]
    });
    let key_exchange = both.and_then(|(client, server)| agreed(&client.key_exchange, &server.key_exchange));
    let host_key = both.and_then(|(client, server)| agreed(&client.host_key, &server.host_key));
    let values = [
        version.map(Value::Unsigned),
        None,
        Some(Value::Unsigned(0)),
        None,
        client_banner.map(Value::Text),
        server_banner.map(Value::Text),
        cipher.as_deref().map(Value::Text),
        mac.as_deref().map(Value::Text),
        compression.as_deref().map(Value::Text),
        key_exchange.map(Value::Text),
        host_key.map(Value::Text),
        ssh.host_key.as_deref().map(Value::Text),
    ];
    cx.log(&LogLine { log: &LOG, at: begun, from: client, values: &values });
}
