//! The lists of algorithms in a key exchange, and HASSH (Salesforce, BSD-3-Clause), which is made of them.

use crate::tls::fingerprint::md5;
use quaywatch_wire::{ReadError, Reader};

/// The longest list that is kept, in bytes. Real ones have a few hundred.
const MAX_LIST_BYTES: usize = 4096;

/// What one side offers in SSH_MSG_KEXINIT (RFC 4253, section 7.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) key_exchange: String,
    pub(super) host_key: String,
    /// Ciphers, MACs and compression, to the server and to the client.
    pub(super) cipher: [String; 2],
    pub(super) mac: [String; 2],
    pub(super) compression: [String; 2],
}

impl Offer {
    /// Reads the message after its number.
    pub(super) fn decode(body: &[u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(body);
        reader.skip(16, "cookie")?;
        let mut list = || {
            let length = reader.u32_be("name list")? as usize;
            let bytes = reader.take(length, "name list")?;
            let kept = bytes.get(..length.min(MAX_LIST_BYTES)).unwrap_or_default();
            Ok(String::from_utf8_lossy(kept).into_owned())
        };
        Ok(Self {
            key_exchange: list()?,
            host_key: list()?,
            cipher: [list()?, list()?],
            mac: [list()?, list()?],
            compression: [list()?, list()?],
        })
    }

    /// The fingerprint of a client (direction 0) or of a server (direction 1).
    pub(super) fn hassh(&self, direction: usize) -> String {
        let of = |lists: &[String; 2]| lists.get(direction).cloned().unwrap_or_default();
        md5(&[self.key_exchange.clone(), of(&self.cipher), of(&self.mac), of(&self.compression)].join(";"))
    }
}

/// What client and server agree on: the first of the client's that the server has too (RFC 4253, section 7.1).
pub(super) fn agreed<'a>(client: &'a str, server: &str) -> Option<&'a str> {
    client.split(',').find(|name| server.split(',').any(|offered| offered == *name))
}

/// The same in both directions, as Zeek writes it where they differ.
pub(super) fn agreed_both(client: &[String; 2], server: &[String; 2]) -> Option<String> {
    let [to_server, to_client] = client;
    let [server_in, server_out] = server;
    let (to_server, to_client) = (agreed(to_server, server_in)?, agreed(to_client, server_out)?);
    Some(if to_server == to_client {
        to_server.to_owned()
    } else {
        format!("To server: {to_server}, to client: {to_client}")
    })
}

#[cfg(test)]
mod tests {
    use super::agreed;

    #[test]
    fn the_clients_order_decides() {
        assert_eq!(agreed("a,b,c", "c,b"), Some("b"));
        assert_eq!(agreed("a", "b"), None);
    }
}
