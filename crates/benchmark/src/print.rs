//! What was measured, for people and for programs.

use crate::judge::alarms;
use crate::measure::{is_held_out, makers};
use crate::tally::{Report, Row, Share};
use crate::trial::Trial;
use crate::{FIRST_SEED, HELD_OUT, HELD_OUT_MAKER};
use serde_json::{Value, json};
use std::fmt::{self, Write as _};

/// For people.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a text does not fail.
    let _ = whole(&mut text, report);
    text
}

fn whole(text: &mut String, report: &Report) -> fmt::Result {
    head(text, report)?;
    numbers(text, report)?;
    writeln!(text, "\nRECALL BY FAMILY")?;
    report.families.iter().try_for_each(|(family, share)| line(text, family, share))?;
    writeln!(text, "\nRECALL BY AUTOMATION")?;
    for (maker, share) in &report.makers {
        let held = if *maker == HELD_OUT_MAKER.name() { ", held out" } else { "" };
        line(text, &format!("{maker}{held}"), share)?;
    }
    writeln!(text, "\nEACH SCENARIO\nnumber   recognised noticed named  packet s  effect s  by")?;
    report.rows.iter().try_for_each(|row| writeln!(text, "{}", told(row)))?;
    not_found(text, report)?;
    false_alarms(text, report)
}

fn head(text: &mut String, report: &Report) -> fmt::Result {
    let plan = &report.plan;
    let names: Vec<&str> = makers(plan).iter().map(|maker| maker.name()).collect();
    let purpose = if plan.first_seed >= FIRST_SEED {
        "for measuring: nobody works on detectors with them"
    } else {
        "for working on detectors: what is held out is not played"
    };
    writeln!(
        text,
        "{} seeds from {} ({purpose}), automation {}, {} frames",
        plan.seeds,
        plan.first_seed,
        names.join(", "),
        report.frames
    )?;
    writeln!(
        text,
        "held out: scenarios {}, automation {}\nIn brackets: the interval in which the true value lies in 95 of 100 cases.\n",
        HELD_OUT.join(" "),
        HELD_OUT_MAKER.name()
    )
}

fn numbers(text: &mut String, report: &Report) -> fmt::Result {
    line(text, "recall: abuse in packets, recognised", &report.recall)?;
    line(text, "  the same, noticed", &report.noticed)?;
    line(text, "  held-out scenarios, recognised", &report.held_out)?;
    line(text, "  abuse that only the crane shows", &report.only_process)?;
    line(text, "precision of alarm events", &report.precision)?;
    line(text, "look-alikes with an alarm", &report.look_alikes)?;
    line(text, "attribution of what was recognised", &report.attribution)?;
    let (rate, [low, high]) = report.false_per_crane_day;
    writeln!(
        text,
        "{:<38} {rate:.2}  [{low:.2}, {high:.2}]  {} in {:.2} crane-days",
        "false alarms per crane and day", report.quiet_alarms, report.quiet_crane_days
    )?;
    let (stray, days) = report.stray;
    writeln!(text, "{:<38} {stray} in {days:.2} crane-days", "alarms beside a scenario, not about it")?;
    let Some(delays) = report.delays else { return Ok(()) };
    let [median_s, most_s] = delays.recognised;
    let all = match delays.all {
        Some(median_s) => format!("{median_s:.0} s"),
        None => "fewer than half are".to_owned(),
    };
    writeln!(
        text,
        "{:<38} {median_s:.0} s median, {most_s:.0} s 95th; median of all: {all}",
        "from first packet to recognised"
    )
}

fn line(text: &mut String, what: &str, share: &Share) -> fmt::Result {
    if share.of == 0 {
        return writeln!(text, "{what:<38} none was played");
    }
    let [low, high] = share.interval;
    writeln!(text, "{what:<38} {:.3}  [{low:.3}, {high:.3}]  {} of {}", share.value(), share.part, share.of)
}

fn told(row: &Row) -> String {
    let seconds = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.0}"));
    let rules: Vec<String> = row.rules.iter().map(|(rule, count)| format!("{rule} {count}")).collect();
    let mark = match () {
        () if row.benign => "(honest)",
        () if is_held_out(&row.scenario) => "(held out)",
        () if !row.in_packets => "(only the crane shows it)",
        () => "",
    };
    let cut = if row.not_whole > 0 { format!(" ({} not whole)", row.not_whole) } else { String::new() };
    let line = format!(
        "{:<8} {:>4}/{:<5} {:>7} {:>5} {:>9} {:>9}  {} {mark}{cut}",
        row.scenario,
        row.recognised.part,
        row.recognised.of,
        row.noticed,
        row.attributed,
        seconds(row.after_packet_s),
        seconds(row.after_effect_s),
        rules.join(", ")
    );
    line.trim_end().to_owned()
}

