//! Subscriptions, at times that the test sets.

use super::*;

/// A subscription that publishes every 500 ms and keeps quiet for at most three cycles.
pub(super) fn subscribed(client: &mut Client) -> u32 {
    subscribe(client, 500.0, 0)
}

fn subscribe(client: &mut Client, interval: f64, most: u32) -> u32 {
    let bytes = client.ask(
        787,
        Body::CreateSubscriptionRequest(CreateSubscriptionRequest {
            requested_publishing_interval: interval,
            requested_lifetime_count: 9,
            requested_max_keep_alive_count: 3,
            max_notifications_per_publish: most,
            publishing_enabled: Flag(1),
            priority: 0,
        }),
    );
    let Ok(Body::CreateSubscriptionResponse(created)) = bytes.as_deref().map(body) else {
        panic!("{bytes:?}")
    };
    assert_eq!((created.revised_lifetime_count, created.revised_max_keep_alive_count), (9, 3));
    created.subscription_id
}

pub(super) fn item<'a>(
    watched: ReadValueId<'a>,
    queue_size: u32,
    filter: ExtensionObject<'a>,
) -> MonitoredItemCreateRequest<'a> {
    MonitoredItemCreateRequest {
        item_to_monitor: watched,
        monitoring_mode: 2,
        requested_parameters: MonitoringParameters {
            client_handle: 42,
            sampling_interval: 100.0,
            filter,
            queue_size,
            discard_oldest: Flag(1),
        },
    }
}

/// The item's number, or why there is none.
pub(super) fn watch(
    client: &mut Client,
    subscription_id: u32,
    item: MonitoredItemCreateRequest<'_>,
) -> Result<u32, u32> {
    let (items, timestamps_to_return) = ([item], 2);
    let items_to_create = Array::of(&items);
    let asked = CreateMonitoredItemsRequest { subscription_id, timestamps_to_return, items_to_create };
    let bytes = client.ask(751, Body::CreateMonitoredItemsRequest(asked))?;
    let Body::CreateMonitoredItemsResponse(response) = body(&bytes) else { panic!() };
    let made = response.results.iter().next().unwrap();
    if made.status_code.is_bad() { Err(made.status_code.0 >> 16) } else { Ok(made.monitored_item_id) }
}

pub(super) fn watch_net(client: &mut Client, subscription: u32, queue_size: u32) -> u32 {
    watch(client, subscription, item(value("STS07/Load/Net"), queue_size, ExtensionObject::default()))
        .unwrap()
}

pub(super) fn publish(client: &mut Client, acknowledged: &[(u32, u32)]) -> Vec<Heard> {
    let acknowledged: Vec<_> = acknowledged
        .iter()
        .map(|&(subscription_id, sequence_number)| SubscriptionAcknowledgement {
            subscription_id,
            sequence_number,
        })
        .collect();
    let asked = PublishRequest { subscription_acknowledgements: Array::of(&acknowledged) };
    client.say(826, Body::PublishRequest(asked))
}

/// What a notification told.
#[derive(Debug, PartialEq)]
pub(super) struct Told {
    sequence: u32,
    /// Numbers, with the overflow bit of each.
    pub(super) values: Vec<(f32, bool)>,
    more: bool,
    available: Vec<u32>,
}

fn told(message: &[u8]) -> Told {
    let bytes = answered(message).unwrap();
    let Body::PublishResponse(response) = body(&bytes) else { panic!() };
    let Told { sequence, values, .. } = notification(response.notification_message);
    let available = response.available_sequence_numbers.iter().collect();
    Told { sequence, values, more: response.more_notifications.is_set(), available }
}

fn notification(message: NotificationMessage<'_>) -> Told {
    let mut values = Vec::new();
    for data in message.notification_data.iter() {
        let mut from = quaywatch_protocols::opcua::codec::Decoder::new(data.binary(811).unwrap());
        let change = DataChangeNotification::read(&mut from, "DataChangeNotification");
        from.finish().unwrap();
        for told in change.monitored_items.iter() {
            assert_eq!(told.client_handle, 42);
            let Some(Scalar::Float(number)) = told.value.value.scalars().next() else { panic!("{told:?}") };
            values.push((number, told.value.status.0 & 0x480 == 0x480));
        }
    }
    Told { sequence: message.sequence_number, values, more: false, available: Vec::new() }
}

pub(super) fn one(messages: &[Vec<u8>]) -> Told {
    let [message] = messages else { panic!("{messages:?}") };
    told(message)
}

