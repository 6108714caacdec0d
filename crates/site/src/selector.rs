//! Who a rule is about.

use crate::networks::Block;
use crate::{AssetId, CraneId, Party, RecipientId, Site, ZoneId};
use quaywatch_model::{Mac, Role};

/// One way to say who is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Selector {
    /// Everybody.
    Any,
    /// The asset, or those of this name on all cranes.
    Assets(Box<[AssetId]>),
    /// Every asset in this role.
    Role(Role),
    /// Everybody in the zone, or in those of this name on all cranes.
    Zones(Box<[ZoneId]>),
    /// Everybody on the crane.
    Crane(CraneId),
    /// Everybody whose address is the recipient's.
    Recipient(RecipientId),
    /// Everybody with an address from here to there.
    Block(Block),
    /// Who has this hardware address.
    Mac(Mac),
}

/// Who a rule is about: any of several. None means that it was not said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selectors(pub(crate) Box<[Selector]>);

impl Selectors {
    /// Whether nothing was said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the party is meant.
    #[must_use]
    pub fn cover(&self, site: &Site, party: &Party) -> bool {
        self.0.iter().any(|selector| selector.covers(site, party))
    }

    /// Whether the party is meant, or nothing was said.
    pub(crate) fn cover_or_empty(&self, site: &Site, party: &Party) -> bool {
        self.is_empty() || self.cover(site, party)
    }
}

impl Selector {
    fn covers(&self, site: &Site, party: &Party) -> bool {
        match self {
            Self::Any => true,
            Self::Assets(assets) => party.asset.is_some_and(|asset| assets.contains(&asset)),
            Self::Role(role) => {
                party.asset.and_then(|id| site.asset(id)).is_some_and(|asset| asset.role == Some(*role))
            }
            Self::Zones(zones) => party.zone.is_some_and(|zone| zones.contains(&zone)),
            Self::Crane(crane) => party.crane == Some(*crane),
            Self::Recipient(id) => {
                let recipient = site.recipients.get(id.index());
                recipient.is_some_and(|recipient| recipient.has_address(party.host.address))
            }
            Self::Block(block) => block.contains(party.host.address),
            Self::Mac(mac) => {
                party.host.mac == Some(*mac) || party.host.address == quaywatch_model::Address::mac(*mac)
            }
        }
    }
}
