//! Writes a first `site.toml` from what was seen, for people to go through.
//!
//! What is merely there (cranes, assets) is written as it is. What is a decision (which zones there are, who may change a
//! controller, who may get data, who may come in) is written switched off, with what was seen and what is to be decided: an attack
//! that was under way while the network was learnt is not approved by a machine. Lines of text begin with `##`,
//! settings that are switched off with `#`; who agrees takes that `#` away.

mod plan;

pub use plan::{SeenConduit, SeenTags, SeenZone};

use crate::error::is_steering;
use crate::read::is_name;
use crate::words::{LinkPattern, Verbs, link_kind};
use quaywatch_model::{Address, Asset, DataClass, Mac, Role, Verb};
use std::collections::BTreeSet;
use std::fmt::Write;
use toml_writer::{ToTomlKey, ToTomlValue, TomlKeyBuilder, TomlStringBuilder};

/// So much of what is known of an asset is told in its comment; all of it is in the records.
const MOST_EVIDENCE: usize = 4;

/// What was seen of a site. Texts are the peers' and may hold anything.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// Where it was seen: names of captures, from when to when.
    pub source: Vec<String>,
    /// Groups of addresses that look like a crane's.
    pub cranes: Vec<SeenCrane>,
    /// Hosts.
    pub assets: Vec<SeenAsset>,
    /// Who changed what.
    pub writers: Vec<SeenWriter>,
    /// Who got data.
    pub recipients: Vec<SeenRecipient>,
    /// Who came in with what.
    pub links: Vec<SeenLink>,
    /// Devices of one network that do the same.
    pub zones: Vec<SeenZone>,
    /// What passes between them.
    pub conduits: Vec<SeenConduit>,
    /// What was written into controllers.
    pub tags: Vec<SeenTags>,
}

/// What looks like a crane.
#[derive(Debug, Clone, Default)]
pub struct SeenCrane {
    /// What to call it.
    pub name: String,
    /// Its networks: first address and how many leading bits are the network's.
    pub networks: Vec<(Address, u8)>,
    /// Its VLANs.
    pub vlans: Vec<u16>,
    /// Why it looks like one.
    pub evidence: String,
}

/// A host.
#[derive(Debug, Clone, Default)]
pub struct SeenAsset {
    /// What to call it; where that cannot be a name, it is changed until it can.
    pub name: String,
    /// What it probably is.
    pub role: Option<Role>,
    /// Its IP addresses.
    pub addresses: Vec<Address>,
    /// Its hardware addresses.
    pub macs: Vec<Mac>,
    /// What it calls itself.
    pub names: Vec<String>,
    /// Who made it.
    pub maker: Option<String>,
    /// What the maker calls it.
    pub product: Option<String>,
    /// Where that is known from.
    pub evidence: String,
}

impl From<&Asset> for SeenAsset {
    fn from(asset: &Asset) -> Self {
        let name = asset.names.first().cloned();
        let name = name.or_else(|| asset.addresses.first().map(ToString::to_string)).unwrap_or_default();
        let evidence = asset.evidence.iter().map(|evidence| {
            let (attribute, value) = (evidence.attribute.as_str(), &evidence.value);
            format!("{} says {attribute} {value:?} (frame {})", evidence.protocol, evidence.frame)
        });
        Self {
            name,
            role: asset.roles.first().copied(),
            addresses: asset.addresses.iter().copied().filter(|address| address.ip().is_some()).collect(),
            macs: asset.mac.into_iter().collect(),
            names: asset.names.clone(),
            maker: asset.maker.clone(),
            product: asset.product.clone(),
            evidence: evidence.take(MOST_EVIDENCE).collect::<Vec<_>>().join("; "),
        }
    }
}

/// Somebody who changed something.
#[derive(Debug, Clone)]
pub struct SeenWriter {
    /// Who.
    pub client: Address,
    /// On what.
    pub server: Address,
    /// With which verbs.
    pub verbs: Vec<Verb>,
    /// Tags, where all of it was mapped.
    pub tags: Vec<String>,
    /// Objects, as operations have them.
    pub objects: Vec<String>,
    /// How often.
    pub count: u64,
}

/// Somebody who got data.
#[derive(Debug, Clone, Default)]
pub struct SeenRecipient {
    /// What to call it.
    pub name: String,
    /// Its addresses.
    pub addresses: Vec<Address>,
    /// Its names, from SNI, DNS, Host headers.
    pub domains: Vec<String>,
    /// What it got.
    pub data: Vec<DataClass>,
    /// How much.
    pub bytes: u64,
}

/// Somebody who came in.
#[derive(Debug, Clone)]
pub struct SeenLink {
    /// With what, as in `remote_access.kind`.
    pub kind: String,
    /// Who opened it.
    pub client: Address,
    /// To whom.
    pub server: Address,
    /// How often.
    pub count: u64,
    /// For how long altogether.
    pub seconds: u64,
}

