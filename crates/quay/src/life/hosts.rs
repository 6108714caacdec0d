//! Who is on a crane's network and on the shore behind it.

use crate::lan::persona::{CONTROLLER, DEVICE, LINUX, WINDOWS};
use crate::lan::{Host, HostId, Mac, Persona};
use crate::world::World;
use quaywatch_twin::Nameplate;
use std::net::Ipv4Addr;

/// Whose automation a crane has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// S7 and PROFINET; and Modbus, for the management system.
    Siemens,
    /// Modbus and OPC UA.
    Abb,
    /// EtherNet/IP.
    Rockwell,
}

impl Maker {
    /// As options and files call them.
    pub const NAMES: [(&'static str, Self); 3] =
        [("siemens", Self::Siemens), ("abb", Self::Abb), ("rockwell", Self::Rockwell)];

    /// The maker of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, maker)| *maker)
    }

    /// The name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Siemens => "siemens",
            Self::Abb => "abb",
            Self::Rockwell => "rockwell",
        }
    }

    /// The ports at which its controllers answer. What another maker's answer is refused.
    pub(crate) const fn ports(self) -> &'static [u16] {
        match self {
            Self::Siemens => &[102, 502],
            Self::Abb => &[502, 4840],
            Self::Rockwell => &[44_818],
        }
    }

    /// What its controllers say of themselves where the protocol does not fix it. The products are of this maker's kind, and
    /// made up.
    const fn nameplate(self) -> Nameplate {
        match self {
            Self::Siemens => Nameplate {
                maker: "Siemens AG",
                product_code: "6ES7 315-2EH14-0AB0",
                product: "CPU 315-2 PN/DP",
                revision: "3.2.6",
                uri: "urn:siemens:s7-300",
            },
            Self::Abb => Nameplate {
                maker: "ABB",
                product_code: "1SAP140500R0001",
                product: "PM5650-2ETH",
                revision: "3.4.1",
                uri: "urn:abb:ac500",
            },
            Self::Rockwell => Nameplate {
                maker: "Rockwell Automation/Allen-Bradley",
                product_code: "1756-L61/B",
                product: "LOGIX5561",
                revision: "20.1",
                uri: "urn:rockwell:logix5561",
            },
        }
    }

    /// The first half of its controllers' hardware addresses, as the IEEE gave it.
    const fn prefix(self) -> [u8; 3] {
        match self {
            Self::Siemens => [0x00, 0x1B, 0x1B],
            Self::Abb => [0x00, 0x24, 0x59],
            Self::Rockwell => [0x00, 0x00, 0xBC],
        }
    }
}

/// A crane's place in the world.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Its name: `STS07`.
    pub crane: String,
    /// The third number of its addresses: 7 is 10.7.7.0/24.
    pub number: u8,
    /// Whose automation it has.
    pub maker: Maker,
    /// Which of the world's stations it is.
    pub station: usize,
}

impl Place {
    /// A host of this crane, of the shore, or another crane's (`STS08/plc`), by its name.
    #[must_use]
    pub fn host(&self, world: &World, name: &str) -> Option<HostId> {
        let own = format!("{}/{name}", self.crane);
        world.lan.named(&own).or_else(|| world.lan.named(name))
    }

    /// An address in the crane's network.
    #[must_use]
    pub const fn address(&self, host: u8) -> Ipv4Addr {
        Ipv4Addr::new(10, 7, self.number, host)
    }

    /// Lets one more host join the crane's network.
    pub fn join(
        &self,
        world: &mut World,
        name: &str,
        mac: Mac,
        host: u8,
        persona: &'static Persona,
    ) -> HostId {
        let name = format!("{}/{name}", self.crane);
        world.lan.join(Host::local(&name, mac, self.address(host), persona))
    }
}

/// Hosts of one kind: their names (numbered where there are several), the first one's address, how many, whose hardware.
struct Kin(&'static str, u8, u8, Hardware, &'static Persona);

enum Hardware {
    /// The maker's of the automation.
    Automation,
    Of([u8; 3]),
}

