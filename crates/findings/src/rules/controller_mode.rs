use super::deeds::deeds;
use crate::Rule;
use quaywatch_model::{FindingKind, Severity, Verb};

pub(super) static RULE: Rule = Rule {
    name: "controller.mode_changed",
    title: "Operating mode changed",
    kind: FindingKind::Activity,
    severity: "High; medium where the controller refused all of it.",
    meaning: "A station switched a controller to another mode, such as program, test or run. In some modes interlocks do not act.",
    limits: "Silent for the key switch on the controller itself.",
    advice: "Check in which mode the controller is now, and find the work order.",
    techniques: &["T0858"],
    controls: &["33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 2.1"],
    shown_by: "cases/modbus-diagnostics",
    silent_in: "cases/s7comm-identify",
    look: |picture, found| {
        for deed in deeds(picture, &[Verb::ChangeMode]) {
            found.push(deed.found(
                picture,
                "The operating mode was changed",
                "In another mode interlocks may not act.",
                Severity::High,
                Severity::Medium,
            ));
        }
    },
};
