//! Services: how requests and responses become operations.

use super::super::builtin::{Blob, ExtensionObject, LocalizedText, NodeId, QualifiedName, StatusCode, Text};
use super::super::codec::{Array, Flag, Wire};
use super::super::messages::{
    ActivateSessionRequest, Body, CallMethodRequest, CallRequest, CreateMonitoredItemsRequest,
    CreateMonitoredItemsResponse, DataChangeNotification, DeleteSubscriptionsRequest, EventFieldList,
    EventNotificationList, HistoryData, HistoryReadRequest, HistoryReadResponse, HistoryReadResult,
    HistoryReadValueId, ModifyMonitoredItemsRequest, ModifyMonitoredItemsResponse,
    MonitoredItemCreateRequest, MonitoredItemCreateResult, MonitoredItemModifyRequest,
    MonitoredItemModifyResult, MonitoredItemNotification, MonitoringParameters, NotificationMessage,
    PublishRequest, PublishResponse, ReadRequest, ReadResponse, ReadValueId, SignatureData, StatusResults,
    UpdateDataDetails, WriteRequest, WriteValue, encodings,
};
use super::super::variant::{DataValue, Scalar, Variant};
use super::*;
use quaywatch_model::Side::{A, B};

fn node(name: &str) -> NodeId<'_> {
    let identifier = super::super::builtin::Identifier::String(Text::new(name));
    NodeId { namespace: 2, identifier }
}

fn read_value<'a>(node_id: NodeId<'a>, attribute_id: u32, range: &'a str) -> ReadValueId<'a> {
    let index_range = if range.is_empty() { Text(None) } else { Text::new(range) };
    ReadValueId { node_id, attribute_id, index_range, data_encoding: QualifiedName::default() }
}

fn binary(type_id: u32, body: &[u8]) -> ExtensionObject<'_> {
    ExtensionObject { type_id: NodeId::standard(type_id as u16), encoding: 1, body: Blob(Some(body)) }
}

fn encoded<'a>(body: &impl Wire<'a>) -> Vec<u8> {
    let mut bytes = Vec::new();
    body.write(&mut bytes);
    bytes
}

#[test]
fn a_real_session_is_told() {
    let session = real_session();
    let heard = heard(&borrowed(&session));
    assert_eq!(
        heard.operations,
        [
            "A: OpenSession Hello (HEL): endpoint = \"opc.tcp://localhost:4840\" -> accepted",
            "A: OpenSession OpenSecureChannel (i=446): security policy = \
             \"http://opcfoundation.org/UA/SecurityPolicy#None\"; security mode = \"None\"; token = \"issue\"; \
             channel = 4; lifetime ms = 600000 -> accepted",
            "A: Authenticate ActivateSession (i=467): identity = \"username\"; user token policy = \
             \"open62541-username-policy\"; user = \"user1\"; password = (masked); password encrypted = false \
             -> accepted",
            "A: Write Write (i=673): ns=1;s=the.answer = 1 [BadNodeIdUnknown (0x80340000)] -> refused \
             BadNodeIdUnknown (0x80340000)",
            "A: Write Call (i=712): i=85 method ns=1;i=62541 = [\"Hello Server\"] [BadNodeIdUnknown (0x80340000)] \
             -> refused BadNodeIdUnknown (0x80340000)",
            "A: Write AddNodes (i=488): ns=1;i=53814 (1:TheGreatNode) under i=85 = \"Object\" -> accepted",
        ]
    );
    // The cut-down session leaves numbers out: 3, 5 to 0x14, ... on each side.
    assert!(
        heard.problems.iter().all(|problem| problem == "opcua: sequence number out of order (incomplete)")
    );
    assert_eq!(heard.frames, [(1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 12)]);
}

