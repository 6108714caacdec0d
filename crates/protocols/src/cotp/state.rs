use super::ops::Protected;
use super::upper::Inside;
use super::wire::Tpdu;
use super::{log, ops, upper, wire};
use crate::rdp;
use crate::s7comm::S7comm;
use crate::s7commplus::S7commPlus;
use crate::tls;
use crate::{Answer, Context, Dialogue, Length, Pending, Request};
use quaywatch_model::{DataClass, Moment, Outcome, Side, Timestamp, Verdict};
use std::mem;

/// What the transport makes us keep: connections that wait to be confirmed, units that are not whole, and
/// who speaks inside.
#[derive(Default)]
pub(super) struct Cotp {
    client: Option<Side>,
    heard: [bool; 2],
    connects: Pending<Waiting>,
    /// Only while a unit is not whole.
    units: Option<Box<[Unit; 2]>>,
    inside: Option<Inside>,
    undecoded_bytes: u64,
    s7comm: Option<Box<S7comm>>,
    s7commplus: Option<Box<S7commPlus>>,
    protected: Option<Box<Protected>>,
    rdp: Option<Box<rdp::Session>>,
    tls: Option<Box<tls::Inside>>,
}

/// A connection request: who made it and what it calls the connection.
#[derive(Debug, PartialEq)]
struct Waiting {
    from: Side,
    source: u16,
}

/// What is there of one side's user data unit.
#[derive(Debug, Default)]
struct Unit {
    bytes: Vec<u8>,
    /// Its beginning is missing, or it is longer than allowed: nothing is kept until it ends.
    lost: bool,
}

impl Dialogue for Cotp {
    const LAYER: &'static str = "cotp";
    const MAX_PDU_BYTES: usize = wire::MAX_PDU_BYTES;

    #[inline]
    fn length(&self, _: Side, head: &[u8]) -> Length {
        match wire::length(head) {
            None => Length::More,
            Some(Some(length)) => Length::Is(length),
            Some(None) => Length::Bad("no TPKT header"),
        }
    }

