use super::wire::{Kind, Oid, value};
use quaywatch_model::{Coded, Number};
use std::fmt;

pub(super) const fn kind(kind: Kind) -> Coded<'static> {
    let name = match kind {
        Kind::GET => "get_request",
        Kind::GET_NEXT => "get_next_request",
        Kind::RESPONSE => "response",
        Kind::SET => "set_request",
        Kind::TRAP_V1 => "trap_v1",
        Kind::GET_BULK => "get_bulk_request",
        Kind::INFORM => "inform_request",
        Kind::TRAP => "trap",
        Kind::REPORT => "report",
        _ => "unknown",
    };
    Coded::new(name, Number::Hex8(kind.0))
}

/// Error status (RFC 3416, section 3).
pub(super) fn error(status: i64) -> Coded<'static> {
    const NAMES: [&str; 19] = [
        "no_error",
        "too_big",
        "no_such_name",
        "bad_value",
        "read_only",
        "general_error",
        "no_access",
        "wrong_type",
        "wrong_length",
        "wrong_encoding",
        "wrong_value",
        "no_creation",
        "inconsistent_value",
        "resource_unavailable",
        "commit_failed",
        "undo_failed",
        "authorization_error",
        "not_writable",
        "inconsistent_name",
    ];
    let number = u8::try_from(status).unwrap_or(u8::MAX);
    Coded::new(NAMES.get(usize::from(number)).unwrap_or(&"unknown"), Number::Hex8(number))
}

/// What stands in the place of a value that there is not.
pub(super) const fn exception(tag: u8) -> Option<Coded<'static>> {
    let name = match tag {
        value::NO_SUCH_OBJECT => "no_such_object",
        value::NO_SUCH_INSTANCE => "no_such_instance",
        value::END_OF_VIEW => "end_of_mib_view",
        _ => return None,
    };
    Some(Coded::new(name, Number::Hex8(tag)))
}

/// Objects that people know by name (RFC 1213, 3418, 2863, 6933, 3414), as they are encoded without their instance.
const OBJECTS: &[(&[u8], &str)] = &[
    (&[0x2b, 6, 1, 2, 1, 1, 1], "sysDescr"),
    (&[0x2b, 6, 1, 2, 1, 1, 2], "sysObjectID"),
    (&[0x2b, 6, 1, 2, 1, 1, 3], "sysUpTime"),
    (&[0x2b, 6, 1, 2, 1, 1, 4], "sysContact"),
    (&[0x2b, 6, 1, 2, 1, 1, 5], "sysName"),
    (&[0x2b, 6, 1, 2, 1, 1, 6], "sysLocation"),
    (&[0x2b, 6, 1, 2, 1, 1, 7], "sysServices"),
    (&[0x2b, 6, 1, 2, 1, 2, 1], "ifNumber"),
    (&[0x2b, 6, 1, 2, 1, 2, 2, 1, 1], "ifIndex"),
    (&[0x2b, 6, 1, 2, 1, 2, 2, 1, 2], "ifDescr"),
    (&[0x2b, 6, 1, 2, 1, 2, 2, 1, 3], "ifType"),
    (&[0x2b, 6, 1, 2, 1, 2, 2, 1, 5], "ifSpeed"),
    (&[0x2b, 6, 1, 2, 1, 2, 2, 1, 6], "ifPhysAddress"),
    (&[0x2b, 6, 1, 2, 1, 2, 2, 1, 7], "ifAdminStatus"),
    (&[0x2b, 6, 1, 2, 1, 2, 2, 1, 8], "ifOperStatus"),
    (&[0x2b, 6, 1, 2, 1, 2, 2, 1, 10], "ifInOctets"),
    (&[0x2b, 6, 1, 2, 1, 2, 2, 1, 14], "ifInErrors"),
    (&[0x2b, 6, 1, 2, 1, 2, 2, 1, 16], "ifOutOctets"),
    (&[0x2b, 6, 1, 2, 1, 2, 2, 1, 20], "ifOutErrors"),
    (&[0x2b, 6, 1, 2, 1, 4, 20, 1, 1], "ipAdEntAddr"),
    (&[0x2b, 6, 1, 2, 1, 31, 1, 1, 1, 1], "ifName"),
    (&[0x2b, 6, 1, 2, 1, 31, 1, 1, 1, 18], "ifAlias"),
    (&[0x2b, 6, 1, 2, 1, 47, 1, 1, 1, 1, 8], "entPhysicalHardwareRev"),
    (&[0x2b, 6, 1, 2, 1, 47, 1, 1, 1, 1, 9], "entPhysicalFirmwareRev"),
    (&[0x2b, 6, 1, 2, 1, 47, 1, 1, 1, 1, 10], "entPhysicalSoftwareRev"),
    (&[0x2b, 6, 1, 2, 1, 47, 1, 1, 1, 1, 11], "entPhysicalSerialNum"),
    (&[0x2b, 6, 1, 2, 1, 47, 1, 1, 1, 1, 12], "entPhysicalMfgName"),
    (&[0x2b, 6, 1, 2, 1, 47, 1, 1, 1, 1, 13], "entPhysicalModelName"),
    (&[0x2b, 6, 1, 6, 3, 1, 1, 4, 1], "snmpTrapOID"),
    (&[0x2b, 6, 1, 6, 3, 15, 1, 1, 1], "usmStatsUnsupportedSecLevels"),
    (&[0x2b, 6, 1, 6, 3, 15, 1, 1, 2], "usmStatsNotInTimeWindows"),
    (&[0x2b, 6, 1, 6, 3, 15, 1, 1, 3], "usmStatsUnknownUserNames"),
    (&[0x2b, 6, 1, 6, 3, 15, 1, 1, 4], "usmStatsUnknownEngineIDs"),
    (&[0x2b, 6, 1, 6, 3, 15, 1, 1, 5], "usmStatsWrongDigests"),
    (&[0x2b, 6, 1, 6, 3, 15, 1, 1, 6], "usmStatsDecryptionErrors"),
];