#[test]
fn changes_are_told_at_the_end_of_a_cycle_and_silence_after_so_many() {
    let mut client = Client::connected();
    let id = subscribed(&mut client);
    client.set("Load.Net", Value::Real(1.0));
    watch_net(&mut client, id, 1);
    for _ in 0..4 {
        assert_eq!(publish(&mut client, &[]), []);
    }
    assert!(client.pass(499).is_empty());
    let first = one(&client.pass(1));
    assert_eq!((first.sequence, first.values, first.available), (1, vec![(1.0, false)], vec![1]));
    assert!(client.pass(500).is_empty(), "nothing changed");
    client.set("Load.Net", Value::Real(2.0));
    assert_eq!(one(&client.pass(500)).values, [(2.0, false)]);
    assert!(client.pass(500).is_empty() && client.pass(500).is_empty());
    let silence = one(&client.pass(500));
    assert_eq!((silence.sequence, silence.values), (3, vec![]), "the number of the next one");
    assert_eq!(silence.available, [1, 2]);
    client.set("Load.Net", Value::Real(3.0));
    assert_eq!(one(&client.pass(500)).sequence, 3);
}

#[test]
fn the_first_cycle_tells_even_if_there_is_nothing() {
    let mut client = Client::connected();
    subscribed(&mut client);
    publish(&mut client, &[]);
    assert_eq!(one(&client.pass(500)).values, []);
}

#[test]
fn what_is_late_is_told_as_soon_as_somebody_asks() {
    let mut client = Client::connected();
    let id = subscribed(&mut client);
    watch_net(&mut client, id, 1);
    assert!(client.pass(500).is_empty());
    let heard = publish(&mut client, &[]);
    let [Heard::Message(message)] = &heard[..] else { panic!("{heard:?}") };
    assert_eq!(told(message).values, [(0.0, false)]);
}

#[test]
fn no_more_is_told_at_once_than_the_client_asked_for() {
    let mut client = Client::connected();
    let id = subscribe(&mut client, 500.0, 2);
    for _ in 0..3 {
        watch_net(&mut client, id, 1);
    }
    publish(&mut client, &[]);
    publish(&mut client, &[]);
    let heard: Vec<_> = client.pass(500).iter().map(|message| told(message)).collect();
    assert_eq!(
        heard.iter().map(|it| (it.values.len(), it.more)).collect::<Vec<_>>(),
        [(2, true), (1, false)]
    );
}

#[test]
fn a_notification_is_told_again_until_it_is_acknowledged() {
    let mut client = Client::connected();
    let id = subscribed(&mut client);
    watch_net(&mut client, id, 1);
    publish(&mut client, &[]);
    let first = client.pass(500);
    let again =
        Body::RepublishRequest(RepublishRequest { subscription_id: id, retransmit_sequence_number: 1 });
    let bytes = client.ask(832, again).unwrap();
    let Body::RepublishResponse(response) = body(&bytes) else { panic!() };
    assert_eq!(notification(response.notification_message).values, one(&first).values);
    publish(&mut client, &[(id, 1), (id, 1), (id + 50, 1)]);
    assert_eq!(client.ask(832, again), Err(0x807B));
    client.set("Load.Net", Value::Real(2.0));
    let bytes = client.pass(500).remove(0);
    let Body::PublishResponse(response) = body(&bytes) else { panic!() };
    assert_eq!(response.results.iter().map(|it| it.0 >> 16).collect::<Vec<_>>(), [0, 0x807A, 0x8028]);
}

#[test]
fn no_more_is_kept_than_the_limit() {
    let mut client = Client::connected();
    let id = subscribed(&mut client);
    watch_net(&mut client, id, 1);
    for number in 1..=10 {
        client.set("Load.Net", Value::Real(number as f32));
        publish(&mut client, &[]);
        one(&client.pass(500));
    }
    publish(&mut client, &[]);
    client.set("Load.Net", Value::Real(0.5));
    assert_eq!(one(&client.pass(500)).available, [4, 5, 6, 7, 8, 9, 10, 11]);
}

