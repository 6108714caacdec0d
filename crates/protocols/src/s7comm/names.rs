//! The numbers that have names. Named in words of our own after what the devices' manuals say they mean.

use super::wire::Function;
use quaywatch_model::{Coded, Number, Verb};

/// A job's function.
pub(super) const fn function(function: Function) -> Coded<'static> {
    let name = match function {
        Function(0x00) => "cpu_services",
        Function::READ => "read_var",
        Function::WRITE => "write_var",
        Function::REQUEST_DOWNLOAD => "request_download",
        Function::DOWNLOAD_BLOCK => "download_block",
        Function::DOWNLOAD_ENDED => "download_ended",
        Function::START_UPLOAD => "start_upload",
        Function::UPLOAD => "upload",
        Function::END_UPLOAD => "end_upload",
        Function::PI_SERVICE => "pi_service",
        Function::PLC_STOP => "plc_stop",
        Function::SETUP => "setup_communication",
        _ => "unknown",
    };
    Coded::new(name, Number::Hex8(function.0))
}

/// What a job does; a PI service is told by [`service`] instead.
pub(super) const fn verb(function: Function) -> Verb {
    match function {
        Function::READ => Verb::Read,
        Function::WRITE => Verb::Write,
        Function::REQUEST_DOWNLOAD | Function::DOWNLOAD_BLOCK | Function::DOWNLOAD_ENDED => {
            Verb::DownloadProgram
        }
        Function::START_UPLOAD | Function::UPLOAD | Function::END_UPLOAD => Verb::UploadProgram,
        Function::PLC_STOP => Verb::Stop,
        Function::SETUP => Verb::OpenSession,
        _ => Verb::Opaque,
    }
}

/// What a program invocation service does.
///
/// `_MODU` copies the loaded program from RAM to ROM and so makes it outlast a restart: it activates. The
/// services of numerical controls (`_N_...`) are in SINUMERIK's "PI services"; those that only move files or
/// tool data about are a `Write`.
pub(super) fn service(service: &[u8]) -> Verb {
    match service {
        b"_INSE" | b"_INS2" | b"_MODU" | b"_N_SELECT" => Verb::ActivateProgram,
        b"_DELE" | b"_N_F_DELE" | b"_N_F_DELR" => Verb::DeleteProgram,
        b"P_PROGRAM" | b"_N_F_STRT" => Verb::Start,
        b"_N_F_STOP" | b"_N_CANCEL" => Verb::Stop,
        b"_N_LOGIN_" | b"_N_LOGIN" => Verb::Authenticate,
        b"_N_LOGOUT" => Verb::CloseSession,
        b"_N_SETUFR" | b"_N_CHKDM" | b"_GARB" | b"_N_F_PROT" | b"_N_F_RENA" | b"_N_F_COPY" | b"_N_F_XFER"
        | b"_N_F_OPEN" | b"_N_F_OPER" | b"_N_F_CLOS" | b"_N_F_SEEK" | b"_N_CONFIG" | b"_N_CRTOCE"
        | b"_N_CREATO" | b"_N_CREACE" | b"_N_DELETO" | b"_N_DELECE" | b"_N_DIGIOF" | b"_N_DIGION"
        | b"_N_DZERO_" | b"_N_ENDEXT" | b"_N_EXTERN" | b"_N_EXTMOD" | b"_N_FINDBL" | b"_N_IBN_SS"
        | b"_N_MMCSEM" | b"_N_NCKMOD" | b"_N_NEWPWD" | b"_N_OST_OF" | b"_N_OST_ON" | b"_N_SCALE_"
        | b"_N_SETTST" | b"_N_SETUDT" | b"_N_TMCRTO" | b"_N_TMMVTL" | b"_N_TMPOSM" | b"_N_TMFDPL" => {
            Verb::Write
        }
        _ => Verb::Opaque,
    }
}

