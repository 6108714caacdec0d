//! Which nodes of an OPC UA server were found, and which of them were not looked below yet.

use quaywatch_protocols::opcua::builtin::Identifier;
use quaywatch_protocols::opcua::messages::BrowseResponse;
use std::collections::{HashSet, VecDeque};

/// So many nodes are found at most: a crane has some hundred.
const MOST_NODES: usize = 4_096;
/// So many are asked for together.
const TOGETHER: usize = 16;

/// A walk through a server's address space, from the top to all that is below.
#[derive(Debug)]
pub(super) struct Walk {
    found: HashSet<String>,
    left: VecDeque<String>,
}

impl Walk {
    /// One that begins at the top, whose name is empty.
    pub(super) fn begin() -> Self {
        Self { found: HashSet::new(), left: VecDeque::from([String::new()]) }
    }

    /// The nodes to look below next; none: all was seen.
    pub(super) fn next(&mut self) -> Vec<String> {
        let count = self.left.len().min(TOGETHER);
        self.left.drain(..count).collect()
    }

    /// Takes in what is below those that were asked for: nodes of this namespace that have a text.
    pub(super) fn learn(&mut self, told: &BrowseResponse<'_>, namespace: u16) {
        for reference in told.results.iter().flat_map(|result| result.references.iter()) {
            let node = reference.node_id.node;
            let Identifier::String(text) = node.identifier else { continue };
            let name = String::from_utf8_lossy(text.bytes()).into_owned();
            if node.namespace == namespace && self.found.len() < MOST_NODES && self.found.insert(name.clone())
            {
                self.left.push_back(name);
            }
        }
    }
}
