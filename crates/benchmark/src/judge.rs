//! Which alarm belongs to what happened.

use crate::trial::{Label, Trial};
use quaywatch_model::{Address, Finding};
use std::collections::{BTreeMap, BTreeSet};

/// An alarm, and what it belongs to. Those of one rule about the same machines are one.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    /// The rule.
    pub rule: &'static str,
    /// When what it tells of was first seen, in seconds since 1970.
    pub time_s: f64,
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
    /// Whether it was played whole: all its steps could be done, and it began.
    pub whole: bool,
    /// Whether it shows in packets, and not only in what the crane does.
    pub in_packets: bool,
    /// The rules of alarms that belong to it.
    pub noticed_by: BTreeSet<&'static str>,
    /// Of these, the rules of alarms that tell what it is.
    pub recognised_by: BTreeSet<&'static str>,
    /// Whether an alarm that tells what it is names who did it, and each signal that it is about.
    pub attributed: bool,
    /// From its first packet to the moment from which `inspect` recognises it.
    pub after_packet_s: Option<f64>,
    /// The same from its first effect on the crane; negative where the alarm came first.
    pub after_effect_s: Option<f64>,
}

impl Verdict {
    /// What can be said without looking when it was told.
    pub(crate) fn of(label: &Label, alarms: &[Finding]) -> Self {
        let rules = |is_it: &dyn Fn(&Finding) -> bool| {
            alarms.iter().filter(|alarm| is_it(alarm)).map(|alarm| alarm.rule).collect()
        };
        Self {
            scenario: label.id.clone(),
            benign: label.benign,
            whole: label.notes.is_empty() && label.t_armed.is_some() && label.t_end.is_some(),
            in_packets: label.detectable_by.iter().any(|by| by != "process") && !label.frames.is_empty(),
            noticed_by: rules(&|alarm| belongs(alarm, label)),
            recognised_by: rules(&|alarm| recognises(alarm, label)),
            attributed: alarms.iter().any(|alarm| recognises(alarm, label) && attributes(alarm, label)),
            after_packet_s: None,
            after_effect_s: None,
        }
    }
}

