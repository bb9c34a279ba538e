//! The ids that a log makes.

use core::num::NonZeroU32;

use crate::bytes::equal;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::wire::text::EventId;

/// An id that a log has made: `<epoch in hex>-<sequence in decimal>`, at the end of `bytes`.
pub(super) struct MadeId {
    bytes: [u8; MAX_LEN],
    start: usize,
}

const MAX_LEN: usize = 8 + 1 + 10;

const BASE_10: NonZeroU32 = NonZeroU32::new(10).unwrap();
const BASE_16: NonZeroU32 = NonZeroU32::new(16).unwrap();

impl MadeId {
    pub fn new(epoch: u32, sequence: u32) -> Self {
        let mut id = Self {
            bytes: *b"........-..........",
            start: MAX_LEN,
        };
        id.prepend_number(sequence, BASE_10);
        id.prepend(b'-');
        id.prepend_number(epoch, BASE_16);
        id
    }

    /// Returns the sequence of an id, if the log has made the id with this epoch.
    pub fn sequence_of(id: EventId<'_>, epoch: u32) -> Option<u32> {
        let mut sequence = 0_u32;
        for byte in id.as_bytes() {
            sequence = match byte {
                b'-' => 0,
                // Wraps on other characters: the comparison below then fails.
                _ => (sequence.wrapping_mul(10)).wrapping_add(u32::from(byte.wrapping_sub(b'0'))),
            };
        }
        Self::new(epoch, sequence).is(id).then_some(sequence)
    }

    pub fn as_id(&self) -> EventId<'_> {
        EventId::of_field(self.bytes.part(self.start..))
    }

    fn is(&self, id: EventId<'_>) -> bool {
        equal(self.as_id().as_bytes(), id.as_bytes())
    }

    /// Puts the digits of a number before the bytes so far.
    fn prepend_number(&mut self, mut number: u32, base: NonZeroU32) {
        loop {
            if let Some(digit) = b"0123456789abcdef".get((number % base) as usize) {
                self.prepend(*digit);
            }
            number /= base;
            if number == 0 {
                return;
            }
        }
    }

    fn prepend(&mut self, byte: u8) {
        self.start = self.start.minus(1);
        if let Some(target) = self.bytes.get_mut(self.start) {
            *target = byte;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::MadeId;
    use std::format;

    /// Breaks when a digit is lost or a zero leads.
    #[test]
    fn reads_as_display_would_write_it() {
        let numbers = [
            0,
            1,
            9,
            10,
            15,
            16,
            0xff,
            0x100,
            0x0fff_ffff,
            0x1234_abcd,
            u32::MAX,
        ];
        for epoch in numbers {
            for sequence in numbers {
                let id = MadeId::new(epoch, sequence);
                assert_eq!(id.as_id(), format!("{epoch:x}-{sequence}").as_str());
            }
        }
    }
}
