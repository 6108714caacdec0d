//! What the tests of the tables share: labels, operations and reading tables back.

use crate::{Label, Limits, Store};
use quaywatch_model::{
    Coded, Item, Items, Moment, Number, Operation, Outcome, Scalars, Side, Steps, Timestamp, Value, Verb,
};
use serde_json::Value as Json;
use std::fmt::Display;
use std::path::Path;

/// 2026-11-23T09:00:37Z.
pub(super) const START_SECONDS: i64 = 1_795_424_437;

pub(super) const TINY: Limits =
    Limits { operations_bytes: 2_000, conversations_bytes: 500, other_bytes: 500 };

pub(super) fn moment(nanos: i64, frame: u64) -> Moment {
    Moment { time: Timestamp::from_nanos(START_SECONDS * 1_000_000_000 + nanos), frame }
}

pub(super) fn label(uid: &str) -> Label {
    Label::new(&uid, &"1:wCb3OG7yAFWelaUydu0D+125CLM=", [&"10.0.0.1", &"10.0.0.2"])
}

/// A read without items.
pub(super) fn read(request: Moment) -> Operation<'static> {
    let function = Coded::new("read_coils", Number::Hex8(1));
    Operation { request: Some(request), ..Operation::new(Side::A, Verb::Read, function, Outcome::Unseen) }
}

pub(super) struct Listed<'a>(pub(super) Vec<Item<'a>>);

impl Items for Listed<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        self.0.iter().for_each(|item| tell(*item));
    }
}

pub(super) struct Members<'a>(pub(super) Vec<Value<'a>>);

impl Scalars for Members<'_> {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        self.0.iter().for_each(|value| tell(*value));
    }
}

pub(super) struct Route<'a>(pub(super) Vec<&'a dyn Display>);

impl Steps for Route<'_> {
    fn each(&self, tell: &mut dyn FnMut(&dyn Display)) {
        self.0.iter().for_each(|step| tell(*step));
    }
}

pub(super) fn store(dir: &Path) -> Store {
    Store::create(dir).unwrap()
}

pub(super) fn text(dir: &Path, table: &str) -> String {
    std::fs::read_to_string(dir.join(format!("{table}.ndjson"))).unwrap()
}

pub(super) fn lines(dir: &Path, table: &str) -> Vec<Json> {
    text(dir, table).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The names of all files in a directory.
pub(super) fn files(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
