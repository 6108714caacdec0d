//! Whether all that is built in has a licence that `deny.toml` allows. `cargo deny` tells more, and takes minutes to
//! build; this tells the one thing that must not be found out late.
//!
//! Read of `deny.toml`: `graph.targets` and `licenses.allow`. The rest of it is for `cargo deny` alone. The fuzz targets
//! are a workspace of their own, of which nothing is handed on, and are not looked at.

use crate::{ChoreError, files};
use serde_json::Value;
use spdx::{Expression, Licensee, ParseMode};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use toml::de::{DeTable, DeValue};

/// Where the list of allowed licences stands.
const LIST: &str = "deny.toml";

/// The crates whose licence is not allowed, a line each: name, version and licence.
///
/// # Errors
/// `deny.toml` cannot be read, or cargo cannot tell what is built in.
pub fn check(root: &Path) -> Result<Vec<String>, ChoreError> {
    let list = files::read(&root.join(LIST))?;
    let metadata = metadata(root, &texts(&list, "graph", "targets")?)?;
    complaints(&metadata, &list)
}

/// What `cargo metadata` says, with all features, for these targets.
fn metadata(root: &Path, targets: &[String]) -> Result<Value, ChoreError> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root).args(["metadata", "--format-version", "1", "--all-features", "--locked"]);
    targets.iter().for_each(|target| {
        command.args(["--filter-platform", target]);
    });
    let done = command.output().map_err(|error| ChoreError::Metadata(error.to_string()))?;
    if !done.status.success() {
        return Err(ChoreError::Metadata(String::from_utf8_lossy(&done.stderr).trim().to_owned()));
    }
    serde_json::from_slice(&done.stdout).map_err(|error| ChoreError::Metadata(error.to_string()))
}

/// The crates in this metadata whose licence is not in this list.
///
/// # Errors
/// The list holds no licences, or one that SPDX does not know.
pub fn complaints(metadata: &Value, list: &str) -> Result<Vec<String>, ChoreError> {
    let allowed = allowed(list)?;
    let built_in = built_in(metadata)?;
    let packages = part(metadata, "packages").as_array().into_iter().flatten();
    let packages =
        packages.filter(|package| text(part(package, "id")).is_some_and(|id| built_in.contains(id)));
    Ok(packages.filter_map(|package| complaint(package, &allowed)).collect())
}

fn allowed(list: &str) -> Result<Vec<Licensee>, ChoreError> {
    let names = texts(list, "licenses", "allow")?;
    names
        .iter()
        .map(|name| {
            Licensee::parse(name).map_err(|_| ChoreError::Missing {
                path: LIST.into(),
                what: "`licenses.allow` of nothing but SPDX identifiers",
            })
        })
        .collect()
}

/// The texts in a list of this file.
fn texts(file: &str, section: &'static str, key: &'static str) -> Result<Vec<String>, ChoreError> {
    let what = if key == "allow" {
        "`licenses.allow`, a list of texts,"
    } else {
        "`graph.targets`, a list of texts,"
    };
    let missing = || ChoreError::Missing { path: LIST.into(), what };
    let table = DeTable::parse(file).map_err(|_| missing())?;
    let section = table.get_ref().get(section).and_then(|section| section.get_ref().as_table());
    let list = section.and_then(|section| section.get(key)).and_then(|list| list.get_ref().as_array());
    let texts = list.ok_or_else(missing)?.iter().map(|one| match one.get_ref() {
        DeValue::String(text) => Ok(text.clone().into_owned()),
        _ => Err(missing()),
    });
    texts.collect()
}

/// The packages of the workspace, and all they need to be built and to run, by their ids; what only tests need is not.
fn built_in(metadata: &Value) -> Result<BTreeSet<&str>, ChoreError> {
    let nodes = part(part(metadata, "resolve"), "nodes").as_array();
    let nodes = nodes.ok_or_else(|| ChoreError::Metadata("cargo resolved no dependencies".to_owned()))?;
    let needs: BTreeMap<&str, &Value> =
        nodes.iter().filter_map(|node| Some((text(part(node, "id"))?, part(node, "deps")))).collect();
    let mut waiting: Vec<&str> =
        part(metadata, "workspace_members").as_array().into_iter().flatten().filter_map(text).collect();
    let mut found = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if found.insert(id) {
            let needed = needs.get(id).and_then(|needed| needed.as_array()).into_iter().flatten();
            waiting.extend(needed.filter(|one| is_built_in(one)).filter_map(|one| text(part(one, "pkg"))));
        }
    }
    Ok(found)
}

