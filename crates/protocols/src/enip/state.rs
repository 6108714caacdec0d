use super::connections::{Connections, Shared};
use super::io::{self, Io};
use super::log;
use super::ops::{self, Told};
use super::wire::{self, Carried, Command, Packet};
use crate::cip::wire::{REPLY, Reply, Request};
use crate::cip::{self, Exchange, Transfers};
use crate::{Answer, Context, Conversation, Dialogue, Length, Pending};
use quaywatch_model::{DataClass, Outcome, Side, Timestamp, Verdict};

const LAYER: &str = "enip";

/// A request this old is given up while the conversation goes on. Routers and engineering tools give up after
/// 30 seconds at most.
const GIVE_UP_NANOS: i64 = 60_000_000_000;

/// What the answer will carry too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    from: Side,
    command: Command,
    /// The sender context; of connected messages, the sequence count.
    context: u64,
    /// The connection's id in the request's direction; 0 of unconnected messages.
    connection: u32,
    /// The service asked for, and the service inside the wrappers that carry a message on.
    services: [u8; 2],
}

/// A conversation: the requests that wait, the connections, what is being moved.
#[derive(Debug, Default)]
pub(super) struct Enip {
    client: Option<Side>,
    heard: [bool; 2],
    datagrams: bool,
    /// Messages were lost while requests waited.
    lossy: bool,
    pending: Pending<Key>,
    connections: Connections,
    transfers: Transfers,
}

impl Dialogue for Enip {
    const LAYER: &'static str = LAYER;
    const MAX_PDU_BYTES: usize = wire::MAX_PDU_BYTES;

    fn length(&self, _: Side, head: &[u8]) -> Length {
        match wire::length(head) {
            None => Length::More,
            Some(length) if wire::header_holds(head) => Length::Is(length),
            Some(_) => Length::Bad("no encapsulation header"),
        }
    }

    fn starts(&self, _: Side, head: &[u8]) -> Answer {
        wire::begins(head)
    }

    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let Ok(packet) = Packet::decode(bytes) else {
            return cx.problem(LAYER, "message does not decode", Verdict::Malformed, bytes.len() as u64);
        };
        if cx.wanted.logs {
            log::packet(cx, from, &packet);
        }
        if !std::mem::replace(from.of_mut(&mut self.heard), true) {
            // What waits so far was perhaps answered before this side's first captured byte.
            self.pending.answers_lost();
        }
        while let Some(old) = self.pending.take_older(cx.now, GIVE_UP_NANOS) {
            self.unmet(cx, old);
        }
        match packet.command {
            Command::SEND_RR_DATA | Command::SEND_UNIT_DATA => self.carried(cx, from, &packet),
            Command::REGISTER_SESSION if packet.session == 0 && packet.status == 0 => {
                self.ask(cx, from, &packet);
            }
            Command::REGISTER_SESSION => self.answer(cx, from, &packet),
            command if command.is_list() && packet.data.is_empty() && packet.status == 0 => {
                self.ask(cx, from, &packet);
            }
            command if command.is_list() => self.answer(cx, from, &packet),
            Command::NOP if packet.data.is_empty() => {}
            _ => self.one_way(cx, from, &packet),
        }
    }

    fn lost(&mut self, cx: &mut Context<'_>, _: Side, _: u64) {
        self.pending.answers_lost();
        self.lossy = !self.pending.is_empty();
        self.transfers.lost(cx);
    }

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        while let Some(request) = self.pending.take_overdue(cx.now) {
            self.unmet(cx, request);
        }
        self.pending.due()
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        while let Some(request) = self.pending.take_any() {
            self.unmet(cx, request);
        }
        self.transfers.end_all(cx);
        self.connections.forget(cx);
    }

    fn protocol(&self) -> &'static str {
        LAYER
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        DataClass::ProcessValues
    }
}

impl Enip {
    /// A request of the encapsulation's own.
    fn ask(&mut self, cx: &mut Context<'_>, from: Side, packet: &Packet<'_>) {
        self.client = Some(from);
        if self.datagrams && packet.command == Command::LIST_IDENTITY {
            cx.shared.get::<Shared>().asked(packet.context, cx.now);
        }
        let (command, context) = (packet.command, packet.context);
        self.wait(cx, Key { from, command, context, connection: 0, services: [0; 2] }, &[]);
    }

