use super::{ops, wire};
use crate::{Answer, Context, Dialogue, Length, Pending, Request};
use quaywatch_model::{DataClass, Moment, Outcome, Side, Timestamp, Verdict};

/// What the protocol makes us keep: the requests that wait, and who makes them.
#[derive(Debug, Default)]
pub(super) struct Template {
    client: Option<Side>,
    heard_server: bool,
    pending: Pending<u16>,
}

impl Dialogue for Template {
    const LAYER: &'static str = "template";
    const MAX_PDU_BYTES: usize = wire::MAX_PDU_BYTES;

    fn length(&self, from: Side, head: &[u8]) -> Length {
        match self.starts(from, head) {
            Answer::No => Length::Bad("no PDU header"),
            _ => wire::length(head).map_or(Length::More, Length::Is),
        }
    }

    fn starts(&self, _: Side, head: &[u8]) -> Answer {
        wire::begins(head)
    }

    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let Ok(pdu) = wire::Pdu::decode(bytes) else {
            return cx.problem(Self::LAYER, "PDU does not decode", Verdict::Malformed, bytes.len() as u64);
        };
        if !pdu.kind.is_answer() {
            self.client = Some(from);
            if let Some(gave_way) = self.pending.push(cx, pdu.sequence, bytes) {
                self.report_unmet(cx, gave_way);
            }
            return;
        }
        self.client = Some(from.other());
        self.heard_server = true;
        let request = self.pending.take(&pdu.sequence);
        let asked = request.as_ref().map(|request| request.moment);
        let question = request.as_ref().and_then(|request| wire::Pdu::decode(&request.bytes).ok());
        ops::report(cx, from.other(), asked, question, Some((cx.now, pdu)), Outcome::Accepted);
        if let Some(request) = request {
            request.free(cx.memory);
        }
    }

    fn lost(&mut self, _: &mut Context<'_>, from: Side, _: u64) {
        if self.client != Some(from) {
            self.pending.answers_lost();
        }
    }

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        while let Some(request) = self.pending.take_overdue(cx.now) {
            self.report_unmet(cx, request);
        }
        self.pending.due()
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        while let Some(request) = self.pending.take_any() {
            self.report_unmet(cx, request);
        }
    }

    fn protocol(&self) -> &'static str {
        "template"
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        DataClass::ProcessValues
    }
}

impl Template {
    /// A request that is given up.
    fn report_unmet(&self, cx: &mut Context<'_>, request: Request<u16>) {
        let client = self.client.unwrap_or(Side::A);
        let outcome = request.unmet(cx.now, self.heard_server);
        let asked: Option<Moment> = Some(request.moment);
        ops::report(cx, client, asked, wire::Pdu::decode(&request.bytes).ok(), None, outcome);
        request.free(cx.memory);
    }
}
