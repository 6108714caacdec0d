use super::items::{Addresses, Created, Single, tell_values, transaction};
use super::names::{self, Attribute, Object, attribute, object};
use super::value::Scalar;
use super::wire::{Function, vlq};
use crate::Context;
use quaywatch_model::{
    Coded, Direction, Item, Items, Moment, Number, Operation, Outcome, Side, Transfer, TransferKind, Value,
    Verb,
};
use quaywatch_wire::Reader;
use std::fmt;

/// A request's own part.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) moment: Moment,
    pub(super) session: u32,
    pub(super) payload: &'a [u8],
}

/// A request and its response, either of which may be missing.
#[derive(Clone, Copy)]
pub(super) struct Exchange<'a> {
    pub(super) function: Function,
    pub(super) asked: Option<Asked<'a>>,
    /// The response's payload, return value first.
    pub(super) answered: Option<(Moment, &'a [u8])>,
    /// What to say where the response is missing.
    pub(super) unmet: Outcome,
    /// A download transaction is open.
    pub(super) downloading: bool,
}

impl<'a> Exchange<'a> {
    /// The return value's code, then the rest of the response.
    fn result(&self) -> Option<(i16, Reader<'a>)> {
        let mut reader = Reader::new(self.answered?.1);
        let value = vlq(&mut reader, "return value").ok()?;
        Some((value as u16 as i16, reader))
    }

    fn created(&self) -> Option<Created<'a>> {
        Created::decode(self.asked?.payload)
    }

    fn single(&self) -> Option<Single<'a>> {
        Single::decode(self.function, self.asked?.payload)
    }

    fn addresses(&self) -> Option<Addresses<'a>> {
        Addresses::decode(self.asked?.payload)
    }

    /// The value that was read in one stream: a byte of unknown meaning stands before it.
    fn substreamed_value(&self) -> Option<Scalar<'a>> {
        let (_, mut answer) = self.result().filter(|_| self.function == Function::GET_VAR_SUBSTREAMED)?;
        answer.skip(1, "unknown").ok()?;
        Scalar::decode(&mut answer)
    }

    /// Whether a begin of sequence opens a download.
    pub(super) fn begins_download(&self) -> bool {
        let name = self.asked.and_then(|asked| transaction(asked.payload));
        self.function == Function::BEGIN_SEQUENCE && name == Some("DLTransaction")
    }

    fn verb(&self) -> Verb {
        match self.function {
            Function::EXPLORE => Verb::Browse,
            Function::GET_VARIABLE | Function::GET_VAR_SUBSTREAMED => match self.single() {
                Some(single) if attribute::authenticates(single.attribute) => Verb::Authenticate,
                _ => Verb::Read,
            },
            Function::GET_MULTI_VARIABLES | Function::GET_LINK | Function::GET_VARIABLES_ADDRESS => {
                Verb::Read
            }
            Function::ADD_LINK | Function::REMOVE_LINK => Verb::Write,
            Function::SET_VARIABLE | Function::SET_VAR_SUBSTREAMED => self.verb_of_set(),
            Function::SET_MULTI_VARIABLES => self.verb_of_sets(),
            Function::CREATE_OBJECT => self.created().map_or(Verb::Write, |created| verb_of_create(&created)),
            Function::DELETE_OBJECT => self.verb_of_delete(),
            Function::INIT_SSL => Verb::OpenSession,
            Function::BEGIN_SEQUENCE if self.begins_download() => Verb::DownloadProgram,
            Function::BEGIN_SEQUENCE | Function::END_SEQUENCE if self.downloading => Verb::DownloadProgram,
            _ => Verb::Opaque,
        }
    }

    fn verb_of_set(&self) -> Verb {
        let (Some(single), Some(asked)) = (self.single(), self.asked) else { return Verb::Write };
        match (single.object, single.attribute) {
            (object::EXECUTION_UNIT, attribute::OPERATING_STATE_REQUEST) => match single.value {
                Some(Scalar::Signed(1)) => Verb::Stop,
                Some(Scalar::Signed(2)) => Verb::Reset,
                Some(Scalar::Signed(3 | 4)) => Verb::Start,
                _ => Verb::ChangeMode,
            },
            (_, attribute::CREDIT_LIMIT) => Verb::Subscribe,
            (_, id) if attribute::is_secret(id) => Verb::Authenticate,
            _ if single.is_of_session(asked.session) => Verb::Opaque,
            _ => Verb::Write,
        }
    }

    /// Several at once: what the first of a session's attributes that means anything does.
    fn verb_of_sets(&self) -> Verb {
        let (Some(mut addresses), Some(asked)) = (self.addresses(), self.asked) else { return Verb::Write };
        if addresses.object != asked.session && !object::is_transient(addresses.object) {
            return Verb::Write;
        }
        let mut verb = Verb::Opaque;
        while let Some(address) = addresses.next() {
            match address.attribute() {
                Some(id) if attribute::is_secret(id) => return Verb::Authenticate,
                Some(attribute::SESSION_VERSION) => verb = Verb::OpenSession,
                _ => {}
            }
        }
        verb
    }

    fn verb_of_delete(&self) -> Verb {
        match self.asked.map(|asked| (asked.session, deleted(asked.payload))) {
            Some((session, Some(id))) if session == id => Verb::CloseSession,
            Some((_, Some(id))) if object::is_block(id) => Verb::DeleteProgram,
            Some((_, Some(id))) if object::is_transient(id) => Verb::Subscribe,
            _ => Verb::Write,
        }
    }

    /// The block that a create loads into the program.
    fn loaded(&self) -> Option<Created<'a>> {
        let create = (self.function == Function::CREATE_OBJECT).then(|| self.created()).flatten();
        create.filter(|created| created.container == object::PLC_PROGRAM)
    }
}

