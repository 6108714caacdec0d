//! Names of SMB's numbers.

/// MS-SMB2 2.2.3: the dialect of a negotiate answer.
pub(super) fn dialect(number: u16) -> String {
    match number {
        0x0202 => "SMB 2.0.2".into(),
        0x0210 => "SMB 2.1".into(),
        0x0300 => "SMB 3.0".into(),
        0x0302 => "SMB 3.0.2".into(),
        0x0311 => "SMB 3.1.1".into(),
        0x02FF => "SMB 2".into(),
        _ => format!("SMB 0x{number:04X}"),
    }
}

/// MS-ERREF 2.3.1: the status codes that file servers give.
pub(super) const fn status(number: u32) -> &'static str {
    match number {
        0x0000_0000 => "success",
        0x0000_0103 => "pending",
        0x8000_0005 => "buffer_overflow",
        0x8000_0006 => "no_more_files",
        0xC000_0002 => "not_implemented",
        0xC000_0008 => "invalid_handle",
        0xC000_000D => "invalid_parameter",
        0xC000_000F => "no_such_file",
        0xC000_0011 => "end_of_file",
        0xC000_0016 => "more_processing_required",
        0xC000_0022 => "access_denied",
        0xC000_0033 => "object_name_invalid",
        0xC000_0034 => "object_name_not_found",
        0xC000_0035 => "object_name_collision",
        0xC000_003A => "object_path_not_found",
        0xC000_0043 => "sharing_violation",
        0xC000_0056 => "delete_pending",
        0xC000_0064 => "no_such_user",
        0xC000_006A => "wrong_password",
        0xC000_006D => "logon_failure",
        0xC000_006E => "account_restriction",
        0xC000_0071 => "password_expired",
        0xC000_0072 => "account_disabled",
        0xC000_007F => "disk_full",
        0xC000_00BA => "file_is_a_directory",
        0xC000_00BB => "not_supported",
        0xC000_00CC => "bad_network_name",
        0xC000_0101 => "directory_not_empty",
        0xC000_0103 => "not_a_directory",
        0xC000_0120 => "cancelled",
        0xC000_0121 => "cannot_delete",
        0xC000_015B => "logon_type_not_granted",
        0xC000_0203 => "user_session_deleted",
        0xC000_0234 => "account_locked_out",
        _ => "unknown",
    }
}
