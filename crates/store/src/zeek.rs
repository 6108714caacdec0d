//! Lines of logs as Zeek writes them: tab-separated values with their header, or JSON, column for column.
//!
//! Formats: Zeek's `scripts/base/frameworks/logging/writers/ascii.zeek` documents separators, the unset and empty
//! fields and escapes; the JSON form is that of `LogAscii::use_json` with times as numbers.

use crate::json::{self, Array, Bound};
use quaywatch_model::{Address, Kind, Log, LogLine, Prefix, Scalars, Side, Timestamp, Value};
use std::fmt::Write as _;

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// Tab-separated values with a header, as Zeek does by default.
    #[default]
    Tsv,
    /// One JSON object a line.
    Json,
}

/// What every line says of its conversation, from the view of who opened it.
#[derive(Debug, Clone, Copy)]
pub struct LogConnection<'a> {
    /// The conversation's name.
    pub uid: &'a str,
    /// The addresses of side A and side B.
    pub addresses: [Address; 2],
    /// Their ports.
    pub ports: [u16; 2],
    /// Who opened it: Zeek's originator.
    pub originator: Side,
}

/// A line grows to so many bytes; what is longer is cut, as a row of the record tables is.
const LINE_LIMIT_BYTES: usize = 256 * 1024;

const CONNECTION: [(&str, Kind); 6] = [
    ("ts", Kind::Time),
    ("uid", Kind::String),
    ("id.orig_h", Kind::Addr),
    ("id.orig_p", Kind::Port),
    ("id.resp_h", Kind::Addr),
    ("id.resp_p", Kind::Port),
];
const SENDER: [(&str, Kind); 5] = [
    ("is_orig", Kind::Bool),
    ("source_h", Kind::Addr),
    ("source_p", Kind::Port),
    ("destination_h", Kind::Addr),
    ("destination_p", Kind::Port),
];

/// The columns of a log, the common ones first.
fn columns(log: &Log) -> impl Iterator<Item = (&'static str, Kind)> {
    let common: &[(&str, Kind)] = match log.prefix {
        Prefix::Time => CONNECTION.get(..1).unwrap_or(&[]),
        Prefix::Connection | Prefix::Sender => &CONNECTION,
    };
    let sender: &[(&str, Kind)] = if log.prefix == Prefix::Sender { &SENDER } else { &[] };
    common.iter().chain(sender).copied().chain(log.columns.iter().map(|column| (column.name, column.kind)))
}

/// What a file of tab-separated values begins with. `opened`: the time it tells of its own making, which is the
/// capture's, so that the same capture gives the same file.
#[must_use]
pub fn header(log: &Log, opened: Timestamp) -> String {
    let mut text =
        String::from("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n");
    let _ = writeln!(text, "#path\t{}\n#open\t{}", log.name, stamp(opened));
    let (names, kinds): (Vec<_>, Vec<_>) = columns(log).map(|(name, kind)| (name, type_name(kind))).unzip();
    let _ = writeln!(text, "#fields\t{}\n#types\t{}", names.join("\t"), kinds.join("\t"));
    text
}

/// What it ends with.
#[must_use]
pub fn footer(closed: Timestamp) -> String {
    format!("#close\t{}\n", stamp(closed))
}

/// `2026-11-24-09-00-37`.
fn stamp(time: Timestamp) -> String {
    time.to_string().get(..19).unwrap_or_default().replace([':', 'T'], "-")
}

const fn type_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "bool",
        Kind::Count => "count",
        Kind::Int => "int",
        Kind::Double => "double",
        Kind::Time => "time",
        Kind::Interval => "interval",
        Kind::String | Kind::File => "string",
        Kind::Enum => "enum",
        Kind::Addr => "addr",
        Kind::Port => "port",
        Kind::StringSet => "set[string]",
        Kind::EnumSet => "set[enum]",
        Kind::StringVector | Kind::FileVector => "vector[string]",
        Kind::IntervalVector => "vector[interval]",
        Kind::CountVector => "vector[count]",
        Kind::CountSet => "set[count]",
    }
}

/// Adds a line, with its end.
pub fn push(out: &mut Vec<u8>, format: LogFormat, connection: &LogConnection<'_>, line: &LogLine<'_>) {
    let mut columns = columns(line.log);
    let mut fields = Fields { out, format, empty: true, limit: 0 };
    fields.limit = fields.out.len() + LINE_LIMIT_BYTES;
    fields.begin();
    let mut put = |value: Option<Value<'_>>| {
        let Some((name, kind)) = columns.next() else { return };
        match (kind, value) {
            (Kind::File, Some(number)) => {
                fields.put(name, kind, Some(Value::Text(&fuid(connection.uid, number))));
            }
            (Kind::FileVector, Some(Value::List(numbers))) => {
                fields.put(name, kind, Some(Value::List(&Fuids { uid: connection.uid, numbers })));
            }
            (kind, value) => fields.put(name, kind, value),
        }
    };
    let time = Value::Signed(line.at.time.nanos());
    put(Some(time));
    if line.log.prefix != Prefix::Time {
        put(Some(Value::Text(connection.uid)));
        let [orig, resp] = ends(connection, connection.originator);
        orig.iter().chain(&resp).for_each(|end| put(Some(end.value())));
    }
    if line.log.prefix == Prefix::Sender {
        put(Some(Value::Bool(line.from == connection.originator)));
        let [source, destination] = ends(connection, line.from);
        source.iter().chain(&destination).for_each(|end| put(Some(end.value())));
    }
    line.values.each(&mut put);
    fields.end();
}

