//! What a handshake tells, however its messages are carried: over TCP, in datagrams, in QUIC.

use super::certificate::Certificate;
use super::fingerprint::{Hex, ja3, ja3s, ja4};
use super::hello::{ClientHello, ServerHello};
use super::log;
use super::names::{Cipher, Version};
use crate::Context;
use quaywatch_model::{Address, Attribute, Moment, Side, Subject, Topic, Value, Verdict};
use quaywatch_wire::Reader;
use sha2::{Digest, Sha256};

/// The extension that a client with a session ticket sends (RFC 5077).
const SESSION_TICKET: u16 = 35;
/// So many messages are kept in the history of a session; Zeek's own limit is as wide as a handshake ever is.
const MOST_HISTORY: usize = 100;
/// So many certificates of a chain are hashed. Real chains have two to four.
const MOST_CERTIFICATES: usize = 16;
/// So many names and addresses of a certificate are told. Those of content networks name hundreds.
const MOST_NAMES: usize = 8;
/// The longest server name (RFC 1035) and the longest ALPN name, in bytes.
const MAX_NAME_BYTES: usize = 255;
/// A curve named in a ServerKeyExchange (RFC 8422, section 5.4).
const NAMED_CURVE: u8 = 3;

/// A type of handshake message (RFC 8446, section 4).
pub(crate) mod kind {
    pub(crate) const CLIENT_HELLO: u8 = 1;
    pub(crate) const SERVER_HELLO: u8 = 2;
    pub(crate) const HELLO_VERIFY: u8 = 3;
    pub(crate) const CERTIFICATE: u8 = 11;
    pub(crate) const SERVER_KEY_EXCHANGE: u8 = 12;
    pub(crate) const SERVER_HELLO_DONE: u8 = 14;
    pub(crate) const CLIENT_KEY_EXCHANGE: u8 = 16;
}

/// One TLS session, from its first message.
#[derive(Debug, Default)]
pub(crate) struct Session {
    pub(super) begun: Option<Moment>,
    pub(super) client: Option<Side>,
    pub(super) version: Option<u16>,
    pub(super) cipher: Option<u16>,
    pub(super) group: Option<u16>,
    pub(super) server_name: Option<Box<str>>,
    pub(super) alpn: Option<Box<str>>,
    /// The first protocol that the client offers by ALPN, where what was agreed on is encrypted: in QUIC.
    offered_alpn: Option<Box<str>>,
    pub(super) resumed: bool,
    pub(super) last_alert: Option<u8>,
    pub(super) established: bool,
    pub(super) history: String,
    pub(super) chains: [Vec<[u8; 32]>; 2],
    pub(super) name_matches: Option<bool>,
    session_id: Box<[u8]>,
    has_ticket: bool,
    key_exchanged: bool,
    /// Which side has begun to encrypt, as far as it said so.
    changed_cipher: [bool; 2],
    encrypts: [bool; 2],
    /// Which side's first encrypted record was seen, in TLS 1.3.
    spoke_encrypted: [bool; 2],
    told: bool,
}

impl Session {
    /// Who is the client, as far as the handshake tells.
    pub(crate) const fn client(&self) -> Option<Side> {
        self.client
    }

    /// Whether what this side says now is encrypted.
    pub(crate) fn is_encrypted(&self, from: Side) -> bool {
        *from.of(&self.encrypts)
    }

    /// The host the client asked for.
    pub(crate) fn server_name(&self) -> Option<&str> {
        self.server_name.as_deref()
    }

    /// The first protocol that the client offers, in QUIC.
    pub(crate) fn offered_alpn(&self) -> Option<&str> {
        self.offered_alpn.as_deref()
    }

    /// One whole handshake message. `carrier` as in [`ja4`].
    pub(crate) fn message(&mut self, cx: &mut Context<'_>, from: Side, kind: u8, body: &[u8], carrier: char) {
        self.begun.get_or_insert(cx.now);
        match kind {
            kind::CLIENT_HELLO => self.client_hello(cx, from, body, carrier),
            kind::SERVER_HELLO => self.server_hello(cx, from, body),
            kind::CERTIFICATE => self.certificates(cx, from, body),
            kind::SERVER_KEY_EXCHANGE => {
                self.client.get_or_insert(from.other());
                if let &[NAMED_CURVE, high, low, ..] = body {
                    self.group = Some(u16::from_be_bytes([high, low]));
                }
            }
            kind::SERVER_HELLO_DONE | kind::HELLO_VERIFY => {
                self.client.get_or_insert(from.other());
            }
            kind::CLIENT_KEY_EXCHANGE => {
                self.client.get_or_insert(from);
                self.key_exchanged = true;
            }
            _ => {}
        }
        self.remember(from, letter(kind));
    }

