//! Subscriptions, monitored items, and what they deliver.

use super::super::builtin::{ExtensionObject, StatusCode, Text};
use super::super::codec::{Array, Decoder, Wire};
use super::super::handles::Handles;
use super::super::messages::{
    Body, CreateMonitoredItemsRequest, DataChangeNotification, EventNotificationList, NotificationMessage,
    StatusChangeNotification, encodings,
};
use super::super::names;
use super::attributes::{Target, each_variant};
use super::{Asked, Each, Tell, pairs, tell_item};
use quaywatch_model::{Item, Value};
use std::fmt;

pub(super) fn tell(
    request: Option<Body<'_>>,
    response: Option<Body<'_>>,
    handles: &Handles,
    tell: &mut Tell<'_>,
) {
    let results = match response {
        Some(
            Body::SetMonitoringModeResponse(body)
            | Body::DeleteMonitoredItemsResponse(body)
            | Body::SetPublishingModeResponse(body)
            | Body::DeleteSubscriptionsResponse(body),
        ) => Some(body.results),
        _ => None,
    };
    match (request, response) {
        (Some(Body::CreateMonitoredItemsRequest(body)), _) => create_items(&body, response, tell),
        (Some(Body::ModifyMonitoredItemsRequest(body)), _) => {
            let answered = match response {
                Some(Body::ModifyMonitoredItemsResponse(body)) => Some(body.results),
                _ => None,
            };
            for (number, asked, answered) in pairs(Some(body.items_to_modify), answered) {
                let object =
                    Asked(number, asked.map(|asked| Watch(body.subscription_id, asked.monitored_item_id)));
                let status = answered.map_or(StatusCode::GOOD, |answered| answered.status_code);
                tell_item(tell, &object, None, status);
            }
        }
        (Some(Body::SetMonitoringModeRequest(body)), _) => {
            let mode = Some(Value::Text(names::monitoring_mode(body.monitoring_mode)));
            watched(tell, body.subscription_id, body.monitored_item_ids, results, mode);
        }
        (Some(Body::DeleteMonitoredItemsRequest(body)), _) => {
            watched(tell, body.subscription_id, body.monitored_item_ids, results, None);
        }
        (Some(Body::SetTriggeringRequest(body)), _) => set_triggering(&body, response, tell),
        (Some(Body::SetPublishingModeRequest(body)), _) => {
            let enabled = Some(Value::Bool(body.publishing_enabled.is_set()));
            subscriptions(tell, body.subscription_ids, results, enabled);
        }
        (Some(Body::DeleteSubscriptionsRequest(body)), _) => {
            subscriptions(tell, body.subscription_ids, results, None);
        }
        (Some(Body::TransferSubscriptionsRequest(body)), _) => {
            let answered = match response {
                Some(Body::TransferSubscriptionsResponse(body)) => Some(body.results),
                _ => None,
            };
            for (number, asked, answered) in pairs(Some(body.subscription_ids), answered) {
                let status = answered.map_or(StatusCode::GOOD, |answered| answered.status_code);
                tell_item(tell, &Asked(number, asked.map(Subscription)), None, status);
            }
        }
        (_, Some(Body::PublishResponse(body))) => {
            notifications(tell, Some(body.subscription_id), &body.notification_message, handles);
        }
        (asked, Some(Body::RepublishResponse(body))) => {
            let subscription = match asked {
                Some(Body::RepublishRequest(asked)) => Some(asked.subscription_id),
                _ => None,
            };
            notifications(tell, subscription, &body.notification_message, handles);
        }
        _ => subscription_terms(request, response, tell),
    }
}

/// CreateSubscription and ModifySubscription: the terms, as they were revised where that is known.
fn subscription_terms(request: Option<Body<'_>>, response: Option<Body<'_>>, tell: &mut Tell<'_>) {
    let (asked, wished) = match request {
        Some(Body::CreateSubscriptionRequest(body)) => (None, Some(body.requested_publishing_interval)),
        Some(Body::ModifySubscriptionRequest(body)) => {
            (Some(body.subscription_id), Some(body.requested_publishing_interval))
        }
        Some(Body::RepublishRequest(body)) => (Some(body.subscription_id), None),
        _ => (None, None),
    };
    let (given, revised) = match response {
        Some(Body::CreateSubscriptionResponse(body)) => {
            (Some(body.subscription_id), Some(body.revised_publishing_interval))
        }
        Some(Body::ModifySubscriptionResponse(body)) => (None, Some(body.revised_publishing_interval)),
        _ => (None, None),
    };
    if let Some(subscription) = asked.or(given) {
        tell(Item::named(&Subscription(subscription)));
    }
    if let Some(interval) = revised.or(wished) {
        tell(Item::valued(&"publishing interval ms", Value::Float(interval)));
    }
}

