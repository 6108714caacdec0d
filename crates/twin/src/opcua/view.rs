//! Looking around (OPC 10000-4, 5.9): from node to node by references, and along paths of names.

use super::services::{Answer, operations, parameters};
use super::session::Connected;
use super::space::{Node, Place, Reference, Space};
use super::{MOST_CONTINUATION_POINTS, MOST_REFERENCES, MOST_STEPS, status};
use quaywatch_protocols::opcua::builtin::{
    Blob, ExpandedNodeId, Identifier, LocalizedText, NodeId, QualifiedName, StatusCode,
};
use quaywatch_protocols::opcua::codec::{Array, Flag};
use quaywatch_protocols::opcua::messages::{
    BrowseDescription, BrowseNextRequest, BrowsePath, BrowsePathResult, BrowsePathTarget, BrowseRequest,
    BrowseResponse, BrowseResult, ReferenceDescription, RelativePathElement, TranslateBrowsePathsRequest,
    TranslateBrowsePathsResponse,
};
use std::collections::VecDeque;

/// `BrowseDirection`.
const FORWARD: i32 = 0;
const INVERSE: i32 = 1;
const BOTH: i32 = 2;

/// What the bits of a result mask ask for (OPC 10000-4, 5.9.2).
mod result {
    pub(super) const REFERENCE_TYPE: u32 = 1;
    pub(super) const IS_FORWARD: u32 = 2;
    pub(super) const NODE_CLASS: u32 = 4;
    pub(super) const BROWSE_NAME: u32 = 8;
    pub(super) const DISPLAY_NAME: u32 = 16;
    pub(super) const TYPE_DEFINITION: u32 = 32;
}

/// What is looked for at a node, and how far that got.
#[derive(Debug, Clone, Copy)]
struct Look {
    place: Place,
    direction: i32,
    kinds: Kinds,
    class_mask: u32,
    result_mask: u32,
    most: usize,
    done: usize,
}

/// Which types of references count.
#[derive(Debug, Clone, Copy)]
struct Kinds {
    /// `None`: all.
    kind: Option<u8>,
    subtypes: bool,
}

impl Kinds {
    fn decode(space: &Space, node: &NodeId<'_>, subtypes: Flag) -> Result<Self, StatusCode> {
        let kind = match node.standard_number().and_then(|number| u8::try_from(number).ok()) {
            Some(0) => None,
            Some(number) if space.is_kind(number, REFERENCES) => Some(number),
            _ => return Err(status::BAD_REFERENCE_TYPE_ID_INVALID),
        };
        Ok(Self { kind, subtypes: subtypes.is_set() })
    }

    fn count(self, space: &Space, reference: &Reference) -> bool {
        self.kind
            .is_none_or(|kind| reference.kind == kind || self.subtypes && space.is_kind(reference.kind, kind))
    }
}

/// What all types of references are.
const REFERENCES: u8 = 31;

impl Look {
    fn decode(space: &Space, asked: &BrowseDescription<'_>, most: u32) -> Result<Self, StatusCode> {
        let place = space.place(&asked.node_id)?;
        if ![FORWARD, INVERSE, BOTH].contains(&asked.browse_direction) {
            return Err(status::BAD_BROWSE_DIRECTION_INVALID);
        }
        Ok(Self {
            place,
            direction: asked.browse_direction,
            kinds: Kinds::decode(space, &asked.reference_type_id, asked.include_subtypes)?,
            class_mask: asked.node_class_mask,
            result_mask: asked.result_mask,
            // 0: as many as the server likes.
            most: (most.wrapping_sub(1) as usize).min(MOST_REFERENCES - 1) + 1,
            done: 0,
        })
    }

    /// The next references; afterwards, whether there are more.
    fn next<'a>(&mut self, space: &'a Space) -> (Vec<ReferenceDescription<'a>>, bool) {
        let look = *self;
        let references = space.at(look.place).map_or(&[][..], |node| &node.references);
        let mut found = references
            .iter()
            .filter(|it| look.direction == BOTH || it.forward == (look.direction == FORWARD))
            .filter(|it| look.kinds.count(space, it))
            .filter_map(|it| Some((it, space.at(it.target).ok()?)))
            .filter(|(_, node)| look.class_mask == 0 || look.class_mask & node.class as u32 != 0)
            .skip(look.done);
        let told: Vec<_> =
            found.by_ref().take(look.most).map(|(it, node)| look.describe(space, it, node)).collect();
        self.done += told.len();
        (told, found.next().is_some())
    }

    fn describe<'a>(&self, space: &'a Space, it: &Reference, node: &'a Node) -> ReferenceDescription<'a> {
        let has = |bit: u32| self.result_mask & bit != 0;
        let expanded = |node| ExpandedNodeId { node, namespace_uri: None, server_index: None };
        let definition = node.type_definition().filter(|_| has(result::TYPE_DEFINITION));
        let definition = definition.and_then(|place| space.at(place).ok()).map(|node| node.id.wire());
        ReferenceDescription {
            reference_type_id: match has(result::REFERENCE_TYPE) {
                true => NodeId { namespace: 0, identifier: Identifier::TwoByte(it.kind) },
                false => NodeId::default(),
            },
            is_forward: Flag(u8::from(has(result::IS_FORWARD) && it.forward)),
            node_id: expanded(node.id.wire()),
            browse_name: if has(result::BROWSE_NAME) { node.browse_name() } else { QualifiedName::default() },
            display_name: if has(result::DISPLAY_NAME) {
                node.display_name()
            } else {
                LocalizedText::default()
            },
            node_class: if has(result::NODE_CLASS) { node.class as i32 } else { 0 },
            type_definition: expanded(definition.unwrap_or_default()),
        }
    }
}

