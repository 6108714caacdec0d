//! What holds for whatever comes.

use super::*;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::{Index, select};
use proptest::{prop_assert, prop_assert_eq, proptest};

/// What a client sends that looks around, reads, writes, calls, subscribes and leaves.
fn conversation() -> Vec<Vec<u8>> {
    let mut client = Client::connected();
    client.read(&[value("STS07/Load/Net"), attribute(NodeId::standard(2256), 13)], |_| ());
    let (swl, ids) = (Scalar::Float(50.0), [1]);
    let written = [write_value(node("STS07/Par/SWL"), &swl)];
    client.ask(673, Body::WriteRequest(WriteRequest { nodes_to_write: Array::of(&written) })).unwrap();
    let nodes = [BrowseDescription {
        node_id: node("STS07"),
        browse_direction: 2,
        reference_type_id: NodeId::standard(33),
        include_subtypes: Flag(1),
        node_class_mask: 0,
        result_mask: 63,
    }];
    client
        .ask(
            527,
            Body::BrowseRequest(BrowseRequest {
                view: ViewDescription { view_id: NodeId::default(), timestamp: DateTime(0), view_version: 0 },
                requested_max_references_per_node: 3,
                nodes_to_browse: Array::of(&nodes),
            }),
        )
        .unwrap();
    client
        .ask(
            787,
            Body::CreateSubscriptionRequest(CreateSubscriptionRequest {
                requested_publishing_interval: 100.0,
                requested_lifetime_count: 9,
                requested_max_keep_alive_count: 3,
                max_notifications_per_publish: 0,
                publishing_enabled: Flag(1),
                priority: 0,
            }),
        )
        .unwrap();
    let asked = PublishRequest { subscription_acknowledgements: Array::NULL };
    client.say(826, Body::PublishRequest(asked));
    let asked = DeleteSubscriptionsRequest { subscription_ids: Array::of(&ids) };
    client.say(847, Body::DeleteSubscriptionsRequest(asked));
    client.send_open(1, 1);
    client.sent
}

/// All that is answered to these pieces, and what the controller is left with.
fn answers<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<u8>, Plc) {
    let mut client = Client::new();
    let mut out = Vec::new();
    for piece in pieces {
        client.session.input(&mut client.plc, client.now, piece, &mut out);
        client.session.due(&mut client.plc, client.now, &mut out);
    }
    (out, client.plc)
}

/// The type of every request that has a body, and of some that are none.
const TYPES: &[u16] = &[
    397, 422, 428, 437, 446, 452, 461, 467, 473, 479, 488, 500, 527, 533, 554, 560, 566, 615, 631, 634, 664,
    673, 700, 712, 751, 763, 769, 775, 781, 787, 793, 799, 826, 832, 841, 847, 9_999,
];

/// Bytes that are often short counts, node ids and masks.
fn likely_bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(prop_oneof![6 => Just(0_u8), 2 => 1..4_u8, 1 => Just(0xff), 1 => any::<u8>()], 0..300)
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_answers(cuts in vec(1..300_usize, 1..12)) {
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
    }

    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..400)) {
        let mut client = Client::open(65_535, 0);
        let mut out = Vec::new();
        client.session.input(&mut client.plc, client.now, &bytes, &mut out);
        prop_assert!(client.session.transport.waiting() <= bytes.len());
    }

    #[test]
    fn damaged_conversations_are_survived(changes in vec((any::<Index>(), any::<Index>(), any::<u8>()), 1..6)) {
        let mut pieces = conversation();
        for (piece, at, byte) in changes {
            let piece = piece.index(pieces.len());
            let at = at.index(pieces[piece].len());
            pieces[piece][at] = byte;
        }
        let (out, _) = answers(pieces.iter().map(Vec::as_slice));
        heard(&out);
    }

    #[test]
    fn every_request_whatever_it_says_is_answered_or_waits(
        asked in vec((select(TYPES), likely_bytes()), 1..8), passes in vec(0..400_i64, 8),
    ) {
        let mut client = Client::connected();
        for ((type_id, bytes), milliseconds) in asked.iter().zip(passes) {
            let heard = client.say(*type_id, Body::Unread(bytes));
            prop_assert!(!heard.is_empty() || *type_id == 826, "{type_id}");
            if let Some(Heard::Error(_)) = heard.last() {
                break;
            }
            client.pass(milliseconds);
        }
    }
}
