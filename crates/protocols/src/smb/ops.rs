use super::names;
use crate::Context;
use quaywatch_model::{Coded, Item, Items, Moment, Number, Operation, Outcome, Side, Value, Verb};

/// An exchange with what it was about.
#[derive(Clone, Copy)]
pub(super) struct Exchange<'a> {
    pub(super) client: Side,
    pub(super) verb: Verb,
    /// The command's name and number.
    pub(super) function: Coded<'a>,
    pub(super) asked: Option<Moment>,
    pub(super) answered: Option<Moment>,
    pub(super) outcome: Outcome,
    /// The server's status, where it said no.
    pub(super) status: Option<u32>,
    /// What kind of thing, and its name.
    pub(super) subject: (&'static str, &'a str),
    /// The name before.
    pub(super) previous: Option<&'a str>,
    pub(super) bytes: Option<u64>,
}

impl Exchange<'_> {
    pub(super) fn report(&self, cx: &mut Context<'_>) {
        cx.operation(&Operation {
            request: self.asked,
            reply: self.answered,
            items: self,
            code: self.status.map(|status| Coded::new(names::status(status), Number::Hex32(status))),
            bytes: self.bytes,
            ..Operation::new(self.client, self.verb, self.function, self.outcome)
        });
    }
}

impl Items for Exchange<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let (kind, name) = self.subject;
        if !name.is_empty() {
            let item = Item::valued(&kind, Value::Text(name));
            tell(Item { previous: self.previous.map(Value::Text), ..item });
        }
    }
}
