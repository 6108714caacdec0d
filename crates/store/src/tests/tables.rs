//! The lines of each table, key by key.

use super::support::*;
use crate::{ConversationRow, HandshakeRow, ROW_LIMIT_BYTES, Transport};
use quaywatch_model::{
    Coded, Direction, FinishedTransfer, Item, KeptNote, Number, Operation, Outcome, Problem, Side, Topic,
    TransferKind, Value, Verb, Verdict,
};
use std::borrow::Cow;

#[test]
fn an_operation_is_one_line_with_the_documented_columns_in_their_order() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = store(dir.path());
    let mut rows = store.rows();
    let values = Members(vec![Value::Unsigned(7), Value::Signed(-8), Value::Float(0.5), Value::Bool(true)]);
    let items = Listed(vec![
        Item::valued(&"holding 100..101", Value::List(&values)),
        Item {
            object: &"DB1.DBD4",
            value: Some(Value::Bytes(&[0xDE, 0xAD])),
            previous: Some(Value::Text("a\"b")),
            code: Some(Coded::new("data_type_error", Number::Hex16(0x0A02))),
            tag: None,
        },
        Item::valued(&"password", Value::Secret),
        Item::valued(&"clock", Value::Shown(&"2026-01-01")),
    ]);
    let operation = Operation {
        request: Some(moment(1, 12)),
        reply: Some(moment(900_000, 15)),
        via: &Route(vec![&"Unconnected Send (0x52)", &"port 1 slot 2"]),
        items: &items,
        code: Some(Coded::new("illegal_data_address", Number::Hex8(2))),
        bytes: Some(4),
        unit: Some(255),
        ..Operation::new(
            Side::B,
            Verb::Write,
            Coded::new("write_multiple_registers", Number::Hex8(0x10)),
            Outcome::Refused,
        )
    };
    rows.operation(&label("C1"), "modbus", &operation);
    let written = store.finish(vec![rows]).unwrap();

    assert_eq!(written.operations, 1);
    assert_eq!(
        text(dir.path(), "operations"),
        concat!(
            r#"{"time":"2026-11-23T09:00:37.000000001Z","uid":"C1","#,
            r#""community_id":"1:wCb3OG7yAFWelaUydu0D+125CLM=","client":"10.0.0.2","server":"10.0.0.1","#,
            r#""protocol":"modbus","verb":"Write","function":"write_multiple_registers (0x10)","#,
            r#""via":["Unconnected Send (0x52)","port 1 slot 2"],"#,
            r#""items":[{"object":"holding 100..101","value":[7,-8,0.5,true]},"#,
            r#"{"object":"DB1.DBD4","value":"dead","previous":"a\"b","code":"data_type_error (0x0A02)"},"#,
            r#"{"object":"password","value":"(masked)"},{"object":"clock","value":"2026-01-01"}],"#,
            r#""outcome":"refused","code":"illegal_data_address (0x02)","bytes":4,"unit":255,"#,
            r#""frames":[12,15]}"#,
            "\n"
        )
    );
    assert_eq!(lines(dir.path(), "operations")[0]["items"][0]["value"][1], -8);
}

#[test]
fn what_an_operation_does_not_have_is_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = store(dir.path());
    let mut rows = store.rows();
    let pushed = Operation { request: None, reply: Some(moment(5, 9)), ..read(moment(0, 0)) };
    rows.operation(&label("C1"), "modbus", &pushed);
    store.finish(vec![rows]).unwrap();
    assert_eq!(
        text(dir.path(), "operations"),
        concat!(
            r#"{"time":"2026-11-23T09:00:37.000000005Z","uid":"C1","#,
            r#""community_id":"1:wCb3OG7yAFWelaUydu0D+125CLM=","client":"10.0.0.1","server":"10.0.0.2","#,
            r#""protocol":"modbus","verb":"Read","function":"read_coils (0x01)","outcome":"unseen","#,
            r#""frames":[9]}"#,
            "\n"
        )
    );
}

