//! Who asks: the `Authorization` header (RFC 2617), or the address.

/// Who asks, and how that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Login {
    /// With a digest of the password.
    Digest { user: String },
    /// With the password itself.
    Basic { user: String, password: String },
    /// With the password itself, in the address that is asked for.
    Url { user: String, password: String },
}

impl Login {
    /// What a header's value says.
    pub(super) fn of(authorization: &str) -> Option<Self> {
        let (scheme, rest) = authorization.split_once(' ')?;
        if scheme.eq_ignore_ascii_case("digest") {
            let (_, after) = rest.split_once("username=\"")?;
            return Some(Self::Digest { user: after.split('"').next()?.to_owned() });
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = base64(rest.trim().as_bytes())?;
        let decoded = String::from_utf8_lossy(&decoded);
        let (user, password) = decoded.split_once(':')?;
        Some(Self::Basic { user: user.to_owned(), password: password.to_owned() })
    }

    pub(super) fn in_url(user: &str, password: &str) -> Self {
        Self::Url { user: user.to_owned(), password: password.to_owned() }
    }

    pub(super) fn user(&self) -> &str {
        match self {
            Self::Digest { user } | Self::Basic { user, .. } | Self::Url { user, .. } => user,
        }
    }

    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Digest { .. } => "digest",
            Self::Basic { .. } => "basic",
            Self::Url { .. } => "url",
        }
    }
}

/// Base64 of RFC 4648 section 4, padded or not.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for &character in text.iter().take_while(|&&character| character != b'=') {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::Login;

    #[test]
    fn both_schemes_are_read() {
        let basic = Login::of("Basic YWRtaW46YWRtaW4=").unwrap();
        assert_eq!(basic, Login::Basic { user: "admin".into(), password: "admin".into() });
        let digest = Login::of("Digest username=\"view\", realm=\"AXIS\"").unwrap();
        assert_eq!((digest.user(), digest.kind()), ("view", "digest"));
        assert_eq!(Login::of("Basic ***"), None);
    }
}
