use super::deeds::deeds;
use crate::Rule;
use quaywatch_model::{FindingKind, Severity, Verb};

pub(super) static RULE: Rule = Rule {
    name: "value.forced",
    title: "Input or output forced",
    kind: FindingKind::Activity,
    severity: "Critical; high where the controller refused all of it.",
    meaning: "A station overrode an input or output: the program sees, or the crane does, what was forced instead of what is. Forced signals defeat interlocks such as spreader landed and twistlocks locked.",
    limits: "Silent for writes to variables that only act like a force because of the program.",
    advice: "Remove the force, and find out since when it stood and what moved meanwhile.",
    techniques: &["T0835", "T0831"],
    controls: &["33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 3.5"],
    shown_by: "cases/enip-pccc-force-and-mode",
    silent_in: "cases/s7comm-identify",
    look: |picture, found| {
        for deed in deeds(picture, &[Verb::Force]) {
            found.push(deed.found(
                picture,
                "An input or output was forced",
                "A forced signal defeats the interlocks that read it.",
                Severity::Critical,
                Severity::High,
            ));
        }
    },
};
