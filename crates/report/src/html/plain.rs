//! The page for who runs no scripts: the answers and the findings.

use super::answers::Answer;
use super::escape::Text;
use crate::number::Count;
use crate::{Escaped, in_file};
use quaywatch_model::Finding;
use quaywatch_sensor::{Span, Summary};
use std::io::{self, Write};

/// So many findings are written out.
const MOST_FINDINGS: usize = 500;

pub(super) fn write(out: &mut dyn Write, summary: &Summary, answers: &[Answer]) -> io::Result<()> {
    for answer in answers {
        write!(out, "<h2>{}</h2><p>{}</p><ul>", safe(answer.question), safe(&answer.headline))?;
        for point in &answer.points {
            write!(out, "<li>{}</li>", safe(point))?;
        }
        write!(out, "</ul>")?;
    }
    write!(out, "<h2>Findings</h2><ol>")?;
    for finding in summary.findings.iter().take(MOST_FINDINGS) {
        one(out, &summary.span, finding)?;
    }
    write!(out, "</ol>")?;
    match summary.findings.len().saturating_sub(MOST_FINDINGS) as u64 {
        0 => Ok(()),
        more => write!(out, "<p>And {} more.</p>", Count(more)),
    }
}

fn one(out: &mut dyn Write, span: &Span, finding: &Finding) -> io::Result<()> {
    let place = |frame: &u64| in_file(span, *frame).unwrap_or_else(|| frame.to_string());
    let frames: Vec<String> = finding.frames.iter().map(place).collect();
    let standards: Vec<&str> = finding.techniques.iter().chain(finding.controls).copied().collect();
    write!(
        out,
        "<li><p><strong>{} ({}): {}</strong></p><p>{}</p><p>Frames {}. {}</p><p>To do: {}</p></li>",
        finding.severity.as_str(),
        finding.kind.as_str(),
        safe(&finding.title),
        safe(&finding.explanation),
        safe(&frames.join(", ")),
        safe(&standards.join(", ")),
        safe(finding.advice),
    )
}

/// Text of anybody's making, as text.
fn safe(text: &str) -> String {
    Text(&Escaped(text).to_string()).to_string()
}