/// The alarms of a trial, each event once, in the order of their times.
pub(crate) fn alarms(trial: &Trial) -> Vec<Alarm> {
    let mut events: BTreeMap<(&'static str, &[Address]), Alarm> = BTreeMap::new();
    for alarm in &trial.alarms {
        // What is done on purpose counts before what only looks so.
        let labels = trial.labels.iter().filter(|label| belongs(alarm, label));
        let label = labels.min_by_key(|label| label.benign);
        let event = Alarm {
            rule: alarm.rule,
            time_s: alarm.time.nanos() as f64 / 1e9,
            scenario: label.map(|label| label.id.clone()),
            benign: label.is_some_and(|label| label.benign),
        };
        events.entry((alarm.rule, &alarm.subjects)).or_insert(event);
    }
    let mut events: Vec<Alarm> = events.into_values().collect();
    events.sort_by(|one, other| one.time_s.total_cmp(&other.time_s));
    events
}

/// An actor's falling silent is told by the last that he said before it.
const GRACE_S: f64 = 10.0;

/// Whether an alarm shows a frame of what happened; or, as silence shows in no frame, is first of all about an actor in that
/// time.
pub(crate) fn belongs(alarm: &Finding, label: &Label) -> bool {
    let is_of = |frame: &u64| label.frames.iter().any(|[first, last]| (first..=last).contains(&frame));
    let time_s = alarm.time.nanos() as f64 / 1e9;
    let is_then = label
        .t_first_packet
        .zip(label.t_end)
        .is_some_and(|(first_s, end_s)| (first_s - GRACE_S..=end_s + GRACE_S).contains(&time_s));
    alarm.frames.iter().any(is_of) || is_then && is_about_actor(alarm, label)
}

fn is_about_actor(alarm: &Finding, label: &Label) -> bool {
    let is_actor = |subject: &Address| {
        subject.ip().is_some_and(|ip| label.actor_addresses.contains(&ip))
            || label.actor_macs.contains(&subject.to_string())
    };
    alarm.subjects.first().is_some_and(is_actor)
}

/// Whether it tells what happened, too: by a technique, or by a signal.
pub(crate) fn recognises(alarm: &Finding, label: &Label) -> bool {
    let by_technique = alarm.techniques.iter().any(|technique| label.attck.iter().any(|it| it == technique));
    belongs(alarm, label) && (by_technique || label.tags.iter().any(|tag| names(alarm, tag)))
}

/// Whether it names who did it, first of all, and every signal that it is about.
fn attributes(alarm: &Finding, label: &Label) -> bool {
    is_about_actor(alarm, label) && label.tags.iter().all(|tag| names(alarm, tag))
}

fn names(alarm: &Finding, tag: &str) -> bool {
    alarm.title.contains(tag) || alarm.explanation.contains(tag)
}

#[cfg(test)]
mod tests {
    use super::{Verdict, alarms};
    use crate::trial::{Label, Trial};
    use quaywatch_model::{Address, Finding, FindingKind, Severity, Timestamp};

    const LAPTOP: Address = Address::v4([10, 7, 7, 84]);
    const PLC: Address = Address::v4([10, 7, 7, 10]);

    fn label() -> Label {
        Label {
            id: "P01".to_owned(),
            attck: vec!["T0836".to_owned()],
            actor_addresses: LAPTOP.ip().into_iter().collect(),
            detectable_by: vec!["write".to_owned()],
            tags: vec!["Par.OverloadPct".to_owned()],
            t_armed: Some(10.0),
            t_first_packet: Some(10.0),
            t_end: Some(20.0),
            frames: vec![[100, 120], [130, 140]],
            ..Label::default()
        }
    }

    fn alarm(rule: &'static str, subjects: &[Address], frame: u64) -> Finding {
        Finding {
            rule,
            time: Timestamp::from_nanos(11_000_000_000),
            severity: Severity::High,
            kind: FindingKind::Activity,
            title: String::new(),
            explanation: String::new(),
            crane: None,
            subjects: subjects.to_vec(),
            techniques: &[],
            controls: &[],
            frames: vec![frame],
            count: 1,
            advice: "",
        }
    }

    #[test]
    fn an_alarm_about_something_else_at_the_same_time_is_not_taken_for_it() {
        let verdict = Verdict::of(&label(), &[alarm("asset.undeclared", &[PLC, LAPTOP], 99)]);
        assert!(verdict.noticed_by.is_empty() && verdict.recognised_by.is_empty());
    }

    #[test]
    fn an_actor_who_falls_silent_is_noticed_by_his_last_frame_before_it() {
        let silent = alarm("polling.stopped", &[LAPTOP, PLC], 99);
        assert_eq!(Verdict::of(&label(), std::slice::from_ref(&silent)).noticed_by.len(), 1);
        let later = Finding { time: Timestamp::from_nanos(90_000_000_000), ..silent };
        assert!(Verdict::of(&label(), &[later]).noticed_by.is_empty());
    }

    #[test]
    fn what_shows_a_frame_is_noticed_and_what_tells_technique_or_signal_recognised() {
        let new = alarm("asset.undeclared", &[LAPTOP], 100);
        let write = Finding { techniques: &["T0836"], ..alarm("write.not_permitted", &[LAPTOP, PLC], 135) };
        let verdict = Verdict::of(&label(), &[new.clone(), write]);
        assert_eq!(verdict.noticed_by.len(), 2);
        assert_eq!(verdict.recognised_by.into_iter().collect::<Vec<_>>(), ["write.not_permitted"]);
        assert!(!verdict.attributed, "the signal is not named");
        let title = "10.7.7.84 wrote Par.OverloadPct = 150".to_owned();
        let named = Finding { title, ..new };
        assert!(Verdict::of(&label(), std::slice::from_ref(&named)).attributed);
        let of_victim = Finding { subjects: vec![PLC, LAPTOP], ..named };
        let verdict = Verdict::of(&label(), &[of_victim]);
        assert!(!verdict.attributed && !verdict.recognised_by.is_empty(), "the victim did not do it");
    }

    #[test]
    fn what_could_not_be_played_or_never_began_is_not_whole() {
        assert!(Verdict::of(&label(), &[]).whole);
        let failed = Label { notes: vec!["nobody answers".to_owned()], ..label() };
        let never = Label { t_armed: None, ..label() };
        let cut = Label { t_end: None, ..label() };
        for label in [failed, never, cut] {
            assert!(!Verdict::of(&label, &[]).whole, "{label:?}");
        }
    }

    #[test]
    fn what_only_the_crane_shows_is_not_in_packets() {
        let by = |by: &[&str]| Label { detectable_by: by.iter().map(|&by| by.into()).collect(), ..label() };
        assert!(!Verdict::of(&by(&["process"]), &[]).in_packets);
        assert!(Verdict::of(&by(&["write", "process"]), &[]).in_packets);
        assert!(!Verdict::of(&Label { frames: Vec::new(), ..label() }, &[]).in_packets);
    }

    #[test]
    fn alarms_of_one_rule_about_the_same_machines_are_one_event() {
        let trial = Trial {
            labels: vec![Label { benign: true, ..label() }],
            alarms: vec![
                alarm("write.not_permitted", &[LAPTOP, PLC], 100),
                alarm("write.not_permitted", &[LAPTOP, PLC], 131),
                alarm("write.not_permitted", &[PLC], 9),
            ],
            ..Trial::default()
        };
        let alarms = alarms(&trial);
        let belong: Vec<_> = alarms.iter().map(|alarm| (alarm.scenario.as_deref(), alarm.benign)).collect();
        assert_eq!(belong.len(), 2);
        assert!(belong.contains(&(Some("P01"), true)) && belong.contains(&(None, false)), "{belong:?}");
    }
}