/// The browses that wait to be gone on with.
#[derive(Debug, Default)]
pub(super) struct Continuations {
    waiting: VecDeque<([u8; 4], Look)>,
    last: u32,
}

impl Continuations {
    fn keep(&mut self, look: Look) -> Option<[u8; 4]> {
        if self.waiting.len() >= MOST_CONTINUATION_POINTS {
            return None;
        }
        self.last = self.last.wrapping_add(1);
        self.waiting.push_back((self.last.to_le_bytes(), look));
        Some(self.last.to_le_bytes())
    }

    fn take(&mut self, point: Blob<'_>) -> Option<Look> {
        let at = self.waiting.iter().position(|(known, _)| known == point.bytes())?;
        self.waiting.remove(at).map(|(_, look)| look)
    }
}

/// What was found at a node, and the point to go on from.
type Found<'a> = Result<(Vec<ReferenceDescription<'a>>, Option<[u8; 4]>), StatusCode>;

impl Connected {
    pub(super) fn browse(&mut self, space: &Space, asked: &BrowseRequest<'_>) -> Answer {
        if asked.view.view_id != NodeId::default() {
            return Err(status::BAD_VIEW_ID_UNKNOWN);
        }
        let most = asked.requested_max_references_per_node;
        let found: Vec<_> = operations(&asked.nodes_to_browse)?
            .map(|asked| Look::decode(space, &asked, most).and_then(|look| self.look(space, look)))
            .collect();
        tell(&found)
    }

    pub(super) fn browse_next(&mut self, space: &Space, asked: &BrowseNextRequest<'_>) -> Answer {
        let release = asked.release_continuation_points.is_set();
        let found: Vec<_> = operations(&asked.continuation_points)?
            .map(|point| {
                let look = self.continuations.take(point).ok_or(status::BAD_CONTINUATION_POINT_INVALID)?;
                if release { Ok((Vec::new(), None)) } else { self.look(space, look) }
            })
            .collect();
        tell(&found)
    }

    fn look<'a>(&mut self, space: &'a Space, mut look: Look) -> Found<'a> {
        let (references, more) = look.next(space);
        let point = match more {
            true => Some(self.continuations.keep(look).ok_or(status::BAD_NO_CONTINUATION_POINTS)?),
            false => None,
        };
        Ok((references, point))
    }
}

fn tell(found: &[Found<'_>]) -> Answer {
    let results: Vec<_> = found
        .iter()
        .map(|found| match found {
            Ok((references, point)) => BrowseResult {
                status_code: StatusCode::GOOD,
                continuation_point: Blob(point.as_ref().map(<[u8; 4]>::as_slice)),
                references: Array::of(references),
            },
            Err(error) => {
                BrowseResult { status_code: *error, continuation_point: Blob(None), references: Array::NULL }
            }
        })
        .collect();
    parameters(&BrowseResponse { results: Array::of(&results), diagnostic_infos: Array::NULL })
}

pub(super) fn translate(space: &Space, asked: &TranslateBrowsePathsRequest<'_>) -> Answer {
    let found: Vec<_> = operations(&asked.browse_paths)?.map(|path| follow(space, &path)).collect();
    let targets: Vec<_> =
        found.iter().map(|found| targets(space, found.as_deref().unwrap_or_default())).collect();
    let results: Vec<_> = found
        .iter()
        .zip(&targets)
        .map(|(found, targets)| BrowsePathResult {
            status_code: found.as_ref().err().copied().unwrap_or(StatusCode::GOOD),
            targets: Array::of(targets),
        })
        .collect();
    parameters(&TranslateBrowsePathsResponse { results: Array::of(&results), diagnostic_infos: Array::NULL })
}

/// Where a path leads.
fn follow(space: &Space, path: &BrowsePath<'_>) -> Result<Vec<Place>, StatusCode> {
    let mut places = vec![space.place(&path.starting_node)?];
    match path.relative_path.len() {
        0 => return Err(status::BAD_NOTHING_TO_DO),
        1..=MOST_STEPS => {}
        _ => return Err(status::BAD_QUERY_TOO_COMPLEX),
    }
    for step in path.relative_path.iter() {
        if step.target_name.name.is_empty() {
            return Err(status::BAD_BROWSE_NAME_INVALID);
        }
        let kinds = Kinds::decode(space, &step.reference_type_id, step.include_subtypes)?;
        places = places.iter().flat_map(|place| neighbours(space, *place, kinds, &step)).collect();
        places.sort_unstable();
        places.dedup();
    }
    if places.is_empty() { Err(status::BAD_NO_MATCH) } else { Ok(places) }
}

fn neighbours(space: &Space, place: Place, kinds: Kinds, step: &RelativePathElement<'_>) -> Vec<Place> {
    let references = space.at(place).map_or(&[][..], |node| &node.references);
    let is_named = |place| space.at(place).is_ok_and(|node| node.browse_name() == step.target_name);
    let steps = references.iter().filter(|it| it.forward != step.is_inverse.is_set());
    steps.filter(|it| is_named(it.target) && kinds.count(space, it)).map(|it| it.target).collect()
}

fn targets<'a>(space: &'a Space, places: &[Place]) -> Vec<BrowsePathTarget<'a>> {
    let nodes = places.iter().filter_map(|place| space.at(*place).ok());
    let target = |node: &'a Node| BrowsePathTarget {
        target_id: ExpandedNodeId { node: node.id.wire(), namespace_uri: None, server_index: None },
        // The path was followed to its end.
        remaining_path_index: u32::MAX,
    };
    nodes.map(target).collect()
}
