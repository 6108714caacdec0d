use crate::{Context, Conversation};
use quaywatch_model::{DataClass, Side, Verdict};
use quaywatch_wire::ReadError;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What one message tells: who the client is, if that can be said of it.
pub(crate) type Read = fn(&mut Context<'_>, Side, &[u8]) -> Result<Option<Side>, ReadError>;

/// A conversation of messages that stand alone: announcements, each read by itself.
///
/// Who announces says the same thing every few seconds. A message that is what its side said last is not read again.
pub(crate) struct Standalone {
    layer: &'static str,
    carries: DataClass,
    read: Read,
    /// Whether a repeated message is news, because it is the time of it that counts.
    repeats_count: bool,
    client: Option<Side>,
    last: [u64; 2],
}

impl Standalone {
    pub(crate) const fn new(layer: &'static str, carries: DataClass, read: Read) -> Self {
        Self { layer, carries, read, repeats_count: false, client: None, last: [0; 2] }
    }

    /// Reads what is repeated too.
    pub(crate) const fn with_repeats(self) -> Self {
        Self { repeats_count: true, ..self }
    }

    fn is_repeated(&mut self, from: Side, bytes: &[u8]) -> bool {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let hash = hasher.finish();
        std::mem::replace(from.of_mut(&mut self.last), hash) == hash
    }
}

impl Conversation for Standalone {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        if !self.repeats_count && self.is_repeated(from, bytes) {
            return;
        }
        match (self.read)(cx, from, bytes) {
            Ok(client) => self.client = client.or(self.client),
            Err(_) => {
                let reason = "message shorter than it says";
                cx.problem(self.layer, reason, Verdict::Malformed, bytes.len() as u64);
            }
        }
    }

    fn gap(&mut self, cx: &mut Context<'_>, _: Side, bytes: u64) {
        if bytes > 0 {
            cx.problem(self.layer, "message not captured as a whole", Verdict::Incomplete, bytes);
        }
    }

    fn end(&mut self, _: &mut Context<'_>) {}

    fn protocol(&self) -> &'static str {
        self.layer
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        self.carries
    }
}
