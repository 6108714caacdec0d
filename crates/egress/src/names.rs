//! What addresses outside are called.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use quaywatch_model::{Address, Moment};

/// So many addresses with names are kept: what the machines of a crane look up in a day is a few thousand.
const MOST_NAMED: usize = 65_536;
/// No name of DNS is longer (RFC 1035, 2.3.4).
const LONGEST_BYTES: usize = 253;

/// The name each address was first looked up by.
#[derive(Debug, Default)]
pub(crate) struct Names(HashMap<Address, (Moment, String), FixedState>);

impl Names {
    pub(crate) fn add(&mut self, address: Address, at: Moment, name: &str) {
        let Some(name) = plain(name) else { return };
        if self.0.len() >= MOST_NAMED && !self.0.contains_key(&address) {
            return;
        }
        let kept = self.0.entry(address).or_insert_with(|| (at, name.clone()));
        if (at, &name) < (kept.0, &kept.1) {
            *kept = (at, name);
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (address, (at, name)) in other.0 {
            self.add(address, at, &name);
        }
    }

    pub(crate) fn get(&self, address: Address) -> Option<&str> {
        self.0.get(&address).map(|(_, name)| name.as_str())
    }
}

/// A name as names are compared: in small letters, without a port or the last dot.
pub(crate) fn plain(name: &str) -> Option<String> {
    let host = match name.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => name,
    };
    let host = host.trim().trim_end_matches('.');
    (!host.is_empty() && host.len() <= LONGEST_BYTES).then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_name_is_compared_without_port_dot_and_case() {
        assert_eq!(plain("Remote.Example.COM.:8443").as_deref(), Some("remote.example.com"));
        assert_eq!(plain("2001:db8::1").as_deref(), Some("2001:db8::1"));
        assert_eq!(plain("."), None);
    }
}
