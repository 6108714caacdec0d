use super::deeds::deeds;
use crate::Rule;
use quaywatch_model::{FindingKind, Severity, Verb};

pub(super) static RULE: Rule = Rule {
    name: "network.changed",
    title: "Address or name changed",
    kind: FindingKind::Activity,
    severity: "High; medium where the device refused it.",
    meaning: "A station changed a device's address or name. Whoever relied on it loses it, and another device can take its place.",
    limits: "Silent for leases of DHCP.",
    advice: "Check that the right device answers at each address, and update the inventory.",
    techniques: &["T0836", "T0849"],
    controls: &["33 CFR 101.650(b)(3)", "IEC 62443-3-3 SR 7.6"],
    shown_by: "cases/profinet-change-ip",
    silent_in: "cases/profinet-cyclic",
    look: |picture, found| {
        for deed in deeds(picture, &[Verb::SetNetwork]) {
            found.push(deed.found(
                picture,
                "Address or name was changed",
                "Another device can take the place of one that moved.",
                Severity::High,
                Severity::Medium,
            ));
        }
    },
};
