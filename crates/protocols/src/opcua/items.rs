//! What an operation was about, told by walking request and response together when somebody asks.

mod attributes;
mod browse;
mod discovery;
mod nodes;
mod session;
mod subscription;

pub(super) use session::{Greeting, Opening, Sealed, ServerGreeting};

use super::builtin::{StatusCode, Text};
use super::channel;
use super::codec::{Array, Elements, Wire};
use super::handles::Handles;
use super::messages::{Body, Message};
use super::service::Service;
use super::wire::{AsymmetricHeader, Chunk, MessageType, Security};
use quaywatch_model::{Item, Items, Scalars, Value};
use std::fmt;

/// The items of a service's exchange.
pub(super) struct Told<'a> {
    pub(super) service: Service,
    /// What waited for the answer; empty where the request was not captured. Read again only if somebody asks.
    pub(super) request: &'a [u8],
    pub(super) response: Option<&'a Body<'a>>,
    pub(super) handles: &'a Handles,
}

/// What waited for an answer: a message, or a whole `OPN` chunk, whose security header is read too.
pub(super) fn read_request(bytes: &[u8]) -> (Option<Body<'_>>, Option<AsymmetricHeader<'_>>) {
    if !bytes.starts_with(&MessageType::OPEN.0) {
        return (Message::decode(bytes).map(|(message, _)| message.body), None);
    }
    let Ok(chunk) = Chunk::decode(bytes) else { return (None, None) };
    let Security::Asymmetric(security) = chunk.security else { return (None, None) };
    let body = channel::split(chunk.payload).map(|(_, body)| body);
    (body.and_then(Message::decode).map(|(message, _)| message.body), Some(security))
}

/// What is done with each item.
type Tell<'t> = dyn FnMut(Item<'_>) + 't;

impl Items for Told<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let (request, security) = read_request(self.request);
        let response = self.response.copied();
        match self.service {
            Service::READ => attributes::read(request, response, tell),
            Service::WRITE => attributes::write(request, response, tell),
            Service::HISTORY_READ => attributes::history_read(request, response, tell),
            Service::HISTORY_UPDATE => attributes::history_update(request, response, tell),
            Service::CALL => attributes::call(request, response, tell),
            Service::BROWSE => browse::browse(request, response, tell),
            Service::BROWSE_NEXT => browse::browse_next(response, tell),
            Service::TRANSLATE_BROWSE_PATHS => browse::translate(request, response, tell),
            Service::REGISTER_NODES | Service::UNREGISTER_NODES => browse::register(request, response, tell),
            Service::ADD_NODES => nodes::add(request, response, tell),
            Service::ADD_REFERENCES => nodes::add_references(request, response, tell),
            Service::DELETE_NODES => nodes::delete(request, response, tell),
            Service::DELETE_REFERENCES => nodes::delete_references(request, response, tell),
            Service::OPEN_SECURE_CHANNEL => session::open(request, response, security, tell),
            Service::CREATE_SESSION => session::create(request, response, tell),
            Service::ACTIVATE_SESSION => session::activate(request, tell),
            Service::CLOSE_SESSION | Service::CANCEL => session::close(request, response, tell),
            Service::GET_ENDPOINTS => discovery::get_endpoints(request, response, tell),
            Service::FIND_SERVERS => discovery::find_servers(request, response, tell),
            Service::FIND_SERVERS_ON_NETWORK => discovery::find_on_network(response, tell),
            Service::REGISTER_SERVER | Service::REGISTER_SERVER_2 => discovery::register(request, tell),
            _ => subscription::tell(request, response, self.handles, tell),
        }
    }
}

/// Elements of a request with those of its response, as long as there is one of either.
struct Pairs<'a, Q, R> {
    asked: Elements<'a, Q>,
    answered: Elements<'a, R>,
    at: usize,
}

fn pairs<'a, Q, R>(asked: Option<Array<'a, Q>>, answered: Option<Array<'a, R>>) -> Pairs<'a, Q, R>
where
    Q: Wire<'a>,
    R: Wire<'a>,
{
    Pairs {
        asked: asked.unwrap_or(Array::NULL).iter(),
        answered: answered.unwrap_or(Array::NULL).iter(),
        at: 0,
    }
}

impl<'a, Q: Wire<'a>, R: Wire<'a>> Iterator for Pairs<'a, Q, R> {
    type Item = (Numbered, Option<Q>, Option<R>);

    fn next(&mut self) -> Option<Self::Item> {
        let (asked, answered) = (self.asked.next(), self.answered.next());
        let number = Numbered(self.at);
        self.at += 1;
        (asked.is_some() || answered.is_some()).then_some((number, asked, answered))
    }
}

/// What is left to say of an item whose request was not captured: `item 0`.
#[derive(Clone, Copy)]
struct Numbered(usize);

impl fmt::Display for Numbered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "item {}", self.0)
    }
}

/// Something of what was asked, or its number where the question was not captured.
struct Asked<T>(Numbered, Option<T>);

impl<T: fmt::Display> fmt::Display for Asked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.1 {
            Some(asked) => asked.fmt(f),
            None => self.0.fmt(f),
        }
    }
}

/// The members of an array, each told in its own way.
struct Each<'a, T, F>(Array<'a, T>, F);

impl<'a, T, F> Scalars for Each<'a, T, F>
where
    T: Wire<'a>,
    F: Fn(&T, &mut dyn FnMut(Value<'_>)),
{
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        self.0.iter().for_each(|element| self.1(&element, tell));
    }
}

/// Tells an item with a value and perhaps a code.
fn tell_item(tell: &mut Tell<'_>, object: &dyn fmt::Display, value: Option<Value<'_>>, status: StatusCode) {
    tell(Item { object, value, previous: None, code: status.told(), tag: None });
}

/// Tells a text, unless it is empty.
fn tell_text(tell: &mut Tell<'_>, object: &str, text: Text<'_>) {
    if !text.is_empty() {
        tell(Item::valued(&object, text.value()));
    }
}
