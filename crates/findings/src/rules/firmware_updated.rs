use super::deeds::deeds;
use crate::Rule;
use quaywatch_model::{FindingKind, Severity, Verb};

pub(super) static RULE: Rule = Rule {
    name: "firmware.updated",
    title: "Firmware written to a device",
    kind: FindingKind::Activity,
    severity: "Critical; high where the device refused all of it, or where it was put on a share of files (SMB), as it then has \
               yet to be loaded; medium for both.",
    meaning: "A station wrote firmware into a device. Firmware lies below the program and below whatever watches it.",
    limits: "Silent where firmware is moved as a plain file of which neither name nor first bytes tell, and where a server at a \
             public address takes it as a file; see transfers and what left.",
    advice: "Find the work order, compare the image's SHA-256 with the maker's, and read the version back from the device.",
    techniques: &["T0839", "T0857"],
    controls: &["33 CFR 101.650(b)(1)", "IEC 62443-3-3 SR 3.4"],
    shown_by: "cases/finding-firmware-updated",
    silent_in: "cases/modbus-function-code-scan",
    look: |picture, found| {
        for deed in deeds(picture, &[Verb::UpdateFirmware]) {
            let shared = deed.entries.iter().all(|entry| entry.protocol == "smb");
            let (worked, tried) = if shared {
                (Severity::High, Severity::Medium)
            } else {
                (Severity::Critical, Severity::High)
            };
            let what = if shared { "A firmware image was put" } else { "Firmware was written" };
            let why = "Firmware decides what a device does below its program.";
            found.push(deed.found(picture, what, why, worked, tried));
        }
    },
};
