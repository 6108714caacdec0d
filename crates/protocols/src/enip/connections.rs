//! The connections of a conversation, and what other conversations must know of them.

use crate::Context;
use crate::cip::path::Path;
use crate::cip::wire::{ForwardClose, ForwardOpen, ForwardOpened, Reply, Request, class, service};
use quaywatch_model::{Moment, Verdict};
use std::collections::VecDeque;

/// So many connections are known of one conversation. Engineering tools open a handful over one; the oldest is
/// forgotten, and its messages are still paired, only without their route.
const MOST_CONNECTIONS: usize = 64;
/// So many cyclic connections are remembered over all conversations.
const MOST_CYCLIC: usize = 1024;
/// So many broadcast questions are remembered.
const MOST_QUESTIONS: usize = 32;
/// A device answers a broadcast after a random delay of at most some seconds; a later answer is to another one.
const QUESTION_NANOS: i64 = 10_000_000_000;

/// A connection for explicit messages.
#[derive(Debug)]
struct Connection {
    /// 0 where no packet or reply has shown it yet.
    o_t: u32,
    t_o: u32,
    serial: u16,
    originator_serial: u32,
    /// From the Forward Open; empty where that was not seen.
    path: Vec<u8>,
}

/// What is known of the connections of a conversation.
#[derive(Debug, Default)]
pub(super) struct Connections(Vec<Connection>);

impl Connections {
    /// The connection's path, by the id that its originator sends with.
    pub(super) fn path(&self, o_t: u32) -> Path<'_> {
        let found = self.0.iter().find(|connection| connection.o_t == o_t);
        Path::padded(found.map_or(&[], |connection| &connection.path))
    }

    /// The id that the originator sends with, by the id that the target sends with.
    pub(super) fn o_t_of(&self, t_o: u32) -> Option<u32> {
        self.0.iter().find(|connection| connection.t_o == t_o).map(|connection| connection.o_t)
    }

    /// An answer showed which two ids belong together.
    pub(super) fn pair(&mut self, cx: &mut Context<'_>, o_t: u32, t_o: u32) {
        match self.0.iter_mut().find(|connection| connection.o_t == o_t) {
            Some(connection) => connection.t_o = t_o,
            None => self.add(cx, Connection { o_t, t_o, serial: 0, originator_serial: 0, path: Vec::new() }),
        }
    }

    /// Learns from a Forward Open or Forward Close that was answered.
    pub(super) fn learn(&mut self, cx: &mut Context<'_>, request: &Request<'_>, reply: &Reply<'_>) {
        let managed =
            || reply.general == 0 && request.path.target().leaf_class == Some(class::CONNECTION_MANAGER);
        match request.service {
            service::FORWARD_OPEN if managed() => self.opened(cx, request, reply, false),
            service::LARGE_FORWARD_OPEN if managed() => self.opened(cx, request, reply, true),
            service::FORWARD_CLOSE if managed() => self.closed(cx, request),
            _ => {}
        }
    }

    fn closed(&mut self, cx: &mut Context<'_>, request: &Request<'_>) {
        let Ok(close) = ForwardClose::decode(request.data) else { return };
        let key = (close.triad.serial, close.triad.originator_serial);
        let is_it = |it: &Connection| (it.serial, it.originator_serial) == key && !it.path.is_empty();
        if let Some(at) = self.0.iter().position(is_it) {
            cx.memory.free(self.0.swap_remove(at).path);
        }
        cx.shared.get::<Shared>().closed(key);
    }

    fn opened(&mut self, cx: &mut Context<'_>, request: &Request<'_>, reply: &Reply<'_>, large: bool) {
        let Ok(open) = ForwardOpen::decode(request.data, large) else { return };
        let Ok(opened) = ForwardOpened::decode(reply.data) else { return };
        let (o_t, t_o) = (opened.o_t_id, opened.t_o_id);
        let triad = opened.triad;
        if open.transport_class() < 2 {
            let cyclic = |id, from_originator| Cyclic {
                id,
                from_originator,
                class: open.transport_class(),
                key: (triad.serial, triad.originator_serial),
            };
            let shared = cx.shared.get::<Shared>();
            shared.opened(cyclic(o_t, true));
            return shared.opened(cyclic(t_o, false));
        }
        // Without memory for the path the ids are still paired.
        let path = cx.memory.copy(open.path.bytes).unwrap_or_default();
        let (serial, originator_serial) = (triad.serial, triad.originator_serial);
        self.add(cx, Connection { o_t, t_o, serial, originator_serial, path });
    }

    fn add(&mut self, cx: &mut Context<'_>, connection: Connection) {
        // Ids are used again after a connection is gone.
        let stale = |it: &Connection| it.o_t == connection.o_t || it.t_o == connection.t_o;
        while let Some(at) = self.0.iter().position(stale) {
            cx.memory.free(self.0.swap_remove(at).path);
        }
        if self.0.len() >= MOST_CONNECTIONS {
            cx.memory.free(self.0.remove(0).path);
            cx.problem("enip", "more connections than are remembered", Verdict::Limit, 0);
        }
        self.0.push(connection);
    }

    /// Gives back all memory.
    pub(super) fn forget(&mut self, cx: &mut Context<'_>) {
        self.0.drain(..).for_each(|connection| cx.memory.free(connection.path));
    }
}

/// A cyclic connection's packets in one direction, learnt from a Forward Open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cyclic {
    pub(super) id: u32,
    pub(super) from_originator: bool,
    /// Transport class: 1 has a sequence count before its data, 0 has none.
    pub(super) class: u8,
    key: (u16, u32),
}

/// A question put to all, whose answers come in conversations of their own.
#[derive(Debug)]
struct Question {
    context: u64,
    moment: Moment,
}

/// What EtherNet/IP remembers across conversations. The oldest gives way.
#[derive(Debug, Default)]
pub(super) struct Shared {
    cyclic: VecDeque<Cyclic>,
    questions: VecDeque<Question>,
}

impl Shared {
    fn opened(&mut self, cyclic: Cyclic) {
        self.cyclic.retain(|known| known.id != cyclic.id);
        if self.cyclic.len() >= MOST_CYCLIC {
            self.cyclic.pop_front();
        }
        self.cyclic.push_back(cyclic);
    }

    fn closed(&mut self, key: (u16, u32)) {
        self.cyclic.retain(|known| known.key != key);
    }

    /// What is known of packets with this connection id.
    pub(super) fn cyclic(&self, id: u32) -> Option<Cyclic> {
        self.cyclic.iter().copied().find(|known| known.id == id)
    }

    /// A List Identity was sent as a datagram, perhaps to all.
    pub(super) fn asked(&mut self, context: u64, moment: Moment) {
        if self.questions.len() >= MOST_QUESTIONS {
            self.questions.pop_front();
        }
        self.questions.push_back(Question { context, moment });
    }

    /// When the question was asked that this answer of another conversation belongs to.
    pub(super) fn question(&self, context: u64, now: Moment) -> Option<Moment> {
        let fresh = |it: &&Question| {
            it.context == context && (0..QUESTION_NANOS).contains(&now.time.since(it.moment.time))
        };
        self.questions.iter().rev().find(fresh).map(|question| question.moment)
    }
}
