//! What is told of the services that find, browse, open, arrange and change.

use super::super::builtin::{
    Blob, ExpandedNodeId, ExtensionObject, Identifier, LocalizedText, NodeId, QualifiedName, StatusCode, Text,
};
use super::super::codec::{Array, Flag};
use super::super::messages::*;
use super::exchange;

fn node(name: &str) -> NodeId<'_> {
    NodeId { namespace: 2, identifier: Identifier::String(Text::new(name)) }
}

fn expanded(node: NodeId<'_>) -> ExpandedNodeId<'_> {
    ExpandedNodeId { node, ..ExpandedNodeId::default() }
}

fn qualified(name: &str) -> QualifiedName<'_> {
    QualifiedName { namespace: 2, name: Text::new(name) }
}

fn text(text: &str) -> LocalizedText<'_> {
    LocalizedText { mask: 2, text: Text::new(text), ..LocalizedText::default() }
}

fn statuses(codes: &[StatusCode]) -> StatusResults<'_> {
    StatusResults { results: Array::of(codes), diagnostic_infos: Array::NULL }
}

const GOOD: StatusCode = StatusCode::GOOD;
const UNKNOWN_ITEM: StatusCode = StatusCode(0x8042_0000);

fn server<'a>() -> ApplicationDescription<'a> {
    ApplicationDescription {
        application_uri: Text::new("urn:sts07"),
        product_uri: Text::new("urn:maker:plc"),
        application_name: text("STS07"),
        application_type: 0,
        gateway_server_uri: Text(None),
        discovery_profile_uri: Text(None),
        discovery_urls: Array::NULL,
    }
}

fn user_token<'a>(token_type: i32) -> UserTokenPolicy<'a> {
    UserTokenPolicy {
        policy_id: Text::new("id"),
        token_type,
        issued_token_type: Text(None),
        issuer_endpoint_url: Text(None),
        security_policy_uri: Text(None),
    }
}

