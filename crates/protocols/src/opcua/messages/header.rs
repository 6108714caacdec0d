//! What every message begins with (OPC 10000-4, 7.33 and 7.34).

use super::super::builtin::{DateTime, DiagnosticInfo, ExtensionObject, NodeId, StatusCode, Text};
use super::super::codec::{Array, structures};

structures! {
    /// What every request begins with (7.33).
    RequestHeader<'a> {
        authentication_token: NodeId<'a>,
        timestamp: DateTime,
        request_handle: u32,
        return_diagnostics: u32,
        audit_entry_id: Text<'a>,
        timeout_hint: u32,
        additional_header: ExtensionObject<'a>,
    }
    /// What every response begins with (7.34).
    ResponseHeader<'a> {
        timestamp: DateTime,
        request_handle: u32,
        service_result: StatusCode,
        service_diagnostics: DiagnosticInfo<'a>,
        string_table: Array<'a, Text<'a>>,
        additional_header: ExtensionObject<'a>,
    }
    /// A status for each of several, with what the vendor adds; also alone a whole response.
    StatusResults<'a> {
        results: Array<'a, StatusCode>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
}