/// A file's name in Zeek's manner: `F`, the conversation's name and the file's number in it. The same in every log and run.
fn fuid(uid: &str, number: Value<'_>) -> String {
    format!("F{}{number}", uid.get(1..).unwrap_or_default())
}

/// Files of a conversation by their names.
struct Fuids<'a> {
    uid: &'a str,
    numbers: &'a dyn Scalars,
}

impl Scalars for Fuids<'_> {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        self.numbers.each(&mut |number| tell(Value::Text(&fuid(self.uid, number))));
    }
}

/// An address or a port of one end.
enum End {
    Host(Address),
    Port(u16),
}

impl End {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Host(address) => Value::Shown(address),
            Self::Port(port) => Value::Unsigned((*port).into()),
        }
    }
}

/// This side's address and port, then the other's.
fn ends(connection: &LogConnection<'_>, side: Side) -> [[End; 2]; 2] {
    [side, side.other()]
        .map(|side| [End::Host(*side.of(&connection.addresses)), End::Port(*side.of(&connection.ports))])
}

/// Writes field after field.
struct Fields<'a> {
    out: &'a mut Vec<u8>,
    format: LogFormat,
    empty: bool,
    limit: usize,
}

impl Fields<'_> {
    fn begin(&mut self) {
        if self.format == LogFormat::Json {
            self.out.push(b'{');
        }
    }

    fn end(self) {
        self.out.extend_from_slice(if self.format == LogFormat::Json { b"}\n" } else { b"\n" });
    }

    fn put(&mut self, name: &str, kind: Kind, value: Option<Value<'_>>) {
        match self.format {
            LogFormat::Tsv => {
                if !std::mem::take(&mut self.empty) {
                    self.out.push(b'\t');
                }
                match value {
                    Some(value) => push_tsv(self.out, kind, value, self.limit),
                    None => self.out.push(b'-'),
                }
            }
            // What is unset is left out, as Zeek does.
            LogFormat::Json => {
                let Some(value) = value else { return };
                if !std::mem::take(&mut self.empty) {
                    self.out.push(b',');
                }
                json::push_str(self.out, name);
                self.out.push(b':');
                push_json(self.out, kind, value, &mut Bound::at(self.limit));
            }
        }
    }
}

fn push_tsv(out: &mut Vec<u8>, kind: Kind, value: Value<'_>, limit: usize) {
    match (kind, value) {
        (_, Value::Bool(true)) => out.push(b'T'),
        (_, Value::Bool(false)) => out.push(b'F'),
        (Kind::Time | Kind::Interval | Kind::IntervalVector, Value::Signed(nanos)) => {
            push_seconds(out, nanos);
        }
        (_, Value::Float(number)) => out.extend_from_slice(format!("{number:.6}").as_bytes()),
        (_, Value::List(list)) => {
            let start = out.len();
            let mut members = 0;
            list.each(&mut |member| {
                if out.len() < limit {
                    if members > 0 {
                        out.push(b',');
                    }
                    push_member(out, kind, member, limit);
                    members += 1;
                }
            });
            if members == 0 && out.len() == start {
                out.extend_from_slice(b"(empty)");
            }
        }
        (_, value) => push_text(out, &text_of(value, limit), &[]),
    }
}

/// A member of a set or vector: a comma in it would end it.
fn push_member(out: &mut Vec<u8>, kind: Kind, member: Value<'_>, limit: usize) {
    match member {
        Value::Signed(nanos) if kind == Kind::IntervalVector => push_seconds(out, nanos),
        member => push_text(out, &text_of(member, limit), b","),
    }
}

/// Text with `\xNN` for whatever is not printable ASCII or would be taken for a separator; UTF-8 stays, as in Zeek.
fn push_text(out: &mut Vec<u8>, text: &str, separators: &[u8]) {
    match text {
        "" => return out.extend_from_slice(b"(empty)"),
        "-" => return out.extend_from_slice(b"\\x2d"),
        "(empty)" => return out.extend_from_slice(b"\\x28empty)"),
        _ => {}
    }
    for character in text.chars() {
        let mut utf8 = [0; 4];
        let bytes = character.encode_utf8(&mut utf8).as_bytes();
        let steers = character.is_control()
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        match bytes {
            [b'\\'] => out.extend_from_slice(b"\\\\"),
            [byte] if separators.contains(byte) || steers => push_escape(out, *byte),
            bytes if steers => bytes.iter().for_each(|byte| push_escape(out, *byte)),
            bytes => out.extend_from_slice(bytes),
        }
    }
}

