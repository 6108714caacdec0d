use super::alarm::{PduType, Rta};
use super::dcp::{Message, Selector, Service, ServiceType, push_block};
use super::wire::{Cyclic, DataStatus, ETHERTYPE, FrameId};
use super::{PROTOCOL, asked, cyclic};
use crate::testing::{Player, Recorder, play};
use crate::{Answer, Context, Conversation, Memory, Probe, Shared, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};
use quaywatch_model::{Moment, Timestamp};

mod properties;
mod real_time;

const ETHERNET: Transport = Transport::Ethernet(ETHERTYPE);

/// Frames 1 to 4 of `ChangeIPUsingDCP.pcap` (ITI/ICS-Security-Tools): a switch is asked who it is and is given
/// another address.
const WHO: &str = "fefe0500010000010001_0004_ffff0000_0000000000000000000000000000000000000000";
const I_AM: &str = "feff050101000001 0000 005e \
    0205001c0000 0101 0102 0201 0202 0203 0204 0205 033d 0501 0502 0503 0504 ffff \
    020100050000494e4300 0202000b0000583230382d424f5244_00 0203000600_00002a0a01 020400040000_0100 \
    0102000e0001 c0a80006 ffffff00 c0a80001";
const SET_IP: &str = "fefd0400010000010000 0012 0102000e0001 c0a8000a ffffff00 c0a80001 00000000";
const SET_IP_OK: &str = "fefd040101000001 0000 0008 0504000301020000 00000000000000000000";
/// Frames 3 and 4 of `profinet-wireshark-bug.pcap`: the name is set to a format string, in a transaction.
const SET_NAME: &str = "fefd0400010000010000 0014 020200090001 256e256e256e20 00 050200020000";
const SET_NAME_OK: &str = "fefd040101000001 0000 0010 0504000302020000 0504000305020000";
/// Frame 41 of `working-profinet-recording-plc4x.pcapng` (apache/plc4x): cyclic data of a drive.
const CYCLIC: &str =
    "bbf0 00000000000000000000000000000000000000000000000000000000000000000000000000000000 7c00 35 00";

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks_exact(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}

fn hear(turns: &[(Side, &str)]) -> Recorder {
    let turns: Vec<(Side, Vec<u8>)> = turns.iter().map(|&(side, hex)| (side, bytes(hex))).collect();
    let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
    play(&PROTOCOL, ETHERNET, [0, 0], &turns)
}

fn dcp(
    frame_id: FrameId,
    service: Service,
    kind: u8,
    xid: u32,
    blocks: &[(Selector, Option<u16>, &[u8])],
) -> Vec<u8> {
    let mut data = Vec::new();
    for &(selector, info, value) in blocks {
        push_block(&mut data, selector, info, value);
    }
    let kind = ServiceType(kind);
    let mut frame = Vec::new();
    Message { frame_id, service, kind, xid, response_delay: 0, data: &data }.encode(&mut frame);
    frame
}

fn set(blocks: &[(Selector, Option<u16>, &[u8])]) -> Vec<u8> {
    dcp(FrameId::GET_SET, Service::SET, 0, 7, blocks)
}

fn set_answer(of: Selector, error: u8) -> Vec<u8> {
    let told = [of.option, of.suboption, error];
    dcp(FrameId::GET_SET, Service::SET, 1, 7, &[(Selector::RESPONSE, None, &told)])
}

fn operations_of(turns: &[(Side, &[u8])]) -> Vec<String> {
    play(&PROTOCOL, ETHERNET, [0, 0], turns).operations
}

fn cyclic_frame(counter: u16, status: u8) -> Vec<u8> {
    let mut frame = Vec::new();
    let data_status = DataStatus(status);
    let frame_id = FrameId(0x8001);
    Cyclic { frame_id, data: &[0; 40], cycle_counter: counter, data_status, transfer_status: 0 }
        .encode(&mut frame);
    frame
}

