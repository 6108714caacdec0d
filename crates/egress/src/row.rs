use quaywatch_content::Things;
use quaywatch_model::{Address, DataClass, Disclosure, Moment, Scope, Timestamp};

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
#[derive(Debug)]
pub(crate) struct Row {
    start: Moment,
    end: Timestamp,
    conversations: u64,
    bytes: u64,
    pub(crate) things: Things,
}

impl Row {
    pub(crate) fn begun(start: Moment, end: Timestamp) -> Self {
        Self { start, end, conversations: 0, bytes: 0, things: Things::default() }
    }

    /// Takes in a conversation.
    pub(crate) fn add(&mut self, start: Moment, end: Timestamp, conversations: u64, bytes: u64) {
        self.start = self.start.min(start);
        self.end = self.end.max(end);
        self.conversations += conversations;
        self.bytes = self.bytes.saturating_add(bytes);
    }

    pub(crate) const fn span(&self) -> (Moment, Timestamp) {
        (self.start, self.end)
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.add(other.start, other.end, other.conversations, other.bytes);
        self.things.merge(&other.things);
    }

    /// As it is told; `None` where nothing proves that there was such data.
    pub(crate) fn disclosure(self, key: Key, scope: Scope) -> Option<Disclosure> {
        let proven = self.things.prove(key.class);
        (self.bytes > 0 || proven).then(|| Disclosure {
            start: self.start,
            end: self.end,
            conversations: self.conversations,
            client: key.client,
            recipient: key.recipient,
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
