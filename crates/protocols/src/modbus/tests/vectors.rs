//! The example exchanges of the specification, clause by clause, and what it has none for.

use super::super::{Request, Response};
use super::{exchange, operation};

#[test]
fn clause_6_1_reads_coils_from_the_lowest_bit_on() {
    let told = operation(b"\x01\x00\x13\x00\x13", b"\x01\x03\xCD\x6B\x05");
    let bits = "true, false, true, true, false, false, true, true, true, true, false, true, false, true, true, \
                false, true, false, true";
    assert_eq!(told, format!("Read read_coils (0x01): coil 19..37 = [{bits}] -> accepted"));
}

#[test]
fn clause_6_2_reads_discrete_inputs() {
    let told = operation(b"\x02\x00\xC4\x00\x16", b"\x02\x03\xAC\xDB\x35");
    assert!(
        told.starts_with("Read read_discrete_inputs (0x02): discrete 196..217 = [false, false, true, true,")
    );
    assert!(told.ends_with("true, false, true, false, true, true] -> accepted"), "{told}");
}

#[test]
fn clauses_6_3_and_6_4_read_registers() {
    assert_eq!(
        operation(b"\x03\x00\x6B\x00\x03", b"\x03\x06\x02\x2B\x00\x00\x00\x64"),
        "Read read_holding_registers (0x03): holding 107..109 = [555, 0, 100] -> accepted"
    );
    assert_eq!(
        operation(b"\x04\x00\x08\x00\x01", b"\x04\x02\x00\x0A"),
        "Read read_input_registers (0x04): input 8 = [10] -> accepted"
    );
}

#[test]
fn clauses_6_5_and_6_6_write_one_coil_or_register() {
    assert_eq!(
        operation(b"\x05\x00\xAC\xFF\x00", b"\x05\x00\xAC\xFF\x00"),
        "Write write_single_coil (0x05): coil 172 = true -> accepted"
    );
    assert_eq!(
        operation(b"\x06\x00\x01\x00\x03", b"\x06\x00\x01\x00\x03"),
        "Write write_single_register (0x06): holding 1 = 3 -> accepted"
    );
}

#[test]
fn clauses_6_7_to_6_10_read_status_and_counters() {
    assert_eq!(
        operation(b"\x07", b"\x07\x6D"),
        "Read read_exception_status (0x07): exception status = 109 -> accepted"
    );
    assert_eq!(
        operation(b"\x08\x00\x00\xA5\x37", b"\x08\x00\x00\xA5\x37"),
        "Read diagnostics return_query_data (8/0): query data = a537 -> accepted"
    );
    assert_eq!(
        operation(b"\x0B", b"\x0B\xFF\xFF\x01\x08"),
        "Read get_comm_event_counter (0x0B): status = 65535; event count = 264 -> accepted"
    );
    assert_eq!(
        operation(b"\x0C", b"\x0C\x08\x00\x00\x01\x08\x01\x21\x20\x00"),
        "Read get_comm_event_log (0x0C): status = 0; event count = 264; message count = 289; events = 2000 \
         -> accepted"
    );
}

#[test]
fn clause_6_8_names_and_judges_every_sub_function() {
    let judged = [
        (1, "Reset diagnostics restart_communications_option (8/1): clear event log = false"),
        (2, "Read diagnostics return_diagnostic_register (8/2): diagnostic register = [0]"),
        (3, "Write diagnostics change_ascii_input_delimiter (8/3): ASCII input delimiter = 0"),
        (4, "ChangeMode diagnostics force_listen_only_mode (8/4)"),
        (10, "Write diagnostics clear_counters_and_diagnostic_register (8/10)"),
        (11, "Read diagnostics return_bus_message_count (8/11): bus message count = [0]"),
        (
            12,
            "Read diagnostics return_bus_communication_error_count (8/12): bus communication error count = [0]",
        ),
        (13, "Read diagnostics return_bus_exception_error_count (8/13): bus exception error count = [0]"),
        (14, "Read diagnostics return_server_message_count (8/14): server message count = [0]"),
        (15, "Read diagnostics return_server_no_response_count (8/15): server no response count = [0]"),
        (16, "Read diagnostics return_server_nak_count (8/16): server NAK count = [0]"),
        (17, "Read diagnostics return_server_busy_count (8/17): server busy count = [0]"),
        (18, "Read diagnostics return_bus_character_overrun_count (8/18): bus character overrun count = [0]"),
        (20, "Write diagnostics clear_overrun_counter_and_flag (8/20)"),
    ];
    for (sub, told) in judged {
        let pdu = [8, 0, sub, 0, 0];
        assert_eq!(operation(&pdu, &pdu), format!("{told} -> accepted"));
    }
}

