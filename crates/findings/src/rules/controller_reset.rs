use super::deeds::deeds;
use crate::Rule;
use quaywatch_model::{FindingKind, Severity, Verb};

pub(super) static RULE: Rule = Rule {
    name: "controller.reset",
    title: "Device reset",
    kind: FindingKind::Activity,
    severity: "High; medium where the device refused all of it.",
    meaning: "A station restarted a device or put it back to factory settings. A restart stops what it controls; factory settings remove its protection and its address.",
    limits: "Silent for restarts by power. Whether settings were kept shows in the operation itself.",
    advice: "Check the device's settings and program against the backup.",
    techniques: &["T0816"],
    controls: &["33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 2.1"],
    shown_by: "cases/modbus-diagnostics",
    silent_in: "cases/s7comm-identify",
    look: |picture, found| {
        for deed in deeds(picture, &[Verb::Reset]) {
            found.push(deed.found(
                picture,
                "The device was reset",
                "A restart stops what the device controls.",
                Severity::High,
                Severity::Medium,
            ));
        }
    },
};
