//! Events that are told by their places, without borrowing them.
//!
//! A loop that decodes and receives in turn cannot return what borrows from its receive buffer. So such a loop finds
//! where an event lies, and borrows it after its end.

use super::decoder::Decoder;
use super::event::{Event, Overflow, event_type};
use crate::wire::exact::{Exact, ExactSlice};
use crate::wire::span::Span;
use crate::wire::text::{EventName, Text};

/// Where an event or a comment lies. Positions count through the decoder's buffer, then through the piece of the
/// stream in which it was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Located {
    /// The data of an event, or the text of a comment.
    text: Span,
    event_type: Span,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Event,
    /// A part of a comment, which goes on.
    CommentPart,
    /// A comment, or the last part of one.
    Comment,
}

impl Located {
    /// An empty event.
    #[cfg(feature = "http")]
    pub const NOTHING: Self = Self {
        text: Span::EMPTY,
        event_type: Span::EMPTY,
    };
}

impl<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> Decoder<B> {
    /// [`next`](Self::next) for an event that is nothing but one data line: returns its data, if the input begins
    /// with such an event.
    #[inline(always)]
    pub(crate) fn data_alone<'i>(&mut self, input: &mut &'i [u8]) -> Option<&'i [u8]> {
        self.core.data_alone(self.buffer.as_ref(), input)
    }

    /// The event of which `data_alone` has found the data.
    #[cfg(feature = "http")]
    #[inline(always)]
    pub(crate) fn event_of_data<'e>(&'e self, data: &'e [u8]) -> Event<'e> {
        self.core.event_of_data(self.buffer.as_ref(), data)
    }

    /// Where the data that `data_alone` has found lies.
    #[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
    #[inline(always)]
    pub(crate) fn locate_data(&self, data: &[u8], piece: &[u8]) -> Located {
        let Span { start, end } = Span::within(data, piece);
        let length = self.buffer.as_ref().len();
        Located {
            text: Span {
                start: start.plus(length),
                end: end.plus(length),
            },
            event_type: Span::EMPTY,
        }
    }

    /// [`next`](Self::next) without borrowing: reads `input`, a part of `piece`, up to the end of an event, or of
    /// a comment if comments are wanted.
    #[inline(always)] // it is called once in a program, or twice
    pub(crate) fn advance(
        &mut self,
        piece: &[u8],
        input: &mut &[u8],
        comments: bool,
    ) -> Result<Option<(Located, Kind)>, Overflow> {
        // Addresses do not borrow, and the loop makes positions of them at its end.
        let buffer = self.buffer.as_mut();
        let (start, length) = (buffer.as_ptr().addr(), buffer.len());
        let found = self.core.advance(
            buffer,
            input,
            |event| {
                let (data, event_type) = (event.data.as_bytes(), event.event_type.as_bytes());
                (
                    Span::at_addresses(data),
                    Span::at_addresses(event_type),
                    Kind::Event,
                )
            },
            comments,
            |text, ends| {
                let kind = match ends {
                    true => Kind::Comment,
                    false => Kind::CommentPart,
                };
                Some((Span::at_addresses(text), Span::EMPTY, kind))
            },
        )?;
        let position = |span: Span| {
            // Addresses that lie before the slice wrap to numbers larger than its length.
            let at_piece = span.start.wrapping_sub(piece.as_ptr().addr());
            let at_buffer = span.start.wrapping_sub(start);
            let start = if at_piece < piece.len() {
                length.plus(at_piece)
            } else if at_buffer < length {
                at_buffer
            } else {
                // No value, or a constant.
                return Span::EMPTY;
            };
            Span {
                start,
                end: start.plus(span.len()),
            }
        };
        Ok(found.map(|(text, event_type, kind)| {
            let (text, event_type) = (position(text), position(event_type));
            (Located { text, event_type }, kind)
        }))
    }

    /// The event that was found in `piece`.
    #[inline(always)]
    pub(crate) fn event<'e>(&'e self, located: Located, piece: &'e [u8]) -> Event<'e> {
        let buffer = self.buffer.as_ref();
        let value = |span: Span| match span.start.checked_sub(buffer.len()) {
            Some(start) => piece.part(start..span.end.minus(buffer.len())),
            None => span.of(buffer),
        };
        Event {
            // The type is absent in most events.
            event_type: match located.event_type.end {
                0 => EventName::MESSAGE,
                _ => event_type(value(located.event_type)),
            },
            data: Text::new(value(located.text)),
            last_event_id: self.last_event_id(),
        }
    }
}