#[test]
fn clauses_6_11_and_6_12_write_several_coils_or_registers() {
    assert_eq!(
        operation(b"\x0F\x00\x13\x00\x0A\x02\xCD\x01", b"\x0F\x00\x13\x00\x0A"),
        "Write write_multiple_coils (0x0F): coil 19..28 = [true, false, true, true, false, false, true, true, \
         true, false] -> accepted"
    );
    assert_eq!(
        operation(b"\x10\x00\x01\x00\x02\x04\x00\x0A\x01\x02", b"\x10\x00\x01\x00\x02"),
        "Write write_multiple_registers (0x10): holding 1..2 = [10, 258] -> accepted"
    );
}

#[test]
fn clause_6_13_tells_id_run_state_and_text_of_a_real_device() {
    assert_eq!(
        operation(b"\x11", b"\x11\x12\x00\xFFWingpath Limited"),
        "Identify report_server_id (0x11): server id = 0; run indicator = true; additional data = \
         \"Wingpath Limited\" -> accepted"
    );
    assert_eq!(
        operation(b"\x11", b"\x11\x03\x01\x02\x03"),
        "Identify report_server_id (0x11): server id = 010203 -> accepted"
    );
}

#[test]
fn clauses_6_14_and_6_15_make_an_item_of_each_file_record() {
    assert_eq!(
        operation(
            b"\x14\x0E\x06\x00\x04\x00\x01\x00\x02\x06\x00\x03\x00\x09\x00\x02",
            b"\x14\x0C\x05\x06\x0D\xFE\x00\x20\x05\x06\x33\xCD\x00\x40"
        ),
        "Read read_file_record (0x14): file 4 record 1..2 = [3582, 32]; file 3 record 9..10 = [13261, 64] 8 bytes \
         -> accepted"
    );
    let write = b"\x15\x0D\x06\x00\x04\x00\x07\x00\x03\x06\xAF\x04\xBE\x10\x0D";
    assert_eq!(
        operation(write, write),
        "Write write_file_record (0x15): file 4 record 7..9 = [1711, 1214, 4109] 6 bytes -> accepted"
    );
}

#[test]
fn clause_6_16_tells_both_masks() {
    let mask = b"\x16\x00\x04\x00\xF2\x00\x25";
    assert_eq!(
        operation(mask, mask),
        "Write mask_write_register (0x16): holding 4 = and 0x00F2 or 0x0025 -> accepted"
    );
}

#[test]
fn clause_6_17_tells_what_was_written_from_what_was_read() {
    assert_eq!(
        operation(
            b"\x17\x00\x03\x00\x06\x00\x0E\x00\x03\x06\x00\xFF\x00\xFF\x00\xFF",
            b"\x17\x0C\x00\xFE\x0A\xCD\x00\x01\x00\x03\x00\x0D\x00\xFF"
        ),
        "Write read_write_multiple_registers (0x17): holding 14..16 = [255, 255, 255]; holding 3..8 (read) = \
         [254, 2765, 1, 3, 13, 255] -> accepted"
    );
}

#[test]
fn clause_6_18_reads_a_queue() {
    assert_eq!(
        operation(b"\x18\x04\xDE", b"\x18\x00\x06\x00\x02\x01\xB8\x12\x84"),
        "Read read_fifo_queue (0x18): fifo 1246 = [440, 4740] -> accepted"
    );
}

#[test]
fn clause_6_20_names_canopen_and_tells_its_bytes() {
    assert_eq!(
        operation(b"\x2B\x0D\x40\x01", b"\x2B\x0D\x40\x02"),
        "Opaque canopen_general_reference (43/13): request data = 4001; answer data = 4002 -> accepted"
    );
}

#[test]
fn clause_6_21_makes_an_item_of_each_identification_object() {
    let basic =
        b"\x2B\x0E\x01\x01\x00\x00\x03\x00\x16Company identification\x01\x0FProduct code XX\x02\x05V2.11";
    assert_eq!(
        operation(b"\x2B\x0E\x01\x00", basic),
        "Identify read_device_identification (43/14): VendorName = \"Company identification\"; ProductCode = \
         \"Product code XX\"; MajorMinorRevision = \"V2.11\" -> accepted"
    );
    assert_eq!(
        operation(b"\x2B\x0E\x03\x00", b"\x2B\x0E\x03\x83\xFF\x80\x01\x05\x03M50"),
        "Identify read_device_identification (43/14): ModelName = \"M50\"; more follows from = private 0x80 \
         -> accepted"
    );
    assert_eq!(
        operation(b"\x2B\x0E\x04\x80", b"\x2B\x0E\x04\x83\x00\x00\x01\x80\x02\x01\xFF"),
        "Identify read_device_identification (43/14): private 0x80 = 01ff -> accepted"
    );
    assert_eq!(
        operation(b"\x2B\x0E\x04\x02", b"\xAB\x02"),
        "Identify read_device_identification (43/14): MajorMinorRevision -> refused illegal_data_address (0x02)"
    );
}

