//! What passes for a secret in addresses and in texts, and how either is told without it.
//!
//! An address is a URL (RFC 3986) or a part of one, as HTTP, RTSP and SIP ask for it. What names a password, token or
//! signature gives its value away nowhere: `rtsp://admin:***@10.0.0.2/ch1?password=***`.

mod commands;

pub(crate) use commands::masked_command;

use std::borrow::Cow;
use std::ops::Range;

/// Stands where a secret stood.
pub(crate) const MASK: &str = "***";

/// Names of secrets, without what is no letter or digit.
const SECRET: &[&str] =
    &["pw", "psw", "pswd", "pas", "loginpas", "userpas", "pin", "authorization", "proxyauthorization"];
/// Names of secrets end so, as `ftppass` and `wpapsk`; but an interlock's bypass is none.
const SECRET_ENDS: &[&str] = &["pass", "psk"];
const NO_SECRET_ENDS: &[&str] = &["bypass", "compass"];
/// What makes a secret of every name that it is a part of.
const SECRET_PARTS: &[&str] = &[
    "passw",
    "passphrase",
    "passcode",
    "pwd",
    "token",
    "secret",
    "apikey",
    "accesskey",
    "sharedkey",
    "encryptionkey",
    "wepkey",
    "wpakey",
    "privatekey",
    "accountkey",
    "credential",
];
/// Ends of names of tables whose rows are of people who log in.
const LOGINS: [&str; 6] = ["user", "users", "account", "accounts", "login", "logins"];
/// Names of secrets where they are parameters of an address; as columns and members they are often something else. A
/// `code` is what a login at another site ends with (RFC 6749, section 4.1.2).
const SECRET_PARAMETER: &[&str] = &[
    "sid",
    "session",
    "sessionid",
    "jsessionid",
    "phpsessid",
    "auth",
    "key",
    "sig",
    "hmac",
    "jwt",
    "otp",
    "code",
    "codeverifier",
];
/// Those that are passwords of users, as login forms name them.
const PASSWORD: &[&str] = &[
    "password",
    "passwd",
    "passwort",
    "pass",
    "pwd",
    "pw",
    "psw",
    "userpass",
    "user_password",
    "login_password",
    "loginpas",
    "loginpass",
];
/// Parameters that name the user, as login forms name them.
const USER: &[&str] = &[
    "user",
    "username",
    "user_name",
    "login",
    "usr",
    "userid",
    "user_id",
    "loginname",
    "loginuse",
    "uname",
    "account",
];
/// Schemes whose addresses begin with the user and without `//`.
const USER_SCHEMES: &[&str] = &["sip:", "sips:", "mailto:", "xmpp:", "im:", "pres:"];
/// What ends an address in a text.
const ENDS_ADDRESS: [char; 7] = [' ', '\t', '\r', '\n', '"', '<', '>'];

/// Whether a column, member or field of this name holds a password, key or token.
pub(crate) fn is_secret(name: &str) -> bool {
    Letters::of(name).is_secret()
}

/// Whether rows of a table of this name are of people who log in, and hold their passwords.
pub(crate) fn names_logins(name: &str) -> bool {
    let letters = Letters::of(name);
    LOGINS.iter().any(|end| letters.as_bytes().ends_with(end.as_bytes()))
}

fn is_secret_parameter(name: &str) -> bool {
    let name = if name.contains('%') {
        // The name of a parameter of an address that is itself a parameter stands behind escapes.
        Letters::of(unescaped(name).rsplit(['&', '?', ';', '=', '/']).next().unwrap_or_default())
    } else {
        Letters::of(name)
    };
    name.is_secret() || name.is_one_of(SECRET_PARAMETER) || name.contains("signature")
}

/// The last letters and digits of a name in lower case, without what stands between its words.
struct Letters {
    bytes: [u8; MOST_LETTERS],
    length: usize,
}

/// Longer names end with what they are.
const MOST_LETTERS: usize = 48;

