//! What is said on the link itself: who joins, who claims to be a router, who asks devices for their names.

use super::{Going, Stage};
use crate::lan::{BROADCAST, Host, later};
use crate::life::clocks;
use crate::lines::{dcp, dhcp, ipv6};
use crate::world::World;
use etherparse::PacketBuilder;
use serde::Deserialize;
use std::cell::Cell;
use std::net::Ipv4Addr;
use std::rc::Rc;

/// What is said.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Frames {
    /// Somebody asks for an address by DHCP, and is given the one he has.
    Join {
        /// Who.
        host: String,
        /// As he calls himself.
        name: String,
        /// What kind of system he says he is.
        vendor: String,
        /// Who gives addresses.
        server: String,
        /// Who passes on what is said, where the server is elsewhere.
        relay: String,
    },
    /// Somebody says that he is a router of IPv6.
    AdvertiseRouter {
        /// Who.
        host: String,
        /// For how many seconds that holds.
        lifetime_s: u16,
    },
    /// Somebody looks for routers of IPv6, and whether his address is free.
    SolicitRouter(String),
    /// Somebody asks all PROFINET devices who they are; these answer.
    Identify {
        /// Who.
        by: String,
        /// Who answers.
        devices: Vec<String>,
    },
    /// Somebody gives a PROFINET device its name and address.
    Name {
        /// Who.
        by: String,
        /// Whom.
        device: String,
    },
    /// Somebody answers in a time server's place.
    LieAboutTime(Lie),
}

/// Answers to what somebody asks a time server that are not its own, and are there before its own.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lie {
    /// Who lies.
    pub by: String,
    /// Whom.
    pub to: String,
    /// In whose place.
    #[serde(rename = "as")]
    pub server: String,
    /// By how many seconds the first answer is ahead.
    pub ahead_s: f64,
    /// By how many seconds each is more ahead than the one before.
    #[serde(default)]
    pub more_s: f64,
    /// How many questions are answered so.
    pub times: u32,
}

impl Frames {
    /// The hosts it names.
    pub(super) fn hosts(&self) -> Vec<&str> {
        match self {
            Self::Join { host, server, relay, .. } => vec![host, server, relay],
            Self::AdvertiseRouter { host, .. } | Self::SolicitRouter(host) => vec![host],
            Self::Identify { by, devices } => {
                std::iter::once(by).chain(devices).map(String::as_str).collect()
            }
            Self::Name { by, device } => vec![by, device],
            Self::LieAboutTime(lie) => vec![&lie.by, &lie.to, &lie.server],
        }
    }

    /// Begins it.
    pub(super) fn begin(&self, stage: &Stage, world: &mut World) -> Result<Going, String> {
        let host = |world: &World, name: &str| -> Result<Host, String> {
            let id = stage.host(world, name)?;
            world.lan.host(id).cloned().ok_or_else(|| format!("there is no host {name}"))
        };
        let now = world.now();
        match self {
            Self::Join { host: joins, name, vendor, server, relay } => {
                let (joins, ways) = (host(world, joins)?, [host(world, server)?, host(world, relay)?]);
                let transaction = world.chance.next() as u32;
                let client =
                    dhcp::Client { mac: joins.mac, name, vendor, transaction, has: Ipv4Addr::UNSPECIFIED };
                Ok(join(world, &client, &joins, &ways))
            }
            Self::AdvertiseRouter { host: name, lifetime_s } => {
                let mac = host(world, name)?.mac;
                world.lan.frame(now, ipv6::advertise_router(mac, *lifetime_s));
                Ok(Going::Done)
            }
            Self::SolicitRouter(name) => {
                let mac = host(world, name)?.mac;
                world.lan.frame(now, ipv6::probe_own(mac));
                let asks = later(now, 1_000_000_000);
                world.lan.frame(asks, ipv6::solicit_router(mac));
                Ok(Going::Until(asks))
            }
            Self::Identify { by, devices } => {
                let (by, xid) = (host(world, by)?, world.chance.next() as u32);
                world.lan.frame(now, dcp::ask_all(by.mac, xid));
                let mut time = now;
                for name in devices {
                    let device = host(world, name)?;
                    time = later(time, 10_000_000 + world.chance.below(20_000_000) as i64);
                    if device.up {
                        world
                            .lan
                            .frame(time, dcp::tell(by.mac, device.mac, xid, name, device.ip, dcp::SIEMENS));
                    }
                }
                Ok(Going::Until(time))
            }
            Self::Name { by, device: name } => {
                let (by, device) = (host(world, by)?, host(world, name)?);
                let xid = world.chance.next() as u32;
                world.lan.frame(now, dcp::set(device.mac, by.mac, xid, name, device.ip));
                let taken = later(now, 25_000_000);
                world.lan.frame(taken, dcp::taken(by.mac, device.mac, xid));
                Ok(Going::Until(taken))
            }
            Self::LieAboutTime(lie) => lie.begin(stage, world),
        }
    }
}

/// Looks for servers, is offered an address, asks for it, is given it (RFC 2131, section 3.1). The server is elsewhere: what
/// is heard of it comes from the relay (RFC 1542, section 4).
fn join(world: &mut World, client: &dhcp::Client<'_>, joins: &Host, [server, relay]: &[Host; 2]) -> Going {
    /// How long an address is given.
    const LEASE_S: u32 = 43_200;
    let mut time = world.now();
    let (address, server, router) = (joins.ip, server.ip, relay.ip);
    // A server on the link itself needs nobody to pass on what it says.
    let passed_on = if server == router { Ipv4Addr::UNSPECIFIED } else { router };
    let lease = dhcp::Lease { address, server, router, relay: passed_on, lasts_s: LEASE_S };
    let steps = [
        (dhcp::question(client, dhcp::DISCOVER, None), true),
        (dhcp::answer(client, dhcp::OFFER, &lease), false),
        (dhcp::question(client, dhcp::REQUEST, Some((address, server))), true),
        (dhcp::answer(client, dhcp::ACKNOWLEDGE, &lease), false),
    ];
    for (message, asks) in steps {
        let (from, to) = if asks { (joins, relay) } else { (relay, joins) };
        let (source, target, link_to) = if asks {
            (Ipv4Addr::UNSPECIFIED, Ipv4Addr::BROADCAST, BROADCAST)
        } else {
            (from.ip, to.ip, to.mac)
        };
        let ports = if asks { (dhcp::CLIENT, dhcp::SERVER) } else { (dhcp::SERVER, dhcp::CLIENT) };
        let builder = PacketBuilder::ethernet2(from.mac, link_to)
            .ipv4(source.octets(), target.octets(), from.persona.ttl)
            .udp(ports.0, ports.1);
        let mut frame = Vec::with_capacity(builder.size(message.len()));
        // Writing to a vector does not fail.
        let _ = builder.write(&mut frame, &message);
        world.lan.frame(time, frame);
        time = later(time, 20_000_000 + world.chance.below(40_000_000) as i64);
    }
    Going::Until(time)
}

impl Lie {
    fn begin(&self, stage: &Stage, world: &mut World) -> Result<Going, String> {
        let (by, to) = (stage.host(world, &self.by)?, stage.host(world, &self.to)?);
        let server = stage.host(world, &self.server)?;
        let over = Rc::new(Cell::new(self.times == 0));
        let (ahead_s, more_s) = (self.ahead_s, self.more_s);
        let lie = clocks::Lie {
            by,
            between: [to, server],
            ahead_s,
            more_s,
            times: self.times,
            told: 0,
            over: Rc::clone(&over),
            label: world.lan.label,
        };
        world.lies.push(lie);
        Ok(Going::Told(over))
    }
}
