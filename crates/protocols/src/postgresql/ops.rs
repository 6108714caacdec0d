use super::state::{Asked, What};
use crate::{Context, sql};
use quaywatch_model::{Coded, Item, Items, Number, Operation, Outcome, Side, Value, Verb};

/// Reports a login or a statement with what came of it.
pub(super) fn report(
    cx: &mut Context<'_>,
    client: Side,
    asked: Option<&Asked>,
    answer: &Tally,
    outcome: Outcome,
) {
    let (verb, function) = match asked.map(|asked| &asked.what) {
        Some(What::Login { .. }) => (Verb::Authenticate, Coded::new("startup", Number::None)),
        Some(What::Statement { text, extended, .. }) => {
            (sql::verb(text), Coded::new(if *extended { "execute" } else { "query" }, Number::None))
        }
        None => (Verb::Read, Coded::new("rows", Number::None)),
    };
    let operation = Operation::new(client, verb, function, outcome);
    cx.operation(&Operation {
        request: asked.map(|asked| asked.moment),
        reply: answer.answered.then_some(cx.now),
        items: &Exchange { asked, answer },
        code: answer.error.as_ref().map(|(code, _)| Coded::new(code, Number::None)),
        bytes: (answer.row_bytes > 0).then_some(answer.row_bytes),
        ..operation
    });
}

/// What an answer held.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) answered: bool,
    pub(super) columns: usize,
    pub(super) rows: u64,
    pub(super) row_bytes: u64,
    /// The server's own words for what was done: `INSERT 0 1`.
    pub(super) done: Option<String>,
    pub(super) error: Option<(String, String)>,
}

struct Exchange<'a> {
    asked: Option<&'a Asked>,
    answer: &'a Tally,
}

impl Items for Exchange<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        match self.asked.map(|asked| &asked.what) {
            Some(What::Login { user, database, way, secret }) => {
                tell(Item::valued(&"user", Value::Text(user)));
                tell(Item::valued(&"database", Value::Text(database)));
                if let Some(way) = way {
                    tell(Item::valued(&"authentication", Value::Text(way)));
                }
                if *secret {
                    tell(Item::valued(&"password", Value::Secret));
                }
            }
            Some(What::Statement { text, parameters, .. }) => {
                tell(Item::valued(&"statement", Value::Text(sql::shown(text))));
                for (number, value) in (1..).zip(parameters) {
                    let value = value.as_deref().map_or(Value::Secret, Value::Text);
                    tell(Item::valued(&format_args!("${number}"), value));
                }
            }
            None => {}
        }
        if self.answer.columns > 0 {
            tell(Item::valued(&"columns", Value::Unsigned(self.answer.columns as u64)));
            tell(Item::valued(&"rows", Value::Unsigned(self.answer.rows)));
        }
        if let Some(done) = &self.answer.done {
            tell(Item::valued(&"done", Value::Text(done)));
        }
        if let Some((_, message)) = &self.answer.error {
            tell(Item::valued(&"message", Value::Text(message)));
        }
    }
}
