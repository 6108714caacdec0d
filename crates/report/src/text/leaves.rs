//! What leaves: who got which kind of data, how much, from whom.

use super::{ALARM, CHANGES, DIM, Settings, TITLE, left_out, title};
use crate::Escaped;
use crate::number::{Bytes, Count, Many};
use anstyle::Style;
use quaywatch_model::{Address, DataClass, Disclosure};
use quaywatch_sensor::Summary;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// So many recipients are shown unless more is asked for.
const MOST_RECIPIENTS: usize = 10;
/// So many senders are named.
const MOST_SENDERS: usize = 3;

/// Everybody outside who got something, those first who got what tells most, then those who got most.
pub(super) fn write(out: &mut dyn Write, summary: &Summary, settings: Settings) -> io::Result<()> {
    let mut recipients: BTreeMap<Address, Vec<&Disclosure>> = BTreeMap::new();
    for told in &summary.disclosures {
        recipients.entry(told.recipient).or_default().push(told);
    }
    if recipients.is_empty() {
        return Ok(());
    }
    title(out, &format!("WHAT LEAVES (to {})", Count(recipients.len() as u64)))?;
    let mut recipients: Vec<(Address, Vec<&Disclosure>)> = recipients.into_iter().collect();
    recipients.sort_by_key(|(address, told)| {
        let bytes: u64 = told.iter().map(|told| told.bytes).sum();
        let worst = told.iter().map(|told| told.data_class).filter(|class| matters(*class)).min();
        (worst.unwrap_or(DataClass::Unknown), std::cmp::Reverse(bytes), *address)
    });
    let all = settings.most_lines == usize::MAX;
    let most = if all { usize::MAX } else { MOST_RECIPIENTS.min(settings.most_lines) };
    for (address, told) in recipients.iter().take(most) {
        recipient(out, *address, told)?;
    }
    left_out(out, recipients.len().saturating_sub(most) as u64, "more recipient")
}

/// Who it is and who sent to it; then a line a class.
fn recipient(out: &mut dyn Write, address: Address, told: &[&Disclosure]) -> io::Result<()> {
    write!(out, "  {TITLE}{address}{TITLE:#}")?;
    let names: BTreeSet<&str> = told.iter().filter_map(|told| told.recipient_name.as_deref()).collect();
    if let Some(name) = names.first() {
        write!(out, "  \"{}\"", Escaped(name))?;
    }
    if names.len() > 1 {
        write!(out, " {DIM}and {}{DIM:#}", Many(names.len() as u64 - 1, "more name"))?;
    }
    if let Some(first) = told.first() {
        write!(out, "  {}", first.recipient_scope.as_str())?;
    }
    let protocols: BTreeSet<&str> = told.iter().map(|told| told.protocol).collect();
    let protocols: Vec<&str> = protocols.into_iter().collect();
    let senders: BTreeSet<Address> = told.iter().map(|told| told.client).collect();
    let named: Vec<String> = senders.iter().take(MOST_SENDERS).map(ToString::to_string).collect();
    let dots = if senders.len() > MOST_SENDERS { ", ..." } else { "" };
    writeln!(out, "  {DIM}by {} from {}{dots}{DIM:#}", protocols.join(", "), named.join(", "))?;
    let mut classes: BTreeMap<DataClass, Vec<&Disclosure>> = BTreeMap::new();
    for told in told {
        classes.entry(told.data_class).or_default().push(told);
    }
    classes.into_iter().try_for_each(|(class, told)| one_class(out, class, &told))
}

fn one_class(out: &mut dyn Write, class: DataClass, told: &[&Disclosure]) -> io::Result<()> {
    let style = if matters(class) { ALARM } else { Style::new() };
    let bytes: u64 = told.iter().map(|told| told.bytes).sum();
    write!(out, "    {style}{:<16}{style:#}  {:>9}", class.as_str().replace('_', " "), Bytes(bytes))?;
    // What several senders sent may be the same things: the greatest number is sure.
    if let Some(most) = told.iter().max_by_key(|told| told.count).filter(|told| told.count.is_some()) {
        write!(out, "  {} different", Count(most.count.unwrap_or_default()))?;
        if !most.samples.is_empty() {
            write!(out, "  {DIM}{}{DIM:#}", Escaped(&most.samples.join(", ")))?;
        }
    }
    match told.iter().filter_map(|told| told.declared).min() {
        Some(true) => write!(out, "  {DIM}declared{DIM:#}")?,
        Some(false) => write!(out, "  {CHANGES}not declared{CHANGES:#}")?,
        None => {}
    }
    writeln!(out)
}

/// Data that tells of cargo, of the machine's program or of how to get in.
fn matters(class: DataClass) -> bool {
    class <= DataClass::DatabaseRows
}