/// A userdata function: `read_szl (4/1)`.
pub(super) const fn userdata(group: u8, function: u8) -> Coded<'static> {
    let name = match (group, function) {
        (0, _) => "mode_transition",
        (1, 1) => "block_status",
        (1, 2) => "variable_status",
        (1, 3) => "output_istack",
        (1, 4) => "output_bstack",
        (1, 5) => "output_lstack",
        (1, 6) => "time_measurement",
        (1, 7) => "force_selection",
        (1, 8) => "modify_variable",
        (1, 9) => "force",
        (1, 0x0A) => "breakpoint",
        (1, 0x0B) => "exit_hold",
        (1, 0x0C) => "memory_reset",
        (1, 0x0D) => "disable_job",
        (1, 0x0E) => "enable_job",
        (1, 0x0F) => "delete_job",
        (1, 0x10) => "read_job_list",
        (1, 0x11) => "read_job",
        (1, 0x12) => "replace_job",
        (1, 0x13) => "block_status_v2",
        (1, 0x16) => "flash_led",
        (2, 1) => "cyclic_transfer",
        (2, 4) => "unsubscribe",
        (2, 5) => "change_driven_transfer",
        (2, 7) => "change_driven_transfer_modify",
        (2, 8) => "read_record",
        (3, 1) => "list_blocks",
        (3, 2) => "list_blocks_of_type",
        (3, 3) => "block_info",
        (4, 1) => "read_szl",
        (4, 2) => "message_service",
        (4, 3) => "diagnostic_message",
        (4, 5) => "alarm_8_indication",
        (4, 6) => "notify_indication",
        (4, 7) => "alarm_8_lock",
        (4, 8) => "alarm_8_unlock",
        (4, 9) => "scan_indication",
        (4, 0x0B) => "alarm_ack",
        (4, 0x0C) => "alarm_ack_indication",
        (4, 0x0D) => "alarm_lock_indication",
        (4, 0x0E) => "alarm_unlock_indication",
        (4, 0x11) => "alarm_sq_indication",
        (4, 0x12) => "alarm_s_indication",
        (4, 0x13) => "alarm_query",
        (4, 0x16) => "notify_8_indication",
        (5, 1) => "enter_password",
        (5, 2) => "cancel_password",
        (6, _) => "bsend",
        (7, 1) => "read_clock",
        (7, 2) => "set_clock",
        (7, 3) => "read_clock_following",
        (7, 4) => "set_clock_following",
        (0x0F, 1) => "nc_request_download",
        (0x0F, 2) => "nc_download_block",
        (0x0F, 3) => "nc_continue_download",
        (0x0F, 4) => "nc_download_ended",
        (0x0F, 6) => "nc_start_upload",
        (0x0F, 7) => "nc_upload",
        (0x0F, 8) => "nc_continue_upload",
        _ => "unknown",
    };
    Coded::new(name, Number::Pair(group as u16, function as u16))
}

/// What a userdata request does. Jobs that enable, disable, delete or replace another job are told by what
/// that one does: see [`job_verb`].
pub(super) const fn userdata_verb(group: u8, function: u8) -> Verb {
    match (group, function) {
        (0, _) => Verb::Subscribe,
        (1, 8) => Verb::Write,
        (1, 9) => Verb::Force,
        (1, 0x0A | 0x0B) => Verb::ChangeMode,
        (1, 0x0C) => Verb::Reset,
        (1, 0x10) => Verb::Browse,
        (1, 0x16) => Verb::Identify,
        (1, 1..=7 | 0x11 | 0x13) => Verb::Read,
        (2, 8) => Verb::Read,
        (2, 1..=7) => Verb::Subscribe,
        (3, 1..=3) => Verb::Browse,
        (4, 1 | 0x13) => Verb::Read,
        (4, 7 | 8 | 0x0B) => Verb::Write,
        (4, _) => Verb::Subscribe,
        (5, 1) => Verb::Authenticate,
        (5, 2) => Verb::CloseSession,
        (5, _) => Verb::ChangeSecurity,
        (6, _) => Verb::Write,
        (7, 1 | 3) => Verb::Read,
        (7, 2 | 4) => Verb::SetClock,
        (0x0F, 1..=4) => Verb::DownloadProgram,
        (0x0F, 6..=8) => Verb::UploadProgram,
        _ => Verb::Opaque,
    }
}

/// What a job of the test functions does when it is enabled, disabled, deleted or replaced.
pub(super) const fn job_verb(function: u8) -> Verb {
    match function {
        8 => Verb::Write,
        9 => Verb::Force,
        0x0A => Verb::ChangeMode,
        _ => Verb::Subscribe,
    }
}

/// The operating mode a mode transition ends in.
pub(super) const fn mode(mode: u8) -> &'static str {
    match mode {
        0 => "STOP",
        1 => "warm restart",
        2 => "RUN",
        3 => "hot restart",
        4 => "HOLD",
        6 => "cold restart",
        9 => "RUN (redundant)",
        11 => "link-up",
        12 => "update",
        _ => "unknown",
    }
}

/// What came of one item of a read or write.
pub(super) const fn return_code(code: u8) -> Coded<'static> {
    let name = match code {
        0x00 => "reserved",
        0x01 => "hardware_fault",
        0x03 => "access_not_allowed",
        0x05 => "address_out_of_range",
        0x06 => "data_type_not_supported",
        0x07 => "data_type_inconsistent",
        0x0A => "object_does_not_exist",
        0xFF => "success",
        _ => "unknown",
    };
    Coded::new(name, Number::Hex8(code))
}

