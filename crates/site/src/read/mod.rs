//! Reads `site.toml` and the tag maps it names. Nothing stops at the first mistake: what can be read is read, and
//! all that is wrong is told together.

mod check;
mod names;
mod parts;
mod place;
mod rules;
mod section;

use crate::error::{Kind, MOST_MISTAKES};
use crate::networks::Block;
use crate::site::Site;
use crate::tags::csv::Row;
use crate::tags::index::Index as TagIndex;
use crate::tags::{Tag, TagAddress, TagMap, csv};
use crate::{CraneId, Mistake, Position, SiteErrors};
use names::Names;
pub(crate) use parts::is_name;
use section::{Reading, Section};
use std::io;
use std::path::Path;
use toml::de::DeTable;

/// The largest `site.toml` that is read: some hundred times one that describes a large port.
const LARGEST_FILE: u64 = 4 << 20;
/// The largest tag map that is read: fifty thousand lines with a long description each.
const LARGEST_MAP: u64 = 16 << 20;
/// So many assets, zones or tags altogether can come out of patterns and maps for many cranes.
pub(crate) const MOST_THINGS: usize = 200_000;

/// The keys of each table of `site.toml`, for documentation and messages.
pub const KEYS: &[(&str, &[&str])] = &[
    ("the file", parts::TOP),
    ("[site]", parts::SITE),
    ("[pattern.NAME]", parts::PATTERN),
    ("[crane.NAME]", parts::CRANE),
    ("[zone.NAME]", parts::ZONE),
    ("[asset.NAME]", parts::ASSET),
    ("[[conduit]]", rules::CONDUIT),
    ("[recipient.NAME]", rules::RECIPIENT),
    ("[[writer]]", rules::WRITER),
    ("[vendor_link.NAME]", rules::VENDOR_LINK),
    ("[[tag_map]]", rules::TAG_MAP),
];

/// Gives the text of a file that `site.toml` names, relative to it.
type Open<'o> = &'o mut dyn FnMut(&Path) -> io::Result<String>;

impl Site {
    /// Reads the file and the tag maps it names.
    ///
    /// # Errors
    /// All mistakes in it, or that it cannot be read.
    pub fn load(path: &Path) -> Result<Self, SiteErrors> {
        let name = path.display().to_string();
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        match bounded(path, LARGEST_FILE) {
            Ok(text) => Self::parse(&name, &text, &mut |file| bounded(&folder.join(file), LARGEST_MAP)),
            Err(error) => Err(SiteErrors { mistakes: vec![unreadable(&name, &error)], untold: 0 }),
        }
    }

    /// Reads the text of a `site.toml` that is called `name`; `open` gives the tag maps it names.
    ///
    /// # Errors
    /// All mistakes in it.
    pub fn parse(name: &str, text: &str, open: Open<'_>) -> Result<Self, SiteErrors> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reading = Reading::new(name, text);
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let found = error.message().lines().collect::<Vec<_>>().join(", ");
            let at = error.span().map_or(0, |span| span.start);
            reading.tell_at(reading.position(at), Kind::Syntax, "", &format!("not TOML: {found}"), "", None);
        }
        let top = Section::top(&mut reading, document.get_ref());
        let site = document_to_site(&mut reading, &top, open);
        reading.finish().map_or(Ok(site), Err)
    }
}

fn bounded(path: &Path, most: u64) -> io::Result<String> {
    use io::Read;
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other(format!("it is longer than {most} bytes")));
    }
    // Spreadsheets of old write in other character sets; only texts for people can suffer.
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

fn unreadable(file: &str, error: &io::Error) -> Mistake {
    Mistake {
        file: file.to_owned(),
        at: Position { line: 1, column: 1 },
        kind: Kind::Unreadable,
        key: String::new(),
        found: error.to_string(),
        valid: String::new(),
        meant: None,
        other: None,
    }
}

fn document_to_site(reading: &mut Reading<'_>, top: &Section<'_>, open: Open<'_>) -> Site {
    let mut site = Site::default();
    parts::site(reading, top, &mut site);
    let patterns = parts::patterns(reading, top);
    parts::cranes(reading, top, &patterns, &mut site);
    parts::shared(reading, top, &mut site);
    let recipients = rules::recipients(reading, top, &mut site);
    let names = Names::new(&site);
    rules::recipients_from(reading, recipients, &names, &mut site);
    parts::zones_of_assets(reading, &names, &mut site);
    rules::conduits(reading, top, &names, &mut site);
    rules::writers(reading, top, &names, &mut site);
    rules::vendor_links(reading, top, &names, &mut site);
    check::overlaps(reading, &site);
    index(&mut site);
    for map in rules::tag_maps(reading, top, &names) {
        add_map(reading, map, &names, &mut site, open);
    }
    let mut by_crane: Vec<Option<CraneId>> = vec![None];
    by_crane.extend((0..site.cranes.len()).map(|at| Some(CraneId::from(at))));
    for crane in by_crane {
        let of_crane = |map: &TagMap| map.crane.is_none() || map.crane == crane;
        let maps = site.maps.iter().enumerate().filter(|(_, map)| of_crane(map)).map(|(at, _)| at);
        let maps = maps.collect();
        site.index.maps.insert(crane, maps);
    }
    site
}