#[test]
fn a_question_to_one_station_is_paired_with_its_answer() {
    let heard = hear(&[(A, WHO), (B, I_AM)]);
    assert_eq!(
        heard.operations,
        ["A: Identify identify (0x05): device options = [mac address, ip parameter, type of station, \
          name of station, device id, device role, device options, dhcp client identifier, start transaction, \
          end transaction, signal, response, all]; type of station = \"INC\"; name of station = \"X208-BORD\"; \
          vendor id = 42; device id = 2561; device role = io device; ip address = 192.168.0.6; \
          subnet mask = 255.255.255.0; gateway = 192.168.0.1; ip address origin = \"set\" -> accepted"]
    );
    assert_eq!(heard.frames, [(1, 2)]);
    assert!(heard.problems.is_empty(), "{:?}", heard.problems);
}

#[test]
fn setting_an_address_is_set_network_and_tells_whether_it_stays() {
    let heard = hear(&[(A, SET_IP), (B, SET_IP_OK)]);
    assert_eq!(
        heard.operations,
        ["A: SetNetwork set (0x04): ip address = 192.168.0.10; subnet mask = 255.255.255.0; \
          gateway = 192.168.0.1; ip parameter qualifier = \"permanent\" -> accepted"]
    );
    assert_eq!(heard.frames, [(1, 2)]);
}

#[test]
fn several_blocks_of_one_set_are_items_of_one_operation() {
    let heard = hear(&[(A, SET_NAME), (B, SET_NAME_OK)]);
    assert_eq!(
        heard.operations,
        [
            "A: SetNetwork set (0x04): name of station = \"%n%n%n \"; name of station qualifier = \"permanent\"; \
          end transaction; end transaction qualifier = \"temporary\" -> accepted"
        ]
    );
}

#[test]
fn a_refused_block_makes_the_set_refused_with_the_devices_code() {
    let asked = set(&[
        (Selector::NAME_OF_STATION, Some(1), b"crane-07-hoist"),
        (Selector::IP_PARAMETER, Some(0), &[10, 0, 7, 3, 255, 255, 0, 0, 10, 0, 0, 1]),
    ]);
    let mut data = Vec::new();
    push_block(&mut data, Selector::RESPONSE, None, &[2, 2, 0]);
    push_block(&mut data, Selector::RESPONSE, None, &[1, 2, 6]);
    let kind = ServiceType::RESPONSE;
    let mut answer = Vec::new();
    let (frame_id, service) = (FrameId::GET_SET, Service::SET);
    Message { frame_id, service, kind, xid: 7, response_delay: 0, data: &data }.encode(&mut answer);
    assert_eq!(
        operations_of(&[(A, &asked), (B, &answer)]),
        ["A: SetNetwork set (0x04): name of station = \"crane-07-hoist\"; name of station qualifier = \
          \"permanent\"; ip address = 10.0.7.3 [set_not_possible_in_operation (0x06)]; subnet mask = 255.255.0.0 \
          [set_not_possible_in_operation (0x06)]; gateway = 10.0.0.1 [set_not_possible_in_operation (0x06)]; \
          ip parameter qualifier = \"temporary\" [set_not_possible_in_operation (0x06)] -> refused \
          set_not_possible_in_operation (0x06)"]
    );
}

#[test]
fn a_reset_outweighs_what_else_is_set_and_names_what_it_resets() {
    let asked =
        set(&[(Selector::NAME_OF_STATION, Some(1), b""), (Selector::RESET_TO_FACTORY, Some(0x0008), b"")]);
    let answer = set_answer(Selector::RESET_TO_FACTORY, 0);
    assert_eq!(
        operations_of(&[(B, &asked), (A, &answer)]),
        ["B: Reset set (0x04): name of station = \"\"; name of station qualifier = \"permanent\"; \
          reset to factory = \"all stored data\" -> accepted"]
    );
    let old = set(&[(Selector::FACTORY_RESET, Some(0), b"")]);
    assert_eq!(operations_of(&[(A, &old)]), ["A: Reset set (0x04): factory reset -> unseen"]);
}

#[test]
fn making_a_station_blink_changes_nothing_and_is_identify() {
    let asked = set(&[(Selector::SIGNAL, Some(0), &[1, 0])]);
    assert_eq!(
        operations_of(&[(A, &asked), (B, &set_answer(Selector::SIGNAL, 0))]),
        ["A: Identify set (0x04): signal = \"flash once\" -> accepted"]
    );
}

