use super::{DIM, Settings, TITLE, left_out, title};
use crate::Escaped;
use crate::number::{Bytes, Count, Duration, Many};
use quaywatch_model::{Address, Entry, FinishedTransfer, Timestamp, Verb};
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
        "  {}, {}, {}",
        Many(span.packets, "packet"),
        Bytes(span.wire_bytes),
        Many(conversations, "conversation")
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
    let (everybody, mut servers): (Vec<_>, Vec<_>) =
        servers.into_iter().partition(|(address, entries)| is_everybody(*address, entries));
    // The most changed first, then the busiest.
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
        writeln!(out, "  {TITLE}{address}{TITLE:#}  {DIM}{}{DIM:#}", protocols(entries))?;
        for client in clients.iter().take(settings.most_lines) {
            actor(out, *client, entries)?;
        }
        left_out(out, clients.len().saturating_sub(settings.most_lines) as u64, "more client")?;
    }
    left_out(out, left, "more controller")?;
    asked_of_everybody(out, &everybody, settings)
}

/// Whether an address stands for many. The broadcast address of a subnet cannot be known without its mask; one
/// that ends in 255 and never answered is taken for it.
fn is_everybody(address: Address, entries: &[&Entry]) -> bool {
    let ends_in_255 = address.ipv4().is_some_and(|ip| matches!(ip.octets(), [.., 255]));
    let answered = |entry: &&Entry| {
        let [accepted, refused, ..] = entry.outcomes;
        accepted + refused > 0
    };
    address.is_group() || (ends_in_255 && !entries.iter().any(answered))
}

/// What was asked of no controller by name. Answers, if any, stand with who gave them.
fn asked_of_everybody(
    out: &mut dyn Write,
    everybody: &[(Address, Vec<&Entry>)],
    settings: Settings,
) -> io::Result<()> {
    let asked = everybody.iter().flat_map(|(address, entries)| {
        let clients: BTreeSet<Address> = entries.iter().map(|entry| entry.client).collect();
        clients.into_iter().map(move |client| (client, *address, entries))
    });
    let asked: Vec<_> = asked.collect();
    for (client, address, entries) in asked.iter().take(settings.most_lines) {
        let mine: Vec<&Entry> = entries.iter().copied().filter(|entry| entry.client == *client).collect();
        let names = protocols(&mine);
        write!(out, "  asked of everybody ({address}, {names}) by {client}")?;
        let mut verbs: BTreeMap<Verb, u64> = BTreeMap::new();
        mine.iter().for_each(|entry| *verbs.entry(entry.verb).or_default() += entry.count());
        verbs.iter().try_for_each(|(verb, count)| write!(out, "  {} {}", word(*verb), Count(*count)))?;
        writeln!(out)?;
    }
    left_out(out, asked.len().saturating_sub(settings.most_lines) as u64, "more question")
}

fn protocols(entries: &[&Entry]) -> String {
    let names: BTreeSet<&str> = entries.iter().map(|entry| entry.protocol).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// The word of the records, but where it says nothing to who does not know them.
const fn word(verb: Verb) -> &'static str {
    match verb {
        Verb::Opaque => "not understood",
        _ => verb.as_str(),
    }
}

/// What one client did to a controller.
fn actor(out: &mut dyn Write, client: Address, entries: &[&Entry]) -> io::Result<()> {
    let mut verbs: BTreeMap<Verb, [u64; 4]> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.client == client) {
        let outcomes = verbs.entry(entry.verb).or_default();
        outcomes.iter_mut().zip(entry.outcomes).for_each(|(sum, more)| *sum += more);
    }
    write!(out, "    from {:<15}", client.to_string())?;
    for (verb, outcomes) in &verbs {
        let style = if verb.changes() { super::CHANGES } else { anstyle::Style::new() };
        write!(out, "  {style}{} {}{style:#}", word(*verb), Count(outcomes.iter().sum()))?;
        let [_, refused, unanswered, unseen] = *outcomes;
        let kinds = [(refused, "refused"), (unanswered, "unanswered"), (unseen, "answer not seen")];
        let told: Vec<String> = kinds
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{} {what}", Count(*count)))
            .collect();
        if !told.is_empty() {
            write!(out, " {DIM}({}){DIM:#}", told.join(", "))?;
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
        let way = transfer.direction.as_str().replace('_', " ");
        write!(out, "  {} > {}  {way}: {}", moved.client, moved.server, what_moved(transfer))?;
        if let Some(digest) = transfer.sha256 {
            write!(out, "\n    {DIM}sha256 ")?;
            digest.iter().try_for_each(|byte| write!(out, "{byte:02x}"))?;
            write!(out, "{DIM:#}")?;
        }
        writeln!(out)?;
    }
    left_out(out, total.saturating_sub(settings.most_lines as u64), "more transfer")
}

/// What was moved: its kind, name and size, and what of it is missing.
pub(super) fn what_moved(transfer: &FinishedTransfer) -> String {
    let mut text = transfer.kind.as_str().replace('_', " ");
    if let Some(block) = &transfer.block_type {
        text.push_str(&format!(" {}", Escaped(block)));
    }
    if let Some(number) = transfer.block_number {
        text.push_str(&number.to_string());
    }
    if let Some(name) = &transfer.name {
        text.push_str(&format!(" {}", Escaped(name)));
    }
    text.push_str(&format!(", {}", Bytes(transfer.bytes)));
    if !transfer.complete {
        text.push_str(" INCOMPLETE");
    }
    if transfer.missing_bytes > 0 {
        text.push_str(&format!(", {} not captured", Bytes(transfer.missing_bytes)));
    }
    text
}

/// All conversations by protocol.
pub(super) fn conversations(out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
    title(out, "CONVERSATIONS BY PROTOCOL")?;
    let mut protocols: Vec<_> = summary.protocols.iter().collect();
    protocols.sort_by_key(|(name, total)| (std::cmp::Reverse(total.wire_bytes), **name));
    for (name, total) in protocols {
        writeln!(
            out,
            "  {name:<16} {:>10} {:<13} {:>12} packets {:>10}",
            Count(total.conversations),
            if total.conversations == 1 { "conversation" } else { "conversations" },
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
    if span.begun_before + span.missed_bytes + cut == 0 && summary.problems.is_empty() {
        return writeln!(out, "  nothing: all that was captured could be read");
    }
    if span.begun_before > 0 {
        let begun = Many(span.begun_before, "conversation");
        writeln!(out, "  {begun} had begun before the capture did")?;
    }
    if span.missed_bytes > 0 {
        writeln!(out, "  {} of payload were sent but not captured", Bytes(span.missed_bytes))?;
    }
    if cut > 0 {
        writeln!(out, "  {} were cut off when capturing (snap length)", Bytes(cut))?;
    }
    for total in summary.problems.iter().take(settings.most_lines) {
        let bytes = if total.bytes > 0 { format!(", {}", Bytes(total.bytes)) } else { String::new() };
        writeln!(
            out,
            "  {:>9} x {}: {}{DIM}, {}{bytes}{DIM:#}",
            Count(total.count),
            total.layer,
            total.reason,
            total.verdict.as_str()
        )?;
    }
    left_out(out, summary.problems.len().saturating_sub(settings.most_lines) as u64, "more problem kind")
}
