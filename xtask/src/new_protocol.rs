//! Stamps a new protocol out of `crates/protocols/src/template/`, which itself compiles and is tested.

use crate::{ChoreError, files, tidy};
use std::path::{Path, PathBuf};
use std::process::Command;

const PROTOCOLS: &str = "crates/protocols/src";
const FUZZ_MANIFEST: &str = "fuzz/Cargo.toml";

/// What was made.
#[derive(Debug)]
pub struct Stamped {
    name: String,
    /// All files that were made or changed, within the repository.
    pub made: Vec<PathBuf>,
}

impl Stamped {
    /// What the person has to do now.
    #[must_use]
    pub fn what_is_left(&self) -> String {
        let name = &self.name;
        format!(
            "now: decode in {PROTOCOLS}/{name}/, put a capture and its origin into cases/{name}-first/,\n\
             then `cargo xtask docs`, `cargo test --workspace`, `cargo xtask tidy`, `scripts/fuzz {name}`"
        )
    }
}

/// Stamps a protocol. Overwrites nothing: where anything of that name exists, nothing is changed.
///
/// # Errors
/// The name cannot be a module's, something of that name exists, or a file cannot be read or written.
pub fn stamp(root: &Path, name: &str) -> Result<Stamped, ChoreError> {
    check_name(name)?;
    let folder = root.join(PROTOCOLS).join(name);
    let target = root.join(format!("fuzz/fuzz_targets/{name}.rs"));
    let case = root.join(format!("cases/{name}-first"));
    let module_file = root.join(PROTOCOLS).join(format!("{name}.rs"));
    if let Some(there) = [&folder, &module_file, &target, &case].into_iter().find(|path| path.exists()) {
        return Err(ChoreError::Exists(there.strip_prefix(root).unwrap_or(there).to_path_buf()));
    }
    // Everything is made ready before anything is written.
    let lib = root.join(PROTOCOLS).join("lib.rs");
    let manifest = root.join(FUZZ_MANIFEST);
    let mut writes = from_template(root, name, &folder)?;
    writes.push((lib.clone(), registered(&lib, &files::read(&lib)?, name)?));
    writes.push((target, fuzz_target(name)));
    writes.push((manifest.clone(), with_bin(&files::read(&manifest)?, name)));
    writes.push((case.join("origin.md"), origin(name)));
    for (path, text) in &writes {
        files::write(path, text)?;
    }
    format(root)?;
    let made = writes.iter().map(|(path, _)| path.strip_prefix(root).unwrap_or(path).to_path_buf()).collect();
    Ok(Stamped { name: name.to_owned(), made })
}

fn check_name(name: &str) -> Result<(), ChoreError> {
    const TAKEN: [&str; 20] = [
        "as", "box", "const", "crate", "dyn", "else", "enum", "extern", "impl", "match", "mod", "move",
        "pub", "ref", "self", "static", "super", "trait", "type", "use",
    ];
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let begins_well = name.starts_with(|first: char| first.is_ascii_lowercase());
    if begins_well && name.bytes().all(letters) && !TAKEN.contains(&name) {
        Ok(())
    } else {
        Err(ChoreError::Name(name.to_owned()))
    }
}

/// The template's files under the new name.
fn from_template(root: &Path, name: &str, folder: &Path) -> Result<Vec<(PathBuf, String)>, ChoreError> {
    let template = root.join(PROTOCOLS).join("template");
    let mut writes = Vec::new();
    for path in files::below(&template)? {
        let within = path.strip_prefix(&template).unwrap_or(&path);
        writes.push((folder.join(within), renamed(&files::read(&path)?, name)));
    }
    Ok(writes)
}

/// A template file with its first line, types and names changed.
fn renamed(text: &str, name: &str) -> String {
    const FIRST_LINE: &str = "//! Template: the protocol that does not exist, to be stamped out by `cargo xtask new-protocol NAME`.";
    let type_name = type_name(name);
    let first_line = format!("//! {type_name}: *who speaks it with whom, and what for*.");
    text.replace(FIRST_LINE, &first_line).replace("Template", &type_name).replace("template", name)
}

/// `profinet_cm` becomes `ProfinetCm`.
fn type_name(name: &str) -> String {
    let capitalised = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split('_').map(capitalised).collect()
}

