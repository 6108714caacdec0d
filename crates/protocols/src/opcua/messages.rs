//! The requests and responses of the services, field by field (OPC 10000-4, clauses 5 and 7), each after its
//! header. One definition reads and writes.

use super::builtin::{
    Blob, DateTime, DiagnosticInfo, ExpandedNodeId, ExtensionObject, LocalizedText, NodeId, QualifiedName,
    StatusCode, Text,
};
use super::codec::{Array, Decoder, Flag, Flaw, Wire, structures};
use super::service::{Half, SERVICE_FAULT, Service};
use super::variant::{DataValue, Variant};

structures! {
    /// What every request begins with (7.33).
    RequestHeader<'a> {
        authentication_token: NodeId<'a>,
        timestamp: DateTime,
        request_handle: u32,
        return_diagnostics: u32,
        audit_entry_id: Text<'a>,
        timeout_hint: u32,
        additional_header: ExtensionObject<'a>,
    }
    /// What every response begins with (7.34).
    ResponseHeader<'a> {
        timestamp: DateTime,
        request_handle: u32,
        service_result: StatusCode,
        service_diagnostics: DiagnosticInfo<'a>,
        string_table: Array<'a, Text<'a>>,
        additional_header: ExtensionObject<'a>,
    }

    /// An application (7.2).
    ApplicationDescription<'a> {
        application_uri: Text<'a>,
        product_uri: Text<'a>,
        application_name: LocalizedText<'a>,
        application_type: i32,
        gateway_server_uri: Text<'a>,
        discovery_profile_uri: Text<'a>,
        discovery_urls: Array<'a, Text<'a>>,
    }
    /// A kind of identity a server takes (7.42).
    UserTokenPolicy<'a> {
        policy_id: Text<'a>,
        token_type: i32,
        issued_token_type: Text<'a>,
        issuer_endpoint_url: Text<'a>,
        security_policy_uri: Text<'a>,
    }
    /// Where and how a server can be reached (7.14).
    EndpointDescription<'a> {
        endpoint_url: Text<'a>,
        server: ApplicationDescription<'a>,
        server_certificate: Blob<'a>,
        security_mode: i32,
        security_policy_uri: Text<'a>,
        user_identity_tokens: Array<'a, UserTokenPolicy<'a>>,
        transport_profile_uri: Text<'a>,
        security_level: u8,
    }
    /// A signature (7.37).
    SignatureData<'a> {
        algorithm: Text<'a>,
        signature: Blob<'a>,
    }
    /// A software certificate, which the standard gave up but kept the place of (7.38).
    SignedSoftwareCertificate<'a> {
        certificate_data: Blob<'a>,
        signature: Blob<'a>,
    }
    /// A server that a discovery server was told of (7.32).
    RegisteredServer<'a> {
        server_uri: Text<'a>,
        product_uri: Text<'a>,
        server_names: Array<'a, LocalizedText<'a>>,
        server_type: i32,
        gateway_server_uri: Text<'a>,
        discovery_urls: Array<'a, Text<'a>>,
        semaphore_file_path: Text<'a>,
        is_online: Flag,
    }
    /// A server that was found on the network (5.5.3).
    ServerOnNetwork<'a> {
        record_id: u32,
        server_name: Text<'a>,
        discovery_url: Text<'a>,
        server_capabilities: Array<'a, Text<'a>>,
    }

    /// 5.5.2
    FindServersRequest<'a> {
        endpoint_url: Text<'a>,
        locale_ids: Array<'a, Text<'a>>,
        server_uris: Array<'a, Text<'a>>,
    }
    /// 5.5.2
    FindServersResponse<'a> {
        servers: Array<'a, ApplicationDescription<'a>>,
    }
    /// 5.5.3
    FindServersOnNetworkRequest<'a> {
        starting_record_id: u32,
        max_records_to_return: u32,
        server_capability_filter: Array<'a, Text<'a>>,
    }
    /// 5.5.3
    FindServersOnNetworkResponse<'a> {
        last_counter_reset_time: DateTime,
        servers: Array<'a, ServerOnNetwork<'a>>,
    }
    /// 5.5.4
    GetEndpointsRequest<'a> {
        endpoint_url: Text<'a>,
        locale_ids: Array<'a, Text<'a>>,
        profile_uris: Array<'a, Text<'a>>,
    }
    /// 5.5.4
    GetEndpointsResponse<'a> {
        endpoints: Array<'a, EndpointDescription<'a>>,
    }
    /// 5.5.5
    RegisterServerRequest<'a> {
        server: RegisteredServer<'a>,
    }
    /// 5.5.6
    RegisterServer2Request<'a> {
        server: RegisteredServer<'a>,
        discovery_configuration: Array<'a, ExtensionObject<'a>>,
    }
    /// A status for each of several, with what the vendor adds; also alone a whole response.
    StatusResults<'a> {
        results: Array<'a, StatusCode>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }

    /// The keys of a channel (5.6.2).
    ChannelSecurityToken {
        channel_id: u32,
        token_id: u32,
        created_at: DateTime,
        revised_lifetime: u32,
    }
    /// 5.6.2
    OpenSecureChannelRequest<'a> {
        client_protocol_version: u32,
        request_type: i32,
        security_mode: i32,
        client_nonce: Blob<'a>,
        requested_lifetime: u32,
    }
    /// 5.6.2
    OpenSecureChannelResponse<'a> {
        server_protocol_version: u32,
        security_token: ChannelSecurityToken,
        server_nonce: Blob<'a>,
    }

    /// 5.7.2
    CreateSessionRequest<'a> {
        client_description: ApplicationDescription<'a>,
        server_uri: Text<'a>,
        endpoint_url: Text<'a>,
        session_name: Text<'a>,
        client_nonce: Blob<'a>,
        client_certificate: Blob<'a>,
        requested_session_timeout: f64,
        max_response_message_size: u32,
    }
    /// 5.7.2
    CreateSessionResponse<'a> {
        session_id: NodeId<'a>,
        authentication_token: NodeId<'a>,
        revised_session_timeout: f64,
        server_nonce: Blob<'a>,
        server_certificate: Blob<'a>,
        server_endpoints: Array<'a, EndpointDescription<'a>>,
        server_software_certificates: Array<'a, SignedSoftwareCertificate<'a>>,
        server_signature: SignatureData<'a>,
        max_request_message_size: u32,
    }
    /// 5.7.3
    ActivateSessionRequest<'a> {
        client_signature: SignatureData<'a>,
        client_software_certificates: Array<'a, SignedSoftwareCertificate<'a>>,
        locale_ids: Array<'a, Text<'a>>,
        user_identity_token: ExtensionObject<'a>,
        user_token_signature: SignatureData<'a>,
    }
    /// 5.7.3
    ActivateSessionResponse<'a> {
        server_nonce: Blob<'a>,
        results: Array<'a, StatusCode>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// 5.7.4
    CloseSessionRequest {
        delete_subscriptions: Flag,
    }
    /// 5.7.5
    CancelRequest {
        request_handle: u32,
    }
    /// 5.7.5
    CancelResponse {
        cancel_count: u32,
    }

    /// A node to be made (5.8.2).
    AddNodesItem<'a> {
        parent_node_id: ExpandedNodeId<'a>,
        reference_type_id: NodeId<'a>,
        requested_new_node_id: ExpandedNodeId<'a>,
        browse_name: QualifiedName<'a>,
        node_class: i32,
        node_attributes: ExtensionObject<'a>,
        type_definition: ExpandedNodeId<'a>,
    }
    /// What became of it.
    AddNodesResult<'a> {
        status_code: StatusCode,
        added_node_id: NodeId<'a>,
    }
    /// 5.8.2
    AddNodesRequest<'a> {
        nodes_to_add: Array<'a, AddNodesItem<'a>>,
    }
    /// 5.8.2
    AddNodesResponse<'a> {
        results: Array<'a, AddNodesResult<'a>>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// A reference to be made (5.8.3).
    AddReferencesItem<'a> {
        source_node_id: NodeId<'a>,
        reference_type_id: NodeId<'a>,
        is_forward: Flag,
        target_server_uri: Text<'a>,
        target_node_id: ExpandedNodeId<'a>,
        target_node_class: i32,
    }
    /// 5.8.3
    AddReferencesRequest<'a> {
        references_to_add: Array<'a, AddReferencesItem<'a>>,
    }
    /// A node to be deleted (5.8.4).
    DeleteNodesItem<'a> {
        node_id: NodeId<'a>,
        delete_target_references: Flag,
    }
    /// 5.8.4
    DeleteNodesRequest<'a> {
        nodes_to_delete: Array<'a, DeleteNodesItem<'a>>,
    }
    /// A reference to be deleted (5.8.5).
    DeleteReferencesItem<'a> {
        source_node_id: NodeId<'a>,
        reference_type_id: NodeId<'a>,
        is_forward: Flag,
        target_node_id: ExpandedNodeId<'a>,
        delete_bidirectional: Flag,
    }
    /// 5.8.5
    DeleteReferencesRequest<'a> {
        references_to_delete: Array<'a, DeleteReferencesItem<'a>>,
    }

    /// The part of the address space that is looked at (7.45).
    ViewDescription<'a> {
        view_id: NodeId<'a>,
        timestamp: DateTime,
        view_version: u32,
    }
    /// Where to look and for what (5.9.2).
    BrowseDescription<'a> {
        node_id: NodeId<'a>,
        browse_direction: i32,
        reference_type_id: NodeId<'a>,
        include_subtypes: Flag,
        node_class_mask: u32,
        result_mask: u32,
    }
    /// A reference that was found (7.30).
    ReferenceDescription<'a> {
        reference_type_id: NodeId<'a>,
        is_forward: Flag,
        node_id: ExpandedNodeId<'a>,
        browse_name: QualifiedName<'a>,
        display_name: LocalizedText<'a>,
        node_class: i32,
        type_definition: ExpandedNodeId<'a>,
    }
    /// What was found at one place (7.6).
    BrowseResult<'a> {
        status_code: StatusCode,
        continuation_point: Blob<'a>,
        references: Array<'a, ReferenceDescription<'a>>,
    }
    /// 5.9.2
    BrowseRequest<'a> {
        view: ViewDescription<'a>,
        requested_max_references_per_node: u32,
        nodes_to_browse: Array<'a, BrowseDescription<'a>>,
    }
    /// 5.9.2, and of `BrowseNext`
    BrowseResponse<'a> {
        results: Array<'a, BrowseResult<'a>>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// 5.9.3
    BrowseNextRequest<'a> {
        release_continuation_points: Flag,
        continuation_points: Array<'a, Blob<'a>>,
    }
    /// One step of a path (7.31).
    RelativePathElement<'a> {
        reference_type_id: NodeId<'a>,
        is_inverse: Flag,
        include_subtypes: Flag,
        target_name: QualifiedName<'a>,
    }
    /// A path to follow (5.9.4).
    BrowsePath<'a> {
        starting_node: NodeId<'a>,
        relative_path: Array<'a, RelativePathElement<'a>>,
    }
    /// Where a path ends.
    BrowsePathTarget<'a> {
        target_id: ExpandedNodeId<'a>,
        remaining_path_index: u32,
    }
    /// Where a path leads.
    BrowsePathResult<'a> {
        status_code: StatusCode,
        targets: Array<'a, BrowsePathTarget<'a>>,
    }
    /// 5.9.4
    TranslateBrowsePathsRequest<'a> {
        browse_paths: Array<'a, BrowsePath<'a>>,
    }
    /// 5.9.4
    TranslateBrowsePathsResponse<'a> {
        results: Array<'a, BrowsePathResult<'a>>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// 5.9.5 both ways, and of `UnregisterNodes`
    NodeList<'a> {
        nodes: Array<'a, NodeId<'a>>,
    }

    /// An attribute to be read (7.29).
    ReadValueId<'a> {
        node_id: NodeId<'a>,
        attribute_id: u32,
        index_range: Text<'a>,
        data_encoding: QualifiedName<'a>,
    }
    /// 5.11.2
    ReadRequest<'a> {
        max_age: f64,
        timestamps_to_return: i32,
        nodes_to_read: Array<'a, ReadValueId<'a>>,
    }
    /// 5.11.2
    ReadResponse<'a> {
        results: Array<'a, DataValue<'a>>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// A node whose history is to be read (5.11.3).
    HistoryReadValueId<'a> {
        node_id: NodeId<'a>,
        index_range: Text<'a>,
        data_encoding: QualifiedName<'a>,
        continuation_point: Blob<'a>,
    }
    /// The history of one node.
    HistoryReadResult<'a> {
        status_code: StatusCode,
        continuation_point: Blob<'a>,
        history_data: ExtensionObject<'a>,
    }
    /// 5.11.3
    HistoryReadRequest<'a> {
        history_read_details: ExtensionObject<'a>,
        timestamps_to_return: i32,
        release_continuation_points: Flag,
        nodes_to_read: Array<'a, HistoryReadValueId<'a>>,
    }
    /// 5.11.3
    HistoryReadResponse<'a> {
        results: Array<'a, HistoryReadResult<'a>>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// An attribute to be written (5.11.4).
    WriteValue<'a> {
        node_id: NodeId<'a>,
        attribute_id: u32,
        index_range: Text<'a>,
        value: DataValue<'a>,
    }
    /// 5.11.4
    WriteRequest<'a> {
        nodes_to_write: Array<'a, WriteValue<'a>>,
    }
    /// What became of one history update (5.11.5).
    HistoryUpdateResult<'a> {
        status_code: StatusCode,
        operation_results: Array<'a, StatusCode>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// 5.11.5
    HistoryUpdateRequest<'a> {
        history_update_details: Array<'a, ExtensionObject<'a>>,
    }
    /// 5.11.5
    HistoryUpdateResponse<'a> {
        results: Array<'a, HistoryUpdateResult<'a>>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }

    /// A method to be called (5.12.2).
    CallMethodRequest<'a> {
        object_id: NodeId<'a>,
        method_id: NodeId<'a>,
        input_arguments: Array<'a, Variant<'a>>,
    }
    /// What it returned.
    CallMethodResult<'a> {
        status_code: StatusCode,
        input_argument_results: Array<'a, StatusCode>,
        input_argument_diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
        output_arguments: Array<'a, Variant<'a>>,
    }
    /// 5.12.2
    CallRequest<'a> {
        methods_to_call: Array<'a, CallMethodRequest<'a>>,
    }
    /// 5.12.2
    CallResponse<'a> {
        results: Array<'a, CallMethodResult<'a>>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }

    /// How an item is to be watched (7.21).
    MonitoringParameters<'a> {
        client_handle: u32,
        sampling_interval: f64,
        filter: ExtensionObject<'a>,
        queue_size: u32,
        discard_oldest: Flag,
    }
    /// An item to be watched (5.13.2).
    MonitoredItemCreateRequest<'a> {
        item_to_monitor: ReadValueId<'a>,
        monitoring_mode: i32,
        requested_parameters: MonitoringParameters<'a>,
    }
    /// What became of it.
    MonitoredItemCreateResult<'a> {
        status_code: StatusCode,
        monitored_item_id: u32,
        revised_sampling_interval: f64,
        revised_queue_size: u32,
        filter_result: ExtensionObject<'a>,
    }
    /// 5.13.2
    CreateMonitoredItemsRequest<'a> {
        subscription_id: u32,
        timestamps_to_return: i32,
        items_to_create: Array<'a, MonitoredItemCreateRequest<'a>>,
    }
    /// 5.13.2
    CreateMonitoredItemsResponse<'a> {
        results: Array<'a, MonitoredItemCreateResult<'a>>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// An item to be watched otherwise (5.13.3).
    MonitoredItemModifyRequest<'a> {
        monitored_item_id: u32,
        requested_parameters: MonitoringParameters<'a>,
    }
    /// What became of it.
    MonitoredItemModifyResult<'a> {
        status_code: StatusCode,
        revised_sampling_interval: f64,
        revised_queue_size: u32,
        filter_result: ExtensionObject<'a>,
    }
    /// 5.13.3
    ModifyMonitoredItemsRequest<'a> {
        subscription_id: u32,
        timestamps_to_return: i32,
        items_to_modify: Array<'a, MonitoredItemModifyRequest<'a>>,
    }
    /// 5.13.3
    ModifyMonitoredItemsResponse<'a> {
        results: Array<'a, MonitoredItemModifyResult<'a>>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// 5.13.4
    SetMonitoringModeRequest<'a> {
        subscription_id: u32,
        monitoring_mode: i32,
        monitored_item_ids: Array<'a, u32>,
    }
    /// 5.13.5
    SetTriggeringRequest<'a> {
        subscription_id: u32,
        triggering_item_id: u32,
        links_to_add: Array<'a, u32>,
        links_to_remove: Array<'a, u32>,
    }
    /// 5.13.5
    SetTriggeringResponse<'a> {
        added: StatusResults<'a>,
        removed: StatusResults<'a>,
    }
    /// 5.13.6
    DeleteMonitoredItemsRequest<'a> {
        subscription_id: u32,
        monitored_item_ids: Array<'a, u32>,
    }

    /// 5.14.2
    CreateSubscriptionRequest {
        requested_publishing_interval: f64,
        requested_lifetime_count: u32,
        requested_max_keep_alive_count: u32,
        max_notifications_per_publish: u32,
        publishing_enabled: Flag,
        priority: u8,
    }
    /// 5.14.2
    CreateSubscriptionResponse {
        subscription_id: u32,
        revised_publishing_interval: f64,
        revised_lifetime_count: u32,
        revised_max_keep_alive_count: u32,
    }
    /// 5.14.3
    ModifySubscriptionRequest {
        subscription_id: u32,
        requested_publishing_interval: f64,
        requested_lifetime_count: u32,
        requested_max_keep_alive_count: u32,
        max_notifications_per_publish: u32,
        priority: u8,
    }
    /// 5.14.3
    ModifySubscriptionResponse {
        revised_publishing_interval: f64,
        revised_lifetime_count: u32,
        revised_max_keep_alive_count: u32,
    }
    /// 5.14.4
    SetPublishingModeRequest<'a> {
        publishing_enabled: Flag,
        subscription_ids: Array<'a, u32>,
    }
    /// A notification that was received (5.14.5).
    SubscriptionAcknowledgement {
        subscription_id: u32,
        sequence_number: u32,
    }
    /// What a server has to tell (7.26).
    NotificationMessage<'a> {
        sequence_number: u32,
        publish_time: DateTime,
        notification_data: Array<'a, ExtensionObject<'a>>,
    }
    /// 5.14.5
    PublishRequest<'a> {
        subscription_acknowledgements: Array<'a, SubscriptionAcknowledgement>,
    }
    /// 5.14.5
    PublishResponse<'a> {
        subscription_id: u32,
        available_sequence_numbers: Array<'a, u32>,
        more_notifications: Flag,
        notification_message: NotificationMessage<'a>,
        results: Array<'a, StatusCode>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// 5.14.6
    RepublishRequest {
        subscription_id: u32,
        retransmit_sequence_number: u32,
    }
    /// 5.14.6
    RepublishResponse<'a> {
        notification_message: NotificationMessage<'a>,
    }
    /// What became of a subscription that was to be transferred (5.14.7).
    TransferResult<'a> {
        status_code: StatusCode,
        available_sequence_numbers: Array<'a, u32>,
    }
    /// 5.14.7
    TransferSubscriptionsRequest<'a> {
        subscription_ids: Array<'a, u32>,
        send_initial_values: Flag,
    }
    /// 5.14.7
    TransferSubscriptionsResponse<'a> {
        results: Array<'a, TransferResult<'a>>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// 5.14.8
    DeleteSubscriptionsRequest<'a> {
        subscription_ids: Array<'a, u32>,
    }

    /// A changed value (7.25.2).
    MonitoredItemNotification<'a> {
        client_handle: u32,
        value: DataValue<'a>,
    }
    /// Changed values, in an [`ExtensionObject`].
    DataChangeNotification<'a> {
        monitored_items: Array<'a, MonitoredItemNotification<'a>>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// An event (7.25.3).
    EventFieldList<'a> {
        client_handle: u32,
        event_fields: Array<'a, Variant<'a>>,
    }
    /// Events, in an [`ExtensionObject`].
    EventNotificationList<'a> {
        events: Array<'a, EventFieldList<'a>>,
    }
    /// The end of a subscription, in an [`ExtensionObject`] (7.25.4).
    StatusChangeNotification<'a> {
        status: StatusCode,
        diagnostic_info: DiagnosticInfo<'a>,
    }

    /// Values of a node's history, in an [`ExtensionObject`] (OPC 10000-11, 6.6.2).
    HistoryData<'a> {
        data_values: Array<'a, DataValue<'a>>,
    }
    /// Values to be set in a node's history, in an [`ExtensionObject`] (OPC 10000-11, 6.9.2).
    UpdateDataDetails<'a> {
        node_id: NodeId<'a>,
        perform_insert_replace: i32,
        update_values: Array<'a, DataValue<'a>>,
    }

    /// Nobody in particular, in an [`ExtensionObject`] (7.41.3).
    AnonymousIdentityToken<'a> {
        policy_id: Text<'a>,
    }
    /// A user's name and password (7.41.4).
    UserNameIdentityToken<'a> {
        policy_id: Text<'a>,
        user_name: Text<'a>,
        password: Blob<'a>,
        encryption_algorithm: Text<'a>,
    }
    /// A user's certificate (7.41.5).
    X509IdentityToken<'a> {
        policy_id: Text<'a>,
        certificate_data: Blob<'a>,
    }
    /// A token that somebody else issued (7.41.6).
    IssuedIdentityToken<'a> {
        policy_id: Text<'a>,
        token_data: Blob<'a>,
        encryption_algorithm: Text<'a>,
    }
}

