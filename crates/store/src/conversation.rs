use crate::Label;
use crate::clock::Clock;
use crate::json;
use crate::rows::{by_role, push_mac};
use quaywatch_model::{Moment, Side, Timestamp};

/// What carries a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// Ethernet frames themselves, as PROFINET and LLDP use them.
    Ethernet,
    /// An IP protocol, by its assigned number: 6 is `tcp`, 17 is `udp`.
    Ip(u8),
}

impl Transport {
    /// The name, where the number has one that people know
    /// (<https://www.iana.org/assignments/protocol-numbers>).
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Ethernet => "ethernet",
            Self::Ip(1) => "icmp",
            Self::Ip(2) => "igmp",
            Self::Ip(4) => "ipip",
            Self::Ip(6) => "tcp",
            Self::Ip(17) => "udp",
            Self::Ip(41) => "ipv6",
            Self::Ip(47) => "gre",
            Self::Ip(50) => "esp",
            Self::Ip(51) => "ah",
            Self::Ip(58) => "icmp6",
            Self::Ip(88) => "eigrp",
            Self::Ip(89) => "ospf",
            Self::Ip(103) => "pim",
            Self::Ip(112) => "vrrp",
            Self::Ip(115) => "l2tp",
            Self::Ip(132) => "sctp",
            Self::Ip(_) => return None,
        })
    }

    fn push(self, out: &mut Vec<u8>) {
        match (self.name(), self) {
            (Some(name), _) => json::push_str(out, name),
            (None, Self::Ip(number)) => {
                out.extend_from_slice(b"\"ip_");
                json::push_unsigned(out, u64::from(number));
                out.push(b'"');
            }
            (None, Self::Ethernet) => {}
        }
    }
}

/// A conversation that is over. Pairs are by side: what A has or sent, what B has or sent.
#[derive(Debug, Clone, Copy)]
pub struct ConversationRow<'a> {
    /// Who talked.
    pub label: &'a Label,
    /// Which side is the client; where nothing tells, the one that spoke first.
    pub client: Side,
    /// The first packet.
    pub start: Moment,
    /// The last packet's time.
    pub end: Timestamp,
    /// Transport ports, where the transport has them.
    pub ports: Option<[u16; 2]>,
    /// MAC addresses, where the link has them.
    pub macs: Option<[[u8; 6]; 2]>,
    /// The outermost VLAN.
    pub vlan: Option<u16>,
    /// What carries it.
    pub transport: Transport,
    /// What the frames carry, where that is not IP.
    pub ethertype: Option<u16>,
    /// What was recognised by its content; `unknown` where nothing was.
    pub protocol: &'a str,
    /// Packets sent.
    pub packets: [u64; 2],
    /// Bytes of transport payload sent.
    pub bytes: [u64; 2],
    /// Bytes of whole frames sent.
    pub wire_bytes: [u64; 2],
    /// How the connection went, in Zeek's words for `conn_state`: `SF`, `S0`, `OTH`.
    pub state: &'a str,
    /// Payload bytes that were sent but not captured.
    pub missed_bytes: u64,
    /// The uid of the conversation that carries this one, where it is tunnelled.
    pub tunnel: Option<&'a str>,
    /// The zones of side A and side B, by the site's own declaration.
    pub zones: [Option<&'a str>; 2],
}

impl ConversationRow<'_> {
    pub(crate) fn push(&self, out: &mut Vec<u8>, clock: &mut Clock) {
        out.extend_from_slice(b"{\"start\":\"");
        clock.push(out, self.start.time);
        out.extend_from_slice(b"\",\"end\":\"");
        clock.push(out, self.end);
        out.extend_from_slice(b"\",");
        self.label.push(out, self.client);
        self.push_link(out);
        out.extend_from_slice(b",\"protocol\":");
        json::push_str(out, self.protocol);
        self.push_sizes(out);
        out.extend_from_slice(b",\"state\":");
        json::push_str(out, self.state);
        push_count(out, b",\"missed_bytes\":", self.missed_bytes);
        if let Some(tunnel) = self.tunnel {
            out.extend_from_slice(b",\"tunnel\":");
            json::push_str(out, tunnel);
        }
        let keys: [&[u8]; 2] = [b",\"zone_from\":", b",\"zone_to\":"];
        for (key, zone) in keys.into_iter().zip(by_role(self.client, self.zones)) {
            if let Some(zone) = zone {
                out.extend_from_slice(key);
                json::push_str(out, zone);
            }
        }
        out.push(b'}');
    }

    fn push_link(&self, out: &mut Vec<u8>) {
        if let Some(ports) = self.ports {
            let [client, server] = by_role(self.client, ports);
            push_count(out, b",\"client_port\":", u64::from(client));
            push_count(out, b",\"server_port\":", u64::from(server));
        }
        if let Some(macs) = self.macs {
            let [client, server] = by_role(self.client, macs);
            out.extend_from_slice(b",\"client_mac\":");
            push_mac(out, client);
            out.extend_from_slice(b",\"server_mac\":");
            push_mac(out, server);
        }
        if let Some(vlan) = self.vlan {
            push_count(out, b",\"vlan\":", u64::from(vlan));
        }
        out.extend_from_slice(b",\"transport\":");
        self.transport.push(out);
        if let Some(ethertype) = self.ethertype {
            out.extend_from_slice(b",\"ethertype\":\"");
            json::push_hex_number(out, u32::from(ethertype), 4);
            out.push(b'"');
        }
    }

    fn push_sizes(&self, out: &mut Vec<u8>) {
        let pairs: [(&[u8], &[u8], [u64; 2]); 3] = [
            (b",\"packets_out\":", b",\"packets_in\":", self.packets),
            (b",\"bytes_out\":", b",\"bytes_in\":", self.bytes),
            (b",\"wire_bytes_out\":", b",\"wire_bytes_in\":", self.wire_bytes),
        ];
        for (out_key, in_key, pair) in pairs {
            let [sent, received] = by_role(self.client, pair);
            push_count(out, out_key, sent);
            push_count(out, in_key, received);
        }
    }
}

fn push_count(out: &mut Vec<u8>, key: &[u8], count: u64) {
    out.extend_from_slice(key);
    json::push_unsigned(out, count);
}
