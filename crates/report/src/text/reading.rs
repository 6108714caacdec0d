//! What was captured, and what of it could not be read.

use super::row::{Row, wrapped};
use super::section::Section;
use super::{ALARM, DIM, PLAIN, TITLE};
use crate::Escaped;
use crate::number::{Bytes, Count, Duration, Many};
use quaywatch_model::{Address, Timestamp};
use quaywatch_sensor::{Dropped, ProtocolTotal, Shortfall, Span, Stopped, Summary};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// So many protocols are named: the rest are single packets beside these.
const MOST_PROTOCOLS: usize = 9;
/// So many lines are kept for where reading stopped, whatever else there is to tell.
const MOST_PROMISED: usize = 12;
/// So many networks are named that were taken for the site's own.
const MOST_NETWORKS: usize = 2;
/// So many characters of a file's name are shown: with the numbers they fit a line.
const MOST_OF_A_NAME: usize = 32;

/// Span and size of the capture, and what it is made of.
pub(super) fn captured(summary: &Summary) -> Vec<Row> {
    let span = &summary.span;
    let mut rows = vec![Row::of(TITLE, "CAPTURE")];
    if !span.shortfall.stopped.is_empty() || !span.shortfall.damaged.is_empty() {
        rows.push(Row::of(ALARM, "  not read to the end, or damaged: see NOT SEEN, NOT READ"));
    }
    match (span.first, span.last) {
        (Some(first), Some(last)) => {
            let text =
                format!("  {} to {} UTC ({})", second(first), second(last), Duration(last.since(first)));
            rows.push(Row::of(PLAIN, text));
        }
        _ if span.without_time > 0 => {
            rows.push(Row::of(PLAIN, "  when it was is not said: no packet has a time"));
        }
        _ => {
            rows.push(Row::of(PLAIN, "  no packets"));
            return rows;
        }
    }
    let conversations: u64 = summary.protocols.values().map(|total| total.conversations).sum();
    let (packets, conversations) = (Many(span.packets, "packet"), Many(conversations, "conversation"));
    rows.push(Row::of(PLAIN, format!("  {packets}, {}, {conversations}", Bytes(span.wire_bytes))));
    let mut protocols: Vec<_> = summary.protocols.iter().collect();
    protocols.sort_by_key(|(name, total)| (std::cmp::Reverse(total.wire_bytes), **name));
    let named = protocols.iter().take(MOST_PROTOCOLS);
    let mut words: Vec<Row> = named
        .map(|(name, total)| Row::of(DIM, format!("{name} {}{}", Bytes(total.wire_bytes), carried(total))))
        .collect();
    let more = protocols.len().saturating_sub(MOST_PROTOCOLS) as u64;
    if more > 0 {
        words.push(Row::of(DIM, format!("and {}", Many(more, "more protocol"))));
    }
    if !words.is_empty() {
        rows.extend(wrapped(Row::default(), 2, words));
    }
    rows
}

/// Of a tunnel, what is not counted as its own.
fn carried(total: &ProtocolTotal) -> String {
    match total.carried_wire_bytes {
        0 => String::new(),
        carried => format!(" ({} more counted as what it carries)", Bytes(carried)),
    }
}

fn second(time: Timestamp) -> String {
    time.to_string().get(..19).unwrap_or_default().replace('T', " ")
}

/// What was not seen and what could not be read; where reading stopped comes first, because all else may hang on it.
pub(super) fn unread(summary: &Summary) -> Section {
    let title = "NOT SEEN, NOT READ".to_owned();
    let span = &summary.span;
    let mut blocks = not_read(&span.shortfall);
    let promised = blocks.iter().map(Vec::len).sum::<usize>().min(MOST_PROMISED);
    blocks.extend(
        not_seen(span)
            .into_iter()
            .chain(assumed(summary))
            .map(|text| vec![Row::indented(2).then(PLAIN, text)]),
    );
    for total in &summary.problems {
        let bytes = if total.bytes > 0 { format!(", {}", Bytes(total.bytes)) } else { String::new() };
        let what = format!("  {:>9} x {}: {}", Count(total.count), total.layer, total.reason);
        blocks.push(vec![Row::of(PLAIN, what).then(DIM, format!(", {}{bytes}", total.verdict.as_str()))]);
    }
    if blocks.is_empty() {
        return Section::saying(title, "nothing: all that was captured could be read");
    }
    Section::of(title, blocks, "more problem", 5 + promised)
}