/// The binary encoding ids of the structures that travel in an [`ExtensionObject`] (OPC 10000-6, annex A).
pub mod encodings {
    /// [`AnonymousIdentityToken`](super::AnonymousIdentityToken).
    pub const ANONYMOUS_IDENTITY_TOKEN: u32 = 321;
    /// [`UserNameIdentityToken`](super::UserNameIdentityToken).
    pub const USER_NAME_IDENTITY_TOKEN: u32 = 324;
    /// [`X509IdentityToken`](super::X509IdentityToken).
    pub const X509_IDENTITY_TOKEN: u32 = 327;
    /// [`IssuedIdentityToken`](super::IssuedIdentityToken).
    pub const ISSUED_IDENTITY_TOKEN: u32 = 940;
    /// [`HistoryData`](super::HistoryData).
    pub const HISTORY_DATA: u32 = 658;
    /// [`UpdateDataDetails`](super::UpdateDataDetails).
    pub const UPDATE_DATA_DETAILS: u32 = 682;
    /// [`DataChangeNotification`](super::DataChangeNotification).
    pub const DATA_CHANGE_NOTIFICATION: u32 = 811;
    /// [`StatusChangeNotification`](super::StatusChangeNotification).
    pub const STATUS_CHANGE_NOTIFICATION: u32 = 820;
    /// [`EventNotificationList`](super::EventNotificationList).
    pub const EVENT_NOTIFICATION_LIST: u32 = 916;
}

