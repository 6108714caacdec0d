//! Which conversations are remote-service channels.

use quaywatch_model::{Ended, Topic, is_of_controllers};

/// Protocols that exist to work on a machine from elsewhere, or to join networks.
const PROTOCOLS: &[(&str, &str)] = &[
    ("vnc", "vnc"),
    ("rdp", "rdp"),
    ("ssh", "ssh"),
    ("telnet", "telnet"),
    ("rlogin", "rlogin"),
    ("teamviewer", "teamviewer"),
    ("anydesk", "anydesk"),
    ("openvpn", "openvpn"),
    ("wireguard", "wireguard"),
    ("ike", "ipsec"),
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
    /// What makes the product known by name.
    pub product: Option<&'static str>,
}

/// What kind of remote-service channel a conversation is, if it is one.
#[must_use]
pub fn of(ended: &Ended<'_>) -> Option<Kind> {
    let by_name = ended
        .notes
        .iter()
        .filter(|note| note.topic == Topic::ServerName)
        .find_map(|note| service(&note.text));
    by_name.or_else(|| {
        let (_, word) = PROTOCOLS.iter().find(|(protocol, _)| *protocol == ended.protocol)?;
        Some(Kind { word, product: None })
    })
}

/// The service behind a server's name.
#[must_use]
pub fn service(name: &str) -> Option<Kind> {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let (_, word, product) = SERVICES.iter().find(|(domain, ..)| is_within(&name, domain))?;
    Some(Kind { word, product: Some(product) })
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

/// Whether a protocol is a channel itself where it is reached from outside: those of controllers, and how switches and
/// drives are managed.
pub(crate) fn is_engineering(protocol: &str) -> bool {
    is_of_controllers(protocol) || protocol == "snmp"
}
