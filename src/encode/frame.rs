//! An outgoing event or comment.

use core::fmt;
use core::mem::take;

use super::chunks::Slices;
use super::sink::{BufferTooSmall, Sink};
use crate::bytes::FAVORS_SPEED;
use crate::bytes::copy::copy;
use crate::bytes::digits::MAX_DECIMAL_LEN;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::wire::line_end;
use crate::wire::text::{EventId, EventType};

/// What a server sends at a time: an event, a comment, or fields alone (WHATWG HTML 9.2.5).
///
/// A frame borrows its parts and holds no copy of them. On the wire it is, in this order: comment
/// lines, `event`, `id`, `retry`, `data` lines, and a blank line if there is any field. Data and
/// comments of several lines, ended by CR, LF or CRLF, become as many lines on the wire.
///
/// # Examples
///
/// ```
/// use embedded_sse::{EventId, EventType, Frame};
///
/// let frame = Frame::data("21.5")
///     .event_type(EventType::new("temperature")?)
///     .id(EventId::new("7")?);
///
/// let mut buffer = [0; 64];
/// assert_eq!(frame.encode(&mut buffer)?, b"event: temperature\nid: 7\ndata: 21.5\n\n");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// Frames without data set a client's state but give it no event:
///
/// ```
/// use embedded_sse::Frame;
///
/// let mut buffer = [0; 64];
/// assert_eq!(Frame::new().retry(3000).encode(&mut buffer)?, b"retry: 3000\n\n");
/// assert_eq!(Frame::comment("").encode(&mut buffer)?, b":\n");
/// # Ok::<(), embedded_sse::BufferTooSmall>(())
/// ```
#[derive(Clone, Copy, Default)]
#[must_use = "a frame is sent only when it is encoded"]
pub struct Frame<'a> {
    pub(super) comment: Option<&'a [u8]>,
    pub(super) event: Option<EventType<'a>>,
    pub(super) id: Option<EventId<'a>>,
    pub(super) retry: Option<u32>,
    pub(super) data: Option<&'a [u8]>,
}

impl<'a> Frame<'a> {
    /// A frame of nothing, to which fields are added.
    pub const fn new() -> Self {
        Self {
            comment: None,
            event: None,
            id: None,
            retry: None,
            data: None,
        }
    }

    /// An event with this data. Empty data makes an event too.
    pub fn data<T: AsRef<[u8]> + ?Sized>(data: &'a T) -> Self {
        Self::new().with_data(data.as_ref())
    }

    /// A comment, which clients ignore: it keeps a connection alive.
    pub fn comment<T: AsRef<[u8]> + ?Sized>(text: &'a T) -> Self {
        Self::new().with_comment(text.as_ref())
    }

    /// Sets the data, which makes an event of the frame. Unlike [`data`](Self::data), this can stand in
    /// a constant.
    ///
    /// ```
    /// use embedded_sse::{Frame, event_type};
    ///
    /// const PING: Frame = Frame::new().event_type(event_type!("ping")).with_data(b"");
    /// ```
    pub const fn with_data(mut self, data: &'a [u8]) -> Self {
        self.data = Some(data);
        self
    }

    /// Sets a comment, which goes before the fields.
    pub const fn with_comment(mut self, text: &'a [u8]) -> Self {
        self.comment = Some(text);
        self
    }

    /// Sets the type of the event. Without it, clients dispatch a `message`.
    pub const fn event_type(mut self, name: EventType<'a>) -> Self {
        self.event = Some(name);
        self
    }

    /// Sets the id of the event, which clients send back when they reconnect. Without data it primes
    /// them with a point to resume from.
    pub const fn id(mut self, id: EventId<'a>) -> Self {
        self.id = Some(id);
        self
    }

    /// Sets the time in milliseconds after which clients reconnect.
    pub const fn retry(mut self, milliseconds: u32) -> Self {
        self.retry = Some(milliseconds);
        self
    }

    /// The bytes of the frame, as slices of its parts and of constants. No slice is empty.
    pub const fn slices(&self) -> Slices<'_, 'a> {
        Slices::new(self)
    }

    /// The length of the frame in bytes. This looks for the line ends in comment and data.
    pub fn encoded_len(&self) -> usize {
        // A LF becomes 7 bytes, so the sum may exceed `usize`. It saturates: no buffer is that long.
        self.slices()
            .fold(0, |length, chunk| length.saturating_add(chunk.len()))
    }