#[test]
fn a_conversation_is_told_from_its_clients_side() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = store(dir.path());
    let mut rows = store.rows();
    let label = label("C1");
    let row = ConversationRow {
        label: &label,
        client: Side::B,
        start: moment(0, 1),
        end: moment(2_500_000_000, 40).time,
        ports: Some([502, 49_152]),
        macs: Some([[0, 1, 2, 3, 4, 5], [0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF]]),
        vlan: Some(100),
        transport: Transport::Ip(6),
        ethertype: None,
        protocol: "modbus",
        packets: [10, 20],
        bytes: [100, 200],
        wire_bytes: [1_000, 2_000],
        state: "SF",
        missed_bytes: 3,
        tunnel: Some("C0"),
        zones: [None; 2],
    };
    rows.conversation(&row);
    let cyclic = ConversationRow {
        start: moment(1, 2),
        client: Side::A,
        ports: None,
        vlan: None,
        transport: Transport::Ethernet,
        ethertype: Some(0x8892),
        tunnel: None,
        zones: [None; 2],
        ..row
    };
    rows.conversation(&cyclic);
    rows.conversation(&ConversationRow { start: moment(2, 3), transport: Transport::Ip(253), ..cyclic });
    store.finish(vec![rows]).unwrap();
    let told = text(dir.path(), "conversations");
    assert_eq!(
        told.lines().next().unwrap(),
        concat!(
            r#"{"start":"2026-11-23T09:00:37.000000000Z","end":"2026-11-23T09:00:39.500000000Z","uid":"C1","#,
            r#""community_id":"1:wCb3OG7yAFWelaUydu0D+125CLM=","client":"10.0.0.2","server":"10.0.0.1","#,
            r#""client_port":49152,"server_port":502,"#,
            r#""client_mac":"aa:bb:cc:dd:ee:ff","server_mac":"00:01:02:03:04:05","vlan":100,"#,
            r#""transport":"tcp","protocol":"modbus","packets_out":20,"packets_in":10,"#,
            r#""bytes_out":200,"bytes_in":100,"wire_bytes_out":2000,"wire_bytes_in":1000,"#,
            r#""state":"SF","missed_bytes":3,"tunnel":"C0"}"#
        )
    );
    let rows = lines(dir.path(), "conversations");
    assert_eq!((&rows[1]["transport"], &rows[1]["ethertype"]), (&"ethernet".into(), &"0x8892".into()));
    assert_eq!(rows[1].get("client_port"), None);
    assert_eq!(rows[2]["transport"], "ip_253");
}

fn note(from: Side, topic: Topic, text: &str, frame: u64) -> KeptNote {
    KeptNote { from, topic, text: text.into(), frame }
}

