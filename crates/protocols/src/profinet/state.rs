use super::alarm::{PduType, Rta};
use super::asked::{Asked, LONGEST_WAIT_NANOS};
use super::cyclic::Provided;
use super::dcp::{Message, Service};
use super::ops::{self, Exchange};
use super::wire::{Class, Cyclic, FrameId};
use super::{LAYER, PROTOCOL};
use crate::{Context, Conversation, Pending, Request};
use quaywatch_model::{DataClass, Outcome, Side, Timestamp, Verdict};
use quaywatch_wire::ReadError;

/// What is kept of one pair of stations.
#[derive(Debug, Default)]
pub(super) struct Profinet {
    /// Who asked by DCP, or else who consumes alarms.
    client: Option<Side>,
    /// Whether all frames so far were time synchronisation.
    spoke: Spoke,
    /// Which sides were heard to answer by DCP.
    answers: [bool; 2],
    waiting: Pending<Asking>,
    provided: [Provided; 2],
    /// The last alarm count of each side, high and low priority.
    alarm_counts: [[Option<u16>; 2]; 2],
}

/// What was heard so far.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Spoke {
    #[default]
    Nothing,
    OnlyPtcp,
    More,
}

/// What an answer has in common with its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Asking {
    xid: u32,
    service: Service,
    from: Side,
}

impl Conversation for Profinet {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let Some(frame_id) = FrameId::of(bytes) else {
            return cx.problem(LAYER, "frame without FrameID", Verdict::Malformed, bytes.len() as u64);
        };
        let class = frame_id.class();
        self.spoke = match (self.spoke, class) {
            (Spoke::Nothing | Spoke::OnlyPtcp, Class::Ptcp) => Spoke::OnlyPtcp,
            _ => Spoke::More,
        };
        let read = match class {
            Class::Cyclic1 | Class::Cyclic3 => {
                Cyclic::decode(bytes).map(|frame| from.of_mut(&mut self.provided).frame(cx, from, &frame))
            }
            Class::Dcp => Message::decode(bytes).map(|message| self.dcp(cx, from, bytes, &message)),
            Class::Alarm => Rta::decode(bytes).map(|pdu| self.alarm(cx, from, &pdu)),
            Class::Ptcp => Ok(()),
            Class::Fragment => unread(cx, "fragment not joined", Verdict::Unsupported, bytes),
            Class::RemoteService => unread(cx, "remote service interface", Verdict::Unsupported, bytes),
            Class::Reserved => unread(cx, "FrameID that is not in use", Verdict::Malformed, bytes),
        };
        if read.is_err() {
            cx.problem(LAYER, "frame shorter than it says", Verdict::Malformed, bytes.len() as u64);
        }
    }

    fn gap(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64) {
        if bytes > 0 {
            cx.problem(LAYER, "frame not captured as a whole", Verdict::Incomplete, bytes);
        }
        self.waiting.answers_lost();
        from.of_mut(&mut self.provided).lost();
    }

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        while let Some(request) = self.waiting.take_overdue(cx.now) {
            self.give_up(cx, request);
        }
        self.waiting.due()
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        while let Some(request) = self.waiting.take_any() {
            self.give_up(cx, request);
        }
        self.provided.iter_mut().for_each(|provided| provided.end(cx));
    }

    fn protocol(&self) -> &'static str {
        if self.spoke == Spoke::OnlyPtcp { "profinet_ptcp" } else { PROTOCOL.name }
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        DataClass::ProcessValues
    }
}

fn unread(
    cx: &mut Context<'_>,
    reason: &'static str,
    verdict: Verdict,
    frame: &[u8],
) -> Result<(), ReadError> {
    cx.problem(LAYER, reason, verdict, frame.len() as u64);
    Ok(())
}

