//! Items of a subscription, at times that the test sets.

use super::subscriptions::{item, one, publish, subscribed, watch, watch_net};
use super::*;

/// Five values come in one cycle, for a queue of three.
fn overflow(discard_oldest: u8, queue: u32) -> Vec<(f32, bool)> {
    let mut client = Client::connected();
    let id = subscribed(&mut client);
    let mut net = item(value("STS07/Load/Net"), queue, ExtensionObject::default());
    net.requested_parameters.discard_oldest = Flag(discard_oldest);
    watch(&mut client, id, net).unwrap();
    publish(&mut client, &[]);
    for number in 1..=4 {
        client.set("Load.Net", Value::Real(number as f32));
        assert!(client.pass(100).is_empty());
    }
    one(&client.pass(100)).values
}

#[test]
fn a_full_queue_loses_the_oldest_or_the_newest_and_says_so() {
    assert_eq!(overflow(1, 5), [0.0, 1.0, 2.0, 3.0, 4.0].map(|number| (number, false)));
    assert_eq!(overflow(1, 3), [(2.0, true), (3.0, false), (4.0, false)]);
    assert_eq!(overflow(0, 3), [(0.0, false), (1.0, false), (4.0, true)]);
    assert_eq!(overflow(1, 1), [(4.0, false)], "where there is room for one, it is the last");
    assert_eq!(overflow(1, 0), [(4.0, false)]);
}

#[test]
fn what_cannot_be_watched_is_refused() {
    let mut client = Client::connected();
    let id = subscribed(&mut client);
    let filter = |trigger, deadband_type| {
        let mut bytes = Vec::new();
        DataChangeFilter { trigger, deadband_type, deadband_value: 1.0 }.write(&mut bytes);
        bytes
    };
    let (net, null) = (value("STS07/Load/Net"), ExtensionObject::default());
    let (plain, absolute, wrong) = (filter(1, 0), filter(1, 1), filter(7, 0));
    let of = |type_id, filter| item(net, 1, ExtensionObject::standard(type_id, filter));
    for (asked, expected) in [
        (of(724, &plain), None),
        (of(724, &absolute), Some(0x8044)),
        (of(724, &wrong), Some(0x8043)),
        (of(724, &plain[1..]), Some(0x8043)),
        (of(727, &plain), Some(0x8044)),
        (item(value("STS07/Nope"), 1, null), Some(0x8034)),
        (item(value("STS07"), 1, null), Some(0x8035)),
        (MonitoredItemCreateRequest { monitoring_mode: 3, ..item(net, 1, null) }, Some(0x8041)),
    ] {
        assert_eq!(watch(&mut client, id, asked).err(), expected);
    }
    assert_eq!(watch(&mut client, id + 50, item(net, 1, null)), Err(0x8028));
}

#[test]
fn a_filter_says_whether_values_or_every_look_at_them_are_news() {
    for (trigger, expected) in [(0, vec![0.0]), (1, vec![0.0, 1.0]), (2, vec![0.0, 1.0, 1.0])] {
        let mut client = Client::connected();
        let id = subscribed(&mut client);
        let mut filter = Vec::new();
        DataChangeFilter { trigger, deadband_type: 0, deadband_value: 0.0 }.write(&mut filter);
        let mut net = item(value("STS07/Load/Net"), 9, ExtensionObject::standard(724, &filter));
        net.requested_parameters.sampling_interval = 200.0;
        watch(&mut client, id, net).unwrap();
        publish(&mut client, &[]);
        client.set("Load.Net", Value::Real(1.0));
        client.pass(200);
        client.pass(200);
        let values = one(&client.pass(100)).values;
        assert_eq!(values, expected.into_iter().map(|number| (number, false)).collect::<Vec<_>>());
    }
}

fn set_mode(client: &mut Client, subscription_id: u32, item: u32, monitoring_mode: i32) -> Vec<u32> {
    let items = [item];
    let monitored_item_ids = Array::of(&items);
    let asked = SetMonitoringModeRequest { subscription_id, monitoring_mode, monitored_item_ids };
    statuses(&client.ask(769, Body::SetMonitoringModeRequest(asked)).unwrap())
}

#[test]
fn items_are_watched_told_modified_and_deleted_as_asked() {
    let mut client = Client::connected();
    let id = subscribed(&mut client);
    let net = watch_net(&mut client, id, 3);
    for _ in 0..6 {
        publish(&mut client, &[]);
    }
    one(&client.pass(500));
    assert_eq!(set_mode(&mut client, id, net, 1), [0], "looked at, not told");
    client.set("Load.Net", Value::Real(1.0));
    assert!(client.pass(500).is_empty());
    assert_eq!(set_mode(&mut client, id, net, 2), [0]);
    assert_eq!(one(&client.pass(500)).values, [(1.0, false)]);
    assert_eq!(set_mode(&mut client, id, net, 0), [0], "not looked at");
    client.set("Load.Net", Value::Real(2.0));
    assert!(client.pass(500).is_empty());
    assert_eq!(set_mode(&mut client, id, net, 2), [0]);
    assert_eq!(one(&client.pass(500)).values, [(2.0, false)]);
    let parameters = MonitoringParameters {
        sampling_interval: 1_000.0,
        ..item(value(""), 1, ExtensionObject::default()).requested_parameters
    };
    let items = [net, net + 9].map(|monitored_item_id| MonitoredItemModifyRequest {
        monitored_item_id,
        requested_parameters: parameters,
    });
    let asked = ModifyMonitoredItemsRequest {
        subscription_id: id,
        timestamps_to_return: 0,
        items_to_modify: Array::of(&items),
    };
    let bytes = client.ask(763, Body::ModifyMonitoredItemsRequest(asked)).unwrap();
    let Body::ModifyMonitoredItemsResponse(response) = body(&bytes) else { panic!() };
    let granted = response.results.iter().map(|it| (it.status_code.0 >> 16, it.revised_sampling_interval));
    assert_eq!(granted.collect::<Vec<_>>(), [(0, 1_000.0), (0x8042, 0.0)]);
    let items = [net, net];
    let asked = DeleteMonitoredItemsRequest { subscription_id: id, monitored_item_ids: Array::of(&items) };
    assert_eq!(statuses(&client.ask(781, Body::DeleteMonitoredItemsRequest(asked)).unwrap()), [0, 0x8042]);
    client.set("Load.Net", Value::Real(3.0));
    assert!(client.pass(500).is_empty());
}
