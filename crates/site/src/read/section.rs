//! One table of the file, and getters that tell what is wrong and go on.

use crate::error::{Kind, MOST_MISTAKES, list, nearest};
use crate::{Mistake, Position, SiteErrors};
use std::collections::BTreeSet;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Columns of lines longer than this many bytes are counted in bytes: nobody reads such a line, and counting its
/// characters again for every value in it takes long.
const LONGEST_LINE: usize = 10_000;

/// A file while it is read.
pub(crate) struct Reading<'t> {
    file: &'t str,
    text: &'t str,
    /// Where the lines begin.
    lines: Vec<usize>,
    mistakes: Vec<Mistake>,
    /// What was told, so that a pattern's mistake is not told again for each crane.
    told: BTreeSet<(String, Position, Kind)>,
    untold: usize,
}

/// A value with where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) at: Position,
}

impl<'t> Reading<'t> {
    pub(crate) fn new(file: &'t str, text: &'t str) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file, text, lines, mistakes: Vec::new(), told: BTreeSet::new(), untold: 0 }
    }

    /// Line and column of a byte.
    pub(crate) fn position(&self, at: usize) -> Position {
        let line = self.lines.partition_point(|&start| start <= at).saturating_sub(1);
        let start = self.lines.get(line).copied().unwrap_or(0);
        let before = self.text.get(start..at).unwrap_or_default();
        let column = if before.len() <= LONGEST_LINE { before.chars().count() } else { before.len() };
        let count = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
        Position { line: count(line), column: count(column) }
    }

    pub(crate) fn tell(&mut self, mistake: Mistake) {
        if !self.told.insert((mistake.file.clone(), mistake.at, mistake.kind)) {
            return;
        }
        if self.mistakes.len() < MOST_MISTAKES {
            self.mistakes.push(mistake);
        } else {
            self.untold += 1;
        }
    }

    pub(crate) fn tell_at(
        &mut self,
        at: Position,
        kind: Kind,
        key: &str,
        found: &str,
        valid: &str,
        meant: Option<String>,
    ) {
        self.tell_both(at, None, kind, key, found, valid, meant);
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a mistake")]
    pub(crate) fn tell_both(
        &mut self,
        at: Position,
        other: Option<Position>,
        kind: Kind,
        key: &str,
        found: &str,
        valid: &str,
        meant: Option<String>,
    ) {
        let (file, key) = (self.file.to_owned(), key.to_owned());
        self.tell(Mistake { file, at, kind, key, found: found.into(), valid: valid.into(), meant, other });
    }

    pub(crate) const fn file(&self) -> &'t str {
        self.file
    }

    /// All mistakes, the file's own first, in the order of its lines.
    pub(crate) fn finish(mut self) -> Option<SiteErrors> {
        let file = self.file;
        self.mistakes.sort_by(|a, b| (a.file != file, &a.file, a.at).cmp(&(b.file != file, &b.file, b.at)));
        (!self.mistakes.is_empty()).then_some(SiteErrors { mistakes: self.mistakes, untold: self.untold })
    }
}

/// A table with what it is called in messages.
pub(crate) struct Section<'d> {
    /// `[crane.STS07]`.
    pub(crate) title: String,
    pub(crate) at: Position,
    table: &'d DeTable<'d>,
}

impl<'d> Section<'d> {
    pub(crate) fn top(reading: &mut Reading<'_>, table: &'d DeTable<'d>) -> Self {
        Self::new(reading, "the file".to_owned(), 0, table, super::parts::TOP)
    }

