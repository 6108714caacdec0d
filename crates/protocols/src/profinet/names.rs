//! The names that IEC 61158-6-10 gives to numbers, as records write them.

use super::dcp::{Selector, Service};
use quaywatch_model::{Coded, Number};

/// The name of a DCP parameter. `None` where the standard has none.
pub(super) const fn parameter(selector: Selector) -> Option<&'static str> {
    Some(match selector {
        Selector::MAC_ADDRESS => "mac address",
        Selector::IP_PARAMETER => "ip parameter",
        Selector::FULL_IP_SUITE => "full ip suite",
        Selector::TYPE_OF_STATION => "type of station",
        Selector::NAME_OF_STATION => "name of station",
        Selector::DEVICE_ID => "device id",
        Selector::DEVICE_ROLE => "device role",
        Selector::DEVICE_OPTIONS => "device options",
        Selector::ALIAS_NAME => "alias name",
        Selector::DEVICE_INSTANCE => "device instance",
        Selector::OEM_DEVICE_ID => "oem device id",
        Selector::STANDARD_GATEWAY => "standard gateway",
        Selector::RSI_PROPERTIES => "rsi properties",
        Selector::START_TRANSACTION => "start transaction",
        Selector::END_TRANSACTION => "end transaction",
        Selector::SIGNAL => "signal",
        Selector::RESPONSE => "response",
        Selector::FACTORY_RESET => "factory reset",
        Selector::RESET_TO_FACTORY => "reset to factory",
        Selector::DEVICE_INITIATIVE => "device initiative",
        Selector::ALL => "all",
        Selector { option: Selector::DHCP_OPTION, suboption } => return dhcp(suboption),
        Selector { option: Selector::TSN_OPTION, suboption } => return tsn(suboption),
        _ => return None,
    })
}

const fn dhcp(option: u8) -> Option<&'static str> {
    Some(match option {
        12 => "dhcp host name",
        43 => "dhcp vendor specific",
        54 => "dhcp server identifier",
        55 => "dhcp parameter request list",
        60 => "dhcp class identifier",
        61 => "dhcp client identifier",
        81 => "dhcp fully qualified domain name",
        97 => "dhcp uuid client identifier",
        255 => "dhcp control",
        _ => return None,
    })
}

const fn tsn(suboption: u8) -> Option<&'static str> {
    Some(match suboption {
        1 => "tsn domain name",
        2 => "tsn network manager",
        3 => "tsn network parameter uuid",
        4 => "tsn network agent",
        5 => "tsn cim interface",
        _ => return None,
    })
}

/// A DCP service with its number.
pub(super) const fn service(service: Service) -> Coded<'static> {
    let name = match service {
        Service::GET => "get",
        Service::SET => "set",
        Service::IDENTIFY => "identify",
        Service::HELLO => "hello",
        Service(1 | 2) => "manufacturer_specific",
        _ => "unknown",
    };
    Coded::new(name, Number::Hex8(service.0))
}

/// What a device says of a parameter it refuses.
pub(super) const fn block_error(code: u8) -> Coded<'static> {
    let name = match code {
        0 => "ok",
        1 => "option_not_supported",
        2 => "suboption_not_supported",
        3 => "suboption_not_set",
        4 => "resource_error",
        5 => "set_not_possible_locally",
        6 => "set_not_possible_in_operation",
        _ => "unknown",
    };
    Coded::new(name, Number::Hex8(code))
}

/// Where a device has its address from: the low bits of the IP block's `BlockInfo`.
pub(super) const fn ip_origin(block_info: u16) -> &'static str {
    match block_info & 0x03 {
        0 => "not set",
        1 => "set",
        2 => "set by dhcp",
        _ => "reserved",
    }
}

/// The station with this address is not alone with it: bit 7 of the IP block's `BlockInfo`.
pub(super) const fn ip_conflict(block_info: u16) -> bool {
    block_info & 0x80 != 0
}

/// What a reset to factory resets: the `BlockQualifier` without its lowest bit.
pub(super) const fn reset_mode(qualifier: u16) -> &'static str {
    match qualifier >> 1 {
        1 => "application data",
        2 => "communication parameters",
        3 => "engineering parameters",
        4 => "all stored data",
        8 => "device to factory values",
        9 => "reset and restore data",
        _ => "reserved",
    }
}

