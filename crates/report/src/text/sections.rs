use super::{DIM, Settings, TITLE, left_out, title};
use crate::Escaped;
use crate::number::{Bytes, Count, Duration};
use quaywatch_model::{Address, Entry, Timestamp, Verb};
use quaywatch_sensor::Summary;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// Span and size of the capture.
pub(super) fn captured(out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
    let span = &summary.span;
    let (Some(first), Some(last)) = (span.first, span.last) else {
        return writeln!(out, "{TITLE}CAPTURE{TITLE:#}\n  no packets");
    };
    let conversations: u64 = summary.protocols.values().map(|total| total.conversations).sum();
    writeln!(out, "{TITLE}CAPTURE{TITLE:#}")?;
    writeln!(out, "  {} to {} UTC ({})", minute(first), minute(last), Duration(last.since(first)))?;
    writeln!(
        out,
        "  {} packets, {}, {} conversations",
        Count(span.packets),
        Bytes(span.wire_bytes),
        Count(conversations)
    )
}

fn minute(time: Timestamp) -> String {
    time.to_string().get(..19).unwrap_or_default().replace('T', " ")
}

/// Who was operated, by whom, how often.
pub(super) fn controllers(out: &mut dyn Write, summary: &Summary, settings: Settings) -> io::Result<()> {
    title(out, "CONTROLLERS AND WHO TALKS TO THEM")?;
    let mut servers: BTreeMap<Address, Vec<&Entry>> = BTreeMap::new();
    for entry in &summary.entries {
        servers.entry(entry.server).or_default().push(entry);
    }
    if servers.is_empty() {
        return writeln!(out, "  none seen: no operation in a protocol that is decoded");
    }
    // The most changed first, then the busiest.
    let mut servers: Vec<_> = servers.into_iter().collect();
    let weight = |entries: &[&Entry]| {
        let changes: u64 =
            entries.iter().filter(|entry| entry.verb.changes()).map(|entry| entry.count()).sum();
        (changes, entries.iter().map(|entry| entry.count()).sum::<u64>())
    };
    servers.sort_by_key(|(address, entries)| (std::cmp::Reverse(weight(entries)), *address));
    let mut lines = 0;
    let mut left = 0;
    for (address, entries) in &servers {
        let clients: BTreeSet<Address> = entries.iter().map(|entry| entry.client).collect();
        if lines > 0 && lines + 1 + clients.len() > settings.most_lines {
            left += 1;
            continue;
        }
        lines += 1 + clients.len();
        let protocols: BTreeSet<&str> = entries.iter().map(|entry| entry.protocol).collect();
        let protocols: Vec<&str> = protocols.into_iter().collect();
        writeln!(out, "  {TITLE}{address}{TITLE:#}  {DIM}{}{DIM:#}", protocols.join(", "))?;
        for client in clients.iter().take(settings.most_lines) {
            actor(out, *client, entries)?;
        }
        left_out(out, clients.len().saturating_sub(settings.most_lines) as u64, "clients")?;
    }
    left_out(out, left, "controllers")
}

/// What one client did to a controller.
fn actor(out: &mut dyn Write, client: Address, entries: &[&Entry]) -> io::Result<()> {
    let mut verbs: BTreeMap<Verb, (u64, u64)> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.client == client) {
        let [accepted, ..] = entry.outcomes;
        let (count, not_accepted) = verbs.entry(entry.verb).or_default();
        *count += entry.count();
        *not_accepted += entry.count() - accepted;
    }
    write!(out, "    from {:<15}", client.to_string())?;
    for (verb, (count, not_accepted)) in &verbs {
        let style = if verb.changes() { super::CHANGES } else { anstyle::Style::new() };
        write!(out, "  {style}{} {}{style:#}", verb.as_str(), Count(*count))?;
        if *not_accepted > 0 {
            write!(out, " {DIM}({} not accepted){DIM:#}", Count(*not_accepted))?;
        }
    }
    writeln!(out)
}

/// Programs, images and files that were moved.
pub(super) fn transfers(out: &mut dyn Write, summary: &Summary, settings: Settings) -> io::Result<()> {
    let total = summary.transfers.len() as u64 + summary.transfers_not_listed;
    if total == 0 {
        return Ok(());
    }
    title(out, &format!("PROGRAM AND FILE TRANSFERS ({})", Count(total)))?;
    for moved in summary.transfers.iter().take(settings.most_lines) {
        let transfer = &moved.transfer;
        let arrow = transfer.direction.as_str().replace('_', " ");
        write!(out, "  {} > {}  {} {arrow}", moved.client, moved.server, transfer.kind.as_str())?;
        if let Some(block) = &transfer.block_type {
            write!(out, " {}", Escaped(block))?;
        }
        if let Some(number) = transfer.block_number {
            write!(out, "{number}")?;
        }
        if let Some(name) = &transfer.name {
            write!(out, " {}", Escaped(name))?;
        }
        write!(out, ", {}", Bytes(transfer.bytes))?;
        if !transfer.complete {
            write!(out, " {}INCOMPLETE{:#}", super::ALARM, super::ALARM)?;
        }
        if transfer.missing_bytes > 0 {
            write!(out, ", {} not captured", Bytes(transfer.missing_bytes))?;
        }
        if let Some(digest) = transfer.sha256 {
            write!(out, "\n    {DIM}sha256 ")?;
            digest.iter().try_for_each(|byte| write!(out, "{byte:02x}"))?;
            write!(out, "{DIM:#}")?;
        }
        writeln!(out)?;
    }
    left_out(out, total.saturating_sub(settings.most_lines as u64), "transfers")
}

/// All conversations by protocol.
pub(super) fn conversations(out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
    title(out, "CONVERSATIONS BY PROTOCOL")?;
    let mut protocols: Vec<_> = summary.protocols.iter().collect();
    protocols.sort_by_key(|(name, total)| (std::cmp::Reverse(total.wire_bytes), **name));
    for (name, total) in protocols {
        writeln!(
            out,
            "  {name:<16} {:>10} conversations {:>12} packets {:>10}",
            Count(total.conversations),
            Count(total.packets),
            Bytes(total.wire_bytes)
        )?;
    }
    Ok(())
}

/// What was not seen and what could not be read.
pub(super) fn unread(out: &mut dyn Write, summary: &Summary, settings: Settings) -> io::Result<()> {
    title(out, "NOT SEEN, NOT READ")?;
    let span = &summary.span;
    let cut = span.wire_bytes.saturating_sub(span.captured_bytes);
    writeln!(out, "  {} conversations had begun before the capture did", Count(span.begun_before))?;
    writeln!(out, "  {} of payload were sent but not captured", Bytes(span.missed_bytes))?;
    if cut > 0 {
        writeln!(out, "  {} were cut off when capturing (snap length)", Bytes(cut))?;
    }
    for total in summary.problems.iter().take(settings.most_lines) {
        let bytes = if total.bytes > 0 { format!(", {}", Bytes(total.bytes)) } else { String::new() };
        writeln!(
            out,
            "  {:>9} x {}: {} {DIM}({}{bytes}){DIM:#}",
            Count(total.count),
            total.layer,
            total.reason,
            total.verdict.as_str()
        )?;
    }
    left_out(out, summary.problems.len().saturating_sub(settings.most_lines) as u64, "kinds of problem")
}
