//! Numbers in decimal and hexadecimal digits, without `core::fmt` and without a buffer.

use super::exact::Exact;

/// The digits of a number in decimal, each as a slice of a constant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decimal {
    number: u32,
    /// The power of ten of the next digit; 0 after the last one.
    power: u32,
}

/// How many digits the longest `Decimal` has: that of `u32::MAX`, 4294967295.
pub(crate) const MAX_DECIMAL_LEN: usize = 10;

impl Decimal {
    /// No digits.
    pub const NONE: Self = Self {
        number: 0,
        power: 0,
    };

    pub fn new(number: u32) -> Self {
        let mut power = 1;
        while let Some(10..) = number.checked_div(power) {
            power = power.times(10);
        }
        Self { number, power }
    }
}

impl Iterator for Decimal {
    type Item = &'static [u8];

    fn next(&mut self) -> Option<Self::Item> {
        let digit = self.number.checked_div(self.power)? % 10;
        self.power /= 10;
        b"0123456789".get(digit as usize..)?.get(..1)
    }
}

/// Returns `number` with one more decimal digit, or `u32::MAX` if that is larger. Returns `None` if `byte` is no digit.
#[inline(always)] // It is in two callers, a loop each.
pub(crate) fn append_decimal(number: u32, byte: u8) -> Option<u32> {
    // Bytes below `b'0'` wrap to 208 and more, so one comparison excludes all that are no digits.
    let digit = byte.wrapping_sub(b'0');
    // A number of a peer may have any length, so it saturates.
    let appended = number.saturating_mul(10).saturating_add(u32::from(digit));
    (digit < 10).then_some(appended)
}

/// Reads a decimal number. Returns `u32::MAX` if it is larger, and `None` if there is no digit, or another byte.
pub(crate) fn parse_decimal(digits: &[u8]) -> Option<u32> {
    let mut number = if digits.is_empty() { None } else { Some(0) };
    for byte in digits {
        number = append_decimal(number?, *byte);
    }
    number
}

/// Returns the value of a hexadecimal digit, in lower or upper case.
#[cfg(feature = "http")]
pub(crate) fn hex_value(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(16)
}

/// The case of hexadecimal digits above 9.
#[cfg(feature = "http")]
#[derive(Clone, Copy, Debug)]
pub(crate) enum HexCase {
    Lower,
    Upper,
}

/// Returns the hexadecimal digit of a value below 16.
#[cfg(feature = "http")]
pub(crate) fn hex_digit(value: u8, case: HexCase) -> u8 {
    let zero = match case {
        _ if value < 10 => b'0',
        HexCase::Lower => b'a'.minus(10),
        HexCase::Upper => b'A'.minus(10),
    };
    zero.plus(value)
}

#[cfg(test)]
mod tests {
    use super::{Decimal, MAX_DECIMAL_LEN};
    use std::string::ToString;
    use std::vec::Vec;

    /// Breaks when a digit is lost, doubled or out of order, also next to a power of ten.
    #[test]
    fn digits_are_those_of_display() {
        let powers = (0..10).map(|n| 10_u32.pow(n));
        let near = powers.flat_map(|power| [power - 1, power, power + 1, power.wrapping_mul(7)]);
        for number in near.chain([u32::MAX, u32::MAX - 1, 3000, 1_001_000]) {
            let digits: Vec<u8> = Decimal::new(number).flatten().copied().collect();
            assert_eq!(digits, number.to_string().as_bytes());
        }
        assert_eq!(Decimal::new(u32::MAX).count(), MAX_DECIMAL_LEN);
        assert_eq!(Decimal::NONE.count(), 0);
    }

    /// Breaks when a number is read wrong, or a text that is no number is accepted.
    #[cfg(feature = "http")]
    #[test]
    fn numbers_are_read() {
        let cases: [(&[u8], Option<u32>); 10] = [
            (b"0", Some(0)),
            (b"007", Some(7)),
            (b"4294967295", Some(u32::MAX)),
            (b"4294967296", Some(u32::MAX)),
            (b"42949672950", Some(u32::MAX)),
            (b"", None),
            (b"-1", None),
            (b"1 ", None),
            (b"1:", None),
            (b"/1", None),
        ];
        for (digits, number) in cases {
            assert_eq!(super::parse_decimal(digits), number);
        }
    }
}
