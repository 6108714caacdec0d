use crate::{Leaving, Ledger, STRETCH_BYTES};
use proptest::collection::vec;
use proptest::prelude::*;
use quaywatch_model::{
    Address, Attribute, Content, DataClass, Disclosure, Ended, KeptNote, Mac, Moment, Scope, Side, Subject,
    Timestamp, Topic,
};

const CRANE: Address = Address::v4([10, 0, 7, 70]);
const VENDOR: Address = Address::v4([203, 0, 113, 9]);
/// Three containers with their weights.
const MOVES: &[u8] =
    br#"[{"container":"CSQU3054383","gross_kg":23450},{"container":"MWCU6059784","gross_kg":4100},
    {"container":"SUDU1910806","gross_kg":9120}]"#;

fn moment(second: u64) -> Moment {
    Moment { time: Timestamp::from_nanos(second as i64 * 1_000_000_000), frame: second }
}

/// A conversation of the crane (side A, client) with the vendor.
fn ended<'a>(bytes: [u64; 2], carries: DataClass, notes: &'a [KeptNote]) -> Ended<'a> {
    Ended {
        uid: &"C1",
        addresses: [CRANE, VENDOR],
        ports: [50_000, 443],
        macs: [Mac([2; 6]); 2],
        vlan: None,
        ip_protocol: 6,
        ethertype: 0,
        protocol: "http",
        carries,
        client: Side::A,
        beginning_seen: true,
        tunnelled: false,
        first: moment(1),
        last: moment(9).time,
        packets: [5, 5],
        bytes,
        state: "SF",
        hops_left: [64, 64],
        handshake_micros: [0, 0],
        notes,
    }
}

fn begun(ledger: &Ledger) -> Box<Leaving> {
    ledger.begun(&[CRANE, VENDOR]).unwrap()
}

fn body<'a>(bytes: &'a [u8], class: DataClass, ends: bool) -> Content<'a> {
    Content { from: Side::A, class, wire_bytes: bytes.len() as u64, bytes, ends }
}

fn of(told: &[Disclosure], class: DataClass) -> &Disclosure {
    told.iter().find(|told| told.data_class == class).unwrap_or_else(|| panic!("no {class:?} in {told:#?}"))
}

#[test]
fn what_is_found_has_the_frame_it_was_found_in() {
    let mut ledger = Ledger::default();
    let mut leaving = begun(&ledger);
    ledger.content(&mut leaving, 20, &body(b"nothing of that kind", DataClass::Unknown, true));
    ledger.content(&mut leaving, 30, &body(MOVES, DataClass::Unknown, true));
    ledger.content(&mut leaving, 40, &body(b"nor here", DataClass::Unknown, true));
    let secret = KeptNote { from: Side::A, topic: Topic::ClearSecret, text: "PASS".into(), frame: 10 };
    ledger.ended(&mut leaving, &ended([1_000, 10], DataClass::Signalling, &[secret]));
    let told = finish(&mut ledger);
    assert_eq!(of(&told, DataClass::ContainerIds).frames, [30]);
    assert_eq!(of(&told, DataClass::Credentials).frames, [10]);
}

#[test]
fn a_posted_list_is_told_with_what_it_holds_and_all_else_as_the_protocol_carries_it() {
    let mut ledger = Ledger::default();
    let mut leaving = begun(&ledger);
    for piece in MOVES.chunks(20) {
        ledger.content(&mut leaving, 1, &body(piece, DataClass::Files, false));
    }
    ledger.content(&mut leaving, 1, &body(b"", DataClass::Files, true));
    let sent = MOVES.len() as u64 + 200;
    assert_eq!(ledger.ended(&mut leaving, &ended([sent, 999], DataClass::Signalling, &[])), None);
    let told = finish(&mut ledger);
    let containers = of(&told, DataClass::ContainerIds);
    assert_eq!((containers.bytes, containers.count), (MOVES.len() as u64, Some(3)));
    assert_eq!((containers.client, containers.recipient, containers.recipient_port), (CRANE, VENDOR, 443));
    assert_eq!(containers.recipient_scope, Scope::Internet);
    assert!(containers.samples.iter().all(|sample| sample.contains("••••")), "{:?}", containers.samples);
    let weights = of(&told, DataClass::Weights);
    assert_eq!((weights.bytes, weights.count), (0, Some(3)));
    assert_eq!(of(&told, DataClass::Signalling).bytes, 200);
    assert_eq!(told.len(), 3);
}

