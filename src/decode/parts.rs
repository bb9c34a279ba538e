//! Hands events on in parts, as they arrive.

use core::fmt;

use super::buffer::Deferred;
use super::buffered::buffered_decoder;
use super::builder::EventBuilder;
use super::event::{Overflow, event_type};
use crate::wire::grammar::{Field, Token};
use crate::wire::scanner::Scanner;
use crate::wire::text::{EventId, EventType};

/// Decodes an event stream (WHATWG HTML 9.2.5 and 9.2.6) whose events may be larger than RAM: data
/// is passed on in pieces, not stored. It also reports comments and `retry` fields, and gives all of
/// these in the order of the stream.
///
/// The storage `B` holds the last event id, and id and type of the event under way; it is made like
/// that of [`Decoder`](crate::Decoder).
///
/// **Data counts only once its [`Part::Dispatch`] has come. If [`Overflow`] is returned or
/// [`end_stream`](PartDecoder::end_stream) called first, the pieces gathered so far are void.**
/// How the stream is cut into chunks changes the pieces, but never what they add up to.
///
/// # Examples
///
/// ```
/// use embedded_sse::{Part, PartDecoder};
///
/// let mut decoder = PartDecoder::<[u8; 32]>::new();
/// let chunks: [&[u8]; 2] = [b": hello\nevent: firmware\ndata: 0123", b"4567\ndata: 89\n\n"];
///
/// let mut image: Vec<u8> = Vec::new();
/// for mut chunk in chunks {
///     while let Some(part) = decoder.next(&mut chunk)? {
///         match part {
///             Part::Data { event_type, bytes } if event_type == "firmware" => image.extend(bytes),
///             Part::Dispatch { .. } => assert_eq!(image, b"01234567\n89"),
///             _ => {}
///         }
///     }
/// }
/// # assert_eq!(image.len(), 11);
/// # Ok::<(), embedded_sse::Overflow>(())
/// ```
#[derive(Clone)]
pub struct PartDecoder<B: ?Sized> {
    state: PartDecoderState,
    buffer: B,
}

#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<PartDecoder<[u8; 0]>>() <= 40);

/// A part of an event stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Part<'a> {
    /// A piece of the data of the event under way.
    Data {
        /// The event's type as far as it is known: an `event` field may still follow, though
        /// servers are used to sending it first.
        event_type: EventType<'a>,
        /// The next bytes of the data; line feeds between lines are among them. A piece may end
        /// within a character.
        bytes: &'a [u8],
    },
    /// The event is whole: its data is what the pieces add up to since the last `Dispatch`,
    /// [`Overflow`] or end of a stream.
    Dispatch {
        /// The value of the last `event` field, or `message`.
        event_type: EventType<'a>,
        /// The last id that the stream has set so far, or the one it was resumed from.
        last_event_id: EventId<'a>,
    },
    /// A piece of a comment.
    Comment {
        /// The next bytes after the colon, and the space that may follow it.
        bytes: &'a [u8],
        /// Whether the comment ends with this piece.
        ends: bool,
    },
    /// A `retry` field has set the reconnection time to so many milliseconds.
    Retry(u32),
}

buffered_decoder!(PartDecoder, PartDecoderState);

impl<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> PartDecoder<B> {
    /// The next part of `input`, which is shortened by what was read; `None` when it is used up.
    ///
    /// # Errors
    ///
    /// [`Overflow`] when type or id of an event do not fit the buffer: the event is dropped, with
    /// the pieces of its data that were given already. The rest of `input` is still to be read: go
    /// on calling, for a `?` that leaves the loop loses it.
    pub fn next<'s, 'i: 's>(
        &'s mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Part<'s>>, Overflow> {
        self.state.next(self.buffer.as_mut(), input)
    }
}

impl<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> fmt::Debug for PartDecoder<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartDecoder")
            .field("last_event_id", &self.last_event_id())
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> defmt::Format for PartDecoder<B> {
    fn format(&self, f: defmt::Formatter<'_>) {
        let id = self.last_event_id();
        defmt::write!(f, "PartDecoder {{ last_event_id: {}, .. }}", id);
    }
}

/// The state of a part decoder, without its buffer.
#[derive(Clone, Copy, Debug)]
struct PartDecoderState {
    scanner: Scanner,
    builder: EventBuilder,
    /// Whether the line feed before the data line to come was given.
    line_feed_given: bool,
}

impl PartDecoderState {
    const fn new() -> Self {
        Self {
            scanner: Scanner::new(),
            builder: EventBuilder::new(),
            line_feed_given: false,
        }
    }

    fn next<'p, 'i: 'p>(
        &mut self,
        buffer: &'p mut [u8],
        input: &mut &'i [u8],
    ) -> Result<Option<Part<'p>>, Overflow> {
        let mut deferred = Deferred::default();
        loop {
            let before = (self.scanner, *input);
            let part = match self.scanner.next::<false>(input) {
                None => None,
                Some(Token::Piece(piece)) if piece.field == Field::Data => {
                    let follows = piece.part.starts && self.builder.state.has_data();
                    if !self.builder.state.note_data() {
                        continue;
                    }
                    let bytes = if follows && !self.line_feed_given {
                        // Read the same piece again, after its line feed.
                        (self.scanner, *input) = before;
                        self.line_feed_given = true;
                        b"\n"
                    } else {
                        self.line_feed_given = false;
                        piece.value
                    };
                    if bytes.is_empty() {
                        continue;
                    }
                    deferred.write_all(&self.builder.layout, buffer);
                    return Ok(Some(Part::Data {
                        event_type: event_type(self.builder.layout.event_type(buffer)),
                        bytes,
                    }));
                }
                Some(Token::Piece(piece)) if piece.field == Field::Comment => Some(Part::Comment {
                    bytes: piece.value,
                    ends: piece.part.ends,
                }),
                Some(Token::Piece(piece)) => {
                    self.builder.take(buffer, piece, &mut deferred)?;
                    match self.builder.retry.take_new() {
                        Some(time) => Some(Part::Retry(time)),
                        None => continue,
                    }
                }
                Some(Token::BlankLine) if self.builder.state.has_data() => {
                    let event = self.builder.dispatch(buffer, &deferred);
                    return Ok(Some(Part::Dispatch {
                        event_type: event.event_type,
                        last_event_id: event.last_event_id,
                    }));
                }
                Some(Token::BlankLine) => {
                    self.builder.end_event(buffer, &mut deferred);
                    continue;
                }
            };
            deferred.write_all(&self.builder.layout, buffer);
            return Ok(part);
        }
    }

    fn end_stream(&mut self) {
        self.scanner = Scanner::new();
        self.builder.end_stream();
        self.line_feed_given = false;
    }
}
