//! SSDP: devices that announce what they are to whoever listens, the discovery of `UPnP`.
//!
//! Standard: *UPnP Device Architecture 2.0* clause 1. UDP port 1900, to 239.255.255.250 or ff02::c; answers come back to the
//! port that asked.
//!
//! ```text
//! NOTIFY * HTTP/1.1 | M-SEARCH * HTTP/1.1 | HTTP/1.1 200 OK     then headers, each a line `NAME: value`, and an empty line
//! ```
//!
//! What it tells of the sender: its software (SERVER, USER-AGENT), what it is and offers (NT, ST), the address of its description
//! (LOCATION), and from the device type whether it is a gateway, access point, camera or printer.
//!
//! Not decoded: the description itself, which is fetched over HTTP; boot and configuration ids, cache control.
//!
//! Limits: `MOST_HEADERS` lines are read.

#[cfg(test)]
mod tests;

use crate::standalone::Standalone;
use crate::{Answer, Context, Probe, Protocol, Transport};
use quaywatch_model::{Attribute, DataClass, Role, Side};
use quaywatch_wire::ReadError;

/// The registered port.
const PORT: u16 = 1900;
/// The standard has a dozen headers; makers add a few.
const MOST_HEADERS: usize = 48;

const SEARCH: &[u8] = b"M-SEARCH * HTTP/1.";
const NOTIFY: &[u8] = b"NOTIFY * HTTP/1.";
const ANSWER: &[u8] = b"HTTP/1.1 200 OK";

/// Device types (`urn:schemas-upnp-org:device:TYPE:1`) that tell a role.
const ROLES: [(&str, Role); 5] = [
    (":device:InternetGatewayDevice:", Role::Router),
    (":device:WLANAccessPointDevice:", Role::AccessPoint),
    (":device:DigitalSecurityCamera:", Role::Camera),
    (":device:Printer:", Role::Printer),
    (":device:MediaServer:", Role::Server),
];

/// The protocol's descriptor.
pub static PROTOCOL: Protocol = Protocol {
    name: "ssdp",
    title: "SSDP (UPnP discovery)",
    transports: &[Transport::Udp],
    ports: &[PORT],
    probe,
    start: |_| Box::new(Standalone::new("ssdp", DataClass::MachineIdentity, read)),
    decoded: "announcements, searches and answers: software, device and service types, description address",
    not_decoded: "the device description, fetched over HTTP",
};

/// The whole start line of HTTP over UDP; an answer must also say what was searched for.
fn probe(probe: &Probe<'_>) -> Answer {
    let bytes = probe.bytes;
    let answers = bytes.starts_with(ANSWER) && headers(bytes).any(|(name, _)| is(name, "ST"));
    if bytes.starts_with(SEARCH) || bytes.starts_with(NOTIFY) || answers {
        Answer::Certain
    } else {
        Answer::No
    }
}

/// The headers as name and value.
fn headers(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let lines = bytes.split(|&byte| byte == b'\n').skip(1).map(<[u8]>::trim_ascii);
    let some = lines.take_while(|line| !line.is_empty()).take(MOST_HEADERS);
    some.filter_map(|line| {
        let colon = line.iter().position(|&byte| byte == b':')?;
        let (name, value) = line.split_at_checked(colon)?;
        Some((name.trim_ascii(), value.get(1..)?.trim_ascii()))
    })
}

fn is(name: &[u8], which: &str) -> bool {
    name.eq_ignore_ascii_case(which.as_bytes())
}

fn read(cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> Result<Option<Side>, ReadError> {
    let searches = bytes.starts_with(SEARCH);
    for (name, value) in headers(bytes) {
        let value = String::from_utf8_lossy(value);
        if is(name, "SERVER") || is(name, "USER-AGENT") {
            cx.fact(from, Attribute::Software, &value);
        } else if is(name, "LOCATION") {
            cx.fact(from, Attribute::Description, &value);
        } else if !searches && (is(name, "NT") || is(name, "ST")) {
            // An answer to "all" or a bare identity says nothing about what it is.
            if !value.starts_with("uuid:") && !value.starts_with("ssdp:") {
                cx.fact(from, Attribute::Capability, &value);
            }
            for (_, role) in ROLES.iter().filter(|(kind, _)| value.contains(kind)) {
                cx.fact(from, Attribute::Role, role.as_str());
            }
        }
    }
    let answers = bytes.starts_with(ANSWER);
    Ok(Some(if answers { from.other() } else { from }))
}
