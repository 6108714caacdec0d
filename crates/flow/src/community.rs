use crate::Key;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quaywatch_model::Address;
use quaywatch_wire::protocol;
use sha1::{Digest, Sha1};

impl Key {
    /// The Community ID, version 1, with seed 0 (<https://github.com/corelight/community-id-spec>): the same name
    /// for a flow in every tool that knows it. `None` for Ethernet, which the specification does not cover.
    ///
    /// `swapped`: for one-way ICMP, whether side B sent it; everything else is put in order by the specification.
    #[must_use]
    pub fn community_id(&self, swapped: bool) -> Option<String> {
        let [a, b] = &self.addresses;
        a.ip()?;
        let [port_a, port_b] = self.ports;
        let (source, destination, ports) = if self.is_one_way_icmp() && swapped {
            (b, a, [port_b, port_a])
        } else {
            (a, b, [port_a, port_b])
        };
        let mut hash = Sha1::new();
        hash.update([0, 0]);
        for address in [source, destination] {
            match address.ipv4() {
                Some(v4) => hash.update(v4.octets()),
                None => hash.update(address.bytes()),
            }
        }
        hash.update([self.protocol, 0]);
        if has_ports(self.protocol) {
            ports.iter().for_each(|port| hash.update(port.to_be_bytes()));
        }
        Some(format!("1:{}", STANDARD.encode(hash.finalize())))
    }

    /// A name for one conversation of this key, the same in every run over the same capture: `C` and 17 digits
    /// and letters, from the key and the frame the conversation began with.
    #[must_use]
    pub fn uid(&self, first_frame: u64) -> String {
        /// What ten digits can say.
        const TEN_DIGITS: u128 = 62_u128.pow(10);
        const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let mut hash = Sha1::new();
        self.addresses.iter().map(Address::bytes).for_each(|bytes| hash.update(bytes));
        self.ports.iter().for_each(|port| hash.update(port.to_be_bytes()));
        hash.update([self.protocol]);
        hash.update(self.ethertype.to_be_bytes());
        hash.update(self.vlan.to_be_bytes());
        hash.update(self.tunnel.to_be_bytes());
        hash.update(first_frame.to_be_bytes());
        let digest: [u8; 20] = hash.finalize().into();
        let head = digest.first_chunk::<16>().map_or(0, |head| u128::from_be_bytes(*head));
        let mut uid = String::with_capacity(18);
        uid.push('C');
        // Ten digits at a time: dividing 128 bits for each takes as long as the hash.
        let (first, others) = ((head % TEN_DIGITS) as u64, (head / TEN_DIGITS % TEN_DIGITS) as u64);
        for (mut left, count) in [(first, 10), (others, 7)] {
            for _ in 0..count {
                uid.push(DIGITS.get((left % 62) as usize).copied().unwrap_or(b'0').into());
                left /= 62;
            }
        }
        uid
    }
}

const fn has_ports(number: u8) -> bool {
    matches!(number, protocol::TCP | protocol::UDP | protocol::SCTP | protocol::ICMP | protocol::ICMPV6)
}

#[cfg(test)]
mod tests {
    use crate::Key;
    use quaywatch_model::Address;

    fn id(from: [u8; 4], to: [u8; 4], ports: [u16; 2], protocol: u8) -> Option<String> {
        let addresses = [Address::v4(from), Address::v4(to)];
        Key { addresses, ports, protocol, ethertype: 0, vlan: 0, tunnel: 0 }.community_id(false)
    }

    /// The baseline of the specification's reference implementation.
    #[test]
    fn ids_equal_those_of_the_reference_implementation() {
        let (a, b) = ([66, 35, 250, 204], [128, 232, 110, 120]);
        assert_eq!(id(a, b, [80, 34855], 6).as_deref(), Some("1:LQU9qZlK+B5F3KDmev6m5PMibrg="));
        let (a, b) = ([8, 8, 8, 8], [192, 168, 1, 52]);
        assert_eq!(id(a, b, [53, 54585], 17).as_deref(), Some("1:d/FP5EW3wiY1vCndhwleRRKHowQ="));
        let (a, b) = ([192, 168, 0, 1], [192, 168, 0, 89]);
        assert_eq!(id(a, b, [0, 8], 1).as_deref(), Some("1:X0snYXpgwiv9TZtqg64sgzUn6Dk="));
    }
}
