//! Multicast DNS: hosts that announce their names and services on their link.
//!
//! Standards: RFC 6762 (multicast DNS), RFC 6763 (service discovery). UDP port 5353, to 224.0.0.251 or ff02::fb. Messages are
//! those of [`dns`](crate::dns); the top bit of a class asks for an answer by unicast or makes caches forget.
//!
//! What it tells: the names of the addresses in A and AAAA records; of the sender the services it offers (PTR of `_service._tcp.local`, as
//! `capability`), its host (SRV), processor and system (HINFO), model (`_device-info`), and from some services whether it is a printer, camera
//! or workstation. A line in Zeek's `dns.log` for each query and announcement.
//!
//! Not decoded: other service texts, known answers in queries, NSEC.
//!
//! Limits: those of [`dns`](crate::dns).

#[cfg(test)]
mod tests;

use crate::dns::{Datagrams, Dns, Flavour, Message, Record, Type, is_message};
use crate::{Answer, Context, Probe, Protocol, Transport};
use quaywatch_model::{Attribute, Role, Side};
use quaywatch_wire::Reader;

/// The registered port.
const PORT: u16 = 5353;

/// The protocol's descriptor.
pub static PROTOCOL: Protocol = Protocol {
    name: "mdns",
    title: "Multicast DNS",
    transports: &[Transport::Udp],
    ports: &[PORT],
    probe,
    start: |_| Box::new(Datagrams(Dns::new(Flavour::Mdns, "udp"))),
    decoded: "names, addresses, services, host information, Zeek's dns.log",
    not_decoded: "service texts other than the model, known answers",
};

/// Only the port tells it from DNS; that it is DNS must be certain.
fn probe(probe: &Probe<'_>) -> Answer {
    if probe.on_port(PORT) && is_message(probe, PORT) { Answer::Certain } else { Answer::No }
}

/// Services that tell a role.
const ROLES: [(&str, Role); 6] = [
    ("_printer._tcp", Role::Printer),
    ("_ipp._tcp", Role::Printer),
    ("_pdl-datastream._tcp", Role::Printer),
    ("_axis-video._tcp", Role::Camera),
    ("_workstation._tcp", Role::Workstation),
    ("_sip._udp", Role::Phone),
];

/// Tells what a record says of its sender.
pub(crate) fn tell(cx: &mut Context<'_>, from: Side, message: &Message<'_>, record: &Record<'_>) {
    match record.kind {
        Type::PTR => {
            let name = record.name.lower();
            let Some(service) = name.strip_suffix(".local").filter(|name| name.starts_with('_')) else {
                return;
            };
            // The list of all services, and their subtypes, are not services.
            if service.starts_with("_services.") || service.contains("._sub.") {
                return;
            }
            cx.fact(from, Attribute::Capability, service);
            for (_, role) in ROLES.iter().filter(|(known, _)| *known == service) {
                cx.fact(from, Attribute::Role, role.as_str());
            }
        }
        Type::SRV => {
            if let Some((host, _)) = message.name_in(record, 6) {
                cx.fact(from, Attribute::Name, &host.text());
            }
        }
        Type::HINFO => {
            let mut reader = Reader::new(record.data);
            let mut next = || {
                let length = reader.u8("length").ok()?;
                reader.take(length.into(), "character-string").ok()
            };
            if let (Some(hardware), Some(system)) = (next(), next()) {
                cx.fact(from, Attribute::Hardware, &String::from_utf8_lossy(hardware));
                cx.fact(from, Attribute::OperatingSystem, &String::from_utf8_lossy(system));
            }
        }
        Type::TXT if record.name.lower().ends_with("._device-info._tcp.local") => {
            let mut reader = Reader::new(record.data);
            while let Ok(length) = reader.u8("length") {
                let Ok(text) = reader.take(length.into(), "character-string") else { break };
                if let Some(model) = text.strip_prefix(b"model=") {
                    cx.fact(from, Attribute::Product, &String::from_utf8_lossy(model));
                }
            }
        }
        _ => {}
    }
}
