//! The logs that are not one protocol's: `conn.log` and `files.log` as Zeek writes them.

use crate::conversations::App;
use quaywatch_flow::{ConnState, Conversation};
use quaywatch_model::{
    Column, Direction, FinishedTransfer, Kind, Log, LogLine, Moment, Prefix, Scalars, Scope, Side, Value,
};
use quaywatch_store::Logs;
use quaywatch_store::zeek::LogConnection;
use quaywatch_wire::protocol;

static CONN: Log = Log {
    name: "conn",
    prefix: Prefix::Connection,
    columns: &[
        Column::new("proto", Kind::Enum),
        Column::new("service", Kind::String),
        Column::new("duration", Kind::Interval),
        Column::new("orig_bytes", Kind::Count),
        Column::new("resp_bytes", Kind::Count),
        Column::new("conn_state", Kind::String),
        Column::new("local_orig", Kind::Bool),
        Column::new("local_resp", Kind::Bool),
        Column::new("missed_bytes", Kind::Count),
        Column::new("history", Kind::String),
        Column::new("orig_pkts", Kind::Count),
        Column::new("orig_ip_bytes", Kind::Count),
        Column::new("resp_pkts", Kind::Count),
        Column::new("resp_ip_bytes", Kind::Count),
        Column::new("tunnel_parents", Kind::StringSet),
        Column::new("ip_proto", Kind::Count),
    ],
};

static FILES: Log = Log {
    name: "files",
    prefix: Prefix::Time,
    columns: &[
        Column::new("fuid", Kind::String),
        Column::new("uid", Kind::String),
        Column::new("id.orig_h", Kind::Addr),
        Column::new("id.orig_p", Kind::Port),
        Column::new("id.resp_h", Kind::Addr),
        Column::new("id.resp_p", Kind::Port),
        Column::new("source", Kind::String),
        Column::new("depth", Kind::Count),
        Column::new("analyzers", Kind::StringSet),
        Column::new("mime_type", Kind::String),
        Column::new("filename", Kind::String),
        Column::new("duration", Kind::Interval),
        Column::new("local_orig", Kind::Bool),
        Column::new("is_orig", Kind::Bool),
        Column::new("seen_bytes", Kind::Count),
        Column::new("total_bytes", Kind::Count),
        Column::new("missing_bytes", Kind::Count),
        Column::new("overflow_bytes", Kind::Count),
        Column::new("timedout", Kind::Bool),
        Column::new("parent_fuid", Kind::String),
        Column::new("md5", Kind::String),
        Column::new("sha1", Kind::String),
        Column::new("sha256", Kind::String),
        Column::new("extracted", Kind::String),
    ],
};

/// What every line of this conversation says of it.
pub(crate) fn connection<'a>(kept: &Conversation<App>, uid: &'a str) -> LogConnection<'a> {
    LogConnection { uid, addresses: kept.key.addresses, ports: kept.key.ports, originator: kept.originator() }
}

/// A line of `conn.log`. Zeek logs conversations of IP only. What is not counted here stays unset: `history`, and the
/// bytes of whole packets.
pub(crate) fn conversation(logs: &mut Logs, kept: &Conversation<App>, name: &'static str, uid: &str) {
    let proto = match kept.key.protocol {
        0 => return,
        protocol::TCP => "tcp",
        protocol::UDP => "udp",
        protocol::ICMP | protocol::ICMPV6 => "icmp",
        _ => "unknown_transport",
    };
    let connection = connection(kept, uid);
    let originator = connection.originator;
    let (orig, resp) = (originator.of(&kept.counts), originator.other().of(&kept.counts));
    let is_local =
        |side: Side| Value::Bool(Scope::without_a_site(*side.of(&kept.key.addresses)) != Scope::Internet);
    let duration = kept.last.since(kept.first.time);
    let lasted =
        (kept.counts.iter().map(|counts| counts.packets).sum::<u64>() > 1).then_some(Value::Signed(duration));
    // Zeek does not count what an attempt without an answer sent.
    let sent = |bytes: u64| {
        let counted = lasted.is_some() && kept.state() != ConnState::Oth || bytes > 0;
        counted.then_some(Value::Unsigned(bytes))
    };
    let tunnel = kept.tunnel.as_ref().map(|tunnel| tunnel.carrier.uid(tunnel.first_frame));
    let parents = One(tunnel.as_deref());
    let values = [
        Some(Value::Text(proto)),
        service(name).map(Value::Text),
        lasted,
        sent(orig.bytes),
        sent(resp.bytes),
        Some(Value::Text(kept.state().as_str())),
        Some(is_local(originator)),
        Some(is_local(originator.other())),
        Some(Value::Unsigned(kept.missed_bytes())),
        None,
        Some(Value::Unsigned(orig.packets)),
        None,
        Some(Value::Unsigned(resp.packets)),
        None,
        tunnel.as_ref().map(|_| Value::List(&parents)),
        Some(Value::Unsigned(kept.key.protocol.into())),
    ];
    logs.line(&connection, &LogLine { log: &CONN, at: kept.first, from: originator, values: &values });
}

