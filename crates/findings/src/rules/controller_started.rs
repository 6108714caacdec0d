use super::deeds::deeds;
use crate::Rule;
use quaywatch_model::{FindingKind, Severity, Verb};

pub(super) static RULE: Rule = Rule {
    name: "controller.started",
    title: "Controller started",
    kind: FindingKind::Activity,
    severity: "High; medium where the controller refused all of it.",
    meaning: "A station started a controller or its program. Machinery can move.",
    limits: "Silent for starts by key switch or power.",
    advice: "Ask who did it and why, and whether people were on the crane.",
    techniques: &["T0858"],
    controls: &["33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 2.1"],
    shown_by: "cases/enip-program-load",
    silent_in: "cases/s7comm-identify",
    look: |picture, found| {
        for deed in deeds(picture, &[Verb::Start]) {
            found.push(deed.found(
                picture,
                "The controller was told to start",
                "Machinery can move when a controller starts.",
                Severity::High,
                Severity::Medium,
            ));
        }
    },
};
