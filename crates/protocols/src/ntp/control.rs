use super::wire::{Control, Private};
use crate::Context;
use quaywatch_model::{Attribute, Coded, Moment, Number, Operation, Outcome, Side, Verb};

/// What a request of mode 6 or 7 is found by, and what it asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) client: Side,
    /// The sequence number of a control message.
    pub(super) sequence: Option<u16>,
    pub(super) number: u8,
    pub(super) name: &'static str,
    pub(super) verb: Verb,
}

impl Asked {
    pub(super) const fn control(client: Side, message: &Control<'_>) -> Self {
        let (name, verb) = (message.name(), message.verb());
        Self { client, sequence: Some(message.sequence), number: message.opcode, name, verb }
    }

    pub(super) const fn private(client: Side, message: &Private) -> Self {
        let (name, verb) = message.named();
        Self { client, sequence: None, number: message.request, name, verb }
    }
}

/// Tells a request with its answer, either of which may be missing. `error`: the server's own code.
pub(super) fn report(
    cx: &mut Context<'_>,
    asked: &Asked,
    request: Option<Moment>,
    reply: Option<Moment>,
    outcome: Outcome,
    error: Option<u8>,
) {
    let function = Coded::new(asked.name, Number::Hex8(asked.number));
    cx.operation(&Operation {
        request,
        reply,
        code: error.map(|code| Coded::new("error", Number::Hex8(code))),
        ..Operation::new(asked.client, asked.verb, function, outcome)
    });
}

/// Tells what system variables say of the server: `version="ntpd 4.2.8p15", processor="x86_64", system="Linux/5.4"`.
pub(super) fn variables(cx: &mut Context<'_>, from: Side, data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for (name, attribute) in [("version=\"", Attribute::Software), ("system=\"", Attribute::OperatingSystem)]
    {
        let value = text.split_once(name).and_then(|(_, rest)| rest.split_once('"')).map(|(value, _)| value);
        cx.fact(from, attribute, value.unwrap_or_default());
    }
}
