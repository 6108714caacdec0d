use crate::{Context, Memory};
use quaywatch_model::{Moment, Outcome, Timestamp};

/// A request that has waited so long is given up while its conversation goes on; an answer that comes later stands
/// alone. Field devices answer in milliseconds, routers and engineering tools give up after 60 s at the most, and
/// who writes rows in the order of requests has to hold back as much.
pub const PATIENCE_NANOS: i64 = 120_000_000_000;

/// A request that waits for its answer.
#[derive(Debug)]
pub struct Request<K> {
    /// What the answer will carry too: a transaction number, a sequence count.
    pub key: K,
    /// When the request was complete.
    pub moment: Moment,
    /// The request's own bytes. Give them back with [`Request::free`].
    pub bytes: Vec<u8>,
    /// Bytes of the answering side were lost after this request.
    loss: bool,
}

impl<K> Request<K> {
    /// Gives the request's memory back.
    pub fn free(self, memory: &mut Memory) {
        memory.free(self.bytes);
    }

    /// What to say of a request that is given up at `now` without an answer.
    ///
    /// `heard`: whether anything was ever captured from the answering side.
    #[must_use]
    pub const fn unmet(&self, now: Moment, heard: bool) -> Outcome {
        if self.loss { Outcome::Unseen } else { unmet(self.moment, now, heard) }
    }

    /// What to say of a request whose client no longer waits, because it asked again: as [`unmet`](Self::unmet),
    /// whatever its age.
    #[must_use]
    pub const fn superseded(&self, heard: bool) -> Outcome {
        if self.loss || !heard { Outcome::Unseen } else { Outcome::Unanswered }
    }
}

/// A request this old without an answer was left unanswered; a younger one may yet be answered after the
/// capture's end. Field devices answer in milliseconds, engineering tools give up after seconds.
const USUAL_NANOS: i64 = 5_000_000_000;

/// When a request made then is given up.
#[must_use]
pub(crate) const fn patience_ends(made: Timestamp) -> Timestamp {
    Timestamp::from_nanos(made.nanos().saturating_add(PATIENCE_NANOS))
}

/// What to say of something that was asked at `asked` and is given up at `now` without an answer.
///
/// `heard`: whether anything was ever captured from the answering side.
#[must_use]
pub const fn unmet(asked: Moment, now: Moment, heard: bool) -> Outcome {
    if !heard || now.time.since(asked.time) < USUAL_NANOS { Outcome::Unseen } else { Outcome::Unanswered }
}

/// The requests of one conversation that wait for their answers, in the order they were made.
///
/// The oldest is given up when [`LIMIT`](Self::LIMIT) wait: a peer that never answers costs bounded memory.
#[derive(Debug)]
pub struct Pending<K> {
    waiting: Vec<Request<K>>,
}

impl<K> Default for Pending<K> {
    fn default() -> Self {
        Self { waiting: Vec::new() }
    }
}

impl<K: PartialEq> Pending<K> {
    /// So many requests of one conversation may wait. The deepest pipelining met in the field is 16
    /// (Modbus/TCP implementation guide, section 4.4.1.2); OPC UA clients keep some tens of Publish waiting.
    pub const LIMIT: usize = 128;

    /// Lets a request wait. Returns the request that had to give way, if any: report it and free it.
    #[must_use = "the request that gave way must be reported and freed"]
    pub fn push(&mut self, cx: &mut Context<'_>, key: K, bytes: &[u8]) -> Option<Request<K>> {
        let gave_way = (self.waiting.len() >= Self::LIMIT).then(|| self.waiting.remove(0));
        // Without memory the request is still paired, but its items are not told.
        let bytes = cx.memory.copy(bytes).unwrap_or_default();
        self.waiting.push(Request { key, moment: cx.now, bytes, loss: false });
        gave_way
    }

    /// Takes the oldest request with this key.
    pub fn take(&mut self, key: &K) -> Option<Request<K>> {
        self.take_where(|waiting| waiting == key)
    }

    /// Takes the oldest request whose key satisfies `is_it`.
    pub fn take_where(&mut self, mut is_it: impl FnMut(&K) -> bool) -> Option<Request<K>> {
        let at = self.waiting.iter().position(|request| is_it(&request.key))?;
        Some(self.waiting.remove(at))
    }

    /// Takes the oldest request made more than `nanos` before `now`, if there is one.
    pub fn take_older(&mut self, now: Moment, nanos: i64) -> Option<Request<K>> {
        let oldest = self.waiting.first()?;
        (now.time.since(oldest.moment.time) > nanos).then(|| self.waiting.remove(0))
    }

    /// Takes the oldest request if it has waited longer than [`PATIENCE_NANOS`].
    pub fn take_overdue(&mut self, now: Moment) -> Option<Request<K>> {
        self.take_older(now, PATIENCE_NANOS)
    }

    /// When the oldest request will have waited as long as [`PATIENCE_NANOS`].
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        self.due_where(|_| true)
    }

    /// The same for requests whose key satisfies `is_it`.
    #[must_use]
    pub fn due_where(&self, mut is_it: impl FnMut(&K) -> bool) -> Option<Timestamp> {
        let oldest = self.waiting.iter().find(|request| is_it(&request.key))?;
        Some(patience_ends(oldest.moment.time))
    }

    /// Takes the oldest request, whatever its key. For giving all up at the end.
    pub fn take_any(&mut self) -> Option<Request<K>> {
        (!self.waiting.is_empty()).then(|| self.waiting.remove(0))
    }

    /// Bytes of the answering side were lost: an answer that does not come was perhaps not seen.
    pub fn answers_lost(&mut self) {
        self.waiting.iter_mut().for_each(|request| request.loss = true);
    }

    /// Whether a request waits whose key satisfies `is_it`.
    #[must_use]
    pub fn is_waiting(&self, is_it: impl FnMut(&K) -> bool) -> bool {
        self.waiting.iter().map(|request| &request.key).any(is_it)
    }

    /// The keys of all requests that wait, oldest first, to be changed.
    pub fn keys_mut(&mut self) -> impl Iterator<Item = &mut K> {
        self.waiting.iter_mut().map(|request| &mut request.key)
    }

    /// How many requests wait.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether no request waits.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use crate::Transport;
    use crate::testing::Player;
    use crate::testing::polls::POLLS;
    use quaywatch_model::Side::{A, B};

    #[test]
    fn a_request_without_an_answer_is_given_up_when_patience_ends_and_its_answer_then_stands_alone() {
        for poll in &POLLS {
            let name = poll.protocol.name;
            let mut player = Player::new(poll.protocol, Transport::Tcp, [50_000, poll.port]);
            let [[first, answer], [second, late]] = [1, 2].map(|n| poll.turn(n));
            player.say(A, &first).say(B, &answer).say(A, &second);
            player.wait_seconds(119);
            assert!(player.tick(), "{name}: one waits");
            assert_eq!(player.heard.operations.len(), 1, "{name}");
            player.wait_seconds(2);
            assert!(!player.tick(), "{name}: none waits");
            let told = &player.heard.operations;
            assert!(told.len() == 2 && told[1].ends_with("-> unanswered"), "{name}: {told:?}");
            player.say(B, &late);
            let heard = player.end();
            assert_eq!(heard.frames.last().map(|(request, _)| *request), Some(0), "{name}");
            assert_eq!(heard.frames.len(), 3, "{name}");
        }
    }
}
