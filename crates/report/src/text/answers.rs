//! The answers: what deserves attention, what is on the network, who can reach it from elsewhere.

use super::{ALARM, CHANGES, DIM, Settings, TITLE, left_out, title};
use crate::Escaped;
use crate::number::{Bytes, Count};
use anstyle::Style;
use quaywatch_model::{Asset, Finding, FindingKind, RemoteAccess, Severity};
use quaywatch_sensor::Summary;
use std::io::{self, Write};

/// So many findings, devices and channels are shown unless more is asked for; a summary fits a screen or two.
const MOST_LINES: usize = 16;
/// So many frames are named behind a finding.
const MOST_FRAMES: usize = 4;

/// What deserves attention, the gravest first.
pub(super) fn findings(out: &mut dyn Write, summary: &Summary, settings: Settings) -> io::Result<()> {
    let findings = &summary.findings;
    if findings.is_empty() {
        return Ok(());
    }
    title(out, &format!("WHAT DESERVES ATTENTION ({})", Count(findings.len() as u64)))?;
    let most = most_lines(settings);
    for finding in findings.iter().take(most) {
        one_finding(out, finding)?;
    }
    left_out(out, findings.len().saturating_sub(most) as u64, "more finding")
}

fn one_finding(out: &mut dyn Write, finding: &Finding) -> io::Result<()> {
    let style = style(finding.severity);
    write!(out, "  {style}{:<8}{style:#}  {}", finding.severity.as_str(), Escaped(&finding.title))?;
    let could = if finding.kind == FindingKind::Exposure { ", exposure" } else { "" };
    let frames: Vec<String> = finding.frames.iter().take(MOST_FRAMES).map(u64::to_string).collect();
    let more = if finding.frames.len() > MOST_FRAMES { ", ..." } else { "" };
    let frames =
        if frames.is_empty() { String::new() } else { format!(", frame {}{more}", frames.join(", ")) };
    writeln!(out, "  {DIM}{}{could}{frames}{DIM:#}", finding.rule)
}

const fn style(severity: Severity) -> Style {
    match severity {
        Severity::Critical | Severity::High => ALARM,
        Severity::Medium => CHANGES,
        Severity::Low | Severity::Info => DIM,
    }
}

/// What is on the network. What is known best comes first, because it is asked for most.
pub(super) fn devices(out: &mut dyn Write, summary: &Summary, settings: Settings) -> io::Result<()> {
    let assets = &summary.assets;
    if assets.is_empty() {
        return Ok(());
    }
    title(out, &format!("DEVICES ({})", Count(assets.len() as u64)))?;
    let known = |asset: &Asset| {
        let texts = [&asset.product, &asset.order_number, &asset.serial, &asset.firmware];
        texts.iter().filter(|text| text.is_some()).count() + 2 * asset.roles.len() + asset.names.len().min(1)
    };
    let mut assets: Vec<&Asset> = assets.iter().collect();
    assets.sort_by_key(|asset| std::cmp::Reverse(known(asset)));
    let most = most_lines(settings);
    for asset in assets.iter().take(most) {
        device(out, asset)?;
    }
    left_out(out, assets.len().saturating_sub(most) as u64, "more device")
}

fn device(out: &mut dyn Write, asset: &Asset) -> io::Result<()> {
    let first = asset.addresses.first().map(ToString::to_string).unwrap_or_default();
    let roles: Vec<&str> = asset.roles.iter().map(|role| role.as_str()).collect();
    write!(out, "  {TITLE}{first:<17}{TITLE:#}")?;
    if !roles.is_empty() {
        write!(out, "  {}", roles.join(", "))?;
    }
    if let Some(name) = asset.names.first() {
        write!(out, "  \"{}\"", Escaped(name))?;
    }
    let product = [&asset.maker, &asset.product, &asset.order_number, &asset.firmware];
    let mut product: Vec<&str> = product.into_iter().flatten().map(String::as_str).collect();
    product.dedup();
    if !product.is_empty() {
        write!(out, "  {}", Escaped(&product.join(" ")))?;
    }
    if let Some(serial) = &asset.serial {
        write!(out, "  serial {}", Escaped(serial))?;
    }
    match asset.addresses.len() {
        0 | 1 => writeln!(out),
        more => {
            let others: Vec<String> =
                asset.addresses.iter().skip(1).take(3).map(ToString::to_string).collect();
            let dots = if more > 4 { ", ..." } else { "" };
            writeln!(out, "  {DIM}also {}{dots}{DIM:#}", others.join(", "))
        }
    }
}

/// Who can reach in.
pub(super) fn remote_access(out: &mut dyn Write, summary: &Summary, settings: Settings) -> io::Result<()> {
    let channels = &summary.remote_access;
    if channels.is_empty() {
        return Ok(());
    }
    title(out, &format!("REMOTE ACCESS ({})", Count(channels.len() as u64)))?;
    let most = most_lines(settings);
    for channel in channels.iter().take(most) {
        one_channel(out, channel)?;
    }
    left_out(out, channels.len().saturating_sub(most) as u64, "more channel")
}

fn one_channel(out: &mut dyn Write, channel: &RemoteAccess) -> io::Result<()> {
    let [sent, back] = channel.bytes;
    let port = if channel.server_port > 0 { format!(":{}", channel.server_port) } else { String::new() };
    write!(
        out,
        "  {:<22}  {:<8}  {} > {}{port}  {} out, {} in",
        channel.kind,
        channel.direction.as_str(),
        channel.client,
        channel.server,
        Bytes(sent),
        Bytes(back)
    )?;
    if let Some(evidence) = channel.evidence.iter().find(|line| !line.contains("recognised by its content")) {
        write!(out, "  {DIM}{}{DIM:#}", Escaped(evidence))?;
    }
    writeln!(out)
}

/// `--all` shows all.
fn most_lines(settings: Settings) -> usize {
    if settings.most_lines == usize::MAX { usize::MAX } else { MOST_LINES.min(settings.most_lines) }
}