#[test]
fn what_cannot_be_read_is_told_with_its_volume_and_by_the_name_it_was_asked_for() {
    let mut ledger = Ledger::default();
    let mut leaving = begun(&ledger);
    let note = |topic, text: &str| KeptNote { from: Side::A, topic, text: text.to_owned(), frame: 4 };
    let notes = [note(Topic::Version, "TLSv13"), note(Topic::ServerName, "Remote.Example.com")];
    ledger.ended(&mut leaving, &ended([5_000_000, 7], DataClass::Encrypted, &notes));
    let told = finish(&mut ledger);
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].data_class, told[0].bytes, told[0].count), (DataClass::Encrypted, 5_000_000, None));
    assert_eq!(told[0].recipient_name.as_deref(), Some("remote.example.com"));
}

#[test]
fn a_recipient_without_a_name_of_its_own_has_the_one_it_was_looked_up_by() {
    let mut ledger = Ledger::default();
    let mut leaving = begun(&ledger);
    let fact = |ledger: &mut Ledger, second, name| {
        ledger.fact(moment(second), Subject::Address(VENDOR), Attribute::DomainName, name);
    };
    fact(&mut ledger, 7, "later.example.com");
    fact(&mut ledger, 3, "first.example.com.");
    ledger.ended(&mut leaving, &ended([10, 0], DataClass::Unknown, &[]));
    assert_eq!(finish(&mut ledger)[0].recipient_name.as_deref(), Some("first.example.com"));
}

#[test]
fn what_an_outsider_fetches_leaves_and_what_it_brings_does_not() {
    let mut ledger = Ledger::default();
    let mut leaving = begun(&ledger);
    let brought = Content { from: Side::B, ..body(MOVES, DataClass::Files, true) };
    ledger.content(&mut leaving, 1, &brought);
    ledger.content(&mut leaving, 1, &body(MOVES, DataClass::DatabaseRows, true));
    let ended = ended([MOVES.len() as u64, 5_000], DataClass::Signalling, &[]);
    ledger.ended(&mut leaving, &Ended { client: Side::B, ..ended });
    let told = finish(&mut ledger);
    assert!(told.iter().all(|told| (told.client, told.recipient, told.recipient_port) == (CRANE, VENDOR, 0)));
    assert_eq!(told.iter().map(|told| told.bytes).sum::<u64>(), MOVES.len() as u64);
    assert_eq!(of(&told, DataClass::ContainerIds).count, Some(3));
}

fn finish(ledger: &mut Ledger) -> Vec<Disclosure> {
    ledger.finish(&|ends| ends.map(Scope::without_a_site))
}

#[test]
fn conversations_inside_and_with_groups_do_not_cross() {
    let ledger = Ledger::default();
    for other in [[10, 0, 0, 1], [239, 1, 2, 3], [255, 255, 255, 255], [192, 168, 0, 9]] {
        assert!(ledger.begun(&[CRANE, Address::v4(other)]).is_none());
    }
}

#[test]
fn between_two_outsiders_the_client_is_taken_for_ours_unless_it_is_known_who_is_near() {
    let other = Address::v4([198, 51, 100, 7]);
    let told = |near: &[Address]| {
        let mut ledger = Ledger::default();
        let mut leaving = ledger.begun(&[other, VENDOR]).unwrap();
        let ended = ended([100, 900], DataClass::Unknown, &[]);
        ledger.ended(&mut leaving, &Ended { addresses: [other, VENDOR], ..ended });
        let scope = |at| if near.contains(&at) { Scope::Private } else { Scope::without_a_site(at) };
        let told = ledger.finish(&|ends| ends.map(scope));
        told.iter().map(|told| (told.client, told.bytes)).collect::<Vec<_>>()
    };
    assert_eq!(told(&[]), [(other, 100)]);
    assert_eq!(told(&[other]), [(other, 100)]);
    assert_eq!(told(&[VENDOR]), [(VENDOR, 900)]);
    assert_eq!(told(&[other, VENDOR]), []);
}

#[test]
fn one_list_in_a_long_stream_names_its_stretch_and_not_all_of_it() {
    let mut ledger = Ledger::default();
    let mut leaving = begun(&ledger);
    let noise = vec![0xaa; 1_000_000];
    for bytes in [&noise[..], MOVES, &noise[..]] {
        ledger.raw(&mut leaving, Side::A, 1, bytes, false);
    }
    let sent = 2_000_000 + MOVES.len() as u64;
    ledger.ended(&mut leaving, &ended([sent, 0], DataClass::Unknown, &[]));
    let told = finish(&mut ledger);
    assert_eq!(of(&told, DataClass::ContainerIds).bytes, STRETCH_BYTES);
    assert_eq!(of(&told, DataClass::Unknown).bytes, sent - STRETCH_BYTES);
}

