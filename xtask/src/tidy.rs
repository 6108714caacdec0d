//! What every file, protocol and case has to have.

use crate::{ChoreError, files};
use quaywatch_protocols::PROTOCOLS;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A longer Rust file is to be split, unless it is a table or a test.
const MOST_LINES: usize = 600;
/// What the template's first page leaves to be said.
const TEMPLATE_TEXTS: [&str; 2] = ["*who speaks it", "*name the specification"];
/// What gives a protocol the tests that all on streams have, `any_segmentation_gives_the_same` among them.
const SPOKEN_ON_STREAM: &str = "spoken!(Tcp,";
/// What an unfinished `origin.md` says.
pub const UNFINISHED: &str = "*to be written*";

/// The names of all registered protocols.
#[must_use]
pub fn protocol_names() -> Vec<&'static str> {
    PROTOCOLS.iter().map(|protocol| protocol.name).collect()
}

/// Everything that is not as it has to be, one line each, for a repository with these protocols.
///
/// # Errors
/// Something cannot be read.
pub fn check(root: &Path, protocols: &[&str]) -> Result<Vec<String>, ChoreError> {
    let mut complaints = long_files(root)?;
    complaints.extend(fuzz_targets(root, protocols)?);
    complaints.extend(protocol_folders(root, protocols)?);
    complaints.extend(segmentation(root)?);
    complaints.extend(cases(root, protocols)?);
    complaints.extend(machine_paths(root)?);
    Ok(complaints)
}

fn long_files(root: &Path) -> Result<Vec<String>, ChoreError> {
    let mut complaints = Vec::new();
    for room in ["crates", "xtask", "fuzz"] {
        for path in files::below(&root.join(room))? {
            let within = path.strip_prefix(root).unwrap_or(&path);
            if path.extension().is_none_or(|extension| extension != "rs") || may_be_long(within) {
                continue;
            }
            let lines = files::read(&path)?.lines().count();
            if lines > MOST_LINES {
                complaints
                    .push(format!("{}: {lines} lines, split it (at most {MOST_LINES})", within.display()));
            }
        }
    }
    Ok(complaints)
}

/// Tests (`tests.rs`, anything in `tests/`) and tables (`names.rs`, anything in `names/`).
fn may_be_long(path: &Path) -> bool {
    path.iter().any(|part| ["tests", "tests.rs", "names", "names.rs"].iter().any(|&one| part == one))
}

fn fuzz_targets(root: &Path, protocols: &[&str]) -> Result<Vec<String>, ChoreError> {
    let manifest = files::read(&root.join("fuzz/Cargo.toml"))?;
    let bins: BTreeSet<&str> = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("path = \"fuzz_targets/")?.strip_suffix(".rs\""))
        .collect();
    let targets = files::below(&root.join("fuzz/fuzz_targets"))?;
    let targets: BTreeSet<&str> = targets.iter().filter_map(|path| path.file_stem()?.to_str()).collect();
    let mut complaints = Vec::new();
    for target in targets.difference(&bins) {
        complaints.push(format!("fuzz/fuzz_targets/{target}.rs has no [[bin]] in fuzz/Cargo.toml"));
    }
    for bin in bins.difference(&targets) {
        complaints.push(format!("fuzz/Cargo.toml names fuzz_targets/{bin}.rs, which does not exist"));
    }
    for protocol in protocols.iter().filter(|protocol| !targets.contains(module(protocol).as_str())) {
        complaints.push(format!("{protocol}: no fuzz target fuzz/fuzz_targets/{}.rs", module(protocol)));
    }
    Ok(complaints)
}

/// The folder, fuzz target and case prefix of a protocol: its name without what a module's name cannot have.
pub(crate) fn module(protocol: &str) -> String {
    protocol.replace('-', "")
}

fn protocol_folders(root: &Path, protocols: &[&str]) -> Result<Vec<String>, ChoreError> {
    let mut complaints = Vec::new();
    for protocol in protocols {
        let first_page = format!("crates/protocols/src/{}/mod.rs", module(protocol));
        let path = root.join(&first_page);
        if !path.exists() {
            complaints.push(format!("{protocol}: no {first_page}"));
            continue;
        }
        let text = files::read(&path)?;
        if !text.lines().any(|line| line.starts_with("//! Not decoded")) {
            complaints.push(format!("{first_page}: no paragraph that begins `Not decoded`"));
        }
        if TEMPLATE_TEXTS.iter().any(|left| text.contains(left)) {
            complaints.push(format!("{first_page}: does not yet say what it is and by which standard"));
        }
    }
    Ok(complaints)
}