#[test]
fn a_set_of_the_makers_own_is_opaque() {
    let asked = set(&[(Selector::new(0x81, 3), Some(0), &[1, 2])]);
    assert_eq!(
        operations_of(&[(A, &asked), (B, &set_answer(Selector::new(0x81, 3), 0))]),
        ["A: Opaque set (0x04): option 129/3 = 0102; option 129/3 qualifier = \"temporary\" -> accepted"]
    );
}

#[test]
fn a_get_tells_what_was_read_and_what_was_refused() {
    let mut asked = dcp(FrameId::GET_SET, Service::GET, 0, 9, &[]);
    asked.splice(10.., [0, 4, 2, 2, 1, 3]);
    let answer = dcp(
        FrameId::GET_SET,
        Service::GET,
        1,
        9,
        &[(Selector::NAME_OF_STATION, Some(0), b"trolley"), (Selector::RESPONSE, None, &[1, 3, 2])],
    );
    assert_eq!(
        operations_of(&[(A, &asked), (B, &answer)]),
        [
            "A: Read get (0x03): name of station = \"trolley\"; full ip suite [suboption_not_supported (0x02)] -> \
          accepted"
        ]
    );
    let nothing = dcp(FrameId::GET_SET, Service::GET, 1, 9, &[(Selector::RESPONSE, None, &[1, 3, 2])]);
    assert_eq!(
        operations_of(&[(A, &asked), (B, &nothing)]),
        ["A: Read get (0x03): full ip suite [suboption_not_supported (0x02)] -> refused \
          suboption_not_supported (0x02)"]
    );
    assert_eq!(
        operations_of(&[(A, &asked)]),
        ["A: Read get (0x03): name of station; full ip suite -> unseen"]
    );
}

#[test]
fn every_block_of_the_standard_is_told_in_its_fields() {
    let blocks: [(Selector, Option<u16>, &[u8]); 13] = [
        (Selector::MAC_ADDRESS, Some(0), &[0, 0x1b, 0x1b, 1, 2, 3]),
        (
            Selector::FULL_IP_SUITE,
            Some(0x81),
            &[10, 0, 0, 9, 255, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2, 0, 0, 0, 0],
        ),
        (Selector::DEVICE_ROLE, Some(0), &[3, 0]),
        (Selector::ALIAS_NAME, Some(0), b"port-001.plc"),
        (Selector::DEVICE_INSTANCE, Some(0), &[0, 100]),
        (Selector::OEM_DEVICE_ID, Some(0), &[1, 2, 3, 4]),
        (Selector::STANDARD_GATEWAY, Some(0), &[10, 0, 0, 1]),
        (Selector::RSI_PROPERTIES, Some(0), &[0, 1]),
        (Selector::DEVICE_INITIATIVE, Some(0), &[0, 1]),
        (Selector::new(3, 61), Some(0), &[61, 6, 0, b'h', b'o', b'i', b's', b't']),
        (Selector::new(3, 255), Some(0), &[255, 1, 2]),
        (Selector::new(7, 1), Some(0), b"0123456789abcdefberth-4"),
        (Selector::DEVICE_ID, Some(0), &[1]),
    ];
    let hello = dcp(FrameId::HELLO, Service::HELLO, 0, 0, &blocks);
    assert_eq!(
        operations_of(&[(A, &hello)]),
        ["B: Subscribe hello (0x06): mac address = 00:1b:1b:01:02:03; ip address = 10.0.0.9; \
          subnet mask = 255.0.0.0; gateway = 0.0.0.0; dns server = 10.0.0.2; ip address origin = \"set\"; \
          ip address conflict = true; device role = io device, io controller; alias name = \"port-001.plc\"; \
          device instance = 100; oem vendor id = 258; oem device id = 772; standard gateway = 10.0.0.1; \
          rsi properties = 1; device initiative = 1; dhcp client identifier = \"hoist\"; \
          dhcp control = \"use dhcp\"; tsn domain uuid = 30313233343536373839616263646566; \
          tsn domain name = \"berth-4\"; device id = 01 -> accepted"]
    );
}

#[test]
fn names_that_are_no_text_are_told_as_bytes_and_filling_zeroes_are_not_told() {
    let answer = |name: &[u8]| {
        let frame_id = FrameId::IDENTIFY_RESPONSE;
        dcp(frame_id, Service::IDENTIFY, 1, 1, &[(Selector::NAME_OF_STATION, Some(0), name)])
    };
    assert_eq!(
        operations_of(&[(B, &answer(&[0xFF, 0xFE])), (B, &answer(b"gantry\0\0\0"))]),
        [
            "A: Identify identify (0x05): name of station = fffe -> accepted",
            "A: Identify identify (0x05): name of station = \"gantry\" -> accepted",
        ]
    );
}

