//! COTP: the ISO transport protocol, class 0, on TCP. What S7comm, S7comm-plus, MMS and RDP are carried in.
//!
//! Standards: ISO/IEC 8073 / ITU-T X.224 (11/95), clauses 13.3 (CR), 13.4 (CC), 13.5 (DR), 13.7 (DT), 13.12
//! (ER); class 0 only. On TCP: TPKT of RFC 1006 clause 6 (RFC 2126 for class 2 is read as far as it is equal).
//!
//! ```text
//! offset 0         1          2       4    5      6
//!        | version | reserved | length| LI | code | the rest of the TPDU's header, then user data
//!        |   03    |    00    | u16 BE| u8 |  u8  |
//!
//! CR E0, CC D0  6: destination reference u16, source reference u16, class u8, parameters (code, length, value)
//! DR 80         6: destination reference u16, source reference u16, reason u8, parameters
//! DT F0         6: 0x80 ends the user data unit, low 7 bits are the TPDU number (0 in class 0); user data
//! ER 70         6: destination reference u16, cause u8, parameters
//! ```
//!
//! `length` counts from the TPKT's first byte; `LI` counts the header bytes after itself.
//!
//! # What is reported
//! - CR with CC: an `OpenSession` by the side that sent CR, with the TSAPs as items. A two-byte TSAP whose
//!   first byte is 1, 2 or 3 tells in what role a Siemens station connects (programming device, operator panel,
//!   basic communication); the second byte of the called one is rack (top three bits) and slot (low five). This is
//!   told only where both TSAPs have that form. `SIMATIC-ROOT-ES`, `-PG` and `-HMI` name a role too.
//!   CR with DR or ER is refused. A DR later is a `CloseSession`.
//! - DT are joined up to the end-of-unit mark, then given to whoever speaks inside, told by content:
//!   0x32 is [S7comm](crate::s7comm), 0x72 is [S7comm-plus](crate::s7commplus).
//! - TLS records inside are S7comm-plus over TLS, as nothing else is known to do that: one `Opaque` operation a
//!   conversation, told at its end, with the bytes each way as items. The records themselves are told apart
//!   neither from each other nor by direction: their count says nothing about what was done.
//!
//! - A connection request with what only RDP puts there, or MCS connect, is handed over to [RDP](crate::rdp).
//!
//! - Log: `cotp.log` of ICSNPP, a line a TPDU; see `log.rs`.
//!
//! Not decoded: MMS (ISO 9506) is recognised and named, and its session is told, nothing inside it; any other
//! content is named `cotp`. Once RDP has left TPKT nothing more is read.
//! Classes 1 to 4 (AK, ED, RJ) are counted as problems. Undecoded content is one `unsupported` problem with its
//! bytes at the end.
//!
//! Limits: [`wire::MAX_UNIT_BYTES`] for a user data unit. Requests wait as in [`Pending`](crate::Pending).
//!
//! # One conversation, three names
//! This folder, `s7comm` and `s7commplus` each have a [`Protocol`] so that each shows in the tables. All three
//! begin the same conversation; a probe is only certain of what is already visible, and the conversation's
//! `protocol()` says what it turned out to be. The two S7 folders have no framing of their own.

mod log;
mod ops;
mod state;
mod upper;
pub mod wire;

#[cfg(test)]
pub(crate) mod tests;

use crate::{Answer, Context, Conversation, Dialogue, Framed, Probe, Protocol, Transport};
use quaywatch_model::{DataClass, Side, Timestamp};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "cotp",
    title: "ISO transport on TCP (TPKT, COTP class 0)",
    transports: &[Transport::Tcp],
    ports: &[PORT],
    probe: |probe| wire::begins(probe.bytes),
    start,
    decoded: "connect, confirm, refuse and disconnect with TSAPs, roles, rack and slot; DT reassembly; \
              MMS, RDP and TLS inside are recognised",
    not_decoded: "what MMS says; transport classes other than 0",
};

/// The port of ISO transport on TCP (RFC 1006).
pub(crate) const PORT: u16 = 102;

/// Begins a conversation of whatever is spoken inside COTP.
pub(crate) fn start(_: &Probe<'_>) -> Box<dyn Conversation> {
    Box::new(Transported { framed: Framed::new(state::Cotp::default()) })
}

/// Begins a conversation of what only RDP begins with.
pub(crate) fn start_rdp(_: &Probe<'_>) -> Box<dyn Conversation> {
    Box::new(Transported { framed: Framed::new(state::Cotp::of_rdp()) })
}

/// Asks `inside` of the user data of a DT at the start of `bytes`; not ours if none begins there.
pub(crate) fn probe_inside(bytes: &[u8], inside: fn(&[u8]) -> Answer) -> Answer {
    match wire::begins(bytes) {
        Answer::Certain => match bytes.get(wire::DATA_HEADER_BYTES..) {
            Some(data) if wire::is_data(bytes) => inside(data),
            _ => Answer::No,
        },
        other => other,
    }
}

/// COTP until what is inside leaves it: RDP goes on without TPKT.
struct Transported {
    framed: Framed<state::Cotp>,
}

impl Conversation for Transported {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        if !self.framed.dialogue_mut().pass_if_left(cx, from, bytes) {
            self.framed.data(cx, from, bytes);
        }
    }

    fn gap(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64) {
        if !self.framed.dialogue_mut().skip_if_left(cx, from, bytes) {
            self.framed.gap(cx, from, bytes);
        }
    }

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        self.framed.tick(cx)
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        self.framed.end(cx);
    }

    fn protocol(&self) -> &'static str {
        self.framed.protocol()
    }

    fn client(&self) -> Option<Side> {
        self.framed.dialogue().client()
    }

    fn carries(&self) -> DataClass {
        self.framed.carries()
    }
}
