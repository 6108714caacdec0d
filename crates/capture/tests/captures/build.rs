//! Captures put together field by field, apart from the crate's own writers.

use std::io::Write;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

impl Order {
    pub(crate) fn u16(self, value: u16) -> [u8; 2] {
        if self == Self::Big { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    pub(crate) fn u32(self, value: u32) -> [u8; 4] {
        if self == Self::Big { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    pub(crate) fn u64(self, value: u64) -> [u8; 8] {
        if self == Self::Big { value.to_be_bytes() } else { value.to_le_bytes() }
    }
}

pub(crate) const MICROSECONDS: u32 = 0xA1B2_C3D4;
pub(crate) const NANOSECONDS: u32 = 0xA1B2_3C4D;
pub(crate) const MODIFIED: u32 = 0xA1B2_CD34;

pub(crate) fn pcap_header(order: Order, magic: u32, version: (u16, u16), network: u32) -> Vec<u8> {
    let mut bytes = order.u32(magic).to_vec();
    bytes.extend(order.u16(version.0));
    bytes.extend(order.u16(version.1));
    bytes.extend([0; 8]);
    bytes.extend(order.u32(65_535));
    bytes.extend(order.u32(network));
    bytes
}

pub(crate) fn pcap_record(order: Order, seconds: u32, fraction: u32, bytes: &[u8], original: u32) -> Vec<u8> {
    let mut record = Vec::new();
    for field in [seconds, fraction, bytes.len() as u32, original] {
        record.extend(order.u32(field));
    }
    record.extend(bytes);
    record
}

/// A little-endian microsecond Ethernet capture: packet `n` of `count` is `n` bytes long, at second `n`.
pub(crate) fn some_pcap(count: u32) -> Vec<u8> {
    let mut bytes = pcap_header(Order::Little, MICROSECONDS, (2, 4), 1);
    for n in 1..=count {
        bytes.extend(pcap_record(Order::Little, n, n, &vec![n as u8; n as usize], n));
    }
    bytes
}

pub(crate) fn block(order: Order, kind: u32, body: &[u8]) -> Vec<u8> {
    let padded = body.len().next_multiple_of(4);
    let length = order.u32(padded as u32 + 12);
    let mut bytes = order.u32(kind).to_vec();
    bytes.extend(length);
    bytes.extend(body);
    bytes.resize(8 + padded, 0);
    bytes.extend(length);
    bytes
}

pub(crate) fn section(order: Order, version: (u16, u16), options: &[u8]) -> Vec<u8> {
    let mut body = order.u32(0x1A2B_3C4D).to_vec();
    body.extend(order.u16(version.0));
    body.extend(order.u16(version.1));
    body.extend(order.u64(u64::MAX));
    body.extend(options);
    block(order, 0x0A0D_0D0A, &body)
}

pub(crate) fn option(order: Order, code: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = order.u16(code).to_vec();
    bytes.extend(order.u16(value.len() as u16));
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

pub(crate) fn interface(order: Order, link: u16, snaplen: u32, options: &[u8]) -> Vec<u8> {
    let mut body = order.u16(link).to_vec();
    body.extend([0; 2]);
    body.extend(order.u32(snaplen));
    body.extend(options);
    block(order, 1, &body)
}

/// An enhanced packet block, with a claimed captured length of its own.
pub(crate) fn enhanced_claiming(
    order: Order,
    interface: u32,
    ticks: u64,
    bytes: &[u8],
    captured: u32,
) -> Vec<u8> {
    let mut body = Vec::new();
    for field in [interface, (ticks >> 32) as u32, ticks as u32, captured, captured] {
        body.extend(order.u32(field));
    }
    body.extend(bytes);
    block(order, 6, &body)
}

pub(crate) fn enhanced(order: Order, interface: u32, ticks: u64, bytes: &[u8]) -> Vec<u8> {
    enhanced_claiming(order, interface, ticks, bytes, bytes.len() as u32)
}

pub(crate) fn simple(order: Order, bytes: &[u8], original: u32) -> Vec<u8> {
    let mut body = order.u32(original).to_vec();
    body.extend(bytes);
    block(order, 3, &body)
}

/// The obsolete packet block.
pub(crate) fn obsolete(order: Order, interface: u16, drops: u16, ticks: u64, bytes: &[u8]) -> Vec<u8> {
    let mut body = order.u16(interface).to_vec();
    body.extend(order.u16(drops));
    for field in [(ticks >> 32) as u32, ticks as u32, bytes.len() as u32, bytes.len() as u32] {
        body.extend(order.u32(field));
    }
    body.extend(bytes);
    block(order, 2, &body)
}

/// One section, one Ethernet interface, microseconds: packet `n` of `count` is `n` bytes long, at second `n`.
pub(crate) fn some_pcapng(order: Order, count: u32) -> Vec<u8> {
    let mut bytes = section(order, (1, 0), &[]);
    bytes.extend(interface(order, 1, 0, &[]));
    for n in 1..=count {
        bytes.extend(enhanced(order, 0, u64::from(n) * 1_000_000, &vec![n as u8; n as usize]));
    }
    bytes
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// Bytes that do not compress, the same every time.
pub(crate) fn noise(count: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..count).map(|_| next()).collect()
}
