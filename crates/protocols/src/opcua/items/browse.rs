//! Browse, BrowseNext, TranslateBrowsePathsToNodeIds, RegisterNodes and UnregisterNodes.

use super::super::builtin::StatusCode;
use super::super::codec::Array;
use super::super::messages::{Body, BrowsePath, BrowsePathTarget, BrowseResult, ReferenceDescription};
use super::{Asked, Each, Tell, pairs, tell_item};
use quaywatch_model::Value;
use std::fmt;

pub(super) fn browse(request: Option<Body<'_>>, response: Option<Body<'_>>, tell: &mut Tell<'_>) {
    let asked = if let Some(Body::BrowseRequest(body)) = request { Some(body.nodes_to_browse) } else { None };
    let answered = if let Some(Body::BrowseResponse(body)) = response { Some(body.results) } else { None };
    for (number, asked, answered) in pairs(asked, answered) {
        found(tell, &Asked(number, asked.map(|asked| asked.node_id)), answered);
    }
}

/// Continuation points mean something only to the server, so results are numbered.
pub(super) fn browse_next(response: Option<Body<'_>>, tell: &mut Tell<'_>) {
    let Some(Body::BrowseNextResponse(body)) = response else { return };
    for (number, _, answered) in pairs(None::<Array<'_, u8>>, Some(body.results)) {
        found(tell, &number, answered);
    }
}

fn found(tell: &mut Tell<'_>, object: &dyn fmt::Display, answered: Option<BrowseResult<'_>>) {
    let Some(answered) = answered else { return tell_item(tell, object, None, StatusCode::GOOD) };
    let references =
        Each(answered.references, |reference: &ReferenceDescription<'_>, tell: &mut dyn FnMut(Value<'_>)| {
            tell(Value::Shown(&Found(reference)));
        });
    let value = (!answered.references.is_empty()).then_some(Value::List(&references));
    tell_item(tell, object, value, answered.status_code);
}

/// `ns=2;s=STS07/Load (2:Load)`.
struct Found<'r, 'a>(&'r ReferenceDescription<'a>);

impl fmt::Display for Found<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.0.node_id, self.0.browse_name)
    }
}

pub(super) fn translate(request: Option<Body<'_>>, response: Option<Body<'_>>, tell: &mut Tell<'_>) {
    let asked = match request {
        Some(Body::TranslateBrowsePathsRequest(body)) => Some(body.browse_paths),
        _ => None,
    };
    let answered = match response {
        Some(Body::TranslateBrowsePathsResponse(body)) => Some(body.results),
        _ => None,
    };
    for (number, asked, answered) in pairs(asked, answered) {
        let targets = answered.map_or(Array::NULL, |answered| answered.targets);
        let list = Each(targets, |target: &BrowsePathTarget<'_>, tell: &mut dyn FnMut(Value<'_>)| {
            tell(Value::Shown(&target.target_id));
        });
        let value = (!targets.is_empty()).then_some(Value::List(&list));
        let status = answered.map_or(StatusCode::GOOD, |answered| answered.status_code);
        tell_item(tell, &Asked(number, asked.map(Path)), value, status);
    }
}

/// `i=85/2:STS07/2:Load`.
struct Path<'a>(BrowsePath<'a>);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.starting_node)?;
        self.0.relative_path.iter().try_for_each(|step| write!(f, "/{}", step.target_name))
    }
}

pub(super) fn register(request: Option<Body<'_>>, response: Option<Body<'_>>, tell: &mut Tell<'_>) {
    let asked = match request {
        Some(Body::RegisterNodesRequest(body) | Body::UnregisterNodesRequest(body)) => Some(body.nodes),
        _ => None,
    };
    let answered = match response {
        Some(Body::RegisterNodesResponse(body)) => Some(body.nodes),
        _ => None,
    };
    for (number, asked, answered) in pairs(asked, answered) {
        let value = answered.as_ref().map(|node| Value::Shown(node));
        tell_item(tell, &Asked(number, asked), value, StatusCode::GOOD);
    }
}
