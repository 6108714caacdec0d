//! Subscriptions and their items, as clients ask for them (OPC 10000-4, 5.13 and 5.14).

mod item;
mod publish;

use super::attributes::Times;
use super::services::{Answer, Reply, Ticket, operations, outcome, parameters, statuses};
use super::space::{Now, Space};
use super::{MOST_ITEMS, MOST_PUBLISH_REQUESTS, MOST_SUBSCRIPTIONS, status};
use item::{Item, Mode};
use publish::{Rhythm, Subscription, Waiting};
use quaywatch_protocols::opcua::builtin::{ExtensionObject, StatusCode};
use quaywatch_protocols::opcua::codec::Array;
use quaywatch_protocols::opcua::messages::{
    CancelRequest, CancelResponse, CreateMonitoredItemsRequest, CreateMonitoredItemsResponse,
    CreateSubscriptionRequest, CreateSubscriptionResponse, DeleteMonitoredItemsRequest,
    DeleteSubscriptionsRequest, ModifyMonitoredItemsRequest, ModifyMonitoredItemsResponse,
    ModifySubscriptionRequest, ModifySubscriptionResponse, MonitoredItemCreateRequest,
    MonitoredItemCreateResult, MonitoredItemModifyRequest, MonitoredItemModifyResult, PublishRequest,
    RepublishRequest, SetMonitoringModeRequest, SetPublishingModeRequest, SubscriptionAcknowledgement,
};
use std::collections::VecDeque;

/// A session's subscriptions, and the requests that wait to be answered by them.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    all: Vec<Subscription>,
    waiting: VecDeque<Waiting>,
    /// The number of the last subscription or item.
    last_id: u32,
}

impl Subscriptions {
    fn find(&mut self, id: u32) -> Result<&mut Subscription, StatusCode> {
        self.all.iter_mut().find(|one| one.id == id).ok_or(status::BAD_SUBSCRIPTION_ID_INVALID)
    }

    const fn next_id(&mut self) -> u32 {
        self.last_id = self.last_id.wrapping_add(1);
        self.last_id
    }

    /// Looks at items and publishes, as far as it is time to. One that nobody asks of any more is given up.
    pub(super) fn due(&mut self, space: &Space, now: Now<'_>, replies: &mut Vec<Reply>) {
        let waiting = &mut self.waiting;
        self.all.retain_mut(|one| one.due(space, now, waiting, replies));
    }

    pub(super) fn create(&mut self, now: Now<'_>, asked: &CreateSubscriptionRequest) -> Answer {
        if self.all.len() >= MOST_SUBSCRIPTIONS {
            return Err(status::BAD_TOO_MANY_SUBSCRIPTIONS);
        }
        let rhythm = Rhythm::granted(
            asked.requested_publishing_interval,
            asked.requested_lifetime_count,
            asked.requested_max_keep_alive_count,
            asked.max_notifications_per_publish,
        );
        let subscription_id = self.next_id();
        let enabled = asked.publishing_enabled.is_set();
        self.all.push(Subscription::new(subscription_id, rhythm, enabled, now.time.nanos()));
        parameters(&CreateSubscriptionResponse {
            subscription_id,
            revised_publishing_interval: rhythm.interval_ms,
            revised_lifetime_count: rhythm.lifetime_cycles,
            revised_max_keep_alive_count: rhythm.quiet_cycles,
        })
    }

    pub(super) fn modify(&mut self, now: Now<'_>, asked: &ModifySubscriptionRequest) -> Answer {
        let rhythm = Rhythm::granted(
            asked.requested_publishing_interval,
            asked.requested_lifetime_count,
            asked.requested_max_keep_alive_count,
            asked.max_notifications_per_publish,
        );
        self.find(asked.subscription_id)?.change(rhythm, now.time.nanos());
        parameters(&ModifySubscriptionResponse {
            revised_publishing_interval: rhythm.interval_ms,
            revised_lifetime_count: rhythm.lifetime_cycles,
            revised_max_keep_alive_count: rhythm.quiet_cycles,
        })
    }