    fn client_hello(&mut self, cx: &mut Context<'_>, from: Side, body: &[u8], carrier: char) {
        let Ok(hello) = ClientHello::decode(body, carrier == 'd') else {
            return cx.problem(
                "tls",
                "ClientHello that cannot be read",
                Verdict::Malformed,
                body.len() as u64,
            );
        };
        let again = self.client.replace(from).is_some() && self.server_name.is_some();
        self.session_id = hello.session_id.into();
        self.has_ticket = hello.extensions.get(SESSION_TICKET).is_some_and(|ticket| !ticket.is_empty());
        if again {
            // After a HelloRetryRequest, or in a renegotiation: the first hello has said it all.
            return;
        }
        if let Some(name) = hello.server_name().filter(|name| name.len() <= MAX_NAME_BYTES) {
            self.server_name = Some(name.into());
            cx.note(from, Topic::ServerName, Value::Text(name));
        }
        if carrier == 'q' {
            // What was agreed on is encrypted; what is offered mostly tells.
            for name in
                hello.extensions.alpn().filter_map(|name| std::str::from_utf8(name).ok()).take(MOST_NAMES)
            {
                self.offered_alpn.get_or_insert_with(|| name.into());
                cx.note(from, Topic::Alpn, Value::Text(name));
            }
        }
        cx.note(from, Topic::Ja4, Value::Text(&ja4(&hello, carrier)));
        cx.note(from, Topic::Ja3, Value::Text(&ja3(&hello)));
    }

    /// The hello of SSL 2.0, which has a version and ciphers only.
    pub(super) fn old_hello(&mut self, now: Moment, from: Side) {
        self.begun.get_or_insert(now);
        self.client = Some(from);
        self.remember(from, 'c');
    }

    fn server_hello(&mut self, cx: &mut Context<'_>, from: Side, body: &[u8]) {
        let Ok(hello) = ServerHello::decode(body) else {
            return cx.problem(
                "tls",
                "ServerHello that cannot be read",
                Verdict::Malformed,
                body.len() as u64,
            );
        };
        self.client = Some(from.other());
        let version = Version(hello.version());
        if hello.is_retry {
            return;
        }
        let first = self.version.is_none();
        (self.version, self.cipher) = (Some(version.0), Some(hello.cipher));
        if first {
            cx.note(from, Topic::Version, Value::Shown(&version));
            cx.note(from, Topic::Cipher, Value::Shown(&Cipher(hello.cipher)));
            cx.note(from, Topic::Ja3Server, Value::Text(&ja3s(&hello)));
        }
        if let Some(name) = hello.extensions.alpn().next().and_then(|name| std::str::from_utf8(name).ok()) {
            self.alpn = Some(name.into());
            cx.note(from, Topic::Alpn, Value::Text(name));
        }
        if version.is_1_3() {
            self.group = hello.group();
            self.resumed = hello.resumes();
            // All that follows, from both sides, is encrypted, but for the change of cipher that is for show.
            self.encrypts = [true; 2];
        } else {
            self.resumed = !hello.session_id.is_empty() && *hello.session_id == *self.session_id;
        }
    }

    fn certificates(&mut self, cx: &mut Context<'_>, from: Side, body: &[u8]) {
        let mut list = Reader::new(body);
        let Ok(_) = list.skip(3, "list length") else { return };
        let mut leaf = None;
        let chain = from.of_mut(&mut self.chains);
        chain.clear();
        while let Some(certificate) = next_certificate(&mut list) {
            if chain.len() >= MOST_CERTIFICATES {
                break;
            }
            leaf.get_or_insert(certificate);
            chain.push(Sha256::digest(certificate).into());
        }
        let (Some(leaf), Some(fingerprint)) = (leaf, chain.first()) else { return };
        cx.note(from, Topic::CertificateSha256, Value::Shown(&Hex(fingerprint)));
        match Certificate::decode(leaf) {
            Some(certificate) => self.certificate(cx, from, &certificate),
            None => {
                cx.problem("tls", "certificate that cannot be read", Verdict::Malformed, leaf.len() as u64);
            }
        }
    }

