use super::*;

/// A session in the middle, with the handle and the connection id of the capture.
fn client() -> Client {
    let mut client = Client::registered();
    client.session.connections = Connections::new(0x0079_0301);
    client
}

fn answers(client: &mut Client, request: &str, answer: &str) {
    assert_eq!(client.send(&hex(request)), hex(answer));
}

/// EIP-IPAddressChangeAttempt, frames 3600 to 3609.
#[test]
fn the_encapsulation_answers_as_a_captured_device() {
    let mut client = Client::new();
    let asked = |command: &str| format!("{command}00 0000 00000000 00000000 0000000000000000 00000000");
    answers(
        &mut client,
        &asked("01"),
        "01002a00000000000000000000000000000000000000000001000100240001000000\
         0002af12c0a80a7800000000000000003139322e3136382e31302e3132300000",
    );
    answers(&mut client, &asked("64"), "6400020000000000000000000000000000000000000000000000");
    answers(
        &mut client,
        "65000400000000000000000000000000000000000000000001000000",
        "65000400000102110000000000000000000000000000000001000000",
    );
    // The captured device is an adapter and serves cyclic data too: its flags are 0x0120.
    answers(
        &mut client,
        &asked("04"),
        "04001a000000000000000000000000000000000000000000010000011400010020 00 436f6d6d756e69636174696f6e730000",
    );
    // A question that asks nothing.
    answers(&mut client, &asked("00"), "");
}

/// Frames 3985 and 3986, but for who the device is.
#[test]
fn an_identity_is_told_in_a_datagram_and_in_a_stream() {
    let question = hex("630000000000000000000000000000000000000000000000");
    let mut client = Client::new();
    let mut told = Vec::new();
    datagram(&client.plc, ADDRESS, &question, &mut told);
    assert_eq!(told, client.send(&question));
    let (head, identity) = told.split_at(24);
    assert_eq!(head, hex("63003c0000000000000000000000000000000000 00000000"));
    let (envelope, identity) = identity.split_at(24);
    assert_eq!(envelope, hex("01000c0036000100 0002af12c0a80a780000000000000000"));
    let (who, rest) = identity.split_at(10);
    assert_eq!(who, hex("01000e00360014016030"));
    assert_eq!(rest[4..], [&[20][..], b"1756-L61/B LOGIX5561", &[3]].concat());
    // Nothing else is answered there.
    let mut nothing = Vec::new();
    datagram(&client.plc, ADDRESS, &packet(Command::REGISTER_SESSION, 0, &[1, 0, 0, 0]), &mut nothing);
    datagram(&client.plc, ADDRESS, &question[..23], &mut nothing);
    assert!(nothing.is_empty());
}

/// EIP-RebootorRestart, frames 21 and 22, 399 and 400, 804 and 805, 31 and 32.
#[test]
fn a_connection_is_opened_used_to_stop_and_start_and_closed_as_captured() {
    let mut client = client();
    answers(
        &mut client,
        "6f0040000001021100000000c69b02002008e10000000000000000002000020000000000b20030005402200624010\
         7f9140000801300fe8014004d00f32b95320000000000127a00f44300127a00f443a303010020022401",
        "6f002e000001021100000000c69b02002008e10000000000000000002000020000000000b2001e00\
         d4000000010379001300fe8014004d00f32b953200127a0000127a000000",
    );
    let unit = |asked: &str| {
        format!(
            "70001c0000010211000000000000000000000000000000000000000001000200a100040001037900b1000800{asked}"
        )
    };
    let answer = |asked: &str| {
        format!(
            "70001a0000010211000000000000000000000000000000000000000000000200a10004001300fe80b1000600{asked}"
        )
    };
    // The captured client writes 1 where the time-out is, and the device 0.
    answers(&mut client, &unit("87000702208e2401"), &answer("870087000000"));
    assert_eq!(client.plc.mode, Mode::Stop);
    answers(&mut client, &unit("3c010602208e2401"), &answer("3c0186000000"));
    assert_eq!(client.plc.mode, Mode::Run);
    answers(
        &mut client,
        "6f0028000001021100000000da9b02002008e10000000000000000002000020000000000b20018004e0220062401\
         07f914004d00f32b95320300010020022401",
        "6f001e000001021100000000da9b02002008e10000000000000000002000020000000000b2000e00\
         ce00000014004d00f32b95320000",
    );
}

