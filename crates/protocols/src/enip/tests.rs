//! Real PDUs are from ITI/ICS-Security-Tools (CC-BY-4.0): pcaps/CIP/cip_only.pcap, pcaps/openics/EIP-*.pcap,
//! pcaps/EthernetIP/EthernetIP-CIP.pcap; what they hold was checked against tshark.

use super::PROTOCOL;
use super::wire::{Carried, Command, IdentityItem, ItemType, Packet, PacketItem, PacketItems, begins};
use crate::cip::wire::{Members, Reply, Request};
use crate::testing::{Player, Recorder, fuzz_conversation, play, play_cut};
use crate::{Answer, Context, Conversation, Memory, Probe, Shared, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};
use quaywatch_model::{Moment, Timestamp};

const PORTS: [u16; 2] = [50_000, 44_818];

const IDENTITY_BEHIND_A_RACK: &str = "6f00240000010211000000000082300018a7e10000000000000000000a00020000000000b2001400\
    520220062401069a060001022001240101000104";
const ROUTER_TIMED_OUT: &str =
    "6f00180000010211000000000082300018a7e10000000000000000000a00020000000000b2000800d200010104020100";
const LIST_IDENTITY: &str = "630000000000000000000000000000000000000000000000";
const LIST_IDENTITY_REPLY: &str = "63003300000000000000000000000000000000000000000001000c002d000100\
    0002af12c0a80a78000000000000000001000c003a0004073000c3ae51000b313735362d454e42542f4103";
const FORWARD_OPEN: &str = "6f0040000001021100000000c69b02002008e10000000000000000002000020000000000b20030005402\
    2006240107f9140000801300fe8014004d00f32b95320000000000127a00f44300127a00f443a303010020022401";
const FORWARD_OPENED: &str = "6f002e000001021100000000c69b02002008e10000000000000000002000020000000000b2001e00\
    d4000000010379001300fe8014004d00f32b953200127a0000127a000000";
const PROGRAM_MODE: &str = "70001c0000010211000000000000000000000000000000000000000001000200a1000400010b7900b1000800\
    87000702208e2401";
const PROGRAM_MODE_REPLY: &str =
    "70001a0000010211000000000000000000000000000000000000000000000200a10004001700fe80b1000600870087000000";
const WRITE_BLOCK: &str = "70007d0000010211000000000000000000000000000000000000000001000200a1000400010b7900b1006900a9005003\
    206a2500fa1b000000000058001300000054686520414e44206973204e4f542054525545000000000000000000000000\
    000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\
    0000000000";
const WRITE_BLOCK_REPLY: &str =
    "70001a0000010211000000000000000000000000000000000000000000000200a10004001700fe80b1000600a900d0000000";
const RUN: &str = "70001c0000010211000000000000000000000000000000000000000001000200a1000400010b7900b1000800\
    3c010602208e2401";
const RUN_REPLY: &str =
    "70001a0000010211000000000000000000000000000000000000000000000200a10004001700fe80b10006003c0186000000";
const SET_CLOCK: &str = "7000280000010211000000000000000000000000000000000000000001000200a1000400010b7c00b1001400\
    b2040402208b240101000600c0325cfff3590400";
const SET_CLOCK_REPLY: &str = "7000200000010211000000000000000000000000000000000000000000000200a10004002800fe80\
    b1000c00b20484000000010006000000";
const PCCC_PROGRAM_MODE: &str = "7000290009a6183f000000000000000000000000000000000000000001000200a1000400ac6fa509\
    b10015004be34b0220672401074d00e0312b3d0f004ec68001";
const PCCC_PROGRAM_MODE_REPLY: &str = "7000250009a6183f000000000000000000000000000000000000000000000200a1000400\
    0100fe80b10011004be3cb000000074d00e0312b3d4f004ec6";
const SET_BITS: &str = "70008400000102100000000023392f000000000000000000000000000a000200a100040001033500b1007000\
    1b330a022002240103000800260044004e0c91164c4d535f44495341424c455f32445343414e4e455231010001ff4e0c91164c4d535f4449\
    5341424c455f32445343414e4e455232010001ff4e0f911b4c4d535f44495341424c455f424152434f44455f5343414e4e45520001\
    0001ff";

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.bytes().filter_map(|byte| (byte as char).to_digit(16)).map(|n| n as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn heard(turns: &[(Side, &str)]) -> Recorder {
    let turns: Vec<(Side, Vec<u8>)> = turns.iter().map(|&(side, text)| (side, hex(text))).collect();
    let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
    play(&PROTOCOL, Transport::Tcp, PORTS, &turns)
}

fn packet(command: Command, context: u64, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    Packet { command, session: 7, status: 0, context, options: 0, data }.encode(&mut out);
    out
}

fn unconnected(context: u64, message: &[u8]) -> Vec<u8> {
    let mut data = Vec::new();
    Carried::Unconnected(message).encode(10, &mut data);
    packet(Command::SEND_RR_DATA, context, &data)
}

fn connected(connection: u32, sequence: u16, message: &[u8]) -> Vec<u8> {
    let mut data = Vec::new();
    Carried::Connected { connection, sequence, message }.encode(0, &mut data);
    packet(Command::SEND_UNIT_DATA, 0, &data)
}

fn ask(service: u8, path: &str, data: &str) -> Vec<u8> {
    let (path, data) = (hex(path), hex(data));
    let mut out = vec![service, (path.len() / 2) as u8];
    out.extend(path);
    out.extend(data);
    out
}

fn reply(service: u8, general: u8, data: &str) -> Vec<u8> {
    let mut out = vec![service | 0x80, 0, general, 0];
    out.extend(hex(data));
    out
}

/// One unconnected exchange.
fn exchange(request: &[u8], answer: &[u8]) -> Vec<String> {
    let turns = [(A, unconnected(1, request)), (B, unconnected(1, answer))];
    let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &turns);
    assert_eq!(heard.problems, [""; 0]);
    heard.operations
}