impl Letters {
    fn of(name: &str) -> Self {
        let mut letters = Self { bytes: [0; MOST_LETTERS], length: 0 };
        let kept = || name.bytes().filter(u8::is_ascii_alphanumeric);
        let passed = kept().count().saturating_sub(MOST_LETTERS);
        for (place, byte) in letters.bytes.iter_mut().zip(kept().skip(passed)) {
            *place = byte.to_ascii_lowercase();
            letters.length += 1;
        }
        letters
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    fn is_secret(&self) -> bool {
        let ends = |ends: &[&str]| ends.iter().any(|end| self.as_bytes().ends_with(end.as_bytes()));
        self.is_one_of(SECRET)
            || (ends(SECRET_ENDS) && !ends(NO_SECRET_ENDS))
            || SECRET_PARTS.iter().any(|part| self.contains(part))
    }

    fn is_one_of(&self, names: &[&str]) -> bool {
        names.iter().any(|name| name.as_bytes() == self.as_bytes())
    }

    fn contains(&self, part: &str) -> bool {
        self.as_bytes().windows(part.len()).any(|letters| letters == part.as_bytes())
    }
}

pub(crate) fn is_password(name: &str) -> bool {
    is_one_of(PASSWORD, name)
}

pub(crate) fn is_user(name: &str) -> bool {
    is_one_of(USER, name)
}

fn is_one_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The name and value of every parameter of a query or of a form.
pub(crate) fn parameters(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(['&', ';']).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// An address, or a part of one, without the values of secret parameters and without the password of its authority.
pub(crate) fn masked(address: &str) -> Cow<'_, str> {
    let secrets = passwords_of_users(address, true);
    let secrets = secrets.chain(fields(address, &["=", "%3D", "%3d"], is_secret_parameter, parameter_end));
    hidden(address, secrets.collect())
}

/// A text without the values of fields that are named as secrets, as JSON, forms, headers and XML write fields, and
/// without the passwords of addresses in it.
pub(crate) fn masked_text(text: &str) -> Cow<'_, str> {
    let secrets = passwords_of_users(text, false);
    let secrets = secrets.chain(fields(text, &["=", ":"], is_secret, field_end)).chain(elements(text));
    hidden(text, secrets.collect())
}

/// The topic of a message without the levels below one that is named as a secret, and whether there is such a level:
/// then what is sent on it is the secret.
///
/// On `pin` stands what a pin of a board reads.
pub(crate) fn masked_topic(topic: &str) -> (Cow<'_, str>, bool) {
    let is_secret =
        |level: &str| !level.contains('=') && !level.eq_ignore_ascii_case("pin") && is_secret(level);
    let mut end = 0;
    for level in topic.split('/') {
        end += level.len();
        if is_secret(level) {
            let below = topic.get(end..).unwrap_or_default();
            // Filters of subscriptions name no secret.
            let open = below.split('/').all(|level| matches!(level, "" | "+" | "#" | MASK));
            let shown = if open {
                topic.into()
            } else {
                format!("{}/{MASK}", topic.get(..end).unwrap_or_default()).into()
            };
            return (shown, true);
        }
        end += 1;
    }
    (masked(topic), false)
}

/// Who logs in by an address, and the password: in its authority, or in parameters named as a login form names them.
pub(crate) fn login(address: &str) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    let in_authority = || {
        let password = passwords_of_users(address, true).next()?;
        let user = address.get(..password.start.checked_sub(1)?)?;
        let user = user.rsplit(['/', ':']).next().unwrap_or_default();
        Some((Cow::Borrowed(user), Cow::Borrowed(address.get(password)?)))
    };
    let in_parameters = || {
        let (_, query) = address.split_once('?')?;
        let value_of = |is_it: fn(&str) -> bool| parameters(query).find(|(name, _)| is_it(name));
        let (_, password) = value_of(is_password).filter(|(_, password)| !password.is_empty())?;
        let user = value_of(is_user).map(|(_, user)| unescaped(user)).unwrap_or_default();
        Some((Cow::Owned(user), Cow::Owned(unescaped(password))))
    };
    in_authority().or_else(in_parameters).filter(|(_, password)| password != MASK)
}

/// The text with [`MASK`] in these places.
fn hidden(text: &str, mut secrets: Vec<Range<usize>>) -> Cow<'_, str> {
    secrets
        .retain(|secret| text.get(secret.clone()).is_some_and(|secret| !secret.is_empty() && secret != MASK));
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    secrets.sort_by_key(|secret| (secret.start, secret.end));
    let mut shown = String::new();
    let mut done = 0;
    for secret in secrets {
        if secret.start >= done {
            shown.extend([text.get(done..secret.start).unwrap_or_default(), MASK]);
        }
        done = done.max(secret.end);
    }
    shown.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(shown)
}

/// Where passwords stand in authorities (RFC 3986, section 3.2.1). An address may begin with its authority.
fn passwords_of_users(text: &str, is_address: bool) -> impl Iterator<Item = Range<usize>> {
    let user_scheme =
        |scheme: &&&str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    let first = USER_SCHEMES.iter().find(user_scheme).map_or(0, |scheme| scheme.len());
    let first = (is_address && !text.contains("://")).then_some(first);
    let starts = first.into_iter().chain(text.match_indices("://").map(|(at, sign)| at + sign.len()));
    starts.filter_map(|start| password_of_user(text.get(start..)?, start))
}

