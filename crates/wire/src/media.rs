//! What a file is by its first bytes.

/// So many of a file's first bytes tell what it is.
pub const MEDIA_HEAD_BYTES: usize = 1024;
/// Fewer bytes of text tell nothing.
const LEAST_TEXT_BYTES: usize = 4;
/// What pages begin with, or have behind the declaration of XML.
const PAGES: [&str; 5] = ["<!doctype html", "<html", "<head", "<title", "<body"];

/// The media type of what begins with these bytes, in Zeek's words where those differ from the registry's. By signatures
/// alone: a name can lie, and what has no signature and is not readable text is not guessed.
#[must_use]
pub fn media_type(head: &[u8]) -> Option<&'static str> {
    let head = head.get(..MEDIA_HEAD_BYTES).unwrap_or(head);
    if is_page(head) {
        return Some("text/html");
    }
    match infer::get(head).map(|found| found.mime_type()) {
        Some("application/vnd.microsoft.portable-executable") => Some("application/x-dosexec"),
        Some("application/gzip") => Some("application/x-gzip"),
        Some("text/xml") => Some("application/xml"),
        Some(known) => Some(known),
        None => (head.len() >= LEAST_TEXT_BYTES && is_text(head)).then_some("text/plain"),
    }
}

/// Whether it is HTML, or XHTML.
fn is_page(head: &[u8]) -> bool {
    let head = head.trim_ascii_start();
    let begins = |rest: &[u8], tag: &str| {
        rest.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag.as_bytes()))
    };
    let xml = begins(head, "<?xml");
    PAGES.iter().any(|tag| begins(head, tag))
        || xml && head.windows("<!doctype html".len()).any(|rest| begins(rest, "<!doctype html"))
        || xml && head.windows("<html".len()).any(|rest| begins(rest, "<html"))
}

/// Whether people could read it: UTF-8 without control characters, but for a character that the end cuts.
fn is_text(head: &[u8]) -> bool {
    let (readable, cut) = match std::str::from_utf8(head) {
        Ok(text) => (text, false),
        Err(error) => {
            let (valid, _) = head.split_at_checked(error.valid_up_to()).unwrap_or_default();
            (std::str::from_utf8(valid).unwrap_or_default(), error.error_len().is_some())
        }
    };
    let is_control =
        |character: char| character.is_control() && !matches!(character, '\t' | '\n' | '\r' | '\u{c}');
    !cut && !readable.is_empty() && !readable.chars().any(is_control)
}

#[cfg(test)]
mod tests {
    use super::media_type as of;

    #[test]
    fn files_are_told_by_their_first_bytes_and_not_guessed() {
        let executable = [&b"MZ\x90\0"[..], &[0; 60], b"PE\0\0"].concat();
        assert_eq!(of(&executable), Some("application/x-dosexec"));
        assert_eq!(of(b"PK\x03\x04\x14\0\0\0"), Some("application/zip"));
        assert_eq!(of(b"\x1f\x8b\x08\0\0\0\0\0"), Some("application/x-gzip"));
        assert_eq!(of(b"%PDF-1.7\n"), Some("application/pdf"));
        assert_eq!(of(b"<?xml version=\"1.0\"?><moves/>"), Some("application/xml"));
        assert_eq!(of(b"<?xml version=\"1.0\"?>\n<HTML>"), Some("text/html"));
        assert_eq!(of(b"\r\n<!DOCTYPE html>"), Some("text/html"));
        assert_eq!(of("Kran 7: 30,5\u{a0}t\r\n".as_bytes()), Some("text/plain"));
        assert_eq!(of(&"begrünt".as_bytes()[..5]), Some("text/plain"), "the end cuts a character");
        assert_eq!(of(b"abc"), None, "three letters are no text yet");
        assert_eq!(of(b"\x01\x02\x03\xff\xfe"), None);
        assert_eq!(of(b""), None);
    }
}
