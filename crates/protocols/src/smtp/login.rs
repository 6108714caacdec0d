//! How a client shows who it is, in steps (SASL, RFC 4422): the mechanisms that send what is secret.

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// Base64 with or without padding, as clients send both.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What the next line of the client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Step {
    /// A command.
    #[default]
    None,
    /// User and password (RFC 4616).
    Plain,
    /// The user, then the password (draft-murchison-sasl-login).
    User,
    /// The password.
    Password,
    /// A bearer token (RFC 7628, and XOAUTH2 before it).
    Token,
    /// Digests and others, which do not send the secret itself.
    Other,
}

/// What a line shows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Secret {
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
}

impl Secret {
    pub(crate) fn password(password: &str) -> Self {
        Self { user: None, password: Some(password.to_owned()) }
    }

    /// User and password as two words, each of which may be in quotes (RFC 3501, LOGIN).
    pub(crate) fn of_words(text: &str) -> Self {
        let (user, rest) = word(text);
        let (password, _) = word(rest);
        Self { user: Some(user), password: Some(password).filter(|password| !password.is_empty()) }
    }
}

/// The first word, and what follows.
fn word(text: &str) -> (String, &str) {
    let text = text.trim_start();
    let Some(quoted) = text.strip_prefix('"') else {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        return (word.to_owned(), rest);
    };
    let (mut word, mut escaped) = (String::new(), false);
    for (at, one) in quoted.char_indices() {
        match one {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return (word, quoted.get(at + 1..).unwrap_or_default()),
            _ => {
                word.push(one);
                escaped = false;
            }
        }
    }
    (word, "")
}

impl Step {
    /// A log-in begins, of this mechanism and with this first line, if it is there.
    pub(crate) fn begin(mechanism: &str, first: Option<&str>) -> (Self, Secret) {
        let mut step = match mechanism {
            "PLAIN" => Self::Plain,
            "LOGIN" => Self::User,
            "XOAUTH2" | "OAUTHBEARER" => Self::Token,
            _ => Self::Other,
        };
        let secret = first.filter(|first| !first.is_empty()).map(|first| step.answer(first));
        (step, secret.unwrap_or_default())
    }

    /// Takes a line of the client.
    pub(crate) fn answer(&mut self, line: &str) -> Secret {
        let step = std::mem::replace(self, Self::Other);
        if line == "*" {
            return Secret::default();
        }
        let decoded = BASE64.decode(line.trim()).unwrap_or_default();
        let text = String::from_utf8_lossy(&decoded);
        match step {
            Self::Plain => {
                let mut parts = text.split('\0').skip(1).map(str::to_owned);
                Secret { user: parts.next(), password: parts.next() }
            }
            Self::User => {
                *self = Self::Password;
                Secret { user: Some(text.into_owned()), password: None }
            }
            Self::Password => Secret { user: None, password: Some(text.into_owned()) },
            Self::Token => {
                let user = text
                    .split(['\u{1}', ','])
                    .find_map(|part| part.strip_prefix("user=").or_else(|| part.strip_prefix("a=")));
                // The token is nobody's well-known password.
                Secret { user: user.map(str::to_owned), password: Some("\0".to_owned()) }
            }
            Self::None | Self::Other => Secret::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Secret, Step};

    fn secret(user: Option<&str>, password: Option<&str>) -> Secret {
        Secret { user: user.map(str::to_owned), password: password.map(str::to_owned) }
    }

    #[test]
    fn log_ins_in_steps_show_user_and_password() {
        let plain = Step::begin("PLAIN", Some("AGNyYW5lAE1haWxQdzc3"));
        assert_eq!(plain, (Step::Other, secret(Some("crane"), Some("MailPw77"))));
        let (mut step, none) = Step::begin("LOGIN", None);
        assert_eq!(none, Secret::default());
        assert_eq!(step.answer("Y3JhbmU="), secret(Some("crane"), None));
        assert_eq!(step.answer("TWFpbFB3Nzc"), secret(None, Some("MailPw77")));
        assert_eq!(step.answer("TWFpbFB3Nzc"), Secret::default());
        assert_eq!(Step::begin("CRAM-MD5", None).0.answer("Y3JhbmU="), Secret::default());
    }

    #[test]
    fn words_may_be_in_quotes() {
        assert_eq!(Secret::of_words(r#""an na" "a\"b""#), secret(Some("an na"), Some("a\"b")));
        assert_eq!(Secret::of_words("anna pw"), secret(Some("anna"), Some("pw")));
        assert_eq!(Secret::of_words("anna {3}"), secret(Some("anna"), Some("{3}")));
        assert_eq!(Secret::of_words("\""), secret(Some(""), None));
    }
}
