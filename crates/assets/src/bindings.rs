use quaywatch_model::{Address, Mac, Moment, Timestamp};
use std::collections::BTreeMap;

/// So many bindings are kept; a network has one a device, an attack that makes up more costs no more.
const MOST_BINDINGS: usize = 32_768;

/// Which MAC address was said to have which IP address, by whom, and when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bindings(BTreeMap<(Address, Mac), Binding>);

/// One IP address said to be at one MAC address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// The protocol that said it first.
    pub protocol: &'static str,
    /// When it was said first.
    pub first: Moment,
    /// When it was said last.
    pub last: Timestamp,
    /// How often.
    pub count: u64,
}

impl Bindings {
    pub(crate) fn add(&mut self, ip: Address, mac: Mac, protocol: &'static str, at: Moment) {
        let binding = Binding { protocol, first: at, last: at.time, count: 1 };
        self.put(ip, mac, binding);
    }

    fn put(&mut self, ip: Address, mac: Mac, binding: Binding) {
        if self.0.len() >= MOST_BINDINGS && !self.0.contains_key(&(ip, mac)) {
            return;
        }
        let kept = self.0.entry((ip, mac)).or_insert(Binding { count: 0, ..binding });
        if binding.first < kept.first {
            (kept.first, kept.protocol) = (binding.first, binding.protocol);
        }
        kept.last = kept.last.max(binding.last);
        kept.count += binding.count;
    }

    pub(crate) fn merge(&mut self, other: Self) {
        other.0.into_iter().for_each(|((ip, mac), binding)| self.put(ip, mac, binding));
    }

    /// All of them, in the order of their IP addresses.
    pub fn iter(&self) -> impl Iterator<Item = (Address, Mac, &Binding)> {
        self.0.iter().map(|((ip, mac), binding)| (*ip, *mac, binding))
    }

    /// The MAC addresses that were said to have this IP address, the first that was said first.
    #[must_use]
    pub fn of(&self, ip: Address) -> Vec<(Mac, Binding)> {
        let from = (ip, Mac([0; 6]));
        let to = (ip, Mac([0xff; 6]));
        let mut found: Vec<_> = self.0.range(from..=to).map(|((_, mac), binding)| (*mac, *binding)).collect();
        found.sort_by_key(|(_, binding)| binding.first);
        found
    }
}
