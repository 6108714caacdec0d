//! Lowers an exchange of CIP messages to operations: wrappers are opened, members reported one by one.

use super::items::{Told, Wrapper, block_offset, file_piece, reply_code, written_block};
use super::path::{Path, Target};
use super::pccc::{self, Pccc};
use super::services::{Form, Meaning, meaning_of};
use super::transfers::{Flow, Piece, Transfers};
use super::wire::{Members, Reply, Request, UnconnectedSend, class, service};
use crate::Context;
use quaywatch_model::{Coded, Moment, Number, Operation, Outcome, Side, Steps, Verb, Verdict};
use std::fmt;

/// Wrappers stand in each other at most so deep: one Unconnected Send a hop, one Multiple Service Packet in a
/// connection. Deeper ones come from no device, and every level costs stack.
pub const MAX_DEPTH: usize = 8;

/// General statuses that say the request was carried out, wholly or in part.
const SUCCESS: u8 = 0x00;
const PARTIAL_TRANSFER: u8 = 0x06;
/// A member of a Multiple Service Packet failed; each member says so itself.
const EMBEDDED_SERVICE_ERROR: u8 = 0x1E;

/// A message with its answer, either of which may be missing.
#[derive(Clone, Copy)]
pub(crate) struct Exchange<'a> {
    pub(crate) client: Side,
    pub(crate) asked: Option<Moment>,
    pub(crate) answered: Option<Moment>,
    pub(crate) request: Option<&'a [u8]>,
    pub(crate) reply: Option<&'a [u8]>,
    /// What became of it, where there is no reply.
    pub(crate) unmet: Outcome,
    /// The code of whoever refused it on the way.
    pub(crate) code: Option<Coded<'static>>,
    /// The slot behind the address.
    pub(crate) slot: Option<u32>,
}

/// The wrappers a message came in.
#[derive(Clone, Copy)]
pub(crate) struct Via<'a> {
    pub(crate) wrapper: Wrapper<'a>,
    pub(crate) outer: Option<&'a Via<'a>>,
}

struct Wrappers<'a>(Option<&'a Via<'a>>);

impl Steps for Wrappers<'_> {
    fn each(&self, tell: &mut dyn FnMut(&dyn fmt::Display)) {
        if let Some(via) = self.0 {
            Wrappers(via.outer).each(tell);
            tell(&via.wrapper);
        }
    }
}

/// Reports every operation in an exchange.
pub(crate) fn report(
    cx: &mut Context<'_>,
    transfers: &mut Transfers,
    exchange: &Exchange<'_>,
    via: Option<&Via<'_>>,
) {
    Lowering { cx, transfers }.exchange(exchange, via, 0);
}

/// The request that will be answered, where a message is wrapped in Unconnected Sends: its service is in the
/// reply.
pub(crate) fn innermost(message: &[u8]) -> Option<Request<'_>> {
    let mut request = Request::decode(message).ok()?;
    for _ in 0..MAX_DEPTH {
        if !is_unconnected_send(&request) {
            break;
        }
        request = Request::decode(UnconnectedSend::decode(request.data).ok()?.message).ok()?;
    }
    Some(request)
}

fn is_unconnected_send(request: &Request<'_>) -> bool {
    request.service == service::UNCONNECTED_SEND
        && request.path.target().leaf_class == Some(class::CONNECTION_MANAGER)
}

struct Lowering<'a, 'cx> {
    cx: &'a mut Context<'cx>,
    transfers: &'a mut Transfers,
}

impl Lowering<'_, '_> {
    fn exchange(&mut self, exchange: &Exchange<'_>, via: Option<&Via<'_>>, depth: usize) {
        let request = self.read(exchange.request, Request::decode);
        let reply = self.read(exchange.reply, Reply::decode);
        if depth < MAX_DEPTH {
            if let Some(request) = request.filter(is_unconnected_send) {
                if let Ok(send) = UnconnectedSend::decode(request.data) {
                    return self.unconnected_send(exchange, reply, send, via, depth);
                }
            } else if request.map(|request| request.service).or(reply.map(|reply| reply.service))
                == Some(service::MULTIPLE_SERVICE_PACKET)
            {
                return self.members(exchange, request, reply, via, depth);
            }
        } else {
            let left = exchange.request.or(exchange.reply).map_or(0, <[u8]>::len) as u64;
            self.cx.problem("cip", "services wrapped too deep", Verdict::Limit, left);
        }
        self.single(exchange, request, reply, via);
    }

    fn read<'m, T, E>(
        &mut self,
        message: Option<&'m [u8]>,
        decode: impl Fn(&'m [u8]) -> Result<T, E>,
    ) -> Option<T> {
        let message = message?;
        let decoded = decode(message).ok();
        if decoded.is_none() && !message.is_empty() {
            self.cx.problem("cip", "message does not decode", Verdict::Malformed, message.len() as u64);
        }
        decoded
    }