#[test]
fn a_read_tells_each_value_beside_its_node() {
    let nodes = [
        read_value(node("STS07/Load"), 13, ""),
        read_value(node("STS07/Load"), 4, ""),
        read_value(node("STS07/Loads"), 13, "0:1"),
        read_value(node("STS07/None"), 13, ""),
    ];
    let asked = Body::ReadRequest(ReadRequest {
        max_age: 0.0,
        timestamps_to_return: 2,
        nodes_to_read: Array::of(&nodes),
    });
    let (load, name) = (
        Scalar::Double(41.5),
        Scalar::LocalizedText(LocalizedText { mask: 2, text: Text::new("Load"), ..Default::default() }),
    );
    let loads = [Scalar::Int16(1), Scalar::Int16(-2)];
    let none = DataValue { mask: 2, status: StatusCode(0x8034_0000), ..Default::default() };
    let values = [
        DataValue::good(Variant::one(&load)),
        DataValue::good(Variant::one(&name)),
        DataValue::good(Variant::many(loads[0].kind(), &loads)),
        none,
    ];
    let answered =
        Body::ReadResponse(ReadResponse { results: Array::of(&values), diagnostic_infos: Array::NULL });
    let (asked, answered) = (whole(1, 1, &request(631, asked)), whole(1, 1, &response(634, answered)));
    let expected = "A: Read Read (i=631): ns=2;s=STS07/Load = 41.5; ns=2;s=STS07/Load DisplayName = \"Load\"; \
                    ns=2;s=STS07/Loads[0:1] = [1, -2]; ns=2;s=STS07/None [BadNodeIdUnknown (0x80340000)] -> accepted";
    assert_eq!(heard(&[(A, &asked), (B, &answered)]).operations, [expected]);

    let unasked = heard(&[(B, &answered)]);
    assert!(unasked.operations[0].starts_with("A: Read Read (i=631): item 0 = 41.5; item 1 = \"Load\""));
    assert_eq!(unasked.frames, [(0, 1)]);
}

fn write_of_two() -> Vec<u8> {
    let (one, two) = (Scalar::UInt16(1), Scalar::String(Text::new("x")));
    let value = |node_id, value| WriteValue {
        node_id,
        attribute_id: 13,
        index_range: Text(None),
        value: DataValue::good(Variant::one(value)),
    };
    let values = [value(node("A"), &one), value(node("B"), &two)];
    request(673, Body::WriteRequest(WriteRequest { nodes_to_write: Array::of(&values) }))
}

fn written(codes: &[StatusCode]) -> Vec<u8> {
    let body = StatusResults { results: Array::of(codes), diagnostic_infos: Array::NULL };
    response(676, Body::WriteResponse(body))
}

#[test]
fn a_write_is_refused_only_where_every_item_is() {
    let denied = StatusCode(0x801f_0000);
    let asked = whole(1, 1, &write_of_two());
    let some = heard(&[(A, &asked), (B, &whole(1, 1, &written(&[StatusCode::GOOD, denied])))]);
    assert_eq!(
        some.operations,
        [
            "A: Write Write (i=673): ns=2;s=A = 1; ns=2;s=B = \"x\" [BadUserAccessDenied (0x801F0000)] -> accepted"
        ]
    );
    let none = heard(&[(A, &asked), (B, &whole(1, 1, &written(&[denied, denied])))]);
    assert!(none.operations[0].ends_with("-> refused BadUserAccessDenied (0x801F0000)"));
}

#[test]
fn a_service_fault_refuses_the_request_it_answers() {
    let fault = response_with(397, StatusCode(0x8025_0000), Body::Empty);
    let heard = heard(&[(A, &whole(1, 9, &write_of_two())), (B, &whole(1, 9, &fault))]);
    assert_eq!(
        heard.operations,
        [
            "A: Write Write (i=673): ns=2;s=A = 1; ns=2;s=B = \"x\" -> refused BadSessionIdInvalid (0x80250000)"
        ]
    );
    assert!(heard.problems.is_empty());
}

