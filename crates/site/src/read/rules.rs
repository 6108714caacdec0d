//! The rules of a site: conduits, recipients, writers, vendor links, and which tag map belongs to whom.

use super::names::Names;
use super::parts::{block, check_name, word};
use super::section::{At, Reading, Section};
use crate::Position;
use crate::described::{Conduit, Recipient, VendorLink, Writer};
use crate::error::{Kind, list, nearest};
use crate::selector::Selectors;
use crate::site::Site;
use crate::words::{self, LINK_KINDS, LinkPattern, VERB_GROUPS, VERBS, Verbs, Word};
use quaywatch_model::{DataClass, Verb};

pub(super) const CONDUIT: &[&str] = &["from", "to", "protocols", "verbs", "across_cranes", "note"];
pub(super) const RECIPIENT: &[&str] = &["networks", "domains", "purpose", "data", "from", "contract", "note"];
pub(super) const WRITER: &[&str] = &["who", "may", "on", "tags", "min", "max", "across_cranes", "note"];
pub(super) const VENDOR_LINK: &[&str] = &["vendor", "kinds", "from", "to", "pattern", "contract", "note"];
pub(super) const TAG_MAP: &[&str] = &["file", "of", "protocol", "unit", "note"];

/// A tag map before its file is read.
pub(super) struct Map {
    pub(super) file: String,
    pub(super) of: Selectors,
    pub(super) protocol: Option<String>,
    pub(super) unit: Option<u32>,
    pub(super) at: Position,
}

/// Who a key names.
fn selectors(reading: &mut Reading<'_>, section: &Section<'_>, key: &str, names: &Names) -> Selectors {
    let words = section.texts(reading, key).unwrap_or_default();
    selectors_of(reading, words, key, names)
}

fn selectors_of(reading: &mut Reading<'_>, words: Vec<At<String>>, key: &str, names: &Names) -> Selectors {
    let mut selectors = Vec::new();
    for word in words {
        match names.selector(&word.value) {
            Ok(selector) => selectors.push(selector),
            Err(wrong) => reading.tell(wrong.mistake(reading.file(), word.at, key, &word.value)),
        }
    }
    Selectors(selectors.into())
}

/// The same, where it has to be said.
fn needed(reading: &mut Reading<'_>, section: &Section<'_>, key: &str, names: &Names) -> Selectors {
    let words = section.texts(reading, key);
    if words.as_ref().is_none_or(Vec::is_empty) {
        let at = section.at(reading, key);
        let valid = "whom it is about, or \"any\"";
        reading.tell_at(at, Kind::Missing, &format!("{key} in {}", section.title), "", valid, None);
    }
    selectors_of(reading, words.unwrap_or_default(), key, names)
}

/// Zones by their names alone, and everything else a rule can name.
fn zones(reading: &mut Reading<'_>, section: &Section<'_>, key: &str, names: &Names) -> Selectors {
    let mut selectors = Vec::new();
    let words = section.texts(reading, key);
    if words.as_ref().is_none_or(Vec::is_empty) {
        let at = section.at(reading, key);
        reading.tell_at(
            at,
            Kind::Missing,
            &format!("{key} in {}", section.title),
            "",
            "names of zones",
            None,
        );
    }
    for word in words.unwrap_or_default() {
        let zones = names.zones(word.value.trim());
        let selector = match &zones {
            Ok(zones) => Ok(crate::selector::Selector::Zones((*zones).into())),
            Err(_) => names.selector(&word.value),
        };
        match (selector, zones) {
            (Ok(selector), _) => selectors.push(selector),
            (Err(_), Err(wrong)) | (Err(wrong), Ok(_)) => {
                reading.tell(wrong.mistake(reading.file(), word.at, key, &word.value));
            }
        }
    }
    Selectors(selectors.into())
}

