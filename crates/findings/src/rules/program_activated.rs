use super::deeds::deeds;
use crate::Rule;
use quaywatch_model::{FindingKind, Severity, Verb};

pub(super) static RULE: Rule = Rule {
    name: "program.activated",
    title: "Program activated",
    kind: FindingKind::Activity,
    severity: "Critical; high where the controller refused all of it.",
    meaning: "A station told a controller to make program take effect that was moved before: from here on the crane runs it.",
    limits: "Silent where a protocol activates without saying so. The program itself may have been moved before the capture began.",
    advice: "Find the work order, and check which program runs now.",
    techniques: &["T0821", "T0889"],
    controls: &["33 CFR 101.650(b)(4)", "IEC 62443-3-3 SR 3.4"],
    shown_by: "cases/s7comm-download-block",
    silent_in: "cases/s7comm-identify",
    look: |picture, found| {
        for deed in deeds(picture, &[Verb::ActivateProgram]) {
            found.push(deed.found(
                picture,
                "Program was made to take effect",
                "The controller runs other program than before.",
                Severity::Critical,
                Severity::High,
            ));
        }
    },
};
