use super::deeds::{Deed, deeds_by, is_session_lock};
use crate::rule::counted;
use crate::{Picture, Rule};
use quaywatch_model::{FindingKind, Severity, Verb};
use std::collections::BTreeSet;

pub(super) static RULE: Rule = Rule {
    name: "controller.reserved",
    title: "Controller reserved by a station",
    kind: FindingKind::Activity,
    severity: "Low, as engineering software does that at the beginning of every session; high where the same station also changed \
               program, mode, firmware or settings of the controller, because that is what the reservation was for; values that it \
               wrote have rules of their own.",
    meaning: "A station took the right to be the only one that changes a controller, or gave it back: the reservation of Schneider \
              controllers, the lock of Logix controllers, the edit resource of PLC-5 and SLC. While it holds it, other stations \
              are refused: also those of whoever wants to undo what it did.",
    limits: "Whether a reservation ended by itself, because its holder fell silent, is not seen. Passwords and access rights have a \
             finding of their own, security.changed.",
    advice: "Find the work order of the session; a reservation that nobody gave back is released at the controller.",
    techniques: &["T0813"],
    controls: &["33 CFR 101.650(a)(5)", "IEC 62443-3-3 SR 2.1"],
    shown_by: "cases/finding-controller-reserved",
    silent_in: "cases/s7comm-identify",
    look: |picture, found| {
        let locks = |verb, function: &str| verb == Verb::ChangeSecurity && is_session_lock(function);
        for deed in deeds_by(picture, |verb, _, _, function| locks(verb, function)) {
            let (changed, count) = changed_beside(picture, &deed);
            let why = if changed.is_empty() {
                "Nothing but values was seen to be changed with it.".to_owned()
            } else {
                let words: Vec<&str> = changed.into_iter().map(Verb::as_str).collect();
                format!("With it the station did {}: {}.", counted(count, "change"), words.join(", "))
            };
            let worked = if count == 0 { Severity::Low } else { Severity::High };
            let what = "The right to change the controller was taken or given back";
            found.push(deed.found(picture, what, &why, worked, Severity::Low));
        }
    },
};

/// What else the holder changed there, values apart, from the reservation on; and how often.
fn changed_beside(picture: &Picture<'_>, deed: &Deed<'_>) -> (BTreeSet<Verb>, u64) {
    let mut verbs = BTreeSet::new();
    let mut count = 0;
    for entry in picture.entries {
        let [accepted, _, _, unseen] = entry.outcomes;
        if (entry.client, entry.server) == (deed.client, deed.server)
            && entry.verb.changes()
            && entry.verb != Verb::Write
            && !is_session_lock(&entry.function)
            && accepted + unseen > 0
            && entry.last.time >= deed.first().time
        {
            verbs.insert(entry.verb);
            count += accepted + unseen;
        }
    }
    (verbs, count)
}