/// Whether a set value outlives the next power cycle: the lowest bit of the `BlockQualifier`.
pub(super) const fn lifetime(qualifier: u16) -> &'static str {
    if qualifier & 1 == 0 { "temporary" } else { "permanent" }
}

/// What a signal asks for. Flashing once is the only one.
pub(super) const fn signal(value: u16) -> &'static str {
    match value {
        0x0100 => "flash once",
        _ => "reserved",
    }
}

/// What the control of DHCP asks for.
pub(super) const fn dhcp_control(value: u8) -> &'static str {
    match value {
        0 => "no dhcp",
        1 => "no dhcp, reset to factory",
        2 => "use dhcp",
        _ => "reserved",
    }
}

/// The roles of a station, by bit.
pub(super) const ROLES: [(u8, &str); 4] =
    [(1, "io device"), (2, "io controller"), (4, "io multidevice"), (8, "io supervisor")];

/// What an alarm is about.
pub(super) const fn alarm(alarm_type: u16) -> &'static str {
    match alarm_type {
        0x01 => "diagnosis",
        0x02 => "process",
        0x03 => "pull",
        0x04 => "plug",
        0x05 => "status",
        0x06 => "update",
        0x07 => "redundancy",
        0x08 => "controlled by supervisor",
        0x09 => "released",
        0x0A => "plug wrong submodule",
        0x0B => "return of submodule",
        0x0C => "diagnosis disappears",
        0x0D => "multicast communication mismatch",
        0x0E => "port data change",
        0x0F => "sync data changed",
        0x10 => "isochronous mode problem",
        0x11 => "network component problem",
        0x12 => "time data changed",
        0x13 => "dynamic frame packing problem",
        0x1E => "upload and retrieval",
        0x1F => "pull module",
        0x20..=0x7F => "manufacturer specific",
        _ => "reserved",
    }
}

/// An alarm block's type with its number.
pub(super) const fn alarm_block(block_type: u16) -> Coded<'static> {
    let name = match block_type {
        0x0001 => "alarm_notification_high",
        0x0002 => "alarm_notification_low",
        0x8001 => "alarm_ack_high",
        0x8002 => "alarm_ack_low",
        _ => "unknown",
    };
    Coded::new(name, Number::Hex16(block_type))
}

/// Why an alarm connection ended, or an alarm was refused: the `PNIOStatus` as error code, decode, code 1, code 2.
pub(super) const fn status(status: u32) -> Coded<'static> {
    let name = match status.to_be_bytes() {
        [0, 0, 0, 0] => "ok",
        [0xCF, 0x81, 0xFD, code] => abort(code),
        [0xDA, 0x81, 0x3C, 0] => "alarm_type_not_supported",
        [0xDA, 0x81, 0x3C, 1] => "wrong_submodule_state",
        [0xDA, 0x81, 0x3C, 2] => "backup_alarm_not_executed",
        _ => "unknown",
    };
    Coded::new(name, Number::Hex32(status))
}

const fn abort(code: u8) -> &'static str {
    match code {
        1 => "sequence_error",
        2 => "instance_closed",
        3 => "out_of_memory",
        4 => "add_provider_or_consumer_failed",
        5 => "consumer_watchdog_expired",
        6 => "cmi_timeout",
        7 => "alarm_open_failed",
        8 => "alarm_send_failed",
        9 => "alarm_ack_send_failed",
        10 => "alarm_data_too_long",
        11 => "alarm_error_indication",
        12 => "rpc_client_call_failed",
        13 => "abort_requested",
        14 => "rerun_aborts_existing",
        15 => "release_received",
        16 => "device_deactivated",
        17 => "connection_removed",
        18 => "protocol_violation",
        19 => "name_resolution_error",
        20 => "rpc_bind_error",
        21 => "rpc_connect_error",
        22 => "rpc_read_error",
        23 => "rpc_write_error",
        24 => "rpc_control_error",
        25 => "forbidden_pull_or_plug",
        26 => "application_process_removed",
        27 => "link_down",
        28 => "multicast_registration_failed",
        29 => "not_synchronized",
        30 => "wrong_topology",
        31 => "station_name_changed",
        32 => "reset_to_factory_settings",
        33 => "companion_submodule_in_first_connection",
        34 => "no_irdata_record",
        35 => "pdev_error",
        36 => "pdev_port_speed_or_duplex",
        37 => "ip_suite_changed",
        38 => "rdht_expired",
        39 => "pdev_parameterization_impossible",
        40 => "application_ready_timeout",
        _ => "unknown",
    }
}