    fn certificate(&mut self, cx: &mut Context<'_>, from: Side, certificate: &Certificate<'_>) {
        cx.note(from, Topic::CertificateSubject, Value::Shown(&certificate.subject));
        cx.note(from, Topic::CertificateIssuer, Value::Shown(&certificate.issuer));
        let bounds = [
            (Topic::CertificateBegins, certificate.not_before),
            (Topic::CertificateExpires, certificate.not_after),
        ];
        for (topic, time) in bounds {
            if let Some(time) = time {
                let second = time.calendar_second();
                let second = std::str::from_utf8(&second).unwrap_or_default();
                cx.note(from, topic, Value::Shown(&format_args!("{second}Z")));
            }
        }
        for name in certificate.dns_names().filter(|name| !name.starts_with('*')).take(MOST_NAMES) {
            cx.fact(from, Attribute::DomainName, name);
        }
        for address in certificate.addresses().take(MOST_NAMES) {
            if let Some(address) = address.first_chunk::<4>().filter(|_| address.len() == 4) {
                cx.fact_of(Subject::Side(from), Attribute::Ip, &Address::v4(*address).to_string());
            }
        }
        if certificate.is_self_signed()
            && let Some(name) = certificate.subject.common_name()
        {
            cx.fact(from, Attribute::Name, &name);
        }
        if Some(from.other()) == self.client {
            self.name_matches = self.server_name.as_deref().map(|name| certificate.is_for(name));
        }
    }

    /// A ChangeCipherSpec.
    pub(crate) fn change_cipher(&mut self, cx: &mut Context<'_>, from: Side) {
        self.begun.get_or_insert(cx.now);
        self.remember(from, 'i');
        *from.of_mut(&mut self.changed_cipher) = true;
        *from.of_mut(&mut self.encrypts) = true;
        if self.is_1_3() {
            return;
        }
        if self.client == Some(from) && self.has_ticket && !self.key_exchanged {
            self.resumed = true;
        }
        if self.changed_cipher == [true; 2] {
            self.establish(cx);
        }
    }

    /// An alert that is not encrypted.
    pub(crate) fn alert(&mut self, cx: &mut Context<'_>, from: Side, description: u8) {
        self.begun.get_or_insert(cx.now);
        self.remember(from, 'l');
        self.last_alert = Some(description);
    }

    /// An encrypted record.
    pub(crate) fn encrypted(&mut self, cx: &mut Context<'_>, from: Side) {
        if self.established || !self.is_1_3() {
            return;
        }
        *from.of_mut(&mut self.spoke_encrypted) = true;
        if self.spoke_encrypted == [true; 2] {
            self.establish(cx);
        }
    }

    fn is_1_3(&self) -> bool {
        self.version.is_some_and(|version| Version(version).is_1_3())
    }

    fn establish(&mut self, cx: &mut Context<'_>) {
        self.established = true;
        self.end(cx);
    }

    /// Nothing more will come, or nothing more is to be learned.
    pub(crate) fn end(&mut self, cx: &mut Context<'_>) {
        let Some(begun) = self.begun.filter(|_| !self.told) else { return };
        self.told = true;
        if cx.wanted.logs {
            log::write(cx, self, begun);
        }
    }

    fn remember(&mut self, from: Side, letter: char) {
        if !self.established && self.history.len() < MOST_HISTORY {
            let by_client = self.client == Some(from);
            self.history.push(if by_client { letter.to_ascii_uppercase() } else { letter });
        }
    }
}

fn next_certificate<'a>(list: &mut Reader<'a>) -> Option<&'a [u8]> {
    let [high, middle, low] = list.array::<3>("length").ok()?;
    let length = u32::from_be_bytes([0, high, middle, low]) as usize;
    list.take(length, "certificate").ok()
}

/// Whether this is a type of handshake message.
pub(super) const fn is_known(kind: u8) -> bool {
    letter(kind) != 'z'
}

/// The letter of a message in Zeek's history of a session.
const fn letter(kind: u8) -> char {
    match kind {
        0 => 'h',
        kind::CLIENT_HELLO => 'c',
        kind::SERVER_HELLO => 's',
        kind::HELLO_VERIFY => 'v',
        4 => 't',
        5 => 'e',
        6 => 'j',
        8 => 'o',
        kind::CERTIFICATE => 'x',
        kind::SERVER_KEY_EXCHANGE => 'k',
        13 => 'r',
        kind::SERVER_HELLO_DONE => 'n',
        15 => 'y',
        kind::CLIENT_KEY_EXCHANGE => 'g',
        20 => 'f',
        21 => 'w',
        22 => 'u',
        23 => 'a',
        24 => 'p',
        254 => 'm',
        _ => 'z',
    }
}
