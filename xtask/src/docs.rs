//! The pages under `docs/` that are written from the code: protocols from what they say of themselves, and findings.

pub mod findings;
pub mod scenarios;

use crate::{ChoreError, files};
use quaywatch_protocols::{PROTOCOLS, Protocol, Transport};
use std::path::Path;

/// Where the table stands.
pub const PATH: &str = "docs/protocols.md";

/// Writes all pages.
///
/// # Errors
/// A file cannot be written.
pub fn write(root: &Path) -> Result<(), ChoreError> {
    files::write(&root.join(findings::PATH), findings::text())?;
    files::write(&root.join(scenarios::PATH), scenarios::text()?)?;
    files::write(&root.join(PATH), text(PROTOCOLS))
}

/// The table as it should be.
#[must_use]
pub fn text(protocols: &[&Protocol]) -> String {
    let mut protocols = protocols.to_vec();
    protocols.sort_by_key(|protocol| protocol.name);
    let rows: Vec<String> = protocols.into_iter().map(row).collect();
    format!(
        "# Protocols\n\n\
         <!-- Written by `cargo xtask docs` from crates/protocols; change it there. -->\n\n\
         Every protocol is recognised by what it says, on whatever port; the ports are only where it is looked for\n\
         first. What is not decoded is still counted, and said in the `problems` table.\n\n\
         | name | protocol | runs on | usual ports | decoded | not decoded |\n\
         |---|---|---|---|---|---|\n\
         {}\n",
        rows.join("\n")
    )
}

fn row(protocol: &Protocol) -> String {
    let Protocol { name, title, transports, ports, decoded, not_decoded, .. } = protocol;
    let transports: Vec<String> = transports.iter().map(transport).collect();
    let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
    let ports = if ports.is_empty() { "–".to_owned() } else { ports.join(", ") };
    let cells = [&format!("`{name}`"), *title, &transports.join(", "), &ports, *decoded, *not_decoded];
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    format!("| {} |", cells.join(" | "))
}

fn transport(transport: &Transport) -> String {
    match transport {
        Transport::Tcp => "TCP".to_owned(),
        Transport::Udp => "UDP".to_owned(),
        Transport::Ethernet(ethertype) => format!("Ethernet 0x{ethertype:04X}"),
        Transport::Icmp => "ICMP".to_owned(),
        Transport::Icmp6 => "ICMPv6".to_owned(),
        Transport::Ip(number) => format!("IP {number}"),
    }
}
