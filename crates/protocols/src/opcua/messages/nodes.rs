//! Changing the address space (OPC 10000-4, 5.8).

use super::super::builtin::{
    DiagnosticInfo, ExpandedNodeId, ExtensionObject, NodeId, QualifiedName, StatusCode, Text,
};
use super::super::codec::{Array, Flag, structures};

structures! {
    /// A node to be made (5.8.2).
    AddNodesItem<'a> {
        parent_node_id: ExpandedNodeId<'a>,
        reference_type_id: NodeId<'a>,
        requested_new_node_id: ExpandedNodeId<'a>,
        browse_name: QualifiedName<'a>,
        node_class: i32,
        node_attributes: ExtensionObject<'a>,
        type_definition: ExpandedNodeId<'a>,
    }
    /// What became of it.
    AddNodesResult<'a> {
        status_code: StatusCode,
        added_node_id: NodeId<'a>,
    }
    /// The parameters of a `AddNodes` request (5.8.2).
    AddNodesRequest<'a> {
        nodes_to_add: Array<'a, AddNodesItem<'a>>,
    }
    /// The parameters of a `AddNodes` response (5.8.2).
    AddNodesResponse<'a> {
        results: Array<'a, AddNodesResult<'a>>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// A reference to be made (5.8.3).
    AddReferencesItem<'a> {
        source_node_id: NodeId<'a>,
        reference_type_id: NodeId<'a>,
        is_forward: Flag,
        target_server_uri: Text<'a>,
        target_node_id: ExpandedNodeId<'a>,
        target_node_class: i32,
    }
    /// The parameters of a `AddReferences` request (5.8.3).
    AddReferencesRequest<'a> {
        references_to_add: Array<'a, AddReferencesItem<'a>>,
    }
    /// A node to be deleted (5.8.4).
    DeleteNodesItem<'a> {
        node_id: NodeId<'a>,
        delete_target_references: Flag,
    }
    /// The parameters of a `DeleteNodes` request (5.8.4).
    DeleteNodesRequest<'a> {
        nodes_to_delete: Array<'a, DeleteNodesItem<'a>>,
    }
    /// A reference to be deleted (5.8.5).
    DeleteReferencesItem<'a> {
        source_node_id: NodeId<'a>,
        reference_type_id: NodeId<'a>,
        is_forward: Flag,
        target_node_id: ExpandedNodeId<'a>,
        delete_bidirectional: Flag,
    }
    /// The parameters of a `DeleteReferences` request (5.8.5).
    DeleteReferencesRequest<'a> {
        references_to_delete: Array<'a, DeleteReferencesItem<'a>>,
    }
}
