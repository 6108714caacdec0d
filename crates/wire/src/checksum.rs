/// A ones' complement sum of RFC 1071 in the making. It is taken in words of 32 bits, whose carries a whole packet does
/// not use up, and in the byte order of this machine: ones' complement addition minds neither until the end.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sum(u64);

impl Sum {
    /// Adds bytes. All but the last that are added must be a multiple of four.
    #[inline]
    pub(crate) fn bytes(self, bytes: &[u8]) -> Self {
        let (words, tail) = bytes.as_chunks::<4>();
        let total: u64 = words.iter().map(|&word| u64::from(u32::from_ne_bytes(word))).sum();
        let last = match *tail {
            [a, b, c] => [a, b, c, 0],
            [a, b] => [a, b, 0, 0],
            [a] => [a, 0, 0, 0],
            _ => [0; 4],
        };
        Self(self.0 + total + u64::from(u32::from_ne_bytes(last)))
    }

    /// Adds a number as four bytes.
    #[inline]
    pub(crate) const fn word(self, word: u32) -> Self {
        Self(self.0 + word.to_be() as u64)
    }

    /// Folds it to 16 bits.
    #[inline]
    pub(crate) const fn fold(self) -> u16 {
        let total = (self.0 & 0xffff_ffff) + (self.0 >> 32);
        let total = (total & 0xffff) + ((total >> 16) & 0xffff) + (total >> 32);
        let total = (total & 0xffff) + (total >> 16);
        let total = (total & 0xffff) + (total >> 16);
        (total as u16).to_be()
    }
}

#[cfg(test)]
mod tests {
    use super::Sum;

    fn sum(bytes: &[u8]) -> u16 {
        Sum::default().bytes(bytes).fold()
    }

    /// RFC 1071, section 3: the numerical example.
    #[test]
    fn the_example_of_the_rfc_sums_to_its_value() {
        assert_eq!(sum(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]), 0xddf2);
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
            assert_eq!(u64::from(sum(part)), plain, "at length {length}");
        }
    }
}