#[test]
fn an_answer_without_its_request_and_a_request_that_is_not_supported_are_told() {
    let heard = hear(&[(A, SET_IP_OK), (B, "fefd0405010000020000 0000")]);
    assert_eq!(
        heard.operations,
        [
            "B: SetNetwork set (0x04): ip parameter -> accepted",
            "A: Opaque set (0x04) -> refused request_not_supported (0x05)",
        ]
    );
    assert_eq!(heard.frames, [(0, 1), (0, 2)]);
}

#[test]
fn a_set_that_was_not_answered_is_unanswered_only_if_answers_were_heard_and_none_were_lost() {
    let unheard = |acts: fn(&mut Player)| {
        let mut player = Player::new(&PROTOCOL, ETHERNET, [0, 0]);
        acts(player.say(A, &bytes(SET_NAME)).say(B, &bytes(SET_NAME_OK)).say(A, &bytes(SET_IP)));
        player.wait_seconds(9).end().operations.pop().unwrap()
    };
    let lose_one = |player: &mut Player| {
        player.lose(B, 1);
    };
    assert!(unheard(|_| {}).ends_with("-> unanswered"));
    assert!(unheard(lose_one).ends_with("-> unseen"));
}

/// Several conversations that share what the protocol remembers across them.
struct Segment {
    memory: Memory,
    shared: Shared,
    heard: Recorder,
    frame: u64,
}

impl Segment {
    fn new() -> Self {
        let memory = Memory::new(1 << 20);
        Self { memory, shared: Shared::default(), heard: Recorder::default(), frame: 0 }
    }

    fn pair() -> Box<dyn Conversation> {
        let probe =
            Probe { transport: ETHERNET, ports: [0, 0], from: A, bytes: &[], answer: &[], expected: None };
        (PROTOCOL.start)(&probe)
    }

