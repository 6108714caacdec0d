use super::SUCCESS;
use super::log::{self, Device};
use super::ops::{self, Exchange, Said};
use super::transfers::{Transfers, moves_blocks};
use super::userdata::{self, Part};
use super::wire::{BlockJob, Function, Kind, Pdu, Userdata};
use crate::pending::patience_ends;
use crate::{Context, Pending, Request};
use quaywatch_model::{Moment, Outcome, Side, Timestamp, Verdict};
use std::mem;

/// What the protocol makes us keep: the jobs that wait and, where there are any, blocks on the move, long
/// answers that are not whole, and cyclic deliveries.
#[derive(Debug, Default)]
pub(crate) struct S7comm {
    client: Option<Side>,
    heard: [bool; 2],
    pending: Pending<Key>,
    rare: Option<Box<Rare>>,
}

/// What most conversations never need.
#[derive(Debug, Default)]
struct Rare {
    transfers: Transfers,
    answers: Vec<Answer>,
    deliveries: Vec<Delivery>,
    /// Who one side said it is, kept only for the log.
    device: Option<(Side, Box<Device>)>,
}

/// What an answer repeats of its job, and who made it: both sides may have jobs open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    from: Side,
    reference: u16,
    what: What,
}

/// A job's function, or a userdata request's group and function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Job(u8),
    Userdata(u8, u8),
}

/// An answer of which more parts are to come.
#[derive(Debug)]
struct Answer {
    client: Side,
    head: Userdata,
    code: u8,
    /// When its last part came.
    moment: Moment,
    request: Option<Request<Key>>,
    payload: Vec<u8>,
}

/// A delivery that a station has asked for: pushes repeat the sequence number its answer had.
#[derive(Debug)]
struct Delivery {
    client: Side,
    group: u8,
    sequence: u8,
    request: Vec<u8>,
}

/// So many answers of one conversation may be unfinished: stations ask for one after the other.
const MOST_ANSWERS: usize = 8;
/// The longest answer that is put together, in bytes. Block lists of large controllers have some ten thousand.
const LONGEST_ANSWER_BYTES: usize = 64 * 1024;
/// So many deliveries of one conversation are remembered. A CPU allows 32 cyclic jobs.
const MOST_DELIVERIES: usize = 64;

const LAYER: &str = "s7comm";

impl S7comm {
    /// One user data unit of the transport.
    pub(crate) fn pdu(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let Ok((pdu, rest)) = Pdu::decode(bytes) else {
            return cx.problem(LAYER, "PDU does not decode", Verdict::Malformed, bytes.len() as u64);
        };
        if !rest.is_empty() {
            cx.problem(LAYER, "bytes after the PDU", Verdict::Malformed, rest.len() as u64);
        }
        *from.of_mut(&mut self.heard) = true;
        if cx.wanted.logs {
            let continues = |client, head: &_| self.rare.as_ref().is_some_and(|rare| rare.has(client, head));
            log::pdu(cx, from, &pdu, continues);
        }
        match pdu.kind {
            Kind::JOB => self.job(cx, from, &pdu, bytes),
            Kind::ACK | Kind::ACK_DATA => self.ack(cx, from, pdu),
            Kind::USERDATA => self.userdata(cx, from, &pdu, bytes),
            _ => cx.problem(LAYER, "unknown ROSCTR", Verdict::Unsupported, bytes.len() as u64),
        }
    }

    /// Bytes from either side were not captured.
    pub(crate) fn lost(&mut self) {
        // Either side may have been about to answer: both have jobs in the course of a download.
        self.pending.answers_lost();
        if let Some(rare) = &mut self.rare {
            rare.transfers.lost();
        }
    }

