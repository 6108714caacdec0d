/// A ones' complement sum of RFC 1071 in the making. It is taken in words of 64 bits and in the byte order of this
/// machine: ones' complement addition minds neither until the end (RFC 1071, section 2).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sum(u64);

impl Sum {
    /// Adds bytes. All but the last that are added must be a multiple of four.
    #[inline]
    pub(crate) fn bytes(self, bytes: &[u8]) -> Self {
        let (words, tail) = bytes.as_chunks::<8>();
        let sum = words.iter().fold(self, |sum, &word| sum.add(u64::from_ne_bytes(word)));
        let (half, tail) = match tail.split_first_chunk::<4>() {
            Some((half, tail)) => (u32::from_ne_bytes(*half), tail),
            None => (0, tail),
        };
        let last = match *tail {
            [a, b, c] => [a, b, c, 0],
            [a, b] => [a, b, 0, 0],
            [a] => [a, 0, 0, 0],
            _ => [0; 4],
        };
        sum.add(u64::from(half) + u64::from(u32::from_ne_bytes(last)))
    }

    /// Adds the sixteen bytes of an address. The twelve that IPv4 addresses have in common add up to nothing.
    #[inline]
    pub(crate) const fn address(self, bytes: &[u8; 16]) -> Self {
        let both = u128::from_ne_bytes(*bytes);
        self.add(both as u64).add((both >> 64) as u64)
    }

    /// Adds a number as four bytes.
    #[inline]
    pub(crate) const fn word(self, word: u32) -> Self {
        self.add(word.to_be() as u64)
    }

    /// What does not fit comes round to the other end.
    #[inline]
    const fn add(self, more: u64) -> Self {
        let (total, carried) = self.0.overflowing_add(more);
        Self(total + carried as u64)
    }

    /// Folds it to 16 bits.
    #[inline]
    pub(crate) const fn fold(self) -> u16 {
        let total = (self.0 & 0xffff_ffff) + (self.0 >> 32);
        let total = (total & 0xffff) + (total >> 16);
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
