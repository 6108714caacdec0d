use super::*;

/// Status and, if there is one, the word to it.
fn refused(client: &mut Client, service: u8, path: &[u8], data: &str) -> (u8, Option<u16>) {
    let reply = client.say(&request(service, path, &hex(data)));
    let reply = Reply::decode(&reply).unwrap();
    assert_eq!(reply.service, service);
    (reply.general, reply.extended_status())
}

#[test]
fn requests_that_cannot_be_done_are_refused_as_the_manual_says() {
    let mut client = Client::connected(500);
    let before = client.plc.image.clone();
    let mut check = |service: u8, path: &[u8], data: &str, expected: (u8, Option<u16>)| {
        assert_eq!(refused(&mut client, service, path, data), expected, "{service:02X} {path:02X?} {data}");
    };
    let (net, cells) = (named("STS.Load.Net"), named("STS.Load.LC"));
    // Paths that cannot be read, and that lead nowhere.
    check(0x4C, &hex("91ff5354"), "0100", (0x04, Some(0)));
    check(0x4C, &hex("0100"), "0100", (0x04, Some(0)));
    check(0x4C, &[], "0100", (0x04, Some(0)));
    for nowhere in ["Nope", "STS.Nope", "STS.Load.Net.More", "STS.Load.Net[0]", "STS.Load.LC.More", "STS[0]"]
    {
        check(0x4C, &named(nowhere), "0100", (0x05, Some(0)));
    }
    // What only lends its bits is nobody's.
    check(0x4C, &named("STS.Cmd.ZZZZZZZZZZCmd3"), "0100", (0x05, Some(0)));
    check(0x4C, &hex("206b2402"), "0100", (0x08, None));
    check(0x4C, &hex("206b2409"), "0100", (0x05, Some(0)));
    check(0x01, &hex("20f42401"), "", (0x05, Some(0)));
    check(0x01, &hex("20012402"), "", (0x05, Some(0)));
    // Services and attributes that objects do not have.
    check(0x4B, &net, "", (0x08, None));
    check(0x05, &hex("20012401"), "", (0x08, None));
    check(0x0E, &hex("20012401 3063"), "", (0x14, None));
    check(0x03, &hex("20012401"), "0200 0100 6300", (0x0A, None));
    check(0x04, &hex("208b2401"), "0100 0800 00", (0x0A, None));
    check(0x55, &hex("206b2400"), "0100 6300", (0x0A, None));
    check(0x10, &hex("208b2401 3008"), "00", (0x0E, None));
    check(0x04, &hex("208b2401"), "0100 0600 ffffffffffffffff", (0x09, None));
    // Too little, too much.
    check(0x4C, &net, "01", (0x13, None));
    check(0x52, &net, "0100 0000", (0x13, None));
    check(0x4D, &net, "ca00 0100 0000", (0x13, None));
    check(0x4E, &named("STS.Job.OrderId"), "0400 0000 00", (0x13, None));
    check(0x03, &hex("20012401"), "0200 0100", (0x13, None));
    check(0x03, &hex("20012401"), "0100 0100 00", (0x15, None));
    check(0x07, &hex("208e2401"), "00", (0x15, None));
    check(0x55, &hex("206b2400"), "0100 0100 00", (0x15, None));
    check(0x0A, &hex("20022401"), "0200 0600 0600", (0x13, None));
    // Beyond the end.
    check(0x4C, &net, "0200", (0xFF, Some(0x2105)));
    check(0x4C, &net, "0000", (0xFF, Some(0x2105)));
    check(0x4C, &cells, "0600", (0xFF, Some(0x2105)));
    check(0x4C, &named("STS.Load.LC[4]"), "0200", (0xFF, Some(0x2105)));
    check(0x4C, &named("STS.Load.LC[5]"), "0100", (0xFF, Some(0x2105)));
    check(0x52, &net, "0100 04000000", (0xFF, Some(0x2105)));
    check(0x52, &net, "0100 ffffffff", (0xFF, Some(0x2105)));
    check(0x53, &net, "ca00 0100 05000000", (0xFF, Some(0x2104)));
    check(0x53, &net, "ca00 0100 02000000 000000", (0xFF, Some(0x2105)));
    check(0x4C, &hex("206c25000101"), "ffffffff 0100", (0xFF, Some(0x2104)));
    // Of another type.
    check(0x4D, &net, "c400 0100 00000000", (0xFF, Some(0x2107)));
    check(0x4D, &named("STS.Job.Cntr"), "a002 0000 0100 00000000", (0xFF, Some(0x2107)));
    check(0x4E, &net, "0400 00000000 00000000", (0xFF, Some(0x2107)));
    check(0x4E, &named("STS.Job.Bay"), "0400 00000000 00000000", (0x03, None));
    check(0x4E, &named("STS.Job.Bay"), "0300 000000 000000", (0x03, None));
    assert_eq!(client.plc.image, before);
}

#[test]
fn members_are_refused_one_by_one_and_the_packet_says_so() {
    let mut client = Client::connected(500);
    let good = request(0x4C, &named("STS.Job.Bay"), &[1, 0]);
    let bad = request(0x4C, &named("STS.Nope"), &[1, 0]);
    let reply = client.say(&several(&[&good, &bad, &good]));
    let reply = Reply::decode(&reply).unwrap();
    assert_eq!(reply.general, 0x1E);
    let members: Vec<&[u8]> = Members::new(reply.data).collect();
    assert_eq!(members, [&hex("cc000000 c300 0000")[..], &hex("cc000501 0000"), &hex("cc000000 c300 0000")]);
    // One in another, as captured; not without end.
    let nested = client.say(&several(&[&several(&[&good]), &good]));
    assert_eq!(Reply::decode(&nested).unwrap().general, 0);
    let endless = (0..40).fold(good, |inner, _| several(&[&inner]));
    assert_eq!(client.say(&endless).get(2), Some(&0x1E));
}

