/// The ones' complement sum of RFC 1071 over `bytes`, folded to 16 bits, added to `start`.
///
/// Eight bytes at a time: ones' complement addition does not mind the width it is done in.
pub(crate) fn sum(start: u16, bytes: &[u8]) -> u16 {
    let mut total = u128::from(start);
    let (words, tail) = bytes.as_chunks::<8>();
    for &word in words {
        total += u128::from(u64::from_be_bytes(word));
    }
    let mut last = [0; 8];
    for (to, &from) in last.iter_mut().zip(tail) {
        *to = from;
    }
    fold(total + u128::from(u64::from_be_bytes(last)))
}

/// Folds a wide ones' complement sum to 16 bits.
const fn fold(total: u128) -> u16 {
    let total = (total & 0xffff_ffff_ffff_ffff) + (total >> 64);
    let total = (total & 0xffff_ffff) + ((total >> 32) & 0xffff_ffff) + (total >> 64);
    let total = (total & 0xffff) + ((total >> 16) & 0xffff) + (total >> 32);
    let total = (total & 0xffff) + (total >> 16);
    let total = (total & 0xffff) + (total >> 16);
    total as u16
}

#[cfg(test)]
mod tests {
    use super::sum;

    /// RFC 1071, section 3: the numerical example.
    #[test]
    fn the_example_of_the_rfc_sums_to_its_value() {
        assert_eq!(sum(0, &[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]), 0xddf2);
    }

    #[test]
    fn any_length_sums_as_the_plain_loop_does() {
        let bytes: Vec<u8> = (0..=255).cycle().take(777).map(|n: u8| n.wrapping_mul(37) ^ 0xa5).collect();
        for length in 0..bytes.len() {
            let part = &bytes[..length];
            let mut plain = 0_u64;
            for pair in part.chunks(2) {
                plain += u64::from(pair[0]) << 8 | u64::from(pair.get(1).copied().unwrap_or(0));
            }
            while plain > 0xffff {
                plain = (plain & 0xffff) + (plain >> 16);
            }
            assert_eq!(u64::from(sum(0, part)), plain, "at length {length}");
        }
    }
}