/// Where reading stopped, and what cannot be trusted.
fn not_read(shortfall: &Shortfall) -> Vec<Vec<Row>> {
    let mut blocks = Vec::new();
    for stopped in &shortfall.stopped {
        let Stopped { file, offset, total, inside, reason, unread_bytes } = stopped;
        let total = total.map(|total| format!(" of {}", Count(total))).unwrap_or_default();
        let file = shortened(file);
        let counted = if inside.is_empty() { "" } else { " decompressed" };
        let place = format!("stopped reading {file} at byte {}{total}{counted}:", Count(*offset));
        let unread = match unread_bytes {
            0 => "how much was not read is not known".to_owned(),
            bytes => format!("{} bytes were not read", Count(*bytes)),
        };
        // The reason says it, too, in words that do not depend on how much it is.
        let reason = reason.split(';').next().unwrap_or_default();
        blocks.push(vec![
            Row::indented(2).then(ALARM, place),
            Row::indented(4).then(PLAIN, format!("{reason}; {unread}")),
        ]);
    }
    for file in &shortfall.damaged {
        blocks.push(vec![
            Row::indented(2).then(ALARM, format!("{} is damaged: its checksum is wrong", shortened(file))),
            Row::indented(4).then(PLAIN, "nothing that was read from it can be trusted"),
        ]);
    }
    blocks
}

/// The end of a long name, which tells more than its beginning.
fn shortened(name: &str) -> String {
    let count = name.chars().count();
    if count <= MOST_OF_A_NAME {
        return Escaped(name).to_string();
    }
    let end: String = name.chars().skip(count - MOST_OF_A_NAME).collect();
    format!("…{}", Escaped(&end))
}

/// Whose public addresses were taken for the site's own, which decides what comes from outside and what leaves.
fn assumed(summary: &Summary) -> Option<String> {
    let own = &summary.assumed_own;
    let networks: BTreeSet<String> = own.iter().filter_map(|address| network(*address)).collect();
    let mut named: Vec<&str> = networks.iter().take(MOST_NETWORKS).map(String::as_str).collect();
    if networks.len() > MOST_NETWORKS {
        named.push("...");
    }
    (!own.is_empty()).then(|| {
        let (count, networks) = (Count(own.len() as u64), named.join(", "));
        format!("taken for the site's own without --site: {count} public, of {networks}")
    })
}

/// The network of the address, of the size that is taken for one owner's.
fn network(address: Address) -> Option<String> {
    Some(match address.ip()? {
        IpAddr::V4(ip) => format!("{}/24", Ipv4Addr::from_bits(ip.to_bits() & !0xff)),
        IpAddr::V6(ip) => format!("{}/64", Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64)),
    })
}

/// What was sent and is not in the capture.
fn not_seen(span: &Span) -> Vec<String> {
    let mut texts = Vec::new();
    for Dropped { file, interface, packets, received } in &span.shortfall.dropped {
        let received = received.map(|count| format!(", {} received", Count(count))).unwrap_or_default();
        let were = if *packets == 1 { "was" } else { "were" };
        let (packets, file) = (Many(*packets, "packet"), shortened(file));
        texts.push(format!(
            "{packets} {were} dropped while capturing (interface {interface} of {file}{received})"
        ));
    }
    if span.begun_before > 0 {
        let begun = Many(span.begun_before, "conversation");
        texts.push(format!("{begun} had begun before the capture did"));
    }
    if span.missed_bytes > 0 {
        texts.push(format!("{} of payload were sent but not captured", Bytes(span.missed_bytes)));
    }
    let [conversations, bytes] = span.unrecognised;
    if conversations > 0 {
        let conversations = Many(conversations, "conversation");
        texts.push(format!("{conversations} in a protocol that was not recognised, {}", Bytes(bytes)));
    }
    let cut = span.wire_bytes.saturating_sub(span.captured_bytes);
    if cut > 0 {
        texts.push(format!("{} were cut off when capturing (snap length)", Bytes(cut)));
    }
    texts
}
