use super::state::Tally;
use super::tokens::Call;
use super::types::wide;
use super::wire::{self, Kind, Login};
use crate::secrets::{is_secret, masked_command};
use crate::{Context, pending, sql};
use quaywatch_model::{
    Attribute, Coded, Content, DataClass, Item, Items, Moment, Number, Operation, Outcome, Side, Topic,
    Value, Verb,
};
use std::borrow::Cow;

/// A request that is whole and waits for its answer.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) kind: Kind,
    pub(super) moment: Moment,
    /// Its body, or the beginning of it.
    pub(super) bytes: Vec<u8>,
    /// How long its body is.
    pub(super) total: u64,
    pub(super) answer_lost: bool,
}

impl Asked {
    pub(super) fn has_headers(&self) -> bool {
        wire::after_headers(&self.bytes).is_some_and(|rest| rest.len() != self.bytes.len())
    }

    pub(super) const fn unmet(&self, now: Moment, heard_server: bool) -> Outcome {
        pending::unmet(self.moment, now, heard_server && !self.answer_lost)
    }

    /// What it says, in words.
    fn read(&self, tables: &mut sql::Tables) -> Said {
        let body = wire::after_headers(&self.bytes).unwrap_or_default();
        match self.kind {
            Kind::BATCH => Said::statement(&wide(body), tables),
            Kind::RPC => {
                let call = Call::decode(body);
                let statement = call.statement.as_deref().map(|text| Said::statement(text, tables));
                match statement {
                    Some(said) => Said { call: Some(call), ..said },
                    None => Said::procedure(call),
                }
            }
            Kind::BULK => Said { verb: Verb::Write, ..Said::default() },
            Kind::TRANSACTION => Said { verb: Verb::Read, ..Said::default() },
            Kind::LOGIN | Kind::OLD_LOGIN => Said {
                verb: Verb::Authenticate,
                login: Login::decode(&self.bytes).ok().filter(|_| self.kind == Kind::LOGIN),
                ..Said::default()
            },
            _ => Said::default(),
        }
    }
}

/// A request in words.
struct Said {
    verb: Verb,
    statement: Option<String>,
    secret: bool,
    /// Which of the call's parameters are secrets, beside those whose names say it.
    secrets: Vec<String>,
    call: Option<Call>,
    login: Option<Login>,
}

impl Default for Said {
    fn default() -> Self {
        let (statement, secrets) = (None, Vec::new());
        Self { verb: Verb::Opaque, statement, secret: false, secrets, call: None, login: None }
    }
}

impl Said {
    fn statement(text: &str, tables: &mut sql::Tables) -> Self {
        let shown = sql::masked(text, tables);
        let (secret, secrets) = (shown.is_secret(), shown.parameters);
        let statement = Some(shown.text.into_owned());
        Self { verb: sql::verb(text), statement, secret, secrets, ..Self::default() }
    }

    fn procedure(mut call: Call) -> Self {
        let mut said = Self { verb: sql::procedure(&call.procedure), ..Self::default() };
        for (name, value) in &mut call.parameters {
            if sql::takes_secrets(&call.procedure) {
                said.secrets.push(name.clone());
            } else if sql::takes_commands(&call.procedure)
                && let Cow::Owned(shown) = masked_command(value)
            {
                (*value, said.secret) = (shown, true);
            }
        }
        said.call = Some(call);
        said
    }

    /// The parameters of a call; of those that are secrets, that they are there.
    fn parameters(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        let of_call = self.call.iter().flat_map(|call| &call.parameters);
        let is_secret =
            |name: &str| is_secret(name) || self.secrets.iter().any(|one| one.eq_ignore_ascii_case(name));
        of_call.map(move |(name, value)| {
            (name.as_str(), if is_secret(name) { Value::Secret } else { Value::Text(value) })
        })
    }

    fn has_secret(&self) -> bool {
        self.secret || self.parameters().any(|(_, value)| matches!(value, Value::Secret))
    }
}

/// Tells what a request says before it is answered: who logs in, and the text of statements.
pub(super) fn tell_request(cx: &mut Context<'_>, from: Side, asked: &Asked, tables: &mut sql::Tables) {
    if matches!(asked.kind, Kind::BULK) {
        return cx.carried(from, DataClass::DatabaseRows, asked.total);
    }
    let said = asked.read(tables);
    if let Some(login) = &said.login {
        return tell_login(cx, from, login);
    }
    if said.has_secret() {
        cx.note(from, Topic::ClearSecret, Value::Secret);
    }
    let class = match said.verb {
        _ if said.has_secret() => DataClass::Credentials,
        Verb::Write => DataClass::DatabaseRows,
        _ => DataClass::Signalling,
    };
    let mut text = said.statement.clone().unwrap_or_default();
    for (name, value) in said.parameters() {
        if let Value::Text(value) = value {
            text.extend(["\n", name, " = ", value]);
        }
    }
    if !text.is_empty() {
        let (wire_bytes, bytes) = (asked.total, text.as_bytes());
        cx.content(&Content { from, class, wire_bytes, bytes, ends: true });
    }
}

