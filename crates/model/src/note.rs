use crate::{Side, Value};

/// Something a conversation says of itself: by which name the server was asked for, which user logged in, how it is
/// protected. Kept with the conversation and judged when it is over.
#[derive(Clone, Copy)]
pub struct Note<'a> {
    /// Who said it.
    pub from: Side,
    /// What kind of thing.
    pub topic: Topic,
    /// What. Of the peer's making: escape it. A secret is [`Value::Secret`].
    pub value: Value<'a>,
}

/// What kind of thing a [`Note`] tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Topic {
    /// The name the client asks the server for: SNI, HTTP Host, RDP cookie's host.
    ServerName,
    /// The version of the protocol: `TLSv12`, `SSH-2.0`, `SMB 3.1.1`.
    Version,
    /// The cipher that was agreed on.
    Cipher,
    /// The protocol inside, as agreed on: ALPN.
    Alpn,
    /// The client's JA4 fingerprint (FoxIO, BSD-3-Clause part).
    Ja4,
    /// The client's JA3 fingerprint.
    Ja3,
    /// The server's JA3S fingerprint.
    Ja3Server,
    /// The client's HASSH fingerprint.
    Hassh,
    /// The server's HASSH fingerprint.
    HasshServer,
    /// Whom the server's certificate is for.
    CertificateSubject,
    /// Who signed it.
    CertificateIssuer,
    /// Its SHA-256.
    CertificateSha256,
    /// Since when it holds, RFC 3339.
    CertificateBegins,
    /// Until when it holds, RFC 3339.
    CertificateExpires,
    /// The software that speaks: a banner, a user agent.
    Software,
    /// Whom the client of a remote desktop asks for, in the cookie of its request: a user, or where to be sent.
    Cookie,
    /// Who logs in.
    User,
    /// A password or another secret was sent in clear; the value is [`Value::Secret`] or says which kind.
    ClearSecret,
    /// The secret that was sent in clear is one every attacker tries first; the value names which list.
    DefaultSecret,
    /// How the client shows who it is: `none`, `basic`, `password`, `public_key`, `ntlm`, `anonymous`.
    Authentication,
    /// What became of it: `accepted`, `refused`.
    Login,
    /// How content is protected: `none`, `signed`, `encrypted`.
    Protection,
    /// A network share.
    Share,
    /// A file.
    File,
    /// A database.
    Database,
    /// The name of a desktop or of a remote session.
    Desktop,
    /// The name the client's machine gives itself.
    ClientName,
    /// A topic or channel data is published to.
    Channel,
    /// What is asked for: a path, a method.
    Request,
    /// Which remote-service product this is, where the protocol alone does not tell.
    Service,
    /// What the client asks for beside the screen: drives, clipboard, ports (RDP channels, SSH forwardings).
    Forwarding,
}

impl Topic {
    /// The word used in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ServerName => "server_name",
            Self::Version => "version",
            Self::Cipher => "cipher",
            Self::Alpn => "alpn",
            Self::Ja4 => "ja4",
            Self::Ja3 => "ja3",
            Self::Ja3Server => "ja3_server",
            Self::Hassh => "hassh",
            Self::HasshServer => "hassh_server",
            Self::CertificateSubject => "certificate_subject",
            Self::CertificateIssuer => "certificate_issuer",
            Self::CertificateSha256 => "certificate_sha256",
            Self::CertificateBegins => "certificate_begins",
            Self::CertificateExpires => "certificate_expires",
            Self::Software => "software",
            Self::Cookie => "cookie",
            Self::User => "user",
            Self::ClearSecret => "clear_secret",
            Self::DefaultSecret => "default_secret",
            Self::Authentication => "authentication",
            Self::Login => "login",
            Self::Protection => "protection",
            Self::Share => "share",
            Self::File => "file",
            Self::Database => "database",
            Self::Desktop => "desktop",
            Self::ClientName => "client_name",
            Self::Channel => "channel",
            Self::Request => "request",
            Self::Service => "service",
            Self::Forwarding => "forwarding",
        }
    }
}
