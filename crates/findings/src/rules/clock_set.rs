use super::deeds::deeds;
use crate::Rule;
use quaywatch_model::{FindingKind, Severity, Verb};

pub(super) static RULE: Rule = Rule {
    name: "clock.set",
    title: "Clock set",
    kind: FindingKind::Activity,
    severity: "Medium; low where the device refused it.",
    meaning: "A station set a controller's clock. Logs of the crane and of everybody else no longer fit together if the new time is wrong.",
    limits: "Silent for time servers that controllers ask by themselves.",
    advice: "Compare the controller's time with the site's time server.",
    techniques: &["T0849"],
    controls: &["33 CFR 101.650(c)(1)", "IEC 62443-3-3 SR 2.11"],
    shown_by: "cases/s7comm-set-clock",
    silent_in: "cases/s7comm-identify",
    look: |picture, found| {
        for deed in deeds(picture, &[Verb::SetClock]) {
            found.push(deed.found(
                picture,
                "The clock was set",
                "With a wrong clock no log can be trusted.",
                Severity::Medium,
                Severity::Low,
            ));
        }
    },
};
