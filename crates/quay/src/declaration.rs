//! What whoever answers for the cranes of a run would declare of them: `site.toml` and its tag map. Guests are not in it.

use crate::life::{Maker, Place};
use crate::world::World;
use quaywatch_crane::{Access, Area, Kind, TAGS, Tag};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// Roles by the names of hosts, without their numbers.
const ROLES: [(&str, &str); 26] = [
    ("gateway", "router"),
    ("switch", "switch"),
    ("plc", "controller"),
    ("safety", "safety controller"),
    ("drive", "drive"),
    ("io", "remote io"),
    ("spreader", "remote io"),
    ("antisway", "controller"),
    ("weather", "sensor"),
    ("laser", "sensor"),
    ("hmi", "hmi"),
    ("cms", "server"),
    ("ews", "engineering station"),
    ("nvr", "server"),
    ("camera", "camera"),
    ("phone", "phone"),
    ("printer", "printer"),
    ("sql", "database"),
    ("tos", "server"),
    ("ntp", "time server"),
    ("dns", "name server"),
    ("ad", "server"),
    ("historian", "database"),
    ("jump", "workstation"),
    ("monitor", "server"),
    ("provider", "router"),
];

/// The protocols that signals are read and written in.
const PROTOCOLS: [&str; 4] = ["s7", "modbus", "cip", "opcua"];

/// Writes `site.toml` and a tag map for each protocol to this directory.
pub(crate) fn write(directory: &Path, world: &World, places: &[Place], honest: usize) -> io::Result<()> {
    fs::write(directory.join("site.toml"), site(world, places, honest))?;
    PROTOCOLS
        .iter()
        .try_for_each(|protocol| fs::write(directory.join(format!("tags-{protocol}.csv")), tags(protocol)))
}

/// The text of `site.toml`: the first `honest` hosts are declared.
fn site(world: &World, places: &[Place], honest: usize) -> String {
    let mut text = HEAD.to_owned();
    for place in places {
        let Place { crane, number, .. } = place;
        // Writing to a text does not fail.
        let _ = writeln!(text, "\n[crane.{crane}]\nnetworks = [\"10.7.{number}.0/24\"]");
        for (name, hosts) in ZONES {
            let _ =
                writeln!(text, "\n[crane.{crane}.zone.{name}]\nkind = \"{name}\"\nnetworks = [\"{hosts}\"]");
        }
    }
    for (_, host) in world.lan.hosts().take(honest) {
        let kind = host
            .name
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(|letter: char| letter.is_ascii_digit());
        let Some((_, role)) = ROLES.iter().find(|(name, _)| *name == kind) else { continue };
        let name = match host.name.split_once('/') {
            Some((crane, name)) => format!("crane.{crane}.asset.{name}"),
            None => format!("asset.{}", host.name),
        };
        let _ = writeln!(text, "\n[{name}]\nrole = \"{role}\"\naddresses = [\"{}\"]", host.ip);
        if host.hops == 0 {
            let [a, b, c, d, e, f] = host.mac;
            let _ = writeln!(text, "macs = [\"{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}\"]");
        }
    }
    let maker = places.first().map_or(Maker::Siemens, |place| place.maker);
    let cyclic = if maker == Maker::Rockwell { CYCLIC_CIP } else { "" };
    text + RULES + cyclic
}