/// Whether a dependency is one in another way than for tests; cargo tells a normal one by `null`.
fn is_built_in(dependency: &Value) -> bool {
    let mut kinds = part(dependency, "dep_kinds").as_array().into_iter().flatten();
    kinds.any(|kind| text(part(kind, "kind")) != Some("dev"))
}

fn complaint(package: &Value, allowed: &[Licensee]) -> Option<String> {
    let told = |key: &str| text(part(package, key)).unwrap_or_default();
    let named = format!("{} {}", told("name"), told("version"));
    let Some(licence) = text(part(package, "license")) else {
        return Some(format!(
            "{named}: no licence in its manifest; {LIST} allows what has one that it lists"
        ));
    };
    // Older crates write `/` for `OR`.
    match Expression::parse_mode(licence, ParseMode::LAX) {
        Ok(expression) if expression.evaluate(|one| allowed.iter().any(|allowed| allowed.satisfies(one))) => {
            None
        }
        Ok(_) => Some(format!("{named}: {licence} is not allowed by {LIST}")),
        Err(error) => Some(format!("{named}: {licence} is no SPDX expression: {}", error.reason)),
    }
}

/// A member of an object, null where there is none.
fn part<'v>(value: &'v Value, key: &str) -> &'v Value {
    value.get(key).unwrap_or(&Value::Null)
}

fn text(value: &Value) -> Option<&str> {
    value.as_str()
}

#[cfg(test)]
mod tests {
    use super::complaints;
    use serde_json::{Value, json};

    const LIST: &str = "[licenses]\nallow = [\"MIT\", \"Apache-2.0\", \"Apache-2.0 WITH LLVM-exception\"]\n";

    /// A workspace with a crate that needs `other`, in this way and under this licence.
    fn needing(kind: Option<&str>, licence: Option<&str>) -> Value {
        json!({
            "packages": [
                { "id": "own", "name": "own", "version": "1.0.0", "license": "Apache-2.0" },
                { "id": "between", "name": "between", "version": "2.0.0", "license": "MIT" },
                { "id": "other", "name": "other", "version": "0.3.1", "license": licence },
            ],
            "workspace_members": ["own"],
            "resolve": { "nodes": [
                { "id": "own", "deps": [{ "pkg": "between", "dep_kinds": [{ "kind": null }] }] },
                { "id": "between", "deps": [{ "pkg": "other", "dep_kinds": [{ "kind": kind }] }] },
                { "id": "other", "deps": [] },
            ] },
        })
    }

    fn told(kind: Option<&str>, licence: Option<&str>) -> Vec<String> {
        complaints(&needing(kind, licence), LIST).unwrap()
    }

    #[test]
    fn a_licence_that_is_not_listed_is_told_with_crate_and_version() {
        let expected = "other 0.3.1: GPL-3.0-only is not allowed by deny.toml";
        assert_eq!(told(None, Some("GPL-3.0-only")), [expected]);
        assert_eq!(told(Some("build"), Some("GPL-3.0-only")), [expected]);
        assert_eq!(told(Some("dev"), Some("GPL-3.0-only")), [""; 0]);
    }

    #[test]
    fn an_expression_needs_one_of_what_or_joins_and_all_of_what_and_joins() {
        for allowed in
            ["MIT OR GPL-3.0-only", "Unlicense/MIT", "MIT AND Apache-2.0", "Apache-2.0 WITH LLVM-exception"]
        {
            assert_eq!(told(None, Some(allowed)), [""; 0], "{allowed}");
        }
        for refused in ["MIT AND GPL-3.0-only", "MIT WITH LLVM-exception", "(MIT OR Zlib) AND Zlib"] {
            assert_eq!(told(None, Some(refused)).len(), 1, "{refused}");
        }
    }

    #[test]
    fn no_licence_and_no_expression_are_told() {
        assert_eq!(told(None, None).len(), 1);
        assert!(told(None, Some("as you like"))[0].contains("no SPDX expression"));
    }

    #[test]
    fn a_list_that_cannot_be_read_is_an_error_and_not_an_empty_list() {
        for list in
            ["", "[licenses]\n", "[licenses]\nallow = [1]\n", "[licenses]\nallow = [\"Own\"]\n", "[licenses"]
        {
            assert!(complaints(&needing(None, Some("MIT")), list).is_err(), "{list:?}");
        }
    }
}
