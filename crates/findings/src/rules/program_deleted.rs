use super::deeds::deeds;
use crate::Rule;
use quaywatch_model::{FindingKind, Severity, Verb};

pub(super) static RULE: Rule = Rule {
    name: "program.deleted",
    title: "Program deleted",
    kind: FindingKind::Activity,
    severity: "Critical; high where the controller refused all of it.",
    meaning: "A station deleted program from a controller. Functions that relied on it fail, some of them only when they are needed.",
    limits: "Silent for deleting files that are no program, as far as the protocol tells them apart.",
    advice: "Find the work order; restore from the backup that 33 CFR 101.650(g)(4) asks for.",
    techniques: &["T0809", "T0889"],
    controls: &["33 CFR 101.650(g)(4)", "IEC 62443-3-3 SR 7.3"],
    shown_by: "cases/finding-program-deleted",
    silent_in: "cases/s7comm-download-block",
    look: |picture, found| {
        for deed in deeds(picture, &[Verb::DeleteProgram]) {
            found.push(deed.found(
                picture,
                "Program was deleted",
                "What was deleted is missing when it is needed.",
                Severity::Critical,
                Severity::High,
            ));
        }
    },
};
