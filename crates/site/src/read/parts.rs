//! The things of a site: cranes, zones, assets, and patterns that cranes share.

use super::MOST_THINGS;
use super::names::Names;
use super::place::{self, Bases};
use super::section::{At, Reading, Section};
use crate::described::{Asset, Crane, Network, Zone};
use crate::error::{Kind, list, nearest};
use crate::networks::Block;
use crate::site::Site;
use crate::words::{Word, ZoneKind};
use crate::{CraneId, Position};
use quaywatch_model::{Mac, Role};
use std::collections::BTreeMap;

pub(super) const TOP: &[&str] = &[
    "site",
    "pattern",
    "crane",
    "zone",
    "conduit",
    "asset",
    "recipient",
    "writer",
    "vendor_link",
    "tag_map",
];
pub(super) const SITE: &[&str] = &["name", "networks", "utc_offset", "note"];
pub(super) const PATTERN: &[&str] = &["maker", "model", "zone", "asset", "note"];
pub(super) const CRANE: &[&str] =
    &["pattern", "networks", "vlans", "maker", "model", "zone", "asset", "note"];
pub(super) const ZONE: &[&str] = &["kind", "networks", "crane", "note"];
pub(super) const ASSET: &[&str] =
    &["role", "addresses", "macs", "names", "crane", "zone", "maker", "product", "note"];

/// A zone before its addresses are put into a crane's networks.
#[derive(Clone)]
struct RawZone {
    name: At<String>,
    kind: Option<ZoneKind>,
    networks: Vec<At<String>>,
    crane: Option<At<String>>,
    note: Option<String>,
}

/// An asset before its addresses are put into a crane's networks.
#[derive(Clone)]
struct RawAsset {
    name: At<String>,
    role: Option<Role>,
    addresses: Vec<At<String>>,
    macs: Vec<Mac>,
    names: Vec<String>,
    crane: Option<At<String>>,
    zone: Option<At<String>>,
    maker: Option<String>,
    product: Option<String>,
    note: Option<String>,
}

/// What cranes have in common.
#[derive(Default)]
pub(super) struct Pattern {
    maker: Option<String>,
    model: Option<String>,
    zones: Vec<RawZone>,
    assets: Vec<RawAsset>,
}

pub(super) fn site(reading: &mut Reading<'_>, top: &Section<'_>, site: &mut Site) {
    let Some(section) = top.single(reading, "site", SITE) else { return };
    site.name = section.plain(reading, "name");
    site.note = section.plain(reading, "note");
    for text in section.texts(reading, "networks").unwrap_or_default() {
        site.networks.extend(block(reading, "networks", &text, &[]));
    }
    if let Some(offset) = section.text(reading, "utc_offset") {
        site.utc_offset_minutes = utc_offset(&offset.value);
        if site.utc_offset_minutes.is_none() {
            let valid = "hours and minutes ahead of UTC, such as +01:00, -05:30 or Z";
            reading.tell_at(offset.at, Kind::BadValue, "utc_offset", &offset.value, valid, None);
        }
    }
}