#[test]
fn a_fault_whose_request_was_not_captured_is_still_told() {
    let heard = heard(&[(B, &hex(PUBLISHED_REAL))]);
    assert_eq!(heard.operations, ["A: Subscribe Publish (i=826) -> refused BadNoSubscription (0x80790000)"]);
    let fault = whole(1, 9, &response_with(397, StatusCode(0x8025_0000), Body::Empty));
    let heard = super::heard(&[(B, &fault)]);
    assert_eq!(
        heard.operations,
        ["A: Opaque ServiceFault (i=397) -> refused BadSessionIdInvalid (0x80250000)"]
    );
}

#[test]
fn requests_in_flight_are_paired_by_their_id_in_any_order() {
    let (first, second) = (write_of_two(), hex(CALL_REAL)[24..].to_vec());
    let good = written(&[StatusCode::GOOD, StatusCode::GOOD]);
    let mut player = player();
    player.say(A, &whole(1, 1, &first)).say(A, &whole(2, 2, &second)).say(A, &whole(3, 3, &first));
    player
        .say(B, &whole(1, 3, &good))
        .say(B, &whole(2, 2, &hex(CALLED_REAL)[24..]))
        .say(B, &whole(3, 1, &good));
    assert_eq!(player.end().frames, [(3, 4), (2, 5), (1, 6)]);
}

#[test]
fn an_answer_of_another_service_is_not_taken_for_the_answer() {
    let heard = heard(&[(A, &whole(1, 1, &write_of_two())), (B, &whole(1, 1, &hex(CALLED_REAL)[24..]))]);
    assert_eq!(heard.frames, [(0, 2), (1, 0)]);
}

fn call_of(methods: &[u16]) -> String {
    let calls: Vec<_> = methods
        .iter()
        .map(|&method| CallMethodRequest {
            object_id: NodeId::standard(2253),
            method_id: NodeId::standard(method),
            input_arguments: Array::NULL,
        })
        .collect();
    let body = request(712, Body::CallRequest(CallRequest { methods_to_call: Array::of(&calls) }));
    heard(&[(A, &whole(1, 1, &body))]).operations[0].clone()
}

#[test]
fn a_call_is_a_write_unless_its_methods_are_known_to_be_otherwise() {
    assert!(
        call_of(&[11492]).starts_with("A: Read Call (i=712): i=2253 method i=11492 GetMonitoredItems = []")
    );
    assert!(call_of(&[12740]).starts_with("A: ChangeSecurity Call"));
    assert!(call_of(&[12886]).starts_with("A: ChangeMode Call"));
    assert!(call_of(&[11492, 12886]).starts_with("A: Write Call"));
    assert!(call_of(&[5]).starts_with("A: Write Call"));
}

fn parameters<'a>(client_handle: u32) -> MonitoringParameters<'a> {
    MonitoringParameters {
        client_handle,
        sampling_interval: 100.0,
        filter: ExtensionObject::default(),
        queue_size: 1,
        discard_oldest: Flag(1),
    }
}

fn create_items(subscription_id: u32, names: &[(&str, u32)]) -> Vec<u8> {
    let items: Vec<_> = names
        .iter()
        .map(|&(name, handle)| MonitoredItemCreateRequest {
            item_to_monitor: read_value(node(name), 13, ""),
            monitoring_mode: 2,
            requested_parameters: parameters(handle),
        })
        .collect();
    let items_to_create = Array::of(&items);
    let body = CreateMonitoredItemsRequest { subscription_id, timestamps_to_return: 2, items_to_create };
    request(751, Body::CreateMonitoredItemsRequest(body))
}

fn created_items(results: &[(u32, StatusCode)]) -> Vec<u8> {
    let results: Vec<_> = results
        .iter()
        .map(|&(monitored_item_id, status_code)| MonitoredItemCreateResult {
            status_code,
            monitored_item_id,
            revised_sampling_interval: 100.0,
            revised_queue_size: 1,
            filter_result: ExtensionObject::default(),
        })
        .collect();
    let body = CreateMonitoredItemsResponse { results: Array::of(&results), diagnostic_infos: Array::NULL };
    response(754, Body::CreateMonitoredItemsResponse(body))
}

