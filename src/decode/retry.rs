//! Reads the reconnection time, which `retry` fields set (WHATWG HTML 9.2.6).

use crate::bytes::digits::append_decimal;
use crate::wire::grammar::LinePart;

/// The reconnection time, and the `retry` field that is being read.
///
/// Numbers are arrays of bytes, so that the alignment of a decoder's fields leaves no gaps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retry {
    /// The reconnection time in milliseconds.
    time: [u8; 4],
    time_state: TimeState,
    /// The number that the digits of the current field have made so far.
    digits: [u8; 4],
    digits_state: DigitsState,
}

impl Retry {
    pub const fn new() -> Self {
        Self {
            time: [0; 4],
            time_state: TimeState::Unset,
            digits: [0; 4],
            digits_state: DigitsState::Empty,
        }
    }

    /// Reads a piece of the field's value. The end of the line sets the time.
    ///
    /// A value that is empty, or holds another byte than ASCII digits, is ignored. A value past `u32` saturates.
    pub fn take(&mut self, value: &[u8], part: LinePart) {
        if part.starts {
            self.digits = [0; 4];
            self.digits_state = DigitsState::Empty;
        }
        for byte in value {
            let number = append_decimal(u32::from_ne_bytes(self.digits), *byte);
            if number.is_none() {
                self.digits_state = DigitsState::Illegal;
            } else if self.digits_state == DigitsState::Empty {
                self.digits_state = DigitsState::Legal;
            }
            self.digits = number.unwrap_or_default().to_ne_bytes();
        }
        if part.ends && self.digits_state == DigitsState::Legal {
            self.time = self.digits;
            self.time_state = TimeState::New;
        }
    }

    /// Returns the reconnection time, if a field has set it.
    pub fn time(&self) -> Option<u32> {
        (self.time_state != TimeState::Unset).then_some(u32::from_ne_bytes(self.time))
    }

    /// Returns the reconnection time, if a field has set it since the last call.
    pub fn take_new(&mut self) -> Option<u32> {
        if self.time_state != TimeState::New {
            return None;
        }
        self.time_state = TimeState::Known;
        self.time()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TimeState {
    Unset,
    /// Set since the last call of `take_new`.
    New,
    Known,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DigitsState {
    Empty,
    Legal,
    Illegal,
}