fn create_items(body: &CreateMonitoredItemsRequest<'_>, response: Option<Body<'_>>, tell: &mut Tell<'_>) {
    let answered = match response {
        Some(Body::CreateMonitoredItemsResponse(body)) => Some(body.results),
        _ => None,
    };
    tell(Item::named(&Subscription(body.subscription_id)));
    for (number, asked, answered) in pairs(Some(body.items_to_create), answered) {
        let target = asked.map(|asked| Target {
            node: asked.item_to_monitor.node_id,
            attribute: asked.item_to_monitor.attribute_id,
            range: asked.item_to_monitor.index_range,
        });
        let status = answered.map_or(StatusCode::GOOD, |answered| answered.status_code);
        tell_item(tell, &Asked(number, target), None, status);
    }
}

fn set_triggering(
    body: &super::super::messages::SetTriggeringRequest<'_>,
    response: Option<Body<'_>>,
    tell: &mut Tell<'_>,
) {
    let (added, removed) = match response {
        Some(Body::SetTriggeringResponse(body)) => (Some(body.added.results), Some(body.removed.results)),
        _ => (None, None),
    };
    let links =
        [("triggered", body.links_to_add, added), ("no longer triggered", body.links_to_remove, removed)];
    tell(Item::valued(&Watch(body.subscription_id, body.triggering_item_id), Value::Text("triggers")));
    for (what, links, results) in links {
        watched(tell, body.subscription_id, links, results, Some(Value::Text(what)));
    }
}

fn watched(
    tell: &mut Tell<'_>,
    subscription: u32,
    items: Array<'_, u32>,
    results: Option<Array<'_, StatusCode>>,
    value: Option<Value<'_>>,
) {
    for (number, item, status) in pairs(Some(items), results) {
        let object = Asked(number, item.map(|item| Watch(subscription, item)));
        tell_item(tell, &object, value, status.unwrap_or_default());
    }
}

fn subscriptions(
    tell: &mut Tell<'_>,
    ids: Array<'_, u32>,
    results: Option<Array<'_, StatusCode>>,
    value: Option<Value<'_>>,
) {
    for (number, id, status) in pairs(Some(ids), results) {
        tell_item(tell, &Asked(number, id.map(Subscription)), value, status.unwrap_or_default());
    }
}

/// What a server delivers: changed values, events, the end of the subscription. Nothing is a sign of life.
fn notifications(
    tell: &mut Tell<'_>,
    subscription: Option<u32>,
    message: &NotificationMessage<'_>,
    handles: &Handles,
) {
    for notification in message.notification_data.iter() {
        if let Some(body) = notification.binary(encodings::DATA_CHANGE_NOTIFICATION) {
            let changes = DataChangeNotification::read(&mut Decoder::new(body), "NotificationData");
            for change in changes.monitored_items.iter() {
                let object = Source { subscription, handle: change.client_handle, event: false, handles };
                change.value.value.tell(&mut |value| tell_item(tell, &object, value, change.value.status));
            }
        } else if let Some(body) = notification.binary(encodings::EVENT_NOTIFICATION_LIST) {
            let events = EventNotificationList::read(&mut Decoder::new(body), "NotificationData").events;
            for event in events.iter() {
                let object = Source { subscription, handle: event.client_handle, event: true, handles };
                let fields = Each(event.event_fields, each_variant);
                tell_item(tell, &object, Some(Value::List(&fields)), StatusCode::GOOD);
            }
        } else if let Some(body) = notification.binary(encodings::STATUS_CHANGE_NOTIFICATION) {
            let change = StatusChangeNotification::read(&mut Decoder::new(body), "NotificationData");
            tell_item(tell, &Subscription(subscription.unwrap_or_default()), None, change.status);
        } else {
            unknown(tell, &notification);
        }
    }
}

fn unknown(tell: &mut Tell<'_>, notification: &ExtensionObject<'_>) {
    tell(Item::valued(&"notification", Value::List(notification)));
}

/// What delivers: the node where the handle's creation was seen, else `subscription 3 handle 7`.
struct Source<'h> {
    subscription: Option<u32>,
    handle: u32,
    event: bool,
    handles: &'h Handles,
}

impl fmt::Display for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = self.subscription.and_then(|subscription| self.handles.find(subscription, self.handle));
        match (found, self.subscription) {
            // Events come from a node's attribute EventNotifier, which need not be said.
            (Some(watched), _) if self.event => write!(f, "{} event", watched.node),
            (Some(watched), _) => {
                Target { node: watched.node, attribute: watched.attribute, range: Text(None) }.fmt(f)
            }
            (None, Some(subscription)) => write!(f, "{} handle {}", Subscription(subscription), self.handle),
            (None, None) => write!(f, "handle {}", self.handle),
        }
    }
}

struct Subscription(u32);

impl fmt::Display for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "subscription {}", self.0)
    }
}

/// A subscription and one of its monitored items.
struct Watch(u32, u32);

impl fmt::Display for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "subscription {} item {}", self.0, self.1)
    }
}