fn published(subscription_id: u32, notifications: &[ExtensionObject<'_>]) -> Vec<u8> {
    let message = NotificationMessage {
        sequence_number: 1,
        publish_time: NOW,
        notification_data: Array::of(notifications),
    };
    let body = PublishResponse {
        subscription_id,
        available_sequence_numbers: Array::NULL,
        more_notifications: Flag(0),
        notification_message: message,
        results: Array::NULL,
        diagnostic_infos: Array::NULL,
    };
    response(829, Body::PublishResponse(body))
}

fn changes(values: &[(u32, u16)]) -> Vec<u8> {
    let scalars: Vec<_> = values.iter().map(|&(_, value)| Scalar::UInt16(value)).collect();
    let items: Vec<_> = values
        .iter()
        .zip(&scalars)
        .map(|(&(client_handle, _), value)| MonitoredItemNotification {
            client_handle,
            value: DataValue::good(Variant::one(value)),
        })
        .collect();
    encoded(&DataChangeNotification { monitored_items: Array::of(&items), diagnostic_infos: Array::NULL })
}

fn publish() -> Vec<u8> {
    let body = PublishRequest { subscription_acknowledgements: Array::NULL };
    request(826, Body::PublishRequest(body))
}

#[test]
fn notifications_are_told_by_the_nodes_their_handles_stand_for() {
    let good = StatusCode::GOOD;
    let mut player = player();
    player.say(A, &whole(1, 1, &create_items(3, &[("Load", 70), ("None", 71), ("Wind", 72)])));
    player.say(B, &whole(1, 1, &created_items(&[(1, good), (0, StatusCode(0x8034_0000)), (2, good)])));
    let (data, fields) = (changes(&[(72, 9), (70, 41), (99, 1)]), [Scalar::Byte(5)]);
    let fields = [Variant::one(&fields[0])];
    let event = EventFieldList { client_handle: 70, event_fields: Array::of(&fields) };
    let events = encoded(&EventNotificationList { events: Array::of(&[event]) });
    let notifications = [
        binary(encodings::DATA_CHANGE_NOTIFICATION, &data),
        binary(encodings::EVENT_NOTIFICATION_LIST, &events),
    ];
    player.say(A, &whole(2, 2, &publish())).say(B, &whole(2, 2, &published(3, &notifications)));
    let operations = player.end().operations;
    assert_eq!(
        operations,
        [
            "A: Subscribe CreateMonitoredItems (i=751): subscription 3; ns=2;s=Load; ns=2;s=None \
             [BadNodeIdUnknown (0x80340000)]; ns=2;s=Wind -> accepted",
            "A: Subscribe Publish (i=826): ns=2;s=Wind = 9; ns=2;s=Load = 41; subscription 3 handle 99 = 1; \
             ns=2;s=Load event = [5] -> accepted",
        ]
    );
}

#[test]
fn handles_follow_modification_and_end_with_their_subscription() {
    let good = StatusCode::GOOD;
    let mut player = player();
    player.say(A, &whole(1, 1, &create_items(3, &[("Load", 70)])));
    player.say(B, &whole(1, 1, &created_items(&[(1, good)])));
    player.say(A, &whole(2, 2, &create_items(4, &[("Wind", 70)])));
    player.say(B, &whole(2, 2, &created_items(&[(1, good)])));
    let modify = [MonitoredItemModifyRequest { monitored_item_id: 1, requested_parameters: parameters(80) }];
    let modified = [MonitoredItemModifyResult {
        status_code: good,
        revised_sampling_interval: 1.0,
        revised_queue_size: 1,
        filter_result: ExtensionObject::default(),
    }];
    let asked = ModifyMonitoredItemsRequest {
        subscription_id: 3,
        timestamps_to_return: 0,
        items_to_modify: Array::of(&modify),
    };
    let answered =
        ModifyMonitoredItemsResponse { results: Array::of(&modified), diagnostic_infos: Array::NULL };
    player.say(A, &whole(3, 3, &request(763, Body::ModifyMonitoredItemsRequest(asked))));
    player.say(B, &whole(3, 3, &response(766, Body::ModifyMonitoredItemsResponse(answered))));
    let data = changes(&[(80, 5)]);
    let notification = [binary(encodings::DATA_CHANGE_NOTIFICATION, &data)];
    player.say(B, &whole(4, 90, &published(3, &notification)));
    let gone = DeleteSubscriptionsRequest { subscription_ids: Array::of(&[3]) };
    let codes = [good];
    let deleted = StatusResults { results: Array::of(&codes), diagnostic_infos: Array::NULL };
    player.say(A, &whole(4, 5, &request(847, Body::DeleteSubscriptionsRequest(gone))));
    player.say(B, &whole(5, 5, &response(850, Body::DeleteSubscriptionsResponse(deleted))));
    let data = changes(&[(70, 6)]);
    let notification = [binary(encodings::DATA_CHANGE_NOTIFICATION, &data)];
    player.say(B, &whole(6, 91, &published(3, &notification)));
    player.say(B, &whole(7, 92, &published(4, &notification)));
    let operations = player.end().operations;
    let told: Vec<_> = operations.iter().filter(|line| line.contains("Publish")).collect();
    assert_eq!(
        told,
        [
            "A: Subscribe Publish (i=826): ns=2;s=Load = 5 -> accepted",
            "A: Subscribe Publish (i=826): subscription 3 handle 70 = 6 -> accepted",
            "A: Subscribe Publish (i=826): ns=2;s=Wind = 6 -> accepted",
        ]
    );
}

#[test]
fn history_is_told_value_by_value() {
    let (one, two) = (Scalar::Double(1.5), Scalar::Double(2.5));
    let values = [DataValue::good(Variant::one(&one)), DataValue::good(Variant::one(&two))];
    let data = encoded(&HistoryData { data_values: Array::of(&values) });
    let nodes = [HistoryReadValueId {
        node_id: node("Load"),
        index_range: Text(None),
        data_encoding: QualifiedName::default(),
        continuation_point: Blob(None),
    }];
    let asked = HistoryReadRequest {
        history_read_details: ExtensionObject::default(),
        timestamps_to_return: 0,
        release_continuation_points: Flag(0),
        nodes_to_read: Array::of(&nodes),
    };
    let results = [HistoryReadResult {
        status_code: StatusCode(0x00a6_0000),
        continuation_point: Blob(None),
        history_data: binary(encodings::HISTORY_DATA, &data),
    }];
    let answered = HistoryReadResponse { results: Array::of(&results), diagnostic_infos: Array::NULL };
    let asked = whole(1, 1, &request(664, Body::HistoryReadRequest(asked)));
    let answered = whole(1, 1, &response(667, Body::HistoryReadResponse(answered)));
    assert_eq!(
        heard(&[(A, &asked), (B, &answered)]).operations,
        ["A: Read HistoryRead (i=664): ns=2;s=Load = [1.5, 2.5] [GoodMoreData (0x00A60000)] -> accepted"]
    );

    let update = encoded(&UpdateDataDetails {
        node_id: node("Load"),
        perform_insert_replace: 2,
        update_values: Array::of(&values),
    });
    let details = [binary(encodings::UPDATE_DATA_DETAILS, &update)];
    let body = super::super::messages::HistoryUpdateRequest { history_update_details: Array::of(&details) };
    let asked = whole(1, 1, &request(700, Body::HistoryUpdateRequest(body)));
    assert_eq!(
        heard(&[(A, &asked)]).operations,
        ["A: Write HistoryUpdate (i=700): ns=2;s=Load = [1.5, 2.5] -> unseen"]
    );
}

fn activation(token: ExtensionObject<'_>) -> String {
    let signature = SignatureData { algorithm: Text(None), signature: Blob(None) };
    let body = ActivateSessionRequest {
        client_signature: signature,
        client_software_certificates: Array::NULL,
        locale_ids: Array::NULL,
        user_identity_token: token,
        user_token_signature: signature,
    };
    heard(&[(A, &whole(1, 1, &request(467, Body::ActivateSessionRequest(body))))]).operations[0].clone()
}

#[test]
fn secrets_are_never_told() {
    let issued = hex("02000000 6964 05000000 7365637265 ffffffff");
    let told = activation(binary(encodings::ISSUED_IDENTITY_TOKEN, &issued));
    assert!(told.contains("identity = \"issued\"; user token policy = \"id\"; token = (masked)"), "{told}");
    assert!(!told.contains("7365637265"));
    assert!(activation(ExtensionObject::default()).contains("identity = \"anonymous\" -> unseen"));
    let password = call_of(&[24310]);
    assert!(
        password
            .starts_with("A: ChangeSecurity Call (i=712): i=2253 method i=24310 ChangePassword = (masked)")
    );

    let token = Scalar::ExtensionObject(binary(encodings::USER_NAME_IDENTITY_TOKEN, &issued));
    let values = [DataValue::good(Variant::one(&token))];
    let body = ReadResponse { results: Array::of(&values), diagnostic_infos: Array::NULL };
    let read = heard(&[(B, &whole(1, 1, &response(634, Body::ReadResponse(body))))]);
    assert_eq!(read.operations, ["A: Read Read (i=631): item 0 = [i=324, (masked)] -> accepted"]);

    let strange = binary(9999, &[1]);
    assert!(activation(strange).contains("identity = i=9999"));
}

#[test]
fn publish_requests_that_wait_at_the_end_are_not_unanswered() {
    let mut player = player();
    player
        .say(B, &hex(PUBLISHED_REAL))
        .say(A, &whole(1, 1, &publish()))
        .say(A, &whole(2, 2, &write_of_two()));
    let operations = player.wait_seconds(60).end().operations;
    assert!(operations[1].ends_with("-> unseen") && operations[1].contains("Publish"));
    assert!(operations[2].ends_with("-> unanswered") && operations[2].contains("Write"));
}

#[test]
fn publish_requests_wait_as_long_as_their_server_speaks() {
    let mut player = player();
    player.say(A, &whole(1, 1, &publish())).say(A, &whole(2, 2, &write_of_two()));
    player.wait_seconds(119).say(B, &whole(1, 2, &written(&[StatusCode::GOOD, StatusCode::GOOD])));
    player.wait_seconds(119);
    assert!(player.tick());
    assert_eq!(player.heard.operations.len(), 1);
    player.wait_seconds(2);
    assert!(!player.tick());
    assert!(player.heard.operations[1].ends_with("-> unseen"), "{:?}", player.heard.operations);
    player.end();
}

#[test]
fn a_message_of_unknown_type_is_opaque_and_still_paired() {
    let mut asked = write_of_two();
    asked[2..4].copy_from_slice(&9000_u16.to_le_bytes());
    let mut answered = written(&[]);
    answered[2..4].copy_from_slice(&9003_u16.to_le_bytes());
    let mut session = real_session();
    session.truncate(4);
    session.push((A, whole(2, 2, &asked)));
    session.push((B, whole(2, 2, &answered)));
    let heard = heard(&borrowed(&session));
    assert_eq!(heard.operations[2], "A: Opaque unknown (i=9000) -> accepted");
    assert_eq!(heard.problems, ["opcua: message of unknown type (unsupported)"; 2]);

    let mut refused = response_with(397, StatusCode(0x800b_0000), Body::Empty);
    refused[2..4].copy_from_slice(&9003_u16.to_le_bytes());
    session[5].1 = whole(2, 2, &refused);
    let told = super::heard(&borrowed(&session)).operations;
    assert_eq!(told[2], "A: Opaque unknown (i=9000) -> refused BadServiceUnsupported (0x800B0000)");
}

#[test]
fn a_message_whose_body_is_cut_short_tells_what_is_whole() {
    let body = write_of_two();
    let heard = heard(&[(A, &whole(1, 1, &body[..body.len() - 2]))]);
    assert_eq!(heard.operations, ["A: Write Write (i=673): ns=2;s=A = 1 -> unseen"]);
    assert_eq!(heard.problems, ["opcua: message body is cut short (malformed)"]);
}