    pub(super) fn set_publishing(&mut self, asked: &SetPublishingModeRequest<'_>) -> Answer {
        let enabled = asked.publishing_enabled.is_set();
        let set = |id| self.find(id).map(|one| one.enabled = enabled);
        let results: Vec<_> = operations(&asked.subscription_ids)?.map(set).map(outcome).collect();
        statuses(&results)
    }

    pub(super) fn delete(
        &mut self,
        asked: &DeleteSubscriptionsRequest<'_>,
        replies: &mut Vec<Reply>,
    ) -> Answer {
        let results: Vec<_> = operations(&asked.subscription_ids)?
            .map(|id| outcome(self.find(id).map(|_| ()).inspect(|()| self.all.retain(|one| one.id != id))))
            .collect();
        if self.all.is_empty() {
            self.give_up(status::BAD_NO_SUBSCRIPTION, replies);
        }
        statuses(&results)
    }

    /// Answers all requests that wait: nothing will be told any more.
    pub(super) fn give_up(&mut self, why: StatusCode, replies: &mut Vec<Reply>) {
        replies.extend(self.waiting.drain(..).map(|one| Reply { ticket: one.ticket, answer: Err(why) }));
    }

    /// Answers the requests that have this handle.
    pub(super) fn cancel(&mut self, asked: &CancelRequest, replies: &mut Vec<Reply>) -> Answer {
        let before = self.waiting.len();
        self.waiting.retain(|one| {
            let goes = one.ticket.handle == asked.request_handle;
            if goes {
                replies
                    .push(Reply { ticket: one.ticket, answer: Err(status::BAD_REQUEST_CANCELLED_BY_CLIENT) });
            }
            !goes
        });
        parameters(&CancelResponse { cancel_count: (before - self.waiting.len()) as u32 })
    }

    pub(super) fn publish(
        &mut self,
        now: Now<'_>,
        ticket: Ticket,
        asked: &PublishRequest<'_>,
        replies: &mut Vec<Reply>,
    ) {
        if self.all.is_empty() {
            return replies.push(Reply { ticket, answer: Err(status::BAD_NO_SUBSCRIPTION) });
        }
        if asked.subscription_acknowledgements.len() > super::MOST_OPERATIONS {
            return replies.push(Reply { ticket, answer: Err(status::BAD_TOO_MANY_OPERATIONS) });
        }
        // The oldest waits longest (OPC 10000-4, 5.14.5.1).
        if self.waiting.len() >= MOST_PUBLISH_REQUESTS
            && let Some(oldest) = self.waiting.pop_front()
        {
            replies.push(Reply { ticket: oldest.ticket, answer: Err(status::BAD_TOO_MANY_PUBLISH_REQUESTS) });
        }
        let acknowledged = asked.subscription_acknowledgements.iter();
        let results = acknowledged.map(|one| outcome(self.acknowledge(one))).collect();
        self.waiting.push_back(Waiting { ticket, results });
        let waiting = &mut self.waiting;
        self.all.iter_mut().for_each(|one| one.publish(now.clock(), waiting, replies));
    }

    fn acknowledge(&mut self, one: SubscriptionAcknowledgement) -> Result<(), StatusCode> {
        let known = self.find(one.subscription_id)?.acknowledge(one.sequence_number);
        known.then_some(()).ok_or(status::BAD_SEQUENCE_NUMBER_UNKNOWN)
    }

    pub(super) fn republish(&mut self, asked: RepublishRequest) -> Answer {
        let one = self.find(asked.subscription_id)?;
        let kept = one.kept(asked.retransmit_sequence_number).ok_or(status::BAD_MESSAGE_NOT_AVAILABLE)?;
        // The response is the notification as it was.
        Ok(kept.to_vec())
    }

