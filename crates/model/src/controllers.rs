/// Whether controllers are operated and programmed with a protocol, by the name it has in records. Databases, file shares
/// and web pages are asked, browsed and changed all day.
#[must_use]
pub fn is_of_controllers(protocol: &str) -> bool {
    matches!(
        protocol,
        "modbus"
            | "umas"
            | "s7comm"
            | "s7comm-plus"
            | "enip"
            | "cip"
            | "cip_io"
            | "pccc"
            | "opcua"
            | "profinet"
            | "profinet-cm"
            | "mms"
    )
}

/// Whether a protocol is one of databases, by the name it has in records.
#[must_use]
pub fn is_of_databases(protocol: &str) -> bool {
    matches!(protocol, "postgresql" | "tds")
}
