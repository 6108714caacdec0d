//! Credentials: passwords and keys by the name of their field, in URLs, and private keys.

/// What ends the first line of a private key in PEM (RFC 7468).
pub(crate) const PRIVATE_KEY: &[u8] = b"PRIVATE KEY-----";
/// What begins it.
const BEGIN: &[u8] = b"-----BEGIN ";
/// The longest kind of key between the two: `ENCRYPTED `.
const LONGEST_KIND: usize = 16;
/// A password is at least so long.
const SHORTEST: usize = 4;
/// What stands before `@` in a URL is looked for so far.
const LONGEST_USERINFO: usize = 96;
/// Values that stand in for a secret, or describe one.
const NO_SECRETS: [&[u8]; 14] = [
    b"null",
    b"none",
    b"true",
    b"false",
    b"undefined",
    b"password",
    b"string",
    b"required",
    b"optional",
    b"text",
    b"hidden",
    b"(masked)",
    b"redacted",
    b"changed",
];

/// Whether this can be a secret rather than a place to put one.
pub(crate) fn is_secret(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let placeholder =
        value.iter().any(|byte| matches!(byte, b'{' | b'(' | b'<' | b'%')) || value.starts_with(b"$");
    let stars = value.iter().all(|byte| matches!(byte, b'*' | b'x' | b'X' | b'.'));
    let text = std::str::from_utf8(value)
        .is_ok_and(|text| !text.contains(|c: char| c.is_control() || c.is_whitespace()));
    let clear = text || value.starts_with(b"Basic ") || value.starts_with(b"Bearer ");
    value.len() >= SHORTEST && clear && !placeholder && !stars && !NO_SECRETS.contains(&lower.as_slice())
}

/// The user and password of a URL whose scheme's colon stands at `at`: `scheme://user:password@host`.
pub(crate) fn in_url(window: &[u8], at: usize) -> Option<&[u8]> {
    let rest = window.get(at + 1..)?.strip_prefix(b"//")?;
    let rest = rest.get(..rest.len().min(LONGEST_USERINFO))?;
    let end = rest.iter().position(|byte| {
        !(0x21..0x7f).contains(byte) || matches!(byte, b'@' | b'/' | b'"' | b'<' | b'?' | b'#')
    })?;
    let userinfo = rest.get(..end).filter(|_| rest.get(end) == Some(&b'@'))?;
    let colon = userinfo.iter().position(|&byte| byte == b':')?;
    is_secret(userinfo.get(colon + 1..)?).then_some(userinfo)
}

/// Whether a private key begins with the line that ends in [`PRIVATE_KEY`] at `at`. Gives a few bytes of the key, to tell it
/// from others.
pub(crate) fn private_key(window: &[u8], at: usize) -> Option<&[u8]> {
    let line = window.get(at.saturating_sub(LONGEST_KIND + BEGIN.len())..at)?;
    memchr::memmem::rfind(line, BEGIN)?;
    let body = window.get(at + PRIVATE_KEY.len()..)?;
    body.get(..body.len().min(96))
}

#[cfg(test)]
mod tests {
    use super::{in_url, is_secret};

    #[test]
    fn a_place_for_a_secret_is_none() {
        for secret in ["hunter22", "Basic dXNlcjpwYXNz", "S3cr-t!"] {
            assert!(is_secret(secret.as_bytes()), "{secret}");
        }
        for other in ["", "abc", "null", "********", "${DB_PASSWORD}", "getPassword()", "must be eight long"]
        {
            assert!(!is_secret(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn a_url_may_hold_a_password() {
        assert_eq!(in_url(b"ftp://crane:hunter22@10.0.0.1/", 3), Some(&b"crane:hunter22"[..]));
        for other in ["http://host:8080/a@b", "http://user@host/", "mailto:a@b", "http://host/ x:hunter22@y"]
        {
            assert_eq!(in_url(other.as_bytes(), other.find(':').unwrap()), None, "{other}");
        }
    }
}
