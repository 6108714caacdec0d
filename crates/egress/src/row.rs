use crate::leaving::MOST_FRAMES;
use quaywatch_content::Things;
use quaywatch_model::{Address, DataClass, Disclosure, Moment, Scope, Timestamp};
use std::collections::BTreeSet;

/// What tells rows apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) client: Address,
    pub(crate) recipient: Address,
    /// Whether who sent it is the conversation's client, where both ends are public: in the end that may tell whose row it is.
    pub(crate) asked: bool,
    pub(crate) port: u16,
    /// As the conversation itself names the recipient.
    pub(crate) name: Option<String>,
    pub(crate) protocol: &'static str,
    pub(crate) class: DataClass,
}

/// What is known of one class of data that went from one machine to one recipient.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    start: Moment,
    end: Timestamp,
    conversations: u64,
    bytes: u64,
    /// Each conversation was a packet or two that nobody answered.
    pub(crate) only_tries: bool,
    /// The first that show it.
    frames: BTreeSet<u64>,
    pub(crate) things: Things,
}

impl Row {
    pub(crate) fn begun(start: Moment, end: Timestamp) -> Self {
        let (frames, things) = (BTreeSet::new(), Things::default());
        Self { start, end, conversations: 0, bytes: 0, only_tries: true, frames, things }
    }

    /// Takes in a conversation.
    pub(crate) fn add(&mut self, start: Moment, end: Timestamp, conversations: u64, bytes: u64) {
        self.start = self.start.min(start);
        self.end = self.end.max(end);
        self.conversations += conversations;
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// Keeps the first of the frames that show it.
    pub(crate) fn shown_in(&mut self, frames: &[u64]) {
        self.frames.extend(frames);
        while self.frames.len() > MOST_FRAMES {
            self.frames.pop_last();
        }
    }

    pub(crate) const fn span(&self) -> (Moment, Timestamp) {
        (self.start, self.end)
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.add(other.start, other.end, other.conversations, other.bytes);
        self.only_tries &= other.only_tries;
        self.frames.extend(&other.frames);
        self.shown_in(&[]);
        self.things.merge(&other.things);
    }

    pub(crate) fn without_things(self) -> Self {
        Self { things: Things::default(), ..self }
    }

    /// As it is told; `None` where nothing proves that there was such data.
    pub(crate) fn disclosure(self, key: Key, scope: Scope) -> Option<Disclosure> {
        let proven = self.things.prove();
        (self.bytes > 0 || proven).then(|| Disclosure {
            start: self.start,
            frames: self.frames.into_iter().collect(),
            end: self.end,
            conversations: self.conversations,
            client: key.client,
            recipient: key.recipient,
            tried: None,
            recipient_port: key.port,
            recipient_name: key.name,
            recipient_scope: scope,
            protocol: key.protocol,
            data_class: key.class,
            count: proven.then(|| self.things.count()),
            bytes: self.bytes,
            samples: if proven { self.things.samples().map(str::to_owned).collect() } else { Vec::new() },
            declared: None,
        })
    }
}
