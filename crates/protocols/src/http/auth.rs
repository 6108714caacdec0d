//! Who shows who he is, and how: the Authorization field (RFC 7617, 7616, 6750, MS-NTHT) and login forms.

use crate::Context;
use crate::logins::default_login;
use crate::secrets::{is_password, is_user, parameters, unescaped};
use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use quaywatch_model::{Side, Topic, Value};
use quaywatch_wire::Reader;

/// Base64 with or without padding, as clients send both.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// The longest name of a user that is told, in bytes.
const MAX_USER_BYTES: usize = 128;
/// The longest credentials that are decoded, in bytes.
const MAX_CREDENTIALS_BYTES: usize = 4096;
/// The flag of NTLM that says that names are UTF-16 (MS-NLMP, 2.2.2.5).
const NTLM_UNICODE: u32 = 1;

/// Tells what an Authorization or Proxy-Authorization field says. Gives the user's name where it is there, and whether
/// the client tries to log in with it.
pub(super) fn authorization(cx: &mut Context<'_>, client: Side, value: &str) -> Option<String> {
    let (scheme, credentials) = value.split_once(' ').unwrap_or((value, ""));
    let credentials = credentials.trim();
    if credentials.len() > MAX_CREDENTIALS_BYTES {
        return None;
    }
    match scheme.to_ascii_lowercase().as_str() {
        "basic" => {
            cx.note(client, Topic::Authentication, Value::Text("basic"));
            let decoded = BASE64.decode(credentials).ok()?;
            let text = String::from_utf8_lossy(&decoded);
            let (user, password) = text.split_once(':')?;
            tell_login(cx, client, Some(user), Some(password));
            kept(user)
        }
        "digest" => {
            cx.note(client, Topic::Authentication, Value::Text("digest"));
            let user = quoted(credentials, "username")?;
            tell_login(cx, client, Some(user), None);
            kept(user)
        }
        "bearer" => {
            cx.note(client, Topic::Authentication, Value::Text("bearer"));
            cx.note(client, Topic::ClearSecret, Value::Secret);
            None
        }
        "ntlm" | "negotiate" => {
            let message = BASE64.decode(credentials).ok()?;
            let ntlm = message.starts_with(b"NTLMSSP\0");
            cx.note(client, Topic::Authentication, Value::Text(if ntlm { "ntlm" } else { "negotiate" }));
            let user = ntlm_user(&message)?;
            tell_login(cx, client, Some(&user), None);
            kept(&user)
        }
        _ => None,
    }
}

/// A user's name, if it is no longer than names are.
fn kept(user: &str) -> Option<String> {
    (user.len() <= MAX_USER_BYTES).then(|| user.to_owned())
}

fn quoted<'a>(parameters: &'a str, wanted: &str) -> Option<&'a str> {
    let mut pairs = parameters.split(',').filter_map(|pair| pair.split_once('='));
    pairs
        .find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted))
        .map(|(_, value)| value.trim().trim_matches('"'))
}

/// Domain and user of an NTLM AUTHENTICATE_MESSAGE (MS-NLMP, 2.2.1.3).
fn ntlm_user(message: &[u8]) -> Option<String> {
    let mut reader = Reader::new(message);
    reader.skip(8, "signature").ok()?;
    if reader.u32_le("type").ok()? != 3 {
        return None;
    }
    reader.skip(16, "responses").ok()?;
    let mut field = || {
        let length = reader.u16_le("length").ok()?;
        reader.skip(2, "room").ok()?;
        let offset = reader.u32_le("offset").ok()? as usize;
        message.get(offset..offset.checked_add(length.into())?)
    };
    let (domain, user) = (field()?, field()?);
    reader.skip(16, "workstation and key").ok()?;
    let unicode = reader.u32_le("flags").ok()? & NTLM_UNICODE != 0;
    let [domain, user] = [domain, user].map(|name| {
        if !unicode {
            return String::from_utf8_lossy(name).into_owned();
        }
        let units = name.chunks_exact(2).filter_map(|pair| pair.first_chunk());
        String::from_utf16_lossy(&units.map(|pair| u16::from_le_bytes(*pair)).collect::<Vec<_>>())
    });
    Some(if domain.is_empty() { user } else { format!("{domain}\\{user}") }).filter(|name| !name.is_empty())
}

/// What the parameters of a query or of a form say of a login. Whether they hold a password.
pub(super) fn parameters_of_login(cx: &mut Context<'_>, client: Side, text: &str) -> bool {
    let value_of = |is_it: fn(&str) -> bool| {
        let mut found = parameters(text).filter(|(name, value)| is_it(name) && !value.is_empty());
        found.next().map(|(_, value)| unescaped(value))
    };
    let Some(password) = value_of(is_password) else { return false };
    cx.note(client, Topic::Authentication, Value::Text("form"));
    tell_login(cx, client, value_of(is_user).as_deref(), Some(&password));
    true
}

/// What a login in JSON says: members named as the fields of a form are, on the outermost level or deeper.
pub(super) fn json_login(cx: &mut Context<'_>, client: Side, text: &str) -> bool {
    let value_of = |is_it: fn(&str) -> bool| {
        // Strings are what stands between quotes; an escaped quote only makes a value shorter.
        let parts: Vec<&str> = text.split('"').collect();
        let members = parts.windows(4).filter_map(|window| match window {
            [_, name, colon, value] if colon.trim() == ":" && is_it(name) => Some((*value).to_owned()),
            _ => None,
        });
        members.into_iter().next()
    };
    let Some(password) = value_of(is_password) else { return false };
    cx.note(client, Topic::Authentication, Value::Text("form"));
    tell_login(cx, client, value_of(is_user).as_deref(), Some(&password));
    true
}

/// Tells who logs in, and that a password was sent in clear, if it was.
pub(super) fn tell_login(cx: &mut Context<'_>, client: Side, user: Option<&str>, password: Option<&str>) {
    if let Some(user) = user.filter(|user| !user.is_empty() && user.len() <= MAX_USER_BYTES) {
        cx.note(client, Topic::User, Value::Text(user));
    }
    let Some(password) = password else { return };
    cx.note(client, Topic::ClearSecret, Value::Secret);
    if let Some(pair) = user.and_then(|user| default_login(user, password)) {
        cx.note(client, Topic::DefaultSecret, Value::Text(&pair));
    }
}
