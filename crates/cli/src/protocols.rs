use quaywatch_protocols::PROTOCOLS;
use std::error::Error;
use std::io::{self, Write};

/// Lists what is decoded.
pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let mut out = anstream::stdout().lock();
    for protocol in PROTOCOLS {
        let ports: Vec<String> = protocol.ports.iter().map(u16::to_string).collect();
        let ports =
            if ports.is_empty() { String::new() } else { format!(", usually on port {}", ports.join(", ")) };
        let written = writeln!(
            out,
            "{} ({}){ports}\n  decoded: {}\n  not decoded: {}",
            protocol.name, protocol.title, protocol.decoded, protocol.not_decoded
        );
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            other => other?,
        }
    }
    Ok(())
}