/// What a message's header says.
#[derive(Debug, Clone, Copy)]
pub enum Head<'a> {
    /// Of a request.
    Request(RequestHeader<'a>),
    /// Of a response.
    Response(ResponseHeader<'a>),
}

macro_rules! bodies {
    (requests: $($request_id:literal $request:ident($request_type:ty);)*
     responses: $($response_id:literal $response:ident($response_type:ty);)*) => {
        /// What follows the header, by message type.
        #[derive(Debug, Clone, Copy)]
        pub enum Body<'a> {
            /// Nothing.
            Empty,
            /// Bytes that are not read further, of a service whose name is all that is known here.
            Unread(&'a [u8]),
            $(
                #[doc = concat!("Of the request `i=", stringify!($request_id), "`.")]
                $request($request_type),
            )*
            $(
                #[doc = concat!("Of the response `i=", stringify!($response_id), "`.")]
                $response($response_type),
            )*
        }

        impl<'a> Body<'a> {
            fn read(type_id: u32, from: &mut Decoder<'a>) -> Self {
                match type_id {
                    $($request_id => Self::$request(Wire::read(from, stringify!($request))),)*
                    $($response_id => Self::$response(Wire::read(from, stringify!($response))),)*
                    397 | 440 | 452 | 455 | 476 | 569 => Self::Empty,
                    _ => Self::Unread(from.take(from.left().len(), "body")),
                }
            }

            fn write(&self, to: &mut Vec<u8>) {
                match self {
                    Self::Empty => {}
                    Self::Unread(bytes) => to.extend_from_slice(bytes),
                    $(Self::$request(body) => body.write(to),)*
                    $(Self::$response(body) => body.write(to),)*
                }
            }
        }
    };
}
bodies! {
    requests:
    422 FindServersRequest(FindServersRequest<'a>);
    428 GetEndpointsRequest(GetEndpointsRequest<'a>);
    437 RegisterServerRequest(RegisterServerRequest<'a>);
    12208 FindServersOnNetworkRequest(FindServersOnNetworkRequest<'a>);
    12211 RegisterServer2Request(RegisterServer2Request<'a>);
    446 OpenSecureChannelRequest(OpenSecureChannelRequest<'a>);
    461 CreateSessionRequest(CreateSessionRequest<'a>);
    467 ActivateSessionRequest(ActivateSessionRequest<'a>);
    473 CloseSessionRequest(CloseSessionRequest);
    479 CancelRequest(CancelRequest);
    488 AddNodesRequest(AddNodesRequest<'a>);
    494 AddReferencesRequest(AddReferencesRequest<'a>);
    500 DeleteNodesRequest(DeleteNodesRequest<'a>);
    506 DeleteReferencesRequest(DeleteReferencesRequest<'a>);
    527 BrowseRequest(BrowseRequest<'a>);
    533 BrowseNextRequest(BrowseNextRequest<'a>);
    554 TranslateBrowsePathsRequest(TranslateBrowsePathsRequest<'a>);
    560 RegisterNodesRequest(NodeList<'a>);
    566 UnregisterNodesRequest(NodeList<'a>);
    631 ReadRequest(ReadRequest<'a>);
    664 HistoryReadRequest(HistoryReadRequest<'a>);
    673 WriteRequest(WriteRequest<'a>);
    700 HistoryUpdateRequest(HistoryUpdateRequest<'a>);
    712 CallRequest(CallRequest<'a>);
    751 CreateMonitoredItemsRequest(CreateMonitoredItemsRequest<'a>);
    763 ModifyMonitoredItemsRequest(ModifyMonitoredItemsRequest<'a>);
    769 SetMonitoringModeRequest(SetMonitoringModeRequest<'a>);
    775 SetTriggeringRequest(SetTriggeringRequest<'a>);
    781 DeleteMonitoredItemsRequest(DeleteMonitoredItemsRequest<'a>);
    787 CreateSubscriptionRequest(CreateSubscriptionRequest);
    793 ModifySubscriptionRequest(ModifySubscriptionRequest);
    799 SetPublishingModeRequest(SetPublishingModeRequest<'a>);
    826 PublishRequest(PublishRequest<'a>);
    832 RepublishRequest(RepublishRequest);
    841 TransferSubscriptionsRequest(TransferSubscriptionsRequest<'a>);
    847 DeleteSubscriptionsRequest(DeleteSubscriptionsRequest<'a>);
    responses:
    425 FindServersResponse(FindServersResponse<'a>);
    431 GetEndpointsResponse(GetEndpointsResponse<'a>);
    12209 FindServersOnNetworkResponse(FindServersOnNetworkResponse<'a>);
    12212 RegisterServer2Response(StatusResults<'a>);
    449 OpenSecureChannelResponse(OpenSecureChannelResponse<'a>);
    464 CreateSessionResponse(CreateSessionResponse<'a>);
    470 ActivateSessionResponse(ActivateSessionResponse<'a>);
    482 CancelResponse(CancelResponse);
    491 AddNodesResponse(AddNodesResponse<'a>);
    497 AddReferencesResponse(StatusResults<'a>);
    503 DeleteNodesResponse(StatusResults<'a>);
    509 DeleteReferencesResponse(StatusResults<'a>);
    530 BrowseResponse(BrowseResponse<'a>);
    536 BrowseNextResponse(BrowseResponse<'a>);
    557 TranslateBrowsePathsResponse(TranslateBrowsePathsResponse<'a>);
    563 RegisterNodesResponse(NodeList<'a>);
    634 ReadResponse(ReadResponse<'a>);
    667 HistoryReadResponse(HistoryReadResponse<'a>);
    676 WriteResponse(StatusResults<'a>);
    703 HistoryUpdateResponse(HistoryUpdateResponse<'a>);
    715 CallResponse(CallResponse<'a>);
    754 CreateMonitoredItemsResponse(CreateMonitoredItemsResponse<'a>);
    766 ModifyMonitoredItemsResponse(ModifyMonitoredItemsResponse<'a>);
    772 SetMonitoringModeResponse(StatusResults<'a>);
    778 SetTriggeringResponse(SetTriggeringResponse<'a>);
    784 DeleteMonitoredItemsResponse(StatusResults<'a>);
    790 CreateSubscriptionResponse(CreateSubscriptionResponse);
    796 ModifySubscriptionResponse(ModifySubscriptionResponse);
    802 SetPublishingModeResponse(StatusResults<'a>);
    829 PublishResponse(PublishResponse<'a>);
    835 RepublishResponse(RepublishResponse<'a>);
    844 TransferSubscriptionsResponse(TransferSubscriptionsResponse<'a>);
    850 DeleteSubscriptionsResponse(StatusResults<'a>);
}

/// A whole message: type, header, body.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// The id of the message's binary encoding.
    pub type_id: NodeId<'a>,
    /// The header.
    pub head: Head<'a>,
    /// The rest.
    pub body: Body<'a>,
}

impl<'a> Message<'a> {
    /// Reads a whole message as far as it can be read, and tells what was wrong with the rest.
    ///
    /// `None`: the type is no number of namespace 0 that stands for a request or a response.
    #[must_use]
    pub fn decode(bytes: &'a [u8]) -> Option<(Self, Result<(), Flaw>)> {
        let mut from = Decoder::new(bytes);
        let type_id = NodeId::read(&mut from, "TypeId");
        let number = type_id.standard_number().filter(|_| from.flaw().is_none())?;
        let head = match half(number)? {
            Half::Request => Head::Request(RequestHeader::read(&mut from, "RequestHeader")),
            Half::Response => Head::Response(ResponseHeader::read(&mut from, "ResponseHeader")),
        };
        let body = match &head {
            // A service that fails as a whole may leave its parameters out.
            Head::Response(header) if header.service_result.is_bad() && from.left().is_empty() => Body::Empty,
            _ => Body::read(number, &mut from),
        };
        Some((Self { type_id, head, body }, from.finish()))
    }

    /// The message's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut to = Vec::new();
        self.type_id.write(&mut to);
        match &self.head {
            Head::Request(header) => header.write(&mut to),
            Head::Response(header) => header.write(&mut to),
        }
        self.body.write(&mut to);
        to
    }
}

fn half(type_id: u32) -> Option<Half> {
    if type_id == SERVICE_FAULT {
        return Some(Half::Response);
    }
    Service::of_message(type_id).map(|(_, half)| half)
}
