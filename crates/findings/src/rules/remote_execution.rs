use super::deeds::deeds;
use crate::Rule;
use quaywatch_model::{Entry, FindingKind, Severity, Verb};

pub(super) static RULE: Rule = Rule {
    name: "execution.remote",
    title: "Program run on a machine from elsewhere",
    kind: FindingKind::Activity,
    severity: "High; medium where the machine refused it.",
    meaning: "A station installed a service or a task on another over its remote management, or started one. That is how tools for remote \
              administration run programs on panels and servers, and how intruders go from one machine to the next.",
    limits: "Silent for questions about services and tasks. Calls whose parameters are encrypted are known by their number, so that \
             the program's name may be missing; inside encrypted SMB 3 nothing is seen.",
    advice: "Ask who administers the machine from there; look at the service or task that is named, and at the program behind it.",
    techniques: &["T0886", "T0867"],
    controls: &["33 CFR 101.650(a)(5)", "IEC 62443-3-3 SR 2.1"],
    shown_by: "cases/finding-execution-remote",
    silent_in: "cases/quiet-services-asked",
    look: |picture, found| {
        for mut deed in deeds(picture, &[Verb::Write]) {
            deed.entries.retain(|entry| runs(entry));
            deed.changes.retain(|change| change.protocol == "dcerpc" && is_named(&change.function));
            if !deed.entries.is_empty() {
                found.push(deed.found(
                    picture,
                    "A service or task was installed or started",
                    "What is started there acts with the rights of the machine itself.",
                    Severity::High,
                    Severity::Medium,
                ));
            }
        }
    },
};

fn runs(entry: &Entry) -> bool {
    entry.protocol == "dcerpc" && is_named(&entry.function)
}

/// Of the calls that write those by which programs are run (MS-SCMR, MS-TSCH).
fn is_named(function: &str) -> bool {
    ["CreateService", "StartService", "CreateWowService", "SchRpcRegisterTask", "SchRpcRun", "NetrJobAdd"]
        .iter()
        .any(|call| function.starts_with(call))
}