use Hardware::{Automation, Of};

/// A crane's own network. Prefixes of hardware addresses are of makers that are met there, as the IEEE gave them.
const LOCAL: [Kin; 17] = [
    Kin("gateway", 1, 1, Of([0x00, 0x09, 0x0F]), &LINUX),
    Kin("switch", 2, 3, Of([0x00, 0x80, 0x63]), &LINUX),
    Kin("plc", 10, 1, Automation, &CONTROLLER),
    Kin("safety", 11, 1, Automation, &CONTROLLER),
    Kin("drive", 21, 6, Automation, &DEVICE),
    Kin("io", 31, 5, Automation, &DEVICE),
    Kin("spreader", 36, 1, Of([0x00, 0xA0, 0x45]), &DEVICE),
    Kin("antisway", 37, 1, Of([0x00, 0x30, 0x64]), &LINUX),
    Kin("weather", 38, 1, Of([0x00, 0x90, 0xE8]), &DEVICE),
    Kin("laser", 39, 1, Of([0x00, 0x06, 0x77]), &DEVICE),
    Kin("hmi", 41, 3, Automation, &WINDOWS),
    Kin("cms", 50, 1, Of([0x00, 0x14, 0x22]), &WINDOWS),
    Kin("ews", 60, 1, Of([0x00, 0x14, 0x22]), &WINDOWS),
    Kin("nvr", 70, 1, Of([0x00, 0x40, 0x8C]), &LINUX),
    Kin("camera", 71, 8, Of([0x00, 0x40, 0x8C]), &LINUX),
    Kin("phone", 90, 1, Of([0x00, 0x04, 0x13]), &LINUX),
    Kin("printer", 91, 1, Of([0x00, 0x80, 0x77]), &DEVICE),
];

/// The shore: its hosts and the last number of their addresses in 10.20.0.0/24.
const SHORE: [(&str, u8, &Persona); 9] = [
    ("sql", 11, &WINDOWS),
    ("tos", 12, &LINUX),
    ("ntp1", 13, &LINUX),
    ("ntp2", 14, &LINUX),
    ("dns", 15, &WINDOWS),
    ("ad", 16, &WINDOWS),
    ("historian", 17, &WINDOWS),
    ("jump", 18, &WINDOWS),
    ("monitor", 19, &LINUX),
];

/// The provider's router, on the other side of the first crane's gateway: what comes from far away comes through it.
const PROVIDER: ([u8; 6], Ipv4Addr) = ([0x00, 0x90, 0x1A, 0x42, 0x10, 0x01], Ipv4Addr::new(198, 51, 100, 1));

/// Lets a crane's hosts join, and the shore's, which each crane sees behind its own gateway.
pub fn join_all(world: &mut World, place: &Place) {
    if let Some(station) = world.stations.get_mut(place.station) {
        station.plc.nameplate = place.maker.nameplate();
    }
    for Kin(name, first, count, hardware, persona) in LOCAL {
        let prefix = match hardware {
            Automation => place.maker.prefix(),
            Of(prefix) => prefix,
        };
        for index in 0..count {
            // Panels and switches are numbered from 1, what is there once is not.
            let name = if count == 1 { name.to_owned() } else { format!("{name}{}", index + 1) };
            let [a, b, c] = prefix;
            let host = first + index;
            place.join(world, &name, [a, b, c, 0x10 + place.number, 0x2A, host], host, persona);
        }
    }
    let Some(gateway) = place.host(world, "gateway") else { return };
    world.lan.route_through(gateway);
    if world.lan.named("sql").is_none() {
        let router = world.lan.host(gateway).map_or([0; 6], |host| host.mac);
        for (name, number, persona) in SHORE {
            let ip = Ipv4Addr::new(10, 20, 0, number);
            world.lan.join(Host::local(name, router, ip, persona).behind(router, 1, 0.4, 0.1));
        }
        let (mac, ip) = PROVIDER;
        world.lan.join(Host::local("provider", mac, ip, &LINUX));
    }
}
