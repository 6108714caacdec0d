//! Which ports hosts take for what they begin, and what two hosts share for as long as they know each other.

use super::persona::Ports;
use super::{HostId, Lan, Persona};
use quaywatch_crane::Chance;

/// From where systems take ports: what IANA suggests (RFC 6335, section 6), and what Linux does.
const SUGGESTED: [u16; 2] = [49_152, 65_000];
const LINUX: [u16; 2] = [32_768, 60_998];

/// What a host keeps for another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer {
    /// The last port it took.
    port: u16,
    /// How far its timestamps are from its clock: another for each peer, so that nobody reads off them how long it runs
    /// (RFC 7323, section 5.4).
    clock: u32,
}

/// The last ports a host took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    tcp: u16,
    udp: u16,
}

impl Taken {
    pub(super) fn new(chance: &mut Chance) -> Self {
        let [first, _] = SUGGESTED;
        Self { tcp: first + chance.below(12_000) as u16, udp: first + chance.below(12_000) as u16 }
    }
}

/// The port so many behind this one, within a range.
const fn behind(port: u16, by: u16, [first, last]: [u16; 2]) -> u16 {
    if port < first || port > last - by { first } else { port + by }
}

fn any(chance: &mut Chance, [first, last]: [u16; 2]) -> u16 {
    first + chance.below(usize::from(last - first)) as u16
}

impl Lan {
    /// A port for what a host begins in UDP.
    pub fn port_of(&mut self, id: HostId) -> u16 {
        let Some(numbered) = self.hosts.get_mut(id.0) else { return SUGGESTED[0] };
        match numbered.host.persona.ports {
            Ports::Counted => {
                numbered.taken.udp = behind(numbered.taken.udp, 1, SUGGESTED);
                numbered.taken.udp
            }
            Ports::Ordered => any(&mut self.chance, SUGGESTED),
            Ports::ByPeer => any(&mut self.chance, LINUX),
        }
    }

    /// A port for what a host begins with another in TCP.
    pub(crate) fn tcp_port_of(&mut self, id: HostId, to: HostId) -> u16 {
        let Some(ports) = self.host(id).map(|host| host.persona.ports) else { return SUGGESTED[0] };
        let by = match ports {
            Ports::Counted => 1,
            Ports::Ordered => 1 + self.chance.below(3) as u16,
            Ports::ByPeer => {
                let peer = self.peer(id, to);
                peer.port = behind(peer.port, 2, LINUX);
                return peer.port;
            }
        };
        self.hosts.get_mut(id.0).map_or(SUGGESTED[0], |numbered| {
            numbered.taken.tcp = behind(numbered.taken.tcp, by, SUGGESTED);
            numbered.taken.tcp
        })
    }

    /// How far a host's timestamps are from its clock in what it says to another.
    pub(crate) fn clock_towards(&mut self, id: HostId, to: HostId) -> u32 {
        self.peer(id, to).clock
    }

    fn peer(&mut self, id: HostId, to: HostId) -> &mut Peer {
        let (peers, chance) = (&mut self.peers, &mut self.chance);
        peers.entry((id, to)).or_insert_with(|| Peer {
            // Linux takes even ones first.
            port: any(chance, LINUX) & !1,
            clock: chance.next() as u32,
        })
    }

    /// How a host's packets look.
    pub(crate) fn persona(&self, id: HostId) -> Option<&'static Persona> {
        self.host(id).map(|host| host.persona)
    }
}
