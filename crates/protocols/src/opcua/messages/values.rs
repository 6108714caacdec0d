//! Structures that are values of the standard's own variables (OPC 10000-5, 12; OPC 10000-4, 7), in an `ExtensionObject`.

use super::super::builtin::{DateTime, LocalizedText, NodeId, Text};
use super::super::codec::{Array, structures};

structures! {
    /// An argument of a method: `Argument` (OPC 10000-3, 8.6).
    Argument<'a> {
        name: Text<'a>,
        data_type: NodeId<'a>,
        value_rank: i32,
        array_dimensions: Array<'a, u32>,
        description: LocalizedText<'a>,
    }
    /// Who made a server: `BuildInfo` (OPC 10000-5, 12.4).
    BuildInfo<'a> {
        product_uri: Text<'a>,
        manufacturer_name: Text<'a>,
        product_name: Text<'a>,
        software_version: Text<'a>,
        build_number: Text<'a>,
        build_date: DateTime,
    }
    /// How a server is: `ServerStatusDataType` (OPC 10000-5, 12.10).
    ServerStatus<'a> {
        start_time: DateTime,
        current_time: DateTime,
        state: i32,
        build_info: BuildInfo<'a>,
        seconds_till_shutdown: u32,
        shutdown_reason: LocalizedText<'a>,
    }
}