    fn new(
        reading: &mut Reading<'_>,
        title: String,
        at: usize,
        table: &'d DeTable<'d>,
        keys: &'static [&'static str],
    ) -> Self {
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if !keys.contains(&name) {
                let at = reading.position(key.span().start);
                let meant = nearest(name, keys.iter().copied());
                reading.tell_at(at, Kind::UnknownKey, &title, name, &list(keys.iter().copied()), meant);
            }
        }
        Self { title, at: reading.position(at), table }
    }

    fn get(&self, key: &str) -> Option<&'d Spanned<DeValue<'d>>> {
        self.table.get(key)
    }

    /// Where the value of a key stands, or the table where there is none.
    pub(crate) fn at(&self, reading: &Reading<'_>, key: &str) -> Position {
        self.get(key).map_or(self.at, |value| reading.position(value.span().start))
    }

    /// A text.
    pub(crate) fn text(&self, reading: &mut Reading<'_>, key: &str) -> Option<At<String>> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::String(text) => {
                Some(At { value: text.clone().into_owned(), at: reading.position(value.span().start) })
            }
            other => {
                reading.wrong_type(value.span(), key, other, "a text in quotes");
                None
            }
        }
    }

    /// A text without where it stands.
    pub(crate) fn plain(&self, reading: &mut Reading<'_>, key: &str) -> Option<String> {
        self.text(reading, key).map(|text| text.value)
    }

    /// A list of texts; one text is a list of one. `None` where the key is not there.
    pub(crate) fn texts(&self, reading: &mut Reading<'_>, key: &str) -> Option<Vec<At<String>>> {
        let value = self.get(key)?;
        let one = std::slice::from_ref(value);
        let members = match value.get_ref() {
            DeValue::String(_) => one,
            DeValue::Array(members) => members,
            other => {
                reading.wrong_type(value.span(), key, other, "a list of texts, such as [\"a\", \"b\"]");
                return Some(Vec::new());
            }
        };
        let mut texts = Vec::new();
        for member in members.iter() {
            let at = reading.position(member.span().start);
            match member.get_ref() {
                DeValue::String(text) => texts.push(At { value: text.clone().into_owned(), at }),
                other => reading.wrong_type(member.span(), key, other, "a text in quotes"),
            }
        }
        Some(texts)
    }

    /// A list of whole numbers, or one.
    pub(crate) fn numbers(&self, reading: &mut Reading<'_>, key: &str) -> Vec<At<i64>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let members = match value.get_ref() {
            DeValue::Array(members) => &members[..],
            _ => std::slice::from_ref(value),
        };
        let mut numbers = Vec::new();
        for member in members {
            let at = reading.position(member.span().start);
            match integer(member.get_ref()) {
                Some(value) => numbers.push(At { value, at }),
                None => reading.wrong_type(member.span(), key, member.get_ref(), "a whole number"),
            }
        }
        numbers
    }

    /// A number with or without a fraction.
    pub(crate) fn float(&self, reading: &mut Reading<'_>, key: &str) -> Option<f64> {
        let value = self.get(key)?;
        let number = match value.get_ref() {
            DeValue::Float(number) => number.as_str().replace('_', "").parse::<f64>().ok(),
            other => integer(other).map(|number| number as f64),
        };
        if number.is_none_or(|number| !number.is_finite()) {
            reading.wrong_type(value.span(), key, value.get_ref(), "a number such as 110 or 0.5");
            return None;
        }
        number
    }

    /// A yes or no; no where it is not there.
    pub(crate) fn flag(&self, reading: &mut Reading<'_>, key: &str) -> bool {
        let Some(value) = self.get(key) else { return false };
        value.get_ref().as_bool().unwrap_or_else(|| {
            reading.wrong_type(value.span(), key, value.get_ref(), "true or false");
            false
        })
    }

    /// A table of named tables, `[zone.NAME]`, in the order of the file.
    pub(crate) fn named(
        &self,
        reading: &mut Reading<'_>,
        key: &str,
        keys: &'static [&'static str],
    ) -> Vec<(At<String>, Section<'d>)> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let prefix = self.prefix(key);
        let Some(table) = value.get_ref().as_table() else {
            reading.wrong_type(
                value.span(),
                key,
                value.get_ref(),
                &format!("tables such as [{prefix}.NAME]"),
            );
            return Vec::new();
        };
        let mut members: Vec<_> = table.iter().collect();
        members.sort_by_key(|(name, _)| name.span().start);
        let mut sections = Vec::new();
        for (name, member) in members {
            let title = format!("[{prefix}.{}]", name.get_ref());
            let Some(table) = member.get_ref().as_table() else {
                let valid = format!("a table such as [{prefix}.NAME]");
                reading.wrong_type(member.span(), name.get_ref(), member.get_ref(), &valid);
                continue;
            };
            let start = name.span().start;
            let section = Section::new(reading, title, start, table, keys);
            sections.push((
                At { value: name.get_ref().clone().into_owned(), at: reading.position(start) },
                section,
            ));
        }
        sections
    }

    /// A list of tables, `[[conduit]]`; one `[conduit]` is a list of one.
    pub(crate) fn many(
        &self,
        reading: &mut Reading<'_>,
        key: &str,
        keys: &'static [&'static str],
    ) -> Vec<Section<'d>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let members = match value.get_ref() {
            DeValue::Array(members) => &members[..],
            _ => std::slice::from_ref(value),
        };
        let mut sections = Vec::new();
        for member in members {
            match member.get_ref().as_table() {
                Some(table) => {
                    let start = member.span().start;
                    sections.push(Section::new(reading, format!("[[{key}]]"), start, table, keys));
                }
                None => {
                    let valid = format!("tables that each begin with [[{key}]]");
                    reading.wrong_type(member.span(), key, member.get_ref(), &valid);
                }
            }
        }
        sections
    }

    /// The one table of this name.
    pub(crate) fn single(
        &self,
        reading: &mut Reading<'_>,
        key: &str,
        keys: &'static [&'static str],
    ) -> Option<Section<'d>> {
        let value = self.get(key)?;
        let Some(table) = value.get_ref().as_table() else {
            reading.wrong_type(value.span(), key, value.get_ref(), &format!("a table [{key}]"));
            return None;
        };
        Some(Section::new(reading, format!("[{key}]"), value.span().start, table, keys))
    }

    /// A table of texts, `{ control = "10.70.7.0/24" }`, in the order of the file.
    pub(crate) fn texts_by_name(
        &self,
        reading: &mut Reading<'_>,
        key: &str,
    ) -> Option<Vec<(String, At<String>)>> {
        let table = self.get(key)?.get_ref().as_table()?;
        let mut members: Vec<_> = table.iter().collect();
        members.sort_by_key(|(name, _)| name.span().start);
        let mut texts = Vec::new();
        for (name, member) in members {
            match member.get_ref().as_str() {
                Some(text) => {
                    let at = reading.position(member.span().start);
                    texts.push((name.get_ref().clone().into_owned(), At { value: text.to_owned(), at }));
                }
                None => reading.wrong_type(member.span(), key, member.get_ref(), "a text in quotes"),
            }
        }
        Some(texts)
    }

    fn prefix(&self, key: &str) -> String {
        match self.title.strip_prefix('[').and_then(|title| title.strip_suffix(']')) {
            Some(own) => format!("{own}.{key}"),
            None => key.to_owned(),
        }
    }
}

impl Reading<'_> {
    fn wrong_type(&mut self, span: Range<usize>, key: &str, found: &DeValue<'_>, valid: &str) {
        if span.is_empty() {
            // The parser puts something where there was nothing, and has told so itself.
            return;
        }
        let article = if matches!(found, DeValue::Integer(_) | DeValue::Array(_)) { "an" } else { "a" };
        let found = format!("{article} {}", found.type_str());
        self.tell_at(self.position(span.start), Kind::WrongType, key, &found, valid, None);
    }
}

fn integer(value: &DeValue<'_>) -> Option<i64> {
    let number = value.as_integer()?;
    let radix = Some(number.radix()).filter(|radix| (2..=36).contains(radix))?;
    i64::from_str_radix(&number.as_str().replace('_', ""), radix).ok()
}
