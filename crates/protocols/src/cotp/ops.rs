use super::wire::{Parameters, Tpdu};
use crate::Context;
use quaywatch_model::{Coded, Item, Items, Moment, Number, Operation, Outcome, Side, Value, Verb};

/// Lowers a connection request and what was said to it, either of which may be missing.
pub(super) fn connect(
    cx: &mut Context<'_>,
    client: Side,
    asked: Option<(Moment, Tpdu<'_>)>,
    answered: Option<(Moment, Tpdu<'_>)>,
    unmet: Outcome,
) {
    let request = asked.and_then(|(_, tpdu)| parameters(tpdu));
    let answer = answered.and_then(|(_, tpdu)| parameters(tpdu));
    // The answer repeats the request's selectors, each under the same name.
    let items = Selectors { parameters: request.or(answer).unwrap_or_default() };
    let (outcome, code) = match answered.map(|(_, tpdu)| tpdu) {
        None => (unmet, None),
        Some(Tpdu::Disconnect { reason, .. }) => (Outcome::Refused, Some(disconnect_reason(reason))),
        Some(Tpdu::Error { cause, .. }) => (Outcome::Refused, Some(reject_cause(cause))),
        Some(_) => (Outcome::Accepted, None),
    };
    let function = Coded::new("connect_request", Number::Hex8(0xE0));
    cx.operation(&Operation {
        protocol: Some("cotp"),
        request: asked.map(|(moment, _)| moment),
        reply: answered.map(|(moment, _)| moment),
        items: &items,
        code,
        ..Operation::new(client, Verb::OpenSession, function, outcome)
    });
}

/// The parameters of a request or confirmation.
fn parameters(tpdu: Tpdu<'_>) -> Option<&[u8]> {
    match tpdu {
        Tpdu::Connect { parameters, .. } => Some(parameters.0),
        _ => None,
    }
}

/// A disconnect of a connection that stood. In class 0 nobody answers it.
pub(super) fn disconnect(cx: &mut Context<'_>, from: Side, reason: u8) {
    let function = Coded::new("disconnect_request", Number::Hex8(0x80));
    cx.operation(&Operation {
        protocol: Some("cotp"),
        request: Some(cx.now),
        code: Some(disconnect_reason(reason)),
        ..Operation::new(from, Verb::CloseSession, function, Outcome::Accepted)
    });
}

/// A protected session, told when it is over.
pub(super) struct Protected {
    /// Its first and its last record.
    pub(super) first: Moment,
    pub(super) last: Moment,
    /// How many bytes each side sent.
    pub(super) bytes: [u64; 2],
}

/// Tells of a protected session that nobody can look into.
pub(super) fn protected(cx: &mut Context<'_>, client: Side, session: &Protected) {
    let outcome = if session.bytes.contains(&0) { Outcome::Unseen } else { Outcome::Accepted };
    let items = Bytes { to: *client.of(&session.bytes), from: *client.other().of(&session.bytes) };
    cx.operation(&Operation {
        protocol: Some("cotp"),
        request: Some(session.first),
        reply: Some(session.last),
        items: &items,
        bytes: Some(items.to.saturating_add(items.from)),
        ..Operation::new(client, Verb::Opaque, Coded::new("tls_session", Number::None), outcome)
    });
}

struct Bytes {
    to: u64,
    from: u64,
}

impl Items for Bytes {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        tell(Item::valued(&"bytes_to_device", Value::Unsigned(self.to)));
        tell(Item::valued(&"bytes_from_device", Value::Unsigned(self.from)));
    }
}

/// The transport selectors and what Siemens puts into them.
struct Selectors<'a> {
    parameters: &'a [u8],
}

impl Items for Selectors<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let parameters = Parameters(self.parameters);
        let calling = parameters.get(Parameters::CALLING_TSAP);
        let called = parameters.get(Parameters::CALLED_TSAP);
        let named = called.and_then(named_role);
        // Other protocols number their selectors too: only where both are of Siemens' form do they tell roles.
        let roles = calling.and_then(role).zip(called.and_then(role));
        if let Some(tsap) = calling {
            tell(Item::valued(&"calling_tsap", text_or_bytes(tsap)));
        }
        if let Some(tsap) = called {
            tell(Item::valued(&"called_tsap", text_or_bytes(tsap)));
        }
        if let (Some((calling, called)), Some(&[_, place])) = (roles, parameters.get(Parameters::CALLED_TSAP))
        {
            tell(Item::valued(&"calling_role", Value::Text(calling)));
            tell(Item::valued(&"called_role", Value::Text(called)));
            tell(Item::valued(&"rack", Value::Unsigned((place >> 5).into())));
            tell(Item::valued(&"slot", Value::Unsigned((place & 0x1F).into())));
        } else if let Some(role) = named {
            tell(Item::valued(&"calling_role", Value::Text(role)));
        }
    }
}

/// The role of a two-byte Siemens TSAP.
fn role(tsap: &[u8]) -> Option<&'static str> {
    match *tsap {
        [1, _] => Some("programming_device"),
        [2, _] => Some("operator_panel"),
        [3, _] => Some("basic_communication"),
        _ => None,
    }
}

/// The role in which a station calls an S7-1200 or S7-1500: it is in the name it calls.
fn named_role(tsap: &[u8]) -> Option<&'static str> {
    match tsap {
        b"SIMATIC-ROOT-ES" => Some("engineering_station"),
        b"SIMATIC-ROOT-PG" => Some("programming_device"),
        b"SIMATIC-ROOT-HMI" => Some("operator_panel"),
        _ => None,
    }
}

/// Long selectors are names (`SIMATIC-ROOT-ES`), short ones are numbers.
fn text_or_bytes(tsap: &[u8]) -> Value<'_> {
    match std::str::from_utf8(tsap) {
        Ok(text) if tsap.len() > 2 && tsap.iter().all(|byte| byte.is_ascii_graphic()) => Value::Text(text),
        _ => Value::Bytes(tsap),
    }
}

/// Clause 13.5.3.
const fn disconnect_reason(reason: u8) -> Coded<'static> {
    let name = match reason {
        0 => "reason_not_specified",
        1 => "congestion_at_tsap",
        2 => "session_entity_not_attached_to_tsap",
        3 => "address_unknown",
        128 => "normal_disconnect",
        129 => "remote_transport_entity_congestion",
        130 => "connection_negotiation_failed",
        131 => "duplicate_source_reference",
        132 => "mismatched_references",
        133 => "protocol_error",
        135 => "reference_overflow",
        136 => "connection_request_refused",
        138 => "header_or_parameter_length_invalid",
        _ => "unknown",
    };
    Coded::new(name, Number::Hex8(reason))
}

/// Clause 13.12.3.
const fn reject_cause(cause: u8) -> Coded<'static> {
    let name = match cause {
        0 => "reason_not_specified",
        1 => "invalid_parameter_code",
        2 => "invalid_tpdu_type",
        3 => "invalid_parameter_value",
        _ => "unknown",
    };
    Coded::new(name, Number::Hex8(cause))
}
