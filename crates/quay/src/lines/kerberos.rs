//! Kerberos (RFC 4120, section 5) as Windows uses it: tickets from a domain controller, and a ticket shown to a service
//! (SPNEGO, RFC 4178, around RFC 4121). What would be encrypted is noise.

use super::{ber, noise};
use ber::{GENERAL_STRING, INTEGER, OCTETS, SEQUENCE};

/// AES-256 with SHA-1.
const AES_256: i64 = 18;
const VERSION: i64 = 5;
/// `AP-REQ` and `AP-REP`.
const SHOWN: u8 = 14;
const SEEN: u8 = 15;
const KERBEROS: &[u32] = &[1, 2, 840, 113_554, 1, 2, 2];
const SPNEGO: &[u32] = &[1, 3, 6, 1, 5, 5, 2];

/// Which ticket is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket<'a> {
    /// The domain.
    pub realm: &'a str,
    /// Who asks.
    pub user: &'a str,
    /// For which service: `cifs`, `ad.quay.example`.
    pub service: [&'a str; 2],
    /// What looks encrypted comes from this.
    pub seed: u64,
}

impl Ticket<'_> {
    /// Asks for a ticket to ask for tickets with, over TCP.
    #[must_use]
    pub fn first(&self) -> Vec<u8> {
        // The time, encrypted with the user's key.
        let proof = padata(2, &self.hidden(56));
        self.request(10, &proof)
    }

    /// Asks for a service's ticket, over TCP.
    #[must_use]
    pub fn next(&self) -> Vec<u8> {
        self.request(12, &padata(1, &self.shown()))
    }

    /// The ticket: `first` tells which of the two was asked for.
    #[must_use]
    pub fn granted(&self, first: bool) -> Vec<u8> {
        let kind = if first { 11 } else { 13 };
        let fields = [
            field(0, &ber::number(INTEGER, VERSION)),
            field(1, &ber::number(INTEGER, kind)),
            field(3, &text(self.realm)),
            field(4, &name(1, &[self.user])),
            field(5, &self.ticket()),
            field(6, &self.hidden(260)),
        ];
        framed(application(kind as u8, &fields))
    }

    /// The ticket is shown to a service: a token of SPNEGO.
    #[must_use]
    pub fn token(&self) -> Vec<u8> {
        let mechanisms = ber::of(SEQUENCE, &[ber::object(KERBEROS)]);
        let shown = around(KERBEROS, &[vec![1, 0], self.shown()]);
        let fields = [field(0, &mechanisms), field(2, &ber::value(OCTETS, &shown))];
        around(SPNEGO, &[field(0, &ber::of(SEQUENCE, &fields))])
    }

    /// The service has seen it, and lets him in.
    #[must_use]
    pub fn accepted(&self) -> Vec<u8> {
        let fields = [
            field(0, &ber::number(INTEGER, VERSION)),
            field(1, &ber::number(INTEGER, SEEN.into())),
            field(2, &self.hidden(80)),
        ];
        let seen = around(KERBEROS, &[vec![2, 0], application(SEEN, &fields)]);
        let fields = [
            field(0, &ber::number(ber::ENUMERATED, 0)),
            field(1, &ber::object(KERBEROS)),
            field(2, &ber::value(OCTETS, &seen)),
        ];
        field(1, &ber::of(SEQUENCE, &fields))
    }

    fn request(&self, kind: u8, proof: &[u8]) -> Vec<u8> {
        let kinds: Vec<_> = [18, 17, 23].iter().map(|kind| ber::number(INTEGER, *kind)).collect();
        let mut body = vec![field(0, &ber::value(ber::BIT_STRING, &[0, 0x40, 0x81, 0, 0x10]))];
        if kind == 10 {
            body.push(field(1, &name(1, &[self.user])));
        }
        body.extend([
            field(2, &text(self.realm)),
            field(3, &name(2, &self.service)),
            field(5, &ber::value(ber::TIME, b"20370913024805Z")),
            field(7, &ber::number(INTEGER, (self.seed & 0x7FFF_FFFF) as i64)),
            field(8, &ber::of(SEQUENCE, &kinds)),
        ]);
        let fields = [
            field(1, &ber::number(INTEGER, VERSION)),
            field(2, &ber::number(INTEGER, kind.into())),
            field(3, proof),
            field(4, &ber::of(SEQUENCE, &body)),
        ];
        framed(application(kind, &fields))
    }

    fn shown(&self) -> Vec<u8> {
        let fields = [
            field(0, &ber::number(INTEGER, VERSION)),
            field(1, &ber::number(INTEGER, SHOWN.into())),
            field(2, &ber::value(ber::BIT_STRING, &[0, 0x20, 0, 0, 0])),
            field(3, &self.ticket()),
            field(4, &self.hidden(170)),
        ];
        application(SHOWN, &fields)
    }

    fn ticket(&self) -> Vec<u8> {
        let fields = [
            field(0, &ber::number(INTEGER, VERSION)),
            field(1, &text(self.realm)),
            field(2, &name(2, &self.service)),
            field(3, &self.hidden(420)),
        ];
        application(1, &fields)
    }

    fn hidden(&self, bytes: usize) -> Vec<u8> {
        let content = noise(self.seed ^ bytes as u64, bytes);
        let fields = [field(0, &ber::number(INTEGER, AES_256)), field(2, &ber::value(OCTETS, &content))];
        ber::of(SEQUENCE, &fields)
    }
}

/// What a server offers before anybody logs in: SPNEGO with Kerberos.
#[must_use]
pub fn offer() -> Vec<u8> {
    let fields = [field(0, &ber::of(SEQUENCE, &[ber::object(KERBEROS)]))];
    around(SPNEGO, &[field(0, &ber::of(SEQUENCE, &fields))])
}

fn padata(kind: i64, content: &[u8]) -> Vec<u8> {
    let fields = [field(1, &ber::number(INTEGER, kind)), field(2, &ber::value(OCTETS, content))];
    ber::of(SEQUENCE, &[ber::of(SEQUENCE, &fields)])
}

fn name(kind: i64, parts: &[&str]) -> Vec<u8> {
    let parts: Vec<_> = parts.iter().map(|part| text(part)).collect();
    ber::of(SEQUENCE, &[field(0, &ber::number(INTEGER, kind)), field(1, &ber::of(SEQUENCE, &parts))])
}

fn text(text: &str) -> Vec<u8> {
    ber::value(GENERAL_STRING, text.as_bytes())
}

fn field(number: u8, content: &[u8]) -> Vec<u8> {
    ber::value(0xA0 | number, content)
}

fn application(number: u8, fields: &[Vec<u8>]) -> Vec<u8> {
    ber::value(0x60 | number, &ber::of(SEQUENCE, fields))
}

/// What belongs to a mechanism (RFC 2743, section 3.1).
fn around(mechanism: &[u32], parts: &[Vec<u8>]) -> Vec<u8> {
    ber::value(0x60, &[ber::object(mechanism), parts.concat()].concat())
}

/// TCP has the length before each message.
fn framed(message: Vec<u8>) -> Vec<u8> {
    [(message.len() as u32).to_be_bytes().to_vec(), message].concat()
}