/// Where the password is in the authority that `rest` begins with, which stands at `start`.
fn password_of_user(rest: &str, start: usize) -> Option<Range<usize>> {
    let rest = rest.get(..rest.find(ENDS_ADDRESS).unwrap_or(rest.len()))?;
    let authority = rest.get(..rest.find(['/', '?', '#']).unwrap_or(rest.len()))?;
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let at = authority.rfind('@').or_else(|| {
        // Cameras' addresses are written with passwords whose signs are not escaped.
        let (_, port) = authority.split_once(':').filter(|_| !authority.starts_with('['))?;
        (!is_port(port)).then(|| rest.rfind('@'))?
    })?;
    let colon = rest.get(..at)?.find(':')?;
    Some(start + colon + 1..start + at)
}

/// Where the values of secret fields stand: a name, one of these signs, a value.
fn fields(
    text: &str,
    signs: &'static [&'static str],
    is_secret: fn(&str) -> bool,
    end: fn(&str) -> Range<usize>,
) -> impl Iterator<Item = Range<usize>> {
    let found = signs.iter().flat_map(|sign| text.match_indices(sign));
    found.filter_map(move |(at, sign)| {
        let from = at + sign.len();
        let name = last_word(text.get(..at)?);
        let value = end(text.get(from..)?);
        is_secret(name).then_some(from + value.start..from + value.end)
    })
}

/// The name that stands last, without the quotes and blanks that close it.
fn last_word(text: &str) -> &str {
    let text = text.trim_end_matches(['"', '\'', '\\', ' ', ']', '`']);
    let apart = |one: char| !one.is_alphanumeric() && !"_-.%@$".contains(one);
    let from = text.rfind(apart).map_or(0, |at| at + text.get(at..).map_or(1, first_length));
    text.get(from..).unwrap_or_default()
}

fn first_length(text: &str) -> usize {
    text.chars().next().map_or(1, char::len_utf8)
}

/// Where the value of a parameter is that `rest` begins with.
fn parameter_end(rest: &str) -> Range<usize> {
    let end = rest.find(['&', ';', '#']).unwrap_or(rest.len());
    let escaped = rest.find("%26").unwrap_or(rest.len());
    0..end.min(escaped).min(rest.find(ENDS_ADDRESS).unwrap_or(rest.len()))
}

/// Where the value of a field is that `rest` begins with.
fn field_end(rest: &str) -> Range<usize> {
    let start = rest.len() - rest.trim_start_matches([' ', '\t', '\\', '[']).len();
    let value = rest.get(start..).unwrap_or_default();
    if let Some(quote @ ('"' | '\'')) = value.chars().next() {
        let inside = value.get(1..).unwrap_or_default();
        let mut escaped = false;
        let closes = |one: char| {
            let ends = one == quote && !escaped;
            escaped = one == '\\' && !escaped;
            ends
        };
        return start + 1..start + 1 + inside.find(closes).unwrap_or(inside.len());
    }
    let ends = ['&', ';', ',', '}', ']', '<', '>', '"', '\'', '\r', '\n'];
    start..start + value.find(ends).unwrap_or(value.len())
}

/// Where the texts of XML elements stand that are named as secrets.
fn elements(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices('<').filter_map(|(at, _)| {
        let tag = text.get(at + 1..)?;
        let close = tag.find('>')?;
        let name = tag.get(..close)?.split_whitespace().next()?;
        let from = at + close + 2;
        let length = text.get(from..)?.find('<').unwrap_or(text.len() - from);
        let opens = !name.starts_with(['/', '?', '!']) && is_secret(name.rsplit(':').next()?);
        opens.then_some(from..from + length)
    })
}

