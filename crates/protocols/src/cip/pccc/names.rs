//! PCCC's commands, functions, statuses and file types by name.

use quaywatch_model::Verb;

/// The letters that programmers know a file type by. 1770-6.5.16, chapter 13; 91 is MicroLogix's long.
pub(super) const fn file_letters(kind: u8) -> Option<&'static str> {
    Some(match kind {
        0x82 | 0x8B => "O",
        0x83 | 0x8C => "I",
        0x84 => "S",
        0x85 => "B",
        0x86 => "T",
        0x87 => "C",
        0x88 => "R",
        0x89 => "N",
        0x8A => "F",
        0x8D => "ST",
        0x8E => "A",
        0x8F => "D",
        0x91 => "L",
        _ => return None,
    })
}

/// File types that hold no values a program works on. MicroLogix and SLC 500 instruction set references.
pub(super) const LADDER: u8 = 0x22;
pub(super) const ONLINE_EDIT: u8 = 0x65;
pub(super) const OUTPUT_FORCES: u8 = 0xA1;
pub(super) const INPUT_FORCES: u8 = 0xA2;

pub(super) const fn file_kind(kind: u8) -> &'static str {
    match kind {
        LADDER => "ladder",
        0x49 => "channel configuration",
        0x4A => "EtherNet/IP function",
        ONLINE_EDIT => "online edit",
        0x6A => "I/O status",
        OUTPUT_FORCES => "output forces",
        INPUT_FORCES => "input forces",
        0xE2 => "STI function",
        0xE4 => "RTC function",
        0xE6 => "memory module",
        _ => "unknown",
    }
}

/// How many bytes one value of this file has, where its values are numbers.
pub(super) const fn unit_bytes(kind: u8) -> Option<u16> {
    Some(match kind {
        0x8A | 0x91 => 4,
        0x82..=0x89 | 0x8B | 0x8C | 0x8E | 0x8F | OUTPUT_FORCES | INPUT_FORCES => 2,
        _ => return None,
    })
}

/// How many bytes one element of this file has.
pub(super) const fn element_bytes(kind: u8) -> u16 {
    match kind {
        0x86..=0x88 => 6,
        0x8A | 0x91 => 4,
        0x8D => 84,
        _ => 2,
    }
}

pub(super) const fn command_name(command: u8) -> (Verb, &'static str) {
    match command {
        0x00 => (Verb::Write, "pccc_protected_write"),
        0x01 => (Verb::Read, "pccc_unprotected_read"),
        0x02 => (Verb::Write, "pccc_protected_bit_write"),
        0x05 => (Verb::Write, "pccc_unprotected_bit_write"),
        0x08 => (Verb::Write, "pccc_unprotected_write"),
        0x06 => (Verb::Read, "pccc_diagnostic"),
        0x07 => (Verb::Opaque, "pccc_plc3_command"),
        0x0F => (Verb::Opaque, "pccc_extended_command"),
        _ => (Verb::Opaque, "pccc_unknown"),
    }
}

pub(super) const fn diagnostic_function(function: u8) -> (Verb, &'static str) {
    match function {
        0x00 => (Verb::Identify, "pccc_echo"),
        0x01 => (Verb::Read, "pccc_read_diagnostic_counters"),
        0x02 => (Verb::Write, "pccc_set_variables"),
        0x03 => (Verb::Identify, "pccc_diagnostic_status"),
        0x04 => (Verb::Write, "pccc_set_timeout"),
        0x05 => (Verb::Write, "pccc_set_naks"),
        0x06 => (Verb::Write, "pccc_set_enqs"),
        0x07 => (Verb::Write, "pccc_reset_diagnostic_counters"),
        0x08 => (Verb::Write, "pccc_set_data_table_size"),
        0x09 => (Verb::Read, "pccc_read_link_parameters"),
        0x0A => (Verb::SetNetwork, "pccc_set_link_parameters"),
        _ => (Verb::Opaque, "pccc_unknown"),
    }
}

pub(super) const fn plc3_function(function: u8) -> (Verb, &'static str) {
    match function {
        0x00 => (Verb::Stop, "pccc_disable_outputs"),
        0x01 => (Verb::Start, "pccc_enable_outputs"),
        0x03 => (Verb::Start, "pccc_enable_plc_scanning"),
        0x04 => (Verb::DownloadProgram, "pccc_enter_download_mode"),
        0x05 => (Verb::ChangeMode, "pccc_exit_download_upload_mode"),
        0x06 => (Verb::UploadProgram, "pccc_enter_upload_mode"),
        _ => (Verb::Opaque, "pccc_unknown"),
    }
}