    /// The reply to an Unconnected Send is the reply to what is inside, or the refusal of a router on the way.
    fn unconnected_send(
        &mut self,
        exchange: &Exchange<'_>,
        reply: Option<Reply<'_>>,
        send: UnconnectedSend<'_>,
        via: Option<&Via<'_>>,
        depth: usize,
    ) {
        let via = Via { wrapper: Wrapper::UnconnectedSend(send.route), outer: via };
        let slot = send.route.slot().or(exchange.slot);
        let inside = Exchange { request: Some(send.message), slot, ..*exchange };
        let refused = reply.filter(|reply| reply.service == service::UNCONNECTED_SEND && reply.general != 0);
        let inside = match refused {
            Some(reply) => Exchange {
                reply: None,
                unmet: Outcome::Refused,
                code: reply_code(&reply, Some(class::CONNECTION_MANAGER)),
                ..inside
            },
            None => inside,
        };
        self.exchange(&inside, Some(&via), depth + 1);
    }

    /// Member by member: the nth request belongs to the nth reply.
    fn members(
        &mut self,
        exchange: &Exchange<'_>,
        request: Option<Request<'_>>,
        reply: Option<Reply<'_>>,
        via: Option<&Via<'_>>,
        depth: usize,
    ) {
        let via = Via { wrapper: Wrapper::MultipleService, outer: via };
        let asked = request.map(|request| Members::new(request.data));
        let announced = asked.map_or(0, |members| members.announced());
        let carried =
            |reply: &Reply<'_>| matches!(reply.general, SUCCESS | PARTIAL_TRANSFER | EMBEDDED_SERVICE_ERROR);
        let refused = reply.filter(|reply| !carried(reply));
        let mut answers = reply.filter(carried).map(|reply| Members::new(reply.data));
        let mut requests = asked;
        let mut seen = 0;
        loop {
            let request = requests.as_mut().and_then(Iterator::next);
            let reply = answers.as_mut().and_then(Iterator::next);
            if request.is_none() && (reply.is_none() || asked.is_some()) {
                break;
            }
            seen += 1;
            let member = Exchange { request, reply, ..*exchange };
            let member = match refused {
                Some(refusal) => {
                    let code = reply_code(&refusal, None);
                    Exchange { unmet: Outcome::Refused, code, ..member }
                }
                None => member,
            };
            self.exchange(&member, Some(&via), depth + 1);
        }
        if seen < announced || (request.is_some() && announced == 0) {
            let left = request.map_or(0, |request| request.data.len()) as u64;
            self.cx.problem(
                "cip",
                "members of a Multiple Service Packet do not fit",
                Verdict::Malformed,
                left,
            );
        }
    }

    fn single(
        &mut self,
        exchange: &Exchange<'_>,
        request: Option<Request<'_>>,
        reply: Option<Reply<'_>>,
        via: Option<&Via<'_>>,
    ) {
        let Some(number) = request.map(|request| request.service).or(reply.map(|reply| reply.service)) else {
            return;
        };
        let target = request.map_or(Target::default(), |request| request.path.target());
        if number == service::EXECUTE_PCCC && self.pccc(exchange, request, reply, target, via) {
            return;
        }
        let meaning = meaning_of(number, target);
        let told = Told { form: meaning.form, request, reply };
        let (outcome, code) = became(exchange, reply, target);
        self.emit(
            exchange,
            via,
            &Operation {
                items: &told,
                code,
                bytes: told.bytes(),
                unit: exchange.slot,
                ..Operation::new(
                    exchange.client,
                    meaning.verb,
                    Coded::new(meaning.name, Number::Hex8(number)),
                    outcome,
                )
            },
        );
        if outcome != Outcome::Refused {
            self.moved(exchange.client, meaning, &told, target, number);
        }
    }

    fn emit(&mut self, exchange: &Exchange<'_>, via: Option<&Via<'_>>, operation: &Operation<'_>) {
        self.cx.operation(&Operation {
            request: exchange.asked,
            reply: exchange.answered,
            protocol: Some("cip"),
            via: &Wrappers(via),
            ..*operation
        });
    }

    /// PCCC inside Execute PCCC; `false` where it is none.
    fn pccc(
        &mut self,
        exchange: &Exchange<'_>,
        request: Option<Request<'_>>,
        reply: Option<Reply<'_>>,
        target: Target,
        via: Option<&Via<'_>>,
    ) -> bool {
        let ours = match request {
            Some(_) => target.leaf_class == Some(class::PCCC),
            None => reply.is_some_and(|reply| looks_like_pccc(reply.data)),
        };
        let asked = request.and_then(|request| Pccc::decode(request.data).ok());
        let answered = reply.and_then(|reply| Pccc::decode(reply.data).ok());
        if !ours || asked.or(answered).is_none() {
            return false;
        }
        let told = pccc::Told { request: asked, reply: answered };
        let (verb, function) = told.meaning();
        let (outcome, code) = match (became(exchange, reply, target), answered.and_then(|pccc| pccc.code())) {
            ((Outcome::Accepted, _), Some(code)) => (Outcome::Refused, Some(code)),
            (became, _) => became,
        };
        let bytes = told.program_bytes().map(|(_, bytes)| bytes.len() as u64);
        self.emit(
            exchange,
            via,
            &Operation {
                items: &told,
                code,
                bytes,
                unit: exchange.slot,
                ..Operation::new(exchange.client, verb, function, outcome)
            },
        );
        if outcome != Outcome::Refused {
            self.pccc_moved(exchange.client, &told, function.number);
        }
        true
    }

