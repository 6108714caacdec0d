use super::control::{self, Asked};
use super::wire::{Control, Mode, Private, Time};
use crate::{Context, Conversation, Pending, Request};
use quaywatch_model::{Attribute, DataClass, Outcome, Role, Side, Verdict};
use quaywatch_wire::ReadError;

/// A request this old is given up: `ntpq` waits five seconds and asks once more.
const GIVEN_UP_NANOS: i64 = 30_000_000_000;
/// The error code is the high byte of the status word of an error (RFC 9327 section 3.4).
const CONTROL_ERROR_SHIFT: u16 = 8;

/// What is kept of a conversation.
#[derive(Debug, Default)]
pub(super) struct Ntp {
    client: Option<Side>,
    /// Stratum and reference each side was last heard with.
    source: [Option<(u8, [u8; 4])>; 2],
    /// Whether it was told that the client uses the server.
    told_use: bool,
    heard_server: bool,
    waiting: Pending<Asked>,
}

impl Conversation for Ntp {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let read = match bytes.first().map(|first| Mode(first & 7)) {
            Some(Mode::CONTROL) => Control::decode(bytes).map(|message| self.control(cx, from, &message)),
            Some(Mode::PRIVATE) => Private::decode(bytes).map(|message| self.private(cx, from, &message)),
            _ => self.time(cx, from, bytes),
        };
        if read.is_err() {
            cx.problem("ntp", "message shorter than it says", Verdict::Malformed, bytes.len() as u64);
        }
    }

    fn gap(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64) {
        if bytes > 0 {
            cx.problem("ntp", "message not captured as a whole", Verdict::Incomplete, bytes);
        }
        if self.client != Some(from) {
            self.waiting.answers_lost();
        }
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        while let Some(request) = self.waiting.take_any() {
            self.give_up(cx, request);
        }
    }

    fn protocol(&self) -> &'static str {
        "ntp"
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        DataClass::Signalling
    }
}

impl Ntp {
    fn time(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> Result<(), ReadError> {
        let time = Time::decode(bytes)?;
        let serves = match time.mode {
            Mode::CLIENT => {
                self.client = Some(from);
                return Ok(());
            }
            Mode::SERVER => {
                self.client = Some(from.other());
                true
            }
            Mode::ACTIVE | Mode::PASSIVE | Mode::BROADCAST => true,
            _ => false,
        };
        if !serves || !time.has_time() {
            return Ok(());
        }
        let source = Some((time.stratum, time.reference_id));
        if std::mem::replace(from.of_mut(&mut self.source), source) != source {
            cx.fact(from, Attribute::Role, Role::TimeServer.as_str());
            cx.fact(from, Attribute::State, &time.source());
        }
        if time.mode == Mode::SERVER && !std::mem::replace(&mut self.told_use, true) {
            let server = from.of(&cx.addresses).to_string();
            cx.fact(from.other(), Attribute::TimeServer, &server);
        }
        Ok(())
    }

    fn control(&mut self, cx: &mut Context<'_>, from: Side, message: &Control<'_>) {
        if !message.is_response() {
            return self.asked(cx, Asked::control(from, message));
        }
        let asked = Asked::control(from.other(), message);
        if message.offset == 0 && matches!(message.opcode, 2 | 4) {
            control::variables(cx, from, message.data);
        }
        let error = message.is_error().then_some((message.status >> CONTROL_ERROR_SHIFT) as u8);
        self.answered(cx, asked, error, message.offset > 0);
    }

    fn private(&mut self, cx: &mut Context<'_>, from: Side, message: &Private) {
        if !message.is_response() {
            return self.asked(cx, Asked::private(from, message));
        }
        let error = (message.error != 0).then_some(message.error);
        self.answered(cx, Asked::private(from.other(), message), error, message.continues());
    }

    fn asked(&mut self, cx: &mut Context<'_>, asked: Asked) {
        self.client = Some(asked.client);
        while let Some(old) = self.waiting.take_older(cx.now, GIVEN_UP_NANOS) {
            self.give_up(cx, old);
        }
        if let Some(gave_way) = self.waiting.push(cx, asked, &[]) {
            self.give_up(cx, gave_way);
        }
    }

    fn answered(&mut self, cx: &mut Context<'_>, asked: Asked, error: Option<u8>, continues: bool) {
        self.client = Some(asked.client);
        self.heard_server = true;
        let request = self.waiting.take(&asked);
        // A later part of an answer whose first was told.
        if request.is_none() && continues {
            return;
        }
        let outcome = if error.is_some() { Outcome::Refused } else { Outcome::Accepted };
        let moment = request.as_ref().map(|request| request.moment);
        let now = cx.now;
        control::report(cx, &asked, moment, Some(now), outcome, error);
        if let Some(request) = request {
            request.free(cx.memory);
        }
    }

    fn give_up(&self, cx: &mut Context<'_>, request: Request<Asked>) {
        let outcome = request.unmet(cx.now, self.heard_server);
        control::report(cx, &request.key, Some(request.moment), None, outcome, None);
        request.free(cx.memory);
    }
}
