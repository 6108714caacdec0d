//! Telnet: a terminal on switches, gateways and drives, with names and passwords in the clear.
//!
//! Standards: *RFC 854* (1983), commands and options; *RFC 855* (subnegotiation); *RFC 2946* (encryption).
//!
//! ```text
//! FF FB|FC|FD|FE option        WILL, WONT, DO, DONT
//! FF FA option ... FF F0       subnegotiation
//! FF FF                        the byte FF
//! all else                     what the terminal shows and what is typed
//! ```
//!
//! # What is reported
//! - `Authenticate` where a prompt for a name or a password was answered: accepted where a shell's prompt follows,
//!   refused where the server says so or asks again. Notes for the name, that a password was sent in the clear, and
//!   whether it is one of those that everybody tries.
//! - What the server shows before its first prompt as a description of it.
//!
//! Not decoded: what is typed and shown after the log-in; options other than encryption; a session without negotiation
//! off its port, and one that was begun before the capture.
//!
//! Limits: [`state::LONGEST_SHOWN_BYTES`] of what is shown are looked at, and names of [`state::LONGEST_TYPED_BYTES`].

mod state;

#[cfg(test)]
mod tests;

use crate::{Answer, Probe, Protocol, Transport};

/// The registered port.
const PORT: u16 = 23;

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "telnet",
    title: "Telnet",
    transports: &[Transport::Tcp],
    ports: &[PORT],
    probe,
    start: |_| Box::new(state::Telnet::default()),
    decoded: "negotiation, prompts for name and password with what became of them, the text before the first prompt",
    not_decoded: "what is typed and shown after the log-in, options other than encryption",
};

/// A stream that begins with negotiation: three commands in a row with options that are registered, one on the usual
/// port, where a prompt is enough too.
fn probe(probe: &Probe<'_>) -> Answer {
    let wanted = if probe.on_port(PORT) { 1 } else { 3 };
    let mut commands = probe.bytes.chunks(3);
    for _ in 0..wanted {
        match commands.next() {
            Some([state::IAC, 0xFB..=0xFE, option]) if is_option(*option) => {}
            Some([state::IAC] | [state::IAC, 0xFB..=0xFE]) | None if !probe.bytes.is_empty() => {
                return Answer::Unsure;
            }
            _ if probe.on_port(PORT) && state::is_prompt(probe.bytes) => return Answer::Certain,
            _ => return Answer::No,
        }
    }
    Answer::Certain
}

/// Registered at IANA: 0 to 49, and the extended list.
const fn is_option(option: u8) -> bool {
    option <= 49 || option == 0xFF
}