    pub(super) fn create_items(
        &mut self,
        space: &Space,
        now: Now<'_>,
        asked: &CreateMonitoredItemsRequest<'_>,
    ) -> Answer {
        let times = Times::decode(asked.timestamps_to_return)?;
        self.find(asked.subscription_id)?;
        let results: Vec<_> = operations(&asked.items_to_create)?
            .map(|one| {
                let made = self.create_item((space, now), asked.subscription_id, times, &one);
                let (monitored_item_id, (interval, queue)) = *made.as_ref().unwrap_or(&(0, (0.0, 0)));
                MonitoredItemCreateResult {
                    status_code: outcome(made.map(|_| ())),
                    monitored_item_id,
                    revised_sampling_interval: interval,
                    revised_queue_size: queue,
                    filter_result: ExtensionObject::default(),
                }
            })
            .collect();
        parameters(&CreateMonitoredItemsResponse {
            results: Array::of(&results),
            diagnostic_infos: Array::NULL,
        })
    }

    /// The new item's number, and what it was granted.
    fn create_item(
        &mut self,
        of: (&Space, Now<'_>),
        subscription: u32,
        times: Times,
        asked: &MonitoredItemCreateRequest<'_>,
    ) -> Result<(u32, (f64, u32)), StatusCode> {
        if self.all.iter().map(|one| one.items.len()).sum::<usize>() >= MOST_ITEMS {
            return Err(status::BAD_TOO_MANY_MONITORED_ITEMS);
        }
        let id = self.next_id();
        let subscription = self.find(subscription)?;
        let item = Item::new(id, asked, times, subscription.rhythm.interval_ms, of)?;
        let granted = item.granted();
        subscription.items.push(item);
        Ok((id, granted))
    }

    pub(super) fn modify_items(&mut self, now: Now<'_>, asked: &ModifyMonitoredItemsRequest<'_>) -> Answer {
        let times = Times::decode(asked.timestamps_to_return)?;
        let subscription = self.find(asked.subscription_id)?;
        let publishing_ms = subscription.rhythm.interval_ms;
        let mut modify = |one: &MonitoredItemModifyRequest<'_>| {
            let item = subscription.item(one.monitored_item_id)?;
            item.modify(&one.requested_parameters, times, publishing_ms, now).map(|()| item.granted())
        };
        let results: Vec<_> = operations(&asked.items_to_modify)?
            .map(|one| {
                let granted = modify(&one);
                let (revised_sampling_interval, revised_queue_size) = granted.unwrap_or_default();
                MonitoredItemModifyResult {
                    status_code: outcome(granted.map(|_| ())),
                    revised_sampling_interval,
                    revised_queue_size,
                    filter_result: ExtensionObject::default(),
                }
            })
            .collect();
        parameters(&ModifyMonitoredItemsResponse {
            results: Array::of(&results),
            diagnostic_infos: Array::NULL,
        })
    }

    pub(super) fn set_monitoring(
        &mut self,
        space: &Space,
        now: Now<'_>,
        asked: &SetMonitoringModeRequest<'_>,
    ) -> Answer {
        let mode = Mode::decode(asked.monitoring_mode)?;
        let subscription = self.find(asked.subscription_id)?;
        let set = |id| subscription.item(id).map(|item| item.set_mode(mode, space, now));
        let results: Vec<_> = operations(&asked.monitored_item_ids)?.map(set).map(outcome).collect();
        statuses(&results)
    }

    pub(super) fn delete_items(&mut self, asked: &DeleteMonitoredItemsRequest<'_>) -> Answer {
        let items = &mut self.find(asked.subscription_id)?.items;
        let mut delete = |id| {
            let at =
                items.iter().position(|item| item.id == id).ok_or(status::BAD_MONITORED_ITEM_ID_INVALID)?;
            items.remove(at);
            Ok(())
        };
        let results: Vec<_> = operations(&asked.monitored_item_ids)?.map(|id| outcome(delete(id))).collect();
        statuses(&results)
    }
}

impl Subscription {
    fn item(&mut self, id: u32) -> Result<&mut Item, StatusCode> {
        self.items.iter_mut().find(|item| item.id == id).ok_or(status::BAD_MONITORED_ITEM_ID_INVALID)
    }
}
