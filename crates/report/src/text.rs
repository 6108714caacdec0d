//! The terminal summary: what fits a screen or two.

mod answers;
mod changes;
mod leaves;
mod lines;
mod sections;

use anstyle::{AnsiColor, Style};
use quaywatch_sensor::Summary;
use std::io::{self, Write};

/// What is shown.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// So many lines of a list are shown at the most; the rest is counted.
    pub most_lines: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { most_lines: 40 }
    }
}

const TITLE: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const CHANGES: Style = AnsiColor::Yellow.on_default();
const ALARM: Style = AnsiColor::Red.on_default();

/// Writes the summary. Always with colours: the writer takes them out where nobody wants them.
///
/// # Errors
/// The writer's.
pub fn write(out: &mut dyn Write, summary: &Summary, settings: Settings) -> io::Result<()> {
    sections::captured(out, summary)?;
    answers::findings(out, summary, settings)?;
    answers::devices(out, summary, settings)?;
    answers::remote_access(out, summary, settings)?;
    leaves::write(out, summary, settings)?;
    sections::controllers(out, summary, settings)?;
    changes::write(out, summary, settings)?;
    sections::transfers(out, summary, settings)?;
    sections::conversations(out, summary)?;
    sections::unread(out, summary, settings)
}

fn title(out: &mut dyn Write, text: &str) -> io::Result<()> {
    writeln!(out, "\n{TITLE}{text}{TITLE:#}")
}

/// Says how much of a list was left out; `what` is one of them: "more device".
fn left_out(out: &mut dyn Write, count: u64, what: &'static str) -> io::Result<()> {
    if count == 0 {
        return Ok(());
    }
    writeln!(
        out,
        "  {DIM}... and {}; --all shows what is kept, --out DIR writes every one{DIM:#}",
        crate::number::Many(count, what)
    )
}
