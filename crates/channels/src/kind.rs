//! Which conversations are remote-service channels.

use quaywatch_model::{Ended, Scope, Topic, is_of_controllers};

/// Protocols that exist to work on a machine from elsewhere, or to join networks, by their names in `conversations`: those
/// of decoders, and of IP protocols that no decoder took. A test of the sensor holds them to the names there are.
const PROTOCOLS: &[(&str, &str)] = &[
    ("vnc", "vnc"),
    ("rdp", "rdp"),
    ("ssh", "ssh"),
    ("telnet", "telnet"),
    ("teamviewer", "teamviewer"),
    ("anydesk", "anydesk"),
    ("openvpn", "openvpn"),
    ("wireguard", "wireguard"),
    ("ipsec", "ipsec"),
    ("esp", "ipsec"),
    ("ah", "ipsec"),
    ("pptp", "pptp"),
    ("l2tp", "l2tp"),
    ("socks", "socks"),
    ("gre", "gre"),
];

/// Services of remote access by the names their clients ask for: the end of a server name, kind, product. Makers' own
/// documentation of which hosts a firewall has to allow.
const SERVICES: &[(&str, &str, &str)] = &[
    ("teamviewer.com", "teamviewer", "TeamViewer"),
    ("anydesk.com", "anydesk", "AnyDesk"),
    ("talk2m.com", "vendor_cloud", "Ewon Talk2M"),
    ("ewon.biz", "vendor_cloud", "Ewon"),
    ("netbiter.net", "vendor_cloud", "Netbiter Argos"),
    ("secomea.com", "vendor_cloud", "Secomea"),
    ("gatemanager.com", "vendor_cloud", "Secomea GateManager"),
    ("ixon.cloud", "vendor_cloud", "IXON"),
    ("ixon.net", "vendor_cloud", "IXON"),
    ("mbconnect24.net", "vendor_cloud", "MB connect line"),
    ("tosibox.com", "vendor_cloud", "Tosibox"),
    ("teltonika-networks.com", "vendor_cloud", "Teltonika RMS"),
    ("rms.teltonika.lt", "vendor_cloud", "Teltonika RMS"),
    ("mguard.com", "vendor_cloud", "Phoenix Contact mGuard"),
    ("proficloud.io", "vendor_cloud", "Phoenix Contact Proficloud"),
    ("cradlepointecm.com", "vendor_cloud", "Cradlepoint NetCloud"),
    ("sierrawireless.com", "vendor_cloud", "Sierra Wireless AirVantage"),
    ("digi.com", "vendor_cloud", "Digi Remote Manager"),
    ("moxa.com", "vendor_cloud", "Moxa"),
    ("peplink.com", "vendor_cloud", "Peplink InControl"),
    ("siemens.cloud", "vendor_cloud", "Siemens"),
    ("mindsphere.io", "vendor_cloud", "Siemens MindSphere"),
    ("rockwellautomation.com", "vendor_cloud", "Rockwell"),
    ("ability.abb", "vendor_cloud", "ABB Ability"),
    ("zpmc.com", "vendor_cloud", "ZPMC"),
    ("logmein.com", "remote_desktop_service", "LogMeIn"),
    ("gotoassist.com", "remote_desktop_service", "GoTo"),
    ("splashtop.com", "remote_desktop_service", "Splashtop"),
    ("screenconnect.com", "remote_desktop_service", "ScreenConnect"),
    ("rustdesk.com", "remote_desktop_service", "RustDesk"),
    ("dwservice.net", "remote_desktop_service", "DWService"),
    ("todesk.com", "remote_desktop_service", "ToDesk"),
    ("oray.com", "remote_desktop_service", "Sunlogin"),
    ("sunlogin.com", "remote_desktop_service", "Sunlogin"),
    ("tailscale.com", "overlay_vpn", "Tailscale"),
    ("zerotier.com", "overlay_vpn", "ZeroTier"),
    ("hamachi.cc", "overlay_vpn", "Hamachi"),
    ("netbird.io", "overlay_vpn", "NetBird"),
    ("ngrok.io", "tunnel_service", "ngrok"),
    ("ngrok.com", "tunnel_service", "ngrok"),
    ("trycloudflare.com", "tunnel_service", "Cloudflare Tunnel"),
    ("argotunnel.com", "tunnel_service", "Cloudflare Tunnel"),
];

/// Programs for remote work by who their own certificates are for, or signed by: what an attribute of the name begins with,
/// kind, product. From the certificates they use on the wire, which their installations share.
const CERTIFICATES: &[(&str, &str, &str)] = &[
    ("anydesk", "anydesk", "AnyDesk"),
    ("anynet", "anydesk", "AnyDesk"),
    ("philandro software", "anydesk", "AnyDesk"),
    ("teamviewer", "teamviewer", "TeamViewer"),
    ("splashtop", "remote_desktop_service", "Splashtop"),
    ("logmein", "remote_desktop_service", "LogMeIn"),
    ("rustdesk", "remote_desktop_service", "RustDesk"),
    ("todesk", "remote_desktop_service", "ToDesk"),
];