fn verb_of_create(created: &Created<'_>) -> Verb {
    match (created.container, created.class) {
        (object::SESSION_CONTAINER, _) | (_, object::SESSION_CLASS) => Verb::OpenSession,
        (_, object::SUBSCRIPTIONS_CLASS | object::SUBSCRIPTION_CLASS) => Verb::Subscribe,
        (object::PLC_PROGRAM, _) => Verb::DownloadProgram,
        _ => Verb::Write,
    }
}

fn deleted(payload: &[u8]) -> Option<u32> {
    Reader::new(payload).u32_be("object").ok()
}

/// Reports a request with its response.
pub(super) fn report(cx: &mut Context<'_>, client: Side, exchange: &Exchange<'_>) {
    let result = exchange.result().map(|(code, _)| code);
    let (outcome, code) = match (exchange.answered, result) {
        (None, _) => (exchange.unmet, None),
        (Some(_), Some(code)) if names::refuses(code) => (Outcome::Refused, Some(names::result(code))),
        (Some(_), _) => (Outcome::Accepted, None),
    };
    cx.operation(&Operation {
        protocol: Some("s7comm-plus"),
        request: exchange.asked.map(|asked| asked.moment),
        reply: exchange.answered.map(|(moment, _)| moment),
        items: exchange,
        code,
        bytes: exchange.loaded().map(|loaded| loaded.bytes.len() as u64),
        ..Operation::new(client, exchange.verb(), names::function(exchange.function), outcome)
    });
}

/// Tells a block that was loaded, if one was, as the transfer after `last`.
pub(super) fn transfer(cx: &mut Context<'_>, client: Side, exchange: &Exchange<'_>, last: &mut u64) {
    let Some(loaded) = exchange.loaded() else { return };
    *last += 1;
    let id = *last;
    let block = Object(loaded.id).block();
    let name: Option<&dyn fmt::Display> = match &loaded.name {
        Some(name) => Some(name),
        None => None,
    };
    cx.transfer(&Transfer::Begin {
        id,
        kind: TransferKind::Program,
        direction: Direction::ToDevice,
        client,
        name,
        block_type: block.map(|(kind, _)| kind),
        block_number: block.map(|(_, number)| number),
    });
    cx.transfer(&Transfer::Data { id, bytes: loaded.bytes });
    let accepted = exchange.result().is_some_and(|(code, _)| !names::refuses(code));
    cx.transfer(&Transfer::End { id, complete: accepted });
}

/// Reports a notification.
pub(super) fn notification(cx: &mut Context<'_>, client: Side, subscription: u32) {
    let items = Notified(subscription);
    cx.operation(&Operation {
        protocol: Some("s7comm-plus"),
        reply: Some(cx.now),
        items: &items,
        ..Operation::new(
            client,
            Verb::Subscribe,
            Coded::new("notification", Number::Hex8(0x33)),
            Outcome::Accepted,
        )
    });
}

struct Notified(u32);

impl Items for Notified {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        tell(Item::named(&format_args!("subscription 0x{:08X}", self.0)));
    }
}

impl Items for Exchange<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        match self.function {
            Function::EXPLORE | Function::DELETE_OBJECT | Function::GET_LINK => {
                if let Some(id) = self.asked.and_then(|asked| deleted(asked.payload)) {
                    tell(Item::named(&Object(id)));
                }
            }
            Function::CREATE_OBJECT => tell_created(self, tell),
            Function::SET_VARIABLE | Function::GET_VARIABLE => tell_single(self, self.single(), tell),
            Function::GET_VAR_SUBSTREAMED | Function::SET_VAR_SUBSTREAMED => {
                tell_single(self, self.single(), tell);
            }
            Function::SET_MULTI_VARIABLES => {
                if let Some(addresses) = self.addresses() {
                    let values = addresses.behind().unwrap_or(Reader::new(&[]));
                    tell_values(Some(addresses), values, tell);
                }
            }
            Function::GET_MULTI_VARIABLES => {
                let values = self.result().map_or(Reader::new(&[]), |(_, values)| values);
                tell_values(self.addresses(), values, tell);
            }
            Function::BEGIN_SEQUENCE => {
                if let Some(name) = self.asked.and_then(|asked| transaction(asked.payload)) {
                    tell(Item::valued(&"transaction", Value::Text(name)));
                }
            }
            _ => {}
        }
    }
}

fn tell_created(exchange: &Exchange<'_>, tell: &mut dyn FnMut(Item<'_>)) {
    let Some(created) = exchange.created() else { return };
    let object: &dyn fmt::Display = match created.class {
        object::SESSION_CLASS => &"session",
        object::SUBSCRIPTIONS_CLASS | object::SUBSCRIPTION_CLASS => &"subscription",
        _ => &Object(created.id),
    };
    tell(Item { object, value: created.name.map(Value::Text), previous: None, code: None, tag: None });
    tell(Item::valued(&"class", Value::Unsigned(created.class.into())));
    tell(Item::named(&format_args!("in {}", Object(created.container))));
}

fn tell_single(exchange: &Exchange<'_>, single: Option<Single<'_>>, tell: &mut dyn FnMut(Item<'_>)) {
    let Some(single) = single else { return };
    let value = single.value.or_else(|| exchange.substreamed_value());
    let value =
        value.map(|value| if attribute::is_secret(single.attribute) { Value::Secret } else { value.value() });
    tell(Item {
        object: &format_args!("{} {}", Object(single.object), Attribute(single.attribute)),
        value,
        previous: None,
        code: None,
        tag: None,
    });
}
