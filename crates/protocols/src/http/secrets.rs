//! What passes for a secret in requests, and secrets that everybody knows.

use std::borrow::Cow;

/// Parameters whose values are not told, in lower case.
const SECRET: &[&str] = &[
    "pass",
    "pwd",
    "pw",
    "psw",
    "userpass",
    "api_key",
    "sid",
    "session",
    "sessionid",
    "session_id",
    "jsessionid",
    "phpsessid",
    "signature",
    "auth",
    "authorization",
    "credentials",
    "pin",
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
];
/// Parameters that name the user, as login forms name them.
const USER: &[&str] =
    &["user", "username", "user_name", "login", "usr", "userid", "user_id", "loginname", "uname", "account"];

pub(super) fn is_password(name: &str) -> bool {
    is_one_of(PASSWORD, name)
}

pub(super) fn is_user(name: &str) -> bool {
    is_one_of(USER, name)
}

fn is_secret(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    SECRET.contains(&lower.as_str())
        || ["token", "passw", "secret", "apikey"].iter().any(|part| lower.contains(part))
}

fn is_one_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The name and value of every parameter of a query or of a form.
pub(super) fn parameters(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(['&', ';']).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// A target without the values of secret parameters and without the password of an authority.
pub(super) fn masked(target: &str) -> Cow<'_, str> {
    let target = without_userinfo(target);
    let Some((path, query)) = target.split_once('?') else { return target };
    if !parameters(query).any(|(name, value)| !value.is_empty() && is_secret(name)) {
        return target;
    }
    let mut told = format!("{path}?");
    for (at, (name, value)) in parameters(query).enumerate() {
        let value = if is_secret(name) && !value.is_empty() { "***" } else { value };
        let (and, equals) = (if at > 0 { "&" } else { "" }, if value.is_empty() { "" } else { "=" });
        told.extend([and, name, equals, value]);
    }
    told.into()
}

/// A URI without the password in its authority (RFC 3986, section 3.2.1).
fn without_userinfo(target: &str) -> Cow<'_, str> {
    let found = || {
        let (scheme, rest) = target.split_once("://")?;
        let (authority, _) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len()))?;
        let (userinfo, _) = authority.rsplit_once('@')?;
        let (user, _) = userinfo.split_once(':')?;
        let rest = rest.get(userinfo.len()..)?;
        Some(format!("{scheme}://{user}:***{rest}"))
    };
    found().map_or(Cow::Borrowed(target), Cow::Owned)
}

/// Text without the escapes of URLs and forms (`%41`, `+`). What is no escape stays.
pub(super) fn unescaped(text: &str) -> String {
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
