use crate::changes::shown;
use crate::ledger::Pair;
use foldhash::fast::FixedState;
use quaywatch_egress::Leaving;
use quaywatch_flow::{Conversation, Key};
use quaywatch_model::{Address, DataClass, Ended, KeptNote, Moment, Note, Side, Value};
use quaywatch_protocols::{Conversation as Decoder, Recogniser, Transport};
use quaywatch_site::Host;
use quaywatch_store::Label;
use quaywatch_wire::protocol;
use std::fmt;
use std::hash::BuildHasher;

/// What the sensor keeps with a conversation.
#[derive(Default)]
pub(crate) struct App {
    pub(crate) reading: Reading,
    /// Another worker tells it; this one only listens, because it was sent to a group.
    pub(crate) shadow: bool,
    /// Made when the conversation first has a row to write.
    pub(crate) label: Option<Box<Label>>,
    /// What it said of itself.
    pub(crate) notes: Option<Box<Notes>>,
    /// What leaves in it, if it crosses the crane's borders.
    pub(crate) leaving: Option<Box<Leaving>>,
    /// The pair its last operation was counted under, with the client and protocol it stands for.
    pub(crate) pair: Option<(Pair, Side, &'static str)>,
}

/// So many notes are kept of a conversation; a talkative peer costs no more.
const MOST_NOTES: usize = 48;
/// A note is cut after so many bytes.
const LONGEST_NOTE_BYTES: usize = 256;

/// What a conversation said of itself, each thing once.
#[derive(Default)]
pub(crate) struct Notes(pub(crate) Vec<KeptNote>);

impl Notes {
    pub(crate) fn add(&mut self, at: Moment, note: &Note<'_>) {
        // Text as it is, without the quotes a value is shown with.
        let text = match note.value {
            Value::Text(text) => shown(&text, LONGEST_NOTE_BYTES),
            value => shown(&value, LONGEST_NOTE_BYTES),
        };
        let same = |kept: &KeptNote| kept.topic == note.topic && kept.from == note.from && kept.text == text;
        if self.0.len() < MOST_NOTES && !self.0.iter().any(same) {
            self.0.push(KeptNote { from: note.from, topic: note.topic, text, frame: at.frame });
        }
    }
}

/// How far the reading of a conversation has come.
pub(crate) enum Reading {
    /// Not recognised yet.
    Undecided(Recogniser),
    /// Recognised.
    Speaking(Box<dyn Decoder>),
    /// Nothing that is decoded.
    Unknown,
}

impl Default for Reading {
    fn default() -> Self {
        Self::Undecided(Recogniser::default())
    }
}

/// What a conversation runs on, where there are decoders for it.
pub(crate) const fn transport(kept: &Conversation<App>) -> Option<Transport> {
    match kept.key.protocol {
        protocol::TCP => Some(Transport::Tcp),
        protocol::UDP => Some(Transport::Udp),
        protocol::ICMP => Some(Transport::Icmp),
        protocol::ICMPV6 => Some(Transport::Icmp6),
        0 if kept.key.ethertype != 0 => Some(Transport::Ethernet(kept.key.ethertype)),
        0 => None,
        number => Some(Transport::Ip(number)),
    }
}

/// Who is the client: as the content tells, else who opened the transport.
pub(crate) fn client(kept: &Conversation<App>) -> Side {
    let told = match &kept.app.reading {
        Reading::Speaking(decoder) => decoder.client(),
        _ => None,
    };
    told.unwrap_or_else(|| kept.originator())
}

/// The class of what no decoder told as content.
pub(crate) fn carries(kept: &Conversation<App>) -> DataClass {
    match &kept.app.reading {
        Reading::Speaking(decoder) => decoder.carries(),
        _ => DataClass::Unknown,
    }
}

/// What a conversation's protocol is called in records: as recognised by content, or by its EtherType or IP
/// protocol number, which are content too.
pub(crate) fn protocol_name(kept: &Conversation<App>) -> &'static str {
    if let Reading::Speaking(decoder) = &kept.app.reading {
        return decoder.protocol();
    }
    match kept.key.protocol {
        0 => ethertype_name(kept.key.ethertype),
        // A switch that mirrors is not answered; who is speaks by a tunnel that only looks like a mirror.
        protocol::GRE if kept.is_mirror && kept.counts.iter().any(|counts| counts.packets == 0) => "erspan",
        _ if kept.is_carrier => carrier_name(&kept.key),
        protocol::TCP | protocol::UDP => "unknown",
        number => protocol::name(number).unwrap_or("unknown"),
    }
}