#[test]
fn a_handshake_is_one_line_with_what_each_side_said_of_itself() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = store(dir.path());
    let mut rows = store.rows();
    let notes = [
        note(Side::B, Topic::Version, "QUICv1", 4),
        note(Side::B, Topic::ServerName, "plc\u{202E}.example", 4),
        note(Side::B, Topic::Alpn, "h3", 4),
        note(Side::B, Topic::Alpn, "h2", 4),
        note(Side::B, Topic::Ja4, "q13d0311h3_55b375c5d22e_3512bcbbc9ec", 4),
        note(Side::A, Topic::Version, "TLSv13", 5),
        note(Side::A, Topic::Cipher, "TLS_AES_128_GCM_SHA256", 5),
        note(Side::A, Topic::CertificateSha256, "00ff", 6),
        note(Side::A, Topic::CertificateSubject, "CN=plc", 6),
        note(Side::A, Topic::CertificateBegins, "2020-01-01T00:00:00Z", 6),
        note(Side::A, Topic::User, "nobody", 9),
    ];
    let (label, start) = (label("C1"), moment(0, 4));
    let row = HandshakeRow {
        label: &label,
        client: Side::B,
        start,
        ports: Some([443, 50_000]),
        protocol: "quic",
        notes: &notes,
    };
    rows.handshake(&row);
    rows.handshake(&HandshakeRow { start: moment(1, 5), client: Side::A, notes: &notes[7..8], ..row });
    assert_eq!(store.finish(vec![rows]).unwrap().handshakes, 2);
    let told = text(dir.path(), "handshakes");
    let told: Vec<_> = told.lines().collect();
    assert_eq!(
        told[0],
        concat!(
            r#"{"time":"2026-11-23T09:00:37.000000000Z","uid":"C1","#,
            r#""community_id":"1:wCb3OG7yAFWelaUydu0D+125CLM=","client":"10.0.0.2","server":"10.0.0.1","#,
            r#""client_port":50000,"server_port":443,"protocol":"quic","server_name":"plc\u202e.example","#,
            r#""alpn":["h3","h2"],"version":"TLSv13","cipher":"TLS_AES_128_GCM_SHA256","#,
            r#""ja4":"q13d0311h3_55b375c5d22e_3512bcbbc9ec","#,
            r#""certificate":{"subject":"CN=plc","not_before":"2020-01-01T00:00:00Z","sha256":"00ff"},"#,
            r#""frames":[4,6]}"#
        )
    );
    assert!(told[1].ends_with(r#""client_certificate":{"sha256":"00ff"},"frames":[6]}"#), "{}", told[1]);
}

#[test]
fn notes_of_a_log_in_or_a_web_page_are_no_handshake() {
    let is_one = |topic| HandshakeRow::is_told_by(&[note(Side::A, topic, "x", 1)]);
    assert!(
        ![Topic::User, Topic::ServerName, Topic::Software, Topic::Version, Topic::Cipher]
            .into_iter()
            .any(is_one)
    );
    assert!([Topic::Ja4, Topic::Hassh, Topic::Cookie, Topic::CertificateSha256].into_iter().all(is_one));
}

#[test]
fn a_transfer_is_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = store(dir.path());
    let mut rows = store.rows();
    let transfer = FinishedTransfer {
        conversation: 1,
        id: 1,
        start: moment(0, 1),
        end: moment(7, 3),
        data: None,
        client: Side::A,
        kind: TransferKind::Program,
        direction: Direction::FromDevice,
        name: Some("main\u{202E}".to_owned()),
        block_type: Some("OB".to_owned()),
        block_number: Some(1),
        mime_type: None,
        bytes: 10,
        missing_bytes: 5,
        complete: false,
        sha256: Some([0xAB; 32]),
        carved: Some("carved/x.bin".to_owned()),
        problem: None,
    };
    rows.transfer(&label("C1"), "s7comm", &transfer);
    let bare = FinishedTransfer {
        start: moment(1, 2),
        name: None,
        block_type: None,
        block_number: None,
        missing_bytes: 0,
        complete: true,
        sha256: None,
        carved: None,
        ..transfer
    };
    rows.transfer(&label("C1"), "tftp", &bare);
    store.finish(vec![rows]).unwrap();
    let told = text(dir.path(), "transfers");
    let mut told = told.lines();
    assert_eq!(
        told.next().unwrap(),
        format!(
            concat!(
                r#"{{"start":"2026-11-23T09:00:37.000000000Z","end":"2026-11-23T09:00:37.000000007Z","uid":"C1","#,
                r#""community_id":"1:wCb3OG7yAFWelaUydu0D+125CLM=","client":"10.0.0.1","server":"10.0.0.2","#,
                r#""protocol":"s7comm","kind":"program","direction":"from_device","name":"main\u202e","#,
                r#""block_type":"OB","block_number":1,"bytes":10,"missing_bytes":5,"complete":false,"#,
                r#""sha256":"{}","carved":"carved/x.bin"}}"#
            ),
            "ab".repeat(32)
        )
    );
    assert!(
        told.next()
            .unwrap()
            .ends_with(r#""kind":"program","direction":"from_device","bytes":10,"complete":true}"#)
    );
}

#[test]
fn problems_are_told_one_by_one_and_then_summed_up() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = store(dir.path());
    let mut rows = store.rows();
    let short = Problem { layer: "tcp", reason: "header cut short", verdict: Verdict::Malformed, bytes: 12 };
    let cut = Problem { layer: "pcap", reason: "last packet cut", verdict: Verdict::Incomplete, bytes: 0 };
    rows.problem(moment(0, 7), &short, || Some(Cow::Owned(label("C1"))));
    rows.problem(moment(1, 8), &short, || None);
    rows.problem(moment(2, 0), &cut, || None);
    let written = store.finish(vec![rows]).unwrap();
    assert_eq!(
        text(dir.path(), "problems"),
        concat!(
            r#"{"frame":7,"uid":"C1","layer":"tcp","reason":"header cut short","verdict":"malformed","bytes":12}"#,
            "\n",
            r#"{"frame":8,"layer":"tcp","reason":"header cut short","verdict":"malformed","bytes":12}"#,
            "\n",
            r#"{"layer":"pcap","reason":"last packet cut","verdict":"incomplete"}"#,
            "\n",
            r#"{"layer":"pcap","reason":"last packet cut","verdict":"incomplete","count":1,"bytes":0}"#,
            "\n",
            r#"{"layer":"tcp","reason":"header cut short","verdict":"malformed","count":2,"bytes":24}"#,
            "\n"
        )
    );
    assert_eq!(written.problems.len(), 2);
    assert_eq!((written.problems[1].count, written.problems[1].bytes), (2, 24));
}

