use super::deeds::deeds_by;
use crate::Rule;
use quaywatch_model::{FindingKind, Severity, Verb, is_of_databases};

pub(super) static RULE: Rule = Rule {
    name: "database.stopped",
    title: "Database shut down",
    kind: FindingKind::Activity,
    severity: "Medium; low where the server refused it.",
    meaning: "A station told a database server to shut down. Moves are no longer recorded, and what asks it for work orders waits; \
              the crane itself goes on.",
    limits: "Silent where the server was stopped as a service of its machine, and inside encrypted connections.",
    advice: "Ask who administers the server; find out whether it was announced.",
    techniques: &["T0881", "T0815"],
    controls: &["33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 2.1"],
    shown_by: "cases/finding-database-stopped",
    silent_in: "cases/finding-execution-by-database",
    look: |picture, found| {
        for deed in deeds_by(picture, |verb, protocol, _, _| verb == Verb::Stop && is_of_databases(protocol))
        {
            found.push(deed.found(
                picture,
                "The database was told to shut down",
                "Whatever records moves there or asks for orders has to wait.",
                Severity::Medium,
                Severity::Low,
            ));
        }
    },
};