    fn with(&mut self, act: impl FnOnce(&mut Context<'_>)) {
        self.frame += 1;
        let time = Timestamp::from_nanos(self.frame as i64 * 1_000_000);
        act(&mut Context {
            now: Moment { time, frame: self.frame },
            addresses: crate::testing::ADDRESSES,
            ports: [0, 0],
            opened: None,
            wanted: crate::Wanted::default(),
            memory: &mut self.memory,
            shared: &mut self.shared,
            sink: &mut self.heard,
        });
    }

    fn say(&mut self, pair: &mut Box<dyn Conversation>, from: Side, frame: &[u8]) {
        self.with(|cx| pair.data(cx, from, frame));
    }

    fn end(&mut self, pairs: impl IntoIterator<Item = Box<dyn Conversation>>) -> Recorder {
        for mut pair in pairs {
            self.with(|cx| pair.end(cx));
        }
        assert_eq!(self.memory.held_bytes(), 0);
        std::mem::take(&mut self.heard)
    }
}

#[test]
fn every_answer_to_a_multicast_question_is_an_operation_that_knows_the_question() {
    let mut segment = Segment::new();
    let [mut question, mut hoist, mut boom] = [(); 3].map(|()| Segment::pair());
    let answer = |name: &[u8]| {
        let frame_id = FrameId::IDENTIFY_RESPONSE;
        dcp(frame_id, Service::IDENTIFY, 1, 0x0100_0001, &[(Selector::NAME_OF_STATION, Some(0), name)])
    };
    segment.say(&mut question, A, &bytes(WHO));
    segment.say(&mut hoist, B, &answer(b"hoist"));
    segment.say(&mut boom, A, &answer(b"boom"));
    assert_eq!(hoist.client(), Some(A));
    assert_eq!(boom.client(), Some(B));
    let heard = segment.end([question, hoist, boom]);
    assert_eq!(
        heard.operations,
        [
            "A: Identify identify (0x05): name of station = \"hoist\" -> accepted",
            "B: Identify identify (0x05): name of station = \"boom\" -> accepted",
        ]
    );
    assert_eq!(heard.frames, [(1, 2), (1, 3)]);
}

#[test]
fn a_question_nobody_answers_is_told_once_with_what_it_looked_for() {
    let looked_for = dcp(
        FrameId::IDENTIFY,
        Service::IDENTIFY,
        0,
        5,
        &[(Selector::NAME_OF_STATION, None, b"crane-07-spreader")],
    );
    let mut segment = Segment::new();
    let [mut question, mut other] = [(); 2].map(|()| Segment::pair());
    segment.say(&mut question, A, &bytes(WHO));
    segment.say(&mut other, B, &bytes(I_AM));
    segment.say(&mut question, A, &looked_for);
    segment.frame += 9_000;
    let heard = segment.end([question, other]);
    assert_eq!(
        heard.operations[1..],
        ["A: Identify identify (0x05): name of station = \"crane-07-spreader\" -> unanswered"]
    );
}

#[test]
fn no_more_questions_are_remembered_than_the_limit_says() {
    let mut segment = Segment::new();
    let [mut asking, mut answering] = [(); 2].map(|()| Segment::pair());
    for xid in 0..=asked::MOST_QUESTIONS as u32 {
        segment.say(
            &mut asking,
            A,
            &dcp(FrameId::IDENTIFY, Service::IDENTIFY, 0, xid, &[(Selector::ALL, None, b"")]),
        );
    }
    for xid in [0, 1] {
        segment.say(&mut answering, B, &dcp(FrameId::IDENTIFY_RESPONSE, Service::IDENTIFY, 1, xid, &[]));
    }
    let answered: Vec<(u64, u64)> =
        segment.heard.frames.iter().copied().filter(|frames| frames.1 != 0).collect();
    assert_eq!(answered, [(0, 258), (2, 259)], "the first question was forgotten, the second not");
    segment.end([asking, answering]);
}

#[test]
fn what_is_not_read_is_counted_with_its_cause() {
    let heard = hear(&[
        (A, "ff80 0102"),
        (A, "fe02 0102"),
        (A, "0001 02"),
        (A, "fe"),
        (A, "fefd 04"),
        (A, "ff40 00"),
    ]);
    assert!(heard.operations.is_empty());
    assert_eq!(
        heard.problems,
        [
            "profinet: fragment not joined (unsupported)",
            "profinet: remote service interface (unsupported)",
            "profinet: FrameID that is not in use (malformed)",
            "profinet: frame without FrameID (malformed)",
            "profinet: frame shorter than it says (malformed)",
        ]
    );
}

#[test]
fn a_block_that_runs_past_the_message_is_a_problem_and_what_stands_before_it_is_told() {
    let heard = hear(&[(A, "fefd0400000000070000 0012 0202 0006 0001 706c6331 0102 00ff 0001 c0a8")]);
    assert_eq!(heard.problems, ["profinet: DCP block runs past the message (malformed)"]);
    assert_eq!(
        heard.operations,
        [
            "A: SetNetwork set (0x04): name of station = \"plc1\"; name of station qualifier = \"permanent\" -> unseen"
        ]
    );
}

#[test]
fn time_synchronisation_alone_is_named_and_gives_way_to_what_else_is_spoken() {
    let mut player = Player::new(&PROTOCOL, ETHERNET, [0, 0]);
    assert_eq!(player.say(A, &bytes("ff40 0000")).conversation().protocol(), "profinet_ptcp");
    assert_eq!(player.say(A, &bytes(WHO)).conversation().protocol(), "profinet");
    player.end();
}

#[test]
fn the_probe_knows_its_own_by_content() {
    let ask = |hex| {
        let bytes = bytes(hex);
        (PROTOCOL.probe)(&Probe {
            transport: ETHERNET,
            ports: [0, 0],
            from: A,
            bytes: &bytes,
            answer: &[],
            expected: None,
        })
    };
    for own in [WHO, I_AM, SET_IP, CYCLIC, "ff40 0000"] {
        assert_eq!(ask(own), Answer::Certain);
    }
    for other in ["", "fe", "0001 0000", "fefd 04", "8000 0000"] {
        assert_eq!(ask(other), Answer::No);
    }
}

#[test]
fn an_idle_conversation_is_small() {
    assert!(size_of::<super::state::Profinet>() <= 200);
}
