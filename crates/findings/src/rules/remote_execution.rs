use super::deeds::{Deed, deeds_by};
use crate::Rule;
use quaywatch_model::{FindingKind, Severity, Verb, is_of_databases};

pub(super) static RULE: Rule = Rule {
    name: "execution.remote",
    title: "Program run on a machine from elsewhere",
    kind: FindingKind::Activity,
    severity: "High; medium where the machine refused it.",
    meaning: "A station installed a service or a task on another over its remote management, or started one, or had a database server \
              run a command or a job. That is how tools for remote \
              administration run programs on panels and servers, and how intruders go from one machine to the next.",
    limits: "Silent for questions about services and tasks; of procedures of databases only those are known whose names tell it, such as \
             xp_cmdshell and sp_start_job. Calls whose parameters are encrypted are known by their number, so that \
             the program's name may be missing; inside encrypted SMB 3 nothing is seen.",
    advice: "Ask who administers the machine from there; look at the service or task that is named, and at the program behind it.",
    techniques: &["T0886", "T0867"],
    controls: &["33 CFR 101.650(a)(5)", "IEC 62443-3-3 SR 2.1"],
    shown_by: "cases/finding-execution-remote",
    silent_in: "cases/quiet-services-asked",
    look: |picture, found| {
        let by_management = deeds_by(picture, |verb, protocol, _, function| {
            verb == Verb::Write && protocol == "dcerpc" && is_named(function)
        });
        let by_database =
            deeds_by(picture, |verb, protocol, _, _| verb == Verb::Start && is_of_databases(protocol));
        for (what, deeds) in [
            ("A service or task was installed or started", by_management),
            ("A command or job was started through the database", by_database),
        ] {
            let why = "What is started there acts with the rights of the machine itself.";
            let of = |deed: Deed<'_>| deed.found(picture, what, why, Severity::High, Severity::Medium);
            found.extend(deeds.into_iter().map(of));
        }
    },
};

/// Of the calls that write those by which programs are run (MS-SCMR, MS-TSCH).
fn is_named(function: &str) -> bool {
    ["CreateService", "StartService", "CreateWowService", "SchRpcRegisterTask", "SchRpcRun", "NetrJobAdd"]
        .iter()
        .any(|call| function.starts_with(call))
}