    /// As [`Conversation::tick`](crate::Conversation::tick). A long answer whose rest does not come is given up with
    /// its request.
    pub(crate) fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        while let Some(request) = self.pending.take_overdue(cx.now) {
            self.unmet(cx, request);
        }
        let answers = self.rare.as_mut().map(|rare| &mut rare.answers);
        let unfinished = answers.and_then(|answers| {
            let overdue = |answer: &mut Answer| answer.due() < cx.now.time;
            answers.extract_if(.., overdue).collect::<Vec<_>>().into_iter().for_each(|answer| {
                answer.cut_short(cx);
            });
            answers.iter().map(Answer::due).min()
        });
        self.pending.due().into_iter().chain(unfinished).min()
    }

    /// Nothing more will come.
    pub(crate) fn end(&mut self, cx: &mut Context<'_>) {
        while let Some(request) = self.pending.take_any() {
            self.unmet(cx, request);
        }
        let Some(mut rare) = self.rare.take() else { return };
        rare.transfers.end(cx);
        if let Some((side, device)) = rare.device.take() {
            device.tell(cx, side);
        }
        for answer in rare.answers.drain(..) {
            answer.cut_short(cx);
        }
        for delivery in rare.deliveries.drain(..) {
            cx.memory.free(delivery.request);
        }
    }

    /// Who asks, as far as the content tells.
    pub(crate) const fn client(&self) -> Option<Side> {
        self.client
    }

    fn job(&mut self, cx: &mut Context<'_>, from: Side, pdu: &Pdu<'_>, bytes: &[u8]) {
        let function = pdu.function().unwrap_or(Function(0));
        self.client = Some(if function.is_reversed() { from.other() } else { from });
        if matches!(function, Function::UPLOAD | Function::DOWNLOAD_BLOCK)
            && let (Some(rare), Ok(job)) = (&mut self.rare, BlockJob::decode(pdu.parameters))
        {
            rare.transfers.note_asked(job);
        }
        let key = Key { from, reference: pdu.reference, what: What::Job(function.0) };
        if let Some(gave_way) = self.pending.push(cx, key, bytes) {
            self.unmet(cx, gave_way);
        }
    }

    fn ack(&mut self, cx: &mut Context<'_>, from: Side, pdu: Pdu<'_>) {
        let asker = from.other();
        let function = pdu.function();
        // An acknowledgement without parameters answers whatever job has its reference.
        let request = self.pending.take_where(|key| {
            let known = match key.what {
                What::Job(job) => function.is_none_or(|function| function.0 == job),
                What::Userdata(..) => false,
            };
            known && key.reference == pdu.reference && key.from == asker
        });
        let answered = Some(Said { moment: cx.now, pdu });
        self.finish_job(cx, asker, request, answered, Outcome::Accepted);
    }

    /// Reports a job that is over, with its answer or without.
    fn finish_job(
        &mut self,
        cx: &mut Context<'_>,
        asker: Side,
        request: Option<Request<Key>>,
        answered: Option<Said<'_>>,
        unmet: Outcome,
    ) {
        let asked = request.as_ref().and_then(|request| {
            let (pdu, _) = Pdu::decode(&request.bytes).ok()?;
            Some(Said { moment: request.moment, pdu })
        });
        let function = asked.or(answered).and_then(|said| said.pdu.function()).unwrap_or(Function(0));
        // In a download the controller asks and the station, who wants it, answers.
        let client = if function.is_reversed() { asker.other() } else { asker };
        let exchange = Exchange { asked, answered, unmet, block: None };
        if moves_blocks(function) {
            let rare = self.rare.get_or_insert_default();
            let job = asked.and_then(|said| BlockJob::decode(said.pdu.parameters).ok());
            let block = job.and_then(|job| rare.transfers.name_of(job.upload));
            ops::job(cx, client, &Exchange { block, ..exchange });
            rare.transfers.note(cx, client, job, answered.map(|said| said.pdu), function);
        } else {
            ops::job(cx, client, &exchange);
        }
        if let Some(request) = request {
            request.free(cx.memory);
        } else {
            self.client = Some(client);
        }
    }

    fn userdata(&mut self, cx: &mut Context<'_>, from: Side, pdu: &Pdu<'_>, bytes: &[u8]) {
        let Ok(head) = Userdata::decode(pdu.parameters) else {
            return cx.problem(LAYER, "userdata does not decode", Verdict::Malformed, bytes.len() as u64);
        };
        // Who asks for what is told even where its data make no sense.
        let (code, payload) = userdata::payload(pdu.data).unwrap_or_else(|_| {
            cx.problem(LAYER, "userdata's data do not decode", Verdict::Malformed, pdu.data.len() as u64);
            (SUCCESS, &[])
        });
        if !head.is_known() {
            return cx.problem(LAYER, "unknown userdata form", Verdict::Unsupported, bytes.len() as u64);
        }
        let part = Part { moment: cx.now, head, code, payload };
        let what = What::Userdata(head.group, head.function);
        if head.method.is_request() {
            self.client = Some(from);
            let key = Key { from, reference: pdu.reference, what };
            if let Some(gave_way) = self.pending.push(cx, key, bytes) {
                self.unmet(cx, gave_way);
            }
        } else if head.method.is_response() {
            self.client = Some(from.other());
            let key = Key { from: from.other(), reference: pdu.reference, what };
            let request = self.pending.take(&key);
            self.response(cx, from.other(), request, part);
        } else {
            self.client = self.client.or(Some(from.other()));
            self.push(cx, from.other(), part);
        }
    }

    /// An answer, whole or one part of a long one.
    fn response(
        &mut self,
        cx: &mut Context<'_>,
        client: Side,
        request: Option<Request<Key>>,
        part: Part<'_>,
    ) {
        let more = part.head.tail.is_some_and(|tail| tail.more != 0 && tail.error == 0);
        let begun = self.rare.as_mut().and_then(|rare| rare.take_answer(client, &part.head));
        match begun {
            Some(mut begun) => {
                // The request for this part says nothing that the first one did not.
                if let Some(request) = request {
                    request.free(cx.memory);
                }
                let fits = begun.payload.len() + part.payload.len() <= LONGEST_ANSWER_BYTES;
                if !fits || !cx.memory.append(&mut begun.payload, part.payload) {
                    cx.problem(LAYER, "long answer cut off", Verdict::Limit, part.payload.len() as u64);
                }
                if more {
                    begun.head = part.head;
                    begun.moment = part.moment;
                    self.rare.get_or_insert_default().keep_answer(cx, begun);
                    return;
                }
                let joined = mem::take(&mut begun.payload);
                let whole = Part { payload: &joined, ..part };
                self.finish_userdata(cx, client, begun.request, Some(whole), Outcome::Accepted);
                cx.memory.free(joined);
            }
            None if more => {
                let payload = cx.memory.copy(part.payload).unwrap_or_default();
                let answer = Answer {
                    client,
                    head: part.head,
                    code: part.code,
                    moment: part.moment,
                    request,
                    payload,
                };
                self.rare.get_or_insert_default().keep_answer(cx, answer);
            }
            None => self.finish_userdata(cx, client, request, Some(part), Outcome::Accepted),
        }
    }

    /// Remembers who the answerer says it is.
    fn note_device(&mut self, client: Side, answered: &Part<'_>) {
        if (answered.head.group, answered.head.function) == (4, 1)
            && let Some(told) = Device::decode(answered.payload)
        {
            let rare = self.rare.get_or_insert_default();
            let (_, device) = rare.device.get_or_insert_with(|| (client.other(), Box::default()));
            device.add(told);
        }
    }

    /// Reports a userdata request that is over, with its answer or without, and remembers deliveries.
    fn finish_userdata(
        &mut self,
        cx: &mut Context<'_>,
        client: Side,
        request: Option<Request<Key>>,
        answered: Option<Part<'_>>,
        unmet: Outcome,
    ) {
        let asked = request.as_ref().and_then(asked);
        userdata::report(cx, client, &userdata::Exchange { asked, answered, unmet, job: None });
        if let Some(answered) = answered.filter(|_| cx.wanted.logs) {
            self.note_device(client, &answered);
        }
        let accepted = answered.filter(|part| part.head.tail.is_none_or(|tail| tail.error == 0));
        let delivery = accepted.filter(|part| sets_up_delivery(part.head)).map(|part| part.head.sequence);
        match (request, delivery) {
            (Some(request), Some(sequence)) => {
                let Key { what: What::Userdata(group, _), .. } = request.key else {
                    return request.free(cx.memory);
                };
                let delivery = Delivery { client, group, sequence, request: request.bytes };
                self.rare.get_or_insert_default().remember(cx, delivery);
            }
            (Some(request), None) => request.free(cx.memory),
            (None, _) => {}
        }
    }

    /// A push: what it delivers was asked for earlier, if that was captured.
    fn push(&mut self, cx: &mut Context<'_>, client: Side, part: Part<'_>) {
        let delivery = self.rare.as_ref().and_then(|rare| {
            let is_it = |delivery: &&Delivery| {
                delivery.client == client
                    && delivery.group == part.head.group
                    && delivery.sequence == part.head.sequence
            };
            rare.deliveries.iter().find(is_it)
        });
        let job = delivery.and_then(|delivery| {
            let (pdu, _) = Pdu::decode(&delivery.request).ok()?;
            userdata::payload(pdu.data).ok().map(|(_, payload)| payload)
        });
        let exchange =
            userdata::Exchange { asked: None, answered: Some(part), unmet: Outcome::Accepted, job };
        userdata::report(cx, client, &exchange);
    }

    /// A request that is given up.
    fn unmet(&mut self, cx: &mut Context<'_>, request: Request<Key>) {
        let asker = request.key.from;
        let outcome = request.unmet(cx.now, *asker.other().of(&self.heard));
        match request.key.what {
            What::Job(_) => self.finish_job(cx, asker, Some(request), None, outcome),
            What::Userdata(..) => self.finish_userdata(cx, asker, Some(request), None, outcome),
        }
    }
}