fn not_found(text: &mut String, report: &Report) -> fmt::Result {
    let missed: Vec<String> = report
        .rows
        .iter()
        .filter(|row| !row.benign && row.recognised.part < row.recognised.of)
        .map(|row| {
            let missed = row.recognised.of - row.recognised.part;
            format!("{} {missed} of {}", row.scenario, row.recognised.of)
        })
        .collect();
    if missed.is_empty() {
        return Ok(());
    }
    writeln!(text, "\nNOT RECOGNISED\n{}", missed.join(", "))
}

fn false_alarms(text: &mut String, report: &Report) -> fmt::Result {
    if report.false_rules.is_empty() {
        return Ok(());
    }
    writeln!(text, "\nFALSE ALARMS BY RULE")?;
    for ((rule, benign), count) in &report.false_rules {
        let place = if *benign { "in an honest look-alike" } else { "about nothing that was played" };
        writeln!(text, "{count:>6}  {rule:<34} {place}")?;
    }
    Ok(())
}

/// For programs.
#[must_use]
pub fn json(report: &Report) -> Value {
    let named = |(name, share): (&str, &Share)| (name.to_owned(), shared(share));
    let families = report.families.iter().map(|(family, share)| named((family, share)));
    let makers_ = report.makers.iter().map(|(maker, share)| named((maker, share)));
    let false_rules: Vec<Value> = report
        .false_rules
        .iter()
        .map(|((rule, benign), count)| json!({ "rule": rule, "in_look_alike": benign, "count": count }))
        .collect();
    let (rate, interval) = report.false_per_crane_day;
    json!({
        "software": concat!("quaywatch ", env!("CARGO_PKG_VERSION")),
        "seeds": report.plan.seeds,
        "first_seed": report.plan.first_seed,
        "minutes": report.plan.minutes,
        "personas": makers(&report.plan).iter().map(|maker| maker.name()).collect::<Vec<_>>(),
        "held_out": { "scenarios": HELD_OUT, "persona": HELD_OUT_MAKER.name() },
        "frames": report.frames,
        "recall": shared(&report.recall),
        "noticed": shared(&report.noticed),
        "recall_held_out": shared(&report.held_out),
        "recall_only_process": shared(&report.only_process),
        "families": families.collect::<serde_json::Map<_, _>>(),
        "by_persona": makers_.collect::<serde_json::Map<_, _>>(),
        "precision": shared(&report.precision),
        "look_alikes_with_alarm": shared(&report.look_alikes),
        "attribution": shared(&report.attribution),
        "false_per_crane_day": {
            "value": rate, "interval": interval, "events": report.quiet_alarms, "crane_days": report.quiet_crane_days,
        },
        "stray_alarms": { "events": report.stray.0, "crane_days": report.stray.1 },
        "delay_s": report.delays.map(|delays| json!({
            "median_of_recognised": delays.recognised[0],
            "95th_of_recognised": delays.recognised[1],
            "median_of_all": delays.all,
        })),
        "scenarios": report.rows.iter().map(row).collect::<Vec<_>>(),
        "false_alarms": false_rules,
    })
}

fn shared(share: &Share) -> Value {
    json!({ "value": share.value(), "interval": share.interval, "part": share.part, "of": share.of })
}

fn row(row: &Row) -> Value {
    json!({
        "scenario": row.scenario,
        "benign": row.benign,
        "held_out": is_held_out(&row.scenario),
        "in_packets": row.in_packets,
        "recognised": shared(&row.recognised),
        "noticed": row.noticed,
        "attributed": row.attributed,
        "after_packet_s": row.after_packet_s,
        "after_effect_s": row.after_effect_s,
        "rules": row.rules,
        "not_whole": row.not_whole,
    })
}

/// Each capture as a line of JSON, from which everything can be counted again.
#[must_use]
pub fn trials(trials: &[Trial]) -> String {
    let mut text = String::new();
    for trial in trials {
        // Writing to a text does not fail.
        let _ = writeln!(text, "{}", recorded(trial));
    }
    text
}

fn recorded(trial: &Trial) -> Value {
    let alarms: Vec<Value> = alarms(trial)
        .iter()
        .map(|alarm| json!({ "rule": alarm.rule, "time": alarm.time_s, "scenario": alarm.scenario }))
        .collect();
    let verdicts: Vec<Value> = trial
        .verdicts
        .iter()
        .map(|verdict| {
            json!({
                "scenario": verdict.scenario,
                "benign": verdict.benign,
                "whole": verdict.whole,
                "in_packets": verdict.in_packets,
                "noticed_by": verdict.noticed_by,
                "recognised_by": verdict.recognised_by,
                "attributed": verdict.attributed,
                "after_packet_s": verdict.after_packet_s,
                "after_effect_s": verdict.after_effect_s,
            })
        })
        .collect();
    json!({
        "seed": trial.seed,
        "persona": trial.maker,
        "crane_s": trial.crane_s,
        "frames": trial.frames,
        "scenarios": verdicts,
        "alarms": alarms,
    })
}
