//! Monitored items, subscriptions, and what they deliver (OPC 10000-4, 5.13 and 5.14).

use super::super::builtin::{DateTime, DiagnosticInfo, ExtensionObject, StatusCode};
use super::super::codec::{Array, Flag, structures};
use super::super::variant::{DataValue, Variant};
use super::attributes::ReadValueId;
use super::header::StatusResults;

structures! {
    /// How an item is to be watched (7.21).
    MonitoringParameters<'a> {
        client_handle: u32,
        sampling_interval: f64,
        filter: ExtensionObject<'a>,
        queue_size: u32,
        discard_oldest: Flag,
    }
    /// Which changes of a value are told, in an [`ExtensionObject`] (7.22.2).
    DataChangeFilter {
        trigger: i32,
        deadband_type: u32,
        deadband_value: f64,
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
    /// The parameters of a `CreateMonitoredItems` request (5.13.2).
    CreateMonitoredItemsRequest<'a> {
        subscription_id: u32,
        timestamps_to_return: i32,
        items_to_create: Array<'a, MonitoredItemCreateRequest<'a>>,
    }
    /// The parameters of a `CreateMonitoredItems` response (5.13.2).
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
    /// The parameters of a `ModifyMonitoredItems` request (5.13.3).
    ModifyMonitoredItemsRequest<'a> {
        subscription_id: u32,
        timestamps_to_return: i32,
        items_to_modify: Array<'a, MonitoredItemModifyRequest<'a>>,
    }
    /// The parameters of a `ModifyMonitoredItems` response (5.13.3).
    ModifyMonitoredItemsResponse<'a> {
        results: Array<'a, MonitoredItemModifyResult<'a>>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// The parameters of a `SetMonitoringMode` request (5.13.4).
    SetMonitoringModeRequest<'a> {
        subscription_id: u32,
        monitoring_mode: i32,
        monitored_item_ids: Array<'a, u32>,
    }
    /// The parameters of a `SetTriggering` request (5.13.5).
    SetTriggeringRequest<'a> {
        subscription_id: u32,
        triggering_item_id: u32,
        links_to_add: Array<'a, u32>,
        links_to_remove: Array<'a, u32>,
    }
    /// The parameters of a `SetTriggering` response (5.13.5).
    SetTriggeringResponse<'a> {
        added: StatusResults<'a>,
        removed: StatusResults<'a>,
    }
    /// The parameters of a `DeleteMonitoredItems` request (5.13.6).
    DeleteMonitoredItemsRequest<'a> {
        subscription_id: u32,
        monitored_item_ids: Array<'a, u32>,
    }
    /// The parameters of a `CreateSubscription` request (5.14.2).
    CreateSubscriptionRequest {
        requested_publishing_interval: f64,
        requested_lifetime_count: u32,
        requested_max_keep_alive_count: u32,
        max_notifications_per_publish: u32,
        publishing_enabled: Flag,
        priority: u8,
    }
    /// The parameters of a `CreateSubscription` response (5.14.2).
    CreateSubscriptionResponse {
        subscription_id: u32,
        revised_publishing_interval: f64,
        revised_lifetime_count: u32,
        revised_max_keep_alive_count: u32,
    }
    /// The parameters of a `ModifySubscription` request (5.14.3).
    ModifySubscriptionRequest {
        subscription_id: u32,
        requested_publishing_interval: f64,
        requested_lifetime_count: u32,
        requested_max_keep_alive_count: u32,
        max_notifications_per_publish: u32,
        priority: u8,
    }
    /// The parameters of a `ModifySubscription` response (5.14.3).
    ModifySubscriptionResponse {
        revised_publishing_interval: f64,
        revised_lifetime_count: u32,
        revised_max_keep_alive_count: u32,
    }
    /// The parameters of a `SetPublishingMode` request (5.14.4).
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
    /// The parameters of a `Publish` request (5.14.5).
    PublishRequest<'a> {
        subscription_acknowledgements: Array<'a, SubscriptionAcknowledgement>,
    }
    /// The parameters of a `Publish` response (5.14.5).
    PublishResponse<'a> {
        subscription_id: u32,
        available_sequence_numbers: Array<'a, u32>,
        more_notifications: Flag,
        notification_message: NotificationMessage<'a>,
        results: Array<'a, StatusCode>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// The parameters of a `Republish` request (5.14.6).
    RepublishRequest {
        subscription_id: u32,
        retransmit_sequence_number: u32,
    }
    /// The parameters of a `Republish` response (5.14.6).
    RepublishResponse<'a> {
        notification_message: NotificationMessage<'a>,
    }
    /// What became of a subscription that was to be transferred (5.14.7).
    TransferResult<'a> {
        status_code: StatusCode,
        available_sequence_numbers: Array<'a, u32>,
    }
    /// The parameters of a `TransferSubscriptions` request (5.14.7).
    TransferSubscriptionsRequest<'a> {
        subscription_ids: Array<'a, u32>,
        send_initial_values: Flag,
    }
    /// The parameters of a `TransferSubscriptions` response (5.14.7).
    TransferSubscriptionsResponse<'a> {
        results: Array<'a, TransferResult<'a>>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// The parameters of a `DeleteSubscriptions` request (5.14.8).
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
}
