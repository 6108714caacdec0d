use crate::ber::{Element, Walk, tag};
use quaywatch_model::{Coded, Number};

/// Tags of messages (RFC 4120, section 5.10): the class of applications, and the message's type.
const APPLICATION: u8 = 0x60;
const AS_REQUEST: u8 = 10;
const TGS_REQUEST: u8 = 12;
const ERROR: u8 = 30;
/// Names have at most so many parts, `host/name/realm`; more are not shown.
const MOST_PARTS: usize = 8;

/// What a message says in clear.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Message {
    pub(super) kind: u8,
    pub(super) user: String,
    pub(super) realm: String,
    pub(super) service: String,
    pub(super) error: Option<u32>,
}

/// The tag of a field, which is its number in the message.
const fn field(number: u8) -> u8 {
    0xa0 | number
}

/// Whether this looks like the beginning of a message: the version 5 and the message's own type again.
pub(super) fn begins(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes.get(..32).unwrap_or(bytes), &[2, 1, 5, 0xa0 | 1]).is_some()
        || memchr::memmem::find(bytes.get(..32).unwrap_or(bytes), &[2, 1, 5, 0xa0 | 2]).is_some()
}

impl Message {
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut walk = Walk::new(bytes);
        let outer = walk.next().filter(|outer| walk.rest().is_empty() && outer.tag & 0xe0 == APPLICATION)?;
        let kind = outer.tag & 0x1f;
        let mut message = Self { kind, ..Self::default() };
        let fields = outer.walk().tagged(tag::SEQUENCE)?;
        // Requests count their fields from 1, answers and errors from 0.
        let first = if matches!(kind, AS_REQUEST | TGS_REQUEST) { 1 } else { 0 };
        let mut head = fields.walk();
        let version = head.tagged(field(first))?.walk().tagged(tag::INTEGER)?.unsigned()?;
        let again = head.tagged(field(first + 1))?.walk().tagged(tag::INTEGER)?.unsigned()?;
        if version != 5 || again != kind.into() {
            return None;
        }
        match kind {
            AS_REQUEST | TGS_REQUEST => {
                let body = head.find(|one| one.tag == field(4))?.walk().tagged(tag::SEQUENCE)?;
                message.read(body, 1, 2, 3);
            }
            11 | 13 => {
                message.read(fields, 4, 3, u8::MAX);
                // The ticket in the answer names its service: realm and name behind its version.
                let ticket = fields.walk().find(|one| one.tag == field(5)).and_then(|one| one.walk().next());
                let inside = ticket.and_then(|ticket| ticket.walk().tagged(tag::SEQUENCE));
                let name = inside.and_then(|inside| inside.walk().find(|one| one.tag == field(2)));
                message.service = name.map(principal).unwrap_or_default();
            }
            ERROR => {
                message.read(fields, 8, 9, 10);
                let code = fields.walk().find(|one| one.tag == field(6))?;
                message.error =
                    code.walk().tagged(tag::INTEGER)?.unsigned().and_then(|code| code.try_into().ok());
            }
            _ => return None,
        }
        Some(message)
    }

    fn read(&mut self, fields: Element<'_>, user: u8, realm: u8, service: u8) {
        for one in fields.walk() {
            let is = |number: u8| number < 32 && one.tag == field(number);
            if is(user) {
                self.user = principal(one);
            } else if is(realm) {
                self.realm = one.walk().next().map(text).unwrap_or_default();
            } else if is(service) {
                self.service = principal(one);
            }
        }
    }

    pub(super) const fn is_request(&self) -> bool {
        matches!(self.kind, AS_REQUEST | TGS_REQUEST)
    }

    pub(super) const fn is_error(&self) -> bool {
        self.kind == ERROR
    }
}

/// A name: its parts with a slash between them (section 5.2.2).
fn principal(field: Element<'_>) -> String {
    let Some(name) = field.walk().tagged(tag::SEQUENCE) else { return String::new() };
    let Some(parts) = name.walk().find(|one| one.tag == self::field(1)).and_then(|one| one.walk().next())
    else {
        return String::new();
    };
    let parts: Vec<String> = parts.walk().take(MOST_PARTS).map(text).collect();
    parts.join("/")
}

fn text(element: Element<'_>) -> String {
    if element.tag == tag::GENERAL_STRING {
        String::from_utf8_lossy(element.body).into_owned()
    } else {
        String::new()
    }
}

pub(super) const fn name(kind: u8) -> &'static str {
    match kind {
        10 => "as_req",
        11 => "as_rep",
        12 => "tgs_req",
        13 => "tgs_rep",
        30 => "krb_error",
        _ => "unknown",
    }
}

/// Errors that people meet (section 7.5.9).
pub(super) fn error(code: u32) -> Coded<'static> {
    let name = match code {
        6 => "client_unknown",
        7 => "server_unknown",
        12 => "policy",
        14 => "no_encryption_type",
        18 => "client_revoked",
        23 => "password_expired",
        24 => "preauthentication_failed",
        25 => "preauthentication_required",
        32 => "ticket_expired",
        37 => "clock_skew",
        52 => "response_too_big",
        68 => "wrong_realm",
        _ => "unknown",
    };
    Coded::new(name, Number::Hex8(u8::try_from(code).unwrap_or(u8::MAX)))
}