fn verbs(reading: &mut Reading<'_>, section: &Section<'_>, key: &str, absent: Verbs) -> Verbs {
    let Some(words) = section.texts(reading, key) else { return absent };
    let mut all = Verbs::NONE;
    for word in words {
        match Verbs::parse(&word.value) {
            Some(verbs) => all = all.with(verbs),
            None => {
                let known = || {
                    VERBS.iter().map(|verb| verb.as_str()).chain(VERB_GROUPS.iter().map(|(name, _)| *name))
                };
                let meant = nearest(&word.value, known());
                reading.tell_at(word.at, Kind::BadValue, key, &word.value, &list(known()), meant);
            }
        }
    }
    all
}

pub(super) fn conduits(reading: &mut Reading<'_>, top: &Section<'_>, names: &Names, site: &mut Site) {
    for section in top.many(reading, "conduit", CONDUIT) {
        let protocols = section.texts(reading, "protocols").unwrap_or_default();
        let protocols = protocols.iter().map(|name| words::protocol(name.value.trim()).to_lowercase());
        site.conduits.push(Conduit {
            protocols: protocols.collect(),
            from: zones(reading, &section, "from", names),
            to: zones(reading, &section, "to", names),
            verbs: verbs(reading, &section, "verbs", Verbs::ANY),
            across_cranes: section.flag(reading, "across_cranes"),
            note: section.plain(reading, "note"),
            at: section.at,
        });
    }
}

/// Reads recipients; whom they may get data from is named by others, so those words are given back for later.
pub(super) fn recipients(
    reading: &mut Reading<'_>,
    top: &Section<'_>,
    site: &mut Site,
) -> Vec<Vec<At<String>>> {
    let mut from = Vec::new();
    for (name, section) in top.named(reading, "recipient", RECIPIENT) {
        check_name(reading, "recipient", &name);
        let networks = section.texts(reading, "networks").unwrap_or_default();
        let networks: Vec<_> =
            networks.iter().filter_map(|text| block(reading, "networks", text, &[])).collect();
        let domains = domains(reading, &section);
        if networks.is_empty() && domains.is_empty() {
            let key = format!("networks or domains in {}", section.title);
            let valid = "what the recipient can be known by";
            reading.tell_at(name.at, Kind::Missing, &key, "", valid, None);
        }
        from.push(section.texts(reading, "from").unwrap_or_default());
        site.recipients.push(Recipient {
            name: name.value,
            networks,
            domains,
            purpose: section.plain(reading, "purpose"),
            data: classes(reading, &section),
            from: Selectors::default(),
            contract: section.plain(reading, "contract"),
            note: section.plain(reading, "note"),
            at: name.at,
        });
    }
    from
}

pub(super) fn recipients_from(
    reading: &mut Reading<'_>,
    from: Vec<Vec<At<String>>>,
    names: &Names,
    site: &mut Site,
) {
    for (recipient, words) in site.recipients.iter_mut().zip(from) {
        recipient.from = selectors_of(reading, words, "from", names);
    }
}

fn domains(reading: &mut Reading<'_>, section: &Section<'_>) -> Vec<String> {
    let mut domains = Vec::new();
    for text in section.texts(reading, "domains").unwrap_or_default() {
        let name = text.value.trim().trim_end_matches('.').to_lowercase();
        let labels = name.strip_prefix("*.").unwrap_or(&name);
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        let valid = !labels.is_empty() && labels.chars().all(plain) && !labels.split('.').any(str::is_empty);
        if valid {
            domains.push(name);
        } else {
            let valid = "a name such as files.maker.example, or *.maker.example for all below it";
            reading.tell_at(text.at, Kind::BadValue, "domains", &text.value, valid, None);
        }
    }
    domains
}

fn classes(reading: &mut Reading<'_>, section: &Section<'_>) -> Option<Vec<DataClass>> {
    let words = section.texts(reading, "data")?;
    let mut classes = Vec::new();
    for word in words {
        match <DataClass as Word>::parse(&word.value) {
            Some(class) => classes.push(class),
            None => {
                let known = || DataClass::ALL.iter().map(|class| class.as_str());
                let meant = nearest(&word.value, known());
                reading.tell_at(word.at, Kind::BadValue, "data", &word.value, &list(known()), meant);
            }
        }
    }
    Some(classes)
}