/// `+01:00`, `-0530`, `Z`.
fn utc_offset(text: &str) -> Option<i16> {
    let text = text.trim();
    if matches!(text, "Z" | "UTC") {
        return Some(0);
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let digits: String = rest.chars().filter(|&c| c != ':').collect();
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = digits.split_at_checked(2)?;
    let (hours, minutes) = (hours.parse::<i16>().ok()?, minutes.parse::<i16>().ok()?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

pub(super) fn patterns(reading: &mut Reading<'_>, top: &Section<'_>) -> BTreeMap<String, Pattern> {
    let mut patterns = BTreeMap::new();
    for (name, section) in top.named(reading, "pattern", PATTERN) {
        check_name(reading, "pattern", &name);
        section.plain(reading, "note");
        let pattern = Pattern {
            maker: section.plain(reading, "maker"),
            model: section.plain(reading, "model"),
            zones: raw_zones(reading, &section),
            assets: raw_assets(reading, &section),
        };
        patterns.insert(name.value, pattern);
    }
    patterns
}

pub(super) fn cranes(
    reading: &mut Reading<'_>,
    top: &Section<'_>,
    patterns: &BTreeMap<String, Pattern>,
    site: &mut Site,
) {
    for (name, section) in top.named(reading, "crane", CRANE) {
        check_name(reading, "crane", &name);
        let pattern_name = section.text(reading, "pattern");
        let none = Pattern::default();
        let pattern = match &pattern_name {
            None => &none,
            Some(wanted) => patterns.get(&wanted.value).unwrap_or_else(|| {
                let known = || patterns.keys().map(String::as_str);
                let meant = nearest(&wanted.value, known());
                reading.tell_at(
                    wanted.at,
                    Kind::UnknownName,
                    "pattern",
                    &wanted.value,
                    &list(known()),
                    meant,
                );
                &none
            }),
        };
        let id = CraneId::from(site.cranes.len());
        let crane = Crane {
            name: name.value.clone(),
            networks: crane_networks(reading, &section),
            vlans: vlans(reading, &section),
            maker: section.plain(reading, "maker").or_else(|| pattern.maker.clone()),
            model: section.plain(reading, "model").or_else(|| pattern.model.clone()),
            note: section.plain(reading, "note"),
            pattern: pattern_name.map(|name| name.value),
            at: name.at,
        };
        let zones = over(&pattern.zones, raw_zones(reading, &section), |zone| &zone.name.value);
        let assets = over(&pattern.assets, raw_assets(reading, &section), |asset| &asset.name.value);
        if site.assets.len() + assets.len() + site.zones.len() + zones.len() > MOST_THINGS {
            let found = format!("more than {MOST_THINGS} assets and zones of all cranes together");
            return reading.tell_at(name.at, Kind::Limit, "crane", &found, "", None);
        }
        let home = Home { id: Some(id), crane: Some(&crane) };
        zones.iter().for_each(|raw| add_zone(reading, raw, &home, site));
        assets.iter().for_each(|raw| add_asset(reading, raw, &home, site));
        site.cranes.push(crane);
    }
}

/// What belongs to no crane, or names its crane.
pub(super) fn shared(reading: &mut Reading<'_>, top: &Section<'_>, site: &mut Site) {
    let on_cranes: BTreeMap<(bool, String), Position> = site
        .assets
        .iter()
        .map(|asset| (true, &asset.name, asset.at))
        .chain(site.zones.iter().map(|zone| (false, &zone.name, zone.at)))
        .filter_map(|(asset, name, at)| Some(((asset, name.split_once('/')?.1.to_owned()), at)))
        .collect();
    let twice = |reading: &mut Reading<'_>, asset: bool, name: &At<String>| {
        if let Some(&first) = on_cranes.get(&(asset, name.value.clone())) {
            let what = if asset { "asset" } else { "zone" };
            let valid = "another name: rules that name it would mean both";
            reading.tell_both(name.at, Some(first), Kind::Duplicate, what, &name.value, valid, None);
        }
    };
    for raw in raw_zones(reading, top) {
        twice(reading, false, &raw.name);
        let (id, crane) = home(reading, raw.crane.as_ref(), site);
        add_zone(reading, &raw, &Home { id, crane: crane.as_ref() }, site);
    }
    for raw in raw_assets(reading, top) {
        twice(reading, true, &raw.name);
        let (id, crane) = home(reading, raw.crane.as_ref(), site);
        add_asset(reading, &raw, &Home { id, crane: crane.as_ref() }, site);
    }
}

fn home(
    reading: &mut Reading<'_>,
    wanted: Option<&At<String>>,
    site: &Site,
) -> (Option<CraneId>, Option<Crane>) {
    let Some(wanted) = wanted else { return (None, None) };
    let found = site.cranes.iter().position(|crane| crane.name == wanted.value);
    if found.is_none() {
        let known = || site.cranes.iter().map(|crane| crane.name.as_str());
        let meant = nearest(&wanted.value, known());
        reading.tell_at(wanted.at, Kind::UnknownName, "crane", &wanted.value, &list(known()), meant);
    }
    (found.map(CraneId::from), found.and_then(|at| site.cranes.get(at)).cloned())
}

/// The crane something is on.
struct Home<'c> {
    id: Option<CraneId>,
    crane: Option<&'c Crane>,
}

impl Home<'_> {
    fn bases(&self) -> Bases<'_> {
        self.crane.map(|crane| crane.networks.as_slice()).unwrap_or_default()
    }

    /// `STS07/plc`, and the plain name of what is on no crane.
    fn name(&self, name: &str) -> String {
        self.crane.map_or_else(|| name.to_owned(), |crane| format!("{}/{name}", crane.name))
    }
}

