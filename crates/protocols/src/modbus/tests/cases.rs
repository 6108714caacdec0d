//! The captures under `cases/`, with counts as tshark tells them.

use super::super::PROTOCOL;
use super::corpus;

/// All operations on port 502 of a case, without the client's letter.
fn operations(case: &str) -> Vec<String> {
    let heard = corpus::conversations(&PROTOCOL, 502, &corpus::case(case));
    heard.into_iter().flat_map(|heard| heard.recorder.operations).collect()
}

fn count(operations: &[String], part: &str) -> usize {
    operations.iter().filter(|line| line.contains(part)).count()
}

#[test]
fn of_seven_conversations_on_port_502_one_is_modbus() {
    let capture = corpus::case("modbus-among-others-on-502");
    let heard = corpus::conversations(&PROTOCOL, 502, &capture);
    let [modbus] = heard.as_slice() else { panic!("{} conversations", heard.len()) };
    assert_eq!(modbus.recorder.problems, [""; 0]);
    assert_eq!(
        modbus.recorder.operations,
        [
            "A: Read read_coils (0x01) unit 10: coil 0 = [false] -> accepted",
            "A: Read read_coils (0x01) unit 10: coil 2..3 = [false, false] -> accepted",
            "A: Read read_holding_registers (0x03) unit 10: holding 5..6 = [9, 24] -> accepted",
            "A: Write write_single_coil (0x05) unit 10: coil 2 = false -> accepted",
            "A: Write write_single_coil (0x05) unit 10: coil 1 = false -> accepted",
            "A: Write write_single_register (0x06) unit 10: holding 5 = 11 -> accepted",
        ]
    );
}

/// tshark: 281 PDUs, 104 exceptions with code 1, 8 with code 2, 18 with code 3. The first request, of function code
/// 0, is passed over: a stream is not taken for Modbus because of zeros.
#[test]
fn a_scan_for_function_codes_is_read_request_by_request() {
    let told = operations("modbus-function-code-scan");
    assert_eq!(told.len(), 141);
    assert_eq!(count(&told, "refused illegal_function (0x01)"), 104);
    assert_eq!(count(&told, "refused illegal_data_address (0x02)"), 8);
    assert_eq!(count(&told, "refused illegal_data_value (0x03)"), 18);
    assert_eq!(count(&told, "-> accepted"), 10);
    assert_eq!(count(&told, "unit 1: coil 0 (none) -> refused illegal_data_value (0x03)"), 1);
}

#[test]
fn what_was_done_to_a_device_by_diagnostics_is_told() {
    let told = operations("modbus-diagnostics");
    assert_eq!(told.len(), 23);
    let done = [
        ("ChangeMode diagnostics force_listen_only_mode (8/4) unit 10 -> refused gateway_target", 3),
        (
            "Reset diagnostics restart_communications_option (8/1) unit 10: clear event log = false -> accepted",
            2,
        ),
        ("Write diagnostics clear_counters_and_diagnostic_register (8/10) unit 10 -> accepted", 2),
        ("additional data = \"Wingpath Limited\" -> accepted", 2),
        ("Identify read_device_identification (43/14) unit 10: malformed request = 0e030100 -> unseen", 2),
        ("Read read_coils (0x01) unit 10 -> refused server_device_busy (0x06)", 5),
    ];
    for (line, times) in done {
        assert_eq!(count(&told, line), times, "{line}");
    }
}

#[test]
fn programs_are_carried_out_of_and_into_a_controller() {
    let heard = corpus::conversations(&PROTOCOL, 502, &corpus::case("umas-program-both-ways"));
    let [session] = heard.as_slice() else { panic!("{} conversations", heard.len()) };
    let transfers = &session.recorder.transfers;
    assert_eq!(transfers.len(), 6);
    assert_eq!(transfers[0], "begin 1 program from_device by A APX");
    assert_eq!(transfers[1].len(), "data 1 ".len() + 2 * 202);
    assert_eq!(transfers[3], "begin 2 program to_device by A APX");
    assert_eq!(transfers[4].len(), "data 2 ".len() + 2 * 222);
    assert_eq!((transfers[2].as_str(), transfers[5].as_str()), ("end 1 complete", "end 2 complete"));
    assert_eq!(count(&session.recorder.operations, "Start umas start_plc (0x40)"), 2);
    assert_eq!(count(&session.recorder.operations, "Stop umas stop_plc (0x41)"), 1);
    assert_eq!(count(&session.recorder.operations, "holding 100..101 = [42, 43]"), 1);
}
