use super::datagrams::play_cyclic;
use super::*;

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
