//! The report for the file: one page that needs nothing else, for people who decide and people who check.
//!
//! The page is built from `ui/` into `assets/report.html` and lies in the binary; this module puts the findings of one
//! run in as data. Everything in a capture may be written by an adversary: data goes in as JSON that cannot end its
//! element, the page makes text of it and never markup, and its Content-Security-Policy lets nothing run that was not built
//! in and nothing be fetched at all.
//!
//! The page is bounded: of long lists it holds what weighs most, and says how much was left out.

mod answers;
mod data;
mod escape;
mod plain;

use crate::Escaped;
use escape::{Script, Text};
use quaywatch_model::Timestamp;
use quaywatch_sensor::Summary;
use std::io::{self, Write};

/// The built page, with places for what is told.
const TEMPLATE: &str = include_str!("../assets/report.html");
/// The places, in their order in the page.
const PLACES: [&str; 3] =
    ["<!--quaywatch:title-->", "<!--quaywatch:without-script-->", "<!--quaywatch:data-->"];

/// What the report is about, beside what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// What it is called.
    pub title: String,
    /// The captures that were read, in the order they were given.
    pub captures: Vec<Captured>,
    /// When the report was written. Without it, the same captures give the same bytes.
    pub written: Option<Timestamp>,
}

/// A capture that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captured {
    /// Its name, without the folder.
    pub name: String,
    /// How large it is.
    pub bytes: Option<u64>,
    /// The SHA-256 of the file, where it was taken.
    pub sha256: Option<[u8; 32]>,
}

/// Writes the page.
///
/// # Errors
/// The writer's; and `InvalidData` where the page that was built in has no place for the data.
pub fn write(out: &mut dyn Write, summary: &Summary, about: &About) -> io::Result<()> {
    let answers = answers::all(summary);
    let [title, without_script, data] = PLACES;
    let page = until(out, TEMPLATE, title)?;
    write!(out, "{}", Text(&Escaped(&about.title).to_string()))?;
    let page = until(out, page, without_script)?;
    plain::write(out, summary, &answers)?;
    let page = until(out, page, data)?;
    // Looked through as a whole: word by word it takes as long again.
    let told = serde_json::to_vec(&data::object(summary, about, &answers))?;
    Script(&mut *out).write_all(&told)?;
    out.write_all(page.as_bytes())
}

/// Writes the page up to a place; gives what comes behind it.
fn until<'a>(out: &mut dyn Write, page: &'a str, place: &str) -> io::Result<&'a str> {
    let (before, behind) = page.split_once(place).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidData, format!("the built page has no {place}"))
    })?;
    out.write_all(before.as_bytes())?;
    Ok(behind)
}

#[cfg(test)]
mod tests;
