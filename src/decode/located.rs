//! Events that are told by their places, without borrowing them.
//!
//! A loop that decodes and receives in turn cannot return what borrows from what it receives into. So such a
//! loop finds where an event lies, and makes it of that when it has ended.

use super::decoder::{Core, Decoder, Event};
use super::fields::Overflow;
use super::held::{Finished, Value};
use crate::wire::exact::Exact;
use crate::wire::span::Span;

/// Where the parts of an event lie, in the input that it was found in and in the decoder's buffer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Located {
    data: Place,
    event_type: Place,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Input(Span),
    Buffer(Span),
}

/// What a stream holds.
#[cfg(feature = "http")]
#[derive(Clone, Copy, Debug)]
pub(crate) enum Item {
    Event(Located),
    /// A comment's text in the input, or a part of it, and whether it is the last one.
    Comment(Span, bool),
}

impl<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> Decoder<B> {
    /// The first step of [`next`](Self::next): how many bytes were read, and where the event lies.
    #[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
    pub(crate) fn advance(&mut self, input: &[u8]) -> (usize, Result<Option<Located>, Overflow>) {
        self.core.advance(self.buffer.as_mut(), input)
    }

    /// As `advance`, but stops at comments too, if they are wanted.
    #[cfg(feature = "http")]
    pub(crate) fn advance_item(
        &mut self,
        input: &[u8],
        comments: bool,
    ) -> (usize, Result<Option<Item>, Overflow>) {
        self.core
            .advance_item(self.buffer.as_mut(), input, comments)
    }

    /// The second step: the event, of the same input.
    pub(crate) fn event<'e>(&'e self, located: Located, input: &'e [u8]) -> Event<'e> {
        self.core.event(self.buffer.as_ref(), located.of(input))
    }
}

impl Core {
    #[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
    fn advance(
        &mut self,
        buffer: &mut [u8],
        input: &[u8],
    ) -> (usize, Result<Option<Located>, Overflow>) {
        let mut rest = input;
        let locate = |_: &Self, _: &[u8], finished| Located::new(finished, input);
        let result = self.decode::<false, _>(buffer, &mut rest, false, locate, |_, _| None);
        (input.len().minus(rest.len()), result)
    }

    #[cfg(feature = "http")]
    fn advance_item(
        &mut self,
        buffer: &mut [u8],
        input: &[u8],
        comments: bool,
    ) -> (usize, Result<Option<Item>, Overflow>) {
        let mut rest = input;
        let result = self.decode::<false, _>(
            buffer,
            &mut rest,
            comments,
            |_, _, finished| Item::Event(Located::new(finished, input)),
            |text, ends| Some(Item::Comment(Span::within(text, input), ends)),
        );
        (input.len().minus(rest.len()), result)
    }
}

impl Located {
    fn new(finished: Finished<'_>, input: &[u8]) -> Self {
        let locate = |value| match value {
            // An absent value is a constant, which has no place in the input.
            Value::Held([]) => Place::Input(Span::default()),
            Value::Held(value) => Place::Input(Span::within(value, input)),
            Value::InBuffer(span) => Place::Buffer(span),
        };
        Self {
            data: locate(finished.data),
            event_type: locate(finished.event_type),
        }
    }

    fn of(self, input: &[u8]) -> Finished<'_> {
        let value = |place| match place {
            Place::Input(span) => Value::Held(span.of(input)),
            Place::Buffer(span) => Value::InBuffer(span),
        };
        Finished {
            data: value(self.data),
            event_type: value(self.event_type),
        }
    }
}
