//! AddNodes, AddReferences, DeleteNodes, DeleteReferences.

use super::super::builtin::{ExpandedNodeId, NodeId, StatusCode};
use super::super::messages::{AddNodesItem, Body};
use super::super::names;
use super::{Asked, Tell, pairs, tell_item};
use quaywatch_model::Value;
use std::fmt;

pub(super) fn add(request: Option<Body<'_>>, response: Option<Body<'_>>, tell: &mut Tell<'_>) {
    let asked = if let Some(Body::AddNodesRequest(body)) = request { Some(body.nodes_to_add) } else { None };
    let answered = if let Some(Body::AddNodesResponse(body)) = response { Some(body.results) } else { None };
    for (number, asked, answered) in pairs(asked, answered) {
        let class = asked.map(|asked| Value::Text(names::node_class(asked.node_class)));
        let added = answered.map(|answered| answered.added_node_id);
        let object = Asked(number, asked.map(|item| NewNode { item, added }));
        tell_item(tell, &object, class, answered.map_or(StatusCode::GOOD, |answered| answered.status_code));
    }
}

/// `ns=2;s=Load (2:Load) under i=85`: the id the server gave where it gave one, else the one asked for.
struct NewNode<'a> {
    item: AddNodesItem<'a>,
    added: Option<NodeId<'a>>,
}

impl fmt::Display for NewNode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.added.filter(|node| node.standard_number() != Some(0)) {
            Some(node) => write!(f, "{node}")?,
            None => write!(f, "{}", self.item.requested_new_node_id)?,
        }
        write!(f, " ({}) under {}", self.item.browse_name, self.item.parent_node_id)
    }
}

pub(super) fn add_references(request: Option<Body<'_>>, response: Option<Body<'_>>, tell: &mut Tell<'_>) {
    let asked = match request {
        Some(Body::AddReferencesRequest(body)) => Some(body.references_to_add),
        _ => None,
    };
    let answered = match response {
        Some(Body::AddReferencesResponse(body)) => Some(body.results),
        _ => None,
    };
    for (number, asked, status) in pairs(asked, answered) {
        let link = asked.map(|asked| Link {
            source: asked.source_node_id,
            kind: asked.reference_type_id,
            target: asked.target_node_id,
        });
        tell_item(tell, &Asked(number, link), None, status.unwrap_or_default());
    }
}

pub(super) fn delete(request: Option<Body<'_>>, response: Option<Body<'_>>, tell: &mut Tell<'_>) {
    let asked =
        if let Some(Body::DeleteNodesRequest(body)) = request { Some(body.nodes_to_delete) } else { None };
    let answered =
        if let Some(Body::DeleteNodesResponse(body)) = response { Some(body.results) } else { None };
    for (number, asked, status) in pairs(asked, answered) {
        let object = Asked(number, asked.map(|asked| asked.node_id));
        tell_item(tell, &object, None, status.unwrap_or_default());
    }
}

pub(super) fn delete_references(request: Option<Body<'_>>, response: Option<Body<'_>>, tell: &mut Tell<'_>) {
    let asked = match request {
        Some(Body::DeleteReferencesRequest(body)) => Some(body.references_to_delete),
        _ => None,
    };
    let answered = match response {
        Some(Body::DeleteReferencesResponse(body)) => Some(body.results),
        _ => None,
    };
    for (number, asked, status) in pairs(asked, answered) {
        let link = asked.map(|asked| Link {
            source: asked.source_node_id,
            kind: asked.reference_type_id,
            target: asked.target_node_id,
        });
        tell_item(tell, &Asked(number, link), None, status.unwrap_or_default());
    }
}

/// `ns=2;i=1 -i=47-> ns=2;i=2`: source, type of the reference, target.
struct Link<'a> {
    source: NodeId<'a>,
    kind: NodeId<'a>,
    target: ExpandedNodeId<'a>,
}

impl fmt::Display for Link<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -{}-> {}", self.source, self.kind, self.target)
    }
}