#[test]
fn what_a_decoder_tells_replaces_what_was_raw() {
    let mut ledger = Ledger::default();
    let mut leaving = begun(&ledger);
    ledger.raw(&mut leaving, Side::A, 1, MOVES, false);
    ledger.recognised(&mut leaving, true);
    ledger.ended(&mut leaving, &ended([MOVES.len() as u64, 0], DataClass::Video, &[]));
    let told = finish(&mut ledger);
    assert_eq!(told.iter().map(|told| told.data_class).collect::<Vec<_>>(), [DataClass::Video]);
}

#[test]
fn what_was_found_before_a_decoder_began_stays_found() {
    let mut ledger = Ledger::default();
    let mut leaving = begun(&ledger);
    ledger.raw(&mut leaving, Side::A, 1, MOVES, false);
    ledger.recognised(&mut leaving, false);
    let sent = MOVES.len() as u64 + 100;
    ledger.ended(&mut leaving, &ended([sent, 0], DataClass::Video, &[]));
    let told = finish(&mut ledger);
    assert_eq!(of(&told, DataClass::ContainerIds).bytes, MOVES.len() as u64);
    assert_eq!(of(&told, DataClass::Video).bytes, 100);
}

#[test]
fn a_secret_in_clear_is_counted_and_not_told() {
    let mut ledger = Ledger::default();
    let mut leaving = begun(&ledger);
    let notes =
        [KeptNote { from: Side::A, topic: Topic::ClearSecret, text: "(masked)".to_owned(), frame: 4 }];
    ledger.ended(&mut leaving, &ended([10, 0], DataClass::Signalling, &notes));
    let told = finish(&mut ledger);
    assert_eq!(of(&told, DataClass::Credentials).count, Some(1));
    assert_eq!(of(&told, DataClass::Credentials).samples, ["secret in clear (masked)"]);
}

/// A conversation in which these bodies went out, all of them without a class.
fn sent(ledger: &mut Ledger, bodies: &[&str]) {
    let mut leaving = begun(ledger);
    for text in bodies {
        ledger.content(&mut leaving, 1, &body(text.as_bytes(), DataClass::Unknown, true));
    }
    let bytes = bodies.iter().map(|text| text.len() as u64).sum();
    ledger.ended(&mut leaving, &ended([bytes, 0], DataClass::Signalling, &[]));
}

fn bytes_and_count(told: &[Disclosure]) -> Vec<(DataClass, u64, Option<u64>)> {
    told.iter().map(|told| (told.data_class, told.bytes, told.count)).collect()
}