/// The text of a `site.toml`, the same for the same observations.
#[must_use]
pub fn draft(seen: &Observed) -> String {
    let mut draft = Draft { text: String::new(), taken: BTreeSet::new() };
    draft.say("site.toml: what this site is made of and what is approved here. Drafted from what was seen.");
    for source in &seen.source {
        draft.say(&format!("Seen in {source}"));
    }
    draft.say(
        "Lines that begin with ## are for you. A setting that begins with # is switched off: take the # away",
    );
    draft.say("if you agree with it. Every key and its default is described in docs/site.md.");
    draft.blank();
    draft.set("[site]");
    draft.off(&format!("name = {}", text("the name of the terminal")));
    draft.off("networks = [\"10.0.0.0/8\"]");
    draft
        .say("DECIDE: which networks are your own? Without them, private addresses are told as \"private\".");
    seen.cranes.iter().for_each(|crane| draft.crane(crane));
    draft.heading("Assets: who is there", !seen.assets.is_empty());
    let mut addresses = BTreeSet::new();
    let mut macs = BTreeSet::new();
    seen.assets.iter().for_each(|asset| draft.asset(asset, &mut addresses, &mut macs));
    draft.zones(&seen.zones, &seen.conduits);
    draft.heading("Writers: who may change what", !seen.writers.is_empty());
    draft.say("Nobody was approved. As long as no [[writer]] speaks of a controller, every change is told the same way.");
    seen.writers.iter().for_each(|writer| draft.writer(writer));
    draft.heading("Recipients: who gets data", !seen.recipients.is_empty());
    seen.recipients.iter().for_each(|recipient| draft.recipient(recipient));
    draft.heading("Vendor links: who comes in from outside", !seen.links.is_empty());
    seen.links.iter().for_each(|link| draft.link(link));
    draft.tag_maps(&seen.tags);
    draft.text
}

/// A text as TOML writes it: on one line, whatever is in it, so that it can be switched off.
fn text(value: &str) -> String {
    without_steering(&TomlStringBuilder::new(value).as_basic().to_toml_value())
}

fn key(value: &str) -> String {
    let builder = TomlKeyBuilder::new(value);
    let key = builder.as_unquoted().unwrap_or_else(|| builder.as_basic());
    without_steering(&key.to_toml_key())
}

/// Within a basic string: what steers an editor or terminal, escaped.
fn without_steering(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if is_steering(c) || c.is_control() {
            let _ = write!(plain, "\\u{:04X}", u32::from(c));
        } else {
            plain.push(c);
        }
    }
    plain
}

fn list<T>(values: impl IntoIterator<Item = T>, show: impl Fn(T) -> String) -> String {
    let values: Vec<String> = values.into_iter().map(|value| text(&show(value))).collect();
    format!("[{}]", values.join(", "))
}

struct Draft {
    text: String,
    /// Names that were given, with what kind of thing they name.
    taken: BTreeSet<(&'static str, String)>,
}

impl Draft {
    fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A line for people. Whatever is in it, it stays one line and a comment.
    fn say(&mut self, line: &str) {
        self.text.push_str("## ");
        for c in line.chars() {
            if c.is_control() || is_steering(c) {
                let _ = write!(self.text, "{}", c.escape_unicode());
            } else {
                self.text.push(c);
            }
        }
        self.blank();
    }

    fn set(&mut self, line: &str) {
        self.text.push_str(line);
        self.blank();
    }

    fn off(&mut self, line: &str) {
        self.text.push('#');
        self.set(line);
    }

    fn heading(&mut self, line: &str, any: bool) {
        self.blank();
        self.say(line);
        if !any {
            self.say("None were seen.");
        }
    }

    /// A name that nothing of the kind has yet.
    fn name(&mut self, kind: &'static str, wanted: &str, otherwise: &str) -> String {
        let usable = |c: char| if c.is_control() || is_steering(c) || "/:|,;".contains(c) { '-' } else { c };
        let name: String = wanted.trim().chars().take(80).map(usable).collect();
        let name = if is_name(name.trim()) { name.trim().to_owned() } else { otherwise.to_owned() };
        let mut unique = name.clone();
        let mut number = 2_u32;
        while !self.taken.insert((kind, unique.clone())) {
            unique = format!("{name} ({number})");
            number = number.saturating_add(1);
        }
        unique
    }

    fn crane(&mut self, seen: &SeenCrane) {
        let name = self.name("crane", &seen.name, "crane");
        self.blank();
        self.say(&format!("Looks like a crane: {}", seen.evidence));
        self.say("DECIDE: is it one, what is it called, are these all its networks?");
        // Two that overlap would have to be told apart by VLANs first.
        self.off(&format!("[crane.{}]", key(&name)));
        let networks = seen.networks.iter().filter_map(|&(address, length)| {
            ipnet::IpNet::new(address.ip()?, length).ok().map(|net| net.trunc().to_string())
        });
        self.off(&format!("networks = {}", list(networks, |net| net)));
        let vlans: BTreeSet<u16> =
            seen.vlans.iter().copied().filter(|vlan| (1..=4094).contains(vlan)).collect();
        if !vlans.is_empty() {
            let vlans: Vec<String> = vlans.iter().map(u16::to_string).collect();
            self.off(&format!("vlans = [{}]", vlans.join(", ")));
        }
    }

