//! Which alarm belongs to what happened.

use crate::trial::{Label, Trial};
use quaywatch_model::Finding;

/// An alarm may come so long after the last frame of what it is about.
const GRACE_S: f64 = 10.0;

/// An alarm and what it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    /// The rule.
    pub rule: &'static str,
    /// The scenario it belongs to; none: a false alarm.
    pub scenario: Option<String>,
    /// Whether that one is honest, so that the alarm is false, too.
    pub benign: bool,
}

/// What became of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Its number.
    pub scenario: String,
    /// Whether it is honest.
    pub benign: bool,
    /// Whether anything of it can be seen in packets at all.
    pub in_packets: bool,
    /// The rules that found it.
    pub rules: Vec<&'static str>,
    /// From its first packet to the first alarm.
    pub after_packet_s: Option<f64>,
    /// From its first effect on the crane to the first alarm; negative where the alarm came first.
    pub after_effect_s: Option<f64>,
    /// Whether an alarm names one of those who did it, and each signal it is about.
    pub attributed: bool,
    /// Whether all its steps could be played.
    pub whole: bool,
}

/// Judges a trial.
pub(crate) fn judge(trial: &Trial) -> (Vec<Verdict>, Vec<Alarm>) {
    let verdicts = trial.labels.iter().map(|label| verdict(label, &trial.alarms)).collect();
    let alarms = trial.alarms.iter().map(|alarm| {
        // What is done on purpose counts before what only looks so.
        let labels = trial.labels.iter().filter(|label| belongs(alarm, label));
        let label = labels.min_by_key(|label| label.benign);
        Alarm {
            rule: alarm.rule,
            scenario: label.map(|label| label.id.clone()),
            benign: label.is_some_and(|label| label.benign),
        }
    });
    (verdicts, alarms.collect())
}

fn verdict(label: &Label, alarms: &[Finding]) -> Verdict {
    let mut found: Vec<&Finding> = alarms.iter().filter(|alarm| belongs(alarm, label)).collect();
    found.sort_by_key(|alarm| alarm.time);
    let first_s = found.first().map(|alarm| seconds(alarm));
    let since = |earlier: Option<f64>| Some(first_s? - earlier?);
    let mut rules: Vec<&'static str> = found.iter().map(|alarm| alarm.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    Verdict {
        scenario: label.id.clone(),
        benign: label.benign,
        in_packets: !label.frames.is_empty(),
        rules,
        after_packet_s: since(label.t_first_packet),
        after_effect_s: since(label.t_first_effect),
        attributed: found.iter().any(|alarm| names(alarm, label)),
        whole: label.notes.is_empty(),
    }
}

/// Whether an alarm shows a frame of what happened, or names an actor while it lasts.
fn belongs(alarm: &Finding, label: &Label) -> bool {
    let is_of = |frame: &u64| label.frames.iter().any(|[first, last]| (first..=last).contains(&frame));
    if alarm.frames.iter().any(is_of) {
        return true;
    }
    let begin_s = label.t_first_packet.or(label.t_armed).unwrap_or(f64::INFINITY);
    let end_s = label.t_end.unwrap_or(f64::INFINITY) + GRACE_S;
    is_actor(alarm, label) && (begin_s..=end_s).contains(&seconds(alarm))
}

fn is_actor(alarm: &Finding, label: &Label) -> bool {
    let addresses = alarm.subjects.iter().filter_map(|subject| subject.ip());
    addresses.into_iter().any(|address| label.actor_addresses.contains(&address))
}

fn names(alarm: &Finding, label: &Label) -> bool {
    let tells = |tag: &String| alarm.title.contains(tag) || alarm.explanation.contains(tag);
    is_actor(alarm, label) && label.tags.iter().all(tells)
}

fn seconds(alarm: &Finding) -> f64 {
    alarm.time.nanos() as f64 / 1e9
}
