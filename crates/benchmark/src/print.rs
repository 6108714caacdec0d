//! What was measured, for people and for programs.

use crate::measure::is_held_out;
use crate::tally::{Report, Row, Share};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// For people.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut text = String::new();
    let plan = &report.plan;
    let makers: Vec<&str> = plan.makers.iter().map(|maker| maker.name()).collect();
    // Writing to a text does not fail.
    let _ = writeln!(
        text,
        "{} seeds from {}, {}: {} frames\n",
        plan.seeds,
        plan.first_seed,
        makers.join(", "),
        report.frames
    );
    let _ = writeln!(text, "recall, abuse that is not held out     {}", shown(&report.recall));
    let _ = writeln!(text, "recall, held-out scenarios             {}", shown(&report.held_out));
    let _ = writeln!(text, "precision of alarms                    {}", shown(&report.precision));
    let _ = writeln!(text, "attribution of what was found          {}", shown(&report.attribution));
    let _ = writeln!(
        text,
        "false alarms per crane and day         {:.2} in {:.2} crane-days",
        report.false_per_crane_day, report.quiet_crane_days
    );
    if let Some([median_s, most_s]) = report.after_packet_s {
        let _ = writeln!(
            text,
            "time to detection from first packet    {median_s:.1} s median, {most_s:.1} s 95th"
        );
    }
    let _ = writeln!(text, "\nfamily  recall");
    for (family, share) in &report.families {
        let _ = writeln!(text, "{family:<7} {}", shown(share));
    }
    let _ = writeln!(text, "\nscenario found    named  packet s  effect s  by");
    for row in &report.rows {
        let _ = writeln!(text, "{}", line(row));
    }
    let unfound: Vec<&str> = report
        .rows
        .iter()
        .filter(|row| !row.benign && row.found.part == 0)
        .map(|row| row.scenario.as_str())
        .collect();
    if !unfound.is_empty() {
        let _ = writeln!(text, "\nnot found at all: {}", unfound.join(" "));
    }
    if !report.false_rules.is_empty() {
        let _ = writeln!(text, "\nfalse alarms by rule");
        for ((rule, benign), count) in &report.false_rules {
            let place = if *benign { "in an honest look-alike" } else { "out of nothing" };
            let _ = writeln!(text, "{count:>6}  {rule:<34} {place}");
        }
    }
    text
}

fn line(row: &Row) -> String {
    let seconds = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.1}"));
    let rules: Vec<String> = row.rules.iter().map(|(rule, count)| format!("{rule} {count}")).collect();
    let mark = match () {
        () if row.benign => "honest",
        () if is_held_out(&row.scenario) => "held out",
        () => "",
    };
    format!(
        "{:<8} {:>3}/{:<4} {:>5}  {:>8}  {:>8}  {} {mark}",
        row.scenario,
        row.found.part,
        row.found.of,
        row.attributed,
        seconds(row.after_packet_s),
        seconds(row.after_effect_s),
        rules.join(", ")
    )
}

fn shown(share: &Share) -> String {
    let [low, high] = share.interval;
    format!("{:.3}  [{low:.3}, {high:.3}]  {} of {}", share.value(), share.part, share.of)
}

/// For programs.
#[must_use]
pub fn json(report: &Report) -> Value {
    let share = |share: &Share| json!({ "value": share.value(), "interval": share.interval, "part": share.part, "of": share.of });
    let rows: Vec<Value> = report
        .rows
        .iter()
        .map(|row| {
            json!({
                "scenario": row.scenario,
                "benign": row.benign,
                "held_out": is_held_out(&row.scenario),
                "found": share(&row.found),
                "attributed": row.attributed,
                "after_packet_s": row.after_packet_s,
                "after_effect_s": row.after_effect_s,
                "rules": row.rules,
                "not_whole": row.not_whole,
            })
        })
        .collect();
    let false_rules: Vec<Value> = report
        .false_rules
        .iter()
        .map(|((rule, benign), count)| json!({ "rule": rule, "in_look_alike": benign, "count": count }))
        .collect();
    json!({
        "seeds": report.plan.seeds,
        "first_seed": report.plan.first_seed,
        "personas": report.plan.makers.iter().map(|maker| maker.name()).collect::<Vec<_>>(),
        "frames": report.frames,
        "recall": share(&report.recall),
        "recall_held_out": share(&report.held_out),
        "families": report.families.iter().map(|(family, of)| (family.clone(), share(of))).collect::<serde_json::Map<_, _>>(),
        "precision": share(&report.precision),
        "attribution": share(&report.attribution),
        "false_per_crane_day": report.false_per_crane_day,
        "quiet_crane_days": report.quiet_crane_days,
        "after_packet_s": report.after_packet_s,
        "scenarios": rows,
        "false_alarms": false_rules,
    })
}