    /// Returns the length of the longest event with a type, data and an ID of at most these lengths, in bytes, and
    /// with a `retry` field. The data has at most `lines` lines.
    ///
    /// ```
    /// use embedded_sse::Frame;
    ///
    /// let buffer = [0; Frame::max_len(16, 128, 1, 10)];
    /// assert_eq!(buffer.len(), 24 + 135 + 15 + 18 + 1);
    /// ```
    pub const fn max_len(event_type: usize, data: usize, lines: usize, id: usize) -> usize {
        const RETRY: usize = b"retry: \n".len() + MAX_DECIMAL_LEN;
        const LINE_ENDS_AND_NAMES: usize = b"event: \nid: \n\n".len() + RETRY;
        // The caller's lengths may be of any size: no buffer is as long as the largest sum.
        lines
            .saturating_mul(b"data: \n".len())
            .saturating_add(data)
            .saturating_add(id)
            .saturating_add(event_type)
            .saturating_add(LINE_ENDS_AND_NAMES)
    }

    /// Writes the frame to the start of `buffer`, and returns that part of it.
    ///
    /// # Errors
    ///
    /// When the buffer is shorter than [`encoded_len`](Self::encoded_len). What it holds then is of
    /// no use.
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], BufferTooSmall> {
        let length = buffer.len();
        let mut free = &mut *buffer;
        match self.data {
            // Where speed is worth more than flash, data goes line by line, not piece by piece.
            Some(data) if FAVORS_SPEED => {
                let (mut fields, _) = self.split_data();
                fields.try_for_each(|chunk| put(&mut free, chunk))?;
                put_data(&mut free, data)?;
                put(&mut free, b"\n")?;
            }
            _ => self.slices().try_for_each(|chunk| put(&mut free, chunk))?,
        }
        let written = length.minus(free.len());
        Ok(buffer.part(..written))
    }

    /// Appends the frame to a sink.
    ///
    /// # Errors
    ///
    /// When the sink does. A sink in memory is left as it was.
    pub fn write_to<S: Sink + ?Sized>(&self, sink: &mut S) -> Result<(), S::Error> {
        let start = sink.written();
        let mut chunks = self.slices();
        let written = chunks.try_for_each(|chunk| sink.write(chunk));
        let result = written.and_then(|()| sink.finish());
        if result.is_err() {
            sink.truncate(start);
        }
        result
    }

    /// The lines before the data, and the data: what a `DataWriter` starts with.
    pub(super) fn split_data(&self) -> (Slices<'_, 'a>, &'a [u8]) {
        (Slices::before_data(self), self.data.unwrap_or_default())
    }

    pub(crate) const fn has_id(&self) -> bool {
        self.id.is_some()
    }

    pub(crate) const fn has_data(&self) -> bool {
        self.data.is_some()
    }

    /// Fields make an event, which a blank line ends; a comment does not.
    pub(super) const fn has_blank_line(&self) -> bool {
        self.event.is_some() || self.id.is_some() || self.retry.is_some() || self.data.is_some()
    }
}

impl<'a> From<EventType<'a>> for Frame<'a> {
    /// A frame with this event type, and nothing else.
    fn from(name: EventType<'a>) -> Self {
        Self::new().event_type(name)
    }
}

impl fmt::Debug for Frame<'_> {
    /// Writes the bytes of the frame, escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.slices().fmt(f)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Frame<'_> {
    /// Writes the bytes of the frame, escaped.
    fn format(&self, f: defmt::Formatter<'_>) {
        self.slices().format(f);
    }
}

/// Puts bytes to the front of what is free.
fn put(free: &mut &mut [u8], bytes: &[u8]) -> Result<(), BufferTooSmall> {
    let split = take(free).split_at_mut_checked(bytes.len());
    let (place, rest) = split.ok_or(BufferTooSmall)?;
    copy(bytes, place);
    *free = rest;
    Ok(())
}

/// Puts data, line by line.
fn put_data(free: &mut &mut [u8], data: &[u8]) -> Result<(), BufferTooSmall> {
    const NAME: [u8; 6] = *b"data: ";
    let mut lines = Some(data);
    while let Some(data) = lines {
        let line;
        (line, lines) = line_end::split_line(data);
        let (name, rest) = take(free).split_first_chunk_mut().ok_or(BufferTooSmall)?;
        let (place, rest) = rest
            .split_at_mut_checked(line.len())
            .ok_or(BufferTooSmall)?;
        let (end, rest) = rest.split_first_mut().ok_or(BufferTooSmall)?;
        *name = NAME;
        copy(line, place);
        *end = b'\n';
        *free = rest;
    }
    Ok(())
}
