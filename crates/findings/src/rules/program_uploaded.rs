use super::deeds::deeds;
use crate::Rule;
use quaywatch_model::{FindingKind, Severity, Verb};

pub(super) static RULE: Rule = Rule {
    name: "program.uploaded",
    title: "Program read out of a controller",
    kind: FindingKind::Activity,
    severity: "High; medium where the controller refused all of it.",
    meaning: "A station read program or configuration out of a controller: a backup, or the first step of whoever wants to \
              know how the crane works.",
    limits: "Silent for reading values and identities. Whether the reader was entitled to is not on the network.",
    advice: "Find the work order, and where the program went afterwards: see what left for whom.",
    techniques: &["T0845"],
    controls: &["33 CFR 101.650(f)(3)", "33 CFR 101.650(g)(4)", "IEC 62443-3-3 SR 4.1"],
    shown_by: "cases/umas-program-both-ways",
    silent_in: "cases/s7comm-stop",
    look: |picture, found| {
        let why = "A controller's program tells how the crane works and how its interlocks can be got round.";
        for deed in deeds(picture, &[Verb::UploadProgram]) {
            found.push(deed.found(picture, "Program was read out", why, Severity::High, Severity::Medium));
        }
    },
};
