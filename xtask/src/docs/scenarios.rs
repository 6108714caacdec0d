//! The page about what can be played on a simulated crane's network.

use crate::ChoreError;
use quaywatch_quay::scenario::{Scenario, catalogue};
use std::fmt::Write as _;

/// Where the page stands.
pub const PATH: &str = "docs/scenarios.md";

/// The page as it should be.
///
/// # Errors
/// A scenario's file is wrong.
pub fn text() -> Result<String, ChoreError> {
    let mut text = HEAD.to_owned();
    for (name, scenario) in catalogue::all() {
        let scenario = scenario
            .map_err(|wrong| ChoreError::Scenario { name: name.to_owned(), wrong: wrong.to_string() })?;
        // Writing to a text does not fail.
        let _ = writeln!(text, "{}", row(name, &scenario));
    }
    Ok(text)
}

fn row(name: &str, scenario: &Scenario) -> String {
    let by: Vec<&str> = scenario.seen_by.iter().map(|by| by.name()).collect();
    let what = scenario.what.trim().replace('\n', " ");
    let cells = [
        format!("`{name}`"),
        format!("**{}.** {what}", scenario.title),
        scenario.severity.name().to_owned(),
        if by.is_empty() { "–".to_owned() } else { by.join(", ") },
        if scenario.techniques.is_empty() { "–".to_owned() } else { scenario.techniques.join(" ") },
    ];
    format!("| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}

const HEAD: &str = "\
# Scenarios

<!-- Written by `cargo xtask docs` from crates/quay/scenarios; change it there. -->

What can be played on the network of simulated cranes:

    quaywatch twin scenarios P01                                  # its file
    quaywatch twin capture --scenario P01 --seed 7 --out DIR      # a capture with its truth
    quaywatch bench detection --scenario P01                      # whether it is found

Numbers that begin with N are honest things that look like abuse. Where a scenario can be seen: `net`, in who talks to whom;
`write`, in what is asked of a controller; `process`, in what the crane does; `content`, in what is sent. A silent radio modem
with a serial line to a controller cannot be seen in any packet, and is not played.

A scenario is a TOML file; `--scenario FILE.toml` plays one of your own. It begins with `id`, `title`, `what`, `techniques`
(ATT&CK for ICS), `seen_by`, `severity`, `armed` (`any`, `loaded`, `idle`, `either`: with a load in the air or without),
`tags`, and where it has one its `effect` on a signal. A `[[host]]` comes to the network for it. Each `[[step]]` has a `do`, and
may have `after_s`, `times`, `every_s`, `personas` for whose automation it is, and `meanwhile` for a step that nobody waits
for. What a step can do is in
`crates/quay/src/scenario/deeds`, a file for each kind.

## The truth beside a capture

`labels.jsonl` has a line a scenario, times in seconds since 1970, frames as they are numbered in the capture from 1:

| key | what |
|---|---|
| `id`, `title`, `class`, `attck`, `severity`, `tags` | what the file says; `class` is the number's letter |
| `benign` | whether it is an honest look-alike |
| `crane`, `actor_hosts`, `actor_addresses`, `actor_macs` | where it happened, and who did it |
| `detectable_by` | where it can be seen, as above |
| `t_armed` | when it began; `null` if it never did |
| `t_first_packet`, `t_first_effect`, `t_end` | the first frame, the first effect on the crane, the end |
| `frames` | the first and the last frame of each stretch that belongs to it |
| `earliest_evidence_frame` | the first frame of whoever acts that says something: what only begins a TCP conversation does not |
| `drawn` | the numbers that chance drew |
| `notes` | what could not be done; a scenario that has none was played whole |

`frames.csv` has the role of every frame: `attack`, `side effect` (said by honest hosts, and made to be so or to come by the
scenario) or `benign`. `truth.csv` has the crane's true state ten times a second (`true.*`, SI units) beside what its
controller tells at that moment. `run.json` has what the capture was made of.

For detectors that read [IPAL](https://github.com/fkie-cad/ipal_ids_framework): `ipal.jsonl` has the controllers' states once a
second, and `--messages` writes `ipal-messages.jsonl`, a line a request and a line an answer, both with `malicious`.

## All of them

| name | what happens | severity | seen by | techniques |
|---|---|---|---|---|
";
