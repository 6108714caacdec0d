use crate::Label;
use crate::answers::Row;
use crate::found_in::FoundIn;
use crate::rows::by_role;
use quaywatch_model::{KeptNote, Moment, Side, Topic};

/// What only these handshakes say. Ciphers and versions are told of others, too.
const TELLING: [Topic; 7] = [
    Topic::Ja4,
    Topic::Ja3,
    Topic::Ja3Server,
    Topic::Hassh,
    Topic::HasshServer,
    Topic::CertificateSha256,
    Topic::Cookie,
];

/// The handshake of a conversation that is over: what the ends said of themselves in TLS, QUIC, SSH or RDP, whether the
/// conversation is that or changed to it.
#[derive(Debug, Clone, Copy)]
pub struct HandshakeRow<'a> {
    /// Who talked.
    pub label: &'a Label,
    /// Which side is the client.
    pub client: Side,
    /// The conversation's first packet.
    pub start: Moment,
    /// Transport ports, where the transport has them.
    pub ports: Option<[u16; 2]>,
    /// What was recognised.
    pub protocol: &'a str,
    /// What the conversation said of itself, in the order it was said.
    pub notes: &'a [KeptNote],
}

impl<'a> HandshakeRow<'a> {
    /// Whether such notes are those of a handshake.
    #[must_use]
    pub fn is_told_by(notes: &[KeptNote]) -> bool {
        notes.iter().any(|note| TELLING.contains(&note.topic))
    }

    pub(crate) fn push(&self, out: &mut Vec<u8>, found_in: &mut FoundIn) {
        let mut row = Row::begin(out);
        row.time("time", self.start.time);
        row.label(self.label, self.client);
        if let Some(ports) = self.ports {
            let [client, server] = by_role(self.client, ports);
            row.number("client_port", client.into());
            row.number("server_port", server.into());
        }
        row.text("protocol", self.protocol);
        let (client, server) = (self.client, self.client.other());
        row.maybe("server_name", self.first(client, Topic::ServerName));
        row.texts("alpn", &self.protocols_inside());
        row.maybe("version", self.agreed(Topic::Version));
        row.maybe("cipher", self.first(server, Topic::Cipher));
        row.maybe("ja4", self.first(client, Topic::Ja4));
        row.maybe("ja3", self.first(client, Topic::Ja3));
        row.maybe("ja3_server", self.first(server, Topic::Ja3Server));
        row.maybe("hassh", self.first(client, Topic::Hassh));
        row.maybe("hassh_server", self.first(server, Topic::HasshServer));
        row.maybe("client_software", self.first(client, Topic::Software));
        row.maybe("server_software", self.first(server, Topic::Software));
        row.maybe("cookie", self.first(client, Topic::Cookie));
        row.maybe("client_name", self.first(client, Topic::ClientName));
        row.maybe("protection", self.agreed(Topic::Protection));
        self.push_certificate(&mut row, "certificate", server);
        self.push_certificate(&mut row, "client_certificate", client);
        row.frames("frames", &self.frames(), found_in);
        row.close();
    }

    fn said(&self, from: Side, topic: Topic) -> impl DoubleEndedIterator<Item = &'a str> {
        let notes = self.notes.iter().filter(move |note| (note.from, note.topic) == (from, topic));
        notes.map(|note| note.text.as_str())
    }

    fn first(&self, from: Side, topic: Topic) -> Option<&'a str> {
        self.said(from, topic).next()
    }

    /// What the server chose, else what the client asked for.
    fn agreed(&self, topic: Topic) -> Option<&'a str> {
        let chosen = self.said(self.client.other(), topic).next_back();
        chosen.or_else(|| self.first(self.client, topic))
    }

    /// The protocol inside that the server chose, else those that the client offers.
    fn protocols_inside(&self) -> Vec<&'a str> {
        let chosen: Vec<_> = self.said(self.client.other(), Topic::Alpn).take(1).collect();
        if chosen.is_empty() { self.said(self.client, Topic::Alpn).collect() } else { chosen }
    }

    fn push_certificate(&self, row: &mut Row<'_>, key: &str, from: Side) {
        let Some(sha256) = self.first(from, Topic::CertificateSha256) else { return };
        let mut certificate = Row::begin(row.key(key));
        certificate.maybe("subject", self.first(from, Topic::CertificateSubject));
        certificate.maybe("issuer", self.first(from, Topic::CertificateIssuer));
        certificate.maybe("not_before", self.first(from, Topic::CertificateBegins));
        certificate.maybe("not_after", self.first(from, Topic::CertificateExpires));
        certificate.text("sha256", sha256);
        certificate.close();
    }

    /// The first and the last frame that a handshake was told by.
    fn frames(&self) -> Vec<u64> {
        let frames = || self.notes.iter().filter(|note| TELLING.contains(&note.topic)).map(|note| note.frame);
        let mut frames: Vec<u64> = frames().min().into_iter().chain(frames().max()).collect();
        frames.dedup();
        frames
    }
}
