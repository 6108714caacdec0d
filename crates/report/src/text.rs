//! The terminal summary: what fits a screen or two.

mod answers;
mod changes;
mod controllers;
mod leaves;
mod lines;
mod moved;
mod reading;
mod row;
mod section;

use crate::in_file;
use anstyle::{AnsiColor, Style};
use quaywatch_sensor::{Span, Summary};
use std::io::{self, Write};

/// What is shown.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// So many lines are written at the most, whatever the capture: what is left out of a list is counted. With
    /// `usize::MAX` nothing is left out and no line is cut.
    pub most_lines: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { most_lines: 100 }
    }
}

/// How a frame is cited: `#17`, and of several captures `a.pcap:17`.
fn cited(span: &Span, frame: u64) -> String {
    in_file(span, frame).unwrap_or_else(|| format!("#{frame}"))
}

const PLAIN: Style = Style::new();
const TITLE: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const CHANGES: Style = AnsiColor::Yellow.on_default();
const ALARM: Style = AnsiColor::Red.on_default();

/// Writes the summary. Always with colours: the writer takes them out where nobody wants them.
///
/// # Errors
/// The writer's.
pub fn write(out: &mut dyn Write, summary: &Summary, settings: Settings) -> io::Result<()> {
    let head = reading::captured(summary);
    head.iter().try_for_each(|row| writeln!(out, "{row}"))?;
    let all = settings.most_lines == usize::MAX;
    let (controllers, other_servers) = controllers::controllers(summary, all);
    let sections = [
        Some(controllers),
        Some(changes::changes(summary, all)),
        moved::transfers(summary),
        answers::findings(summary),
        Some(answers::remote_access(summary)),
        Some(leaves::leaves(summary, all)),
        other_servers,
        controllers::other_devices(summary),
        Some(reading::unread(summary)),
    ];
    let left = if all { usize::MAX } else { settings.most_lines.saturating_sub(head.len()) };
    section::write(out, sections.into_iter().flatten().collect(), left)
}