/// Whether each protocol that is played a stream is tested to say the same of it however it is cut (ARCHITECTURE, Q2).
fn segmentation(root: &Path) -> Result<Vec<String>, ChoreError> {
    let protocols = root.join("crates/protocols/src");
    // By folder: whether it knows of streams, and whether it has the test.
    let mut folders: BTreeMap<String, (bool, bool)> = BTreeMap::new();
    for path in files::below(&protocols)? {
        let within = path.strip_prefix(&protocols).unwrap_or(&path);
        let Some(folder) = within.parent().and_then(|parent| parent.iter().next()?.to_str()) else {
            continue;
        };
        let text = files::read(&path)?;
        let (on_stream, is_cut) = folders.entry(folder.to_owned()).or_default();
        *on_stream |= text.contains("Transport::Tcp") || text.contains(SPOKEN_ON_STREAM);
        *is_cut |= text.contains("fn any_segmentation_") || text.contains(SPOKEN_ON_STREAM);
    }
    let mut complaints = Vec::new();
    for (folder, (on_stream, is_cut)) in folders.iter().filter(|(folder, _)| *folder != "testing") {
        if *on_stream && !is_cut {
            complaints
                .push(format!("crates/protocols/src/{folder}: no test any_segmentation_... of its stream"));
        }
    }
    Ok(complaints)
}

fn cases(root: &Path, protocols: &[&str]) -> Result<Vec<String>, ChoreError> {
    let all = files::below(&root.join("cases"))?;
    let within: Vec<&Path> =
        all.iter().filter_map(|path| path.strip_prefix(root.join("cases")).ok()).collect();
    let folders: BTreeSet<&str> = within
        .iter()
        .filter(|path| path.components().count() > 1)
        .filter_map(|path| path.iter().next()?.to_str())
        .collect();
    let mut complaints = Vec::new();
    for folder in &folders {
        let has_capture = within
            .iter()
            .any(|path| path.starts_with(folder) && path.file_stem() == Some("capture".as_ref()));
        let origin = root.join("cases").join(folder).join("origin.md");
        if !origin.exists() {
            complaints.push(format!("cases/{folder}: no origin.md"));
        } else if files::read(&origin)?.contains(UNFINISHED) {
            complaints.push(format!("cases/{folder}/origin.md: {UNFINISHED}"));
        }
        if !has_capture {
            complaints.push(format!("cases/{folder}: no capture.pcap or capture.pcapng"));
        }
    }
    for protocol in protocols {
        let prefix = format!("{}-", module(protocol));
        if !folders.iter().any(|folder| folder.starts_with(&prefix)) {
            complaints.push(format!("{protocol}: no case, a folder cases/{prefix}WHAT"));
        }
    }
    Ok(complaints)
}

/// Text that only means something on the machine it was written on.
fn machine_paths(root: &Path) -> Result<Vec<String>, ChoreError> {
    // Put together here, so that this file does not hold them.
    let homes = ["home", "Users", "root", "work"].map(|folder| format!("/{folder}/"));
    let mut complaints = Vec::new();
    for path in files::below(root)? {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        for (number, line) in text.lines().enumerate() {
            if homes.iter().any(|home| names_a_path(line, home)) {
                let within = path.strip_prefix(root).unwrap_or(&path);
                complaints.push(format!("{}:{}: a path of one machine", within.display(), number + 1));
            }
        }
    }
    Ok(complaints)
}

/// Whether `folder` stands in the line as the beginning of a path, not as the middle of one or of a link.
fn names_a_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        before.is_none_or(|before| !before.is_alphanumeric() && !"./_-}>)".contains(before))
    })
}

#[cfg(test)]
mod tests {
    use super::names_a_path;

    #[test]
    fn a_path_is_told_from_the_middle_of_one() {
        let home = format!("/{}/", "home");
        assert!(names_a_path(&format!("let path = \"{home}anna/capture.pcap\";"), &home));
        assert!(names_a_path(&format!("{home}anna"), &home));
        assert!(!names_a_path(&format!("https://example.org{home}page"), &home));
        assert!(!names_a_path("homework", &home));
    }
}
