use super::*;

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

/// As ITI's EIP-IPAddressChangeAttempt.pcap, frames 3600 to 3602.
#[test]
fn messages_that_waited_until_they_were_recognised_keep_their_frames() {
    let legacy = hex("010000000000000000000000000000000000000000000000");
    let list_services = hex("040000000000000000000000000000000000000000000000");
    let list_interfaces = hex("640000000000000000000000000000000000000000000000");
    let turns: [(Side, &[u8]); 3] = [(A, &legacy), (A, &list_services), (A, &list_interfaces)];
    let heard = play_unknown(Transport::Tcp, PORTS, &turns);
    assert_eq!(heard.frames, [(1, 0), (2, 0), (3, 0)]);
    let in_pieces: [(Side, &[u8]); 4] =
        [(A, &legacy[..10]), (A, &legacy[10..]), (A, &list_services[..20]), (A, &list_services[20..])];
    let heard = play_unknown(Transport::Tcp, PORTS, &in_pieces);
    assert_eq!(heard.frames, [(2, 0), (4, 0)]);
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

/// Reads pieces of program out, which are offset and length, and the objects they are of.
fn read_out(pieces: &[(&str, &str, &str)]) -> Recorder {
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    for (number, (path, piece, bytes)) in pieces.iter().enumerate() {
        player.say(A, &connected(5, number as u16, &ask(0x4F, path, piece)));
        player.say(B, &connected(6, number as u16, &reply(0x4F, 0, bytes)));
    }
    player.end()
}

const ROUTINE: &str = "206a25002459";
const OTHER_ROUTINE: &str = "206a2500e92b";

/// As ITI's EIP-RebootorRestart.pcap, frames 822 to 832: a programmer looks at one routine five times.
#[test]
fn the_same_piece_of_program_read_again_is_moved_once() {
    let heard = read_out(&[(ROUTINE, "000000000100", "01"); 5]);
    assert_eq!(heard.operations.len(), 5);
    assert_eq!(heard.transfers, ["begin 1 program from_device by A", "data 1 01", "end 1 incomplete"]);
}

#[test]
fn a_read_out_that_starts_again_is_another_transfer() {
    let once = [
        (ROUTINE, "000000000300", "616263"),
        (ROUTINE, "030000000100", "64"),
        (OTHER_ROUTINE, "000000000100", "65"),
    ];
    let heard = read_out(&[once, once].concat());
    let transfer = ["begin 1 program from_device by A", "data 1 6162636465", "end 1 incomplete"];
    assert_eq!(heard.transfers, [transfer, transfer].concat());
}

#[test]
fn a_read_out_that_goes_back_in_its_object_is_another_transfer() {
    let heard = read_out(&[
        (OTHER_ROUTINE, "000000000100", "65"),
        (ROUTINE, "000000000100", "61"),
        (ROUTINE, "000000000300", "616263"),
    ]);
    let begin = "begin 1 program from_device by A";
    assert_eq!(
        heard.transfers,
        [begin, "data 1 6561", "end 1 incomplete", begin, "data 1 616263", "end 1 incomplete"]
    );
}

#[test]
fn a_block_of_program_written_again_is_moved_once() {
    let heard = heard(&[
        (A, WRITE_BLOCK),
        (B, WRITE_BLOCK_REPLY),
        (A, WRITE_BLOCK),
        (B, WRITE_BLOCK_REPLY),
        (A, RUN),
        (B, RUN_REPLY),
    ]);
    assert_eq!(heard.operations.len(), 3);
    assert_eq!(heard.transfers[1].len(), "data 0 ".len() + 2 * 88);
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
            "A: Reset reset (0x05): Identity (0x01) instance 1 = \"power cycle\" -> accepted",
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
fn all_attributes_of_an_interface_and_a_mac_address_are_told() {
    let all = "01000000 34000000 00000000 0200 20f62401 780aa8c000ffffff010aa8c0 0000000000000000 0300 6162630005005354533037 00";
    assert_eq!(
        exchange(&ask(0x01, "20f52401", ""), &reply(0x01, 0, all)),
        ["A: Read get_attributes_all (0x01): TCP/IP Interface (0xF5) instance 1 address = 192.168.10.120; \
          TCP/IP Interface (0xF5) instance 1 mask = 255.255.255.0; \
          TCP/IP Interface (0xF5) instance 1 gateway = 192.168.10.1; \
          TCP/IP Interface (0xF5) instance 1 name server 1 = 0.0.0.0; \
          TCP/IP Interface (0xF5) instance 1 name server 2 = 0.0.0.0; \
          TCP/IP Interface (0xF5) instance 1 domain = \"abc\"; \
          TCP/IP Interface (0xF5) instance 1 host name = \"STS07\" -> accepted"]
    );
    assert_eq!(
        exchange(&ask(0x0E, "20f624013003", ""), &reply(0x0E, 0, "0000bc012345")),
        [
            "A: Read get_attribute_single (0x0E): Ethernet Link (0xF6) instance 1 attribute 3 = 00:00:bc:01:23:45 -> \
          accepted"
        ]
    );
}

#[test]
fn a_password_is_never_told() {
    assert_eq!(
        exchange(&ask(0x10, "206124013005", "06736563726574"), &reply(0x10, 0, "")),
        [
            "A: ChangeSecurity set_attribute_single (0x10): Password Authenticator (0x61) instance 1 attribute 5 = \
          (masked) -> accepted"
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
        pccc("68 0000 0100 00 244e373a3300 0100", "00 0100 420700"),
        "A: Read pccc_typed_read (0x0F68): $N7:3 = 7 -> accepted"
    );
    assert_eq!(
        pccc("68 0000 0200 00 2446383a3000 0200", "00 0100 9909 09 9408 00002041 000080bf"),
        "A: Read pccc_typed_read (0x0F68): $F8:0 = [10, -1] -> accepted"
    );
    assert_eq!(
        pccc("67 0000 0100 06 07 03 420700", "00 0100"),
        "A: Write pccc_typed_write (0x0F67): file 7 element 3 = 7 -> accepted"
    );
}