    fn pccc_moved(&mut self, client: Side, told: &pccc::Told<'_>, function: Number) {
        let Self { cx, transfers } = self;
        match function {
            Number::Hex16(0x0F50) => transfers.begin(cx, Flow::ProgramIn, client),
            Number::Hex16(0x0F52) => transfers.end(cx, Flow::ProgramIn, true),
            Number::Hex16(0x0F53) => transfers.begin(cx, Flow::ProgramOut, client),
            Number::Hex16(0x0F55) => transfers.end(cx, Flow::ProgramOut, true),
            Number::Hex16(_) => match told.program_bytes() {
                Some((true, bytes)) => transfers.data(cx, Flow::ProgramIn, client, bytes),
                Some((false, bytes)) if told.reply.is_some() => {
                    transfers.data(cx, Flow::ProgramOut, client, bytes);
                }
                _ => {}
            },
            _ => {}
        }
    }

    /// What the operation moved of a program, firmware or file, and where such a thing ends.
    fn moved(&mut self, client: Side, meaning: Meaning, told: &Told<'_>, target: Target, number: u8) {
        let Self { cx, transfers } = self;
        match meaning.form {
            Form::BlockWrite => {
                let (offset, bytes) = written_block(told.asked()).unwrap_or_default();
                let piece = Piece::new(told.path().bytes, offset, bytes);
                transfers.piece(cx, Flow::ProgramIn, client, piece, bytes);
            }
            Form::BlockRead if told.reply.is_some() => {
                let piece = Piece::new(told.path().bytes, block_offset(told.asked()), told.answered());
                transfers.piece(cx, Flow::ProgramOut, client, piece, told.answered());
            }
            Form::Firmware => transfers.data(cx, Flow::FirmwareIn, client, told.asked()),
            Form::FileWrite => {
                if let Some((kind, bytes)) = file_piece(told.asked()) {
                    transfers.data(cx, Flow::FileIn, client, bytes);
                    end_file(cx, transfers, Flow::FileIn, kind);
                }
            }
            Form::FileRead => {
                if let Some((kind, bytes)) = file_piece(told.answered()) {
                    transfers.data(cx, Flow::FileOut, client, bytes);
                    end_file(cx, transfers, Flow::FileOut, kind);
                }
            }
            _ => match (meaning.verb, target.leaf_class, number) {
                (Verb::UpdateFirmware, ..) => transfers.begin(cx, Flow::FirmwareIn, client),
                // A device restarts into the firmware it was given; a controller runs the program it was given.
                (Verb::Reset, Some(class::IDENTITY), _) => transfers.end(cx, Flow::FirmwareIn, true),
                (Verb::Start, ..) => transfers.end(cx, Flow::ProgramIn, true),
                _ => {}
            },
        }
    }
}

/// The kinds of file pieces that end a file: the last, an abort, the first that is the last.
fn end_file(cx: &mut Context<'_>, transfers: &mut Transfers, flow: Flow, kind: u8) {
    match kind {
        2 | 4 => transfers.end(cx, flow, true),
        3 => transfers.end(cx, flow, false),
        _ => {}
    }
}

fn became(
    exchange: &Exchange<'_>,
    reply: Option<Reply<'_>>,
    target: Target,
) -> (Outcome, Option<Coded<'static>>) {
    match reply {
        None => (exchange.unmet, exchange.code),
        Some(reply) => {
            let yes = matches!(reply.general, SUCCESS | PARTIAL_TRANSFER);
            let outcome = if yes { Outcome::Accepted } else { Outcome::Refused };
            (outcome, reply_code(&reply, target.leaf_class))
        }
    }
}

/// Whether a reply whose request was not captured is one to Execute PCCC: a requestor id of the usual length,
/// then a command with the reply bit.
fn looks_like_pccc(data: &[u8]) -> bool {
    /// Length, vendor, serial number.
    const USUAL_REQUESTOR_BYTES: u8 = 7;
    Pccc::decode(data)
        .is_ok_and(|pccc| pccc.requestor.first() == Some(&USUAL_REQUESTOR_BYTES) && pccc.is_reply())
}

/// Where a connection leads, and the slot in the rack it ends in.
pub(crate) fn connection_via(path: Path<'_>) -> (Via<'_>, Option<u32>) {
    (Via { wrapper: Wrapper::Connection(path), outer: None }, path.slot())
}
