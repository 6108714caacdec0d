//! Greeting, channel, chunks.

use super::*;

#[test]
fn a_client_is_greeted_with_limits_and_told_its_channel() {
    let mut client = Client::new();
    client.send(&hello(16_384, 0));
    let numbers: Vec<u32> =
        client.out[8..].chunks(4).map(|four| u32::from_le_bytes(four.try_into().unwrap())).collect();
    assert_eq!(numbers, [0, 65_535, 16_384, 1 << 20, 64]);
    let heard = client.send_open(0, 1);
    let [Heard::Message(message)] = &heard[..] else { panic!("{heard:?}") };
    let Body::OpenSecureChannelResponse(opened) = body(message) else { panic!("{message:?}") };
    let token = opened.security_token;
    assert_eq!((token.channel_id, token.token_id, token.revised_lifetime), (7, 1, 10_000));
    assert_eq!(token.created_at.timestamp(), Some(client.now));
}

#[test]
fn what_does_not_belong_to_the_connection_ends_it_with_the_reason() {
    let message = |client: &mut Client| client.chunk(MessageType::MESSAGE, ChunkKind::FINAL, &[0; 4]);
    let open = |change: &dyn Fn(&mut Client, &mut Vec<u8>)| {
        let mut client = Client::open(65_535, 0);
        let mut bytes = message(&mut client);
        change(&mut client, &mut bytes);
        client.send(&bytes)
    };
    let mut first = Client::new();
    let early = message(&mut first);
    assert_eq!(first.send(&early), [Heard::Error(0x807E)], "before a greeting");
    assert_eq!(Client::new().send(b"GET / HTTP/1.1\r\n"), [Heard::Error(0x807E)]);
    assert_eq!(Client::new().send(&hello(8_191, 0)), [Heard::Error(0x80AC)]);
    assert_eq!(open(&|_, bytes| *bytes = hello(65_535, 0)), [Heard::Error(0x807E)], "a second greeting");
    assert_eq!(
        open(&|_, bytes| bytes[4..8].copy_from_slice(&65_536_u32.to_le_bytes())),
        [Heard::Error(0x8080)]
    );
    assert_eq!(open(&|_, bytes| bytes[8] = 8), [Heard::Error(0x807F)], "another channel");
    assert_eq!(open(&|_, bytes| bytes[12] = 9), [Heard::Error(0x8087)], "an unknown token");
    assert_eq!(open(&|_, bytes| bytes[16] = 9), [Heard::Error(0x8088)], "a chunk is missing");
    assert_eq!(open(&|_, _| ()), [Heard::Error(0x8007)], "nothing that could be answered");
}

#[test]
fn a_channel_is_opened_once_with_no_security_and_renewed_once_it_is_open() {
    let mut client = Client::new();
    client.send(&hello(65_535, 0));
    assert_eq!(client.send_open(1, 1), [Heard::Error(0x807F)]);
    for (request_type, mode, error) in [(0, 3, 0x8054), (0, 1, 0x8053), (9, 1, 0x8053)] {
        assert_eq!(Client::open(65_535, 0).send_open(request_type, mode), [Heard::Error(error)]);
    }
    let policy = "http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256";
    let (message_type, security) = (MessageType::OPEN, Security::Asymmetric(security(policy)));
    let chunk = Chunk { message_type, kind: ChunkKind::FINAL, channel: 0, security, payload: &[0; 64] };
    let mut client = Client::new();
    client.send(&hello(65_535, 0));
    assert_eq!(client.send(&chunk.encode()), [Heard::Error(0x8055)]);
}

#[test]
fn after_a_renewal_the_old_token_is_good_until_the_next() {
    let mut client = Client::connected();
    client.send_open(1, 1);
    for token in [1, 2] {
        client.tokens = token;
        assert!(client.ask(631, read(&[value("STS07/Load/Net")], 0)).is_ok());
    }
    client.send_open(1, 1);
    client.tokens = 1;
    assert_eq!(client.say(631, read(&[value("STS07/Load/Net")], 0)), [Heard::Error(0x8087)]);
}

#[test]
fn a_request_is_put_together_from_chunks_and_one_given_up_is_forgotten() {
    let mut client = Client::connected();
    let message = client.message(631, read(&[value("STS07/Load/Net")], 0));
    let (first, second) = message.split_at(50);
    let of = MessageType::MESSAGE;
    for (kind, body) in [(ChunkKind::CONTINUED, first), (ChunkKind::ABORTED, second)] {
        client.last += 1;
        let chunk = client.chunk_of(of, kind, 77, body);
        assert_eq!(client.send(&chunk), []);
    }
    client.last += 1;
    let chunk = client.chunk_of(of, ChunkKind::CONTINUED, 78, first);
    assert_eq!(client.send(&chunk), []);
    client.last += 1;
    let chunk = client.chunk_of(of, ChunkKind::FINAL, 78, second);
    assert!(matches!(client.send(&chunk)[..], [Heard::Message(_)]));
}

#[test]
fn what_waits_is_bounded_in_bytes_and_chunks() {
    for (bytes, most) in [(65_000, 17), (1, 65)] {
        let mut client = Client::connected();
        let body = vec![0; bytes];
        for number in 1..=most {
            client.last += 1;
            let chunk = client.chunk_of(MessageType::MESSAGE, ChunkKind::CONTINUED, 77, &body);
            let heard = client.send(&chunk);
            assert_eq!(heard.is_empty(), number < most, "{number}");
            assert!(client.session.transport.waiting() <= 1 << 20);
        }
        assert_eq!(client.session.transport.waiting(), 0);
    }
}

#[test]
fn answers_are_cut_to_what_the_client_takes_and_refused_where_it_does_not_take_them() {
    let asked: Vec<_> = (0..400).map(|_| value("STS07/Job/Cntr")).collect();
    for (message_bytes, fits) in [(0, true), (9_000, true), (8_000, false)] {
        let mut client = Client::open(8_192, message_bytes);
        client.create();
        client.ask(467, activate(ExtensionObject::default())).unwrap();
        client.out.clear();
        assert_eq!(client.ask(631, read(&asked, 2)).map(|_| ()), if fits { Ok(()) } else { Err(0x80B9) });
        let first = Header::decode(&client.out).unwrap();
        assert_eq!(
            (first.size, first.kind == ChunkKind::CONTINUED),
            if fits { (8_192, true) } else { (52, false) }
        );
    }
}

#[test]
fn who_closes_the_channel_is_not_answered() {
    let mut client = Client::connected();
    let message = client.message(452, Body::Empty);
    let chunk = client.chunk(MessageType::CLOSE, ChunkKind::FINAL, &message);
    let mut out = Vec::new();
    assert_eq!(client.session.input(&mut client.plc, client.now, &chunk, &mut out), After::Close);
    assert!(out.is_empty() && client.session.session.is_none());
}
