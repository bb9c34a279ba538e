//! Assembles events in a fixed buffer.

use core::fmt;

use super::event::Event;
use super::fields::{Fields, Overflow};
use super::held::Held;
use crate::wire::IS_HOST;
#[cfg(feature = "http")]
use crate::wire::exact::ExactSlice;
use crate::wire::scanner::{Pushed, Scanner};
use crate::wire::text::{EventId, EventName, Text};
use crate::wire::token::{Field, Token};

/// Decodes an event stream (WHATWG HTML 9.2.5 and 9.2.6), in whatever pieces it arrives.
///
/// The storage `B` holds what has to be remembered: the last event id, and of the event under way
/// its id, its type and its data. These four together must fit, or the event is reported as
/// [`Overflow`] and dropped; [`buffer_len`](Decoder::buffer_len) adds them up. Lines that are of no
/// interest take no space, however long they are.
///
/// | storage | made by |
/// | --- | --- |
/// | `Decoder<[u8; N]>` | [`Decoder::new`] |
/// | `Decoder<&mut [u8]>` | [`Decoder::with_buffer`] |
/// | `&mut Decoder<[u8]>` | coercion from `&mut Decoder<[u8; N]>` |
///
/// **A decoder follows one stream after the other: call [`next`](Decoder::next) until it returns
/// `None` for every chunk of a stream, or [`push`](Decoder::push) once for every byte, and
/// [`end_stream`](Decoder::end_stream) between two streams.** The same bytes give the same events, errors
/// and ids however they are cut into chunks.
///
/// # Examples
///
/// ```
/// use embedded_sse::Decoder;
///
/// let mut decoder = Decoder::<[u8; 64]>::new();
/// let chunks: [&[u8]; 2] = [b"event: temperature\nid: 7\nda", b"ta: 21.5\n\ndata: on\n\n"];
///
/// let mut seen = Vec::new();
/// for mut chunk in chunks {
///     while let Some(event) = decoder.next(&mut chunk)? {
///         seen.push(format!("{} {} {}", event.last_event_id, event.event_type, event.data));
///     }
/// }
/// assert_eq!(seen, ["7 temperature 21.5", "7 message on"]);
/// # Ok::<(), embedded_sse::Overflow>(())
/// ```
#[derive(Clone)]
pub struct Decoder<B: ?Sized> {
    pub(super) core: Core,
    pub(super) buffer: B,
}

#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<Decoder<[u8; 0]>>() <= 36);
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Decoder<[u8; 0]>>() <= 64);

impl<const N: usize> Decoder<[u8; N]> {
    /// A decoder that holds its buffer.
    pub const fn new() -> Self {
        Self {
            core: Core::new(),
            buffer: [0; N],
        }
    }
}

impl<const N: usize> Default for Decoder<[u8; N]> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'b> Decoder<&'b mut [u8]> {
    /// A decoder over the caller's buffer.
    pub const fn with_buffer(buffer: &'b mut [u8]) -> Self {
        Self {
            core: Core::new(),
            buffer,
        }
    }
}

impl Decoder<[u8]> {
    /// The buffer for events of at most these lengths, in bytes.
    ///
    /// Two ids are kept at a time: that of the event under way, and the last one, which stays valid
    /// until that event is whole. Several data lines take one byte more for each line but the first,
    /// and while an id replaces another one of the same event, both of them count.
    ///
    /// ```
    /// use embedded_sse::Decoder;
    ///
    /// static DECODER: Decoder<[u8; Decoder::buffer_len(10, 16, 128)]> = Decoder::new();
    /// ```
    pub const fn buffer_len(id: usize, event_type: usize, data: usize) -> usize {
        // The caller's lengths may be of any size: no buffer is as long as the largest sum.
        id.saturating_mul(2)
            .saturating_add(event_type)
            .saturating_add(data)
    }
}

impl<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> Decoder<B> {
    /// The next event of `input`, which is shortened by what was read; `None` when it is used up.
    ///
    /// # Errors
    ///
    /// [`Overflow`] when an event does not fit the buffer. The rest of `input` is still to be read:
    /// go on calling, for a `?` that leaves the loop loses it.
    pub fn next<'s, 'i: 's>(
        &'s mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Event<'s>>, Overflow> {
        self.core.next(self.buffer.as_mut(), input)
    }

