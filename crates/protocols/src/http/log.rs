//! Zeek's `http.log`, with the columns of Zeek 4 and later, which have `origin`.
//!
//! Files are those of `files.log`, by the same names and with the same types; of a body that is no file only its type is
//! told. Passwords are never told.

use super::exchange::{BodyTold, Exchange};
use super::wire::Head;
use crate::Context;
use crate::secrets::masked;
use quaywatch_model::{Column, Kind, Log, LogLine, Prefix, Scalars, Side, Value};

/// So many proxies are told that a request came through.
const MOST_PROXIES: usize = 8;

static LOG: Log = Log {
    name: "http",
    prefix: Prefix::Connection,
    columns: &[
        Column::new("trans_depth", Kind::Count),
        Column::new("method", Kind::String),
        Column::new("host", Kind::String),
        Column::new("uri", Kind::String),
        Column::new("referrer", Kind::String),
        Column::new("version", Kind::String),
        Column::new("user_agent", Kind::String),
        Column::new("origin", Kind::String),
        Column::new("request_body_len", Kind::Count),
        Column::new("response_body_len", Kind::Count),
        Column::new("status_code", Kind::Count),
        Column::new("status_msg", Kind::String),
        Column::new("info_code", Kind::Count),
        Column::new("info_msg", Kind::String),
        Column::new("tags", Kind::EnumSet),
        Column::new("username", Kind::String),
        Column::new("password", Kind::String),
        Column::new("proxied", Kind::StringSet),
        Column::new("orig_fuids", Kind::FileVector),
        Column::new("orig_filenames", Kind::StringVector),
        Column::new("orig_mime_types", Kind::StringVector),
        Column::new("resp_fuids", Kind::FileVector),
        Column::new("resp_filenames", Kind::StringVector),
        Column::new("resp_mime_types", Kind::StringVector),
    ],
};

/// Writes the line of an exchange.
pub(super) fn write(cx: &mut Context<'_>, client: Side, exchange: &Exchange) {
    let head = exchange.asked();
    let field = |name: &str| head.and_then(|head| head.field(name)).map(Value::Text);
    let (method, target) = exchange.what();
    let told = |text: &'_ str| -> bool { !text.is_empty() };
    let address = |name: &str| head.and_then(|head| head.field(name)).map(masked);
    let (host, referrer, origin) = (address("Host"), address("Referer"), address("Origin"));
    let proxied = head.map(proxies).unwrap_or_default();
    let proxied = Texts(proxied.iter().map(String::as_str).collect());
    let [sent, answered] = &exchange.bodies;
    let [sent_files, answered_files] = [sent, answered].map(Fuids);
    let [sent_names, answered_names] = [sent, answered].map(|body| Texts(body.names()));
    let [sent_types, answered_types] = [sent, answered].map(|body| Texts(body.types()));
    let status = exchange.status.as_ref();
    let information = exchange.information.as_ref();
    let code = |(code, _): &(u16, Box<str>)| Value::Unsigned((*code).into());
    let values = [
        Some(Value::Unsigned(exchange.depth)),
        told(&method).then_some(Value::Text(&method)),
        host.as_deref().map(Value::Text),
        told(&target).then_some(Value::Text(&target)),
        referrer.as_deref().map(Value::Text),
        exchange.version.as_deref().map(Value::Text),
        field("User-Agent"),
        origin.as_deref().map(Value::Text),
        Some(Value::Unsigned(sent.bytes)),
        Some(Value::Unsigned(answered.bytes)),
        status.map(code),
        status.map(|(_, reason)| reason_of(reason)),
        information.map(code),
        information.map(|(_, reason)| reason_of(reason)),
        Some(Value::List(&Texts(Vec::new()))),
        exchange.user.as_deref().map(Value::Text),
        None,
        proxied.told(),
        sent_files.told(),
        sent_names.told(),
        sent_types.told(),
        answered_files.told(),
        answered_names.told(),
        answered_types.told(),
    ];
    cx.log(&LogLine { log: &LOG, at: exchange.begun, from: client, values: &values });
}

/// A reason phrase; Zeek has a word for one that is empty.
fn reason_of(reason: &str) -> Value<'_> {
    Value::Text(if reason.is_empty() { "<empty>" } else { reason })
}

/// The files of a body.
struct Fuids<'a>(&'a BodyTold);

impl Fuids<'_> {
    fn told(&self) -> Option<Value<'_>> {
        self.0.files.iter().any(|file| file.number.is_some()).then_some(Value::List(self))
    }
}

impl Scalars for Fuids<'_> {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        self.0
            .files
            .iter()
            .filter_map(|file| file.number.as_ref())
            .for_each(|number| tell(Value::Shown(number)));
    }
}

struct Texts<'a>(Vec<&'a str>);

impl Texts<'_> {
    fn told(&self) -> Option<Value<'_>> {
        (!self.0.is_empty()).then_some(Value::List(self))
    }
}

impl Scalars for Texts<'_> {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        self.0.iter().for_each(|text| tell(Value::Text(text)));
    }
}

/// What proxies say of themselves, as Zeek writes it: `VIA -> 1.1 proxy`.
fn proxies(head: Head<'_>) -> Vec<String> {
    const FIELDS: &[&str] = &[
        "FORWARDED",
        "X-FORWARDED-FOR",
        "X-FORWARDED-FROM",
        "CLIENT-IP",
        "VIA",
        "XROXY-CONNECTION",
        "PROXY-CONNECTION",
    ];
    let fields = head.fields().map(|(name, value)| (name.to_ascii_uppercase(), value));
    let proxies = fields.filter(|(name, _)| FIELDS.contains(&name.as_str()));
    proxies.take(MOST_PROXIES).map(|(name, value)| format!("{name} -> {value}")).collect()
}