#[test]
fn a_router_that_gave_up_refuses_what_it_should_have_carried() {
    let heard = heard(&[(A, IDENTITY_BEHIND_A_RACK), (B, ROUTER_TIMED_OUT)]);
    assert_eq!(
        heard.operations,
        ["A: Identify get_attributes_all (0x01) via unconnected_send (0x52) to 1/4 unit 4: \
          Identity (0x01) instance 1 -> refused unconnected_request_timed_out (1/516)"]
    );
    assert_eq!(heard.frames, [(1, 2)]);
}

#[test]
fn an_identity_is_told_with_its_address_and_state() {
    let heard = heard(&[(A, LIST_IDENTITY), (B, LIST_IDENTITY_REPLY)]);
    assert_eq!(
        heard.operations,
        ["A: Identify list_identity (0x0063): socket address = 192.168.10.120:44818; \
          vendor = Rockwell Automation/Allen-Bradley (1); device type = Communications Adapter (12); \
          product code = 58; revision = 4.7; status = 48; serial number = 0051AEC3; \
          product name = \"1756-ENBT/A\"; state = operational (3) -> accepted"]
    );
}

#[test]
fn a_connected_message_goes_the_way_its_forward_open_told() {
    let turns = [
        (A, hex(FORWARD_OPEN)),
        (B, hex(FORWARD_OPENED)),
        (A, connected(0x0079_0301, 9, &ask(0x07, "208e2401", ""))),
        (B, connected(0x80FE_0013, 9, &reply(0x07, 0, ""))),
    ];
    let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &turns);
    assert_eq!(
        heard.operations,
        [
            "A: OpenSession forward_open (0x54): Message Router (0x02) instance 1; transport class = 3; \
             O->T RPI microseconds = 8000000; O->T parameters = 17396; T->O RPI microseconds = 8000000; \
             T->O parameters = 17396; O->T connection id = 7930625; T->O connection id = 2164129811; \
             connection serial = 20; originator vendor = 77; originator serial = 848636915 -> accepted",
            "A: Stop logix_program_mode (0x07) via class 3 connection to 1/0 unit 0: class 0x8E instance 1 -> accepted",
        ]
    );
}

#[test]
fn a_connection_whose_opening_was_not_seen_is_still_paired() {
    let heard =
        heard(&[(A, SET_CLOCK), (B, SET_CLOCK_REPLY), (A, PCCC_PROGRAM_MODE), (B, PCCC_PROGRAM_MODE_REPLY)]);
    assert_eq!(
        heard.operations,
        [
            "A: SetClock set_attribute_list (0x04) via class 3 connection: \
             Wall Clock Time (0x8B) instance 1 attribute 6 = 2008-10-23T23:26:43.000000000Z -> accepted",
            "A: Stop pccc_change_mode (0x0F80) via class 3 connection: mode = \"remote program\" -> accepted",
        ]
    );
    assert_eq!(heard.frames, [(1, 2), (3, 4)]);
}

#[test]
fn a_program_load_is_a_transfer_that_ends_when_the_controller_runs() {
    let heard = heard(&[(A, WRITE_BLOCK), (B, WRITE_BLOCK_REPLY), (A, RUN), (B, RUN_REPLY)]);
    assert_eq!(
        heard.operations,
        [
            "A: DownloadProgram logix_program_write (0x50) via class 3 connection: class 0x6A instance 7162 \
             88 bytes -> accepted",
            "A: Start logix_run (0x06) via class 3 connection: class 0x8E instance 1 -> accepted",
        ]
    );
    assert_eq!(heard.transfers[0], "begin 0 program to_device by A");
    assert!(heard.transfers[1].starts_with("data 0 1300000054686520414e44206973204e4f542054525545"));
    assert_eq!(heard.transfers[1].len(), "data 0 ".len() + 2 * 88);
    assert_eq!(heard.transfers[2], "end 0 complete");
}

