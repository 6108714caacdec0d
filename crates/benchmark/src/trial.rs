//! One capture, and what is found in it.

use crate::judge::{Verdict, recognises};
use crate::measure::Failed;
use crate::prefix::Prefixes;
use quaywatch_capture::Source;
use quaywatch_model::{Finding, FindingKind, Severity};
use quaywatch_quay::Run;
use quaywatch_sensor::{Settings, inspect};
use quaywatch_site::Site;
use serde::Deserialize;
use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

/// What happened in a capture, as its `labels.jsonl` says.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the file")]
pub struct Label {
    pub id: String,
    pub class: String,
    pub attck: Vec<String>,
    pub benign: bool,
    pub actor_addresses: Vec<IpAddr>,
    pub actor_macs: Vec<String>,
    pub detectable_by: Vec<String>,
    pub tags: Vec<String>,
    pub t_armed: Option<f64>,
    pub t_first_packet: Option<f64>,
    pub t_first_effect: Option<f64>,
    pub t_end: Option<f64>,
    pub frames: Vec<[u64; 2]>,
    pub notes: Vec<String>,
}

/// What was captured and what was found.
#[derive(Debug, Clone, Default)]
pub struct Trial {
    /// The capture's seed.
    pub seed: u64,
    /// Whose automation.
    pub maker: &'static str,
    /// What happened.
    pub labels: Vec<Label>,
    /// What became of each of them.
    pub verdicts: Vec<Verdict>,
    /// Alarms: activities of severity medium or more.
    pub alarms: Vec<Finding>,
    /// How long the capture is, over all its cranes.
    pub crane_s: f64,
    /// How many frames it has.
    pub frames: u64,
}

impl Trial {
    /// Captures and inspects; where `delays` are asked for, also when it is told what happened.
    pub(crate) fn of(run: &Run, delays: bool) -> Result<Self, Failed> {
        let directory = tempfile::tempdir().map_err(Failed::Temporary)?;
        let written = run.write(directory.path(), &mut |_| {})?;
        let site = Site::load(&directory.path().join("site.toml"))
            .map_err(|error| Failed::Site(error.to_string()))?;
        let (site, capture) = (Arc::new(site), directory.path().join("quay.pcapng"));
        let alarms = look(&capture, &site)?;
        let labels = fs::read_to_string(directory.path().join("labels.jsonl")).map_err(Failed::Temporary)?;
        let labels: Result<Vec<Label>, _> = labels.lines().map(serde_json::from_str).collect();
        let labels = labels.map_err(|error| Failed::Labels(error.to_string()))?;
        let mut verdicts: Vec<Verdict> = labels.iter().map(|label| Verdict::of(label, &alarms)).collect();
        if delays {
            let scratch = directory.path().join("prefix.pcapng");
            let prefixes = Prefixes::of(&capture, &scratch, site)?;
            for (label, verdict) in labels.iter().zip(&mut verdicts) {
                time(label, verdict, &prefixes)?;
            }
        }
        Ok(Self {
            seed: run.seed,
            maker: run.maker.name(),
            labels,
            verdicts,
            alarms,
            crane_s: run.length_s * run.cranes.len() as f64,
            frames: written.frames,
        })
    }
}

/// Looks when a scenario that is recognised can be told.
fn time(label: &Label, verdict: &mut Verdict, prefixes: &Prefixes<'_>) -> Result<(), Failed> {
    let Some(first_s) = label.t_first_packet.filter(|_| !verdict.recognised_by.is_empty()) else {
        return Ok(());
    };
    let told_s = prefixes.earliest(first_s, |finding| recognises(finding, label))?;
    verdict.after_packet_s = Some(told_s - first_s);
    verdict.after_effect_s = label.t_first_effect.map(|effect_s| told_s - effect_s);
    Ok(())
}

/// The alarms in a capture.
pub(crate) fn look(capture: &Path, site: &Arc<Site>) -> Result<Vec<Finding>, Failed> {
    let settings = Settings { threads: 1, out: None, logs: None, site: Arc::clone(site) };
    let summary = inspect(&[Source::from_argument(capture)], &settings, &mut |_| {})?;
    let is_alarm =
        |finding: &Finding| finding.kind == FindingKind::Activity && finding.severity >= Severity::Medium;
    Ok(summary.findings.into_iter().filter(is_alarm).collect())
}
