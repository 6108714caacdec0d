//! The keys of Initial packets, which anybody who sees them can derive (RFC 9001, section 5.2; RFC 9369, section 3.3).
//!
//! Only the key stream is made; the tag is not checked, because nothing is believed that does not read as frames.

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use hkdf::Hkdf;
use sha2::Sha256;

const BLOCK_BYTES: usize = 16;
/// The tag at the end of a protected payload, in bytes.
const TAG_BYTES: usize = 16;
const SALT_V1: [u8; 20] = [
    0x38, 0x76, 0x2C, 0xF7, 0xF5, 0x59, 0x34, 0xB3, 0x4D, 0x17, 0x9A, 0xE6, 0xA4, 0xC8, 0x0C, 0xAD, 0xCC,
    0xBB, 0x7F, 0x0A,
];
const SALT_V2: [u8; 20] = [
    0x0D, 0xED, 0xE3, 0xDE, 0xF7, 0x00, 0xA6, 0xDB, 0x81, 0x93, 0x81, 0xBE, 0x6E, 0x26, 0x9D, 0xCB, 0xF9,
    0xBD, 0x2E, 0xD9,
];
/// Drafts 29 to 32.
const SALT_DRAFT: [u8; 20] = [
    0xAF, 0xBF, 0xEC, 0x28, 0x99, 0x93, 0xD2, 0x4C, 0x9E, 0x97, 0x86, 0xF1, 0x9C, 0x61, 0x11, 0xE0, 0x43,
    0x90, 0xA8, 0x99,
];

/// A version of QUIC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version(pub(super) u32);

impl Version {
    pub(super) const V1: Self = Self(1);
    pub(super) const V2: Self = Self(0x6B33_43CF);

    /// Whether its Initial packets can be read.
    pub(super) const fn is_known(self) -> bool {
        matches!(self, Self::V1 | Self::V2) || self.is_draft()
    }

    const fn is_draft(self) -> bool {
        0xFF00_001D <= self.0 && self.0 <= 0xFF00_0020
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::V1 => "QUICv1",
            Self::V2 => "QUICv2",
            _ => "QUIC draft",
        }
    }

    /// As Zeek's logs have it.
    pub(super) const fn zeek_name(self) -> &'static str {
        match self {
            Self::V1 => "1",
            Self::V2 => "quicv2",
            Self(0xFF00_001D) => "draft-29",
            Self(0xFF00_001E) => "draft-30",
            Self(0xFF00_001F) => "draft-31",
            Self(_) => "draft-32",
        }
    }

    const fn salt(self) -> &'static [u8] {
        match self {
            Self::V1 => &SALT_V1,
            Self::V2 => &SALT_V2,
            _ => &SALT_DRAFT,
        }
    }

    const fn label(self, name: Name) -> &'static [u8] {
        match (name, matches!(self, Self::V2)) {
            (Name::Key, false) => b"tls13 quic key",
            (Name::Iv, false) => b"tls13 quic iv",
            (Name::Header, false) => b"tls13 quic hp",
            (Name::Key, true) => b"tls13 quicv2 key",
            (Name::Iv, true) => b"tls13 quicv2 iv",
            (Name::Header, true) => b"tls13 quicv2 hp",
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Name {
    Key,
    Iv,
    Header,
}

/// The keys of one direction.
#[derive(Debug)]
pub(super) struct Keys {
    packet: Aes128,
    header: Aes128,
    iv: [u8; 12],
}

impl Keys {
    /// The keys of the client, or of the server, for the connection id that the client chose.
    pub(super) fn derive(version: Version, connection_id: &[u8], of_client: bool) -> Option<Self> {
        let initial = Hkdf::<Sha256>::new(Some(version.salt()), connection_id);
        let label: &[u8] = if of_client { b"tls13 client in" } else { b"tls13 server in" };
        let secret: [u8; 32] = expand(&initial, label)?;
        let secret = Hkdf::<Sha256>::from_prk(&secret).ok()?;
        let key: [u8; 16] = expand(&secret, version.label(Name::Key))?;
        let header: [u8; 16] = expand(&secret, version.label(Name::Header))?;
        let iv = expand(&secret, version.label(Name::Iv))?;
        Some(Self { packet: Aes128::new(&key.into()), header: Aes128::new(&header.into()), iv })
    }

    /// Takes protection off a packet whose number begins at `number_at`; gives its frames.
    pub(super) fn open(&self, packet: &[u8], number_at: usize) -> Option<Vec<u8>> {
        let sample: [u8; BLOCK_BYTES] = *packet.get(number_at + 4..)?.first_chunk()?;
        let mut mask = sample.into();
        self.header.encrypt_block(&mut mask);
        let (&mask_first, mask_number) = mask.split_first()?;
        let number_bytes = usize::from((packet.first()? ^ mask_first) & 0x03) + 1;
        let mut number = 0_u64;
        for (byte, mask) in packet.get(number_at..)?.iter().zip(mask_number).take(number_bytes) {
            number = number << 8 | u64::from(byte ^ mask);
        }
        let end = packet.len().checked_sub(TAG_BYTES)?;
        let mut frames = packet.get(number_at + number_bytes..end)?.to_vec();
        let mut counter = [0_u8; BLOCK_BYTES];
        let number = [[0; 4].as_slice(), &number.to_be_bytes()].concat();
        for (place, (iv, number)) in counter.iter_mut().zip(self.iv.iter().zip(&number)) {
            *place = iv ^ number;
        }
        // Block 1 masks the tag; the payload begins with block 2 (NIST SP 800-38D).
        for (block, piece) in (2_u32..).zip(frames.chunks_mut(BLOCK_BYTES)) {
            let tail = counter.last_chunk_mut::<4>()?;
            *tail = block.to_be_bytes();
            let mut stream = counter.into();
            self.packet.encrypt_block(&mut stream);
            piece.iter_mut().zip(stream).for_each(|(byte, key)| *byte ^= key);
        }
        Some(frames)
    }
}

/// HKDF-Expand-Label with an empty context (RFC 8446, section 7.1).
fn expand<const N: usize>(secret: &Hkdf<Sha256>, label: &[u8]) -> Option<[u8; N]> {
    let mut out = [0; N];
    let info = [&(N as u16).to_be_bytes()[..], &[label.len() as u8], label, &[0]].concat();
    secret.expand(&info, &mut out).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{Keys, Name, Version, expand};
    use hkdf::Hkdf;
    use sha2::Sha256;

    /// RFC 9001, appendix A.1.
    #[test]
    fn keys_are_those_of_the_standard() {
        let id = [0x83, 0x94, 0xC8, 0xF0, 0x3E, 0x51, 0x57, 0x08];
        let initial = Hkdf::<Sha256>::new(Some(Version::V1.salt()), &id);
        let secret: [u8; 32] = expand(&initial, b"tls13 client in").unwrap();
        let secret = Hkdf::<Sha256>::from_prk(&secret).unwrap();
        let key: [u8; 16] = expand(&secret, Version::V1.label(Name::Key)).unwrap();
        assert_eq!(key, 0x1F36_9613_DD76_D546_7730_EFCB_E3B1_A22D_u128.to_be_bytes());
        let keys = Keys::derive(Version::V1, &id, true).unwrap();
        assert_eq!(keys.iv, [0xFA, 0x04, 0x4B, 0x2F, 0x42, 0xA3, 0xFD, 0x3B, 0x46, 0xFB, 0x25, 0x5C]);
    }
}