#[test]
fn a_read_out_of_program_is_a_transfer_from_the_device() {
    let request = ask(0x4F, "206a25002459", "000000000300");
    let turns = [(A, connected(5, 1, &request)), (B, connected(6, 1, &reply(0x4F, 0, "616263")))];
    let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &turns);
    assert_eq!(
        heard.operations,
        ["A: UploadProgram logix_program_read (0x4F) via class 3 connection: class 0x6A instance 22820 \
          3 bytes -> accepted"]
    );
    assert_eq!(heard.transfers, ["begin 1 program from_device by A", "data 1 616263", "end 1 incomplete"]);
}

#[test]
fn firmware_ends_with_the_reset_of_the_device_and_refused_pieces_do_not_count() {
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    let mut ask_for = |context, service, path: &str, data: &str, general| {
        player.say(A, &unconnected(context, &ask(service, path, data)));
        player.say(B, &unconnected(context, &reply(service, general, "")));
    };
    ask_for(1, 0x51, "20a12401", "0100", 0);
    ask_for(2, 0x4B, "20a12401", "00100000", 0);
    ask_for(3, 0x4D, "20a12401", "01020304", 0);
    ask_for(4, 0x4D, "20a12401", "ff", 0x10);
    ask_for(5, 0x4D, "20a12401", "0506", 0);
    ask_for(6, 0x05, "20012401", "00", 0);
    let heard = player.end();
    assert_eq!(
        heard.operations,
        [
            "A: UpdateFirmware logix_flash_prepare (0x51): class 0xA1 instance 1 = 0100 -> accepted",
            "A: UpdateFirmware logix_flash_begin (0x4B): class 0xA1 instance 1 = 00100000 -> accepted",
            "A: UpdateFirmware logix_flash_write (0x4D): class 0xA1 instance 1 4 bytes -> accepted",
            "A: UpdateFirmware logix_flash_write (0x4D): class 0xA1 instance 1 1 bytes -> refused \
             device_state_conflict (0x10)",
            "A: UpdateFirmware logix_flash_write (0x4D): class 0xA1 instance 1 2 bytes -> accepted",
            "A: Reset reset (0x05): Identity (0x01) instance 1 = 00 -> accepted",
        ]
    );
    assert_eq!(heard.transfers, ["begin 2 firmware to_device by A", "data 2 010203040506", "end 2 complete"]);
}

#[test]
fn each_member_of_a_multiple_service_packet_is_an_operation_with_its_own_outcome() {
    let members =
        [ask(0x4C, "91035061725b", "0100"), ask(0x4D, "910350617200 2803 91015800", "c400010005000000")];
    let members: Vec<&[u8]> = members.iter().map(Vec::as_slice).collect();
    let mut request = ask(0x0A, "20022401", "");
    Members::encode(&members, &mut request);
    let answers = [reply(0x4C, 0, "ca000000803f"), vec![0xCD, 0, 0xFF, 1, 0x07, 0x21]];
    let answers: Vec<&[u8]> = answers.iter().map(Vec::as_slice).collect();
    let mut answer = reply(0x0A, 0x1E, "");
    Members::encode(&answers, &mut answer);
    assert_eq!(
        exchange(&request, &answer),
        [
            "A: Read read_tag (0x4C) via multiple_service_packet (0x0A): symbol Par = 1 -> accepted",
            "A: Write write_tag (0x4D) via multiple_service_packet (0x0A): symbol Par[3].X = 5 -> \
             refused data_type_mismatch (255/8455)",
        ]
    );
}

#[test]
fn a_multiple_service_packet_that_is_refused_as_a_whole_refuses_its_members() {
    let members = [ask(0x01, "20012401", ""), ask(0x07, "208e2401", "")];
    let members: Vec<&[u8]> = members.iter().map(Vec::as_slice).collect();
    let mut request = ask(0x0A, "20022401", "");
    Members::encode(&members, &mut request);
    assert_eq!(
        exchange(&request, &reply(0x0A, 0x08, "")),
        [
            "A: Identify get_attributes_all (0x01) via multiple_service_packet (0x0A): Identity (0x01) instance 1 \
             -> refused service_not_supported (0x08)",
            "A: Stop logix_program_mode (0x07) via multiple_service_packet (0x0A): class 0x8E instance 1 -> refused \
             service_not_supported (0x08)",
        ]
    );
}

#[test]
fn bits_set_in_tags_are_writes_of_the_masks() {
    let heard = heard(&[(A, SET_BITS)]);
    assert_eq!(heard.operations.len(), 3);
    assert_eq!(
        heard.operations[2],
        "A: Write read_modify_write_tag (0x4E) via class 3 connection via multiple_service_packet (0x0A): \
         symbol LMS_DISABLE_BARCODE_SCANNER or mask = 1; symbol LMS_DISABLE_BARCODE_SCANNER and mask = 255 -> unseen"
    );
}

