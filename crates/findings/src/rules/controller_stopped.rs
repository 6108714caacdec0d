use super::deeds::deeds;
use crate::Rule;
use quaywatch_model::{FindingKind, Severity, Verb};

pub(super) static RULE: Rule = Rule {
    name: "controller.stopped",
    title: "Controller stopped",
    kind: FindingKind::Activity,
    severity: "Critical; medium where the controller refused all of it.",
    meaning: "A station stopped a controller or its program. Drives lose their commands, brakes fall, and a load that moves swings on.",
    limits: "Silent for emergency stops, which do not go over the network, and for stops by key switch.",
    advice: "Ask who did it and why; look for program written before or after.",
    techniques: &["T0858", "T0816"],
    controls: &["33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 2.1"],
    shown_by: "cases/s7comm-stop",
    silent_in: "cases/s7comm-identify",
    look: |picture, found| {
        for deed in deeds(picture, &[Verb::Stop]) {
            found.push(deed.found(
                picture,
                "The controller was told to stop",
                "A stopped controller drops brakes under load.",
                Severity::Critical,
                Severity::Medium,
            ));
        }
    },
};