/// An error of a header or of userdata parameters: the class is the high byte.
pub(super) const fn error(code: u16) -> Coded<'static> {
    let name = match code {
        0x0110 | 0x0118 => "invalid_block_number",
        0x0111 => "invalid_request_length",
        0x0112 => "invalid_parameter",
        0x0113 => "invalid_block_type",
        0x0114 => "block_not_found",
        0x0115 => "block_exists_already",
        0x0116 => "block_is_write_protected",
        0x0117 => "block_too_large",
        0x0119 => "wrong_password",
        0x011C => "protocol_error",
        0x0140 => "not_enough_memory",
        0x0141 => "not_enough_resources",
        0x8001 => "not_possible_in_this_state_of_the_block",
        0x8003 => "protocol_error_in_block_transfer",
        0x8100 => "service_unknown_to_the_module",
        0x8104 => "service_not_implemented_or_frame_error",
        0x8204 => "object_type_inconsistent",
        0x8205 => "copied_block_exists_and_is_not_linked",
        0x8301 => "not_enough_memory_on_the_module",
        0x8302 => "not_enough_resources_on_the_module",
        0x8304 => "no_further_parallel_upload",
        0x8305 => "function_not_available",
        0x8306 => "not_enough_work_memory",
        0x8307 => "not_enough_retentive_memory",
        0x8401 => "invalid_order_of_services",
        0x8402 => "not_possible_in_this_state_of_the_object",
        0x8404 => "function_cannot_be_performed",
        0x8405 => "partner_block_is_disabled",
        0x8500 => "wrong_pdu_size",
        0x8503 => "service_cancelled_by_the_module",
        0x8701 => "invalid_address_or_length",
        0x8702 => "service_not_supported_by_the_module",
        0x8703 => "access_refused",
        0x8704 => "object_damaged",
        0xD001 => "illegal_job_number",
        0xD003 => "test_function_not_supported",
        0xD031 => "internal_protocol_error",
        0xD041 => "illegal_status_list_id",
        0xD042 | 0xD015 => "illegal_variable_address",
        0xD043 | 0xD0A5 => "job_not_found",
        0xD062 => "job_list_full",
        0xD0A1 => "not_permitted_at_this_protection_level",
        0xD0A4 => "force_job_exists_already",
        0xD081 => "not_permitted_in_this_mode",
        0xD201 => "syntax_error_in_block_name",
        0xD202 => "syntax_error_in_parameters",
        0xD205 => "linked_block_exists_in_ram",
        0xD206 => "linked_block_exists_in_eprom",
        0xD209 => "block_not_on_the_module",
        0xD20C => "priority_class_of_the_ob_does_not_exist",
        0xD20E => "no_further_block",
        0xD20F => "block_larger_than_the_module_allows",
        0xD210 => "invalid_block_number_on_the_module",
        0xD216 => "invalid_user_program_reset_needed",
        0xD217 => "protection_level_not_permitted",
        0xD219 => "incorrect_block_length",
        0xD235 => "block_checksum_wrong",
        0xD240 => "coordination_rules_violated",
        0xD241 => "not_permitted_at_this_protection_level",
        0xD242 => "protection_violation_of_f_blocks",
        0xD2A1 => "another_block_function_is_active",
        0xD2A2 => "block_is_being_tested",
        0xD2A4 => "block_is_being_processed",
        0xD401 | 0xD402 => "information_not_available",
        0xD403 => "already_logged_on_or_off",
        0xD404 => "too_many_logged_on",
        0xD405 | 0xD601 => "syntax_error_in_parameters",
        0xD406 => "information_not_available_now",
        0xD602 => "wrong_password",
        0xD603 => "already_legitimised",
        0xD604 => "already_released",
        0xD605 => "no_password_is_set",
        0xD801 => "illegal_variable_address",
        0xD802 => "job_does_not_exist",
        0xD803 => "illegal_job_status",
        0xD804 => "illegal_cycle_time",
        0xD805 => "too_many_cyclic_jobs",
        0xD806 => "too_many_jobs_altogether",
        _ => match code >> 8 {
            0x81 => "application_relationship",
            0x82 => "object_definition",
            0x83 => "no_resources_available",
            0x84 => "error_on_service_processing",
            0x85 => "error_on_supplies",
            0x87 => "access_error",
            _ => "unknown",
        },
    };
    Coded::new(name, Number::Hex16(code))
}