/// Whether an accepted request of this kind makes the controller push.
const fn sets_up_delivery(head: Userdata) -> bool {
    matches!((head.group, head.function), (1, 2 | 8) | (2, 1 | 5 | 7))
}

/// A userdata request's own part.
fn asked(request: &Request<Key>) -> Option<Part<'_>> {
    let (pdu, _) = Pdu::decode(&request.bytes).ok()?;
    let head = Userdata::decode(pdu.parameters).ok()?;
    let (code, payload) = userdata::payload(pdu.data).unwrap_or((SUCCESS, &[]));
    Some(Part { moment: request.moment, head, code, payload })
}

impl Rare {
    /// The unfinished answer that this part continues.
    fn take_answer(&mut self, client: Side, head: &Userdata) -> Option<Answer> {
        let at = self.answers.iter().position(|answer| answer.is_continued_by(client, head))?;
        Some(self.answers.remove(at))
    }

    /// Whether this part continues an unfinished answer.
    fn has(&self, client: Side, head: &Userdata) -> bool {
        self.answers.iter().any(|answer| answer.is_continued_by(client, head))
    }

    fn keep_answer(&mut self, cx: &mut Context<'_>, answer: Answer) {
        if self.answers.len() >= MOST_ANSWERS {
            self.answers.remove(0).cut_short(cx);
        }
        self.answers.push(answer);
    }

