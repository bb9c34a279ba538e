//! The `retry` field: the reconnection time (WHATWG HTML 9.2.6).

use crate::bytes::digits::append_decimal;
use crate::wire::grammar::LinePart;

/// Reads the digits of a `retry` field as they come and remembers the last legal value.
///
/// Numbers are kept as bytes, so that the state packs without gaps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retry {
    /// Milliseconds.
    time: [u8; 4],
    time_state: TimeState,
    /// The value of the field under way.
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

    /// Reads a piece of the field's value. The time is set as soon as the line ends; a value that is
    /// anything but ASCII digits, or empty, is ignored, one past `u32` saturates.
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

    /// The reconnection time, if one was set.
    pub fn time(&self) -> Option<u32> {
        (self.time_state != TimeState::Unset).then_some(u32::from_ne_bytes(self.time))
    }

    /// The same, if it was set since the last call.
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
    /// Set, and the caller has not asked since.
    New,
    Known,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DigitsState {
    Empty,
    Legal,
    Illegal,
}
