//! The messages of the handshake, and how long each is. RFC 6143, section 7.

use quaywatch_wire::Reader;

/// `RFB xxx.yyy\n`.
pub(super) const VERSION_BYTES: usize = 12;

/// Whose message is awaited, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Stage {
    #[default]
    ServerVersion,
    ClientVersion,
    /// Version 3.3: the server alone decides.
    Dictated,
    Types,
    Choice,
    Challenge,
    Response,
    AppleKeys,
    AppleCredentials,
    TightTunnels,
    TightTunnel,
    TightTypes,
    TightType,
    VencryptServer,
    VencryptClient,
    VencryptTypes,
    VencryptType,
    Plain,
    Result,
    Reason,
    ClientInit,
    ServerInit,
    /// Pictures and input.
    Session,
    Encrypted,
    /// Nothing more is read.
    Over,
}

impl Stage {
    pub(super) const fn of_server(self) -> bool {
        !matches!(
            self,
            Self::ClientVersion
                | Self::Choice
                | Self::Response
                | Self::AppleCredentials
                | Self::TightTunnel
                | Self::TightType
                | Self::VencryptClient
                | Self::VencryptType
                | Self::Plain
                | Self::ClientInit
        )
    }

    pub(super) const fn is_handshake(self) -> bool {
        !matches!(self, Self::Session | Self::Encrypted | Self::Over)
    }

    /// How long the message is, once that can be told.
    pub(super) fn length(self, held: &[u8]) -> Option<usize> {
        let mut reader = Reader::new(held);
        let mut list = |item: usize| {
            let count = reader.u32_be("number of items").ok()?;
            usize::try_from(count).ok()?.checked_mul(item)?.checked_add(4)
        };
        Some(match self {
            Self::ServerVersion | Self::ClientVersion => VERSION_BYTES,
            Self::Dictated | Self::Result => 4,
            Self::TightTunnel | Self::TightType | Self::VencryptType => 4,
            Self::Choice | Self::ClientInit => 1,
            Self::Challenge | Self::Response => 16,
            Self::VencryptServer | Self::VencryptClient => 2,
            Self::Types => 1 + usize::from(*held.first()?),
            Self::Reason => list(1)?,
            Self::TightTunnels | Self::TightTypes => list(16)?,
            // An acknowledgement, a number, so many subtypes.
            Self::VencryptTypes => 2 + 4 * usize::from(*held.get(1)?),
            // Generator, length of keys, prime, public key.
            Self::AppleKeys => 4 + 2 * apple_key_bytes(held)?,
            // Encrypted name and password; the client's key is of the length the server said, which is 128 in practice.
            Self::AppleCredentials => 128 + 128,
            Self::Plain => {
                let (name, password) =
                    (reader.u32_be("name length").ok()?, reader.u32_be("password length").ok()?);
                usize::try_from(u64::from(name) + u64::from(password) + 8).ok()?
            }
            Self::ServerInit => {
                reader.skip(20, "size and pixel format").ok()?;
                usize::try_from(reader.u32_be("name length").ok()?).ok()?.checked_add(24)?
            }
            Self::Session | Self::Encrypted | Self::Over => return None,
        })
    }
}

/// The length of the keys that the server's message for Apple's security says.
fn apple_key_bytes(held: &[u8]) -> Option<usize> {
    let mut reader = Reader::new(held);
    reader.skip(2, "generator").ok()?;
    Some(reader.u16_be("key length").ok()?.into())
}
