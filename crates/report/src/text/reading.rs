//! What was captured, and what of it could not be read.

use super::row::{Row, wrapped};
use super::section::Section;
use super::{DIM, PLAIN, TITLE};
use crate::number::{Bytes, Count, Duration, Many};
use quaywatch_model::Timestamp;
use quaywatch_sensor::Summary;

/// So many protocols are named: the rest are single packets beside these.
const MOST_PROTOCOLS: usize = 9;

/// Span and size of the capture, and what it is made of.
pub(super) fn captured(summary: &Summary) -> Vec<Row> {
    let span = &summary.span;
    let mut rows = vec![Row::of(TITLE, "CAPTURE")];
    let (Some(first), Some(last)) = (span.first, span.last) else {
        rows.push(Row::of(PLAIN, "  no packets"));
        return rows;
    };
    let text = format!("  {} to {} UTC ({})", minute(first), minute(last), Duration(last.since(first)));
    rows.push(Row::of(PLAIN, text));
    let conversations: u64 = summary.protocols.values().map(|total| total.conversations).sum();
    let (packets, conversations) = (Many(span.packets, "packet"), Many(conversations, "conversation"));
    rows.push(Row::of(PLAIN, format!("  {packets}, {}, {conversations}", Bytes(span.wire_bytes))));
    let mut protocols: Vec<_> = summary.protocols.iter().collect();
    protocols.sort_by_key(|(name, total)| (std::cmp::Reverse(total.wire_bytes), **name));
    let named = protocols.iter().take(MOST_PROTOCOLS);
    let mut words: Vec<Row> =
        named.map(|(name, total)| Row::of(DIM, format!("{name} {}", Bytes(total.wire_bytes)))).collect();
    let more = protocols.len().saturating_sub(MOST_PROTOCOLS) as u64;
    if more > 0 {
        words.push(Row::of(DIM, format!("and {}", Many(more, "more protocol"))));
    }
    if !words.is_empty() {
        rows.extend(wrapped(Row::default(), 2, words));
    }
    rows
}

fn minute(time: Timestamp) -> String {
    time.to_string().get(..19).unwrap_or_default().replace('T', " ")
}

/// What was not seen and what could not be read.
pub(super) fn unread(summary: &Summary) -> Section {
    let title = "NOT SEEN, NOT READ".to_owned();
    let span = &summary.span;
    let cut = span.wire_bytes.saturating_sub(span.captured_bytes);
    let mut texts = Vec::new();
    if span.begun_before > 0 {
        let begun = Many(span.begun_before, "conversation");
        texts.push(format!("{begun} had begun before the capture did"));
    }
    if span.missed_bytes > 0 {
        texts.push(format!("{} of payload were sent but not captured", Bytes(span.missed_bytes)));
    }
    if cut > 0 {
        texts.push(format!("{} were cut off when capturing (snap length)", Bytes(cut)));
    }
    let mut rows: Vec<Row> = texts.into_iter().map(|text| Row::indented(2).then(PLAIN, text)).collect();
    for total in &summary.problems {
        let bytes = if total.bytes > 0 { format!(", {}", Bytes(total.bytes)) } else { String::new() };
        let what = format!("  {:>9} x {}: {}", Count(total.count), total.layer, total.reason);
        rows.push(Row::of(PLAIN, what).then(DIM, format!(", {}{bytes}", total.verdict.as_str())));
    }
    if rows.is_empty() {
        return Section::saying(title, "nothing: all that was captured could be read");
    }
    Section::of(title, rows.into_iter().map(|row| vec![row]).collect(), "more problem", 5)
}