fn endpoint<'a>(tokens: &'a [UserTokenPolicy<'a>]) -> EndpointDescription<'a> {
    EndpointDescription {
        endpoint_url: Text::new("opc.tcp://sts07:4840"),
        server: server(),
        server_certificate: Blob(None),
        security_mode: 3,
        security_policy_uri: Text::new("http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256"),
        user_identity_tokens: Array::of(tokens),
        transport_profile_uri: Text(None),
        security_level: 1,
    }
}

#[test]
fn endpoints_are_told_with_how_they_are_secured() {
    let tokens = [user_token(0), user_token(1), user_token(2)];
    let endpoints = [endpoint(&tokens)];
    let asked = GetEndpointsRequest {
        endpoint_url: Text::new("opc.tcp://sts07:4840"),
        locale_ids: Array::NULL,
        profile_uris: Array::NULL,
    };
    let answered = GetEndpointsResponse { endpoints: Array::of(&endpoints) };
    assert_eq!(
        exchange((428, Body::GetEndpointsRequest(asked)), (431, Body::GetEndpointsResponse(answered))),
        "A: Identify GetEndpoints (i=428): endpoint = \"opc.tcp://sts07:4840\"; server = \"urn:sts07\"; server \
         product = \"urn:maker:plc\"; server name = \"STS07\"; opc.tcp://sts07:4840 = SignAndEncrypt \
         http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256 (anonymous, username, certificate) -> accepted"
    );
}

#[test]
fn servers_that_are_found_and_registered_are_told() {
    let urls = [Text::new("opc.tcp://sts07:4840")];
    let servers = [ApplicationDescription { discovery_urls: Array::of(&urls), ..server() }];
    let asked =
        FindServersRequest { endpoint_url: Text(None), locale_ids: Array::NULL, server_uris: Array::NULL };
    let answered = FindServersResponse { servers: Array::of(&servers) };
    assert_eq!(
        exchange((422, Body::FindServersRequest(asked)), (425, Body::FindServersResponse(answered))),
        "A: Identify FindServers (i=422): server = \"urn:sts07\"; server product = \"urn:maker:plc\"; server name = \
         \"STS07\"; server type = \"Server\"; discovery = \"opc.tcp://sts07:4840\" -> accepted"
    );
    let names = [text("STS07")];
    let asked = RegisterServerRequest {
        server: RegisteredServer {
            server_uri: Text::new("urn:sts07"),
            product_uri: Text(None),
            server_names: Array::of(&names),
            server_type: 0,
            gateway_server_uri: Text(None),
            discovery_urls: Array::of(&urls),
            semaphore_file_path: Text(None),
            is_online: Flag(1),
        },
    };
    assert_eq!(
        exchange((437, Body::RegisterServerRequest(asked)), (440, Body::Empty)),
        "A: Identify RegisterServer (i=437): server = \"urn:sts07\"; server name = \"STS07\"; discovery = \
         \"opc.tcp://sts07:4840\"; online = true -> accepted"
    );
}

#[test]
fn a_session_is_told_with_both_applications_and_without_its_token() {
    let tokens = [user_token(0)];
    let endpoints = [endpoint(&tokens)];
    let asked = CreateSessionRequest {
        client_description: ApplicationDescription {
            application_uri: Text::new("urn:hmi"),
            application_type: 1,
            product_uri: Text(None),
            application_name: text("HMI"),
            ..server()
        },
        server_uri: Text(None),
        endpoint_url: Text::new("opc.tcp://sts07:4840"),
        session_name: Text::new("s1"),
        client_nonce: Blob(None),
        client_certificate: Blob(None),
        requested_session_timeout: 1e6,
        max_response_message_size: 0,
    };
    let answered = CreateSessionResponse {
        session_id: node("session"),
        authentication_token: node("TOKEN"),
        revised_session_timeout: 1e6,
        server_nonce: Blob(Some(b"NONCE")),
        server_certificate: Blob(None),
        server_endpoints: Array::of(&endpoints),
        server_software_certificates: Array::NULL,
        server_signature: SignatureData { algorithm: Text(None), signature: Blob(None) },
        max_request_message_size: 0,
    };
    assert_eq!(
        exchange((461, Body::CreateSessionRequest(asked)), (464, Body::CreateSessionResponse(answered))),
        "A: OpenSession CreateSession (i=461): session name = \"s1\"; endpoint = \"opc.tcp://sts07:4840\"; client = \
         \"urn:hmi\"; client name = \"HMI\"; session = ns=2;s=session; server = \"urn:sts07\"; server product = \
         \"urn:maker:plc\"; server name = \"STS07\" -> accepted"
    );
}

#[test]
fn browsing_tells_what_was_found_where() {
    let nodes = [BrowseDescription {
        node_id: NodeId::standard(85),
        browse_direction: 0,
        reference_type_id: NodeId::standard(33),
        include_subtypes: Flag(1),
        node_class_mask: 0,
        result_mask: 63,
    }];
    let view = ViewDescription { view_id: NodeId::default(), timestamp: super::NOW, view_version: 0 };
    let asked =
        BrowseRequest { view, requested_max_references_per_node: 0, nodes_to_browse: Array::of(&nodes) };
    let reference = |name| ReferenceDescription {
        reference_type_id: NodeId::standard(35),
        is_forward: Flag(1),
        node_id: expanded(node(name)),
        browse_name: qualified(name),
        display_name: text(name),
        node_class: 1,
        type_definition: ExpandedNodeId::default(),
    };
    let references = [reference("Hoist"), reference("Trolley")];
    let results = [BrowseResult {
        status_code: GOOD,
        continuation_point: Blob(Some(&[1])),
        references: Array::of(&references),
    }];
    let answered = BrowseResponse { results: Array::of(&results), diagnostic_infos: Array::NULL };
    let found = "[ns=2;s=Hoist (2:Hoist), ns=2;s=Trolley (2:Trolley)]";
    assert_eq!(
        exchange((527, Body::BrowseRequest(asked)), (530, Body::BrowseResponse(answered))),
        format!("A: Browse Browse (i=527): i=85 = {found} -> accepted")
    );
    let points = [Blob(Some(&[1][..]))];
    let asked =
        BrowseNextRequest { release_continuation_points: Flag(0), continuation_points: Array::of(&points) };
    assert_eq!(
        exchange((533, Body::BrowseNextRequest(asked)), (536, Body::BrowseNextResponse(answered))),
        format!("A: Browse BrowseNext (i=533): item 0 = {found} -> accepted")
    );
}

#[test]
fn paths_and_registered_nodes_are_told() {
    let step = |name| RelativePathElement {
        reference_type_id: NodeId::standard(33),
        is_inverse: Flag(0),
        include_subtypes: Flag(1),
        target_name: qualified(name),
    };
    let steps = [step("Hoist"), step("Load")];
    let paths = [BrowsePath { starting_node: NodeId::standard(85), relative_path: Array::of(&steps) }];
    let targets = [BrowsePathTarget { target_id: expanded(node("Load")), remaining_path_index: u32::MAX }];
    let results = [BrowsePathResult { status_code: GOOD, targets: Array::of(&targets) }];
    let asked = TranslateBrowsePathsRequest { browse_paths: Array::of(&paths) };
    let answered =
        TranslateBrowsePathsResponse { results: Array::of(&results), diagnostic_infos: Array::NULL };
    assert_eq!(
        exchange(
            (554, Body::TranslateBrowsePathsRequest(asked)),
            (557, Body::TranslateBrowsePathsResponse(answered))
        ),
        "A: Browse TranslateBrowsePathsToNodeIds (i=554): i=85/2:Hoist/2:Load = [ns=2;s=Load] -> accepted"
    );
    let (asked, answered) = ([node("Load")], [NodeId::standard(7)]);
    assert_eq!(
        exchange(
            (560, Body::RegisterNodesRequest(NodeList { nodes: Array::of(&asked) })),
            (563, Body::RegisterNodesResponse(NodeList { nodes: Array::of(&answered) }))
        ),
        "A: Browse RegisterNodes (i=560): ns=2;s=Load = i=7 -> accepted"
    );
}

#[test]
fn changes_of_the_address_space_are_told() {
    let nodes = [DeleteNodesItem { node_id: node("Load"), delete_target_references: Flag(1) }];
    let asked = DeleteNodesRequest { nodes_to_delete: Array::of(&nodes) };
    let denied = [StatusCode(0x801f_0000)];
    assert_eq!(
        exchange((500, Body::DeleteNodesRequest(asked)), (503, Body::DeleteNodesResponse(statuses(&denied)))),
        "A: Write DeleteNodes (i=500): ns=2;s=Load [BadUserAccessDenied (0x801F0000)] -> refused \
         BadUserAccessDenied (0x801F0000)"
    );
    let references = [AddReferencesItem {
        source_node_id: node("A"),
        reference_type_id: NodeId::standard(47),
        is_forward: Flag(1),
        target_server_uri: Text(None),
        target_node_id: expanded(node("B")),
        target_node_class: 1,
    }];
    let asked = AddReferencesRequest { references_to_add: Array::of(&references) };
    assert_eq!(
        exchange(
            (494, Body::AddReferencesRequest(asked)),
            (497, Body::AddReferencesResponse(statuses(&[GOOD])))
        ),
        "A: Write AddReferences (i=494): ns=2;s=A -i=47-> ns=2;s=B -> accepted"
    );
    let references = [DeleteReferencesItem {
        source_node_id: node("A"),
        reference_type_id: NodeId::standard(47),
        is_forward: Flag(1),
        target_node_id: expanded(node("B")),
        delete_bidirectional: Flag(1),
    }];
    let asked = DeleteReferencesRequest { references_to_delete: Array::of(&references) };
    assert_eq!(
        exchange(
            (506, Body::DeleteReferencesRequest(asked)),
            (509, Body::DeleteReferencesResponse(statuses(&[GOOD])))
        ),
        "A: Write DeleteReferences (i=506): ns=2;s=A -i=47-> ns=2;s=B -> accepted"
    );
    let class = AddNodesItem {
        parent_node_id: expanded(NodeId::standard(85)),
        reference_type_id: NodeId::standard(35),
        requested_new_node_id: expanded(node("New")),
        browse_name: qualified("New"),
        node_class: 4,
        node_attributes: ExtensionObject::default(),
        type_definition: ExpandedNodeId::default(),
    };
    let (items, results) = (
        [class],
        [AddNodesResult { status_code: StatusCode(0x805d_0000), added_node_id: NodeId::default() }],
    );
    let asked = AddNodesRequest { nodes_to_add: Array::of(&items) };
    let answered = AddNodesResponse { results: Array::of(&results), diagnostic_infos: Array::NULL };
    assert_eq!(
        exchange((488, Body::AddNodesRequest(asked)), (491, Body::AddNodesResponse(answered))),
        "A: Write AddNodes (i=488): ns=2;s=New (2:New) under i=85 = \"Method\" [BadNodeIdRejected (0x805D0000)] -> \
         refused BadNodeIdRejected (0x805D0000)"
    );
}

#[test]
fn the_terms_of_subscriptions_are_told_as_they_were_revised() {
    let asked = CreateSubscriptionRequest {
        requested_publishing_interval: 100.0,
        requested_lifetime_count: 1,
        requested_max_keep_alive_count: 1,
        max_notifications_per_publish: 0,
        publishing_enabled: Flag(1),
        priority: 0,
    };
    let answered = CreateSubscriptionResponse {
        subscription_id: 3,
        revised_publishing_interval: 250.0,
        revised_lifetime_count: 1,
        revised_max_keep_alive_count: 1,
    };
    assert_eq!(
        exchange(
            (787, Body::CreateSubscriptionRequest(asked)),
            (790, Body::CreateSubscriptionResponse(answered))
        ),
        "A: Subscribe CreateSubscription (i=787): subscription 3; publishing interval ms = 250 -> accepted"
    );
    let ids = [3, 4];
    let asked = SetPublishingModeRequest { publishing_enabled: Flag(0), subscription_ids: Array::of(&ids) };
    let answered = [GOOD, StatusCode(0x8028_0000)];
    assert_eq!(
        exchange(
            (799, Body::SetPublishingModeRequest(asked)),
            (802, Body::SetPublishingModeResponse(statuses(&answered)))
        ),
        "A: Subscribe SetPublishingMode (i=799): subscription 3 = false; subscription 4 = false \
         [BadSubscriptionIdInvalid (0x80280000)] -> accepted"
    );
    let asked =
        TransferSubscriptionsRequest { subscription_ids: Array::of(&ids[..1]), send_initial_values: Flag(1) };
    let results = [TransferResult { status_code: GOOD, available_sequence_numbers: Array::NULL }];
    let answered =
        TransferSubscriptionsResponse { results: Array::of(&results), diagnostic_infos: Array::NULL };
    assert_eq!(
        exchange(
            (841, Body::TransferSubscriptionsRequest(asked)),
            (844, Body::TransferSubscriptionsResponse(answered))
        ),
        "A: Subscribe TransferSubscriptions (i=841): subscription 3 -> accepted"
    );
}

#[test]
fn monitored_items_are_told_by_subscription_and_number() {
    let items = [7, 8];
    let asked = SetMonitoringModeRequest {
        subscription_id: 3,
        monitoring_mode: 0,
        monitored_item_ids: Array::of(&items),
    };
    assert_eq!(
        exchange(
            (769, Body::SetMonitoringModeRequest(asked)),
            (772, Body::SetMonitoringModeResponse(statuses(&[GOOD, UNKNOWN_ITEM])))
        ),
        "A: Subscribe SetMonitoringMode (i=769): subscription 3 item 7 = \"Disabled\"; subscription 3 item 8 = \
         \"Disabled\" [BadMonitoredItemIdInvalid (0x80420000)] -> accepted"
    );
    let asked =
        DeleteMonitoredItemsRequest { subscription_id: 3, monitored_item_ids: Array::of(&items[..1]) };
    assert_eq!(
        exchange(
            (781, Body::DeleteMonitoredItemsRequest(asked)),
            (784, Body::DeleteMonitoredItemsResponse(statuses(&[UNKNOWN_ITEM])))
        ),
        "A: Subscribe DeleteMonitoredItems (i=781): subscription 3 item 7 [BadMonitoredItemIdInvalid (0x80420000)] -> \
         refused BadMonitoredItemIdInvalid (0x80420000)"
    );
    let asked = SetTriggeringRequest {
        subscription_id: 3,
        triggering_item_id: 7,
        links_to_add: Array::of(&items[1..]),
        links_to_remove: Array::NULL,
    };
    let answered = SetTriggeringResponse { added: statuses(&[GOOD]), removed: statuses(&[]) };
    assert_eq!(
        exchange((775, Body::SetTriggeringRequest(asked)), (778, Body::SetTriggeringResponse(answered))),
        "A: Subscribe SetTriggering (i=775): subscription 3 item 7 = \"triggers\"; subscription 3 item 8 = \
         \"triggered\" -> accepted"
    );
}

#[test]
fn requests_about_the_session_itself_are_told() {
    assert_eq!(
        exchange(
            (473, Body::CloseSessionRequest(CloseSessionRequest { delete_subscriptions: Flag(1) })),
            (476, Body::Empty)
        ),
        "A: CloseSession CloseSession (i=473): delete subscriptions = true -> accepted"
    );
    assert_eq!(
        exchange(
            (479, Body::CancelRequest(CancelRequest { request_handle: 9 })),
            (482, Body::CancelResponse(CancelResponse { cancel_count: 1 }))
        ),
        "A: CloseSession Cancel (i=479): request handle = 9; cancelled = 1 -> accepted"
    );
}