fn tell_login(cx: &mut Context<'_>, from: Side, login: &Login) {
    let noted = [
        (Topic::ServerName, &login.server),
        (Topic::Database, &login.database),
        (Topic::ClientName, &login.host),
        (Topic::Software, &login.application),
    ];
    for (topic, text) in noted.into_iter().filter(|(_, text)| !text.is_empty()) {
        cx.note(from, topic, Value::Text(text));
    }
    cx.fact(from, Attribute::Name, &login.host);
    cx.fact(from, Attribute::Software, &login.application);
    let version = match login.version >> 24 {
        0x70 => "TDS 7.0",
        0x71 => "TDS 7.1",
        0x72 => "TDS 7.2",
        0x73 => "TDS 7.3",
        _ => "TDS 7.4",
    };
    cx.note(from, Topic::Version, Value::Text(version));
    let way = if login.integrated || login.user.is_empty() { "integrated" } else { "password" };
    cx.note(from, Topic::Authentication, Value::Text(way));
    if !login.user.is_empty() {
        // A login that can be read here was not encrypted, and its password is only written in another way.
        cx.note(from, Topic::ClearSecret, Value::Secret);
        cx.carried(from, DataClass::Credentials, login.password.encode_utf16().count() as u64 * 2);
        if let Some(list) = login.known_account() {
            cx.note(from, Topic::DefaultSecret, Value::Text(list));
        }
    }
}

/// Reports an exchange of which either half may be missing.
pub(super) fn report(
    cx: &mut Context<'_>,
    client: Side,
    asked: Option<&Asked>,
    tables: &mut sql::Tables,
    answered: bool,
    tally: &Tally,
    outcome: Outcome,
) {
    let kind = asked.map_or(Kind::RESPONSE, |asked| asked.kind);
    let unknown = || Said { verb: Verb::Read, ..Said::default() };
    let said = asked.map_or_else(unknown, |asked| asked.read(tables));
    let procedure = said.call.as_ref().map(|call| call.procedure.as_str()).filter(|name| !name.is_empty());
    let function = Coded::new(procedure.unwrap_or(kind.name()), Number::Hex8(kind.0));
    let moved = match kind {
        Kind::BULK => asked.map(|asked| asked.total),
        _ => (tally.row_bytes > 0).then_some(tally.row_bytes),
    };
    cx.operation(&Operation {
        request: asked.map(|asked| asked.moment),
        reply: answered.then_some(cx.now),
        items: &Exchange { said: &said, tally },
        code: tally.error.as_ref().map(|(number, _)| Coded::new("error", Number::Hex32(*number))),
        bytes: moved,
        ..Operation::new(client, said.verb, function, outcome)
    });
}

struct Exchange<'a> {
    said: &'a Said,
    tally: &'a Tally,
}

impl Items for Exchange<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        if let Some(login) = &self.said.login {
            let all: [(&str, &str); 6] = [
                ("user", &login.user),
                ("client", &login.host),
                ("application", &login.application),
                ("server", &login.server),
                ("library", &login.library),
                ("database", &login.database),
            ];
            for (name, text) in all.into_iter().filter(|(_, text)| !text.is_empty()) {
                tell(Item::valued(&name, Value::Text(text)));
            }
            if !login.user.is_empty() {
                tell(Item::valued(&"password", Value::Secret));
            }
        }
        if let Some(statement) = &self.said.statement {
            tell(Item::valued(&"statement", Value::Text(sql::shown(statement))));
        }
        for (name, value) in self.said.parameters() {
            tell(Item::valued(&name, value));
        }
        if self.tally.columns > 0 {
            tell(Item::valued(&"columns", Value::Unsigned(self.tally.columns as u64)));
            tell(Item::valued(&"rows", Value::Unsigned(self.tally.rows)));
        }
        if let Some((_, message)) = &self.tally.error {
            tell(Item::valued(&"message", Value::Text(message)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Call, Said};
    use quaywatch_model::Value;

    #[test]
    fn secrets_among_what_a_procedure_is_called_with_are_not_told() {
        let called = |procedure: &str, value: &str| {
            let parameters = vec![(String::new(), value.to_owned())];
            let said = Said::procedure(Call { procedure: procedure.to_owned(), statement: None, parameters });
            let told = said.parameters().map(|(_, value)| match value {
                Value::Text(text) => text.to_owned(),
                _ => "masked".to_owned(),
            });
            (told.collect::<Vec<_>>(), said.has_secret())
        };
        let (told, has_secret) = called("master..xp_cmdshell", r"net use \\h /user:u Pw1");
        assert_eq!((told, has_secret), (vec![r"net use \\h /user:u ***".to_owned()], true));
        assert_eq!(called("sp_addlogin", "Pw1"), (vec!["masked".to_owned()], true));
        assert_eq!(called("dbo.next_move", "7"), (vec!["7".to_owned()], false));
    }
}
