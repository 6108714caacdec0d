//! The logs that Zeek's own tests expect, read for comparison with what the recorder wrote.

use quaywatch_model::{Kind, Value};
use std::path::Path;

/// The columns that Zeek writes before a log's own: when, the conversation and its two ends.
const SHARED_COLUMNS: usize = 6;

/// The lines of a log, each as columns and values.
pub(crate) fn lines(log: &Path) -> Vec<Vec<(String, String)>> {
    let text = std::fs::read_to_string(log).unwrap();
    let mut names: Vec<String> = Vec::new();
    let mut lines = Vec::new();
    for line in text.lines() {
        let cells = line.split('\t').map(str::to_owned);
        if line.starts_with("#fields") {
            names = cells.skip(1).collect();
        } else if !line.starts_with('#') {
            lines.push(names.iter().cloned().zip(cells).collect());
        }
    }
    lines
}

/// The lines of a log as the recorder writes them, own columns only and without those left out.
pub(crate) fn own_columns(log: &Path, leave_out: &[&str]) -> Vec<Vec<String>> {
    let own = |line: Vec<(String, String)>| {
        let columns = line.into_iter().skip(SHARED_COLUMNS);
        let kept = columns.filter(|(name, _)| !leave_out.contains(&name.as_str()));
        kept.map(|(name, value)| format!("{name}={value}")).collect()
    };
    lines(log).into_iter().map(own).collect()
}

/// A line of [`super::Recorder::logs`] in Zeek's spelling: text without quotes.
pub(crate) fn unquoted(recorded: &str) -> String {
    recorded.replace('"', "")
}

/// A value as Zeek writes it.
pub(crate) fn written(value: &Value<'_>, kind: Kind) -> String {
    let seconds = |nanos: i64| format!("{:.6}", nanos as f64 / 1e9);
    match (*value, kind) {
        (Value::Bool(yes), _) => if yes { "T" } else { "F" }.to_owned(),
        (Value::Text(text), _) => text.to_owned(),
        (Value::Signed(nanos), Kind::Time | Kind::Interval | Kind::IntervalVector) => seconds(nanos),
        (Value::List(list), kind) => {
            let mut members = Vec::new();
            list.each(&mut |member| members.push(written(&member, kind).replace(',', "\\x2c")));
            members.join(",")
        }
        (value, _) => value.to_string(),
    }
}
