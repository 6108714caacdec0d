//! Counts, and how sure they are.

use crate::judge::{Alarm, Verdict};
use crate::measure::{Plan, is_held_out};
use crate::trial::Trial;
use quaywatch_crane::Chance;
use std::collections::BTreeMap;

/// How often is drawn for an interval.
const DRAWS: usize = 1000;
const SECONDS_PER_DAY: f64 = 86_400.0;

/// A part of a number, with the interval in which 95 of 100 draws with replacement lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// How many.
    pub of: usize,
    /// How many of them.
    pub part: usize,
    /// From where to where.
    pub interval: [f64; 2],
}

/// What became of one scenario over all its trials.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its number.
    pub scenario: String,
    /// Whether it is honest.
    pub benign: bool,
    /// How often it was found.
    pub found: Share,
    /// How often of those an alarm named who did it, and to what.
    pub attributed: usize,
    /// From the first packet to the first alarm: median.
    pub after_packet_s: Option<f64>,
    /// From the first effect to the first alarm: median.
    pub after_effect_s: Option<f64>,
    /// The rules that found it, with how often.
    pub rules: BTreeMap<&'static str, usize>,
    /// How often not all its steps could be played.
    pub not_whole: usize,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What was played.
    pub plan: Plan,
    /// Each scenario's.
    pub rows: Vec<Row>,
    /// Abuse that was found, of what is not held out.
    pub recall: Share,
    /// The same of what is held out.
    pub held_out: Share,
    /// The same by the first letter of the scenarios' numbers, held-out ones left out.
    pub families: BTreeMap<String, Share>,
    /// Alarms that belong to abuse.
    pub precision: Share,
    /// Found ones in which an alarm named who did it and to what.
    pub attribution: Share,
    /// False alarms in captures without any scenario, per crane and day.
    pub false_per_crane_day: f64,
    /// How many crane-days that were.
    pub quiet_crane_days: f64,
    /// Rules that gave false alarms, with how often, and whether in an honest look-alike.
    pub false_rules: BTreeMap<(&'static str, bool), usize>,
    /// From the first packet to the first alarm: median and 95 of 100.
    pub after_packet_s: Option<[f64; 2]>,
    /// How many frames there were in all.
    pub frames: u64,
}

/// Counting.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    verdicts: Vec<Verdict>,
    alarms: Vec<Alarm>,
    quiet_alarms: usize,
    quiet_s: f64,
    frames: u64,
}

impl Tally {
    pub(crate) fn count(&mut self, trial: &Trial, verdicts: Vec<Verdict>, alarms: Vec<Alarm>) {
        if trial.labels.is_empty() {
            self.quiet_alarms += alarms.len();
            self.quiet_s += trial.crane_s;
        }
        self.frames += trial.frames;
        self.verdicts.extend(verdicts);
        self.alarms.extend(alarms);
    }

    pub(crate) fn report(self, plan: &Plan) -> Report {
        let mut chance = Chance::new(plan.first_seed, 0xB007);
        let abuse = || self.verdicts.iter().filter(|verdict| !verdict.benign);
        let is_found = |verdict: &&Verdict| !verdict.rules.is_empty();
        let mut share = |outcomes: Vec<bool>| share(&outcomes, &mut chance);
        let mut families: BTreeMap<String, Vec<bool>> = BTreeMap::new();
        for verdict in abuse().filter(|verdict| !is_held_out(&verdict.scenario)) {
            let family = verdict.scenario.get(..1).unwrap_or_default().to_owned();
            families.entry(family).or_default().push(is_found(&verdict));
        }
        let mut by_scenario: BTreeMap<&str, Vec<&Verdict>> = BTreeMap::new();
        for verdict in &self.verdicts {
            by_scenario.entry(&verdict.scenario).or_default().push(verdict);
        }
        let mut false_rules = BTreeMap::new();
        for alarm in self.alarms.iter().filter(|alarm| alarm.scenario.is_none() || alarm.benign) {
            *false_rules.entry((alarm.rule, alarm.benign)).or_default() += 1;
        }
        let mut waits: Vec<f64> = abuse().filter_map(|verdict| verdict.after_packet_s).collect();
        let quiet_crane_days = self.quiet_s / SECONDS_PER_DAY;
        Report {
            plan: plan.clone(),
            recall: share(
                abuse()
                    .filter(|verdict| !is_held_out(&verdict.scenario))
                    .map(|verdict| is_found(&verdict))
                    .collect(),
            ),
            held_out: share(
                abuse()
                    .filter(|verdict| is_held_out(&verdict.scenario))
                    .map(|verdict| is_found(&verdict))
                    .collect(),
            ),
            families: families.into_iter().map(|(family, outcomes)| (family, share(outcomes))).collect(),
            precision: share(
                self.alarms.iter().map(|alarm| alarm.scenario.is_some() && !alarm.benign).collect(),
            ),
            attribution: share(abuse().filter(is_found).map(|verdict| verdict.attributed).collect()),
            rows: by_scenario.values().map(|verdicts| row(verdicts, &mut share)).collect(),
            false_per_crane_day: if quiet_crane_days > 0.0 {
                self.quiet_alarms as f64 / quiet_crane_days
            } else {
                0.0
            },
            quiet_crane_days,
            false_rules,
            after_packet_s: quantile(&mut waits, 0.5).zip(quantile(&mut waits, 0.95)).map(<[f64; 2]>::from),
            frames: self.frames,
        }
    }
}

