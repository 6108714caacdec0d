use quaywatch_model::TransferKind;

/// So many of a file's first bytes tell what it is.
pub(super) const HEAD_BYTES: usize = 1024;

/// The media type of what begins with these bytes, in Zeek's words where those differ from the registry's. By signatures
/// alone: a name can lie, and what has no signature and is not readable text is not guessed.
pub(super) fn type_of(kind: TransferKind, head: &[u8]) -> Option<&'static str> {
    if !matches!(kind, TransferKind::File | TransferKind::Firmware) || head.is_empty() {
        return None;
    }
    match infer::get(head).map(|found| found.mime_type()) {
        Some("application/vnd.microsoft.portable-executable") => Some("application/x-dosexec"),
        Some(known) => Some(known),
        None => is_text(head).then_some("text/plain"),
    }
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
    use super::type_of;
    use quaywatch_model::TransferKind;

    #[test]
    fn files_are_told_by_their_first_bytes_and_not_guessed() {
        let of = |head: &[u8]| type_of(TransferKind::File, head);
        let executable = [&b"MZ\x90\0"[..], &[0; 60], b"PE\0\0"].concat();
        assert_eq!(of(&executable), Some("application/x-dosexec"));
        assert_eq!(of(b"PK\x03\x04\x14\0\0\0"), Some("application/zip"));
        assert_eq!(of(b"%PDF-1.7\n"), Some("application/pdf"));
        assert_eq!(of("Kran 7: 30,5\u{a0}t\r\n".as_bytes()), Some("text/plain"));
        assert_eq!(of(&"grün".as_bytes()[..3]), Some("text/plain"), "the end cuts a character");
        assert_eq!(of(b"\x01\x02\x03\xff\xfe"), None);
        assert_eq!(of(b""), None);
        assert_eq!(type_of(TransferKind::Program, b"%PDF-1.7\n"), None, "a block is no file");
    }
}