const HEAD: &str = "\
# What is declared of the simulated cranes: `quaywatch inspect --site site.toml quay.pcapng`.
[site]
name = \"Simulated quay\"
networks = [\"10.7.0.0/16\", \"10.20.0.0/16\"]

[zone.shore]
kind = \"terminal\"
networks = [\"10.20.0.0/24\"]
";

/// Zones of a crane, by addresses in its network.
const ZONES: [(&str, &str); 4] =
    [("crane-control", ".8-.39"), ("supervision", ".40-.69"), ("cctv", ".70-.89"), ("other", ".1-.7")];

const RULES: &str = r#"
[[conduit]]
from = "supervision"
to = ["crane-control", "cctv", "other", "shore"]

[[conduit]]
from = "shore"
to = ["supervision", "cctv", "other"]

[[conduit]]
from = ["crane-control", "cctv", "other"]
to = "shore"
protocols = ["ntp", "dns", "syslog", "snmp", "arp", "icmp", "dhcp"]

[[conduit]]
from = "other"
to = ["crane-control", "supervision", "cctv"]
protocols = ["arp", "icmp", "snmp", "dhcp"]

[[writer]]
who = "cms"
on = "plc"
tags = ["Job.*"]

[[writer]]
who = "role:hmi"
on = "plc"
tags = ["Cmd.*"]

[[writer]]
who = "ews"
on = "plc"
tags = ["Par.*"]
note = "Within the limits of the tag map"

[[writer]]
who = "zone:shore"
on = "sql"
may = "any"

[[writer]]
who = ["cms", "tos"]
on = ["sql", "tos", "cms", "historian"]
may = "any"
across_cranes = true
note = "Jobs, what was done, and each move in the database"

[[writer]]
who = ["cms", "role:hmi", "ews"]
on = "ad"
may = "any"
across_cranes = true
note = "Members of the domain: policies and updates"

[recipient.terminal]
networks = ["10.20.0.0/24"]
purpose = "The terminal's own systems: jobs, moves, names, time, logs"

[vendor_link.service]
pattern = "on-demand"
kinds = ["wireguard", "rdp"]
note = "Through the gateway, when somebody at the terminal asked for it"

[vendor_link.terminal]
pattern = "always"
kinds = ["web_hmi"]
from = ["tos", "historian"]
to = "cms"
note = "Jobs and readings between the terminal's systems and the cranes'"

[vendor_link.other]
pattern = "never"

[[tag_map]]
file = "tags-s7.csv"
of = "plc"

[[tag_map]]
file = "tags-modbus.csv"
of = "plc"

[[tag_map]]
file = "tags-cip.csv"
of = "plc"

[[tag_map]]
file = "tags-opcua.csv"
of = "plc"
"#;

const CYCLIC_CIP: &str = r#"
[[writer]]
who = "plc"
on = ["drive1", "drive2", "drive3", "drive4", "drive5", "drive6", "io1", "io2", "io3", "io4", "io5"]
may = "any"
"#;

/// The tag map of a protocol.
fn tags(protocol: &str) -> String {
    let mut text = "tag,protocol,address,type,unit,min,max,writable_by\n".to_owned();
    for tag in TAGS {
        let (least, most) = match tag.range {
            [low, high] if high > low && tag.kind != Kind::Bool => (low.to_string(), high.to_string()),
            _ => Default::default(),
        };
        let by = match tag.access {
            Access::Status => "none",
            Access::Operator => "role:hmi",
            Access::Engineer => "ews",
            Access::Jobs => "cms",
        };
        let (name, unit, address) = (tag.name, tag.unit, address(tag, protocol));
        let kind = match tag.kind {
            // In registers a text lies with its room and its length before it.
            Kind::Text(_) if protocol == "modbus" => {
                format!("chars[{}]", tag.kind.bytes().next_multiple_of(2))
            }
            _ => kind(tag),
        };
        let _ = writeln!(
            text,
            "\"{name}\",{protocol},\"{address}\",\"{kind}\",\"{unit}\",{least},{most},\"{by}\""
        );
    }
    text
}

fn address(tag: &Tag, protocol: &str) -> String {
    let table = match tag.area {
        Area::Coil => "coil",
        Area::Discrete => "discrete",
        Area::Input => "input",
        Area::Holding => "holding",
    };
    match protocol {
        "modbus" => format!("{table} {}", tag.register),
        "cip" => format!("STS.{}", tag.name),
        "opcua" => format!("ns=2;s={{crane}}/{}", tag.name.replace('.', "/")),
        _ => s7(tag),
    }
}

fn kind(tag: &Tag) -> String {
    match tag.kind {
        Kind::Real => "real".to_owned(),
        Kind::Int => "int".to_owned(),
        Kind::Word => "word".to_owned(),
        Kind::Dint => "dint".to_owned(),
        Kind::Dword => "dword".to_owned(),
        Kind::Bool => "bool".to_owned(),
        Kind::Text(room) => format!("string[{room}]"),
        Kind::DateTime => "chars[8]".to_owned(),
    }
}

fn s7(tag: &Tag) -> String {
    let Tag { block, byte, bit, .. } = tag;
    match tag.kind {
        Kind::Bool => format!("DB{block}.DBX{byte}.{bit}"),
        Kind::Int | Kind::Word => format!("DB{block}.DBW{byte}"),
        Kind::Real | Kind::Dint | Kind::Dword => format!("DB{block}.DBD{byte}"),
        Kind::Text(_) | Kind::DateTime => format!("DB{block}.DBB{byte}"),
    }
}