#[test]
fn the_same_service_number_means_what_its_class_says() {
    let of = |service, path, data| exchange(&ask(service, path, data), &reply(service, 0, "")).remove(0);
    assert!(of(0x4E, "910150 00", "010001ff").starts_with("A: Write read_modify_write_tag"));
    assert!(
        of(0x4E, "20062401", "07f914004d00f32b9532020020022401").starts_with("A: CloseSession forward_close")
    );
    assert!(of(0x4E, "20692401", "").starts_with("A: Force logix_force_change"));
    assert!(of(0x4B, "208e240120742401", "00").starts_with("A: ChangeSecurity logix_lock"));
    assert!(of(0x4B, "20a12401", "00").starts_with("A: UpdateFirmware"));
    assert!(of(0x4B, "20ff2401", "00").starts_with("A: Opaque object_class_service"));
    assert!(of(0x5C, "208e2401", "00").starts_with("A: OpenSession logix_handshake"));
    assert!(of(0x08, "20ac2401", "00").starts_with("A: DownloadProgram create"));
}

#[test]
fn a_new_address_and_a_host_name_are_told_in_full() {
    let address = "780aa8c000ffffff010aa8c00000000000000000 0000";
    assert_eq!(
        exchange(&ask(0x10, "20f524013005", address), &reply(0x10, 0, "")),
        [
            "A: SetNetwork set_attribute_single (0x10): TCP/IP Interface (0xF5) instance 1 attribute 5 address = \
          192.168.10.120; TCP/IP Interface (0xF5) instance 1 attribute 5 mask = 255.255.255.0; \
          TCP/IP Interface (0xF5) instance 1 attribute 5 gateway = 192.168.10.1; \
          TCP/IP Interface (0xF5) instance 1 attribute 5 name server 1 = 0.0.0.0; \
          TCP/IP Interface (0xF5) instance 1 attribute 5 name server 2 = 0.0.0.0 -> accepted"
        ]
    );
    assert_eq!(
        exchange(&ask(0x10, "20f524013006", "050053545330 37"), &reply(0x10, 0x0E, "")),
        [
            "A: SetNetwork set_attribute_single (0x10): TCP/IP Interface (0xF5) instance 1 attribute 6 = \"STS07\" -> \
          refused attribute_not_settable (0x0E)"
        ]
    );
}

#[test]
fn listed_attributes_have_values_and_statuses_of_their_own() {
    assert_eq!(
        exchange(
            &ask(0x03, "20012401", "0300 0100 6300 0700"),
            &reply(0x03, 0x0A, "0300 0100 0000 0100 6300 1400 0700 0000 03414243")
        ),
        ["A: Identify get_attribute_list (0x03): Identity (0x01) instance 1 attribute 1 = 1; \
          Identity (0x01) instance 1 attribute 99 [attribute_not_supported (0x14)]; \
          Identity (0x01) instance 1 attribute 7 = \"ABC\" -> refused attribute_list_error (0x0A)"]
    );
}

#[test]
fn values_that_could_end_in_two_places_are_not_divided() {
    // The number of attribute 2 with a good status stands in the data twice.
    assert_eq!(
        exchange(
            &ask(0x03, "20992401", "0200 0100 0200"),
            &reply(0x03, 0, "0200 0100 0000 0200 0000 0200 0000 07")
        ),
        [
            "A: Read get_attribute_list (0x03): class 0x99 instance 1 attribute 1; class 0x99 instance 1 attribute 2; \
          class 0x99 instance 1 attribute values, undivided = 020000000200000007 -> accepted"
        ]
    );
}

#[test]
fn tags_are_read_and_written_with_their_types() {
    let read = |data| exchange(&ask(0x4C, "910150 00", "0100"), &reply(0x4C, 0, data)).remove(0);
    assert_eq!(read("c300ffff"), "A: Read read_tag (0x4C): symbol P = -1 -> accepted");
    assert_eq!(read("c40001000000ffffffff"), "A: Read read_tag (0x4C): symbol P = [1, -1] -> accepted");
    assert_eq!(read("ca0000002041"), "A: Read read_tag (0x4C): symbol P = 10 -> accepted");
    assert_eq!(read("c10001"), "A: Read read_tag (0x4C): symbol P = true -> accepted");
    assert_eq!(
        read("a002ce0f03000000414243000000"),
        "A: Read read_tag (0x4C): symbol P = \"ABC\" -> accepted"
    );
    assert_eq!(read("a0022211aabb"), "A: Read read_tag (0x4C): symbol P = aabb -> accepted");
    let path = "910c50726f6772616d3a4d61696e 9103506172 00 2803 2804 910158 00";
    assert_eq!(
        exchange(&ask(0x53, path, "c300 0200 60000000 0100"), &reply(0x53, 0, "")),
        ["A: Write write_tag_fragmented (0x53): symbol Program:Main.Par[3,4].X offset 96 = 1 -> accepted"]
    );
}

