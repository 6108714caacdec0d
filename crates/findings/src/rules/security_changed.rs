use super::deeds::{deeds_by, is_session_lock};
use crate::Rule;
use quaywatch_model::{FindingKind, Severity, Verb};

pub(super) static RULE: Rule = Rule {
    name: "security.changed",
    title: "Protection changed",
    kind: FindingKind::Activity,
    severity: "High; medium where the device refused it.",
    meaning: "A station changed passwords, certificates or access rights of a device. It may have been opened for what comes next, or closed to its owner.",
    limits: "Silent for logins, which change nothing, and for reservations and locks of a session, which are controller.reserved. What the new secret is, is never told.",
    advice: "Check who can access the device now, and find the work order.",
    techniques: &["T0892"],
    controls: &["33 CFR 101.650(a)(5)", "IEC 62443-3-3 SR 1.5"],
    shown_by: "cases/finding-security-changed",
    silent_in: "cases/s7comm-identify",
    look: |picture, found| {
        let is_it = |verb, function: &str| verb == Verb::ChangeSecurity && !is_session_lock(function);
        for deed in deeds_by(picture, |verb, _, _, function| is_it(verb, function)) {
            found.push(deed.found(
                picture,
                "Passwords or access rights were changed",
                "Who sets them decides who gets in.",
                Severity::High,
                Severity::Medium,
            ));
        }
    },
};