#[test]
fn members_share_the_room_there_is_and_no_answer_is_longer() {
    let mut client = Client::connected(500);
    let whole = request(0x4C, &named("STS"), &[1, 0]);
    let reply = client.say(&several(&[&whole[..]; 30]));
    assert!(reply.len() <= 498);
    let reply = Reply::decode(&reply).unwrap();
    let members: Vec<&[u8]> = Members::new(reply.data).collect();
    assert_eq!((reply.general, members.len()), (0x1E, 30));
    // The first takes what there is; those after it have room to be told so.
    assert_eq!(members[0][2], 6);
    assert!(members[1..].iter().all(|member| *member == hex("cc001100")));
    // More members than an answer can hold.
    let many = client.say(&several(&[&whole[..]; 100]));
    assert_eq!(many, hex("8a001100"));
}

#[test]
fn a_session_is_needed_and_must_be_the_own() {
    let mut client = Client::new();
    let status = |out: &[u8]| Packet::decode(out).unwrap().status;
    let question =
        packet(Command::SEND_RR_DATA, HANDLE, &hex("00000000 0a00 0200 00000000 b2000600 0102 20012401"));
    assert_eq!(status(&client.send(&question)), 0x64);
    assert_eq!(status(&client.send(&packet(Command::REGISTER_SESSION, 0, &[2, 0, 0, 0]))), 0x69);
    assert_eq!(status(&client.send(&packet(Command::REGISTER_SESSION, 0, &[1, 0]))), 0x65);
    assert_eq!(status(&client.send(&packet(Command::REGISTER_SESSION, 0, &[1, 0, 0, 0]))), 0);
    assert_eq!(status(&client.send(&packet(Command::REGISTER_SESSION, 0, &[1, 0, 0, 0]))), 0x01);
    assert_eq!(status(&client.send(&question)), 0);
    assert_eq!(status(&client.send(&packet(Command::SEND_RR_DATA, HANDLE + 1, &[0; 16]))), 0x64);
    assert_eq!(status(&client.send(&packet(Command::SEND_RR_DATA, HANDLE, &[0; 16]))), 0x03);
    assert_eq!(status(&client.send(&packet(Command(0x42), HANDLE, &[]))), 0x01);
    // What has a status or options is no request; a foreign session cannot be closed; an own one can.
    let mut strange = question.clone();
    strange[8] = 1;
    assert!(client.send(&strange).is_empty());
    assert!(client.send(&packet(Command::UNREGISTER_SESSION, HANDLE + 1, &[])).is_empty());
    let mut out = Vec::new();
    let bye = packet(Command::UNREGISTER_SESSION, HANDLE, &[]);
    assert_eq!(client.session.input(&mut client.plc, NOW, &bye, &mut out), After::Close);
    assert!(out.is_empty());
}

#[test]
fn a_question_asked_again_is_answered_again_and_done_once() {
    let mut client = Client::connected(500);
    let set = request(0x4E, &named("STS.Job.OrderId"), &hex("0400 01000000 ffffffff"));
    let first = client.say_as(7, &set).unwrap();
    client.plc.image.set(find("Job.OrderId").unwrap(), &Value::Whole(0)).unwrap();
    assert_eq!(client.say_as(7, &set), Some(first));
    assert_eq!(client.plc.image.get(find("Job.OrderId").unwrap()), Value::Whole(0));
    client.say_as(8, &set);
    assert_eq!(client.plc.image.get(find("Job.OrderId").unwrap()), Value::Whole(1));
    // Another connection's, and one that was silent for longer than 32 times 2 s.
    client.connection += 1;
    assert_eq!(client.say_as(9, &set), None);
    client.connection -= 1;
    client.now = Timestamp::from_nanos(NOW.nanos() + 65_000_000_000);
    assert_eq!(client.say_as(9, &set), None);
}

#[test]
fn connections_that_cannot_be_are_refused_with_the_reason() {
    let mut client = Client::registered();
    let refused = |client: &mut Client, message: &[u8]| {
        let reply = client.ask(message);
        let reply = Reply::decode(&reply).unwrap();
        assert_eq!(reply.general, 0x01);
        // Which connection, and how much of its path was left.
        assert_eq!((reply.data.len(), reply.data[8]), (10, 3));
        reply.extended_status().unwrap()
    };
    for serial in 0..32 {
        assert_eq!(client.ask(&forward_open(serial, 4_000)).get(2), Some(&0));
    }
    assert_eq!(refused(&mut client, &forward_open(0, 500)), 0x0100);
    assert_eq!(refused(&mut client, &forward_open(32, 500)), 0x0113);
    assert_eq!(refused(&mut client, &forward_open(32, 9_000)), 0x0109);
    let mut cyclic = forward_open(32, 500);
    cyclic[40] = 0x01;
    assert_eq!(refused(&mut client, &cyclic), 0x0103);
    for (at, value, expected) in [(1, 4, 0x0204), (0, 2, 0x0311), (3, 4, 0x0315), (5, 2, 0x0315)] {
        let mut elsewhere = forward_open(32, 500);
        let path = elsewhere.len() - 6;
        elsewhere[path + at] = value;
        assert_eq!(refused(&mut client, &elsewhere), expected);
    }
    let mut close = request(0x4E, &hex("20062401"), &hex("07f9 0000 4d00 f32b9532 0300 010020022401"));
    assert_eq!(client.ask(&close)[2], 0);
    assert_eq!(refused(&mut client, &close), 0x0107);
    close.truncate(12);
    assert_eq!(client.ask(&close)[2], 0x13);
}
