//! TLS inside another protocol: after both sides agreed to it (STARTTLS and its like), or in the other's frames.

use super::stream::Stream;
use crate::{Context, Conversation, Dialogue, Framed, Sink};
use quaywatch_model::{
    Content, DataClass, Fact, LogLine, Note, Operation, Problem, Side, Timestamp, Transfer,
};

/// What one connection of another protocol says in TLS. All its bytes are told as encrypted.
#[derive(Debug, Default)]
pub(crate) struct Inside(Stream);

impl Inside {
    /// The next bytes from one side, without the other protocol's frames.
    pub(crate) fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        cx.carried(from, DataClass::Encrypted, bytes.len() as u64);
        quietly(cx, |cx| self.0.data(cx, from, bytes));
    }

    /// As [`Conversation::gap`].
    pub(crate) fn gap(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64) {
        self.0.gap(cx, from, bytes);
    }

    /// As [`Conversation::end`].
    pub(crate) fn end(&mut self, cx: &mut Context<'_>) {
        quietly(cx, |cx| self.0.end(cx));
    }
}

/// A protocol of which a connection may go on as TLS.
pub(crate) trait ChangesToTls: Dialogue {
    /// Whether both sides agreed to, so that all that comes now is TLS.
    fn is_tls_now(&self) -> bool;
}

/// Another protocol, and TLS from where it changes to that. Bytes in the same segment as the agreement stay with the
/// other protocol: nobody sends them before the other has agreed.
pub(crate) struct UntilTls<D> {
    framed: Framed<D>,
    inside: Option<Box<Inside>>,
}

impl<D: ChangesToTls> UntilTls<D> {
    /// A conversation of which nothing was seen yet.
    pub(crate) const fn new(dialogue: D) -> Self {
        Self { framed: Framed::new(dialogue), inside: None }
    }

    fn inside(&mut self) -> Option<&mut Inside> {
        let is_now = self.framed.dialogue().is_tls_now();
        is_now.then(|| &mut **self.inside.get_or_insert_default())
    }
}

impl<D: ChangesToTls> Conversation for UntilTls<D> {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        match self.inside() {
            Some(inside) => inside.data(cx, from, bytes),
            None => self.framed.data(cx, from, bytes),
        }
    }

    fn gap(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64) {
        match self.inside() {
            Some(inside) => inside.gap(cx, from, bytes),
            None => self.framed.gap(cx, from, bytes),
        }
    }

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        self.framed.tick(cx)
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        if let Some(mut inside) = self.inside.take() {
            inside.end(cx);
        }
        self.framed.end(cx);
    }

    fn protocol(&self) -> &'static str {
        self.framed.protocol()
    }

    fn client(&self) -> Option<Side> {
        self.framed.client()
    }

    fn carries(&self) -> DataClass {
        self.framed.carries()
    }
}

/// Lets TLS report all but content, which is told once, by whoever holds it.
fn quietly(cx: &mut Context<'_>, act: impl FnOnce(&mut Context<'_>)) {
    let Context { now, addresses, ports, opened, wanted, .. } = *cx;
    let mut sink = AllButContent(cx.sink);
    act(&mut Context {
        now,
        addresses,
        ports,
        opened,
        wanted,
        memory: cx.memory,
        shared: cx.shared,
        sink: &mut sink,
    });
}

struct AllButContent<'a>(&'a mut dyn Sink);

impl Sink for AllButContent<'_> {
    fn operation(&mut self, operation: &Operation<'_>) {
        self.0.operation(operation);
    }

    fn transfer(&mut self, transfer: &Transfer<'_>) {
        self.0.transfer(transfer);
    }

    fn problem(&mut self, problem: &Problem) {
        self.0.problem(problem);
    }

    fn fact(&mut self, fact: &Fact<'_>) {
        self.0.fact(fact);
    }

    fn note(&mut self, note: &Note<'_>) {
        self.0.note(note);
    }

    fn content(&mut self, _: &Content<'_>) {}

    fn log(&mut self, line: &LogLine<'_>) {
        self.0.log(line);
    }
}
