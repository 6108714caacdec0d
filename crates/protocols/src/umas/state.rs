use super::ops::{self, Exchange};
use super::wire::{Message, ProgramBlock, ProgramStep};
use super::{Function, NAME};
use crate::Context;
use quaywatch_model::{Direction, Outcome, Side, Transfer, TransferKind, Verdict};

/// What UMAS makes us keep of a Modbus conversation.
#[derive(Debug, Default)]
pub(crate) struct Session {
    seen: bool,
    transfers: u64,
    moving: Option<Moving>,
}

/// A program on its way.
#[derive(Debug)]
struct Moving {
    direction: Direction,
    /// The block that comes next. The protocol counts from 1.
    next: u16,
    /// No block was missed so far.
    whole: bool,
}

impl Session {
    /// A conversation that begins with this message, or with the start of one.
    pub(crate) fn beginning(message: &[u8]) -> Self {
        Self { seen: super::looks(message) != (false, false), ..Self::default() }
    }

    /// Whether a UMAS function was met.
    pub(crate) const fn was_seen(&self) -> bool {
        self.seen
    }

    /// Reports an exchange, and what it moves.
    pub(crate) fn report(&mut self, cx: &mut Context<'_>, exchange: &Exchange<'_>) {
        let outcome = ops::report(cx, exchange);
        let question = exchange.question.and_then(ops::unwrapped);
        let answer = exchange.answer.and_then(ops::unwrapped);
        self.seen |= question.is_some_and(|message| message.function.is_request())
            || answer.is_some_and(|message| message.is_answer());
        if let Some(question) = question {
            self.transfer(cx, exchange.client, question, answer, outcome);
        }
    }

    /// The conversation is over.
    pub(crate) fn end(&mut self, cx: &mut Context<'_>) {
        self.finish(cx, false);
    }

    fn transfer(
        &mut self,
        cx: &mut Context<'_>,
        client: Side,
        question: Message<'_>,
        answer: Option<Message<'_>>,
        outcome: Outcome,
    ) {
        let accepted = outcome == Outcome::Accepted;
        let step = ProgramStep::decode(question.data);
        match question.function {
            Function::BEGIN_TO_PLC if accepted => {
                self.begin(cx, client, Direction::ToDevice, step.ok().map(|step| step.file));
            }
            Function::BEGIN_FROM_PLC if accepted => {
                self.begin(cx, client, Direction::FromDevice, step.ok().map(|step| step.file));
            }
            // The station sent the block; only a refusal says that it was not taken.
            Function::BLOCK_TO_PLC if outcome != Outcome::Refused => {
                match ProgramBlock::decode_to_plc(question.data) {
                    Ok(block) => {
                        self.block(cx, client, Direction::ToDevice, block.file, block.number, block.data);
                    }
                    Err(_) => self.broken_block(cx, question.data),
                }
            }
            Function::BLOCK_FROM_PLC if accepted => {
                let data = answer.map(|answer| answer.data).unwrap_or_default();
                match (step, ProgramBlock::decode_from_plc(data)) {
                    (Ok(step), Ok(block)) => {
                        self.block(cx, client, Direction::FromDevice, step.file, step.number, block.data);
                    }
                    _ => self.broken_block(cx, data),
                }
            }
            Function::END_TO_PLC | Function::END_FROM_PLC => {
                let blocks = step.ok().and_then(|step| step.number);
                let moved = self.moving.as_ref().map(|moving| moving.next - 1);
                self.finish(cx, accepted && (blocks.is_none() || blocks == moved));
            }
            _ => {}
        }
    }

    fn begin(&mut self, cx: &mut Context<'_>, client: Side, direction: Direction, file: Option<u8>) {
        self.finish(cx, false);
        self.transfers += 1;
        self.moving = Some(Moving { direction, next: 1, whole: true });
        cx.transfer(&Transfer::Begin {
            id: self.transfers,
            kind: TransferKind::Program,
            direction,
            client,
            name: None,
            block_type: file.and_then(file_type),
            block_number: None,
        });
    }

    /// A block that follows the last is data; one that was moved before is the same again (stations send
    /// block 2 twice); one from farther on tells that blocks were not captured.
    fn block(
        &mut self,
        cx: &mut Context<'_>,
        client: Side,
        direction: Direction,
        file: u8,
        number: Option<u16>,
        bytes: &[u8],
    ) {
        if self.moving.as_ref().is_none_or(|moving| moving.direction != direction) {
            self.begin(cx, client, direction, Some(file));
        }
        let Some(moving) = &mut self.moving else { return };
        let number = number.unwrap_or(moving.next);
        if number < moving.next {
            return;
        }
        let id = self.transfers;
        if number > moving.next {
            moving.whole = false;
            cx.transfer(&Transfer::Missing { id, bytes: 0 });
        }
        moving.next = number.saturating_add(1);
        cx.transfer(&Transfer::Data { id, bytes });
    }

    /// A block whose length is not its own: it cannot be put in its place.
    fn broken_block(&mut self, cx: &mut Context<'_>, data: &[u8]) {
        cx.problem(NAME, "program block does not decode", Verdict::Malformed, data.len() as u64);
        if let Some(moving) = &mut self.moving {
            moving.whole = false;
            cx.transfer(&Transfer::Missing { id: self.transfers, bytes: 0 });
        }
    }

    fn finish(&mut self, cx: &mut Context<'_>, complete: bool) {
        if let Some(moving) = self.moving.take() {
            cx.transfer(&Transfer::End { id: self.transfers, complete: complete && moving.whole });
        }
    }
}

/// What the file number of a transfer stands for.
const fn file_type(file: u8) -> Option<&'static str> {
    match file {
        0x01 => Some("APX"),
        0x10 => Some("APB"),
        _ => None,
    }
}