#[test]
fn a_list_of_tags_names_each() {
    let answer = "01000000 0300 506172 c400  02000000 0100 58 c100";
    assert_eq!(
        exchange(&ask(0x55, "206b25000000", "0200 0100 0200"), &reply(0x55, 6, answer)),
        ["A: Browse get_instance_attribute_list (0x55): symbol Par = 196; symbol X = 193 -> accepted \
          partial_transfer (0x06)"]
    );
}

#[test]
fn pccc_addresses_read_as_programmers_write_them() {
    let pccc = |command: &str, answer: &str| {
        let request = ask(0x4B, "20672401", &format!("074d0078563412 0f00 0100 {command}"));
        exchange(&request, &reply(0x4B, 0, &format!("074d0078563412 4f{answer}"))).remove(0)
    };
    assert_eq!(
        pccc("a2 04 07 89 00 00", "00 0100 0100ffff"),
        "A: Read pccc_protected_typed_logical_read_3 (0x0FA2): N7:0..1 = [1, -1] -> accepted"
    );
    assert_eq!(
        pccc("aa 02 07 89 ff2c01 00 2a00", "00 0100"),
        "A: Write pccc_protected_typed_logical_write_3 (0x0FAA): N7:300 = 42 -> accepted"
    );
    assert_eq!(
        pccc("aa 02 04 86 02 01 e803", "00 0100"),
        "A: Write pccc_protected_typed_logical_write_3 (0x0FAA): T4:2.1 = 1000 -> accepted"
    );
    assert_eq!(
        pccc("aa 04 08 8a 00 00 00002041", "f0 0100 1b"),
        "A: Write pccc_protected_typed_logical_write_3 (0x0FAA): F8:0 = 10 -> refused \
         program_owned_by_another_node (240/27)"
    );
    assert_eq!(
        pccc("ab 04 01 a2 00 00 2000 2000 2000", "00 0100"),
        "A: Force pccc_protected_typed_logical_masked_write (0x0FAB): input forces 1:0..1 mask = 32; \
         input forces 1:0..1 = [32, 32] -> accepted"
    );
    assert_eq!(
        pccc("8006", "00 0100"),
        "A: Start pccc_change_mode (0x0F80): mode = \"remote run\" -> accepted"
    );
    assert_eq!(
        pccc("68 0000 0100 00 244e373a3300 0100", "00 0100 4207"),
        "A: Read pccc_typed_read (0x0F68): $N7:3 = 4207 -> accepted"
    );
    assert_eq!(
        pccc("67 0000 0100 06 07 03 420700", "00 0100"),
        "A: Write pccc_typed_write (0x0F67): file 7 element 3 = 420700 -> accepted"
    );
}

#[test]
fn sessions_open_close_and_are_refused() {
    let register = hex("65000400000000000000000000000000000000000000000001000000");
    let registered = hex("65000400000202120000000000000000000000000000000001000000");
    let refused = hex("65000400000000006900000000000000000000000000000002000000");
    let unregister = hex("660000000002021200000000000000000000000000000000");
    let turns: &[(Side, &[u8])] =
        &[(B, &register), (A, &refused), (B, &register), (A, &registered), (B, &unregister)];
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, turns);
    assert_eq!(
        heard.operations,
        [
            "B: OpenSession register_session (0x0065) -> refused unsupported_protocol_revision (0x00000069)",
            "B: OpenSession register_session (0x0065): session = 302121472 -> accepted",
            "B: CloseSession unregister_session (0x0066): session = 302121472 -> accepted",
        ]
    );
}

#[test]
fn the_encapsulations_refusal_is_the_messages_refusal() {
    let mut refusal = packet(Command::SEND_RR_DATA, 9, &[]);
    refusal[8] = 0x64;
    let turns: &[(Side, &[u8])] = &[(A, &unconnected(9, &ask(0x01, "20012401", ""))), (B, &refusal)];
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, turns);
    assert_eq!(
        heard.operations,
        ["A: Identify get_attributes_all (0x01): Identity (0x01) instance 1 -> refused \
          invalid_session_handle (0x00000064)"]
    );
}

#[test]
fn pipelined_requests_with_equal_contexts_pair_in_order_and_by_service() {
    let ask = |path| unconnected(0, &ask(0x0E, path, ""));
    let turns: &[(Side, &[u8])] = &[
        (A, &ask("20042401 3001")),
        (A, &ask("20042402 3001")),
        (A, &unconnected(0, &self::ask(0x07, "208e2401", ""))),
        (B, &unconnected(0, &reply(0x07, 0, ""))),
        (B, &unconnected(0, &reply(0x0E, 0, "01"))),
        (B, &unconnected(0, &reply(0x0E, 0, "02"))),
    ];
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, turns);
    assert_eq!(
        heard.operations,
        [
            "A: Stop logix_program_mode (0x07): class 0x8E instance 1 -> accepted",
            "A: Read get_attribute_single (0x0E): Assembly (0x04) instance 1 attribute 1 = 01 -> accepted",
            "A: Read get_attribute_single (0x0E): Assembly (0x04) instance 2 attribute 1 = 02 -> accepted",
        ]
    );
    assert_eq!(heard.frames, [(3, 4), (1, 5), (2, 6)]);
}

