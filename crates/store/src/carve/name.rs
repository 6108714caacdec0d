//! File names that no peer can steer.

use quaywatch_model::FinishedTransfer;
use std::fmt::{self, Display, Write};

/// No name is kept longer than this, in bytes.
const NAME_LIMIT_BYTES: usize = 1024;
/// So many characters of the peer's name go into the file's.
const SHOWN_CHARACTERS: usize = 64;
/// What files are called while they are written.
const UNFINISHED: &str = ".carving-";

/// What a transfer is called in its protocol, cut to a bounded length.
pub(super) fn bounded(shown: &dyn Display) -> String {
    let mut text = Bounded(String::new());
    // The only error is that it was too long: then what fits stands.
    let _ = write!(text, "{shown}");
    text.0
}

struct Bounded(String);

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = NAME_LIMIT_BYTES.saturating_sub(self.0.len());
        let taken = text.get(..text.floor_char_boundary(room)).unwrap_or("");
        self.0.push_str(taken);
        if taken.len() == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

/// The file's name: `frame-1042-0-program-OB1-1f3870be274f.bin`.
///
/// Frame and place make it the only one of its run; the hash keeps a second run over another capture from
/// replacing it; letters, digits, `_`, `-` and `.` are all that is left of what the peer called it, never first
/// and never last, so that it names no directory, no device and no program on any system.
pub(super) fn of(transfer: &FinishedTransfer, place: u32, hash: &[u8; 32]) -> String {
    let mut name = format!("frame-{}-{place}-{}", transfer.start.frame, transfer.kind.as_str());
    let block = |number: u32| format!("{}{number}", transfer.block_type.as_deref().unwrap_or("block"));
    let said = transfer.name.clone().or_else(|| transfer.block_number.map(block));
    let shown = said.as_deref().map(harmless).unwrap_or_default();
    if !shown.is_empty() {
        name.push('-');
        name.push_str(&shown);
    }
    name.push('-');
    for byte in hash.iter().take(6) {
        let _ = write!(name, "{byte:02x}");
    }
    name.push_str(if transfer.complete { ".bin" } else { ".partial.bin" });
    name
}

/// What a file is called before its hash is known.
pub(super) fn unfinished(worker: usize, number: u64) -> String {
    format!("{UNFINISHED}{worker}-{number}")
}

/// Whether a file was left by a run of the program that did not come to its end.
pub(crate) fn is_leftover(name: &str) -> bool {
    name.strip_prefix(UNFINISHED).is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
    })
}

fn harmless(said: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let kept: String = said.chars().map(keep).collect();
    let trimmed = kept.trim_matches(|c| matches!(c, '.' | '-' | '_'));
    let mut shown = String::new();
    for c in trimmed.chars() {
        // `..` is no harm inside a name, but nobody should have to think about it.
        if shown.len() < SHOWN_CHARACTERS && !(matches!(c, '.' | '_') && shown.ends_with(c)) {
            shown.push(c);
        }
    }
    shown.truncate(shown.trim_end_matches(['.', '-', '_']).len());
    shown
}
