//! Decimal digits of a number, without `core::fmt`.

/// A number as text, for chunks to borrow from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decimal {
    digits: [u8; Decimal::MAX_LEN],
    start: usize,
}

impl Decimal {
    /// The length of 4294967295.
    pub const MAX_LEN: usize = 10;

    pub fn new(mut number: u32) -> Self {
        let mut digits = [0; Self::MAX_LEN];
        let mut start = Self::MAX_LEN;
        for digit in digits.iter_mut().rev() {
            *digit = (number % 10) as u8 | b'0';
            start = start.wrapping_sub(1);
            number /= 10;
            if number == 0 {
                break;
            }
        }
        Self { digits, start }
    }

    pub fn as_bytes(&self) -> &[u8] {
        self.digits.get(self.start..).unwrap_or_default()
    }
}
