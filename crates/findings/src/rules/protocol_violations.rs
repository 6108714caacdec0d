use crate::rule::counted;
use crate::{Found, Rule, Violation};
use quaywatch_model::{Address, FindingKind, Severity};
use std::collections::BTreeMap;

pub(super) static RULE: Rule = Rule {
    name: "protocol.violated",
    title: "Messages that break their protocol's rules",
    kind: FindingKind::Activity,
    severity: "Low.",
    meaning: "Messages in a protocol of controllers or services do not follow its standard. Fuzzers and attacks on weak \
              decoders look like that; so do old devices.",
    limits: "One finding a protocol, client and server; where more than 64 pairs break the same rule, the rest is one finding \
             without them. What is wrong with addresses, checksums and connections is not told here but in problems.",
    advice: "Look at the frames and see which of the two sent them; all of them are in the rows of problems.",
    techniques: &["T0866", "T0814"],
    controls: &["IEC 62443-3-3 SR 3.5"],
    shown_by: "cases/modbus-function-code-scan",
    silent_in: "cases/s7comm-identify",
    look: |picture, found| {
        type Between = Option<[Address; 2]>;
        let mut causes: BTreeMap<(&str, Between), Vec<&Violation>> = BTreeMap::new();
        for violation in picture.violations {
            causes.entry((violation.layer, violation.pair)).or_default().push(violation);
        }
        for ((layer, pair), violations) in causes {
            let count = violations.iter().map(|violation| violation.count).sum();
            let between = match pair {
                Some([client, server]) if client == server => format!(" from {}", picture.named(client)),
                Some([client, server]) => {
                    format!(" between {} and {}", picture.named(client), picture.named(server))
                }
                None => " between others".to_owned(),
            };
            let told = |violation: &&Violation| format!("{} ({})", violation.reason, violation.count);
            let reasons: Vec<String> = violations.iter().map(told).collect();
            found.push(Found {
                time: violations.iter().map(|violation| violation.first.time).min().unwrap_or_default(),
                severity: Severity::Low,
                title: format!("{}{between} against the rules of {layer}", counted(count, "message")),
                explanation: format!("{}.", reasons.join("; ")),
                subjects: pair.into_iter().flatten().collect(),
                frames: violations.iter().flat_map(|violation| violation.frames.iter().copied()).collect(),
                count,
            });
        }
    },
};
