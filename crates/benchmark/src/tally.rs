//! Counts, and how sure they are.

use crate::intervals::{Interval, of_events, of_groups, of_trials, quantile};
use crate::judge::{Alarm, Verdict, alarms};
use crate::measure::{Plan, is_held_out};
use crate::trial::Trial;
use quaywatch_crane::Chance;
use std::collections::BTreeMap;

const SECONDS_PER_DAY: f64 = 86_400.0;

/// A part of a number, and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// How many.
    pub of: usize,
    /// How many of them.
    pub part: usize,
    /// From where to where.
    pub interval: Interval,
}

impl Share {
    /// As a number from 0 to 1; 0 of nothing.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.part as f64 / self.of.max(1) as f64
    }
}

/// How long it took until scenarios were recognised, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Delays {
    /// Of those that were recognised: the median, and within what 95 of 100 were.
    pub recognised: [f64; 2],
    /// Of all: the median. None: fewer than half were recognised at all.
    pub all: Option<f64>,
}

/// What became of one scenario over all its trials.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its number.
    pub scenario: String,
    /// Whether it is honest.
    pub benign: bool,
    /// Whether it shows in packets, and not only in what the crane does.
    pub in_packets: bool,
    /// How often it was recognised.
    pub recognised: Share,
    /// How often it was noticed.
    pub noticed: usize,
    /// How often of those in which it was recognised an alarm named who did it, and to what.
    pub attributed: usize,
    /// From the first packet to its being recognised: the median of those in which it was.
    pub after_packet_s: Option<f64>,
    /// The same from its first effect.
    pub after_effect_s: Option<f64>,
    /// The rules that recognised or, where none did, noticed it, with how often.
    pub rules: BTreeMap<&'static str, usize>,
    /// How often it could not be played whole; these are no trials.
    pub not_whole: usize,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What was played.
    pub plan: Plan,
    /// Each scenario's.
    pub rows: Vec<Row>,
    /// Abuse in packets that was recognised, of what is not held out.
    pub recall: Share,
    /// The same that was noticed.
    pub noticed: Share,
    /// Recognised of scenarios that are held out.
    pub held_out: Share,
    /// Recognised of abuse that only the crane shows, of what is not held out.
    pub only_process: Share,
    /// Recognised by the first letter of the scenarios' numbers, held-out ones left out.
    pub families: BTreeMap<String, Share>,
    /// The same by whose automation it was.
    pub makers: BTreeMap<&'static str, Share>,
    /// Alarm events that belong to abuse.
    pub precision: Share,
    /// Honest look-alikes in which there was an alarm.
    pub look_alikes: Share,
    /// Recognised ones in which an alarm named who did it and to what.
    pub attribution: Share,
    /// How long it took.
    pub delays: Option<Delays>,
    /// False alarm events in captures without any scenario.
    pub quiet_alarms: usize,
    /// How many crane-days these captures were.
    pub quiet_crane_days: f64,
    /// False alarms for a crane and day in them, and from where to where.
    pub false_per_crane_day: (f64, Interval),
    /// Alarm events in captures of abuse that belong to nothing, and how many crane-days these were.
    pub stray: (usize, f64),
    /// Rules that gave false alarms, with how often, and whether in an honest look-alike.
    pub false_rules: BTreeMap<(&'static str, bool), usize>,
    /// How many frames there were in all.
    pub frames: u64,
}

/// Counting.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    verdicts: Vec<(&'static str, Verdict)>,
    alarms: Vec<Alarm>,
    look_alikes: Vec<(String, bool)>,
    quiet: (usize, f64),
    stray: (usize, f64),
    frames: u64,
}

impl Tally {
    pub(crate) fn count(&mut self, trial: &Trial) {
        let alarms = alarms(trial);
        let nobodys = alarms.iter().filter(|alarm| alarm.scenario.is_none()).count();
        let crane_days = trial.crane_s / SECONDS_PER_DAY;
        let counted = if trial.labels.is_empty() { &mut self.quiet } else { &mut self.stray };
        counted.0 += nobodys;
        counted.1 += crane_days;
        for verdict in trial.verdicts.iter().filter(|verdict| verdict.benign && verdict.whole) {
            self.look_alikes.push((verdict.scenario.clone(), !verdict.noticed_by.is_empty()));
        }
        self.frames += trial.frames;
        self.verdicts.extend(trial.verdicts.iter().map(|verdict| (trial.maker, verdict.clone())));
        self.alarms.extend(alarms);
    }