    fn starts(&self, _: Side, head: &[u8]) -> Answer {
        wire::begins(head)
    }

    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        *from.of_mut(&mut self.heard) = true;
        if cx.wanted.logs && !self.is_rdp() && !asks_for_rdp(bytes) {
            log::tpdu(cx, from, bytes);
        }
        if let Some(data) = wire::whole_unit(bytes)
            && self.units.is_none()
        {
            return self.unit(cx, from, data);
        }
        match Tpdu::decode(bytes) {
            Ok(Tpdu::Data { end, data, .. }) => self.part(cx, from, data, end),
            Ok(tpdu @ Tpdu::Connect { confirm: false, source, parameters, .. }) => {
                self.client = Some(from);
                let bare = parameters.0.is_empty() && self.is_rdp();
                if bare || rdp::wire::is_request(parameters.0) {
                    return self.rdp(cx.now, from).request(cx, from, parameters.0);
                }
                self.connect(cx, Waiting { from, source }, bytes, tpdu);
            }
            Ok(tpdu @ Tpdu::Connect { destination, parameters, .. }) => {
                self.client = Some(from.other());
                if self.is_rdp() {
                    return self.rdp(cx.now, from.other()).confirm(cx, from, parameters.0);
                }
                self.answer(cx, from, destination, tpdu);
            }
            Ok(tpdu @ (Tpdu::Disconnect { destination, .. } | Tpdu::Error { destination, .. })) => {
                self.no(cx, from, destination, tpdu);
            }
            Ok(Tpdu::Other { data, .. }) => {
                cx.problem(Self::LAYER, "TPDU of another class", Verdict::Unsupported, data.len() as u64);
            }
            Err(_) => {
                cx.problem(Self::LAYER, "TPDU does not decode", Verdict::Malformed, bytes.len() as u64);
            }
        }
    }

    fn lost(&mut self, cx: &mut Context<'_>, from: Side, _: u64) {
        self.connects.answers_lost();
        if let Some(unit) = self.units.as_mut().map(|units| from.of_mut(units))
            && !unit.bytes.is_empty()
        {
            unit.cut_short(cx);
            unit.lost = true;
        }
        if let Some(tls) = &mut self.tls {
            tls.gap(cx, from, 0);
        }
        if let Some(s7comm) = &mut self.s7comm {
            s7comm.lost();
        }
        if let Some(plus) = &mut self.s7commplus {
            plus.lost(cx, from);
        }
    }

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        while let Some(request) = self.connects.take_overdue(cx.now) {
            self.unmet(cx, request);
        }
        let s7comm = self.s7comm.as_mut().and_then(|s7comm| s7comm.tick(cx));
        let plus = self.s7commplus.as_mut().and_then(|plus| plus.tick(cx));
        [self.connects.due(), s7comm, plus].into_iter().flatten().min()
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        if let Some(mut tls) = self.tls.take() {
            tls.end(cx);
        }
        if let Some(mut units) = self.units.take() {
            units.iter_mut().filter(|unit| !unit.bytes.is_empty()).for_each(|unit| unit.cut_short(cx));
        }
        while let Some(request) = self.connects.take_any() {
            self.unmet(cx, request);
        }
        if let Some(s7comm) = &mut self.s7comm {
            s7comm.end(cx);
        }
        if let Some(plus) = &mut self.s7commplus {
            plus.end(cx);
        }
        if let Some(mut rdp) = self.rdp.take() {
            rdp.end(cx);
        }
        if let Some(session) = self.protected.take() {
            ops::protected(cx, self.client().unwrap_or(Side::A), &session);
        }
        if self.undecoded_bytes > 0 {
            let layer = self.protocol();
            cx.problem(layer, "content is not decoded", Verdict::Unsupported, self.undecoded_bytes);
        }
    }

    fn protocol(&self) -> &'static str {
        match self.inside {
            Some(Inside::S7comm) => "s7comm",
            Some(Inside::S7commPlus | Inside::Tls) => "s7comm-plus",
            Some(Inside::Mms) => "mms",
            Some(Inside::Rdp) => "rdp",
            Some(Inside::Other) | None => "cotp",
        }
    }

    fn client(&self) -> Option<Side> {
        let s7comm = || self.s7comm.as_ref().and_then(|s7comm| s7comm.client());
        let plus = || self.s7commplus.as_ref().and_then(|plus| plus.client());
        let rdp = || self.rdp.as_ref().map(|rdp| rdp.client());
        self.client.or_else(s7comm).or_else(plus).or_else(rdp)
    }

    fn carries(&self) -> DataClass {
        match self.inside {
            Some(Inside::S7comm | Inside::S7commPlus | Inside::Mms) => DataClass::ProcessValues,
            Some(Inside::Tls) => DataClass::Encrypted,
            Some(Inside::Rdp) => self.rdp.as_ref().map_or(DataClass::Encrypted, |rdp| rdp.carries()),
            Some(Inside::Other) | None => DataClass::Unknown,
        }
    }
}

impl Cotp {
    /// A conversation that begins as only RDP does.
    pub(super) fn of_rdp() -> Self {
        Self { inside: Some(Inside::Rdp), ..Self::default() }
    }

    fn is_rdp(&self) -> bool {
        self.inside == Some(Inside::Rdp)
    }

    /// What is kept of RDP, made at first use.
    fn rdp(&mut self, now: Moment, client: Side) -> &mut rdp::Session {
        self.inside = Some(Inside::Rdp);
        self.rdp.get_or_insert_with(|| Box::new(rdp::Session::new(client, now)))
    }

