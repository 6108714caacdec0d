//! One capture, and what is found in it.

use crate::measure::Failed;
use quaywatch_capture::Source;
use quaywatch_model::{Finding, FindingKind, Severity};
use quaywatch_quay::Run;
use quaywatch_sensor::{Settings, inspect};
use quaywatch_site::Site;
use serde::Deserialize;
use std::fs;
use std::net::IpAddr;
use std::sync::Arc;

/// What happened in a capture, as its `labels.jsonl` says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the file")]
pub struct Label {
    pub id: String,
    pub class: String,
    pub benign: bool,
    pub actor_addresses: Vec<IpAddr>,
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
#[derive(Debug, Clone)]
pub struct Trial {
    /// The capture's seed.
    pub seed: u64,
    /// Whose automation.
    pub maker: &'static str,
    /// What happened.
    pub labels: Vec<Label>,
    /// Alarms: activities of severity medium or more.
    pub alarms: Vec<Finding>,
    /// How long the capture is, over all its cranes.
    pub crane_s: f64,
    /// How many frames it has.
    pub frames: u64,
}

impl Trial {
    /// Captures and inspects.
    pub(crate) fn of(run: &Run) -> Result<Self, Failed> {
        let directory = tempfile::tempdir().map_err(Failed::Temporary)?;
        let written = run.write(directory.path(), &mut |_| {})?;
        let site = Site::load(&directory.path().join("site.toml"))
            .map_err(|error| Failed::Site(error.to_string()))?;
        let settings = Settings { threads: 1, out: None, logs: None, site: Arc::new(site) };
        let capture = Source::from_argument(directory.path().join("quay.pcapng"));
        let summary = inspect(&[capture], &settings, &mut |_| {})?;
        let labels = fs::read_to_string(directory.path().join("labels.jsonl")).map_err(Failed::Temporary)?;
        let labels: Result<Vec<Label>, _> = labels.lines().map(serde_json::from_str).collect();
        let is_alarm =
            |finding: &Finding| finding.kind == FindingKind::Activity && finding.severity >= Severity::Medium;
        Ok(Self {
            seed: run.seed,
            maker: run.maker.name(),
            labels: labels.map_err(|error| Failed::Labels(error.to_string()))?,
            alarms: summary.findings.into_iter().filter(is_alarm).collect(),
            crane_s: run.length_s * run.cranes.len() as f64,
            frames: written.frames,
        })
    }
}