fn push_escape(out: &mut Vec<u8>, byte: u8) {
    out.extend_from_slice(b"\\x");
    json::push_hex_digits(out, byte);
}

/// Seconds with six digits behind the point, rounded down, as Zeek's times are microseconds.
fn push_seconds(out: &mut Vec<u8>, nanos: i64) {
    let sign = if nanos < 0 { "-" } else { "" };
    let micros = nanos.unsigned_abs() / 1_000;
    out.extend_from_slice(format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000).as_bytes());
}

fn text_of(value: Value<'_>, limit: usize) -> String {
    let text = match value {
        Value::Text(text) => text.to_owned(),
        Value::Secret => "(masked)".to_owned(),
        value => value.to_string(),
    };
    match text.get(..text.floor_char_boundary(limit.min(LINE_LIMIT_BYTES))) {
        Some(cut) if cut.len() < text.len() => cut.to_owned(),
        _ => text,
    }
}

fn push_json(out: &mut Vec<u8>, kind: Kind, value: Value<'_>, bound: &mut Bound) {
    match (kind, value) {
        (Kind::Time | Kind::Interval | Kind::IntervalVector, Value::Signed(nanos)) => {
            push_seconds(out, nanos);
        }
        (_, Value::List(list)) => {
            let mut array = Array::open(out);
            list.each(&mut |member| push_json(array.member(), kind, member, bound));
            array.close();
        }
        (_, value) => json::push_value(out, value, bound),
    }
}

#[cfg(test)]
mod tests {
    use super::{LogConnection, LogFormat, footer, header, push};
    use quaywatch_model::{
        Address, Column, Kind, Log, LogLine, LogValues, Moment, Prefix, Scalars, Side, Timestamp, Value,
    };

    static LOG: Log = Log {
        name: "thing",
        prefix: Prefix::Sender,
        columns: &[
            Column::new("name", Kind::String),
            Column::new("rtt", Kind::Interval),
            Column::new("answers", Kind::StringVector),
            Column::new("ok", Kind::Bool),
            Column::new("none", Kind::Count),
        ],
    };

    struct Answers(&'static [&'static str]);
    impl Scalars for Answers {
        fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
            self.0.iter().for_each(|answer| tell(Value::Text(answer)));
        }
    }

    fn line(format: LogFormat, name: &str, answers: &'static [&'static str]) -> String {
        let connection = LogConnection {
            uid: "C1",
            addresses: [Address::v4([10, 0, 0, 1]), Address::v4([10, 0, 0, 2])],
            ports: [53, 50_000],
            originator: Side::B,
        };
        let list = Answers(answers);
        let values: &dyn LogValues = &[
            Some(Value::Text(name)),
            Some(Value::Signed(3_405_999)),
            Some(Value::List(&list)),
            Some(Value::Bool(false)),
            None,
        ];
        let at = Moment { time: Timestamp::from_nanos(1_700_000_000_123_456_789), frame: 1 };
        let mut out = Vec::new();
        push(&mut out, format, &connection, &LogLine { log: &LOG, at, from: Side::A, values });
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_header_names_every_column_and_its_type() {
        assert_eq!(
            header(&LOG, Timestamp::from_nanos(0)) + &footer(Timestamp::from_nanos(1_000_000_000)),
            "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tthing\n\
             #open\t1970-01-01-00-00-00\n\
             #fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tis_orig\tsource_h\tsource_p\t\
             destination_h\tdestination_p\tname\trtt\tanswers\tok\tnone\n\
             #types\ttime\tstring\taddr\tport\taddr\tport\tbool\taddr\tport\taddr\tport\tstring\tinterval\t\
             vector[string]\tbool\tcount\n#close\t1970-01-01-00-00-01\n"
        );
    }

    #[test]
    fn values_are_written_as_zeek_writes_them_and_separators_in_them_are_escaped() {
        assert_eq!(
            line(LogFormat::Tsv, "a\tb\\\u{1b}", &["x,y", "-"]),
            "1700000000.123456\tC1\t10.0.0.2\t50000\t10.0.0.1\t53\tF\t10.0.0.1\t53\t10.0.0.2\t50000\t\
             a\\x09b\\\\\\x1b\t0.003405\tx\\x2cy,\\x2d\tF\t-\n"
        );
        let cells = line(LogFormat::Tsv, "-", &[]);
        assert!(cells.ends_with("\t\\x2d\t0.003405\t(empty)\tF\t-\n"), "{cells}");
    }

    #[test]
    fn json_leaves_out_what_is_unset() {
        let text = line(LogFormat::Json, "n", &["a"]);
        let row: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(row["ts"], serde_json::json!(1_700_000_000.123_456));
        assert_eq!(
            (&row["id.orig_p"], &row["answers"]),
            (&serde_json::json!(50_000), &serde_json::json!(["a"]))
        );
        assert!(row.get("none").is_none());
    }
}