#[test]
fn a_number_without_context_does_not_become_a_container_beside_a_real_one() {
    let (serial, real) = (r#"{"serial":"ABCU1234560"}"#, r#"{"container":"MWCU6059784"}"#);
    for bodies in [[serial, real], [real, serial]] {
        let (mut one, mut several) = (Ledger::default(), Ledger::default());
        sent(&mut one, &bodies);
        bodies.iter().for_each(|body| sent(&mut several, &[body]));
        for ledger in [&mut one, &mut several] {
            let expected = [
                (DataClass::ContainerIds, real.len() as u64, Some(1)),
                (DataClass::Unknown, serial.len() as u64, None),
            ];
            let mut told = bytes_and_count(&finish(ledger));
            told.sort();
            assert_eq!(told, expected, "{bodies:?}");
        }
    }
}

#[test]
fn numbers_without_context_in_several_bodies_of_a_conversation_name_all_of_these_bodies() {
    let mut ledger = Ledger::default();
    sent(&mut ledger, &["CSQU3054383", "nothing", "MWCU6059784"]);
    let mut told = bytes_and_count(&finish(&mut ledger));
    told.sort();
    assert_eq!(told, [(DataClass::ContainerIds, 22, Some(2)), (DataClass::Unknown, 7, None)]);
}

#[test]
fn what_is_refuted_by_all_conversations_together_has_no_bytes_either() {
    let mut ledger = Ledger::default();
    sent(&mut ledger, &["CSQU3054383 MWCU6059784"]);
    sent(&mut ledger, &["CSQU3054384 MWCU6059785"]);
    assert_eq!(bytes_and_count(&finish(&mut ledger)), [(DataClass::Unknown, 46, None)]);
}

#[test]
fn bodies_of_readings_are_values_of_the_process() {
    let mut ledger = Ledger::default();
    sent(&mut ledger, &[r#"{"hoistPosition":12.3,"wind":7}"#]);
    assert_eq!(bytes_and_count(&finish(&mut ledger)), [(DataClass::ProcessValues, 31, None)]);
}

/// A question to one machine of the vendor's network, that `answers` packets answered.
fn knock(ledger: &mut Ledger, last: u8, bytes: &[u8], answers: u64) {
    let addresses = [CRANE, Address::v4([203, 0, 113, last])];
    let mut leaving = ledger.begun(&addresses).unwrap();
    ledger.raw(&mut leaving, Side::A, 1, bytes, true);
    let ended = ended([bytes.len() as u64, answers * 8], DataClass::Unknown, &[]);
    let first = moment(u64::from(last));
    ledger.ended(&mut leaving, &Ended { addresses, packets: [1, answers], first, ip_protocol: 17, ..ended });
}

#[test]
fn what_a_sweep_sends_to_machines_that_do_not_answer_is_one_row_with_all_bytes_of_it() {
    let mut ledger = Ledger::default();
    (1..=40).for_each(|last| knock(&mut ledger, last, b"who is there", 0));
    knock(&mut ledger, 41, b"who is there", 1);
    knock(&mut ledger, 42, MOVES, 0);
    let told = finish(&mut ledger);
    let tried: Vec<_> =
        told.iter().filter_map(|row| Some((row.tried?, row.bytes, row.conversations))).collect();
    assert_eq!(tried, [(40, 40 * 12, 40)]);
    assert_eq!(told.iter().find(|row| row.tried.is_some()).unwrap().recipient_scope, Scope::Internet);
    let answered = told.iter().find(|row| row.recipient == Address::v4([203, 0, 113, 41])).unwrap();
    assert_eq!((answered.tried, answered.bytes), (None, 12));
    let containers = of(&told, DataClass::ContainerIds);
    assert_eq!(
        (containers.recipient, containers.tried),
        (Address::v4([203, 0, 113, 42]), None),
        "it left all the same"
    );
    assert_eq!(told.iter().map(|row| row.bytes).sum::<u64>(), 41 * 12 + MOVES.len() as u64);
}

#[test]
fn a_few_machines_that_do_not_answer_are_told_one_by_one() {
    let mut ledger = Ledger::default();
    (1..=9).for_each(|last| knock(&mut ledger, last, b"who is there", 0));
    let told = finish(&mut ledger);
    assert_eq!((told.len(), told.iter().filter(|row| row.tried.is_some()).count()), (9, 0));
}

/// A step of a conversation: raw bytes, or a piece of content, from either side.
#[derive(Debug, Clone)]
struct Step {
    from: bool,
    class: Option<usize>,
    wire_bytes: u64,
    moves: bool,
    ends: bool,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step =
        (any::<bool>(), proptest::option::of(0..DataClass::COUNT), 0..500_u64, any::<bool>(), any::<bool>());
    vec(
        step.prop_map(|(from, class, wire_bytes, moves, ends)| Step { from, class, wire_bytes, moves, ends }),
        0..30,
    )
}

fn play(ledger: &mut Ledger, steps: &[Step], ended: &Ended<'_>) {
    let mut leaving = begun(ledger);
    for Step { from, class, wire_bytes, moves, ends } in steps {
        let from = if *from { Side::A } else { Side::B };
        let bytes = if *moves { MOVES } else { b"" };
        match class {
            None => ledger.raw(&mut leaving, from, 1, bytes, *ends),
            Some(class) => {
                let (class, wire_bytes, ends) = (DataClass::ALL[*class], *wire_bytes, *ends);
                ledger.content(&mut leaving, 1, &Content { from, class, wire_bytes, bytes, ends });
            }
        }
    }
    ledger.ended(&mut leaving, ended);
}

proptest! {
    #[test]
    fn the_classes_add_up_to_what_was_sent_whatever_is_told(
        steps in steps(),
        sent in 0..20_000_u64,
        carries in 0..DataClass::COUNT,
        by_crane: bool,
    ) {
        let mut ledger = Ledger::default();
        let client = if by_crane { Side::A } else { Side::B };
        let ended = Ended { client, ..ended([sent, 777], DataClass::ALL[carries], &[]) };
        play(&mut ledger, &steps, &ended);
        prop_assert_eq!(ledger.looked_into_bytes(), 0);
        prop_assert_eq!(finish(&mut ledger).iter().map(|told| told.bytes).sum::<u64>(), sent);
    }

    #[test]
    fn two_workers_find_what_one_does(conversations in vec((steps(), any::<bool>(), 0..9_u64), 0..8)) {
        let mut one = Ledger::default();
        let mut workers = [Ledger::default(), Ledger::default()];
        for (steps, worker, second) in &conversations {
            let ended = ended([10_000, 10], DataClass::Signalling, &[]);
            let ended = Ended { first: moment(*second), last: moment(second + 2).time, ..ended };
            play(&mut one, steps, &ended);
            play(&mut workers[usize::from(*worker)], steps, &ended);
            for ledger in [&mut one, &mut workers[usize::from(!worker)]] {
                ledger.fact(moment(*second), Subject::Address(VENDOR), Attribute::DomainName, &format!("host{second}"));
            }
        }
        let [mut first, second] = workers;
        first.merge(second);
        prop_assert_eq!(finish(&mut one), finish(&mut first));
    }
}