/// `lib.rs` with the module and its line in `PROTOCOLS`.
fn registered(path: &Path, lib: &str, name: &str) -> Result<String, ChoreError> {
    let missing = |what| ChoreError::Missing { path: path.to_path_buf(), what };
    let first_module = lib.find("\nmod ").ok_or_else(|| missing("`mod` line"))? + 1;
    let (head, modules) = lib.split_at(first_module);
    let with_module = format!("{head}mod {name};\n{modules}");

    let list = with_module.find("static PROTOCOLS").ok_or_else(|| missing("`static PROTOCOLS`"))?;
    let end = with_module.get(list..).and_then(|rest| rest.find("];"));
    let (head, tail) = with_module.split_at(list + end.ok_or_else(|| missing("end of `PROTOCOLS`"))?);
    Ok(match head.chars().next_back() {
        Some('\n') => format!("{head}    &{name}::PROTOCOL,\n{tail}"),
        Some('[') => format!("{head}&{name}::PROTOCOL{tail}"),
        _ => format!("{head}, &{name}::PROTOCOL{tail}"),
    })
}

fn fuzz_target(name: &str) -> String {
    format!(
        "#![no_main]\n\
         //! Bytes from both sides of a conversation, with gaps and pauses.\n\n\
         use libfuzzer_sys::fuzz_target;\n\
         use quaywatch_protocols::{{PROTOCOLS, testing}};\n\n\
         fuzz_target!(|data: &[u8]| {{\n\
         \x20   let protocol = PROTOCOLS.iter().find(|protocol| protocol.name == \"{name}\").expect(\"it is registered\");\n\
         \x20   testing::fuzz_conversation(protocol, protocol.transports[0], [49_152, 1], data);\n\
         }});\n"
    )
}

fn with_bin(manifest: &str, name: &str) -> String {
    format!(
        "{}\n\n[[bin]]\nname = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"\ntest = false\ndoc = false\nbench = false\n",
        manifest.trim_end()
    )
}

fn origin(name: &str) -> String {
    let unfinished = tidy::UNFINISHED;
    format!(
        "# {unfinished}: what happens here\n\n\
         - Source: {unfinished} (repository, path, commit)\n\
         - Licence: {unfinished} (Apache-2.0, MIT, BSD or CC BY), and whether the capture was changed\n\n\
         {unfinished}: who speaks {name} with whom, and what they do, frame by frame. Put the capture beside this file as\n\
         `capture.pcap` or `capture.pcapng`.\n"
    )
}

/// Puts the new lines in the order and shape that the rest has.
fn format(root: &Path) -> Result<(), ChoreError> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let done =
        Command::new(cargo).args(["fmt", "--package", "quaywatch-protocols"]).current_dir(root).status();
    if done.is_ok_and(|status| status.success()) { Ok(()) } else { Err(ChoreError::Format) }
}

#[cfg(test)]
mod tests {
    use super::{check_name, registered, type_name};
    use std::path::Path;

    #[test]
    fn a_name_must_be_fit_for_a_module() {
        for good in ["dnp3", "profinet_cm", "x"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", "DNP3", "3com", "a-b", "../x", "mod", "é"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_type_is_named_after_its_module() {
        assert_eq!(type_name("profinet_cm"), "ProfinetCm");
    }

    #[test]
    fn registration_adds_one_module_and_one_line_however_the_list_is_laid_out() {
        let one_line = "//! Doc.\n\nmod a;\n\npub static PROTOCOLS: &[&Protocol] = &[&a::PROTOCOL];\n";
        assert_eq!(
            registered(Path::new("lib.rs"), one_line, "b").unwrap(),
            "//! Doc.\n\nmod b;\nmod a;\n\npub static PROTOCOLS: &[&Protocol] = &[&a::PROTOCOL, &b::PROTOCOL];\n"
        );
        let empty = "\nmod a;\nstatic PROTOCOLS: &[&Protocol] = &[];\n";
        assert!(registered(Path::new("lib.rs"), empty, "b").unwrap().contains("&[&b::PROTOCOL];"));
        let lines = "\nmod a;\nstatic PROTOCOLS: &[&Protocol] = &[\n    &a::PROTOCOL,\n];\n";
        assert!(
            registered(Path::new("lib.rs"), lines, "b")
                .unwrap()
                .contains("    &a::PROTOCOL,\n    &b::PROTOCOL,\n];")
        );
    }
}
