mod documented;
mod drafts;
mod mistakes;
mod questions;
mod survival;
mod tag_maps;

use crate::{Host, Party, Site, SiteErrors};
use quaywatch_model::Address;
use std::net::IpAddr;
use std::path::Path;

/// Reads a site whose tag maps are the given files.
pub(super) fn parse_with(text: &str, files: &[(&str, &str)]) -> Result<Site, SiteErrors> {
    Site::parse("site.toml", text, &mut |path: &Path| {
        let found = files.iter().find(|(name, _)| Path::new(name) == path);
        found
            .map(|(_, text)| (*text).to_owned())
            .ok_or_else(|| std::io::Error::other("there is no such file"))
    })
}

pub(super) fn parse(text: &str) -> Result<Site, SiteErrors> {
    parse_with(text, &[])
}

pub(super) fn address(text: &str) -> Address {
    match text.parse().unwrap() {
        IpAddr::V4(v4) => Address::v4(v4.octets()),
        IpAddr::V6(v6) => Address::v6(v6.octets()),
    }
}

pub(super) fn on_vlan(text: &str, vlan: u16) -> Host {
    Host { vlan: Some(vlan), ..Host::from(address(text)) }
}

pub(super) fn party(site: &Site, text: &str) -> Party {
    site.party(address(text))
}

/// Two sister cranes, a terminal, and rules.
pub(super) const QUAY: &str = r#"
[site]
name = "North quay"
networks = ["10.0.0.0/8"]
utc_offset = "+01:00"

[pattern.sts]
maker = "Maker"
[pattern.sts.zone.control]
kind = "crane-control"
networks = [".0/26"]
[pattern.sts.zone.cctv]
kind = "cctv"
networks = ["cctv.0/24"]
[pattern.sts.asset.plc]
role = "controller"
addresses = [".10"]
[pattern.sts.asset.hmi]
role = "hmi"
addresses = [".20"]
[pattern.sts.asset.cameras]
role = "camera"
addresses = ["cctv.40-.70"]

[crane.STS07]
pattern = "sts"
networks = { control = "10.70.7.0/24", cctv = "10.71.7.0/24" }
[crane.STS08]
pattern = "sts"
networks = { control = "10.70.8.0/24", cctv = "10.71.8.0/24" }
[crane.STS08.asset.modem]
role = "modem"
addresses = ".222"

[zone.terminal]
kind = "terminal"
networks = ["10.70.200.0/24"]
[zone.service]
kind = "vendor"
networks = ["198.51.100.0/24"]

[asset.ews]
role = "engineering station"
addresses = ["10.70.200.30"]
macs = ["02:00:0a:46:07:1e"]

[[conduit]]
from = "terminal"
to = "control"
protocols = ["opcua", "s7"]
verbs = "observe"
[[conduit]]
from = "role:engineering station"
to = "control"

[recipient.maker]
networks = ["198.51.100.0/24"]
domains = ["*.maker.example"]
data = ["process_values"]
contract = "C-2024-17"
[recipient.clock]
networks = ["203.0.113.5"]

[[writer]]
who = "hmi"
on = "plc"
tags = ["Cmd.*"]
[[writer]]
who = "ews"
may = ["Write", "program", "Stop"]
on = "role:controller"
tags = ["Par.*"]
min = 0
max = 110
[[writer]]
who = "ews"
may = ["program", "operate"]
on = "role:controller"

[vendor_link.maker]
vendor = "Maker GmbH"
kinds = ["openvpn"]
to = "modem"
pattern = "on-demand"
[vendor_link.nobody]
kinds = ["teamviewer", "anydesk"]
pattern = "never"
"#;

/// Numbers, as the decoders tell a list of them.
pub(super) struct Numbers<'a>(pub(super) &'a [u64]);

impl quaywatch_model::Scalars for Numbers<'_> {
    fn each(&self, tell: &mut dyn FnMut(quaywatch_model::Value<'_>)) {
        self.0.iter().for_each(|&number| tell(quaywatch_model::Value::Unsigned(number)));
    }
}
