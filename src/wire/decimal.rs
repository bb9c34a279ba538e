//! Numbers in decimal digits, without `core::fmt` and without a buffer.

use super::exact::Exact;

/// Gives the digits of a number one by one, each as a slice of a constant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decimal {
    number: u32,
    /// The power of ten of the next digit; 0 behind the last one.
    power: u32,
}

/// The length of 4294967295.
pub(crate) const MAX_LEN: usize = 10;

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

/// The number that these digits mean, if they are digits. One of more than 32 bits counts as the largest.
#[cfg(feature = "http")]
pub(crate) fn parse(digits: &[u8]) -> Option<u32> {
    let mut number = if digits.is_empty() { None } else { Some(0_u32) };
    for byte in digits {
        // Bytes below `0` wrap to more than 9, which is no digit.
        let digit = byte.wrapping_sub(b'0');
        number = match number?.saturating_mul(10).saturating_add(u32::from(digit)) {
            sum if digit < 10 => Some(sum),
            _ => None,
        };
    }
    number
}

#[cfg(test)]
mod tests {
    use super::{Decimal, MAX_LEN};
    use std::string::ToString;
    use std::vec::Vec;

    /// Breaks when a digit is lost, doubled or out of order, at either end of a power of ten too.
    #[test]
    fn digits_are_those_of_display() {
        let powers = (0..10).map(|n| 10_u32.pow(n));
        let near = powers.flat_map(|power| [power - 1, power, power + 1, power.wrapping_mul(7)]);
        for number in near.chain([u32::MAX, u32::MAX - 1, 3000, 1_001_000]) {
            let digits: Vec<u8> = Decimal::new(number).flatten().copied().collect();
            assert_eq!(digits, number.to_string().as_bytes());
        }
        assert_eq!(Decimal::new(u32::MAX).count(), MAX_LEN);
        assert_eq!(Decimal::NONE.count(), 0);
    }

    /// Breaks when a number is read wrong, or something else is taken for one.
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
            assert_eq!(super::parse(digits), number);
        }
    }
}