#[test]
fn two_connections_with_the_same_sequence_counts_are_kept_apart() {
    let read = |name: &str| ask(0x4C, &format!("9101{name}00"), "0100");
    let turns: &[(Side, &[u8])] = &[
        (A, &connected(10, 1, &read("50"))),
        (B, &connected(110, 1, &reply(0x4C, 0, "c20001"))),
        (A, &connected(20, 1, &read("51"))),
        (B, &connected(120, 1, &reply(0x4C, 0, "c20002"))),
        (A, &connected(20, 2, &read("51"))),
        (A, &connected(10, 2, &read("50"))),
        (B, &connected(110, 2, &reply(0x4C, 0, "c20003"))),
        (B, &connected(120, 2, &reply(0x4C, 0, "c20004"))),
    ];
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, turns);
    let values: Vec<&str> = heard.operations.iter().filter_map(|line| line.split("symbol ").nth(1)).collect();
    assert_eq!(values, ["P = 1 -> accepted", "Q = 2 -> accepted", "P = 3 -> accepted", "Q = 4 -> accepted"]);
}

#[test]
fn the_server_may_be_heard_first_and_a_gap_is_survived() {
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    let run = hex(RUN);
    player.say(A, &hex(RUN_REPLY));
    player.say(B, &run).lose(A, 50);
    player.say(A, &hex(PROGRAM_MODE_REPLY)[5..]);
    player.say(B, &hex(PROGRAM_MODE)).say(A, &hex(PROGRAM_MODE_REPLY));
    let heard = player.end();
    assert_eq!(
        heard.operations,
        [
            "B: Start start (0x06) via class 3 connection: object not told -> accepted",
            "B: Stop logix_program_mode (0x07) via class 3 connection: class 0x8E instance 1 -> accepted",
            "B: Start logix_run (0x06) via class 3 connection: class 0x8E instance 1 -> unseen",
        ]
    );
    assert_eq!(heard.problems, ["enip: bytes passed over to find the next PDU (incomplete)"]);
}

#[test]
fn a_request_left_alone_is_unanswered_only_if_the_other_side_is_ever_heard() {
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    player.say(A, &hex(RUN)).say(B, &hex(RUN_REPLY)).say(A, &hex(PROGRAM_MODE)).wait_seconds(90);
    player.say(A, &hex(RUN));
    let heard = player.end();
    assert!(heard.operations[1].ends_with("class 0x8E instance 1 -> unanswered"));
    assert!(heard.operations[2].ends_with("-> unseen"));
    let mut deaf = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    let heard = deaf.say(A, &hex(RUN)).wait_seconds(90).end();
    assert!(heard.operations[0].ends_with("-> unseen"));
}

#[test]
fn wrappers_deeper_than_any_device_makes_them_stop_at_a_limit() {
    let mut message = ask(0x07, "208e2401", "");
    for _ in 0..12 {
        let mut outer = ask(0x0A, "20022401", "");
        Members::encode(&[&message], &mut outer);
        message = outer;
    }
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &[(A, &unconnected(1, &message))]);
    assert_eq!(heard.operations.len(), 1);
    assert_eq!(heard.problems, ["cip: services wrapped too deep (limit)"]);
}

#[test]
fn members_that_overlap_are_read_once() {
    // Three offsets to the same place: bytes are read as one member at most.
    let request = ask(0x0A, "20022401", "0300 0800 0800 0800 0702208e2401");
    let heard = play(&PROTOCOL, Transport::Tcp, PORTS, &[(A, &unconnected(1, &request))]);
    assert!(heard.operations.is_empty());
    assert_eq!(heard.problems, ["cip: members of a Multiple Service Packet do not fit (malformed)"]);
}

/// A packet of cyclic data: class 1, with a run/idle header or what stands in its place.
fn cyclic(id: u32, sequence: u16, header: u32) -> Vec<u8> {
    let mut address = id.to_le_bytes().to_vec();
    address.extend(u32::from(sequence).to_le_bytes());
    let mut data = sequence.to_le_bytes().to_vec();
    data.extend(header.to_le_bytes());
    data.extend([1, 2, 3, 4]);
    let mut out = Vec::new();
    let address = PacketItem { kind: ItemType::SEQUENCED_ADDRESS, bytes: &address };
    let data = PacketItem { kind: ItemType::CONNECTED_DATA, bytes: &data };
    PacketItems::encode(&[address, data], &mut out);
    out
}

