//! One folder a protocol: how to recognise it, decode it, encode it, and what an exchange *means* as
//! [`Operation`](quaywatch_model::Operation)s.
//!
//! Sans-I/O: bytes, gaps and time are arguments. The sensor, the gate and the twin share these decoders.
//! Nothing past this room knows a function code.
//!
//! How bytes come in here:
//! - the [`Recogniser`] offers a conversation's first bytes to every protocol's `probe` until one is certain;
//! - that protocol's `start` makes a [`Conversation`], which takes bytes, gaps and the end;
//! - stream protocols are [`Framed`]: they say how long the next PDU is and get whole PDUs, whatever the
//!   segmentation; after a gap or a bad PDU the framing finds the next one;
//! - [`Pending`] keeps requests until their answers come;
//! - conversations that others announce are in the [`Expectations`];
//! - what is learned goes to the [`Sink`] in the [`Context`].
//!
//! To add a protocol: a folder, a line in [`PROTOCOLS`], a case and a fuzz target; see CONTRIBUTING.md.

mod anydesk;
pub mod arp;
mod ber;
pub mod cdp;
pub mod cip;
mod conversation;
pub mod cotp;
mod dcerpc;
pub mod dhcp;
pub mod dhcpv6;
pub mod dns;
pub mod enip;
mod expectations;
mod framing;
mod ftp;
pub mod hsrp;
mod http;
pub mod icmp;
pub mod icmp6;
mod identity;
mod images;
mod imap;
mod ipsec;
mod kerberos;
mod l2tp;
mod ldap;
pub mod lldp;
pub mod llmnr;
mod logins;
pub mod mdns;
pub mod modbus;
mod mqtt;
pub mod nbns;
mod ntlm;
pub mod ntp;
pub mod opcua;
mod opening;
mod openvpn;
mod pending;
mod pop3;
mod postgresql;
mod pptp;
pub mod profinet;
mod profinetcm;
mod quic;
mod rdp;
mod recognise;
mod rtp;
mod rtsp;
pub mod s7comm;
pub mod s7commplus;
mod secrets;
mod shared;
mod sip;
mod smb;
mod smtp;
mod snmp;
mod socks;
mod sql;
pub mod ssdp;
mod ssh;
mod standalone;
pub mod stp;
mod stun;
pub mod syslog;
mod tds;
mod teamviewer;
mod telnet;
#[cfg(test)]
mod template;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod tftp;
mod tls;
pub mod umas;
mod vnc;
pub mod vrrp;
mod wireguard;

pub use conversation::{Context, Conversation, Sink, Wanted};
pub use expectations::Expectations;
pub use framing::{Dialogue, Framed, Length};
pub use pending::{PATIENCE_NANOS, Pending, Request, unmet};
pub use quaywatch_wire::Memory;
pub use recognise::{Answer, Probe, Protocol, Recogniser, Recognition, Transport};
pub use shared::Shared;

/// Every protocol that is decoded, in the order they are asked when several could claim the same bytes.
#[rustfmt::skip] // one line each, so that adding one changes one line
pub static PROTOCOLS: &[&Protocol] = &[
    &rdp::PROTOCOL,
    // Before TLS, as which it is dressed.
    &anydesk::PROTOCOL,
    &s7comm::PROTOCOL,
    &s7commplus::PROTOCOL,
    &cotp::PROTOCOL,
    &opcua::PROTOCOL,
    &enip::PROTOCOL,
    &modbus::PROTOCOL,
    &profinet::PROTOCOL,
    &arp::PROTOCOL,
    &lldp::PROTOCOL,
    &cdp::PROTOCOL,
    &stp::PROTOCOL,
    &vrrp::PROTOCOL,
    &icmp::PROTOCOL,
    &icmp6::PROTOCOL,
    &dhcp::PROTOCOL,
    &dhcpv6::PROTOCOL,
    &ntp::PROTOCOL,
    &nbns::PROTOCOL,
    &mdns::PROTOCOL,
    &llmnr::PROTOCOL,
    &dns::PROTOCOL,
    &hsrp::PROTOCOL,
    &ssdp::PROTOCOL,
    &syslog::PROTOCOL,
    &vnc::PROTOCOL,
    &ftp::PROTOCOL,
    &smtp::PROTOCOL,
    &pop3::PROTOCOL,
    &imap::PROTOCOL,
    &tftp::PROTOCOL,
    &telnet::PROTOCOL,
    &rtsp::PROTOCOL,
    &rtp::PROTOCOL,
    &smb::PROTOCOL,
    &tls::PROTOCOL,
    &http::PROTOCOL,
    &ssh::PROTOCOL,
    &quic::PROTOCOL,
    &mqtt::PROTOCOL,
    &sip::PROTOCOL,
    &snmp::PROTOCOL,
    &tds::PROTOCOL,
    &postgresql::PROTOCOL,
    &openvpn::PROTOCOL,
    &wireguard::PROTOCOL,
    &ipsec::PROTOCOL,
    &l2tp::PROTOCOL,
    &pptp::PROTOCOL,
    &teamviewer::PROTOCOL,
    &stun::PROTOCOL,
    &dcerpc::PROTOCOL,
    &profinetcm::PROTOCOL,
    &socks::PROTOCOL,
    &kerberos::PROTOCOL,
    &ldap::PROTOCOL,
];
