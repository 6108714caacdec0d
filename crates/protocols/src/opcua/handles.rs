//! Which node a notification is about: clients give every monitored item a handle, and notifications carry
//! only that.

use super::builtin::NodeId;
use super::codec::{Decoder, Wire};
use super::messages::{Body, Message, ReadValueId};
use crate::{Context, Memory};
use quaywatch_model::Verdict;

/// So many monitored items of one conversation are remembered. A large HMI watches some thousands.
const MOST_HANDLES: usize = 16_384;
/// So many bytes of node ids of one conversation are remembered.
const MOST_NAME_BYTES: usize = 1 << 20;
/// So many items of one request change what is remembered. Bounds the time that one message takes.
const MOST_MODIFIED: usize = 256;

/// The monitored items of a conversation, by subscription and client handle.
///
/// All of it lies in two buffers of [`Memory`]: `index`, sorted entries of big-endian numbers, and `names`, the
/// attribute, monitored item id and node id of each as they were on the wire.
#[derive(Debug, Default)]
pub(super) struct Handles {
    index: Vec<u8>,
    names: Vec<u8>,
}

/// Subscription, client handle, where the name begins.
type Entry = [u8; 12];
const ENTRY_BYTES: usize = size_of::<Entry>();
/// Where no name begins.
const NAMELESS: u32 = u32::MAX;

fn entry(subscription: u32, handle: u32, offset: u32) -> Entry {
    let ([a, b, c, d], [e, f, g, h], [i, j, k, l]) =
        (subscription.to_be_bytes(), handle.to_be_bytes(), offset.to_be_bytes());
    [a, b, c, d, e, f, g, h, i, j, k, l]
}

/// What a handle stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watched<'a> {
    pub(super) attribute: u32,
    pub(super) monitored_item: u32,
    pub(super) node: NodeId<'a>,
}

impl Handles {
    /// What later notifications will need of a request and its answer.
    pub(super) fn remember(&mut self, cx: &mut Context<'_>, request: &[u8], response: &Message<'_>) {
        let matters = matches!(
            response.body,
            Body::CreateMonitoredItemsResponse(_)
                | Body::ModifyMonitoredItemsResponse(_)
                | Body::DeleteSubscriptionsResponse(_)
        );
        let Some((Message { body: request, .. }, _)) = matters.then(|| Message::decode(request)).flatten()
        else {
            return;
        };
        match (request, response.body) {
            (Body::CreateMonitoredItemsRequest(asked), Body::CreateMonitoredItemsResponse(answered)) => {
                let created = asked.items_to_create.iter().zip(answered.results.iter());
                let created =
                    created.filter(|(_, result)| !result.status_code.is_bad()).map(|(item, result)| {
                        (
                            item.requested_parameters.client_handle,
                            item.item_to_monitor,
                            result.monitored_item_id,
                        )
                    });
                self.learn(cx, asked.subscription_id, created);
            }
            (Body::ModifyMonitoredItemsRequest(asked), Body::ModifyMonitoredItemsResponse(answered)) => {
                let modified = asked.items_to_modify.iter().zip(answered.results.iter());
                for (item, _) in
                    modified.filter(|(_, result)| !result.status_code.is_bad()).take(MOST_MODIFIED)
                {
                    let handle = item.requested_parameters.client_handle;
                    self.modified(cx, asked.subscription_id, item.monitored_item_id, handle);
                }
            }
            (Body::DeleteSubscriptionsRequest(asked), Body::DeleteSubscriptionsResponse(answered)) => {
                let deleted = asked.subscription_ids.iter().zip(answered.results.iter());
                for (subscription, _) in deleted.filter(|(_, status)| !status.is_bad()).take(MOST_MODIFIED) {
                    self.forget(cx.memory, subscription);
                }
            }
            _ => {}
        }
    }

