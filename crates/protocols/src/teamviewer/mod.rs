//! TeamViewer: remote control through its maker's servers, on port 5938 where it is let.
//!
//! Source: no specification is public; what is here was read off captures, and agrees with what others found.
//!
//! ```text
//! old: | 17 24 | command u8 | ...                                                                        TCP
//! new: | 11 30 | command u8 | 00 | length u32 LE | number u32 LE | acknowledged u32 LE | 1B 00 00 00 | 18 00 00 00 | ...
//! UDP: | 00 | ... | 17 24 at offset 11 | ...
//! ```
//!
//! Not decoded: everything but that it is TeamViewer; it is encrypted. Its sessions over HTTPS are TLS like any other.
//!
//! Limits: none are needed; nothing is kept.

#[cfg(test)]
mod tests;

use crate::{Answer, Context, Conversation, Probe, Protocol, Transport};
use quaywatch_model::{DataClass, Side, Topic, Value};

/// Where it is spoken first.
const PORT: u16 = 5938;

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "teamviewer",
    title: "TeamViewer",
    transports: &[Transport::Tcp, Transport::Udp],
    ports: &[PORT],
    probe,
    start: |_| Box::new(Teamviewer::default()),
    decoded: "that it is there",
    not_decoded: "what is said; it is encrypted",
};

fn probe(probe: &Probe<'_>) -> Answer {
    let found = match (probe.transport, probe.bytes) {
        (
            Transport::Tcp,
            [0x11, 0x30, _, 0, _, _, _, 0, _, _, _, _, _, _, _, _, 0x1b, 0, 0, 0, 0x18, 0, 0, 0, ..],
        ) => true,
        // The first command, sent empty: two bytes of magic, a command, and many zeros.
        (Transport::Tcp, [0x17, 0x24, 0x0a, _, 0, 0, 0, 0, 0, 0, ..]) => true,
        // Two bytes alone are no proof; with the port they are more than chance.
        (Transport::Tcp, [0x17, 0x24, 0x0a..=0x80, ..]) => probe.on_port(PORT) && probe.bytes.len() >= 8,
        (Transport::Udp, [0, _, _, _, _, _, _, _, _, _, _, 0x17, 0x24, ..]) => probe.on_port(PORT),
        _ => false,
    };
    if found { Answer::Certain } else { Answer::No }
}

#[derive(Debug, Default)]
struct Teamviewer {
    noted: bool,
}

impl Conversation for Teamviewer {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, _: &[u8]) {
        if !self.noted {
            self.noted = true;
            cx.note(from, Topic::Service, Value::Text("TeamViewer"));
            cx.note(from, Topic::Protection, Value::Text("encrypted"));
        }
    }

    fn gap(&mut self, _: &mut Context<'_>, _: Side, _: u64) {}

    fn end(&mut self, _: &mut Context<'_>) {}

    fn protocol(&self) -> &'static str {
        "teamviewer"
    }

    fn client(&self) -> Option<Side> {
        None
    }

    fn carries(&self) -> DataClass {
        DataClass::Encrypted
    }
}