#[test]
fn cyclic_data_is_told_at_first_sight_and_when_run_turns_to_idle() {
    let probe = |bytes| Probe { transport: Transport::Udp, ports: [2222, 2222], from: A, bytes, answer: &[] };
    let first = cyclic(0x10, 1, 1);
    assert_eq!((PROTOCOL.probe)(&probe(&first)), Answer::Certain);
    let turns = [
        (A, first),
        (A, cyclic(0x10, 2, 1)),
        (B, cyclic(0x20, 1, 0x7654_3210)),
        (A, cyclic(0x10, 3, 0)),
        (B, cyclic(0x20, 2, 0x7654_3211)),
        (A, cyclic(0x10, 4, 0)),
        (A, cyclic(0x10, 5, 1)),
    ];
    let heard = play_cyclic(&turns);
    assert_eq!(
        heard.operations,
        [
            "B: Subscribe connected_data (0x00B1): connection 0x00000010; run (header assumed) = true -> accepted",
            "B: Subscribe connected_data (0x00B1): connection 0x00000020 -> accepted",
            "B: Subscribe connected_data (0x00B1): connection 0x00000010; run (header assumed) = false -> accepted",
            "B: Subscribe connected_data (0x00B1): connection 0x00000010; run (header assumed) = true -> accepted",
        ]
    );
    assert_eq!(heard.frames, [(0, 1), (0, 3), (0, 4), (0, 7)]);
}

fn play_cyclic(turns: &[(Side, Vec<u8>)]) -> Recorder {
    let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
    play(&PROTOCOL, Transport::Udp, [2222, 2222], &turns)
}

/// Plays to conversations that share what the protocol remembers: one over TCP, one of datagrams.
struct Pair {
    sides: [Box<dyn Conversation>; 2],
    memory: Memory,
    shared: Shared,
    heard: Recorder,
    frame: u64,
}

impl Pair {
    fn new(transports: [Transport; 2]) -> Self {
        let start = |transport| {
            (PROTOCOL.start)(&Probe { transport, ports: PORTS, from: A, bytes: &[], answer: &[] })
        };
        let (memory, shared, heard) = (Memory::new(1 << 20), Shared::default(), Recorder::default());
        Self { sides: transports.map(start), memory, shared, heard, frame: 0 }
    }

