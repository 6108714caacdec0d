//! Read, Write, their histories, and Call.

use super::super::builtin::{ExtensionObject, NodeId, StatusCode, Text};
use super::super::codec::{Array, Decoder, Wire};
use super::super::messages::{Body, HistoryData, UpdateDataDetails, encodings};
use super::super::methods::{self, Secret};
use super::super::names::Attribute;
use super::super::variant::{DataValue, Variant};
use super::{Asked, Each, Tell, pairs, tell_item};
use quaywatch_model::Value;
use std::fmt;

/// `ns=2;s=Load`, and where it is not the whole value: `ns=2;s=Load DisplayName`, `ns=2;s=Loads[0:3]`.
pub(super) struct Target<'a> {
    pub(super) node: NodeId<'a>,
    pub(super) attribute: u32,
    pub(super) range: Text<'a>,
}

impl fmt::Display for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.node)?;
        match Attribute(self.attribute) {
            Attribute::VALUE => {}
            attribute => write!(f, " {}", attribute.name())?,
        }
        if self.range.is_empty() { Ok(()) } else { write!(f, "[{}]", self.range) }
    }
}

pub(super) fn read(request: Option<Body<'_>>, response: Option<Body<'_>>, tell: &mut Tell<'_>) {
    let asked = if let Some(Body::ReadRequest(body)) = request { Some(body.nodes_to_read) } else { None };
    let answered = if let Some(Body::ReadResponse(body)) = response { Some(body.results) } else { None };
    for (number, asked, answered) in pairs(asked, answered) {
        let target = asked.map(|asked| Target {
            node: asked.node_id,
            attribute: asked.attribute_id,
            range: asked.index_range,
        });
        let answered = answered.unwrap_or_default();
        let object = Asked(number, target);
        answered.value.tell(&mut |value| tell_item(tell, &object, value, answered.status));
    }
}

pub(super) fn write(request: Option<Body<'_>>, response: Option<Body<'_>>, tell: &mut Tell<'_>) {
    let asked = if let Some(Body::WriteRequest(body)) = request { Some(body.nodes_to_write) } else { None };
    let answered = if let Some(Body::WriteResponse(body)) = response { Some(body.results) } else { None };
    for (number, asked, status) in pairs(asked, answered) {
        let target = asked.map(|asked| Target {
            node: asked.node_id,
            attribute: asked.attribute_id,
            range: asked.index_range,
        });
        let object = Asked(number, target);
        let value = asked.map_or_else(DataValue::default, |asked| asked.value);
        value.value.tell(&mut |value| tell_item(tell, &object, value, status.unwrap_or_default()));
    }
}

pub(super) fn history_read(request: Option<Body<'_>>, response: Option<Body<'_>>, tell: &mut Tell<'_>) {
    let asked =
        if let Some(Body::HistoryReadRequest(body)) = request { Some(body.nodes_to_read) } else { None };
    let answered =
        if let Some(Body::HistoryReadResponse(body)) = response { Some(body.results) } else { None };
    for (number, asked, answered) in pairs(asked, answered) {
        let object = Asked(number, asked.map(|asked| asked.node_id));
        let status = answered.map_or(StatusCode::GOOD, |answered| answered.status_code);
        match answered.map(|answered| answered.history_data) {
            Some(data) if data.encoding != 0 => tell_history(tell, &object, data, status),
            _ => tell_item(tell, &object, None, status),
        }
    }
}

/// Raw and aggregated values are told one by one, events and what vendors add as bytes.
fn tell_history(
    tell: &mut Tell<'_>,
    object: &dyn fmt::Display,
    data: ExtensionObject<'_>,
    status: StatusCode,
) {
    match data.binary(encodings::HISTORY_DATA) {
        Some(body) => {
            let values = HistoryData::read(&mut Decoder::new(body), "HistoryData").data_values;
            tell_item(tell, object, Some(Value::List(&Each(values, each_value))), status);
        }
        None => tell_item(tell, object, Some(Value::List(&data)), status),
    }
}

pub(super) fn history_update(request: Option<Body<'_>>, response: Option<Body<'_>>, tell: &mut Tell<'_>) {
    let asked = if let Some(Body::HistoryUpdateRequest(body)) = request {
        Some(body.history_update_details)
    } else {
        None
    };
    let answered =
        if let Some(Body::HistoryUpdateResponse(body)) = response { Some(body.results) } else { None };
    for (number, asked, answered) in pairs(asked, answered) {
        let status = answered.map_or(StatusCode::GOOD, |answered| answered.status_code);
        let details = asked.unwrap_or_default();
        // Every kind of details begins with the node (OPC 10000-11, 6.9.1).
        let mut body = Decoder::new(details.body.bytes());
        let node = NodeId::read(&mut body, "NodeId");
        let object = Asked(number, asked.map(|_| node));
        match details.binary(encodings::UPDATE_DATA_DETAILS) {
            Some(body) => {
                let update = UpdateDataDetails::read(&mut Decoder::new(body), "UpdateDataDetails");
                let values = Each(update.update_values, each_value);
                tell_item(tell, &object, Some(Value::List(&values)), status);
            }
            None => tell_item(tell, &object, asked.map(|_| Value::Bytes(body.left())), status),
        }
    }
}

pub(super) fn call(request: Option<Body<'_>>, response: Option<Body<'_>>, tell: &mut Tell<'_>) {
    let asked = if let Some(Body::CallRequest(body)) = request { Some(body.methods_to_call) } else { None };
    let answered = if let Some(Body::CallResponse(body)) = response { Some(body.results) } else { None };
    for (number, asked, answered) in pairs(asked, answered) {
        let method =
            |part| asked.map(|asked| Called { object: asked.object_id, method: asked.method_id, part });
        let secret = asked.and_then(|asked| methods::known(&asked.method_id)).map(|method| method.secret);
        let status = answered.map_or(StatusCode::GOOD, |answered| answered.status_code);
        let inputs = Each(asked.map_or(Array::NULL, |asked| asked.input_arguments), each_variant);
        let value = if secret == Some(Secret::Inputs) { Value::Secret } else { Value::List(&inputs) };
        tell_item(tell, &Asked(number, method("")), asked.map(|_| value), status);
        let outputs = answered.map_or(Array::NULL, |answered| answered.output_arguments);
        if !outputs.is_empty() {
            let outputs = Each(outputs, each_variant);
            let value = if secret == Some(Secret::Outputs) { Value::Secret } else { Value::List(&outputs) };
            tell_item(tell, &Asked(number, method(" output")), Some(value), StatusCode::GOOD);
        }
    }
}

/// `ns=1;s=Drive method ns=1;s=Reset`, `i=2253 method i=11492 GetMonitoredItems`.
struct Called<'a> {
    object: NodeId<'a>,
    method: NodeId<'a>,
    part: &'static str,
}

impl fmt::Display for Called<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} method {}", self.object, self.method)?;
        if let Some(known) = methods::known(&self.method) {
            write!(f, " {}", known.name)?;
        }
        f.write_str(self.part)
    }
}

fn each_value(value: &DataValue<'_>, tell: &mut dyn FnMut(Value<'_>)) {
    each_variant(&value.value, tell);
}

/// An empty place is told as an empty text, so that places keep their order.
pub(super) fn each_variant(value: &Variant<'_>, tell: &mut dyn FnMut(Value<'_>)) {
    value.tell(&mut |value| tell(value.unwrap_or(Value::Text(""))));
}