    /// The answer to a request of the encapsulation's own.
    fn answer(&mut self, cx: &mut Context<'_>, from: Side, packet: &Packet<'_>) {
        let client = from.other();
        self.client = Some(client);
        let (command, context) = (packet.command, packet.context);
        let mine = |key: &Key| key.from == client && key.command == command;
        let request = self
            .pending
            .take_where(|key| mine(key) && key.context == context)
            .or_else(|| self.pending.take_where(mine));
        let asked = match &request {
            Some(request) => Some(request.moment),
            None if self.datagrams && command == Command::LIST_IDENTITY => {
                cx.shared.get::<Shared>().question(context, cx.now)
            }
            None => None,
        };
        let told = Told { command, session: packet.session, request: &[], reply: packet.data };
        let outcome = if packet.status == 0 { Outcome::Accepted } else { Outcome::Refused };
        ops::report(cx, client, asked, Some(cx.now), &told, outcome, packet.status);
        if let Some(request) = request {
            request.free(cx.memory);
        }
    }

    /// A command that has no answer, or of which no more is known.
    fn one_way(&mut self, cx: &mut Context<'_>, from: Side, packet: &Packet<'_>) {
        let Packet { command, session, status, data, .. } = *packet;
        let told = Told { command, session, request: data, reply: &[] };
        let (client, asked, answered, outcome) = if status != 0 {
            (from.other(), None, Some(cx.now), Outcome::Refused)
        } else if command == Command::UNREGISTER_SESSION {
            (from, Some(cx.now), None, Outcome::Accepted)
        } else {
            (from, Some(cx.now), None, Outcome::Unseen)
        };
        self.client = self.client.or(Some(client));
        ops::report(cx, client, asked, answered, &told, outcome, status);
    }

    /// A message of CIP, or the encapsulation's refusal to carry one.
    fn carried(&mut self, cx: &mut Context<'_>, from: Side, packet: &Packet<'_>) {
        if packet.data.is_empty() {
            return self.not_carried(cx, from, packet);
        }
        let (context, connection, message) = match Carried::decode(packet.data) {
            Ok(Carried::Unconnected(message)) => (packet.context, 0, message),
            Ok(Carried::Connected { connection, sequence, message }) => {
                (sequence.into(), connection, message)
            }
            Err(_) => {
                let bytes = packet.data.len() as u64;
                return cx.problem(LAYER, "no message in the items", Verdict::Malformed, bytes);
            }
        };
        match message.first() {
            Some(&service) if service & REPLY == 0 => {
                self.client = Some(from);
                let inner = cip::innermost(message).map_or(service, |request| request.service);
                let services = [service, inner];
                self.wait(cx, Key { from, command: packet.command, context, connection, services }, message);
            }
            Some(&service) => {
                let key = Key {
                    from: from.other(),
                    command: packet.command,
                    context,
                    connection,
                    services: [service & !REPLY; 2],
                };
                self.replied(cx, key, message);
            }
            None => cx.problem(LAYER, "empty message", Verdict::Malformed, 0),
        }
    }

    /// Lets a request wait for its answer.
    fn wait(&mut self, cx: &mut Context<'_>, key: Key, message: &[u8]) {
        if self.lossy {
            // Many clients leave the sender context 0: the answer to come is this request's, and not that of one
            // before the loss that looks the same.
            while let Some(alike) = self.pending.take(&key) {
                self.unmet(cx, alike);
            }
            self.lossy = !self.pending.is_empty();
        }
        if let Some(gave_way) = self.pending.push(cx, key, message) {
            self.unmet(cx, gave_way);
        }
    }