impl Profinet {
    fn dcp(&mut self, cx: &mut Context<'_>, from: Side, frame: &[u8], message: &Message<'_>) {
        if !message.is_consistent() {
            cx.problem(LAYER, "DCP service under another's FrameID", Verdict::Malformed, 0);
        }
        if message.blocks().any(|block| block.is_err()) {
            cx.problem(
                LAYER,
                "DCP block runs past the message",
                Verdict::Malformed,
                message.data.len() as u64,
            );
        }
        match (message.service, message.kind.is_response()) {
            (Service::HELLO, _) => announced(cx, from, message),
            (_, false) => self.request(cx, from, frame, message),
            (Service::IDENTIFY, true) => self.identified(cx, from, message),
            (_, true) => self.response(cx, from, message),
        }
    }

    fn request(&mut self, cx: &mut Context<'_>, from: Side, frame: &[u8], message: &Message<'_>) {
        self.client = Some(from);
        while let Some(old) = self.waiting.take_older(cx.now, LONGEST_WAIT_NANOS) {
            self.give_up(cx, old);
        }
        if message.service == Service::IDENTIFY {
            cx.shared.get::<Asked>().ask(message.xid, cx.now);
        }
        let asking = Asking { xid: message.xid, service: message.service, from };
        if let Some(gave_way) = self.waiting.push(cx, asking, frame) {
            self.give_up(cx, gave_way);
        }
    }

    /// The answer to a set, a get, or a service of the maker's own.
    fn response(&mut self, cx: &mut Context<'_>, from: Side, message: &Message<'_>) {
        let client = from.other();
        self.client = Some(client);
        *from.of_mut(&mut self.answers) = true;
        let request = self.waiting.take(&Asking { xid: message.xid, service: message.service, from: client });
        let question = request.as_ref().and_then(|request| Message::decode(&request.bytes).ok());
        let asked = request.as_ref().map(|request| request.moment);
        let exchange = Exchange { client, asked, question, answered: Some(cx.now), answer: Some(*message) };
        exchange.report(cx, message.service, Outcome::Accepted);
        if let Some(request) = request {
            request.free(cx.memory);
        }
    }

    /// One of the answers to a question that was asked in another conversation. A question put to one station
    /// alone lies in this one and is left waiting: it knows that it was answered.
    fn identified(&mut self, cx: &mut Context<'_>, from: Side, message: &Message<'_>) {
        let client = from.other();
        self.client = Some(client);
        let asked = cx.shared.get::<Asked>().answer(message.xid, cx.now);
        let exchange =
            Exchange { client, asked, question: None, answered: Some(cx.now), answer: Some(*message) };
        exchange.report(cx, message.service, Outcome::Accepted);
    }

    /// A request that no answer was seen to, unless answers to it were seen elsewhere.
    fn give_up(&mut self, cx: &mut Context<'_>, request: Request<Asking>) {
        let Asking { xid, service, from } = request.key;
        let heard = if service == Service::IDENTIFY {
            let asked = cx.shared.get::<Asked>();
            if asked.was_answered(xid, request.moment) {
                return request.free(cx.memory);
            }
            asked.hears_answers()
        } else {
            *from.other().of(&self.answers)
        };
        let outcome = request.unmet(cx.now, heard);
        let question = Message::decode(&request.bytes).ok();
        let asked = Some(request.moment);
        let exchange = Exchange { client: from, asked, question, answered: None, answer: None };
        exchange.report(cx, service, outcome);
        request.free(cx.memory);
    }

    fn alarm(&mut self, cx: &mut Context<'_>, from: Side, pdu: &Rta<'_>) {
        let [high, low] = from.of_mut(&mut self.alarm_counts);
        let count = if pdu.frame_id == FrameId::ALARM_HIGH { high } else { low };
        if pdu.pdu_type.kind() == PduType::DATA && count.replace(pdu.send_sequence) == Some(pdu.send_sequence)
        {
            return;
        }
        ops::report_alarm(cx, from, pdu);
    }
}

/// A device says that it is there; nobody asked.
fn announced(cx: &mut Context<'_>, from: Side, message: &Message<'_>) {
    let client = from.other();
    let exchange =
        Exchange { client, asked: None, question: None, answered: Some(cx.now), answer: Some(*message) };
    exchange.report(cx, message.service, Outcome::Accepted);
}