fn row(verdicts: &[&Verdict], share: &mut impl FnMut(Vec<bool>) -> Share) -> Row {
    let mut rules: BTreeMap<&'static str, usize> = BTreeMap::new();
    for rule in verdicts.iter().flat_map(|verdict| &verdict.rules) {
        *rules.entry(rule).or_default() += 1;
    }
    let median = |read: fn(&Verdict) -> Option<f64>| {
        let mut all: Vec<f64> = verdicts.iter().filter_map(|verdict| read(verdict)).collect();
        quantile(&mut all, 0.5)
    };
    Row {
        scenario: verdicts.first().map(|verdict| verdict.scenario.clone()).unwrap_or_default(),
        benign: verdicts.iter().any(|verdict| verdict.benign),
        found: share(verdicts.iter().map(|verdict| !verdict.rules.is_empty()).collect()),
        attributed: verdicts.iter().filter(|verdict| verdict.attributed).count(),
        after_packet_s: median(|verdict| verdict.after_packet_s),
        after_effect_s: median(|verdict| verdict.after_effect_s),
        rules,
        not_whole: verdicts.iter().filter(|verdict| !verdict.whole).count(),
    }
}

/// Draws outcomes with replacement (Efron's bootstrap, percentile interval).
fn share(outcomes: &[bool], chance: &mut Chance) -> Share {
    let (of, part) = (outcomes.len(), outcomes.iter().filter(|found| **found).count());
    let mut drawn: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let hits =
                (0..of).filter(|_| outcomes.get(chance.below(of)).copied().unwrap_or_default()).count();
            hits as f64 / of.max(1) as f64
        })
        .collect();
    let interval = [quantile(&mut drawn, 0.025), quantile(&mut drawn, 0.975)].map(Option::unwrap_or_default);
    Share { of, part, interval }
}

impl Share {
    /// As a number from 0 to 1; 0 of nothing.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.part as f64 / self.of.max(1) as f64
    }
}

/// The value below which this part of all lies. None of nothing.
fn quantile(values: &mut [f64], part: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let at = (part * values.len().saturating_sub(1) as f64).round() as usize;
    values.get(at).copied()
}

#[cfg(test)]
mod tests {
    use super::share;
    use quaywatch_crane::Chance;

    #[test]
    fn an_interval_holds_its_share_and_narrows_with_more_trials() {
        let mut chance = Chance::new(1, 2);
        let few = share(&[true, true, true, false], &mut chance);
        let many = share(&[true, true, true, false].repeat(100), &mut chance);
        for share in [few, many] {
            assert!((share.value() - 0.75).abs() < 1e-9);
            assert!(share.interval[0] <= 0.75 && share.interval[1] >= 0.75, "{share:?}");
        }
        assert!(many.interval[1] - many.interval[0] < (few.interval[1] - few.interval[0]) / 3.0);
        assert_eq!(share(&[], &mut chance).value(), 0.0);
    }
}
