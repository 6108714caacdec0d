//! Who is on the network.

use super::persona::Persona;
use quaywatch_crane::Chance;
use std::net::Ipv4Addr;

/// A hardware address.
pub type Mac = [u8; 6];

/// A host's place among all hosts of a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostId(pub(crate) usize);

/// A computer, a controller, a device: whatever has an address.
#[derive(Debug, Clone, PartialEq)]
pub struct Host {
    /// As scenario files and labels call it: `plc`, `hmi1`, `historian`.
    pub name: String,
    /// Its hardware address. One beyond a router is seen with the router's.
    pub mac: Mac,
    /// Its address.
    pub ip: Ipv4Addr,
    /// How its packets look.
    pub persona: &'static Persona,
    /// How many routers are between it and the crane's switch.
    pub hops: u8,
    /// How long its packets travel to the crane's switch, one way.
    pub away_ns: i64,
    /// By how much that varies: on average, in nanoseconds.
    pub jitter_ns: i64,
    /// By how many millionths its clock is fast.
    pub skew_ppm: f64,
    /// Whether it answers anything at all.
    pub up: bool,
}

/// By how many millionths clocks are fast or slow: the standard deviation of usual quartzes.
const SKEW_PPM: f64 = 18.0;

impl Host {
    /// A host in the crane's own network.
    #[must_use]
    pub fn local(name: &str, mac: Mac, ip: Ipv4Addr, persona: &'static Persona) -> Self {
        // What the clock is off comes from the address, so that a host has the same clock in every run.
        let off = Chance::new(u32::from(ip).into(), 0xC10C).normal().clamp(-2.5, 2.5);
        Self {
            name: name.to_owned(),
            mac,
            ip,
            persona,
            hops: 0,
            away_ns: 35_000,
            jitter_ns: 12_000,
            skew_ppm: off * SKEW_PPM,
            up: true,
        }
    }

    /// The same host, behind routers the last of which has this hardware address.
    #[must_use]
    pub fn behind(mut self, router: Mac, hops: u8, away_ms: f64, jitter_ms: f64) -> Self {
        self.mac = router;
        self.hops = hops;
        self.away_ns = (away_ms * 1e6) as i64;
        self.jitter_ns = (jitter_ms * 1e6) as i64;
        self
    }
}
