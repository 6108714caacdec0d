//! The summary for programs: one JSON object with the names of the record tables.

mod answers;

use quaywatch_model::{CaptureFile, Change, Entry, Origins, Transferred};
use quaywatch_sensor::{Dropped, Span, Stopped, Summary};
use quaywatch_store::ProblemTotal;
use serde_json::{Map, Value, json};
use std::ffi::OsStr;
use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;

/// Writes the summary as one JSON object and a line end.
///
/// # Errors
/// The writer's.
pub fn write(out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &object(summary))?;
    writeln!(out)
}

/// The keys under which rows name frames.
const FRAMES: [&str; 4] = ["frames", "frame", "first_frame", "evidence"];

/// How a list becomes rows: given its key, how many rows it has, and what makes a row of the nth.
pub(crate) type Listing<'a> = &'a mut dyn FnMut(&'static str, usize, &dyn Fn(usize) -> Value) -> Vec<Value>;

/// Everything, with every row of every list.
fn object(summary: &Summary) -> Value {
    object_with(summary, &mut |_, count, row| (0..count).map(row).collect())
}

/// Everything, with the rows of each list that `listing` makes: rows that nobody wants cost nothing.
pub(crate) fn object_with(summary: &Summary, listing: Listing<'_>) -> Value {
    let span = &summary.span;
    let mut capture = Map::new();
    put(&mut capture, "first", span.first);
    put(&mut capture, "last", span.last);
    capture.insert("packets".into(), span.packets.into());
    capture.insert("wire_bytes".into(), span.wire_bytes.into());
    capture.insert("captured_bytes".into(), span.captured_bytes.into());
    capture.insert("missed_bytes".into(), span.missed_bytes.into());
    capture.insert("conversations_begun_before".into(), span.begun_before.into());
    capture.insert("public_addresses_assumed_own".into(), summary.assumed_own.len().into());
    capture.insert("packets_without_time".into(), span.without_time.into());
    capture.insert("read_to_end".into(), span.shortfall.stopped.is_empty().into());
    capture.insert("stopped".into(), span.shortfall.stopped.iter().map(stopped).collect());
    capture.insert("damaged".into(), span.shortfall.damaged.iter().map(|file| file_name(file)).collect());
    capture.insert("files".into(), span.captures.iter().map(file).collect());
    capture.insert("dropped".into(), span.shortfall.dropped.iter().map(dropped).collect());
    let protocols: Map<String, Value> = summary
        .protocols
        .iter()
        .map(|(name, total)| {
            let (conversations, packets) = (total.conversations, total.packets);
            let mut row = Map::new();
            row.insert("conversations".into(), conversations.into());
            row.insert("packets".into(), packets.into());
            row.insert("wire_bytes".into(), total.wire_bytes.into());
            if total.carried_packets > 0 {
                row.insert("carried_packets".into(), total.carried_packets.into());
                row.insert("carried_wire_bytes".into(), total.carried_wire_bytes.into());
            }
            ((*name).to_owned(), row.into())
        })
        .collect();
    json!({
        "quaywatch": env!("CARGO_PKG_VERSION"),
        "capture": capture,
        "protocols": protocols,
        "operations": rows(span, "operations", &summary.entries, entry, listing),
        "changes": rows(span, "changes", &summary.changes, change, listing),
        "changes_not_listed": summary.changes_not_listed,
        "transfers": rows(span, "transfers", &summary.transfers, transfer, listing),
        "transfers_not_listed": summary.transfers_not_listed,
        "assets": rows(span, "assets", &summary.assets, answers::asset, listing),
        "links": rows(span, "links", &summary.links, answers::link, listing),
        "remote_access": rows(span, "remote_access", &summary.remote_access, answers::remote_access, listing),
        "disclosures": rows(span, "disclosures", &summary.disclosures, answers::disclosure, listing),
        "findings": rows(span, "findings", &summary.findings, answers::finding, listing),
        "problems": rows(span, "problems", &summary.problems, problem, listing),
    })
}

/// The rows of one list.
fn rows<T>(
    span: &Span,
    key: &'static str,
    list: &[T],
    row: fn(&T) -> Value,
    listing: Listing<'_>,
) -> Vec<Value> {
    listing(key, list.len(), &|index| {
        let mut row = list.get(index).map_or(Value::Null, row);
        if let Some(origins) = &span.origins {
            found_in(&mut row, origins);
        }
        row
    })
}

/// Says of all frames that a row names in which of several captures they stand.
fn found_in(row: &mut Value, origins: &Origins) {
    let Value::Object(object) = row else { return };
    let lists = object.values_mut().filter_map(Value::as_array_mut);
    lists.flatten().for_each(|member| found_in(member, origins));
    let frames = FRAMES.iter().find_map(|key| object.get(*key)).map(|frames| match frames {
        Value::Array(frames) => frames.iter().filter_map(Value::as_u64).collect(),
        frame => frame.as_u64().into_iter().collect::<Vec<u64>>(),
    });
    let found = frames.into_iter().flatten().filter_map(|frame| origins.of_frame(frame));
    let found: Vec<Value> = found.map(|origin| json!({"file": origin.file, "frame": origin.frame})).collect();
    if !found.is_empty() {
        object.insert("found_in".into(), found.into());
    }
}

/// What is handed on says nothing of the folders of whoever made it.
pub(crate) fn file_name(path: &str) -> &str {
    Path::new(path).file_name().and_then(OsStr::to_str).unwrap_or(path)
}

fn file(file: &CaptureFile) -> Value {
    let mut object = Map::new();
    put(&mut object, "file", Some(&file.file));
    put(&mut object, "format", Some(file.format));
    put(&mut object, "compression", file.compression);
    object.insert("link_types".into(), file.link_types.clone().into());
    object.insert("packets".into(), file.packets.into());
    put(&mut object, "first", file.first);
    put(&mut object, "last", file.last);
    object.into()
}

fn stopped(stopped: &Stopped) -> Value {
    let mut object = Map::new();
    put(&mut object, "file", Some(file_name(&stopped.file)));
    object.insert("offset".into(), stopped.offset.into());
    if let Some(total) = stopped.total {
        object.insert("total".into(), total.into());
    }
    put(&mut object, "reason", Some(stopped.reason));
    if stopped.unread_bytes > 0 {
        object.insert("unread_bytes".into(), stopped.unread_bytes.into());
    }
    object.into()
}

fn dropped(dropped: &Dropped) -> Value {
    let mut object = Map::new();
    put(&mut object, "file", Some(file_name(&dropped.file)));
    object.insert("interface".into(), dropped.interface.into());
    object.insert("packets".into(), dropped.packets.into());
    if let Some(received) = dropped.received {
        object.insert("received".into(), received.into());
    }
    object.into()
}

fn entry(entry: &Entry) -> Value {
    let [accepted, refused, unanswered, unseen] = entry.outcomes;
    json!({
        "client": entry.client.to_string(),
        "server": entry.server.to_string(),
        "protocol": entry.protocol,
        "verb": entry.verb.as_str(),
        "function": entry.function,
        "count": entry.count(),
        "accepted": accepted,
        "refused": refused,
        "unanswered": unanswered,
        "unseen": unseen,
        "bytes": entry.bytes,
        "first": entry.first.time.to_string(),
        "last": entry.last.time.to_string(),
    })
}

fn change(change: &Change) -> Value {
    let frames: Vec<u64> = change.frames.iter().flatten().copied().collect();
    let mut object = Map::new();
    put(&mut object, "time", Some(change.at.time));
    put(&mut object, "client", Some(change.client));
    put(&mut object, "server", Some(change.server));
    put(&mut object, "protocol", Some(change.protocol));
    put(&mut object, "verb", Some(change.verb.as_str()));
    put(&mut object, "function", Some(&change.function));
    object.insert("items".into(), change.items.clone().into());
    if change.more_items > 0 {
        object.insert("more_items".into(), change.more_items.into());
    }
    put(&mut object, "outcome", Some(change.outcome.as_str()));
    put(&mut object, "code", change.code.as_deref());
    if change.repeated > 0 {
        object.insert("repeated".into(), change.repeated.into());
        put(&mut object, "until", Some(change.until));
    }
    if let Some(unit) = change.unit {
        object.insert("unit".into(), unit.into());
    }
    if let Some(bytes) = change.bytes {
        object.insert("bytes".into(), bytes.into());
    }
    object.insert("frames".into(), frames.into());
    object.into()
}

fn transfer(moved: &Transferred) -> Value {
    let transfer = &moved.transfer;
    let mut object = Map::new();
    put(&mut object, "start", Some(transfer.start.time));
    put(&mut object, "end", Some(transfer.end.time));
    put(&mut object, "client", Some(moved.client));
    put(&mut object, "server", Some(moved.server));
    put(&mut object, "protocol", Some(moved.protocol));
    put(&mut object, "kind", Some(transfer.kind.as_str()));
    put(&mut object, "direction", Some(transfer.direction.as_str()));
    put(&mut object, "name", transfer.name.as_deref());
    put(&mut object, "block_type", transfer.block_type.as_deref());
    if let Some(number) = transfer.block_number {
        object.insert("block_number".into(), number.into());
    }
    put(&mut object, "mime_type", transfer.mime_type);
    object.insert("bytes".into(), transfer.bytes.into());
    object.insert("missing_bytes".into(), transfer.missing_bytes.into());
    object.insert("complete".into(), transfer.complete.into());
    let digest =
        transfer.sha256.map(|digest| digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    put(&mut object, "sha256", digest);
    put(&mut object, "carved", transfer.carved.as_deref());
    object.into()
}

fn problem(total: &ProblemTotal) -> Value {
    json!({
        "layer": total.layer,
        "reason": total.reason,
        "verdict": total.verdict.as_str(),
        "count": total.count,
        "bytes": total.bytes,
    })
}

/// What is absent is left out.
fn put(object: &mut Map<String, Value>, key: &str, value: Option<impl Display>) {
    if let Some(value) = value {
        object.insert(key.into(), value.to_string().into());
    }
}