    /// A reply. `key` is what its request must have had; its connection is the one the target sends with.
    fn replied(&mut self, cx: &mut Context<'_>, key: Key, message: &[u8]) {
        self.client = Some(key.from);
        let [service, _] = key.services;
        let known = self.connections.o_t_of(key.connection);
        let request = self.pending.take_where(|waiting| {
            let Key { from, command, context, connection, services } = *waiting;
            let connected = key.connection == 0 || known.is_none_or(|known| known == connection);
            (from, command, context) == (key.from, key.command, key.context)
                && services.contains(&service)
                && connected
        });
        let connection = request.as_ref().map(|request| request.key.connection).or(known).unwrap_or(0);
        if key.connection != 0 && connection != 0 && known != Some(connection) {
            self.connections.pair(cx, connection, key.connection);
        }
        let asked = request.as_ref().map(|request| (request.moment, request.bytes.as_slice()));
        let exchange = Exchange {
            client: key.from,
            asked: asked.map(|(moment, _)| moment),
            answered: Some(cx.now),
            request: asked.map(|(_, bytes)| bytes).filter(|bytes| !bytes.is_empty()),
            reply: Some(message),
            unmet: Outcome::Unseen,
            code: None,
            slot: None,
        };
        self.report(cx, exchange, (key.command == Command::SEND_UNIT_DATA).then_some(connection));
        if let Some(request) = request {
            if let (Ok(asked), Ok(answered)) = (Request::decode(&request.bytes), Reply::decode(message)) {
                self.connections.learn(cx, &asked, &answered);
            }
            request.free(cx.memory);
        }
    }

    /// The encapsulation refused to carry a message.
    fn not_carried(&mut self, cx: &mut Context<'_>, from: Side, packet: &Packet<'_>) {
        let client = from.other();
        let (command, context) = (packet.command, packet.context);
        let mine = |key: &Key| key.from == client && key.command == command;
        let request = self
            .pending
            .take_where(|key| mine(key) && key.connection == 0 && key.context == context)
            .or_else(|| self.pending.take_where(mine));
        let Some(request) = request else {
            let told = Told { command, session: packet.session, request: &[], reply: &[] };
            return ops::report(cx, client, None, Some(cx.now), &told, Outcome::Refused, packet.status);
        };
        let exchange = Exchange {
            client,
            asked: Some(request.moment),
            answered: Some(cx.now),
            request: Some(&request.bytes),
            reply: None,
            unmet: Outcome::Refused,
            code: ops::code(packet.status),
            slot: None,
        };
        self.report(cx, exchange, (request.key.connection != 0).then_some(request.key.connection));
        request.free(cx.memory);
    }

    /// A request that is given up.
    fn unmet(&mut self, cx: &mut Context<'_>, request: crate::Request<Key>) {
        let Key { from, command, connection, .. } = request.key;
        let outcome = request.unmet(cx.now, *from.other().of(&self.heard));
        if command.is_list() || command == Command::REGISTER_SESSION {
            let told = Told { command, session: 0, request: &[], reply: &[] };
            ops::report(cx, from, Some(request.moment), None, &told, outcome, 0);
        } else {
            let exchange = Exchange {
                client: from,
                asked: Some(request.moment),
                answered: None,
                request: Some(&request.bytes),
                reply: None,
                unmet: outcome,
                code: None,
                slot: None,
            };
            self.report(cx, exchange, (connection != 0).then_some(connection));
        }
        request.free(cx.memory);
    }

    /// Reports an exchange, with the connection it was made in, if it was in one.
    fn report(&mut self, cx: &mut Context<'_>, exchange: Exchange<'_>, connection: Option<u32>) {
        let Some(connection) = connection else {
            return cip::report(cx, &mut self.transfers, &exchange, None);
        };
        let (via, slot) = cip::connection_via(self.connections.path(connection));
        cip::report(cx, &mut self.transfers, &Exchange { slot, ..exchange }, Some(&via));
    }
}

/// The same over datagrams, each of which is one message, or one packet of cyclic data.
#[derive(Debug)]
pub(super) struct Datagrams {
    enip: Enip,
    io: Io,
}

impl Default for Datagrams {
    fn default() -> Self {
        Self { enip: Enip { datagrams: true, ..Enip::default() }, io: Io::default() }
    }
}

impl Conversation for Datagrams {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        if io::begins(bytes) {
            self.io.data(cx, from, bytes);
        } else {
            self.enip.pdu(cx, from, bytes);
        }
    }

    fn gap(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64) {
        self.enip.lost(cx, from, bytes);
    }

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        self.enip.tick(cx)
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        self.enip.end(cx);
    }

    fn protocol(&self) -> &'static str {
        self.enip.protocol()
    }

    fn client(&self) -> Option<Side> {
        self.enip.client().or(self.io.client())
    }

    fn carries(&self) -> DataClass {
        DataClass::ProcessValues
    }
}
