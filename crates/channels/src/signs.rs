//! What is seen of one machine that might be a way out.

use crate::kind;
use quaywatch_assets::{is_made_up, maker, makes_modems};
use quaywatch_model::{Address, Asset, Ended, Mac, Moment, Role, Side, Timestamp};
use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

/// So many users of one way out are told apart: those with the smallest addresses, whoever sees them in which order.
const MOST_USERS: usize = 32;
/// Two signs of different kinds are no coincidence; one is.
const ENOUGH_SIGNS: usize = 2;
/// A round trip on a LAN takes less than this, in microseconds; mobile networks take 30 to 150 ms.
const LONGEST_LAN_MICROS: u32 = 20_000;
/// So many round trips over that are no slow answer of a busy machine.
const ENOUGH_SLOW: u64 = 3;

/// Name servers that everybody on the Internet may ask.
const PUBLIC_RESOLVERS: [Ipv4Addr; 12] = [
    Ipv4Addr::new(8, 8, 8, 8),
    Ipv4Addr::new(8, 8, 4, 4),
    Ipv4Addr::new(1, 1, 1, 1),
    Ipv4Addr::new(1, 0, 0, 1),
    Ipv4Addr::new(9, 9, 9, 9),
    Ipv4Addr::new(208, 67, 222, 222),
    Ipv4Addr::new(208, 67, 220, 220),
    Ipv4Addr::new(114, 114, 114, 114),
    Ipv4Addr::new(223, 5, 5, 5),
    Ipv4Addr::new(223, 6, 6, 6),
    Ipv4Addr::new(119, 29, 29, 29),
    Ipv4Addr::new(180, 76, 76, 76),
];

/// The protocol number of TCP.
const TCP: u8 = 6;

/// A kind of sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sign {
    Maker,
    MadeUpMac,
    SecondGateway,
    OffersItself,
    OffersAddresses,
    AnnouncesRoutes,
    BehindAnotherRouter,
    MixedHops,
    PublicResolver,
    ConnectivityCheck,
    SlowRoundTrips,
}

/// The public addresses that a MAC address brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Outsiders {
    #[default]
    None,
    One(Address),
    Several,
}

impl Outsiders {
    fn add(&mut self, address: Address) {
        *self = match *self {
            Self::None => Self::One(address),
            Self::One(one) if one == address => return,
            Self::One(_) | Self::Several => Self::Several,
        };
    }

    fn merge(&mut self, other: Self) {
        match other {
            Self::None => {}
            Self::One(address) => self.add(address),
            Self::Several => *self = other,
        }
    }
}

/// What is seen of one MAC address.
#[derive(Debug, Clone)]
pub(crate) struct Signs {
    pub(crate) first: Moment,
    pub(crate) last: Timestamp,
    pub(crate) conversations: u64,
    /// Payload bytes of conversations with public addresses that went through it: out, in.
    pub(crate) bytes: [u64; 2],
    /// An IP address of its own, where one is known.
    pub(crate) ip: Option<Address>,
    /// Who exchanged how many bytes with public addresses through it.
    users: BTreeMap<Address, u64>,
    /// Conversations with public addresses through it: opened from inside, from outside.
    opened: [u64; 2],
    /// The only private IP address seen behind it, and whether there were others: then it is a router that hides nobody,
    /// and hop counts and round trips are those of machines behind it.
    alone: Option<Address>,
    pub(crate) is_plain_router: bool,
    /// The site declares it as a router or modem.
    pub(crate) is_declared_way: bool,
    /// The public address it brought, if only one: it may be its own.
    outsiders: Outsiders,
    /// That public addresses are behind it is no sign.
    is_no_second_way: bool,
    /// Hop limits its own packets were seen with, as a set of starting values (64, 128, 255), and whether one was short of
    /// its start by one.
    starts: [bool; 3],
    is_short_by_one: Option<u64>,
    slow: u64,
    quick: u64,
    /// The first frame of each kind of sign, and what it says.
    signs: BTreeMap<Sign, (u64, String)>,
}

impl Default for Signs {
    fn default() -> Self {
        Self {
            first: Moment { time: Timestamp::from_nanos(i64::MAX), frame: u64::MAX },
            last: Timestamp::from_nanos(i64::MIN),
            conversations: 0,
            bytes: [0; 2],
            ip: None,
            users: BTreeMap::new(),
            opened: [0; 2],
            alone: None,
            is_plain_router: false,
            is_declared_way: false,
            outsiders: Outsiders::None,
            is_no_second_way: false,
            starts: [false; 3],
            is_short_by_one: None,
            slow: 0,
            quick: 0,
            signs: BTreeMap::new(),
        }
    }
}