    fn with(&mut self, which: usize, act: impl FnOnce(&mut dyn Conversation, &mut Context<'_>)) {
        self.frame += 1;
        let now =
            Moment { time: Timestamp::from_nanos(self.frame as i64 * 1_000_000_000), frame: self.frame };
        let (memory, shared, sink) = (&mut self.memory, &mut self.shared, &mut self.heard);
        act(self.sides[which].as_mut(), &mut Context { now, ports: [0, 0], memory, shared, sink });
    }

    fn say(&mut self, which: usize, from: Side, bytes: &[u8]) {
        self.with(which, |conversation, cx| conversation.data(cx, from, bytes));
    }

    fn end(mut self) -> Recorder {
        self.with(0, |conversation, cx| conversation.end(cx));
        self.with(1, |conversation, cx| conversation.end(cx));
        assert_eq!(self.memory.held_bytes(), 0);
        self.heard
    }
}

#[test]
fn a_forward_open_elsewhere_tells_whose_cyclic_data_it_is() {
    let mut pair = Pair::new([Transport::Tcp, Transport::Udp]);
    let mut open = hex(FORWARD_OPEN);
    // The transport class and trigger: class 1, cyclic, instead of class 3.
    let at = open.len() - 8;
    assert_eq!(open[at], 0xA3);
    open[at] = 0x01;
    pair.say(0, A, &open);
    pair.say(0, B, &hex(FORWARD_OPENED));
    // The target's packets come first: its receiver is the client; no header is looked for in them.
    pair.say(1, B, &cyclic(0x80FE_0013, 1, 1));
    pair.say(1, B, &cyclic(0x80FE_0013, 2, 0));
    pair.say(1, A, &cyclic(0x0079_0301, 1, 0));
    pair.say(1, A, &cyclic(0x0079_0301, 2, 1));
    let heard = pair.end();
    assert_eq!(
        heard.operations[1..],
        [
            "A: Subscribe connected_data (0x00B1): connection 0x80FE0013 -> accepted",
            "A: Subscribe connected_data (0x00B1): connection 0x00790301; run = false -> accepted",
            "A: Subscribe connected_data (0x00B1): connection 0x00790301; run = true -> accepted",
        ]
    );
}

#[test]
fn answers_to_a_broadcast_know_their_question_and_the_question_is_told_too() {
    let mut pair = Pair::new([Transport::Udp, Transport::Udp]);
    pair.say(0, A, &hex(LIST_IDENTITY));
    pair.say(1, B, &hex(LIST_IDENTITY_REPLY));
    let sink = pair.end();
    assert_eq!(sink.frames, [(1, 2), (1, 0)]);
    assert!(sink.operations[0].starts_with("A: Identify list_identity (0x0063): socket address"));
    assert_eq!(sink.operations[1], "A: Identify list_identity (0x0063) -> unseen");
}

#[test]
fn the_probe_is_certain_of_its_own_and_of_nothing_else() {
    for text in [IDENTITY_BEHIND_A_RACK, LIST_IDENTITY, FORWARD_OPEN, RUN_REPLY, LIST_IDENTITY_REPLY] {
        assert_eq!(begins(&hex(text)), Answer::Certain);
        assert_eq!(begins(&hex(text)[..10]), Answer::Unsure);
    }
    assert_eq!(begins(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"), Answer::No);
    assert_eq!(begins(&[0; 64]), Answer::No);
    assert_eq!(begins(&hex("0000000000060103006b0003")), Answer::No);
    let mut legacy = vec![1_u8];
    legacy.resize(24, 0);
    assert_eq!(begins(&legacy), Answer::Unsure);
    legacy.extend(hex(LIST_IDENTITY));
    assert_eq!(begins(&legacy), Answer::Certain);
}

const SESSION: [(Side, &str); 12] = [
    (A, FORWARD_OPEN),
    (B, FORWARD_OPENED),
    (A, PROGRAM_MODE),
    (B, PROGRAM_MODE_REPLY),
    (A, WRITE_BLOCK),
    (B, WRITE_BLOCK_REPLY),
    (A, IDENTITY_BEHIND_A_RACK),
    (B, ROUTER_TIMED_OUT),
    (A, SET_BITS),
    (A, RUN),
    (B, RUN_REPLY),
    (A, PCCC_PROGRAM_MODE),
];

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_operations(cuts in vec(1..70_usize, 1..8)) {
        let turns: Vec<(Side, Vec<u8>)> = SESSION.iter().map(|&(side, text)| (side, hex(text))).collect();
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
        let whole = play(&PROTOCOL, Transport::Tcp, PORTS, &turns);
        let cut = play_cut(&PROTOCOL, PORTS, &turns, &cuts);
        prop_assert_eq!(cut.operations, whole.operations);
        prop_assert_eq!(cut.transfers, whole.transfers);
    }

    #[test]
    fn any_bytes_are_survived(data in vec(any::<u8>(), 0..600)) {
        fuzz_conversation(&PROTOCOL, Transport::Tcp, PORTS, &data);
        fuzz_conversation(&PROTOCOL, Transport::Udp, PORTS, &data);
    }

    #[test]
    fn damaged_messages_are_survived(
        which in 0..SESSION.len(), at in 24..200_usize, value: u8, side in prop_oneof![Just(A), Just(B)],
    ) {
        let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
        for (index, (from, text)) in SESSION.iter().enumerate() {
            let mut bytes = hex(text);
            if index == which {
                let at = at % bytes.len();
                bytes[at] = value;
                player.say(side, &bytes);
            }
            player.say(*from, &bytes);
        }
        player.end();
    }

    #[test]
    fn cyclic_packets_of_any_kind_are_survived(turns in vec(vec(any::<u8>(), 0..40), 0..8)) {
        let turns: Vec<(Side, Vec<u8>)> = turns.into_iter().map(|bytes| (A, bytes)).collect();
        prop_assert!(play_cyclic(&turns).problems.len() <= turns.len());
    }

    #[test]
    fn messages_encode_to_the_bytes_they_decode_from(
        command: u16, session: u32, status: u32, context: u64, options: u32, data in vec(any::<u8>(), 0..64),
    ) {
        let command = Command(command);
        let packet = Packet { command, session, status, context, options, data: &data };
        let mut bytes = Vec::new();
        packet.encode(&mut bytes);
        prop_assert_eq!(Packet::decode(&bytes), Ok(packet));
        let mut again = Vec::new();
        Packet::decode(&bytes).unwrap().encode(&mut again);
        prop_assert_eq!(again, bytes);
    }

    #[test]
    fn carried_messages_encode_to_what_they_decode_from(
        connection: u32, sequence: u16, message in vec(any::<u8>(), 0..64),
    ) {
        for carried in
            [Carried::Unconnected(&message[..]), Carried::Connected { connection, sequence, message: &message }]
        {
            let mut data = Vec::new();
            carried.encode(5, &mut data);
            prop_assert_eq!(Carried::decode(&data), Ok(carried));
        }
    }

    #[test]
    fn identities_encode_to_what_they_decode_from(bytes in vec(any::<u8>(), 33..80)) {
        if let Ok(item) = IdentityItem::decode(&bytes) {
            let mut again = Vec::new();
            item.encode(&mut again);
            prop_assert_eq!(again, bytes);
        }
    }
}

#[test]
fn captured_messages_encode_to_the_bytes_they_came_as() {
    for (_, text) in SESSION {
        let bytes = hex(text);
        let packet = Packet::decode(&bytes).unwrap();
        let (Carried::Unconnected(message) | Carried::Connected { message, .. }) =
            Carried::decode(packet.data).unwrap();
        let mut again = Vec::new();
        match (Request::decode(message), Reply::decode(message)) {
            (Ok(request), _) => request.encode(&mut again),
            (_, Ok(reply)) => reply.encode(&mut again),
            _ => panic!("neither request nor reply"),
        }
        assert_eq!(again, message);
    }
}
