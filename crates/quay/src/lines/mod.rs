//! What is said in protocols that no controller serves: the bytes of their messages, for honest life and scenarios alike.
//! Pure functions; who says them, to whom and when, is elsewhere.

pub mod antisway;
pub mod ber;
pub mod cargo;
pub mod dcp;
pub mod dhcp;
pub mod dns;
pub mod enip;
pub mod http;
pub mod icmp;
pub mod ipv6;
pub mod kerberos;
pub mod ldap;
pub mod lldp;
pub mod modbus;
pub mod mqtt;
pub mod nbns;
pub mod ntp;
pub mod profinet;
pub mod rdp;
pub mod rows;
pub mod rtp;
pub mod rtsp;
pub mod shares;
pub mod smb;
pub mod snmp;
pub mod stp;
pub mod syslog;
pub mod tds;
pub mod tftp;
pub mod tls;
pub mod vnc;
pub mod web;
pub mod wireguard;

/// A text in UTF-16, the low byte first, as Windows has it.
#[must_use]
pub fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// So many bytes that mean nothing, the same for the same seed (SplitMix64).
#[must_use]
pub fn noise(seed: u64, count: usize) -> Vec<u8> {
    let words = (1..=count.div_ceil(8) as u64).flat_map(|index| {
        let mut word = seed.wrapping_add(index.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (word ^ (word >> 31)).to_le_bytes()
    });
    words.take(count).collect()
}
