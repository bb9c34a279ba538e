//! The ids that a log makes.

use crate::wire::text::{EventId, equal};

/// `<epoch in hex>-<sequence in decimal>`, at the end of its bytes.
pub(super) struct MadeId {
    bytes: [u8; MAX_LEN],
    start: usize,
}

const MAX_LEN: usize = 8 + 1 + 10;

impl MadeId {
    pub fn new(epoch: u32, sequence: u32) -> Self {
        let mut id = Self {
            bytes: *b"........-..........",
            start: MAX_LEN,
        };
        id.push_front(sequence, 10);
        id.start = id.start.wrapping_sub(1);
        if let Some(place) = id.bytes.get_mut(id.start) {
            *place = b'-';
        }
        id.push_front(epoch, 16);
        id
    }

    pub fn as_id(&self) -> EventId<'_> {
        EventId::of_field(self.bytes.get(self.start..).unwrap_or_default())
    }

    pub fn is(&self, id: EventId<'_>) -> bool {
        equal(self.as_id().as_bytes(), id.as_bytes())
    }

    /// Puts the digits of a number before what there is.
    fn push_front(&mut self, mut number: u32, base: u32) {
        loop {
            let digit = number.checked_rem(base).unwrap_or_default();
            number = number.checked_div(base).unwrap_or_default();
            self.start = self.start.wrapping_sub(1);
            let digits = b"0123456789abcdef";
            if let (Some(place), Some(digit)) =
                (self.bytes.get_mut(self.start), digits.get(digit as usize))
            {
                *place = *digit;
            }
            if number == 0 {
                return;
            }
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
