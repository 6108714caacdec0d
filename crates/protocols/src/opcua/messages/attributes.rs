//! Attributes, their history, and methods (OPC 10000-4, 5.11 and 5.12; OPC 10000-11, 6).

use super::super::builtin::{Blob, DiagnosticInfo, ExtensionObject, NodeId, QualifiedName, StatusCode, Text};
use super::super::codec::{Array, Flag, structures};
use super::super::variant::{DataValue, Variant};

structures! {
    /// An attribute to be read (7.29).
    ReadValueId<'a> {
        node_id: NodeId<'a>,
        attribute_id: u32,
        index_range: Text<'a>,
        data_encoding: QualifiedName<'a>,
    }
    /// The parameters of a `Read` request (5.11.2).
    ReadRequest<'a> {
        max_age: f64,
        timestamps_to_return: i32,
        nodes_to_read: Array<'a, ReadValueId<'a>>,
    }
    /// The parameters of a `Read` response (5.11.2).
    ReadResponse<'a> {
        results: Array<'a, DataValue<'a>>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// A node whose history is to be read (5.11.3).
    HistoryReadValueId<'a> {
        node_id: NodeId<'a>,
        index_range: Text<'a>,
        data_encoding: QualifiedName<'a>,
        continuation_point: Blob<'a>,
    }
    /// The history of one node.
    HistoryReadResult<'a> {
        status_code: StatusCode,
        continuation_point: Blob<'a>,
        history_data: ExtensionObject<'a>,
    }
    /// The parameters of a `HistoryRead` request (5.11.3).
    HistoryReadRequest<'a> {
        history_read_details: ExtensionObject<'a>,
        timestamps_to_return: i32,
        release_continuation_points: Flag,
        nodes_to_read: Array<'a, HistoryReadValueId<'a>>,
    }
    /// The parameters of a `HistoryRead` response (5.11.3).
    HistoryReadResponse<'a> {
        results: Array<'a, HistoryReadResult<'a>>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// An attribute to be written (5.11.4).
    WriteValue<'a> {
        node_id: NodeId<'a>,
        attribute_id: u32,
        index_range: Text<'a>,
        value: DataValue<'a>,
    }
    /// The parameters of a `Write` request (5.11.4).
    WriteRequest<'a> {
        nodes_to_write: Array<'a, WriteValue<'a>>,
    }
    /// What became of one history update (5.11.5).
    HistoryUpdateResult<'a> {
        status_code: StatusCode,
        operation_results: Array<'a, StatusCode>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// The parameters of a `HistoryUpdate` request (5.11.5).
    HistoryUpdateRequest<'a> {
        history_update_details: Array<'a, ExtensionObject<'a>>,
    }
    /// The parameters of a `HistoryUpdate` response (5.11.5).
    HistoryUpdateResponse<'a> {
        results: Array<'a, HistoryUpdateResult<'a>>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// A method to be called (5.12.2).
    CallMethodRequest<'a> {
        object_id: NodeId<'a>,
        method_id: NodeId<'a>,
        input_arguments: Array<'a, Variant<'a>>,
    }
    /// What it returned.
    CallMethodResult<'a> {
        status_code: StatusCode,
        input_argument_results: Array<'a, StatusCode>,
        input_argument_diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
        output_arguments: Array<'a, Variant<'a>>,
    }
    /// The parameters of a `Call` request (5.12.2).
    CallRequest<'a> {
        methods_to_call: Array<'a, CallMethodRequest<'a>>,
    }
    /// The parameters of a `Call` response (5.12.2).
    CallResponse<'a> {
        results: Array<'a, CallMethodResult<'a>>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// Values of a node's history, in an [`ExtensionObject`] (OPC 10000-11, 6.6.2).
    HistoryData<'a> {
        data_values: Array<'a, DataValue<'a>>,
    }
    /// Values to be set in a node's history, in an [`ExtensionObject`] (OPC 10000-11, 6.9.2).
    UpdateDataDetails<'a> {
        node_id: NodeId<'a>,
        perform_insert_replace: i32,
        update_values: Array<'a, DataValue<'a>>,
    }
}