    fn asset(&mut self, seen: &SeenAsset, addresses: &mut BTreeSet<Address>, macs: &mut BTreeSet<Mac>) {
        let own: Vec<_> =
            seen.addresses.iter().copied().filter(|a| a.ip().is_some() && addresses.insert(*a)).collect();
        let name = self.name("asset", &seen.name, "asset");
        self.blank();
        if !seen.evidence.is_empty() {
            self.say(&seen.evidence);
        }
        if own.len() < seen.addresses.len() {
            self.say("DECIDE: an address of it is above already. Are they one device?");
        }
        self.set(&format!("[asset.{}]", key(&name)));
        match seen.role {
            Some(role) => self.set(&format!("role = {}", text(role.as_str()))),
            None => {
                self.say("DECIDE: what is it there for?");
                self.off("role = \"workstation\"");
            }
        }
        if !own.is_empty() {
            self.set(&format!("addresses = {}", list(&own, ToString::to_string)));
        }
        let own: Vec<_> = seen.macs.iter().filter(|mac| macs.insert(**mac)).collect();
        if !own.is_empty() {
            self.set(&format!("macs = {}", list(own, ToString::to_string)));
        }
        if !seen.names.is_empty() {
            self.set(&format!("names = {}", list(&seen.names, ToString::to_string)));
        }
        for (name, value) in [("maker", &seen.maker), ("product", &seen.product)] {
            if let Some(value) = value {
                self.set(&format!("{name} = {}", text(value)));
            }
        }
    }

    fn writer(&mut self, seen: &SeenWriter) {
        /// So many objects are told; who wants all looks into the records.
        const MOST_OBJECTS: usize = 12;
        self.blank();
        let verbs: Vec<&str> = seen.verbs.iter().map(|verb| verb.as_str()).collect();
        self.say(&format!(
            "Seen {} times: {} did {} on {}",
            seen.count,
            seen.client,
            verbs.join(", "),
            seen.server
        ));
        let objects: Vec<&str> = seen.objects.iter().map(String::as_str).collect();
        objects.iter().take(MOST_OBJECTS).for_each(|object| self.say(&format!("  {object}")));
        if objects.len() > MOST_OBJECTS {
            self.say(&format!("  and {} more", objects.len() - MOST_OBJECTS));
        }
        self.say("DECIDE: may it, and for whom was it done?");
        self.off("[[writer]]");
        self.off(&format!("who = {}", list([seen.client], |who| who.to_string())));
        self.off(&format!("may = {}", list(&verbs, ToString::to_string)));
        self.off(&format!("on = {}", list([seen.server], |on| on.to_string())));
        if !seen.tags.is_empty() {
            self.off(&format!("tags = {}", list(&seen.tags, ToString::to_string)));
        }
    }

    fn recipient(&mut self, seen: &SeenRecipient) {
        let addresses: Vec<_> = seen.addresses.iter().filter(|address| address.ip().is_some()).collect();
        let plain = |name: &&String| {
            !name.is_empty()
                && name.split('.').all(|label| {
                    !label.is_empty()
                        && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
                })
        };
        let domains: Vec<_> = seen.domains.iter().filter(plain).collect();
        self.blank();
        self.say(&format!("Got {} bytes: {}", seen.bytes, seen.name));
        for odd in seen.domains.iter().filter(|name| !plain(name)) {
            self.say(&format!("It also went by a name that cannot be one: {odd}"));
        }
        if addresses.is_empty() && domains.is_empty() {
            return;
        }
        self.say("DECIDE: who is it, may it have this, and which contract says so?");
        let name = self.name("recipient", &seen.name, "recipient");
        self.off(&format!("[recipient.{}]", key(&name)));
        if !addresses.is_empty() {
            self.off(&format!("networks = {}", list(addresses, ToString::to_string)));
        }
        if !domains.is_empty() {
            self.off(&format!("domains = {}", list(domains, ToString::to_string)));
        }
        self.off(&format!("data = {}", list(&seen.data, |class| class.as_str().to_owned())));
        self.off("purpose = \"\"");
        self.off("contract = \"\"");
    }

    fn link(&mut self, seen: &SeenLink) {
        self.blank();
        let SeenLink { kind, client, server, count, seconds } = seen;
        self.say(&format!("Seen {count} times, {seconds} s altogether: {kind} from {client} to {server}"));
        self.say("DECIDE: whose is it, and is it meant to be there always, on demand or never?");
        let name = self.name("vendor_link", &format!("{kind} {client}"), "link");
        self.off(&format!("[vendor_link.{}]", key(&name)));
        self.off("vendor = \"\"");
        if let Some(kind) = link_kind(kind) {
            self.off(&format!("kinds = {}", list([kind], str::to_owned)));
        }
        self.off(&format!("from = {}", list([client], ToString::to_string)));
        self.off(&format!("to = {}", list([server], ToString::to_string)));
        self.off(&format!("pattern = {}", text(LinkPattern::Never.as_str())));
    }
}

impl SeenWriter {
    /// The verbs as a set.
    #[must_use]
    pub fn set(&self) -> Verbs {
        Verbs::from_slice(&self.verbs)
    }
}