pub(super) fn writers(reading: &mut Reading<'_>, top: &Section<'_>, names: &Names, site: &mut Site) {
    for section in top.many(reading, "writer", WRITER) {
        let (min, max) = (section.float(reading, "min"), section.float(reading, "max"));
        if let (Some(low), Some(high)) = (min, max)
            && low > high
        {
            let found = format!("min {low} is above max {high}");
            let at = section.at(reading, "min");
            reading.tell_at(at, Kind::EmptyRange, "min", &found, "the smaller value as min", None);
        }
        let tags = section.texts(reading, "tags").unwrap_or_default();
        site.writers.push(Writer {
            who: needed(reading, &section, "who", names),
            may: verbs(reading, &section, "may", Verbs::of(Verb::Write)),
            on: selectors(reading, &section, "on", names),
            tags: tags.into_iter().map(|tag| tag.value).collect(),
            min,
            max,
            across_cranes: section.flag(reading, "across_cranes"),
            note: section.plain(reading, "note"),
            at: section.at,
        });
    }
}

pub(super) fn vendor_links(reading: &mut Reading<'_>, top: &Section<'_>, names: &Names, site: &mut Site) {
    for (name, section) in top.named(reading, "vendor_link", VENDOR_LINK) {
        check_name(reading, "vendor_link", &name);
        let pattern = word::<LinkPattern>(reading, &section, "pattern");
        if pattern.is_none() && section.text(reading, "pattern").is_none() {
            let key = format!("pattern in {}", section.title);
            reading.tell_at(name.at, Kind::Missing, &key, "", "always, on-demand, never", None);
        }
        site.vendor_links.push(VendorLink {
            name: name.value,
            vendor: section.plain(reading, "vendor"),
            kinds: kinds(reading, &section),
            from: selectors(reading, &section, "from", names),
            to: selectors(reading, &section, "to", names),
            pattern: pattern.unwrap_or(LinkPattern::Never),
            contract: section.plain(reading, "contract"),
            note: section.plain(reading, "note"),
            at: name.at,
        });
    }
}

fn kinds(reading: &mut Reading<'_>, section: &Section<'_>) -> Vec<String> {
    let mut kinds = Vec::new();
    for text in section.texts(reading, "kinds").unwrap_or_default() {
        match words::link_kind(&text.value) {
            Some(kind) => kinds.push(kind.to_owned()),
            None => {
                let meant = nearest(&text.value, LINK_KINDS.iter().copied());
                let valid = list(LINK_KINDS.iter().copied());
                reading.tell_at(text.at, Kind::BadValue, "kinds", &text.value, &valid, meant);
            }
        }
    }
    kinds
}

pub(super) fn tag_maps(reading: &mut Reading<'_>, top: &Section<'_>, names: &Names) -> Vec<Map> {
    let mut maps = Vec::new();
    for section in top.many(reading, "tag_map", TAG_MAP) {
        section.plain(reading, "note");
        let of = needed(reading, &section, "of", names);
        let protocol = section.plain(reading, "protocol");
        let units = section.numbers(reading, "unit");
        let unit = units.first().and_then(|unit| u32::try_from(unit.value).ok());
        if let (Some(number), None) = (units.first(), unit) {
            let found = number.value.to_string();
            reading.tell_at(
                number.at,
                Kind::BadValue,
                "unit",
                &found,
                "a unit, slot or station number",
                None,
            );
        }
        match section.text(reading, "file") {
            Some(file) => maps.push(Map { file: file.value, of, protocol, unit, at: file.at }),
            None => {
                let key = format!("file in {}", section.title);
                let at = section.at(reading, "file");
                reading.tell_at(at, Kind::Missing, &key, "", "a path relative to site.toml", None);
            }
        }
    }
    maps
}
