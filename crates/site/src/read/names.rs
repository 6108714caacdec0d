//! What has a name, and the words that rules name it with.

use super::place;
use crate::error::{Kind, list, nearest};
use crate::selector::Selector;
use crate::words::Word;
use crate::{AssetId, CraneId, Mistake, Position, RecipientId, Site, ZoneId};
use quaywatch_model::Role;
use std::collections::BTreeMap;

/// All names. A name of a pattern stands for that thing on every crane; `STS07/plc` for one.
pub(super) struct Names {
    assets: BTreeMap<String, Vec<AssetId>>,
    zones: BTreeMap<String, Vec<ZoneId>>,
    cranes: BTreeMap<String, CraneId>,
    recipients: BTreeMap<String, RecipientId>,
}

/// Why a word names nobody.
pub(super) struct Wrong {
    kind: Kind,
    valid: String,
    meant: Option<String>,
}

impl Wrong {
    pub(super) fn mistake(self, file: &str, at: Position, key: &str, found: &str) -> Mistake {
        let (file, key, found) = (file.to_owned(), key.to_owned(), found.to_owned());
        let Self { kind, valid, meant } = self;
        Mistake { file, at, kind, key, found, valid, meant, other: None }
    }
}

/// The words a selector can begin with.
const FORMS: &str = "any, an asset's name, role:ROLE, zone:NAME, crane:NAME, recipient:NAME, an address, a network \
                     or a range, a MAC address";

impl Names {
    pub(super) fn new(site: &Site) -> Self {
        let mut names = Self {
            assets: BTreeMap::new(),
            zones: BTreeMap::new(),
            cranes: BTreeMap::new(),
            recipients: BTreeMap::new(),
        };
        let short = |name: &str, on_crane: bool| {
            name.split_once('/').filter(|_| on_crane).map(|(_, short)| short.to_owned())
        };
        for (at, asset) in site.assets.iter().enumerate() {
            let both = [Some(asset.name.clone()), short(&asset.name, asset.crane.is_some())];
            both.into_iter().flatten().for_each(|name| {
                names.assets.entry(name).or_default().push(AssetId::from(at));
            });
        }
        for (at, zone) in site.zones.iter().enumerate() {
            let both = [Some(zone.name.clone()), short(&zone.name, zone.crane.is_some())];
            both.into_iter().flatten().for_each(|name| {
                names.zones.entry(name).or_default().push(ZoneId::from(at));
            });
        }
        names.cranes =
            site.cranes.iter().enumerate().map(|(at, c)| (c.name.clone(), CraneId::from(at))).collect();
        names.recipients = site
            .recipients
            .iter()
            .enumerate()
            .map(|(at, r)| (r.name.clone(), RecipientId::from(at)))
            .collect();
        names
    }

    /// A zone, or the zones of this name on all cranes.
    pub(super) fn zones(&self, name: &str) -> Result<&[ZoneId], Wrong> {
        self.zones.get(name).map(Vec::as_slice).ok_or_else(|| unknown(name, &self.zones))
    }

    /// Who a word means.
    pub(super) fn selector(&self, word: &str) -> Result<Selector, Wrong> {
        let word = word.trim();
        if word == "any" || word == "*" {
            return Ok(Selector::Any);
        }
        if let Some(assets) = self.assets.get(word) {
            return Ok(Selector::Assets(assets.as_slice().into()));
        }
        if let Some(mac) = place::mac(word) {
            return Ok(Selector::Mac(mac));
        }
        match word.split_once(':') {
            Some(("role", name)) => {
                let role = <Role as Word>::parse(name.trim());
                return role.map(Selector::Role).ok_or_else(|| bad_word::<Role>(name));
            }
            Some(("zone", name)) => {
                return self.zones(name.trim()).map(|zones| Selector::Zones(zones.into()));
            }
            Some(("crane", name)) => {
                let crane = self.cranes.get(name.trim());
                return crane.map(|&id| Selector::Crane(id)).ok_or_else(|| unknown(name, &self.cranes));
            }
            Some(("recipient", name)) => {
                let known = self.recipients.get(name.trim());
                return known
                    .map(|&id| Selector::Recipient(id))
                    .ok_or_else(|| unknown(name, &self.recipients));
            }
            _ => {}
        }
        place::block(word).map(Selector::Block).map_err(|error| {
            let looks_like_one =
                word.starts_with(|c: char| c.is_ascii_digit()) && word.contains(['.', ':', '/']);
            if looks_like_one {
                return Wrong { kind: Kind::BadValue, valid: error.valid.to_owned(), meant: error.meant };
            }
            let valid = format!("{FORMS}; assets: {}", list(self.assets.keys().map(String::as_str)));
            let meant = self.meant(word);
            Wrong { kind: Kind::UnknownName, valid, meant }
        })
    }

    /// A word is often an asset's name misspelt, or a role, zone or crane without saying so.
    fn meant(&self, word: &str) -> Option<String> {
        if let Some(role) = <Role as Word>::parse(word) {
            return Some(format!("role:{}", role.as_str()));
        }
        let exact = [
            ("zone", self.zones.contains_key(word)),
            ("crane", self.cranes.contains_key(word)),
            ("recipient", self.recipients.contains_key(word)),
        ];
        match exact.iter().find(|(_, known)| *known) {
            Some((form, _)) => Some(format!("{form}:{word}")),
            None => nearest(word, self.assets.keys().map(String::as_str)),
        }
    }
}

fn unknown<T>(name: &str, known: &BTreeMap<String, T>) -> Wrong {
    let names = || known.keys().map(String::as_str);
    let valid = if known.is_empty() { "nothing of the kind is described".to_owned() } else { list(names()) };
    Wrong { kind: Kind::UnknownName, valid, meant: nearest(name.trim(), names()) }
}

fn bad_word<W: Word>(found: &str) -> Wrong {
    let words = || W::ALL.iter().map(|word| word.text());
    Wrong { kind: Kind::BadValue, valid: list(words()), meant: nearest(found, words()) }
}
