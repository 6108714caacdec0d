//! The logs that are not one protocol's: `conn.log` and `files.log` as Zeek writes them.

use crate::conversations::App;
use quaywatch_flow::Conversation;
use quaywatch_model::{
    Column, Direction, FileNumber, FinishedTransfer, Kind, Log, LogLine, Prefix, Scalars, Scope, Side, Value,
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
        Column::new("fuid", Kind::File),
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
        Column::new("extracted_cutoff", Kind::Bool),
        Column::new("extracted_size", Kind::Count),
    ],
};

/// What every line of this conversation says of it.
pub(crate) fn connection<'a>(kept: &Conversation<App>, uid: &'a str) -> LogConnection<'a> {
    LogConnection { uid, addresses: kept.key.addresses, ports: kept.key.ports, originator: kept.originator() }
}

/// A line of `conn.log`. Zeek logs conversations of IP only.
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
    let duration = kept.open_until().since(kept.first.time);
    // Where no time passed Zeek tells neither how long it was nor how much was sent.
    let lasted = (duration > 0).then_some(Value::Signed(duration));
    let sent = |side: Side| lasted.map(|_| Value::Unsigned(kept.sent_bytes(side)));
    let history = kept.history();
    let tunnel = kept.tunnel.as_ref().map(|tunnel| tunnel.carrier.uid(tunnel.first_frame));
    let parents = Few([tunnel.as_deref()]);
    let values = [
        Some(Value::Text(proto)),
        service(name, kept.key.protocol).map(Value::Text),
        lasted,
        sent(originator),
        sent(originator.other()),
        Some(Value::Text(kept.state().as_str())),
        Some(is_local(kept, originator)),
        Some(is_local(kept, originator.other())),
        Some(Value::Unsigned(kept.missed_bytes())),
        (!history.is_empty()).then_some(Value::Text(&history)),
        Some(Value::Unsigned(orig.packets)),
        Some(Value::Unsigned(orig.ip_bytes)),
        Some(Value::Unsigned(resp.packets)),
        Some(Value::Unsigned(resp.ip_bytes)),
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
    let number = FileNumber { frame: moved.start.frame, id: moved.id };
    // Zeek knows a file by its bytes, not by who asked for them when.
    let (first, last) = moved.data.unwrap_or((moved.start, moved.start));
    let sha256 =
        moved.sha256.map(|digest| digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let analyzers = Few([moved.carved.as_ref().map(|_| "EXTRACT"), sha256.as_ref().map(|_| "SHA256")]);
    let source = name.to_ascii_uppercase().replace('-', "_");
    let values = [
        Some(Value::Shown(&number)),
        Some(Value::Text(uid)),
        Some(Value::Shown(&hosts[0])),
        Some(orig_port),
        Some(Value::Shown(&hosts[1])),
        Some(resp_port),
        Some(Value::Text(&source)),
        Some(Value::Unsigned(0)),
        Some(Value::List(&analyzers)),
        moved.mime_type.map(Value::Text),
        moved.name.as_deref().map(Value::Text),
        Some(Value::Signed(last.time.since(first.time))),
        // Whether the one who sends it is local, whoever opened the connection.
        Some(is_local(kept, sender)),
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
        // What is carved is carved whole.
        moved.carved.as_ref().map(|_| Value::Bool(false)),
        None,
    ];
    logs.line(&connection, &LogLine { log: &FILES, at: first, from: sender, values: &values });
}

/// Whether a side is on the site's own networks: Zeek's `Site::local_nets` are the private ones too, where nobody says
/// anything else.
fn is_local(kept: &Conversation<App>, side: Side) -> Value<'static> {
    Value::Bool(Scope::without_a_site(*side.of(&kept.key.addresses)) != Scope::Internet)
}

/// What Zeek calls the protocol on this transport, where it has another name; nothing where it was not recognised.
fn service(name: &'static str, transport: u8) -> Option<&'static str> {
    match name {
        "unknown" | "icmp" | "icmp6" | "icmpv6" => None,
        "tls" => Some("ssl"),
        "erspan" => Some("gre"),
        "vnc" => Some("rfb"),
        "mdns" | "llmnr" | "nbns" => Some("dns"),
        "umas" => Some("modbus"),
        "kerberos" if transport == protocol::TCP => Some("krb_tcp"),
        "kerberos" => Some("krb"),
        "dcerpc" => Some("dce_rpc"),
        "ldap" if transport == protocol::UDP => Some("ldap_udp"),
        "ldap" => Some("ldap_tcp"),
        "opcua" => Some("opcua-binary"),
        "profinet-cm" => Some("spicy_profinet_io_cm"),
        other => Some(other),
    }
}

/// A set of the texts that there are.
struct Few<'a, const N: usize>([Option<&'a str>; N]);

impl<const N: usize> Scalars for Few<'_, N> {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        self.0.iter().flatten().for_each(|text| tell(Value::Text(text)));
    }
}