/// Makes look-ups cheap.
fn index(site: &mut Site) {
    let vlans = |site: &Site, crane: Option<CraneId>| {
        crane.and_then(|id| site.crane(id)).map(|crane| crane.vlans.clone()).unwrap_or_default()
    };
    let mut index = std::mem::take(&mut site.index);
    for (at, crane) in site.cranes.iter().enumerate() {
        for network in &crane.networks {
            index.cranes.add(network.block, &crane.vlans, CraneId::from(at));
        }
    }
    for (at, zone) in site.zones.iter().enumerate() {
        let vlans = vlans(site, zone.crane);
        zone.networks.iter().for_each(|block| index.zones.add(*block, &vlans, crate::ZoneId::from(at)));
    }
    for (at, asset) in site.assets.iter().enumerate() {
        let vlans = vlans(site, asset.crane);
        let id = crate::AssetId::from(at);
        asset.addresses.iter().for_each(|block| index.assets.add(*block, &vlans, id));
        asset.macs.iter().for_each(|&mac| {
            index.macs.insert(mac, id);
        });
    }
    site.networks.iter().for_each(|block: &Block| index.own.add(*block, &[], ()));
    let of_cranes = site.cranes.iter().flat_map(|crane| &crane.networks).map(|network| &network.block);
    index.ends = of_cranes.chain(&site.networks).filter_map(Block::ends).flatten().collect();
    let of_zones = site.zones.iter().any(|zone| !zone.networks.is_empty());
    let of_cranes = site.cranes.iter().any(|crane| !crane.networks.is_empty());
    index.states_networks = of_zones || of_cranes || !site.networks.is_empty();
    site.index = index;
}

/// Reads the file of a tag map and adds it, once, or once a crane where the crane's name is in its addresses.
fn add_map(reading: &mut Reading<'_>, map: rules::Map, names: &Names, site: &mut Site, open: Open<'_>) {
    let text = match open(Path::new(&map.file)) {
        Ok(text) => text,
        Err(error) => {
            let found = format!("{}: {error}", map.file);
            return reading.tell_at(
                map.at,
                Kind::Unreadable,
                "file",
                &found,
                "a path relative to site.toml",
                None,
            );
        }
    };
    let mut mistakes = Vec::new();
    let rows = csv::read(&map.file, &text, map.protocol.as_deref(), &mut |mistake| {
        if mistakes.len() <= MOST_MISTAKES {
            mistakes.push(mistake);
        }
    });
    mistakes.into_iter().for_each(|mistake| reading.tell(mistake));
    let named = rows.iter().any(|row| row.template.is_some());
    let cranes: Vec<Option<CraneId>> =
        if named { (0..site.cranes.len()).map(|at| Some(CraneId::from(at))).collect() } else { vec![None] };
    let present: usize = site.maps.iter().map(|map| map.tags.len()).sum();
    if present.saturating_add(rows.len().saturating_mul(cranes.len())) > MOST_THINGS {
        let found = format!("more than {MOST_THINGS} tags of all cranes together");
        return reading.tell_at(map.at, Kind::Limit, "tag_map", &found, "", None);
    }
    for crane in cranes {
        let name = crane.and_then(|id| site.crane(id)).map(|crane| crane.name.clone());
        let tags: Vec<Tag> =
            rows.iter().map(|row| tag(reading, &map.file, row, name.as_deref(), names)).collect();
        let index = TagIndex::new(&tags);
        site.maps.push(TagMap { of: map.of.clone(), crane, unit: map.unit, tags, index });
    }
}

fn tag(reading: &mut Reading<'_>, file: &str, row: &Row, crane: Option<&str>, names: &Names) -> Tag {
    let address = match (&row.address, row.template.as_ref().and(crane)) {
        (TagAddress::Symbol(text), Some(crane)) => TagAddress::Symbol(text.replace(csv::CRANE, crane)),
        (TagAddress::Node(text), Some(crane)) => TagAddress::Node(text.replace(csv::CRANE, crane)),
        (address, _) => address.clone(),
    };
    let nobody = |word: &str| ["none", "-", "ro"].contains(&word.to_ascii_lowercase().as_str());
    let read_only = row.writable_by.iter().any(|(word, _)| nobody(word));
    let mut writers = Vec::new();
    for (word, at) in row.writable_by.iter().filter(|(word, _)| !nobody(word)) {
        match names.selector(word) {
            Ok(selector) => writers.push(selector),
            Err(wrong) => reading.tell(wrong.mistake(file, *at, "writable_by", word)),
        }
    }
    Tag {
        name: row.name.clone(),
        address,
        kind: row.kind,
        order: row.order,
        scale: row.scale,
        offset: row.offset,
        unit: row.unit.clone(),
        min: row.min,
        max: row.max,
        description: row.description.clone(),
        writable_by: crate::Selectors(writers.into()),
        read_only,
        at: row.at,
    }
}