/// The name of the object, if it is one of those, and its instance.
pub(super) fn object<'a>(oid: Oid<'a>) -> Option<(&'static str, &'a [u8])> {
    OBJECTS.iter().find_map(|&(prefix, name)| Some((name, oid.below(prefix)?)))
}

/// An object as it is shown: its number, and its name where it has one.
pub(super) struct Object<'a>(pub(super) Oid<'a>);

impl fmt::Display for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)?;
        object(self.0).map_or(Ok(()), |(name, _)| write!(f, " ({name})"))
    }
}

/// Makers by their number in IANA's registry of private enterprises.
pub(super) const fn enterprise(number: u64) -> Option<&'static str> {
    Some(match number {
        2 => "IBM",
        9 => "Cisco",
        11 => "Hewlett-Packard",
        43 => "3Com",
        95 | 1662 | 47349 => "Rockwell Automation",
        171 => "D-Link",
        244 => "Lantronix",
        248 => "Hirschmann",
        311 => "Microsoft",
        318 => "APC",
        367 => "Ricoh",
        368 => "Axis",
        476 => "Vertiv",
        534 => "Eaton",
        674 => "Dell",
        890 => "Zyxel",
        1248 => "Epson",
        1588 => "Brocade",
        2011 => "Huawei",
        2636 => "Juniper",
        3375 => "F5",
        3833 => "Schneider Electric",
        4196 | 4329 => "Siemens",
        4346 => "Phoenix Contact",
        4413 => "Broadcom",
        4526 => "Netgear",
        6876 => "VMware",
        8691 => "Moxa",
        11863 => "TP-Link",
        12356 => "Fortinet",
        13576 => "WAGO",
        14988 => "MikroTik",
        15450 => "Innominate",
        16177 => "Westermo",
        16838 => "Omron",
        20540 | 28381 | 38113 => "Red Lion",
        25157 => "Beckhoff",
        25461 => "Palo Alto Networks",
        25506 => "H3C",
        37496 => "Dahua",
        38187 => "Weidmüller",
        39165 => "Hikvision",
        41112 => "Ubiquiti",
        42147 => "Pepperl+Fuchs",
        43144 => "HMS Networks",
        43236 => "Pilz",
        48690 => "Teltonika",
        52203 => "SICK",
        _ => return None,
    })
}

/// The enterprise of the agent software that runs on everything; it says nothing of the maker.
pub(super) const NET_SNMP: u64 = 8072;