impl Signs {
    pub(crate) fn add(&mut self, sign: Sign, frame: u64, text: impl fmt::Display) {
        let kept = self.signs.entry(sign).or_insert_with(|| (frame, text.to_string()));
        if frame < kept.0 {
            *kept = (frame, text.to_string());
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.conversations += other.conversations;
        for (mine, theirs) in self.bytes.iter_mut().zip(other.bytes) {
            *mine += theirs;
        }
        self.ip = match (self.ip, other.ip) {
            (Some(mine), Some(theirs)) => Some(mine.min(theirs)),
            (mine, theirs) => mine.or(theirs),
        };
        other.users.into_iter().for_each(|(user, bytes)| self.used_by(user, bytes));
        for (mine, theirs) in self.opened.iter_mut().zip(other.opened) {
            *mine += theirs;
        }
        self.is_plain_router |= other.is_plain_router;
        self.is_declared_way |= other.is_declared_way;
        self.outsiders.merge(other.outsiders);
        if let Some(address) = other.alone {
            self.behind(address);
        }
        for (mine, theirs) in self.starts.iter_mut().zip(other.starts) {
            *mine |= theirs;
        }
        self.is_short_by_one = self.is_short_by_one.into_iter().chain(other.is_short_by_one).min();
        self.slow += other.slow;
        self.quick += other.quick;
        other.signs.into_iter().for_each(|(sign, (frame, text))| self.add(sign, frame, text));
    }

    /// A conversation has ended of which `side` went through it. `outside`: which sides are public.
    pub(crate) fn ended(&mut self, ended: &Ended<'_>, side: Side, outside: [bool; 2]) {
        let address = *side.of(&ended.addresses);
        self.first = self.first.min(ended.first);
        self.last = self.last.max(ended.last);
        self.conversations += 1;
        // Between two public addresses nobody knows which is ours, and whether either is far away.
        if outside == [true; 2] {
            return;
        }
        if *side.of(&outside) {
            self.outsiders.add(address);
            // Bytes towards the public side leave through this MAC.
            self.bytes[0] += *side.other().of(&ended.bytes);
            self.bytes[1] += *side.of(&ended.bytes);
            self.used_by(*side.other().of(&ended.addresses), ended.bytes.iter().sum());
            let [from_inside, from_outside] = &mut self.opened;
            *if side == ended.client { from_outside } else { from_inside } += 1;
            return;
        }
        self.behind(address);
        // Only of TCP: other protocols set hop limits of their own (RFC 6762 clause 11, RFC 4861 clause 4).
        if ended.ip_protocol == TCP {
            self.hops(*side.of(&ended.hops_left), ended.first.frame);
        }
        let micros = if side == ended.client { ended.handshake_micros[1] } else { ended.handshake_micros[0] };
        match micros {
            0 => {}
            _ if micros > LONGEST_LAN_MICROS => self.slow += 1,
            _ => self.quick += 1,
        }
        if asks_public_resolver(ended, side.other().of(&ended.addresses)) {
            let resolver = *side.other().of(&ended.addresses);
            let text = format!("{address} asks the public name server {resolver}");
            self.add(Sign::PublicResolver, ended.first.frame, text);
        }
        if let Some(note) = ended.notes.iter().find(|note| kind::is_connectivity_check(&note.text)) {
            let text = format!("{address} looks {:?} up, as telephones do to find the Internet", note.text);
            self.add(Sign::ConnectivityCheck, note.frame, text);
        }
    }

    /// It is this device.
    pub(crate) fn belong_to(&mut self, asset: &Asset) {
        let ip = asset.addresses.iter().copied().find(|address| address.ip().is_some());
        self.ip = self.ip.or(ip);
        self.is_declared_way =
            asset.declared == Some(true) && matches!(asset.roles.first(), Some(Role::Router | Role::Modem));
        let is_own = |address| asset.addresses.contains(&address);
        // It is one of the site's ways out, or speaks for itself.
        self.is_no_second_way =
            asset.is_redundant_router() || matches!(self.outsiders, Outsiders::One(one) if is_own(one));
    }

    fn used_by(&mut self, user: Address, bytes: u64) {
        *self.users.entry(user).or_default() += bytes;
        if self.users.len() > MOST_USERS {
            self.users.pop_last();
        }
    }

    /// Who uses it: who exchanged most with public addresses through it, the first of equals; else the address behind it.
    pub(crate) fn user(&self) -> Option<Address> {
        let most = self.users.iter().max_by_key(|(user, bytes)| (**bytes, std::cmp::Reverse(**user)));
        most.map(|(user, _)| *user).or(self.ip).or(self.alone)
    }

    /// Whether it is only used from outside in.
    pub(crate) const fn is_way_in(&self) -> bool {
        matches!(self.opened, [0, from_outside] if from_outside > 0)
    }

    /// The signs as sentences, in the order of their kinds.
    pub(crate) fn told(&self) -> Vec<String> {
        let limit = "what the device sends over its own radio or cable cannot be seen from here";
        let signs = self.signs.values().map(|(frame, text)| match frame {
            0 => text.clone(),
            frame => format!("{text} (frame {frame})"),
        });
        signs.chain([limit.to_owned()]).collect()
    }

    /// An IP address was seen behind it.
    fn behind(&mut self, address: Address) {
        // No router leads on what is only valid on a link: such an address is its own, as is that of who has none yet.
        if is_of_link(address) {
            return;
        }
        match self.alone {
            None => self.alone = Some(address),
            Some(alone) if alone == address => {}
            Some(_) => self.is_plain_router = true,
        }
    }

    /// How far its packets have come. Machines start at 64, 128 or 255.
    fn hops(&mut self, hops_left: u8, frame: u64) {
        let start = match hops_left {
            64 => 0,
            128 => 1,
            255 => 2,
            63 | 127 => {
                self.is_short_by_one = Some(self.is_short_by_one.map_or(frame, |kept| kept.min(frame)));
                return;
            }
            _ => return,
        };
        if let Some(start) = self.starts.get_mut(start) {
            *start = true;
        }
    }

    /// Whether there are several, and one of them shows a way out, or that somebody hides who looks for one. Virtual machines
    /// have made-up addresses, some give addresses to others, and all look up whether they are on the Internet, without
    /// leading anywhere.
    pub(crate) fn are_enough(&self) -> bool {
        let has = |signs: &[Sign]| signs.iter().any(|sign| self.signs.contains_key(sign));
        let leads_out = has(&[
            Sign::Maker,
            Sign::SecondGateway,
            Sign::OffersItself,
            Sign::AnnouncesRoutes,
            Sign::SlowRoundTrips,
        ]);
        let hides = has(&[Sign::MixedHops, Sign::BehindAnotherRouter]);
        let looks_out = has(&[Sign::OffersAddresses, Sign::PublicResolver, Sign::ConnectivityCheck]);
        self.signs.len() >= ENOUGH_SIGNS && (leads_out || hides && looks_out)
    }

    /// What only shows when all is known.
    pub(crate) fn conclude(&mut self, mac: Mac, main_gateway: Option<Mac>) {
        self.behave(mac, main_gateway);
        // Makers are looked up for those of whom there is another sign: alone it is not enough.
        let maker = if self.signs.is_empty() { None } else { maker(mac).filter(|maker| makes_modems(maker)) };
        if let Some(maker) = maker {
            let text = format_args!("its MAC prefix belongs to {maker:?}, a maker of modems and routers");
            self.add(Sign::Maker, 0, text);
        }
    }

    /// What it does, seen beside all others.
    fn behave(&mut self, mac: Mac, main_gateway: Option<Mac>) {
        if is_made_up(mac) && !mac.is_shared_by_routers() {
            self.add(Sign::MadeUpMac, 0, "its MAC address is made up, not bought");
        }
        let [out, back] = self.bytes;
        let is_second = main_gateway.is_some_and(|main| main != mac);
        if self.is_no_second_way {
            self.signs.remove(&Sign::AnnouncesRoutes);
        } else if out + back > 0 && is_second && !mac.is_shared_by_routers() {
            let text =
                format!("{} bytes went to public addresses through it, beside the main gateway", out + back);
            self.add(Sign::SecondGateway, self.first.frame, text);
        }
        if self.is_plain_router || Some(mac) == main_gateway || mac.is_shared_by_routers() {
            return;
        }
        if let Some(frame) = self.is_short_by_one {
            let text =
                "its own packets come with a hop limit of 63 or 127: one router is between it and the sender";
            self.add(Sign::BehindAnotherRouter, frame, text);
        }
        if self.starts.iter().filter(|start| **start).count() > 1 {
            let text = "its packets start with different hop limits, as those of several machines behind one address do";
            self.add(Sign::MixedHops, self.first.frame, text);
        }
        if self.slow >= ENOUGH_SLOW && self.slow > self.quick {
            let text = format!("{} of {} round trips took over 20 ms", self.slow, self.slow + self.quick);
            self.add(Sign::SlowRoundTrips, self.first.frame, text);
        }
    }
}

fn is_of_link(address: Address) -> bool {
    match address.ip() {
        Some(IpAddr::V4(ip)) => ip.is_link_local() || ip.is_unspecified(),
        Some(IpAddr::V6(ip)) => ip.is_unicast_link_local() || ip.is_unspecified(),
        None => false,
    }
}

fn asks_public_resolver(ended: &Ended<'_>, server: &Address) -> bool {
    let is_public = matches!(server.ip(), Some(IpAddr::V4(ip)) if PUBLIC_RESOLVERS.contains(&ip));
    is_public && ended.of_server(&ended.addresses) == *server && ended.of_server(&ended.ports) == 53
}
