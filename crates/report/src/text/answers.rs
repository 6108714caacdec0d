//! The answers: what deserves attention, and who can reach in.

use super::row::Row;
use super::section::{Block, Section};
use super::{ALARM, CHANGES, DIM, PLAIN, cited};
use crate::Escaped;
use crate::number::{Bytes, Count};
use anstyle::Style;
use quaywatch_model::{Finding, FindingKind, Reach, RemoteAccess, Severity};
use quaywatch_sensor::{Span, Summary};

/// What deserves attention, the gravest first; what one rule found with one severity is told together.
pub(super) fn findings(summary: &Summary) -> Option<Section> {
    let findings = &summary.findings;
    if findings.is_empty() {
        return None;
    }
    let mut rules: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        let is_alike = |told: &&mut Vec<&Finding>| {
            told.first().is_some_and(|first| (first.rule, first.severity) == (finding.rule, finding.severity))
        };
        match rules.iter_mut().find(is_alike) {
            Some(told) => told.push(finding),
            None => rules.push(vec![finding]),
        }
    }
    rules.sort_by_key(|told| std::cmp::Reverse(told.first().map(|finding| finding.severity)));
    let blocks = rules.iter().enumerate();
    let blocks = blocks
        .map(|(rank, told)| Block { rows: one_rule(&summary.span, told), rank, count: told.len() as u64 })
        .collect();
    let total = findings.len() as u64;
    let title = format!("WHAT DESERVES ATTENTION ({})", Count(total));
    Some(Section { title, blocks, total, more: "more finding", least: 12 })
}

/// The first, with where it shows; then whom the others concern.
fn one_rule(span: &Span, told: &[&Finding]) -> Vec<Row> {
    let Some((first, others)) = told.split_first() else { return Vec::new() };
    let style = style(first.severity);
    let mut row = Row::of(PLAIN, "  ").then(style, format!("{:<8}", first.severity.as_str()));
    if let Some(frame) = first.frames.first() {
        row.push(DIM, format!(" {:<5}", cited(span, *frame)));
    }
    let could = if first.kind == FindingKind::Exposure { "exposure: " } else { "" };
    row.push(PLAIN, format!("  {could}{}", Escaped(&first.title)));
    if others.is_empty() {
        return vec![row.then(DIM, format!("  {}", first.rule))];
    }
    let concerned = others.iter().map(|other| concerned(span, other, first));
    let concerned = concerned.collect::<Vec<_>>().join(", ");
    let more = format!("           {}, {} more: {concerned}", first.rule, Count(others.len() as u64));
    vec![row, Row::of(DIM, more)]
}

/// Whom it concerns that the first of its rule does not, who was done something before who did it; and where it shows.
fn concerned(span: &Span, finding: &Finding, first: &Finding) -> String {
    let mut whom = finding.subjects.iter().rev();
    let whom = whom.find(|subject| !first.subjects.contains(subject)).or(finding.subjects.last());
    let whom = whom.map(ToString::to_string).unwrap_or_default();
    let frame = finding.frames.first().map(|frame| format!(" {}", cited(span, *frame))).unwrap_or_default();
    format!("{whom}{frame}")
}

const fn style(severity: Severity) -> Style {
    match severity {
        Severity::Critical | Severity::High => ALARM,
        Severity::Medium => CHANGES,
        Severity::Low | Severity::Info => DIM,
    }
}

/// Who can reach in: what nobody declared first, what comes from outside before what goes there.
pub(super) fn remote_access(summary: &Summary) -> Section {
    let mut channels: Vec<&RemoteAccess> = summary.remote_access.iter().collect();
    if channels.is_empty() {
        return Section::saying("REMOTE ACCESS", "none seen: no remote service, no sign of a hidden path");
    }
    channels.sort_by_key(|channel| (channel.declared, channel.direction));
    let (paths, opened): (Vec<&RemoteAccess>, Vec<&RemoteAccess>) =
        channels.iter().copied().partition(|channel| channel.is_hidden_path());
    let may_be = |channel: &&&RemoteAccess| matches!(channel.direction, Reach::Inbound | Reach::Unknown);
    let from_outside = opened.iter().filter(may_be).count() as u64;
    let hidden = match paths.len() as u64 {
        0 => String::new(),
        1 => ", 1 hidden path".to_owned(),
        count => format!(", {} hidden paths", Count(count)),
    };
    let title = format!(
        "REMOTE ACCESS ({}, {} from outside{hidden})",
        Count(channels.len() as u64),
        if from_outside == 0 { "none".to_owned() } else { Count(from_outside).to_string() }
    );
    let blocks = channels.into_iter().map(|channel| vec![one_channel(&summary.span, channel)]);
    Section::of(title, blocks.collect(), "more channel", 6)
}

fn one_channel(span: &Span, channel: &RemoteAccess) -> Row {
    let [sent, back] = channel.bytes;
    let port = if channel.server_port > 0 { format!(":{}", channel.server_port) } else { String::new() };
    let mut row = Row::of(PLAIN, format!("  {}  {}", channel.kind, channel.direction.as_str()));
    match channel.declared {
        Some(true) => row.push(DIM, "  declared"),
        Some(false) => row.push(ALARM, "  not declared"),
        None => {}
    }
    let (client, server) = (channel.client, channel.server);
    row.push(PLAIN, format!("  {client} > {server}{port}  {} out, {} in", Bytes(sent), Bytes(back)));
    row.push(DIM, format!("  {}", cited(span, channel.start.frame)));
    if let Some(evidence) = channel.evidence.iter().find(|line| !line.contains("recognised by its content")) {
        row.push(DIM, format!("  {}", Escaped(evidence)));
    }
    row
}