/// The protocol of a conversation in which others were found: of what runs on UDP that is only VXLAN.
pub(crate) fn carrier_name(carrier: &Key) -> &'static str {
    if carrier.protocol == protocol::UDP {
        "vxlan"
    } else {
        protocol::name(carrier.protocol).unwrap_or("unknown")
    }
}

/// EtherTypes, and pairs of LLC service access points, that a crane's network is full of.
const fn ethertype_name(ethertype: u16) -> &'static str {
    match ethertype {
        0x0806 => "arp",
        0x8035 => "rarp",
        0x888e => "eapol",
        0x8892 => "profinet",
        0x88a4 => "ethercat",
        0x88b8 => "goose",
        0x88ba => "sampled_values",
        0x88cc => "lldp",
        0x88e3 => "mrp",
        0x88f7 => "ptp",
        0x892f => "hsr",
        0x8863 | 0x8864 => "pppoe",
        0x9000 => "loopback_test",
        0x2000 => "cdp",
        0x4242 => "stp",
        0xfefe => "isis",
        0xe0e0 => "ipx",
        0xf0f0 => "netbeui",
        _ => "unknown",
    }
}

/// Who an address of the conversation is, for the site to say what it knows.
pub(crate) fn host(kept: &Conversation<App>, address: Address) -> Host {
    let [first, _] = kept.key.addresses;
    let at = usize::from(first != address);
    let mac = kept.macs.get(at).copied().filter(|mac| mac.0 != [0; 6]);
    Host { address, vlan: (kept.key.vlan != 0).then_some(kept.key.vlan), mac }
}

/// What a conversation is called in records: made only for who asks, which costs a hash.
pub(crate) struct Uid<'a>(pub(crate) &'a Conversation<App>);

impl fmt::Display for Uid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(kept) = self;
        match &kept.app.label {
            Some(label) => f.write_str(label.uid()),
            None => f.write_str(&kept.key.uid(kept.first.frame)),
        }
    }
}

/// What is left of a conversation.
pub(crate) fn ended<'a>(
    kept: &Conversation<App>,
    protocol: &'static str,
    uid: &'a dyn fmt::Display,
    notes: &'a [KeptNote],
) -> Ended<'a> {
    Ended {
        uid,
        addresses: kept.key.addresses,
        ports: kept.key.ports,
        macs: kept.macs,
        vlan: (kept.key.vlan != 0).then_some(kept.key.vlan),
        ip_protocol: kept.key.protocol,
        ethertype: kept.key.ethertype,
        protocol,
        carries: carries(kept),
        client: client(kept),
        beginning_seen: kept.beginning_seen(),
        tunnelled: kept.tunnel.is_some(),
        first: kept.first,
        last: kept.last,
        packets: kept.counts.map(|counts| counts.packets),
        bytes: kept.counts.map(|counts| counts.bytes),
        state: kept.state().as_str(),
        hops_left: kept.hops_left,
        handshake_micros: kept.handshake_micros,
        notes,
    }
}

/// The client's and the server's address.
pub(crate) fn roles(kept: &Conversation<App>, client: Side) -> [Address; 2] {
    [*client.of(&kept.key.addresses), *client.other().of(&kept.key.addresses)]
}

pub(crate) fn label(kept: &mut Conversation<App>) -> &Label {
    let label = kept.app.label.take().unwrap_or_else(|| Box::new(make_label(kept)));
    kept.app.label.insert(label)
}

pub(crate) fn make_label(kept: &Conversation<App>) -> Label {
    let [a, b] = &kept.key.addresses;
    let community_id = kept.key.community_id(kept.opener == Side::B).unwrap_or_default();
    Label::new(&kept.key.uid(kept.first.frame), &community_id, [a, b])
}

/// A number no other conversation of this capture has, but by a chance of one in 2⁶⁴.
pub(crate) fn number(kept: &Conversation<App>) -> u64 {
    FixedState::default().hash_one((kept.key, kept.first.frame))
}