/// Names that telephones look up to find out whether they are on the Internet. Those of Windows and Firefox are left out:
/// every engineering station asks for them.
const CONNECTIVITY_CHECKS: &[&str] = &[
    "connectivitycheck.gstatic.com",
    "clients3.google.com",
    "captive.apple.com",
    "connectivitycheck.platform.hicloud.com",
    "connect.rom.miui.com",
];

/// A kind of channel, with the product where that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The word used in records.
    pub word: &'static str,
    /// The product, and what it is known by.
    pub product: Option<(&'static str, KnownBy)>,
}

/// What a product is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownBy {
    /// The name that the client asks for.
    Name,
    /// A certificate that one of the two shows.
    Certificate,
}

/// The protocols that are channels, by their names in `conversations`, with the kinds they are told as.
#[must_use]
pub const fn protocols() -> &'static [(&'static str, &'static str)] {
    PROTOCOLS
}

/// Every kind that a channel can be told as.
pub fn words() -> impl Iterator<Item = &'static str> {
    let of_protocols = PROTOCOLS.iter().map(|(_, word)| *word);
    let of_services = SERVICES.iter().chain(CERTIFICATES).map(|(_, word, _)| *word);
    of_protocols.chain(of_services).chain(["web_hmi", ENGINEERING, MANAGEMENT, "hidden_path"])
}

/// What kind of remote-service channel a conversation is, if it is one.
#[must_use]
pub fn of(ended: &Ended<'_>) -> Option<Kind> {
    let by_name = ended
        .notes
        .iter()
        .filter(|note| note.topic == Topic::ServerName)
        .find_map(|note| service(&note.text));
    let by_protocol = || {
        let (_, word) = PROTOCOLS.iter().find(|(protocol, _)| *protocol == ended.protocol)?;
        Some(Kind { word, product: None })
    };
    by_name.or_else(by_protocol).or_else(|| by_certificate(ended))
}

/// Clients that ask for no name, or for a relay by its address, still show or are shown a certificate.
fn by_certificate(ended: &Ended<'_>) -> Option<Kind> {
    let server = ended.client.other();
    // A maker's device has its maker's domain on its own page, too: only in the Internet it is the maker's service.
    let is_far = Scope::without_a_site(ended.of_server(&ended.addresses)) == Scope::Internet;
    let subjects = [Topic::CertificateSubject, Topic::CertificateIssuer];
    ended.notes.iter().filter(|note| subjects.contains(&note.topic)).find_map(|note| {
        let is_servers = is_far && note.from == server && note.topic == Topic::CertificateSubject;
        attributes(&note.text).find_map(|(key, value)| {
            let of_domain = || service(value.trim_start_matches("*."));
            let domain = if is_servers && key == "CN" { of_domain() } else { None };
            let kind = domain.or_else(|| program(value))?;
            Some(Kind { product: kind.product.map(|(product, _)| (product, KnownBy::Certificate)), ..kind })
        })
    })
}

/// The program for remote work that an attribute of a certificate's name belongs to.
fn program(value: &str) -> Option<Kind> {
    let value = value.to_ascii_lowercase();
    let (_, word, product) = CERTIFICATES.iter().find(|(begin, ..)| begins_with_word(&value, begin))?;
    Some(Kind { word, product: Some((product, KnownBy::Certificate)) })
}

/// `AnyDesk Client` begins with the word `anydesk`, `AnyDesktop` does not.
fn begins_with_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric()))
}

/// The attributes that name a holder, `CN=AnyNet Relay,O=philandro Software GmbH`: the holder and its organisation.
fn attributes(name: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = name.split(',').filter_map(|part| part.trim().split_once('='));
    pairs.filter(|(key, _)| matches!(*key, "CN" | "O"))
}

/// The service behind a server's name.
#[must_use]
pub fn service(name: &str) -> Option<Kind> {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let (_, word, product) = SERVICES.iter().find(|(domain, ..)| is_within(&name, domain))?;
    Some(Kind { word, product: Some((product, KnownBy::Name)) })
}

/// Whether somebody who looks this name up wants to know whether it is on the Internet.
#[must_use]
pub fn is_connectivity_check(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    CONNECTIVITY_CHECKS.iter().any(|check| check.eq_ignore_ascii_case(name))
}

/// Whether a name is the domain or in it.
fn is_within(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// A controller's own protocol, where it crosses the border.
const ENGINEERING: &str = "engineering";
/// How switches and drives are managed, where it crosses the border.
const MANAGEMENT: &str = "management";

/// What kind of channel a protocol is that is one only where it crosses the border.
pub(crate) fn across_borders(protocol: &str) -> Option<&'static str> {
    if is_of_controllers(protocol) {
        return Some(ENGINEERING);
    }
    (protocol == "snmp").then_some(MANAGEMENT)
}

/// Whether a channel of this kind is one only where it crosses the border.
pub(crate) fn is_across_borders(kind: &str) -> bool {
    matches!(kind, ENGINEERING | MANAGEMENT)
}
