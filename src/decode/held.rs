//! Values of an event that lie in the input or in the buffer.

use crate::wire::span::Span;

/// Values of the event under way that lie in the input and are not written to the buffer. What is not held
/// is empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held<'i> {
    pub data: &'i [u8],
    pub event_type: &'i [u8],
    pub id: &'i [u8],
}

/// The parts of a finished event, without borrowing the buffer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Finished<'i> {
    pub data: Value<'i>,
    pub event_type: Value<'i>,
}

/// A value of a finished event.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'i> {
    Held(&'i [u8]),
    InBuffer(Span),
}

impl<'i> Finished<'i> {
    /// An event of nothing but a data line.
    #[inline(always)]
    pub const fn of_data(data: &'i [u8]) -> Self {
        Self {
            data: Value::Held(data),
            event_type: Value::Held(b""),
        }
    }
}

impl<'i> Value<'i> {
    /// What is held; or what is written, if nothing is.
    pub const fn new(held: &'i [u8], written: Span) -> Self {
        if held.is_empty() {
            Value::InBuffer(written)
        } else {
            Value::Held(held)
        }
    }

    pub fn of<'b>(self, buffer: &'b [u8]) -> &'b [u8]
    where
        'i: 'b,
    {
        match self {
            Value::Held(value) => value,
            Value::InBuffer(span) => span.of(buffer),
        }
    }
}
