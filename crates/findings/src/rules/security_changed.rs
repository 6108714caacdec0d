use super::deeds::deeds;
use crate::Rule;
use quaywatch_model::{FindingKind, Severity, Verb};

pub(super) static RULE: Rule = Rule {
    name: "security.changed",
    title: "Protection changed",
    kind: FindingKind::Activity,
    severity: "High; medium where the device refused it.",
    meaning: "A station changed passwords, certificates, locks or access rights of a device. It may have been opened for what comes next, or closed to its owner.",
    limits: "Silent for logins, which change nothing. What the new secret is, is never told.",
    advice: "Check who can access the device now, and find the work order.",
    techniques: &["T0892"],
    controls: &["33 CFR 101.650(a)(5)", "IEC 62443-3-3 SR 1.5"],
    shown_by: "cases/enip-program-load",
    silent_in: "cases/s7comm-identify",
    look: |picture, found| {
        for deed in deeds(picture, &[Verb::ChangeSecurity]) {
            found.push(deed.found(
                picture,
                "Passwords, locks or access rights were changed",
                "Who sets the locks decides who gets in.",
                Severity::High,
                Severity::Medium,
            ));
        }
    },
};