#[test]
fn clause_7_exceptions_are_refusals_with_a_name_but_acknowledge_is_a_yes() {
    let named = [
        (1, "refused illegal_function (0x01)"),
        (2, "refused illegal_data_address (0x02)"),
        (3, "refused illegal_data_value (0x03)"),
        (4, "refused server_device_failure (0x04)"),
        (5, "accepted acknowledge (0x05)"),
        (6, "refused server_device_busy (0x06)"),
        (8, "refused memory_parity_error (0x08)"),
        (10, "refused gateway_path_unavailable (0x0A)"),
        (11, "refused gateway_target_device_failed_to_respond (0x0B)"),
        (99, "refused unknown (0x63)"),
    ];
    for (code, told) in named {
        assert_eq!(
            operation(b"\x06\x00\x01\x00\x03", &[0x86, code]),
            format!("Write write_single_register (0x06): holding 1 = 3 -> {told}")
        );
    }
}

#[test]
fn legacy_codes_have_names_and_unknown_codes_are_opaque() {
    let named = [
        (0x09, "Opaque program_484 (0x09)"),
        (0x0A, "Read poll_484 (0x0A)"),
        (0x0D, "Opaque program_584_984 (0x0D)"),
        (0x0E, "Read poll_584_984 (0x0E)"),
        (0x12, "Opaque program_884_u84 (0x12)"),
        (0x13, "Reset reset_comm_link_884_u84 (0x13)"),
        (0x28, "Opaque program_concept (0x28)"),
        (0x5B, "Opaque object_messaging (0x5B)"),
        (0x7D, "Opaque firmware_replacement (0x7D)"),
        (0x7E, "Opaque program_584_984_2 (0x7E)"),
        (0x41, "Opaque unknown (0x41)"),
    ];
    for (code, told) in named {
        assert_eq!(
            operation(&[code, 1, 2], &[code, 3]),
            format!("{told}: request data = 0102; answer data = 03 -> accepted")
        );
    }
}

#[test]
fn firmware_is_written_by_requests_that_carry_bytes_of_it() {
    let asked = |data: &[u8]| operation(&[&[0x7D], data].concat(), &[0x7D, 0]);
    let piece: Vec<u8> = (0..200).collect();
    assert!(asked(&piece).starts_with("UpdateFirmware firmware_replacement (0x7D)"));
    for probe in [&[0; 4][..], &[0; 200], &[0xFF; 200], &piece[..31], &[]] {
        assert!(asked(probe).starts_with("Opaque firmware_replacement (0x7D)"), "{probe:?}");
    }
}

#[test]
fn a_coil_value_no_coil_can_have_is_told_and_nothing_ends() {
    let heard = exchange(b"\x05\x00\x01\x12\x34", b"\x85\x03");
    assert_eq!(
        heard.operations,
        ["A: Write write_single_coil (0x05) unit 1: coil 1 = 4660 -> refused illegal_data_value (0x03)"]
    );
}

#[test]
fn a_request_that_does_not_fit_its_function_is_told_with_its_bytes_and_paired() {
    let heard = exchange(b"\x06\x00\x00\x00\x00\x00\x00", b"\x86\x03");
    assert_eq!(
        heard.operations,
        ["A: Write write_single_register (0x06) unit 1: malformed request = 000000000000 -> refused \
          illegal_data_value (0x03)"]
    );
    assert_eq!(heard.problems, ["modbus: request does not fit its function (malformed)"]);
}

#[test]
fn every_example_encodes_to_its_own_bytes() {
    let requests: &[&[u8]] = &[
        b"\x01\x00\x13\x00\x13",
        b"\x05\x00\xAC\xFF\x00",
        b"\x07",
        b"\x08\x00\x00\xA5\x37",
        b"\x0F\x00\x13\x00\x0A\x02\xCD\x01",
        b"\x14\x0E\x06\x00\x04\x00\x01\x00\x02\x06\x00\x03\x00\x09\x00\x02",
        b"\x16\x00\x04\x00\xF2\x00\x25",
        b"\x17\x00\x03\x00\x06\x00\x0E\x00\x03\x06\x00\xFF\x00\xFF\x00\xFF",
        b"\x18\x04\xDE",
        b"\x2B\x0E\x01\x00",
    ];
    for bytes in requests {
        let mut encoded = Vec::new();
        Request::decode(super::super::Pdu { code: bytes[0], data: &bytes[1..] })
            .unwrap()
            .encode(&mut encoded);
        assert_eq!(encoded, *bytes);
    }
    let responses: &[&[u8]] = &[
        b"\x01\x03\xCD\x6B\x05",
        b"\x07\x6D",
        b"\x0C\x08\x00\x00\x01\x08\x01\x21\x20\x00",
        b"\x10\x00\x01\x00\x02",
        b"\x14\x0C\x05\x06\x0D\xFE\x00\x20\x05\x06\x33\xCD\x00\x40",
        b"\x18\x00\x06\x00\x02\x01\xB8\x12\x84",
        b"\x2B\x0E\x01\x01\x00\x00\x01\x02\x05V2.11",
        b"\x86\x03",
    ];
    for bytes in responses {
        let mut encoded = Vec::new();
        Response::decode(super::super::Pdu { code: bytes[0], data: &bytes[1..] })
            .unwrap()
            .encode(&mut encoded);
        assert_eq!(encoded, *bytes);
    }
}