pub(super) const fn extended_function(function: u8) -> (Verb, &'static str) {
    match function {
        0x00 => (Verb::Write, "pccc_word_range_write"),
        0x01 => (Verb::Read, "pccc_word_range_read"),
        0x02 => (Verb::Write, "pccc_bit_write"),
        0x03 => (Verb::Write, "pccc_file_write"),
        0x04 => (Verb::Read, "pccc_file_read"),
        0x05 => (Verb::DownloadProgram, "pccc_download_request"),
        0x06 => (Verb::UploadProgram, "pccc_upload"),
        0x07 => (Verb::Stop, "pccc_shutdown"),
        0x08 => (Verb::DownloadProgram, "pccc_physical_write"),
        0x09 => (Verb::UploadProgram, "pccc_physical_read"),
        0x0A => (Verb::Reset, "pccc_restart_request"),
        0x11 => (Verb::ChangeSecurity, "pccc_get_edit_resource"),
        0x12 => (Verb::ChangeSecurity, "pccc_return_edit_resource"),
        0x17 => (Verb::UploadProgram, "pccc_read_bytes_physical"),
        0x18 => (Verb::DownloadProgram, "pccc_write_bytes_physical"),
        0x26 => (Verb::Write, "pccc_read_modify_write"),
        0x29 => (Verb::Read, "pccc_read_section_size"),
        0x3A => (Verb::ChangeMode, "pccc_set_cpu_mode"),
        0x41 => (Verb::Force, "pccc_disable_forces"),
        0x50 => (Verb::DownloadProgram, "pccc_download_all_request"),
        0x52 => (Verb::DownloadProgram, "pccc_download_completed"),
        0x53 => (Verb::UploadProgram, "pccc_upload_all_request"),
        0x55 => (Verb::UploadProgram, "pccc_upload_completed"),
        0x57 => (Verb::DeleteProgram, "pccc_initialize_memory"),
        0x5E => (Verb::Write, "pccc_modify_plc2_compatibility_file"),
        0x67 => (Verb::Write, "pccc_typed_write"),
        0x68 => (Verb::Read, "pccc_typed_read"),
        0x79 => (Verb::Write, "pccc_read_modify_write_n"),
        0x81 => (Verb::Read, "pccc_open_file"),
        0x82 => (Verb::Read, "pccc_close_file"),
        0x88 => (Verb::Opaque, "pccc_execute_multiple_commands"),
        0x8F => (Verb::SetNetwork, "pccc_apply_port_configuration"),
        0xA1 => (Verb::Read, "pccc_protected_typed_logical_read_2"),
        0xA2 => (Verb::Read, "pccc_protected_typed_logical_read_3"),
        0xA7 => (Verb::Read, "pccc_protected_typed_file_read"),
        0xA9 => (Verb::Write, "pccc_protected_typed_logical_write_2"),
        0xAA => (Verb::Write, "pccc_protected_typed_logical_write_3"),
        0xAB => (Verb::Write, "pccc_protected_typed_logical_masked_write"),
        0xAF => (Verb::Write, "pccc_protected_typed_file_write"),
        _ => (Verb::Opaque, "pccc_unknown"),
    }
}

/// Local errors have a low nibble, remote ones a high one. 1770-6.5.16, chapter 8.
pub(super) const fn status_name(status: u8) -> &'static str {
    match status {
        0x01 => "destination_out_of_buffer_space",
        0x02 => "message_not_acknowledged",
        0x03 => "duplicate_token_holder",
        0x04 => "local_port_disconnected",
        0x05 => "application_layer_timeout",
        0x06 => "duplicate_node",
        0x07 => "station_offline",
        0x08 => "hardware_fault",
        0x10 => "illegal_command_or_format",
        0x20 => "host_will_not_communicate",
        0x30 => "remote_node_missing",
        0x40 => "hardware_fault_at_host",
        0x50 => "addressing_problem_or_memory_protected",
        0x60 => "function_not_allowed_by_protection",
        0x70 => "processor_in_program_mode",
        0x80 => "compatibility_file_missing",
        0x90 => "remote_node_cannot_buffer",
        0xA0 | 0xC0 => "wait_ack",
        0xB0 => "remote_node_busy_downloading",
        0xF0 => "extended_status",
        _ => "unknown",
    }
}

pub(super) const fn extended_status(status: u8) -> &'static str {
    match status {
        0x01 => "illegal_value_in_field",
        0x02 => "too_few_address_levels",
        0x03 => "too_many_address_levels",
        0x04 => "symbol_not_found",
        0x05 => "symbol_of_improper_format",
        0x06 => "address_not_usable",
        0x07 => "file_of_wrong_size",
        0x08 => "situation_changed",
        0x09 => "data_or_file_too_large",
        0x0A => "transaction_size_plus_address_too_large",
        0x0B => "access_denied",
        0x0C => "resource_not_available",
        0x0D => "condition_already_exists",
        0x0E => "command_cannot_be_executed",
        0x0F => "histogram_overflow",
        0x10 => "no_access",
        0x11 => "illegal_data_type",
        0x12 => "invalid_parameter_or_data",
        0x13 => "reference_to_deleted_area",
        0x14 => "execution_failed_for_unknown_reason",
        0x15 => "data_conversion_error",
        0x16 => "scanner_cannot_reach_rack_adapter",
        0x17 => "type_mismatch",
        0x18 => "module_response_not_valid",
        0x19 => "duplicated_label",
        0x1A => "file_open_by_another_node",
        0x1B => "program_owned_by_another_node",
        0x1E => "data_table_element_protected",
        0x1F => "temporary_internal_problem",
        0x22 => "remote_rack_fault",
        0x23 => "timeout",
        0x24 => "unknown_error",
        _ => "unknown",
    }
}
