use super::PROTOCOL;
use super::wire::{Parameters, Tpdu};
use crate::testing::{Player, play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

/// Bytes from hexadecimal digits.
pub(crate) fn hex(digits: &str) -> Vec<u8> {
    let digits: String = digits.chars().filter(|digit| !digit.is_whitespace()).collect();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

/// A DT that ends its unit.
pub(crate) fn data(unit: &[u8]) -> Vec<u8> {
    Tpdu::Data { number: 0, end: true, data: unit }.encode().unwrap()
}

pub(crate) const PORTS: [u16; 2] = [50_000, 102];

// s7comm_reading_setting_plc_time.pcap, frames 7 to 10 (ITI/ICS-Security-Tools).
const CONNECT: &str = "03 00 00 16 11 e0 0000 0006 00 c1 02 0100 c2 02 0102 c0 01 0a";
const CONFIRM: &str = "03 00 00 16 11 d0 0006 0003 00 c0 01 0a c1 02 0100 c2 02 0102";
const SETUP: &str = "03 00 00 19 02 f0 80 32 01 0000 0200 0008 0000 f0 00 0001 0001 01e0";
const SETUP_ANSWER: &str = "03 00 00 1b 02 f0 80 32 03 0000 0200 0008 0000 0000 f0 00 0001 0001 00f0";
/// X.224 clause 13.5: to the caller's reference 6, from none, address unknown.
const REFUSE: &str = "03 00 00 0b 06 80 0006 0000 03";

const OPENED: &str = "A: OpenSession connect_request (0xE0): calling_tsap = 0100; called_tsap = 0102; \
                      calling_role = \"programming_device\"; called_role = \"programming_device\"; rack = 0; \
                      slot = 2 -> accepted";
const SET_UP: &str = "A: OpenSession setup_communication (0xF0): pdu_bytes = 240; parallel_jobs_calling = 1; \
                      parallel_jobs_called = 1 -> accepted";

fn heard(turns: &[(Side, &str)]) -> crate::testing::Recorder {
    let turns: Vec<(Side, Vec<u8>)> = turns.iter().map(|(side, digits)| (*side, hex(digits))).collect();
    let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
    play(&PROTOCOL, Transport::Tcp, PORTS, &turns)
}

#[test]
fn a_connection_is_opened_with_role_rack_and_slot() {
    let heard = heard(&[(A, CONNECT), (B, CONFIRM), (A, SETUP), (B, SETUP_ANSWER)]);
    assert_eq!(heard.operations, [OPENED, SET_UP]);
    assert_eq!(heard.frames, [(1, 2), (3, 4)]);
    assert_eq!(heard.problems, Vec::<String>::new());
}

#[test]
fn rack_and_slot_are_the_two_parts_of_the_called_selectors_second_byte() {
    let to_rack_1_slot_3 = CONNECT.replace("0102", "0223").replace("0100", "0200");
    let heard = heard(&[(A, &to_rack_1_slot_3), (B, CONFIRM)]);
    assert!(heard.operations[0].contains("called_role = \"operator_panel\"; rack = 1; slot = 3"));
}

#[test]
fn selectors_that_are_not_siemens_tell_no_role() {
    let mms = CONNECT.replace("0100", "0002").replace("0102", "0200");
    let heard = heard(&[(A, &mms), (B, CONFIRM)]);
    assert_eq!(
        heard.operations,
        ["A: OpenSession connect_request (0xE0): calling_tsap = 0002; called_tsap = 0200 -> accepted"]
    );
}

#[test]
fn an_engineering_station_says_so_in_the_name_it_calls() {
    // S7-1200-Uploading-OB1-TIAV12.pcap, frames 4 and 5 (ITI/ICS-Security-Tools).
    let names = "c1 02 0600 c2 0f 53494d415449432d524f4f542d4553";
    let heard = heard(&[
        (A, &format!("03 00 00 23 1e e0 0000 0011 00 {names} c0 01 0a")),
        (B, &format!("03 00 00 23 1e d0 0011 0007 00 c0 01 0a {names}")),
    ]);
    assert_eq!(
        heard.operations,
        ["A: OpenSession connect_request (0xE0): calling_tsap = 0600; called_tsap = \"SIMATIC-ROOT-ES\"; \
          calling_role = \"engineering_station\" -> accepted"]
    );
}

#[test]
fn a_refused_connection_carries_the_reason() {
    let heard = heard(&[(A, CONNECT), (B, REFUSE)]);
    assert_eq!(heard.operations.len(), 1);
    assert!(heard.operations[0].ends_with("-> refused address_unknown (0x03)"), "{:?}", heard.operations);
}

#[test]
fn an_error_refuses_a_connection_that_waits() {
    let heard = heard(&[(A, CONNECT), (B, "03 00 00 09 04 70 0006 01")]);
    assert!(
        heard.operations[0].ends_with("-> refused invalid_parameter_code (0x01)"),
        "{:?}",
        heard.operations
    );
}

#[test]
fn a_disconnect_of_a_connection_that_stood_closes_it() {
    let heard = heard(&[(A, CONNECT), (B, CONFIRM), (A, "03 00 00 0b 06 80 0003 0006 80")]);
    assert_eq!(
        heard.operations[1],
        "A: CloseSession disconnect_request (0x80) -> accepted normal_disconnect (0x80)"
    );
}

#[test]
fn a_confirmation_whose_request_was_not_captured_still_tells_who_is_there() {
    let heard = heard(&[(B, CONFIRM)]);
    assert_eq!(heard.operations, [OPENED]);
    assert_eq!(heard.frames, [(0, 1)]);
}

#[test]
fn a_unit_in_several_data_tpdus_is_joined() {
    let unit = hex(SETUP)[7..].to_vec();
    let (first, rest) = unit.split_at(5);
    let part = |data, end| Tpdu::Data { number: 0, end, data }.encode().unwrap();
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    player.say(A, &part(first, false)).say(A, &part(&[], false)).say(A, &part(rest, true));
    assert_eq!(player.say(B, &hex(SETUP_ANSWER)).end().operations, [SET_UP]);
}

#[test]
fn a_unit_that_never_ends_is_dropped_at_the_limit_and_the_next_one_is_read() {
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    let part = Tpdu::Data { number: 0, end: false, data: &vec![0x32; 60_000] }.encode().unwrap();
    player.say(A, &part).say(A, &part).say(A, &part);
    assert_eq!(player.held_bytes(), 0);
    player.say(A, &Tpdu::Data { number: 0, end: true, data: &[1] }.encode().unwrap());
    let heard = player.say(A, &hex(SETUP)).say(B, &hex(SETUP_ANSWER)).end();
    assert_eq!(heard.operations, [SET_UP]);
    assert_eq!(heard.problems[0], "cotp: user data unit too long (limit)");
}

#[test]
fn a_tls_session_is_one_opaque_operation_with_its_bytes() {
    let record = data(&hex("17 03 03 00 04 00 00 00 00"));
    let heard = {
        let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
        player.say(A, &hex(CONNECT)).say(B, &hex(CONFIRM));
        for _ in 0..5 {
            player.say(A, &record).say(B, &record).say(B, &record);
        }
        assert_eq!(player.conversation().protocol(), "s7comm-plus");
        player.end()
    };
    assert_eq!(
        heard.operations[1..],
        ["A: Opaque tls_session: bytes_to_device = 45; bytes_from_device = 90 135 bytes -> accepted"]
    );
}

#[test]
fn mms_is_named_and_nothing_more() {
    // iec61850_write.pcap, frames 4 to 9 (ITI/ICS-Security-Tools), the long ones cut to what is looked at.
    let connect = "03 00 00 13 0e e0 0000 0006 00 c1 02 0002 c2 02 0001";
    let confirm = "03 00 00 16 11 d0 1801 0004 00 c1 02 0002 c2 02 0200 c0 01 0a";
    let write = "03 00 00 2a 02 f0 80 01 00 01 00 61 1d 30 1b 02 01 03 a0 16 a0 14 02 01 00 a5 0f a0 08 30 06 \
                 a0 04 80 02 6d 75 a0 03 85 01 00";
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    player.say(A, &hex(connect)).say(B, &hex(confirm)).say(A, &hex(write));
    assert_eq!(player.conversation().protocol(), "mms");
    let heard = player.end();
    assert_eq!(heard.operations.len(), 1, "{:?}", heard.operations);
    assert_eq!(heard.problems, ["mms: content is not decoded (unsupported)"]);
}

#[test]
fn rdp_is_named_and_what_follows_its_handshake_is_not_taken_for_broken_tpkt() {
    // rdp_over_tls.pcap of nDPI, first frames; the cookie is another one.
    let request = "03 00 00 2e 29 e0 0000 0000 00 436f6f6b69653a206d737473686173683d6f70657261746f720d0a \
                   01 00 08 00 03 00 00 00";
    let confirm = "03 00 00 13 0e d0 0000 1234 00 02 1f 08 00 02 00 00 00";
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, [40_000, 3389]);
    player.say(A, &hex(request)).say(B, &hex(confirm)).say(A, &hex("16 03 03 00 9c 01 00 00 98"));
    assert_eq!(player.conversation().protocol(), "rdp");
    let heard = player.end();
    assert_eq!(
        heard.operations,
        [
            "A: OpenSession connection_request (0xE0): cookie = \"mstshash=operator\"; requested_protocols = 3; \
             selected_protocol = \"HYBRID\" -> accepted",
            "A: Opaque session: bytes_to_server = 9; bytes_from_server = 0 9 bytes -> unseen",
        ]
    );
    assert_eq!(heard.problems, [""; 0]);
}

#[test]
fn reading_goes_on_after_a_gap_and_after_rubbish() {
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    player.say(A, &hex(CONNECT)).lose(B, 22).say(B, &hex("00 00 f0")).say(A, b"rubbish");
    player.say(A, &hex(SETUP)).say(B, &hex(SETUP_ANSWER));
    let heard = player.end();
    assert_eq!(heard.operations[0], SET_UP);
    assert!(heard.operations[1].ends_with("-> unseen"));
}

#[test]
fn the_probe_is_certain_only_of_its_own() {
    let ask = |bytes: &[u8]| {
        (PROTOCOL.probe)(&Probe {
            transport: Transport::Tcp,
            ports: PORTS,
            from: A,
            bytes,
            answer: &[],
            expected: None,
        })
    };
    assert_eq!(ask(&hex(CONNECT)), Answer::Certain);
    assert_eq!(ask(&hex(SETUP)), Answer::Certain);
    assert_eq!(ask(&hex(CONNECT)[..6]), Answer::Unsure);
    // A TPKT length that does not agree with the header's, a number that is not 0, and something else.
    assert_eq!(ask(&hex("03 00 00 17 11 e0 0000")), Answer::No);
    assert_eq!(ask(&hex("03 00 00 19 02 f0 81 32")), Answer::No);
    assert_eq!(ask(b"GET / HTTP/1.1"), Answer::No);
}

fn any_tpdu() -> impl Strategy<Value = Vec<u8>> {
    let fields = (any::<u8>(), any::<u16>(), any::<u16>(), vec(any::<u8>(), 0..40), vec(any::<u8>(), 0..200));
    (0..5_u8, fields).prop_map(|(kind, (byte, destination, source, parameters, data))| {
        let (parameters, data) = (Parameters(&parameters), data.as_slice());
        let credit = byte & 0x0F;
        let tpdu = match kind {
            0 => Tpdu::Connect { confirm: false, credit, destination, source, class: byte, parameters, data },
            1 => Tpdu::Connect { confirm: true, credit, destination, source, class: byte, parameters, data },
            2 => Tpdu::Disconnect { destination, source, reason: byte, parameters, data },
            3 => Tpdu::Error { destination, cause: byte, parameters, data },
            _ => Tpdu::Data { number: byte & 0x7F, end: byte & 0x80 != 0, data },
        };
        tpdu.encode().unwrap()
    })
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_operations(cuts in vec(1..40_usize, 1..8)) {
        let turns = [(A, hex(CONNECT)), (B, hex(CONFIRM)), (A, hex(SETUP)), (B, hex(SETUP_ANSWER))];
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
        let whole = play(&PROTOCOL, Transport::Tcp, PORTS, &turns);
        prop_assert_eq!(whole.operations.len(), 2);
        prop_assert_eq!(play_cut(&PROTOCOL, PORTS, &turns, &cuts).operations, whole.operations);
    }

    #[test]
    fn any_bytes_are_survived(turns in vec((prop_oneof![Just(A), Just(B)], vec(any::<u8>(), 0..64)), 0..8)) {
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
        let _ = play(&PROTOCOL, Transport::Tcp, PORTS, &turns);
    }

    #[test]
    fn any_tpdus_are_survived(turns in vec((prop_oneof![Just(A), Just(B)], any_tpdu()), 0..8)) {
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
        let _ = play(&PROTOCOL, Transport::Tcp, PORTS, &turns);
    }

    #[test]
    fn what_decodes_encodes_to_the_same_bytes(bytes in any_tpdu()) {
        let tpdu = Tpdu::decode(&bytes);
        prop_assert_eq!(tpdu.map(|tpdu| tpdu.encode()), Ok(Some(bytes.clone())));
    }

    #[test]
    fn what_decodes_of_any_bytes_encodes_to_the_same_bytes(li in 0..20_u8, rest in vec(any::<u8>(), 20..60)) {
        let mut bytes = vec![3, 0, 0, (rest.len() + 5) as u8, li];
        bytes.extend_from_slice(&rest);
        if let Ok(tpdu) = Tpdu::decode(&bytes) {
            prop_assert_eq!(tpdu.encode(), Some(bytes.clone()));
        }
    }
}