/// Text without the escapes of URLs and forms (`%41`, `+`). What is no escape stays.
pub(crate) fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let escaped = || {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            u8::from_str_radix(digits, 16).ok()
        };
        match (first, if *first == b'%' { escaped() } else { None }) {
            (_, Some(byte)) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            (b'+', None) => bytes.push(b' '),
            (&byte, None) => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{login, masked, masked_text, masked_topic};
    use proptest::{prop_assert, proptest};

    #[test]
    fn addresses_are_told_without_their_secrets() {
        for (address, told) in [
            ("rtsp://admin:Pw1@10.0.0.2/ch1", "rtsp://admin:***@10.0.0.2/ch1"),
            ("rtsp://admin:P/w@1@10.0.0.2:554/ch1", "rtsp://admin:***@10.0.0.2:554/ch1"),
            ("rtsp://h/ch1?user=a&password=Pw1#x", "rtsp://h/ch1?user=a&password=***#x"),
            ("rtsp://h/user=admin_password=Pw1_channel=1", "rtsp://h/user=admin_password=***"),
            ("u:Pw1@h:443", "u:***@h:443"),
            ("sip:anna:Pw1@10.0.0.2;transport=udp", "sip:anna:***@10.0.0.2;transport=udp"),
            ("/blob?sv=1&sig=Pw1%2B&se=2", "/blob?sv=1&sig=***&se=2"),
            ("/x?X-Amz-Signature=Pw1&X-Amz-Credential=Pw1/a", "/x?X-Amz-Signature=***&X-Amz-Credential=***"),
            ("/x;jsessionid=Pw1?a=b", "/x;jsessionid=***"),
            ("/x?pass%77ord=Pw1", "/x?pass%77ord=***"),
            ("/x?next=%2Fy%3Ftoken%3DPw1%26a%3Db", "/x?next=%2Fy%3Ftoken%3D***%26a%3Db"),
            ("/x?url=ftp://u:Pw1@h/y", "/x?url=ftp://u:***@h/y"),
            ("/cgi?loginuse=admin&loginpas=Pw1", "/cgi?loginuse=admin&loginpas=***"),
            ("/back?code=Pw1&state=a", "/back?code=***&state=a"),
        ] {
            assert_eq!(masked(address), told);
            assert_eq!(masked(told), told, "what is masked stays as it is");
        }
    }

    #[test]
    fn an_address_without_secrets_is_told_as_it_is() {
        for address in [
            "",
            "*",
            "/",
            "h:443",
            "[fe80::1]:443",
            "http://h:80/x?mail=a@b",
            "http://[fe80::1]/x?mail=a@b",
            "sip:anna@10.0.0.2:5060",
            "mailto:a@b",
            "/x?container=MSCU1234565&password=",
        ] {
            assert_eq!(masked(address), address);
        }
    }

    #[test]
    fn an_address_may_log_somebody_in() {
        for address in ["rtsp://anna:Pw1@h/x", "anna:Pw1@h:443", "sip:anna:Pw1@h", "/x?user=anna&pwd=Pw1"] {
            assert_eq!(login(address), Some(("anna".into(), "Pw1".into())), "{address}");
        }
        assert_eq!(login("rtsp://anna@h:554/x?user=anna"), None);
    }

    #[test]
    fn texts_are_told_without_their_secrets() {
        for (text, told) in [
            (r#"{"password":"Pw\"1","a":1}"#, r#"{"password":"***","a":1}"#),
            (r#"{"user": "a", "pin": 1234, "b": 2}"#, r#"{"user": "a", "pin": ***, "b": 2}"#),
            ("user=a&passwd=Pw1&x=y", "user=a&passwd=***&x=y"),
            ("Server=db;Password=Pw1;Database=tos", "Server=db;Password=***;Database=tos"),
            (
                "<a><ns:Password kind='x'>Pw1</ns:Password></a>",
                "<a><ns:Password kind='x'>***</ns:Password></a>",
            ),
            ("see rtsp://a:Pw1@h/x now", "see rtsp://a:***@h/x now"),
            ("ssid=a;psk=Pw1", "ssid=a;psk=***"),
            ("ftp_pass: Pw1", "ftp_pass: ***"),
        ] {
            assert_eq!(masked_text(text), told);
        }
        for text in [
            "load: 41.5",
            r#"{"container":"MSCU1234565"}"#,
            "HoistBypass=1",
            "12:30 bob@terminal",
            "a sentence: b",
        ] {
            assert_eq!(masked_text(text), text);
        }
    }

    #[test]
    fn a_topic_of_secrets_is_told_without_what_stands_below() {
        for (topic, told, is_secret) in [
            ("dev/token/Pw1", "dev/token/***", true),
            ("dev/token/***", "dev/token/***", true),
            ("dev/password", "dev/password", true),
            ("dev/password/#", "dev/password/#", true),
            ("dev/token=Pw1", "dev/token=***", false),
            ("sts07/gpio/pin/4", "sts07/gpio/pin/4", false),
            ("", "", false),
        ] {
            assert_eq!(masked_topic(topic), (told.into(), is_secret));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "[a:/@=&?%3D\"'<>pw ä]{0,40}") {
            let _ = (login(&text), masked_text(&text), masked_topic(&text));
            prop_assert!(!masked(&text).is_empty() || text.is_empty());
        }
    }
}