#[test]
fn a_subscription_that_nobody_asks_of_is_given_up() {
    let mut client = Client::connected();
    let id = subscribed(&mut client);
    for _ in 0..8 {
        client.pass(500);
    }
    assert!(matches!(publish(&mut client, &[])[..], [Heard::Message(_)]), "late, and alive");
    for _ in 0..9 {
        client.pass(500);
    }
    let heard = publish(&mut client, &[]);
    let [Heard::Message(message)] = &heard[..] else { panic!("{heard:?}") };
    assert_eq!(answered(message), Err(0x8079));
    let ids = [id];
    let asked = DeleteSubscriptionsRequest { subscription_ids: Array::of(&ids) };
    assert_eq!(statuses(&client.ask(847, Body::DeleteSubscriptionsRequest(asked)).unwrap()), [0x8028]);
}

fn codes(heard: &[Heard]) -> Vec<u32> {
    let code = |heard: &Heard| match heard {
        Heard::Message(message) => answered(message).err().unwrap_or_default(),
        other => panic!("{other:?}"),
    };
    heard.iter().map(code).collect()
}

#[test]
fn requests_that_wait_are_answered_when_nothing_will_be_told_any_more() {
    let mut client = Client::connected();
    assert_eq!(codes(&publish(&mut client, &[])), [0x8079]);
    let id = subscribed(&mut client);
    publish(&mut client, &[]);
    let ids = [id];
    let asked = DeleteSubscriptionsRequest { subscription_ids: Array::of(&ids) };
    assert_eq!(codes(&client.say(847, Body::DeleteSubscriptionsRequest(asked))), [0x8079, 0]);
    subscribed(&mut client);
    publish(&mut client, &[]);
    let handle = client.last + 99;
    let cancel = Body::CancelRequest(CancelRequest { request_handle: handle });
    assert_eq!(codes(&client.say(479, cancel)), [0x802C, 0]);
    publish(&mut client, &[]);
    let close = Body::CloseSessionRequest(CloseSessionRequest { delete_subscriptions: Flag(0) });
    assert_eq!(codes(&client.say(473, close)), [0x8026, 0]);
    assert!(client.pass(10_000).is_empty());
}

#[test]
fn there_are_limits_to_subscriptions_items_and_requests() {
    let mut client = Client::connected();
    let id = subscribed(&mut client);
    for _ in 1..8 {
        subscribed(&mut client);
    }
    let asked = CreateSubscriptionRequest {
        requested_publishing_interval: 0.0,
        requested_lifetime_count: 0,
        requested_max_keep_alive_count: 0,
        max_notifications_per_publish: 0,
        publishing_enabled: Flag(1),
        priority: 0,
    };
    assert_eq!(client.ask(787, Body::CreateSubscriptionRequest(asked)), Err(0x8077));
    for _ in 0..500 {
        watch_net(&mut client, id, 1_000_000);
    }
    let net = item(value("STS07/Load/Net"), 1, ExtensionObject::default());
    assert_eq!(watch(&mut client, id, net), Err(0x80DB));
    for _ in 0..16 {
        assert_eq!(publish(&mut client, &[]), []);
    }
    assert_eq!(codes(&publish(&mut client, &[])), [0x8078], "the oldest goes");
}

#[test]
fn publishing_is_switched_off_and_on_and_its_interval_changed() {
    let mut client = Client::connected();
    let id = subscribed(&mut client);
    watch_net(&mut client, id, 1);
    publish(&mut client, &[]);
    publish(&mut client, &[]);
    one(&client.pass(500));
    let ids = [id];
    let enable = |client: &mut Client, on| {
        let (publishing_enabled, subscription_ids) = (Flag(on), Array::of(&ids));
        let asked = SetPublishingModeRequest { publishing_enabled, subscription_ids };
        assert_eq!(statuses(&client.ask(799, Body::SetPublishingModeRequest(asked)).unwrap()), [0]);
    };
    enable(&mut client, 0);
    client.set("Load.Net", Value::Real(1.0));
    assert!(client.pass(500).is_empty());
    enable(&mut client, 1);
    assert_eq!(one(&client.pass(500)).values, [(1.0, false)]);
    let asked = ModifySubscriptionRequest {
        subscription_id: id,
        requested_publishing_interval: f64::NAN,
        requested_lifetime_count: u32::MAX,
        requested_max_keep_alive_count: 0,
        max_notifications_per_publish: 0,
        priority: 0,
    };
    let bytes = client.ask(793, Body::ModifySubscriptionRequest(asked)).unwrap();
    let Body::ModifySubscriptionResponse(revised) = body(&bytes) else { panic!() };
    assert_eq!((revised.revised_publishing_interval, revised.revised_max_keep_alive_count), (100.0, 1));
    publish(&mut client, &[]);
    assert_eq!(one(&client.pass(100)).values, [], "at the new interval at once");
}