fn add_zone(reading: &mut Reading<'_>, raw: &RawZone, home: &Home<'_>, site: &mut Site) {
    let networks =
        raw.networks.iter().filter_map(|text| block(reading, "networks", text, home.bases())).collect();
    site.zones.push(Zone {
        name: home.name(&raw.name.value),
        kind: raw.kind,
        networks,
        crane: home.id,
        note: raw.note.clone(),
        at: raw.name.at,
    });
}

fn add_asset(reading: &mut Reading<'_>, raw: &RawAsset, home: &Home<'_>, site: &mut Site) {
    let addresses =
        raw.addresses.iter().filter_map(|text| block(reading, "addresses", text, home.bases())).collect();
    if let Some(zone) = &raw.zone {
        site.zone_wishes.push((site.assets.len(), zone.value.clone(), zone.at));
    }
    site.assets.push(Asset {
        name: home.name(&raw.name.value),
        role: raw.role,
        addresses,
        macs: raw.macs.clone(),
        names: raw.names.clone(),
        crane: home.id,
        zone: None,
        maker: raw.maker.clone(),
        product: raw.product.clone(),
        note: raw.note.clone(),
        at: raw.name.at,
    });
}

/// Puts assets into the zones they name: the one on their own crane, if there is one.
pub(super) fn zones_of_assets(reading: &mut Reading<'_>, names: &Names, site: &mut Site) {
    for (asset, wanted, at) in std::mem::take(&mut site.zone_wishes) {
        match names.zones(&wanted) {
            Ok(zones) => {
                let crane = site.assets.get(asset).and_then(|asset| asset.crane);
                let own = zones.iter().find(|&&id| site.zone(id).and_then(|zone| zone.crane) == crane);
                let zone = own.or(zones.first()).copied();
                if let Some(asset) = site.assets.get_mut(asset) {
                    asset.zone = zone;
                }
            }
            Err(wrong) => reading.tell(wrong.mistake(reading.file(), at, "zone", &wanted)),
        }
    }
}

/// The pattern's things, each replaced by the crane's own of the same name, and the crane's further ones.
fn over<T: Clone>(pattern: &[T], own: Vec<T>, name: impl Fn(&T) -> &str) -> Vec<T> {
    let kept = pattern.iter().filter(|thing| own.iter().all(|other| name(other) != name(thing))).cloned();
    let mut all: Vec<T> = kept.collect();
    all.extend(own);
    all
}

fn raw_zones(reading: &mut Reading<'_>, section: &Section<'_>) -> Vec<RawZone> {
    let mut zones = Vec::new();
    for (name, section) in section.named(reading, "zone", ZONE) {
        check_name(reading, "zone", &name);
        zones.push(RawZone {
            name,
            kind: word(reading, &section, "kind"),
            networks: section.texts(reading, "networks").unwrap_or_default(),
            crane: section.text(reading, "crane"),
            note: section.plain(reading, "note"),
        });
    }
    zones
}

fn raw_assets(reading: &mut Reading<'_>, section: &Section<'_>) -> Vec<RawAsset> {
    let mut assets = Vec::new();
    for (name, section) in section.named(reading, "asset", ASSET) {
        check_name(reading, "asset", &name);
        let names = section.texts(reading, "names").unwrap_or_default();
        assets.push(RawAsset {
            name,
            role: word(reading, &section, "role"),
            addresses: section.texts(reading, "addresses").unwrap_or_default(),
            macs: macs(reading, &section),
            names: names.into_iter().map(|name| name.value).collect(),
            crane: section.text(reading, "crane"),
            zone: section.text(reading, "zone"),
            maker: section.plain(reading, "maker"),
            product: section.plain(reading, "product"),
            note: section.plain(reading, "note"),
        });
    }
    assets
}