    /// Whether what comes is no COTP any more: RDP leaves it. Then these bytes are only counted, but for TLS.
    pub(super) fn pass_if_left(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> bool {
        let Some(rdp) = self.rdp.as_mut().filter(|rdp| rdp.has_left()) else { return false };
        rdp.pass(cx.now, from, bytes.len() as u64);
        if rdp.is_tls_now() {
            self.tls.get_or_insert_default().data(cx, from, bytes);
        }
        true
    }

    /// As [`pass_if_left`](Self::pass_if_left), for bytes that are missing.
    pub(super) fn skip_if_left(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64) -> bool {
        if let Some(tls) = &mut self.tls {
            tls.gap(cx, from, bytes);
        }
        self.rdp.as_ref().is_some_and(|rdp| rdp.has_left())
    }

    /// A connection request begins a new transport connection: it waits for its answer.
    fn connect(&mut self, cx: &mut Context<'_>, waiting: Waiting, bytes: &[u8], tpdu: Tpdu<'_>) {
        if let Some(gave_way) = self.connects.push(cx, waiting, bytes) {
            self.unmet(cx, gave_way);
        }
        if let Tpdu::Connect { data, .. } = tpdu
            && !data.is_empty()
        {
            cx.problem(Self::LAYER, "user data in a connect", Verdict::Unsupported, data.len() as u64);
        }
    }

    /// A confirmation, a refusal or an error of a connection request, if one waits.
    fn answer(&mut self, cx: &mut Context<'_>, from: Side, reference: u16, answer: Tpdu<'_>) {
        let client = from.other();
        // In class 0 a TCP connection holds one transport connection: an answer with a wrong reference, as some
        // devices send, still answers the request that waits.
        let right = |waiting: &Waiting| waiting.from == client && waiting.source == reference;
        let request = self
            .connects
            .take_where(right)
            .or_else(|| self.connects.take_where(|waiting| waiting.from == client));
        let asked = request.as_ref().and_then(asked);
        ops::connect(cx, client, asked, Some((cx.now, answer)), Outcome::Accepted);
        if let Some(request) = request {
            request.free(cx.memory);
        }
    }

    /// A disconnect or an error: of a connection request, or of a connection that stood.
    fn no(&mut self, cx: &mut Context<'_>, from: Side, reference: u16, tpdu: Tpdu<'_>) {
        let client = from.other();
        let waits = Waiting { from: client, source: reference };
        if let Some(request) = self.connects.take(&waits) {
            ops::connect(cx, client, asked(&request), Some((cx.now, tpdu)), Outcome::Refused);
            request.free(cx.memory);
        } else if let Tpdu::Disconnect { reason, .. } = tpdu {
            ops::disconnect(cx, from, reason);
        } else {
            cx.problem(Self::LAYER, "peer reports a wrong TPDU", Verdict::Malformed, 0);
        }
    }

    fn unmet(&self, cx: &mut Context<'_>, request: Request<Waiting>) {
        let client = request.key.from;
        let outcome = request.unmet(cx.now, *client.other().of(&self.heard));
        ops::connect(cx, client, asked(&request), None, outcome);
        request.free(cx.memory);
    }

    /// A DT that is not a whole unit: one of several, or one after a loss.
    fn part(&mut self, cx: &mut Context<'_>, from: Side, data: &[u8], end: bool) {
        // S7 stations acknowledge with a DT that holds nothing and ends nothing.
        let idle = self.units.is_none() && data.is_empty() && !end;
        if idle || self.is_undecoded() {
            return self.pass(cx, from, data);
        }
        let mut units = self.units.take().unwrap_or_default();
        let whole = from.of_mut(&mut units).take(cx, data, end);
        if units.iter().any(|unit| unit.lost || !unit.bytes.is_empty()) {
            self.units = Some(units);
        }
        if let Some(joined) = whole {
            self.unit(cx, from, &joined);
            cx.memory.free(joined);
        }
    }

    /// Nothing that is said inside will be read.
    fn is_undecoded(&self) -> bool {
        matches!(self.inside, Some(Inside::Tls | Inside::Mms))
    }

    /// A whole unit: to whoever speaks it.
    #[inline]
    fn unit(&mut self, cx: &mut Context<'_>, from: Side, unit: &[u8]) {
        if unit.is_empty() || self.is_undecoded() {
            return self.pass(cx, from, unit);
        }
        if self.is_rdp() {
            if !self.pass_if_left(cx, from, unit) {
                self.rdp(cx.now, from).unit(cx, from, unit);
            }
            return;
        }
        let inside = upper::inside(unit);
        match inside {
            Inside::S7comm => {
                self.settle(inside);
                self.s7comm.get_or_insert_default().pdu(cx, from, unit);
            }
            Inside::S7commPlus => {
                self.settle(inside);
                self.s7commplus.get_or_insert_default().fragment(cx, from, unit);
            }
            Inside::Rdp => {
                // An MCS connect that came without anything else that is RDP's.
                self.rdp(cx.now, from).unit(cx, from, unit);
            }
            Inside::Tls | Inside::Mms => {
                self.inside = Some(inside);
                self.pass(cx, from, unit);
            }
            Inside::Other => {
                self.inside.get_or_insert(inside);
                self.pass(cx, from, unit);
            }
        }
    }

    /// The first of the two S7 protocols names the conversation.
    fn settle(&mut self, inside: Inside) {
        if matches!(self.inside, None | Some(Inside::Other)) {
            self.inside = Some(inside);
        }
    }

    /// Counts what is not read; of TLS the handshake is.
    fn pass(&mut self, cx: &mut Context<'_>, from: Side, unit: &[u8]) {
        let (count, now) = (unit.len() as u64, cx.now);
        if self.inside != Some(Inside::Tls) {
            self.undecoded_bytes += count;
        } else if count > 0 {
            let fresh = || Box::new(Protected { first: now, last: now, bytes: [0; 2] });
            let session = self.protected.get_or_insert_with(fresh);
            session.last = now;
            *from.of_mut(&mut session.bytes) += count;
            self.tls.get_or_insert_default().data(cx, from, unit);
        }
    }
}

/// Whether a TPKT asks for a connection as only RDP does.
fn asks_for_rdp(tpkt: &[u8]) -> bool {
    match Tpdu::decode(tpkt) {
        Ok(Tpdu::Connect { confirm: false, parameters, .. }) => rdp::wire::is_request(parameters.0),
        _ => false,
    }
}

impl Unit {
    /// The next part; gives the whole unit where it ends with this one.
    fn take(&mut self, cx: &mut Context<'_>, data: &[u8], end: bool) -> Option<Vec<u8>> {
        let length = data.len() as u64;
        if self.lost {
            self.lost = !end;
            cx.problem(Cotp::LAYER, "rest of a lost user data unit", Verdict::Incomplete, length);
            return None;
        }
        let fits = self.bytes.len() + data.len() <= wire::MAX_UNIT_BYTES;
        if !fits || !cx.memory.append(&mut self.bytes, data) {
            self.lost = !end;
            let dropped = mem::take(&mut self.bytes);
            cx.problem(Cotp::LAYER, "user data unit too long", Verdict::Limit, dropped.len() as u64 + length);
            cx.memory.free(dropped);
            return None;
        }
        end.then(|| mem::take(&mut self.bytes))
    }

    /// The rest will not come.
    fn cut_short(&mut self, cx: &mut Context<'_>) {
        let dropped = mem::take(&mut self.bytes);
        cx.problem(Cotp::LAYER, "user data unit cut short", Verdict::Incomplete, dropped.len() as u64);
        cx.memory.free(dropped);
    }
}

/// When a connection was asked for, and how.
fn asked(request: &Request<Waiting>) -> Option<(Moment, Tpdu<'_>)> {
    Tpdu::decode(&request.bytes).ok().map(|tpdu| (request.moment, tpdu))
}