    pub(crate) fn report(self, plan: &Plan) -> Report {
        let mut pool = Pool(Chance::new(plan.first_seed, 0xB007));
        let is_abuse = |(_, verdict): &&(&'static str, Verdict)| verdict.whole && !verdict.benign;
        let abuse: Vec<&(&str, Verdict)> = self.verdicts.iter().filter(is_abuse).collect();
        let (shown, only_process): (Vec<_>, Vec<_>) =
            abuse.into_iter().partition(|(_, verdict)| verdict.in_packets);
        let (held_out, open): (Vec<_>, Vec<_>) =
            shown.into_iter().partition(|(_, verdict)| is_held_out(&verdict.scenario));
        let only_process = only_process.into_iter().filter(|(_, verdict)| !is_held_out(&verdict.scenario));
        let recognised = |(_, verdict): &(&str, Verdict)| outcome(verdict, is_recognised);
        let mut families: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
        let mut makers: BTreeMap<&'static str, Vec<(String, bool)>> = BTreeMap::new();
        for it in &open {
            let family = it.1.scenario.get(..1).unwrap_or_default().to_owned();
            families.entry(family).or_default().push(recognised(it));
            makers.entry(it.0).or_default().push(recognised(it));
        }
        let named = open.iter().filter(|(_, verdict)| is_recognised(verdict));
        let mut false_rules = BTreeMap::new();
        for alarm in self.alarms.iter().filter(|alarm| alarm.scenario.is_none() || alarm.benign) {
            *false_rules.entry((alarm.rule, alarm.benign)).or_default() += 1;
        }
        let (quiet_alarms, quiet_crane_days) = self.quiet;
        let per_day = |events: f64| events / quiet_crane_days.max(f64::MIN_POSITIVE);
        Report {
            plan: plan.clone(),
            recall: pool.share(open.iter().map(|it| recognised(it))),
            noticed: pool.share(
                open.iter().map(|(_, verdict)| outcome(verdict, |verdict| !verdict.noticed_by.is_empty())),
            ),
            held_out: pool.share(held_out.iter().map(|it| recognised(it))),
            only_process: pool.share(only_process.map(recognised)),
            families: families.into_iter().map(|(family, all)| (family, pool.share(all))).collect(),
            makers: makers.into_iter().map(|(maker, all)| (maker, pool.share(all))).collect(),
            precision: pool.share(self.alarms.iter().map(|alarm| {
                let belongs = alarm.scenario.is_some() && !alarm.benign;
                (alarm.scenario.clone().unwrap_or_default(), belongs)
            })),
            look_alikes: pool.share(self.look_alikes),
            attribution: pool.share(named.map(|(_, verdict)| outcome(verdict, |verdict| verdict.attributed))),
            delays: delays(open.iter().map(|(_, verdict)| verdict)),
            quiet_alarms,
            quiet_crane_days,
            false_per_crane_day: (per_day(quiet_alarms as f64), of_events(quiet_alarms).map(per_day)),
            stray: self.stray,
            false_rules,
            rows: rows(&self.verdicts),
            frames: self.frames,
        }
    }
}

fn is_recognised(verdict: &Verdict) -> bool {
    !verdict.recognised_by.is_empty()
}

/// A trial's outcome, with the scenario that it belongs to.
fn outcome(verdict: &Verdict, is_hit: impl Fn(&Verdict) -> bool) -> (String, bool) {
    (verdict.scenario.clone(), is_hit(verdict))
}

/// Shares of trials of several scenarios.
struct Pool(Chance);

impl Pool {
    fn share(&mut self, outcomes: impl IntoIterator<Item = (String, bool)>) -> Share {
        let mut groups: BTreeMap<String, Vec<bool>> = BTreeMap::new();
        outcomes.into_iter().for_each(|(group, hit)| groups.entry(group).or_default().push(hit));
        let groups: Vec<Vec<bool>> = groups.into_values().collect();
        let all = || groups.iter().flatten();
        let (of, part) = (all().count(), all().filter(|hit| **hit).count());
        // Groups that all say the same cannot be drawn differently: then trials are all there is to go by.
        let interval = match groups.len() {
            0 | 1 => of_trials(part, of),
            _ if part == 0 || part == of => of_trials(part, of),
            _ => of_groups(&groups, &mut self.0),
        };
        Share { of, part, interval }
    }
}

fn delays<'a>(verdicts: impl Iterator<Item = &'a Verdict>) -> Option<Delays> {
    // What was never recognised took longer than anything that was.
    let mut all: Vec<f64> = verdicts.map(|verdict| verdict.after_packet_s.unwrap_or(f64::INFINITY)).collect();
    let mut recognised: Vec<f64> = all.iter().copied().filter(|delay| delay.is_finite()).collect();
    let recognised = [quantile(&mut recognised, 0.5)?, quantile(&mut recognised, 0.95)?];
    let all = quantile(&mut all, 0.5).filter(|median| median.is_finite());
    Some(Delays { recognised, all })
}

