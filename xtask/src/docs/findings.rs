//! `docs/findings.md`, written from what the rules say of themselves.

use quaywatch_findings::{RULES, Rule};
use quaywatch_model::FindingKind;

/// Where the page stands.
pub const PATH: &str = "docs/findings.md";

/// The page as it should be.
#[must_use]
pub fn text() -> String {
    let list: String = RULES.iter().map(|rule| line(rule)).collect();
    let rules: String = RULES.iter().map(|rule| section(rule)).collect();
    format!(
        "# Findings\n\n\
         <!-- Written by `cargo xtask docs` from crates/findings; change it there. -->\n\n\
         A finding is one thing a person should know, one a cause and not one a packet. *Activity* was done; *exposure*\n\
         could be done: a rule tells one of them and says which. No rule claims a motive. Every finding names the frames\n\
         that show it, techniques of ATT&CK for ICS, paragraphs of 33 CFR 101.650 and requirements of IEC 62443-3-3, and\n\
         one line of advice.\n\n\
         `quaywatch inspect CAPTURE --fail-on SEVERITY` ends with exit code 1 where a finding is at least that grave.\n\n\
         | rule | what it finds | kind |\n|---|---|---|\n{list}\n{rules}"
    )
}

fn line(rule: &Rule) -> String {
    format!("| [`{0}`](#{1}) | {2} | {3} |\n", rule.name, anchor(rule.name), rule.title, rule.kind.as_str())
}

/// As the usual renderers make anchors of headings.
fn anchor(name: &str) -> String {
    name.replace('.', "")
}

fn section(rule: &Rule) -> String {
    let kind = match rule.kind {
        FindingKind::Activity => "Activity: it was done.",
        FindingKind::Exposure => "Exposure: it could be done.",
    };
    format!(
        "\n## `{}`\n\n**{}.** {kind}\n\n{}\n\n{}\n\n- Severity: {}\n- Advice: {}\n- ATT&CK for ICS: {}\n- Controls: {}\n- Shown by: `{}`\n- Silent in: `{}`\n",
        rule.name,
        rule.title,
        folded(rule.meaning),
        folded(rule.limits),
        rule.severity,
        rule.advice,
        rule.techniques.join(", "),
        rule.controls.join("; "),
        rule.shown_by,
        rule.silent_in,
    )
}

/// A paragraph in lines that fit an editor.
fn folded(paragraph: &str) -> String {
    let mut text = String::new();
    let mut width = 0;
    for word in paragraph.split_whitespace() {
        if width + word.len() > 110 {
            text.push('\n');
            width = 0;
        } else if width > 0 {
            text.push(' ');
        }
        text.push_str(word);
        width += word.len() + 1;
    }
    text
}
