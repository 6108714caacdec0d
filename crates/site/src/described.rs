//! What a site is made of, and what is approved there, as `site.toml` describes it.

use crate::Position;
use crate::networks::Block;
use crate::selector::Selectors;
use crate::words::{LinkPattern, Verbs, ZoneKind};
use quaywatch_model::{Address, DataClass, Mac, Role};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub(crate) u32);

        impl $name {
            /// Its place among its kind, counted from 0 in the order of the file.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }

        }

        impl From<usize> for $name {
            fn from(index: usize) -> Self {
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }
        }
    )+};
}

ids! {
    /// A crane of a [`Site`].
    CraneId,
    /// A zone of a [`Site`].
    ZoneId,
    /// An asset of a [`Site`].
    AssetId,
    /// A recipient of a [`Site`].
    RecipientId,
}

/// A network of a crane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// What the ends of addresses name it by.
    pub name: Option<String>,
    /// Its addresses.
    pub block: Block,
    /// Where it stands.
    pub at: Position,
}

/// A crane.
#[derive(Debug, Clone, PartialEq)]
pub struct Crane {
    /// Its name, as in records.
    pub name: String,
    /// Its networks.
    pub networks: Vec<Network>,
    /// Its VLANs; empty where that is not said.
    pub vlans: Vec<u16>,
    /// Who made it.
    pub maker: Option<String>,
    /// What the maker calls it.
    pub model: Option<String>,
    /// What people should know of it.
    pub note: Option<String>,
    /// The pattern it follows.
    pub pattern: Option<String>,
    /// Where it is described.
    pub at: Position,
}

/// A zone as in IEC 62443-1-1: assets that have the same need for protection.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    /// Its name: `terminal`, `STS07/control`.
    pub name: String,
    /// What it is for.
    pub kind: Option<ZoneKind>,
    /// Its networks.
    pub networks: Vec<Block>,
    /// The crane it is on.
    pub crane: Option<CraneId>,
    /// What people should know of it.
    pub note: Option<String>,
    /// Where it is described.
    pub at: Position,
}

/// A device that is approved to be there.
#[derive(Debug, Clone, PartialEq)]
pub struct Asset {
    /// Its name: `terminal server`, `STS07/plc`.
    pub name: String,
    /// What it is there for.
    pub role: Option<Role>,
    /// Its addresses.
    pub addresses: Vec<Block>,
    /// Its hardware addresses; empty where that is not said.
    pub macs: Vec<Mac>,
    /// What it calls itself: names in DNS, DHCP, PROFINET, NetBIOS.
    pub names: Vec<String>,
    /// The crane it is on.
    pub crane: Option<CraneId>,
    /// The zone it was put in by name.
    pub zone: Option<ZoneId>,
    /// Who made it.
    pub maker: Option<String>,
    /// What the maker calls it.
    pub product: Option<String>,
    /// What people should know of it.
    pub note: Option<String>,
    /// Where it is described.
    pub at: Position,
}

impl Asset {
    /// Whether the hardware address is one of its own; `None` where it was not said which it has.
    #[must_use]
    pub fn owns(&self, mac: Mac) -> Option<bool> {
        (!self.macs.is_empty()).then(|| self.macs.contains(&mac))
    }
}

/// Which verbs and protocols may pass between zones.
#[derive(Debug, Clone, PartialEq)]
pub struct Conduit {
    /// Who may ask.
    pub from: Selectors,
    /// Who is asked.
    pub to: Selectors,
    /// With which protocols; empty for any.
    pub protocols: Vec<String>,
    /// What.
    pub verbs: Verbs,
    /// Whether it also joins different cranes.
    pub across_cranes: bool,
    /// What people should know of it.
    pub note: Option<String>,
    /// Where it is described.
    pub at: Position,
}

/// Who may get data from the site.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipient {
    /// Its name.
    pub name: String,
    /// Its addresses; empty where that is not said.
    pub networks: Vec<Block>,
    /// Its names, as `maker.example` or `*.maker.example`; empty where that is not said.
    pub domains: Vec<String>,
    /// What for.
    pub purpose: Option<String>,
    /// What it may get; `None` where that is not said.
    pub data: Option<Vec<DataClass>>,
    /// Who it may get it from; nothing for anybody.
    pub from: Selectors,
    /// The contract that says so.
    pub contract: Option<String>,
    /// What people should know of it.
    pub note: Option<String>,
    /// Where it is described.
    pub at: Position,
}

/// Who may write what.
#[derive(Debug, Clone, PartialEq)]
pub struct Writer {
    /// Who may.
    pub who: Selectors,
    /// What; [`Verb::Write`](quaywatch_model::Verb::Write) where nothing else is said.
    pub may: Verbs,
    /// To whom; nothing for anybody.
    pub on: Selectors,
    /// Which tags, with `*` for any characters; empty for everything, with or without a tag.
    pub tags: Vec<String>,
    /// The smallest value.
    pub min: Option<f64>,
    /// The largest value.
    pub max: Option<f64>,
    /// Whether who is on one crane may also write on another.
    pub across_cranes: bool,
    /// What people should know of it.
    pub note: Option<String>,
    /// Where it is described.
    pub at: Position,
}

/// How a vendor may come in.
#[derive(Debug, Clone, PartialEq)]
pub struct VendorLink {
    /// Its name.
    pub name: String,
    /// Who comes.
    pub vendor: Option<String>,
    /// With what; empty for anything.
    pub kinds: Vec<String>,
    /// Who opens the connection; nothing for anybody.
    pub from: Selectors,
    /// Who is connected to; nothing for anybody.
    pub to: Selectors,
    /// When.
    pub pattern: LinkPattern,
    /// The contract that says so.
    pub contract: Option<String>,
    /// What people should know of it.
    pub note: Option<String>,
    /// Where it is described.
    pub at: Position,
}

impl Recipient {
    pub(crate) fn has_address(&self, address: Address) -> bool {
        self.networks.iter().any(|block| block.contains(address))
    }

    pub(crate) fn has_name(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.');
        self.domains.iter().any(|domain| match domain.strip_prefix("*.") {
            Some(parent) => {
                let (sub, end) = name.split_at_checked(name.len().wrapping_sub(parent.len())).unzip();
                let below = sub.is_some_and(|sub| sub.len() > 1 && sub.ends_with('.'));
                below && end.is_some_and(|end| end.eq_ignore_ascii_case(parent))
            }
            None => name.eq_ignore_ascii_case(domain),
        })
    }
}
