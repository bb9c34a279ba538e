//! Decodes events in parts, as they arrive.

use core::fmt;

use super::buffer::Deferred;
use super::builder::EventBuilder;
use super::event::{Overflow, event_type};
use crate::wire::grammar::{Field, Token};
use crate::wire::scanner::Scanner;
#[cfg(feature = "defmt")]
use crate::wire::text::Text;
use crate::wire::text::{EventId, EventType};

/// Decodes an event stream whose events can be larger than RAM (WHATWG HTML 9.2.5 and 9.2.6).
///
/// It returns the data in pieces, and stores none of it. It also returns comments and `retry` fields, all in the order of the
/// stream. How the stream is divided into chunks changes the pieces, but not the data that they make together.
///
/// The storage `B` holds the last event ID, and the ID and the type of the event that is being received. The constructors are
/// those of [`Decoder`](crate::Decoder).
///
/// **Use the data of an event only after its [`Part::Dispatch`]. Discard the pieces so far if [`Overflow`] is returned before
/// that, or if you call [`end_stream`](PartDecoder::end_stream).**
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

// The size of a decoder without its buffer is a promise to users. It depends on the size of a `usize`, so this checks targets
// of 32 bits.
#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<PartDecoder<[u8; 0]>>() <= 40);

/// A part of an event stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part<'a> {
    /// A piece of the data of the event that is being received.
    Data {
        /// The event type so far. An `event` field can still follow, but most servers send it first.
        event_type: EventType<'a>,
        /// The next bytes of the data, with the line feeds between lines. A piece can end within a character.
        bytes: &'a [u8],
    },
    /// The event is complete. Its data is all pieces since the last `Dispatch`, [`Overflow`] or end of a stream.
    Dispatch {
        /// The value of the last `event` field, or `message`.
        event_type: EventType<'a>,
        /// The last event ID: the last one that the stream has set, or the one from which it was resumed.
        last_event_id: EventId<'a>,
    },
    /// A piece of a comment.
    Comment {
        /// The next bytes of the comment, after the colon. A space that follows the colon belongs to them.
        bytes: &'a [u8],
        /// Whether the comment ends with this piece.
        ends: bool,
    },
    /// A `retry` field has set the reconnection time, in milliseconds. A time over 4,294,967,295 ms is taken as that.
    Retry(u32),
}

#[cfg(feature = "defmt")]
impl defmt::Format for Part<'_> {
    /// Writes bytes as text, with U+FFFD for a character that is cut.
    fn format(&self, f: defmt::Formatter<'_>) {
        match self {
            Self::Data { event_type, bytes } => defmt::write!(
                f,
                "Data {{ event_type: {:?}, bytes: {:?} }}",
                event_type,
                Text::new(bytes)
            ),
            Self::Dispatch {
                event_type,
                last_event_id,
            } => defmt::write!(
                f,
                "Dispatch {{ event_type: {:?}, last_event_id: {:?} }}",
                event_type,
                last_event_id
            ),
            Self::Comment { bytes, ends } => defmt::write!(
                f,
                "Comment {{ bytes: {:?}, ends: {=bool} }}",
                Text::new(bytes),
                *ends
            ),
            Self::Retry(milliseconds) => defmt::write!(f, "Retry({=u32})", *milliseconds),
        }
    }
}

impl<const N: usize> PartDecoder<[u8; N]> {
    /// Creates a decoder that holds its buffer of `N` bytes. [`Decoder::buffer_len`](crate::Decoder::buffer_len) returns that
    /// number for 0 bytes of data.
    pub const fn new() -> Self {
        Self {
            state: PartDecoderState::new(),
            buffer: [0; N],
        }
    }
}

impl<const N: usize> Default for PartDecoder<[u8; N]> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'b> PartDecoder<&'b mut [u8]> {
    /// Creates a decoder over the caller's buffer. [`Decoder::buffer_len`](crate::Decoder::buffer_len) returns its length for 0
    /// bytes of data.
    pub const fn with_buffer(buffer: &'b mut [u8]) -> Self {
        Self {
            state: PartDecoderState::new(),
            buffer,
        }
    }
}

impl<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> PartDecoder<B> {
    /// Returns the next part of `input`, and shortens `input` by the bytes read. Returns `None` when `input` is used up.
    ///
    /// # Errors
    ///
    /// [`Overflow`] if the type or the ID of an event does not fit the buffer. The event is dropped: discard the pieces of its
    /// data. The rest of `input` is not read yet: call again. If `?` leaves the loop, the rest is lost.
    pub fn next<'s, 'i: 's>(
        &'s mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Part<'s>>, Overflow> {
        self.state.next(self.buffer.as_mut(), input)
    }

    /// Ends the stream: discards an unfinished event (WHATWG HTML 9.2.6), and reads the next bytes as the start of a new
    /// stream.
    ///
    /// It keeps the last event ID.
    pub fn end_stream(&mut self) {
        self.state.end_stream();
    }

    /// Returns the last event ID, which a client sends as `Last-Event-ID` when it reconnects (WHATWG HTML 9.2.4).
    ///
    /// It is empty if there is none. A client does not send an empty ID.
    pub fn last_event_id(&self) -> EventId<'_> {
        let buffer = self.buffer.as_ref();
        EventId::of_field(self.state.builder.layout.last_event_id(buffer))
    }

    /// Sets the last event ID, for instance one that was saved before a reboot. Ends the stream.
    ///
    /// # Errors
    ///
    /// [`Overflow`] if the ID is longer than the buffer. Nothing has changed then: use a longer buffer, or continue without
    /// this ID.
    pub fn set_last_event_id(&mut self, id: EventId<'_>) -> Result<(), Overflow> {
        let buffer = self.buffer.as_mut();
        self.state
            .builder
            .set_last_event_id(buffer, id.as_bytes())?;
        self.state.end_stream();
        Ok(())
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
        defmt::write!(f, "PartDecoder {{ last_event_id: {:?}, .. }}", id);
    }
}

/// The state of a part decoder, without its buffer.
#[derive(Clone, Copy, Debug)]
struct PartDecoderState {
    scanner: Scanner,
    builder: EventBuilder,
    /// Whether the line feed before the next data line has been returned.
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
            let part = match self.scanner.next_compact(input) {
                None => None,
                Some(Token::Piece(piece)) if piece.field == Field::Data => {
                    let follows = piece.part.starts && self.builder.state.has_data();
                    self.builder.state.note_data();
                    if !self.builder.state.has_data() {
                        // The event was dropped.
                        continue;
                    }
                    let bytes = if follows && !self.line_feed_given {
                        // The next call reads this piece again, after its line feed.
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