fn macs(reading: &mut Reading<'_>, section: &Section<'_>) -> Vec<Mac> {
    let mut macs = Vec::new();
    for text in section.texts(reading, "macs").unwrap_or_default() {
        match place::mac(&text.value) {
            Some(mac) => macs.push(mac),
            None => {
                let valid = "a hardware address such as 00:1b:1b:01:02:03";
                reading.tell_at(text.at, Kind::BadValue, "macs", &text.value, valid, None);
            }
        }
    }
    macs
}

fn vlans(reading: &mut Reading<'_>, section: &Section<'_>) -> Vec<u16> {
    let mut vlans = Vec::new();
    for number in section.numbers(reading, "vlans") {
        match u16::try_from(number.value).ok().filter(|vlan| (1..=4094).contains(vlan)) {
            Some(vlan) => vlans.push(vlan),
            None => {
                let found = number.value.to_string();
                reading.tell_at(number.at, Kind::BadValue, "vlans", &found, "1 to 4094", None);
            }
        }
    }
    vlans
}

/// A list of networks, or a table that gives each a name.
fn crane_networks(reading: &mut Reading<'_>, section: &Section<'_>) -> Vec<Network> {
    let named = section.texts_by_name(reading, "networks");
    let texts: Vec<(Option<String>, At<String>)> = match named {
        Some(named) => named.into_iter().map(|(name, text)| (Some(name), text)).collect(),
        None => {
            let texts = section.texts(reading, "networks").unwrap_or_default();
            texts.into_iter().map(|text| (None, text)).collect()
        }
    };
    let mut networks = Vec::new();
    for (name, text) in texts {
        let block = block(reading, "networks", &text, &[]);
        networks.extend(block.map(|block| Network { name, block, at: text.at }));
    }
    networks
}

/// An address, a network or a range; `None` and a mistake where it is none.
pub(super) fn block(
    reading: &mut Reading<'_>,
    key: &str,
    text: &At<String>,
    bases: Bases<'_>,
) -> Option<Block> {
    match place::within(&text.value, bases) {
        Ok(block) => Some(block),
        Err(wrong) => {
            reading.tell_at(text.at, Kind::BadValue, key, &text.value, wrong.valid, wrong.meant);
            None
        }
    }
}

/// A word out of a closed list.
pub(super) fn word<W: Word>(reading: &mut Reading<'_>, section: &Section<'_>, key: &str) -> Option<W> {
    let text = section.text(reading, key)?;
    let word = W::parse(&text.value);
    if word.is_none() {
        let words = || W::ALL.iter().map(|word| word.text());
        let meant = nearest(&text.value, words());
        reading.tell_at(text.at, Kind::BadValue, key, &text.value, &list(words()), meant);
    }
    word
}

/// The longest name of a thing.
const LONGEST_NAME: usize = 100;

/// Names are what rules and records call things: they can be told from the other words of a rule.
pub(crate) fn is_name(name: &str) -> bool {
    let plain = |c: char| !c.is_control() && !matches!(c, '/' | ':' | '|' | ',' | ';');
    let reserved = ["any", "none", "-", "*", "ro"];
    !name.is_empty()
        && name.trim() == name
        && name.chars().count() <= LONGEST_NAME
        && name.chars().all(plain)
        && !reserved.contains(&name.to_ascii_lowercase().as_str())
}

pub(super) fn check_name(reading: &mut Reading<'_>, what: &str, name: &At<String>) {
    if !is_name(&name.value) {
        let valid = "a name of up to 100 characters without / : | , ; and blanks at its ends, and not any, \
                     none, ro";
        reading.tell_at(name.at, Kind::BadValue, what, &name.value, valid, None);
    }
}
