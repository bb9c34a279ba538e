//! Finds events without borrowing them.
//!
//! A loop that receives into a buffer cannot return an event that borrows from the same buffer, because the borrow would last
//! for the next receive, too. So the loop returns the positions of the event, and its caller borrows the event.

use super::decoder::Decoder;
use super::event::{Event, Overflow, event_type};
use crate::bytes::exact::{Exact, ExactSlice, Span};
use crate::wire::text::{EventType, Text};

/// The positions of an event or a comment.
///
/// A span whose start is below the length of the decoder's buffer lies in that buffer. Otherwise subtract this length from
/// start and end: the results are positions in the piece of the stream in which the event or the comment has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Located {
    /// The data of the event, or the text of the comment.
    text: Span,
    event_type: Span,
}

/// Whether a `Located` is an event or a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Event,
    /// A part of a comment, which continues after it.
    CommentPart,
    /// The last part of a comment, or a whole one.
    CommentEnd,
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
    /// Reads an event of a single data line, if the input begins with one. Returns its data.
    #[inline(always)] // See `DecoderState::take_single_line`.
    pub(crate) fn take_single_line<'i>(&mut self, input: &mut &'i [u8]) -> Option<&'i [u8]> {
        self.state.take_single_line(self.buffer.as_ref(), input)
    }

    /// Returns the event whose data `take_single_line` has returned.
    #[cfg(feature = "http")]
    #[inline(always)] // It only makes slices.
    pub(crate) fn single_line_event<'e>(&'e self, data: &'e [u8]) -> Event<'e> {
        self.state.single_line_event(self.buffer.as_ref(), data)
    }

    /// Returns the positions of the event whose data `take_single_line` has returned. The data is a part of `piece`.
    #[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
    #[inline(always)] // It is a few additions and subtractions.
    pub(crate) fn locate_single_line(&self, data: &[u8], piece: &[u8]) -> Located {
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

    /// Reads `input`, which is the rest of `piece`, up to the end of an event or, if `comments` is set, of a comment or a part
    /// of one. Returns `None` if all input is read before.
    #[inline(always)] // Most programs have one caller.
    pub(crate) fn read_located(
        &mut self,
        piece: &[u8],
        input: &mut &[u8],
        comments: bool,
    ) -> Result<Option<(Located, Kind)>, Overflow> {
        let buffer = self.buffer.as_mut();
        let (buffer_at, piece_at) = (Address::of(buffer), Address::of(piece));
        let found = self.state.read(
            buffer,
            input,
            |event| {
                let text = Address::of(event.data.as_bytes());
                let event_type = Address::of(event.event_type.as_bytes());
                (text, event_type, Kind::Event)
            },
            comments,
            |text, ends| {
                let kind = match ends {
                    true => Kind::CommentEnd,
                    false => Kind::CommentPart,
                };
                Some((Address::of(text), Address::NOTHING, kind))
            },
        )?;
        // The positions are computed here and not in the closures, because the closures run within the loop of `read`. There,
        // they would cost a reader 5 instructions more for each event, and 70 more if the stream arrives in short chunks.
        let position = |value: Address| {
            let start = if let Some(offset) = value.offset_in(piece_at) {
                buffer_at.length.plus(offset)
            } else if let Some(offset) = value.offset_in(buffer_at) {
                offset
            } else {
                // The value is empty, or a constant.
                return Span::EMPTY;
            };
            Span {
                start,
                end: start.plus(value.length),
            }
        };
        Ok(found.map(|(text, event_type, kind)| {
            let (text, event_type) = (position(text), position(event_type));
            (Located { text, event_type }, kind)
        }))
    }

    /// Returns the event at these positions in the buffer and in `piece`.
    #[inline(always)] // It only makes slices.
    pub(crate) fn located_event<'e>(&'e self, located: Located, piece: &'e [u8]) -> Event<'e> {
        let buffer = self.buffer.as_ref();
        let value = |span: Span| match span.start.checked_sub(buffer.len()) {
            Some(start) => piece.part(start..span.end.minus(buffer.len())),
            None => span.of(buffer),
        };
        Event {
            // Most events have no type.
            event_type: match located.event_type.end {
                0 => EventType::MESSAGE,
                _ => event_type(value(located.event_type)),
            },
            data: Text::new(value(located.text)),
            last_event_id: self.last_event_id(),
        }
    }
}

/// The address and the length of a slice, which do not borrow it.
#[derive(Clone, Copy)]
struct Address {
    start: usize,
    length: usize,
}

impl Address {
    const NOTHING: Self = Self {
        start: 0,
        length: 0,
    };

    #[inline(always)] // It has no instructions of its own.
    fn of(bytes: &[u8]) -> Self {
        Self {
            start: bytes.as_ptr().addr(),
            length: bytes.len(),
        }
    }

    /// Returns the position of this slice in `whole`, or `None` if it does not start in it.
    #[inline(always)] // It is two instructions.
    fn offset_in(self, whole: Self) -> Option<usize> {
        // An address before `whole` wraps to a number that is not less than the length of `whole`, because no slice goes past
        // the end of the address space.
        let offset = self.start.wrapping_sub(whole.start);
        (offset < whole.length).then_some(offset)
    }
}