    /// Remembers items that were created; `created` tells the handle, what is watched, and its new id.
    fn learn<'a>(
        &mut self,
        cx: &mut Context<'_>,
        subscription: u32,
        created: impl Iterator<Item = (u32, ReadValueId<'a>, u32)>,
    ) {
        let mut name = Vec::new();
        for (handle, watched, monitored_item) in created {
            name.clear();
            watched.attribute_id.write(&mut name);
            monitored_item.write(&mut name);
            watched.node_id.write(&mut name);
            let fits = self.index.len() < MOST_HANDLES * ENTRY_BYTES
                && self.names.len() + name.len() <= MOST_NAME_BYTES;
            let key = entry(subscription, handle, self.names.len() as u32);
            let kept =
                fits && cx.memory.append(&mut self.names, &name) && cx.memory.append(&mut self.index, &key);
            if !kept {
                let reason = "too many monitored items, the rest is told by handle";
                cx.problem(super::LAYER, reason, Verdict::Limit, 0);
                break;
            }
        }
        self.sort();
    }

    /// What this handle stands for, if its creation was seen. The newest, where it was given twice.
    pub(super) fn find(&self, subscription: u32, handle: u32) -> Option<Watched<'_>> {
        let entries = self.index.as_chunks::<ENTRY_BYTES>().0;
        let past = entries.partition_point(|&candidate| candidate <= entry(subscription, handle, u32::MAX));
        let found = entries.get(past.checked_sub(1)?)?;
        let (key, [i, j, k, l]) = found.split_last_chunk::<4>()?;
        (key == entry(subscription, handle, 0).get(..key.len())?).then_some(())?;
        let offset = usize::try_from(u32::from_be_bytes([*i, *j, *k, *l])).ok()?;
        let mut from = Decoder::new(self.names.get(offset..)?);
        Some(Watched {
            attribute: u32::read(&mut from, "AttributeId"),
            monitored_item: u32::read(&mut from, "MonitoredItemId"),
            node: NodeId::read(&mut from, "NodeId"),
        })
    }

    /// A monitored item was modified and may have another handle now.
    fn modified(&mut self, cx: &mut Context<'_>, subscription: u32, item: u32, handle: u32) {
        if self.find(subscription, handle).is_some_and(|watched| watched.monitored_item == item) {
            return;
        }
        let of_subscription = |key: &&Entry| key.starts_with(&subscription.to_be_bytes());
        let mut entries = self.index.as_chunks::<ENTRY_BYTES>().0.iter().filter(of_subscription);
        let offset = entries.find_map(|&[.., i, j, k, l]| {
            let offset = u32::from_be_bytes([i, j, k, l]);
            let name = self.names.get(usize::try_from(offset).ok()?..)?;
            (name.get(4..8)? == item.to_le_bytes()).then_some(offset)
        });
        // Where the item is not known, neither is any longer what the handle stands for.
        let key = entry(subscription, handle, offset.unwrap_or(NAMELESS));
        if self.index.len() < MOST_HANDLES * ENTRY_BYTES && cx.memory.append(&mut self.index, &key) {
            self.sort();
        }
    }

    /// Puts what was added at the end in its place. All before is sorted, which a stable sort makes use of.
    fn sort(&mut self) {
        self.index.as_chunks_mut::<ENTRY_BYTES>().0.sort();
    }

    /// A subscription is gone.
    fn forget(&mut self, memory: &mut Memory, subscription: u32) {
        let entries = self.index.as_chunks_mut::<ENTRY_BYTES>().0;
        let first = entries.partition_point(|&candidate| candidate < entry(subscription, 0, 0));
        let past = entries.partition_point(|&candidate| candidate <= entry(subscription, u32::MAX, u32::MAX));
        // Behind those before them, so that they can be dropped off the front.
        if let Some(head) = entries.get_mut(..past) {
            head.rotate_left(first);
        }
        memory.drop_front(&mut self.index, past.saturating_sub(first) * ENTRY_BYTES);
        if self.index.is_empty() {
            self.clear(memory);
        }
    }

    /// Gives all memory back.
    pub(super) fn clear(&mut self, memory: &mut Memory) {
        memory.free(std::mem::take(&mut self.index));
        memory.free(std::mem::take(&mut self.names));
    }
}