#[test]
fn a_row_that_would_grow_without_bound_is_cut_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = store(dir.path());
    let mut rows = store.rows();
    let many = Listed(vec![Item::named(&"holding 1"); 100_000]);
    let values = Members(vec![Value::Unsigned(1_000_000); 300_000]);
    let wide = Listed(vec![Item::valued(&"a list", Value::List(&values))]);
    let long = "\u{7}".repeat(2 * ROW_LIMIT_BYTES);
    let texts = Listed(vec![Item::valued(&long, Value::Text(&long)), Item::named(&"not any more")]);
    let bytes = vec![7; 2 * ROW_LIMIT_BYTES];
    let blob = Listed(vec![Item::valued(&"blob", Value::Bytes(&bytes))]);
    for (number, items) in [&many, &wide, &texts, &blob].into_iter().enumerate() {
        let operation = Operation { items, ..read(moment(number as i64, 1)) };
        rows.operation(&label("C1"), "modbus", &operation);
    }
    rows.operation(&label("C1"), "modbus", &read(moment(9, 1)));
    store.finish(vec![rows]).unwrap();
    let told = lines(dir.path(), "operations");
    for row in &told[..4] {
        assert_eq!(row["truncated"], true);
        assert_eq!(row["frames"][0], 1);
        assert!(row.to_string().len() < 7 * ROW_LIMIT_BYTES);
    }
    assert!(told[0]["items"].as_array().unwrap().len() > 40_000);
    assert_eq!(told[4].get("truncated"), None);
}

#[test]
fn lists_in_lists_end_at_a_bound() {
    struct Endless;
    impl quaywatch_model::Scalars for Endless {
        fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
            tell(Value::List(self));
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let mut store = store(dir.path());
    let mut rows = store.rows();
    let items = Listed(vec![Item::valued(&"x", Value::List(&Endless))]);
    rows.operation(&label("C1"), "opcua", &Operation { items: &items, ..read(moment(0, 1)) });
    store.finish(vec![rows]).unwrap();
    let told = text(dir.path(), "operations");
    assert!(told.contains(r#"[[[[[[[["(nested too deeply)"]]]]]]]]"#), "{told}");
    assert!(told.contains(r#""truncated":true"#));
}
