use crate::rule::counted;
use crate::{Found, Rule};
use quaywatch_model::{FindingKind, Severity, Verdict};
use std::collections::BTreeMap;

/// Layers below the protocols of controllers: what is wrong there is the network's business.
const TRANSPORTS: [&str; 10] =
    ["link", "ethernet", "vlan", "ip", "ipv4", "ipv6", "tcp", "udp", "icmp", "flow"];

pub(super) static RULE: Rule = Rule {
    name: "protocol.violated",
    title: "Messages that break their protocol's rules",
    kind: FindingKind::Activity,
    severity: "Low.",
    meaning: "Messages in a protocol of controllers or services do not follow its standard. Fuzzers and attacks on weak \
              decoders look like that; so do old devices.",
    limits: "One finding a protocol. What is wrong with addresses, checksums and connections is not told here but in problems.",
    advice: "See the rows of problems for the frames, and who sent them.",
    techniques: &["T0866", "T0814"],
    controls: &["IEC 62443-3-3 SR 3.5"],
    shown_by: "cases/modbus-function-code-scan",
    silent_in: "cases/s7comm-identify",
    look: |picture, found| {
        let mut by_layer: BTreeMap<&str, (u64, Vec<&str>)> = BTreeMap::new();
        let malformed = picture.problems.iter().filter(|problem| problem.verdict == Verdict::Malformed);
        for problem in malformed.filter(|problem| !TRANSPORTS.contains(&problem.layer)) {
            let (count, reasons) = by_layer.entry(problem.layer).or_default();
            *count += problem.count;
            reasons.push(problem.reason);
        }
        for (layer, (count, reasons)) in by_layer {
            found.push(Found {
                time: picture.span.0,
                severity: Severity::Low,
                title: format!("{} against the rules of {layer}", counted(count, "message")),
                explanation: format!("{}.", reasons.join("; ")),
                subjects: Vec::new(),
                frames: Vec::new(),
                count,
            });
        }
    },
};