/// A line of `files.log`.
pub(crate) fn transfer(
    logs: &mut Logs,
    kept: &Conversation<App>,
    name: &'static str,
    uid: &str,
    moved: &FinishedTransfer,
) {
    let connection = connection(kept, uid);
    let sender = match moved.direction {
        Direction::ToDevice => moved.client,
        Direction::FromDevice => moved.client.other(),
    };
    let (orig, resp) = (connection.originator, connection.originator.other());
    let hosts = [orig, resp].map(|side| *side.of(&kept.key.addresses));
    let [orig_port, resp_port] = [orig, resp].map(|side| Value::Unsigned((*side.of(&kept.key.ports)).into()));
    let fuid = fuid(uid, moved.start);
    let sha256 =
        moved.sha256.map(|digest| digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let hashed = One(sha256.as_ref().map(|_| "SHA256"));
    let values = [
        Some(Value::Text(&fuid)),
        Some(Value::Text(uid)),
        Some(Value::Shown(&hosts[0])),
        Some(orig_port),
        Some(Value::Shown(&hosts[1])),
        Some(resp_port),
        Some(Value::Text(service(name).unwrap_or(name))),
        Some(Value::Unsigned(0)),
        Some(Value::List(&hashed)),
        None,
        moved.name.as_deref().map(Value::Text),
        Some(Value::Signed(moved.end.time.since(moved.start.time))),
        Some(Value::Bool(Scope::without_a_site(hosts[0]) != Scope::Internet)),
        Some(Value::Bool(sender == orig)),
        Some(Value::Unsigned(moved.bytes)),
        moved.complete.then_some(Value::Unsigned(moved.bytes)),
        Some(Value::Unsigned(moved.missing_bytes)),
        Some(Value::Unsigned(0)),
        Some(Value::Bool(false)),
        None,
        None,
        None,
        sha256.as_deref().map(Value::Text),
        moved.carved.as_deref().map(Value::Text),
    ];
    logs.line(&connection, &LogLine { log: &FILES, at: moved.start, from: sender, values: &values });
}

/// A file's name in Zeek's manner: `F` and letters that are the same in every run.
fn fuid(uid: &str, start: Moment) -> String {
    format!("F{}{:x}", uid.get(1..).unwrap_or_default(), start.frame)
}

/// What Zeek calls the protocol, where it has another name; nothing where it was not recognised.
fn service(protocol: &'static str) -> Option<&'static str> {
    match protocol {
        "unknown" | "icmp" | "icmp6" | "icmpv6" => None,
        "tls" => Some("ssl"),
        "vnc" => Some("rfb"),
        "mdns" | "llmnr" => Some("dns"),
        "umas" => Some("modbus"),
        "kerberos" => Some("krb"),
        other => Some(other),
    }
}

/// A set of at most one text.
struct One<'a>(Option<&'a str>);

impl Scalars for One<'_> {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        if let Some(text) = self.0 {
            tell(Value::Text(text));
        }
    }
}
