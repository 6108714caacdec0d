use super::*;
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::{prop_assert, prop_assert_eq, proptest};

/// What a client sends that lists, reads, writes, stops and leaves the connection.
fn conversation() -> Vec<Vec<u8>> {
    let mut client = Client::connected(300);
    client.say(&request(0x01, &hex("20012401"), &[]));
    client.say(&request(0x55, &hex("206b2400"), &hex("0300 0100 0200 0800")));
    client.say(&request(0x03, &hex("206c25000001"), &hex("0400 0400 0500 0200 0100")));
    client.say(&request(0x4C, &hex("206c25000001"), &hex("00000000 2c01")));
    client.say(&request(0x52, &named("STS"), &hex("0100 00000000")));
    client.say(&request(0x4D, &named("STS.Par.SWL"), &hex("ca00 0100 00005c42")));
    let read = request(0x4C, &named("STS.Load.LC[2]"), &hex("0200"));
    client.say(&several(&[&read, &read]));
    client.say(&request(0x4E, &named("STS.Job.OrderId"), &hex("0400 04000000 dfffffff")));
    client.say(&request(0x04, &hex("208b2401"), &hex("0100 0600 c0325cfff3590400")));
    client.say(&request(0x07, &hex("208e2401"), &[]));
    client.send(&packet(Command::LIST_IDENTITY, 0, &[]));
    client.turns.into_iter().filter(|(side, _)| *side == A).map(|(_, bytes)| bytes).collect()
}

fn answers<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<u8>, Plc) {
    let mut client = Client::new();
    let mut out = Vec::new();
    for piece in pieces {
        client.session.input(&mut client.plc, NOW, piece, &mut out);
    }
    (out, client.plc)
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_answers(cuts in vec(1..90_usize, 1..12)) {
        let all = conversation().concat();
        let (whole, plc) = answers(std::iter::once(all.as_slice()));
        let mut rest = all.as_slice();
        let pieces = cuts.iter().cycle().map_while(|cut| {
            let (piece, left) = rest.split_at_checked(*cut).unwrap_or((rest, &[]));
            rest = left;
            (!piece.is_empty()).then_some(piece)
        });
        let (cut, other) = answers(pieces);
        prop_assert_eq!(cut, whole);
        prop_assert_eq!(other.image, plc.image);
        prop_assert_eq!(other.mode, Mode::Stop);
    }

    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..400)) {
        let mut client = Client::connected(100);
        let mut out = Vec::new();
        client.session.input(&mut client.plc, NOW, &bytes, &mut out);
        datagram(&client.plc, ADDRESS, &bytes, &mut out);
        prop_assert!(client.session.waiting.len() <= bytes.len());
    }

    #[test]
    fn any_message_is_answered_within_the_connection(message in vec(any::<u8>(), 1..200)) {
        let mut client = Client::connected(100);
        prop_assert!(client.say(&message).len() <= 98);
        prop_assert!(client.ask(&message).len() <= 504);
    }

    #[test]
    fn any_service_on_any_place_is_answered(
        service in 0..0x80_u8, path in vec(0..7_usize, 1..4), data in vec(any::<u8>(), 0..40),
    ) {
        const PARTS: [&str; 7] =
            ["206b2401", "910353545300", "91044c6f6164", "91024c43", "2802", "2a00ffffffff", "206c25000101"];
        let path: Vec<u8> = path.iter().flat_map(|part| hex(PARTS[*part])).collect();
        let mut client = Client::connected(100);
        let reply = client.say(&request(service, &path, &data));
        prop_assert!(reply.len() <= 98 && reply[0] == service | 0x80);
    }

    #[test]
    fn damaged_conversations_are_survived(which in 0..13_usize, at in 0..200_usize, value: u8) {
        let mut client = Client::new();
        let mut out = Vec::new();
        for (number, mut bytes) in conversation().into_iter().enumerate() {
            if number == which {
                let at = at % bytes.len();
                bytes[at] = value;
            }
            client.session.input(&mut client.plc, NOW, &bytes, &mut out);
        }
        prop_assert!(client.session.waiting.len() <= 65_559);
    }
}

/// A header announces more than there may be, or data that never comes.
#[test]
fn what_waits_is_bounded() {
    let mut client = Client::new();
    let mut out = Vec::new();
    let mut head = packet(Command::NOP, 0, &[]);
    head[2..4].copy_from_slice(&[0xE7, 0xFF]);
    client.send(&head);
    for _ in 0..200 {
        client.send(&[0; 1_000]);
    }
    assert!(client.session.waiting.len() <= 65_535);
    head[2..4].copy_from_slice(&[0xE8, 0xFF]);
    assert_eq!(EtherNetIp::new(ADDRESS, 1).input(&mut client.plc, NOW, &head, &mut out), After::Close);
}