    /// Takes one byte, as it comes from a UART; gives the event that it ends. This is
    /// [`next`](Self::next) for a single byte, but two to three times as fast. Both may be used for one stream;
    /// a program with only one of them takes less flash.
    ///
    /// Most bytes take a short time of the same length; those that end an id or an event move what the buffer
    /// holds of it. An event ends with the line feed or carriage return of the blank line; a line feed behind
    /// that carriage return belongs to it, and gives nothing.
    ///
    /// ```
    /// use embedded_sse::Decoder;
    ///
    /// let mut decoder = Decoder::<[u8; 16]>::new();
    /// for byte in *b"data: on\n" {
    ///     assert_eq!(decoder.push(byte), Ok(None));
    /// }
    /// let event = decoder.push(b'\n')?.unwrap();
    /// assert_eq!(event.data, "on");
    /// # Ok::<(), embedded_sse::Overflow>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Overflow`] when an event does not fit the buffer, once, with the first byte that is too many. That byte
    /// is taken: go on with the next one.
    pub fn push(&mut self, byte: u8) -> Result<Option<Event<'_>>, Overflow> {
        self.core.push(self.buffer.as_mut(), byte)
    }

    /// The response has ended: what is unfinished is discarded, and the next bytes are the start of
    /// a new stream. The last event id and the reconnection time are kept.
    pub fn end_stream(&mut self) {
        self.core.end_stream();
    }

    /// What a client sends as `Last-Event-ID` when it reconnects; empty means nothing.
    pub fn last_event_id(&self) -> EventId<'_> {
        EventId::of_field(self.core.fields.last_event_id(self.buffer.as_ref()))
    }

    /// Sets the last event id, as it was saved before a reboot. Ends the stream, if one is under way.
    ///
    /// # Errors
    ///
    /// [`Overflow`] when the id is longer than the buffer. Nothing has changed then.
    pub fn set_last_event_id(&mut self, id: EventId<'_>) -> Result<(), Overflow> {
        let buffer = self.buffer.as_mut();
        self.core.fields.set_last_event_id(buffer, id.as_bytes())?;
        self.core.end_stream();
        Ok(())
    }

    /// The reconnection time in milliseconds, if a `retry` field has ever set it. It is set at the
    /// end of that field's line.
    pub fn retry(&self) -> Option<u32> {
        self.core.fields.retry.time()
    }

    /// The reconnection time in milliseconds, if a `retry` field has set it since the last call. Asked
    /// after every [`next`](Self::next), it tells what was set before that event; after a
    /// [`push`](Self::push), what that byte has set. A
    /// [`PartDecoder`](crate::PartDecoder) gives each in its place.
    pub fn take_retry(&mut self) -> Option<u32> {
        self.core.fields.retry.take_new()
    }

    /// The length of the buffer.
    #[cfg(feature = "http")]
    pub(crate) fn capacity(&self) -> usize {
        self.buffer.as_ref().len()
    }

    /// The part of the buffer that is free between two streams, and the last event id.
    #[cfg(feature = "http")]
    pub(crate) fn free_and_last_event_id(&mut self) -> (&mut [u8], &[u8]) {
        let buffer = self.buffer.as_mut();
        let place = self.core.fields.last_event_id_place(buffer);
        let (free, id) = buffer.split_exact_mut(place.start);
        (free, id)
    }
}

impl<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> fmt::Debug for Decoder<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("last_event_id", &self.last_event_id())
            .field("retry", &self.retry())
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> defmt::Format for Decoder<B> {
    fn format(&self, f: defmt::Formatter<'_>) {
        let (id, retry) = (self.last_event_id(), self.retry());
        defmt::write!(f, "Decoder {{ last_event_id: {}, retry: {} }}", id, retry);
    }
}

/// Everything but the buffer, so that one copy of the code serves buffers of all sizes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Core {
    scanner: Scanner,
    fields: Fields,
}

impl Core {
    const fn new() -> Self {
        Self {
            scanner: Scanner::new(),
            fields: Fields::new(),
        }
    }