    fn remember(&mut self, cx: &mut Context<'_>, delivery: Delivery) {
        let same = |known: &Delivery| {
            (known.client, known.group, known.sequence)
                == (delivery.client, delivery.group, delivery.sequence)
        };
        let oldest = (self.deliveries.len() >= MOST_DELIVERIES).then_some(0);
        if let Some(at) = self.deliveries.iter().position(same).or(oldest) {
            cx.memory.free(self.deliveries.remove(at).request);
        }
        self.deliveries.push(delivery);
    }
}

impl Answer {
    fn is_continued_by(&self, client: Side, head: &Userdata) -> bool {
        let same = |head: &Userdata| (head.group, head.function, head.sequence);
        self.client == client && same(&self.head) == same(head)
    }

    /// When its rest is waited for no longer: the row stands under its request.
    fn due(&self) -> Timestamp {
        patience_ends(self.request.as_ref().map_or(self.moment, |request| request.moment).time)
    }

    /// Reports an answer whose rest did not come.
    fn cut_short(self, cx: &mut Context<'_>) {
        cx.problem(LAYER, "long answer cut short", Verdict::Incomplete, 0);
        let answered = Part { moment: self.moment, head: self.head, code: self.code, payload: &self.payload };
        let asked = self.request.as_ref().and_then(asked);
        let exchange =
            userdata::Exchange { asked, answered: Some(answered), unmet: Outcome::Accepted, job: None };
        userdata::report(cx, self.client, &exchange);
        if let Some(request) = self.request {
            request.free(cx.memory);
        }
        cx.memory.free(self.payload);
    }
}