/// EIP-RebootorRestart, frames 8, 10, 17, 18; EIP-IPAddressChangeAttempt, frames 49, 51, 3610, 3611.
#[test]
fn messages_outside_connections_are_answered_as_captured() {
    let mut client = client();
    let identity = client.send(&hex(
        "6f0024000001021100000000b39b02002008e10000000000000000002000020000000000b20014005202200624\
         0107f9060001022001240101000100",
    ));
    let captured =
        hex("6f0037000001021100000000b39b02002008e10000000000000000002000020000000000b20027008100000001\
         000e003600140160303f82510014313735362d4c36312f42204c4f47495835353631");
    let but_for_serial = |bytes: &[u8]| [&bytes[..54], &bytes[58..]].concat();
    assert_eq!(but_for_serial(&identity), but_for_serial(&captured));

    client.plc.name = "MVI56DNPSNET".to_owned();
    answers(
        &mut client,
        "6f002a000001021100000000bf9b02002008e10000000000000000002000020000000000b2001a00520220062401\
         07f90c0003022064240102000100020001000100",
        "6f002e000001021100000000bf9b02002008e10000000000000000002000020000000000b2001e00\
         830000000200010000000c004d56493536444e50534e4554020000000000",
    );
    // A slot where nobody is.
    answers(
        &mut client,
        "6f00240000010211000000001681300018a7e10000000000000000000a00020000000000b20014005202200624\
         01069a060001022001240101000104",
        "6f00180000010211000000001681300018a7e10000000000000000000a00020000000000b2000800d200010104020100",
    );
    // A class that is not there.
    answers(
        &mut client,
        "6f0016000001021100000000a0823000b808e10000000000000000000a00020000000000b2000600010220f42400",
        "6f0016000001021100000000a0823000b808e10000000000000000000a00020000000000b2000600810005010000",
    );
}

/// EIP-ChangeTimeAttempt, frames 386 and 388, in a connection of ours.
#[test]
fn the_clock_is_set_as_captured_and_goes_on_from_there() {
    let mut client = Client::connected(500);
    let clock = hex("208b2401");
    let reply = client.say(&request(0x04, &clock, &hex("01000600c0325cfff3590400")));
    assert_eq!(reply, hex("84000000 0100 0600 0000"));
    let set_to = i64::from_le_bytes(hex("c0325cfff3590400").try_into().unwrap());
    assert_eq!(client.plc.clock_ahead_nanos, set_to * 1_000 - NOW.nanos());
    client.now = Timestamp::from_nanos(NOW.nanos() + 2_500_000_000);
    let told = client.done(0x03, &clock, &hex("01000600"));
    assert_eq!(told[..6], hex("010006000000"));
    assert_eq!(told[6..], (set_to + 2_500_000).to_le_bytes());
    // The zone as it is told, 36 characters; minutes; whether it is summer.
    let told = client.done(0x03, &clock, &hex("0300 0800 0900 0a00"));
    assert_eq!(told[..10], hex("0300 0800 0000 24000000"));
    assert_eq!(told[46..], hex("0900 0000 0000 0a00 0000 00"));
}

/// The lengths of the captured answers, EthernetIP-CIP, frame 31.
#[test]
fn a_changed_program_changes_the_change_counters() {
    let mut client = Client::connected(500);
    let counters = |client: &mut Client| client.done(0x01, &hex("20ac2401"), &[]);
    let before = counters(&mut client);
    assert_eq!(before.len(), 32);
    client.plc.load(0x43, 1, crate::Block(vec![1]));
    assert_ne!(counters(&mut client), before);
}