    #[inline(always)]
    fn next<'s, 'i: 's>(
        &mut self,
        buffer: &'s mut [u8],
        input: &mut &'i [u8],
    ) -> Result<Option<Event<'s>>, Overflow> {
        if let Some(data) = self.data_alone(buffer, input) {
            return Ok(Some(self.event_of_data(buffer, data)));
        }
        self.advance(buffer, input, |event| event, false, |_, _| None)
    }

    /// Fast path: reads an event that is nothing but one data line, if the input begins with one and no field is
    /// pending. Returns its data.
    #[inline(always)]
    pub fn data_alone<'i>(&mut self, buffer: &[u8], input: &mut &'i [u8]) -> Option<&'i [u8]> {
        if !self.fields.is_empty() {
            return None;
        }
        let (data, rest) = self.scanner.data_alone(input)?;
        if !self.fields.begins_with(buffer, data) {
            return None;
        }
        *input = rest;
        Some(data)
    }

    /// The event of which `data_alone` has found the data.
    #[inline(always)]
    pub fn event_of_data<'e>(&self, buffer: &'e [u8], data: &'e [u8]) -> Event<'e> {
        Event {
            event_type: EventName::MESSAGE,
            data: Text::new(data),
            last_event_id: EventId::of_field(self.fields.last_event_id(buffer)),
        }
    }

    /// Reads up to the end of an event of any kind, or of a comment if comments are wanted. What is returned then
    /// is made within the loop, so that nothing has to carry all kinds of it.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub fn advance<'s, 'i: 's, T>(
        &mut self,
        buffer: &'s mut [u8],
        input: &mut &'i [u8],
        event: impl FnOnce(Event<'s>) -> T,
        comments: bool,
        comment: impl Fn(&'i [u8], bool) -> Option<T>,
    ) -> Result<Option<T>, Overflow> {
        if IS_HOST && !comments && self.fields.is_empty() {
            self.scanner.skip_comments(input);
            if input.is_empty() {
                return Ok(None);
            }
        }
        // What most chunks begin with where they are short: more of a long line.
        if let Some(data) = self.scanner.resume_data(input) {
            self.fields.append_data(buffer, data)?;
            if IS_HOST {
                self.scanner.take_cut_name(input);
            }
            if input.is_empty() {
                return Ok(None);
            }
        }
        self.decode(buffer, input, event, comments, comment)
    }

    #[inline]
    fn push<'s>(&mut self, buffer: &'s mut [u8], byte: u8) -> Result<Option<Event<'s>>, Overflow> {
        // Most bytes make a value longer, or belong to a known name. One comparison tells that a byte is no line
        // end; the other control characters are rare, and may take longer.
        if byte > b'\r' {
            if self.scanner.is_within_data() {
                if self.fields.push_data(buffer, byte) {
                    return Ok(None);
                }
            } else if self.scanner.is_within_line() {
                if self.fields.push_line(buffer, byte) {
                    return Ok(None);
                }
            } else if self.scanner.is_within_comment() || self.scanner.push_head(byte) {
                return Ok(None);
            }
        }
        self.push_of_any_kind(buffer, byte)
    }

    #[inline(never)]
    fn push_of_any_kind<'s>(
        &mut self,
        buffer: &'s mut [u8],
        byte: u8,
    ) -> Result<Option<Event<'s>>, Overflow> {
        match self.scanner.push(byte) {
            Pushed::Nothing => Ok(None),
            Pushed::Value(part) => self
                .fields
                .push(buffer, self.scanner.field(), byte, part)
                .map(|()| None),
            Pushed::BlankLine => self.push_blank_line(buffer),
        }
    }

    #[inline(never)]
    fn push_blank_line<'s>(&mut self, buffer: &'s mut [u8]) -> Result<Option<Event<'s>>, Overflow> {
        let mut held = Held::default();
        if self.fields.has_data() {
            return Ok(Some(self.fields.dispatch(buffer, &held)));
        }
        if !self.fields.is_empty() {
            self.fields.end_event(buffer, &mut held);
        }
        Ok(None)
    }

    #[inline(always)]
    fn decode<'s, 'i: 's, T>(
        &mut self,
        buffer: &'s mut [u8],
        input: &mut &'i [u8],
        event: impl FnOnce(Event<'s>) -> T,
        comments: bool,
        comment: impl Fn(&'i [u8], bool) -> Option<T>,
    ) -> Result<Option<T>, Overflow> {
        let mut held = Held::default();
        let mut rest = *input;
        loop {
            match self.scanner.next::<true>(&mut rest) {
                Some(Token::Piece(piece)) => {
                    if comments && piece.field == Field::Comment {
                        self.fields.settle(buffer, &mut held);
                        *input = rest;
                        return Ok(comment(piece.value, piece.ends));
                    }
                    if let Err(overflow) = self.fields.take(buffer, piece, &mut held) {
                        *input = rest;
                        return Err(overflow);
                    }
                }
                Some(Token::BlankLine) => {
                    if self.fields.has_data() {
                        *input = rest;
                        return Ok(Some(event(self.fields.dispatch(buffer, &held))));
                    }
                    if !self.fields.is_empty() {
                        self.fields.end_event(buffer, &mut held);
                    }
                }
                None => {
                    self.fields.settle(buffer, &mut held);
                    *input = rest;
                    return Ok(None);
                }
            }
        }
    }

    fn end_stream(&mut self) {
        self.scanner = Scanner::new();
        self.fields.end_stream();
    }
}
