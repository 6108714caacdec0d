//! Looking around in the address space (OPC 10000-4, 5.9).

use super::super::builtin::{
    Blob, DateTime, DiagnosticInfo, ExpandedNodeId, LocalizedText, NodeId, QualifiedName, StatusCode,
};
use super::super::codec::{Array, Flag, structures};

structures! {
    /// The part of the address space that is looked at (7.45).
    ViewDescription<'a> {
        view_id: NodeId<'a>,
        timestamp: DateTime,
        view_version: u32,
    }
    /// Where to look and for what (5.9.2).
    BrowseDescription<'a> {
        node_id: NodeId<'a>,
        browse_direction: i32,
        reference_type_id: NodeId<'a>,
        include_subtypes: Flag,
        node_class_mask: u32,
        result_mask: u32,
    }
    /// A reference that was found (7.30).
    ReferenceDescription<'a> {
        reference_type_id: NodeId<'a>,
        is_forward: Flag,
        node_id: ExpandedNodeId<'a>,
        browse_name: QualifiedName<'a>,
        display_name: LocalizedText<'a>,
        node_class: i32,
        type_definition: ExpandedNodeId<'a>,
    }
    /// What was found at one place (7.6).
    BrowseResult<'a> {
        status_code: StatusCode,
        continuation_point: Blob<'a>,
        references: Array<'a, ReferenceDescription<'a>>,
    }
    /// The parameters of a `Browse` request (5.9.2).
    BrowseRequest<'a> {
        view: ViewDescription<'a>,
        requested_max_references_per_node: u32,
        nodes_to_browse: Array<'a, BrowseDescription<'a>>,
    }
    /// The parameters of a `Browse` response, and of `BrowseNext` (5.9.2).
    BrowseResponse<'a> {
        results: Array<'a, BrowseResult<'a>>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// The parameters of a `BrowseNext` request (5.9.3).
    BrowseNextRequest<'a> {
        release_continuation_points: Flag,
        continuation_points: Array<'a, Blob<'a>>,
    }
    /// One step of a path (7.31).
    RelativePathElement<'a> {
        reference_type_id: NodeId<'a>,
        is_inverse: Flag,
        include_subtypes: Flag,
        target_name: QualifiedName<'a>,
    }
    /// A path to follow (5.9.4).
    BrowsePath<'a> {
        starting_node: NodeId<'a>,
        relative_path: Array<'a, RelativePathElement<'a>>,
    }
    /// Where a path ends.
    BrowsePathTarget<'a> {
        target_id: ExpandedNodeId<'a>,
        remaining_path_index: u32,
    }
    /// Where a path leads.
    BrowsePathResult<'a> {
        status_code: StatusCode,
        targets: Array<'a, BrowsePathTarget<'a>>,
    }
    /// The parameters of a `TranslateBrowsePaths` request (5.9.4).
    TranslateBrowsePathsRequest<'a> {
        browse_paths: Array<'a, BrowsePath<'a>>,
    }
    /// The parameters of a `TranslateBrowsePaths` response (5.9.4).
    TranslateBrowsePathsResponse<'a> {
        results: Array<'a, BrowsePathResult<'a>>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// The nodes of `RegisterNodes`, both ways, and of an `UnregisterNodes` request (5.9.5).
    NodeList<'a> {
        nodes: Array<'a, NodeId<'a>>,
    }
}