/// A row a scenario, in the order of their numbers.
fn rows(verdicts: &[(&'static str, Verdict)]) -> Vec<Row> {
    let mut by_scenario: BTreeMap<&str, Vec<&Verdict>> = BTreeMap::new();
    for (_, verdict) in verdicts {
        by_scenario.entry(&verdict.scenario).or_default().push(verdict);
    }
    by_scenario.into_iter().map(|(scenario, verdicts)| row(scenario, &verdicts)).collect()
}

fn row(scenario: &str, verdicts: &[&Verdict]) -> Row {
    let whole: Vec<&Verdict> = verdicts.iter().copied().filter(|verdict| verdict.whole).collect();
    let count = |is_it: fn(&Verdict) -> bool| whole.iter().filter(|verdict| is_it(verdict)).count();
    let recognised = count(is_recognised);
    let mut rules: BTreeMap<&'static str, usize> = BTreeMap::new();
    for verdict in &whole {
        let by = if is_recognised(verdict) { &verdict.recognised_by } else { &verdict.noticed_by };
        by.iter().for_each(|rule| *rules.entry(rule).or_default() += 1);
    }
    let median = |read: fn(&Verdict) -> Option<f64>| {
        let mut all: Vec<f64> = whole.iter().filter_map(|verdict| read(verdict)).collect();
        quantile(&mut all, 0.5)
    };
    Row {
        scenario: scenario.to_owned(),
        benign: verdicts.iter().any(|verdict| verdict.benign),
        in_packets: verdicts.iter().any(|verdict| verdict.in_packets),
        recognised: Share { of: whole.len(), part: recognised, interval: of_trials(recognised, whole.len()) },
        noticed: count(|verdict| !verdict.noticed_by.is_empty()),
        attributed: count(|verdict| verdict.attributed),
        after_packet_s: median(|verdict| verdict.after_packet_s),
        after_effect_s: median(|verdict| verdict.after_effect_s),
        rules,
        not_whole: verdicts.len() - whole.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Report, Tally};
    use crate::judge::Verdict;
    use crate::measure::Plan;
    use crate::trial::Trial;
    use std::collections::BTreeSet;

    fn verdict(scenario: &str, recognised_after_s: Option<f64>) -> Verdict {
        let by: BTreeSet<_> = recognised_after_s.map(|_| "write.not_permitted").into_iter().collect();
        Verdict {
            scenario: scenario.to_owned(),
            benign: scenario.starts_with('N'),
            whole: true,
            in_packets: true,
            noticed_by: by.clone(),
            recognised_by: by,
            attributed: false,
            after_packet_s: recognised_after_s,
            after_effect_s: None,
        }
    }

    fn report(verdicts: Vec<Verdict>) -> Report {
        let mut tally = Tally::default();
        tally.count(&Trial { verdicts, ..Trial::default() });
        tally.report(&Plan::default())
    }

    #[test]
    fn what_was_not_played_whole_is_no_trial_and_is_counted() {
        let cut = Verdict { whole: false, ..verdict("P01", None) };
        let report = report(vec![verdict("P01", Some(2.0)), cut]);
        assert_eq!((report.recall.part, report.recall.of), (1, 1));
        assert_eq!((report.rows[0].recognised.of, report.rows[0].not_whole), (1, 1));
    }

    #[test]
    fn what_is_held_out_or_shows_in_no_packet_counts_apart() {
        let process = Verdict { in_packets: false, ..verdict("F02", None) };
        let report = report(vec![verdict("P01", Some(2.0)), verdict("A04", None), process]);
        assert_eq!((report.recall.part, report.recall.of), (1, 1));
        assert_eq!((report.held_out.of, report.only_process.of), (1, 1));
    }

    #[test]
    fn what_is_only_noticed_is_not_recognised() {
        let noticed = Verdict { noticed_by: BTreeSet::from(["asset.undeclared"]), ..verdict("P01", None) };
        let report = report(vec![noticed]);
        assert_eq!((report.recall.part, report.noticed.part), (0, 1));
        assert!(report.recall.interval[1] > 0.5, "one trial tells little: {:?}", report.recall);
    }

    #[test]
    fn the_median_of_all_counts_those_that_were_never_recognised() {
        let some = |recognised: usize, never: usize| {
            let recognised = (0..recognised).map(|_| verdict("P01", Some(3.0)));
            report(recognised.chain((0..never).map(|_| verdict("P02", None))).collect()).delays.unwrap()
        };
        assert_eq!(some(3, 2).all, Some(3.0));
        assert_eq!((some(2, 4).all, some(2, 4).recognised), (None, [3.0, 3.0]));
    }

    #[test]
    fn look_alikes_that_alarm_are_told() {
        let report = report(vec![verdict("N01", Some(1.0)), verdict("N02", None)]);
        assert_eq!((report.look_alikes.part, report.look_alikes.of, report.recall.of), (1, 2, 0));
    }

    #[test]
    fn no_false_alarm_in_a_day_may_still_be_some() {
        let mut tally = Tally::default();
        tally.count(&Trial { crane_s: 86_400.0, ..Trial::default() });
        let (rate, [low, high]) = tally.report(&Plan::default()).false_per_crane_day;
        assert!(rate == 0.0 && low == 0.0 && (high - 3.689).abs() < 0.01, "{high}");
    }
}
