use super::*;

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
    let probe = |bytes| Probe {
        transport: Transport::Udp,
        ports: [2222, 2222],
        from: A,
        bytes,
        answer: &[],
        expected: None,
    };
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
            "A: Subscribe connected_data (0x00B1): connection 0x00000010; run (header assumed) = true -> accepted",
            "A: Subscribe connected_data (0x00B1): connection 0x00000020 -> accepted",
            "A: Subscribe connected_data (0x00B1): connection 0x00000010; run (header assumed) = false -> accepted",
            "A: Subscribe connected_data (0x00B1): connection 0x00000010; run (header assumed) = true -> accepted",
        ]
    );
    assert_eq!(heard.frames, [(0, 1), (0, 3), (0, 4), (0, 7)]);
}

pub(super) fn play_cyclic(turns: &[(Side, Vec<u8>)]) -> Recorder {
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
            (PROTOCOL.start)(&Probe {
                transport,
                ports: PORTS,
                from: A,
                bytes: &[],
                answer: &[],
                expected: None,
            })
        };
        let (memory, shared, heard) = (Memory::new(1 << 20), Shared::default(), Recorder::default());
        Self { sides: transports.map(start), memory, shared, heard, frame: 0 }
    }

    fn with(&mut self, which: usize, act: impl FnOnce(&mut dyn Conversation, &mut Context<'_>)) {
        self.frame += 1;
        let now =
            Moment { time: Timestamp::from_nanos(self.frame as i64 * 1_000_000_000), frame: self.frame };
        let (memory, shared, sink) = (&mut self.memory, &mut self.shared, &mut self.heard);
        act(
            self.sides[which].as_mut(),
            &mut Context {
                now,
                addresses: crate::testing::ADDRESSES,
                ports: [0, 0],
                opened: None,
                wanted: crate::Wanted::default(),
                memory,
                shared,
                sink,
            },
        );
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
            "A: ChangeMode connected_data (0x00B1): connection 0x00790301; run = true -> accepted",
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
