use super::deeds::deeds;
use crate::Rule;
use quaywatch_model::{FindingKind, Severity, Verb};

pub(super) static RULE: Rule = Rule {
    name: "program.downloaded",
    title: "Program written to a controller",
    kind: FindingKind::Activity,
    severity: "Critical; high where the controller refused all of it.",
    meaning: "A station wrote program or configuration into a controller. What the crane does from then on is what that program says, interlocks and limits included. It is routine when a work order covers it, and the gravest thing there is when none does.",
    limits: "Silent for plain writes of values. It tells that program was moved, not whether it differs from what was there; compare the SHA-256 in transfers. Downloads inside encrypted protocols show only as opaque operations.",
    advice: "Find the work order; if there is none, keep the crane out of operation, save the controller's program and compare it with the last known good one.",
    techniques: &["T0843", "T0889"],
    controls: &["33 CFR 101.650(b)(4)", "33 CFR 101.650(f)(3)", "IEC 62443-3-3 SR 3.4"],
    shown_by: "cases/s7comm-download-block",
    silent_in: "cases/s7comm-identify",
    look: |picture, found| {
        for deed in deeds(picture, &[Verb::DownloadProgram]) {
            found.push(deed.found(
                picture,
                "Program was written",
                "Who changes a controller's program changes what the crane does.",
                Severity::Critical,
                Severity::High,
            ));
        }
    },
};
