//! Events and comments to send.

use core::fmt;
use core::mem::take;

use super::sink::{BufferTooSmall, Sink};
use super::slices::{FrameFields, Slices};
use crate::bytes::FAVORS_SPEED;
use crate::bytes::copy::copy;
use crate::bytes::digits::MAX_DECIMAL_LEN;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::wire::line_end;
#[cfg(feature = "defmt")]
use crate::wire::text::Text;
use crate::wire::text::{EventId, EventType};

/// A part of an event stream that a server sends at once: an event, a comment, or fields without data (WHATWG HTML 9.2.5).
///
/// A frame borrows its fields and copies none of them. It is encoded in this order: comment lines, `event`, `id`, `retry`,
/// `data` lines, and a blank line if there is any field. CR, LF and CRLF end lines of data and of comments; each line
/// becomes a line of the stream.
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
/// A frame without data can change the last event ID and the reconnection time of a client. The client dispatches no event
/// for it.
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
    fields: FrameFields<'a>,
}

impl<'a> Frame<'a> {
    /// Creates a frame without a field.
    pub const fn new() -> Self {
        Self {
            // Written out: a constant would be copied from flash, and the encoder would take 40 bytes of flash more.
            fields: FrameFields {
                comment: None,
                event_type: None,
                id: None,
                retry: None,
                data: None,
            },
        }
    }

    /// Creates an event with this data, which may be empty.
    pub fn data<T: AsRef<[u8]> + ?Sized>(data: &'a T) -> Self {
        Self::new().with_data(data.as_ref())
    }

    /// Creates a comment. Clients ignore it, but it keeps a connection alive.
    pub fn comment<T: AsRef<[u8]> + ?Sized>(text: &'a T) -> Self {
        Self::new().with_comment(text.as_ref())
    }

    /// Sets the data, which makes the frame an event. Constants can call this, but not [`data`](Self::data).
    ///
    /// ```
    /// use embedded_sse::{Frame, event_type};
    ///
    /// const PING: Frame = Frame::new().event_type(event_type!("ping")).with_data(b"");
    /// ```
    pub const fn with_data(mut self, data: &'a [u8]) -> Self {
        self.fields.data = Some(data);
        self
    }

    /// Sets a comment, which comes before the fields.
    pub const fn with_comment(mut self, text: &'a [u8]) -> Self {
        self.fields.comment = Some(text);
        self
    }

    /// Sets the event type. Without it, the type is `message` (WHATWG HTML 9.2.6).
    pub const fn event_type(mut self, name: EventType<'a>) -> Self {
        self.fields.event_type = Some(name);
        self
    }

    /// Sets the ID. A client sends it as `Last-Event-ID` when it reconnects (WHATWG HTML 9.2.4), also if the frame has no data.
    pub const fn id(mut self, id: EventId<'a>) -> Self {
        self.fields.id = Some(id);
        self
    }

    /// Sets the reconnection time, in milliseconds (WHATWG HTML 9.2.6).
    pub const fn retry(mut self, milliseconds: u32) -> Self {
        self.fields.retry = Some(milliseconds);
        self
    }

    /// Returns the bytes of the frame, slice by slice.
    pub const fn slices(&self) -> Slices<'_, 'a> {
        Slices::new(&self.fields)
    }

    /// Returns the length of the frame in bytes, or `usize::MAX` if it is longer. It searches comment and data for line ends.
    pub fn encoded_len(&self) -> usize {
        // A line feed becomes 7 bytes, so the sum can exceed `usize`. Saturated, it is longer than every buffer.
        self.slices()
            .fold(0, |length, slice| length.saturating_add(slice.len()))
    }

    /// Returns the length of the longest event with a type, data and an ID of at most these lengths, all in bytes, and with a
    /// `retry` field, but without a comment. The data has at most `lines` lines: at least 1, and one more for each line end in
    /// it. The result is `usize::MAX` if the sum is larger.
    ///
    /// ```
    /// use embedded_sse::Frame;
    ///
    /// let buffer = [0; Frame::max_len(16, 128, 1, 10)];
    /// assert_eq!(buffer.len(), 24 + 135 + 15 + 18 + 1);
    /// ```
    pub const fn max_len(event_type: usize, data: usize, lines: usize, id: usize) -> usize {
        const RETRY: usize = b"retry: \n".len() + MAX_DECIMAL_LEN;
        // Each line but the last has its line end in the data.
        const LINE_ENDS_AND_NAMES: usize = b"event: \nid: \n\n\n".len() + RETRY;
        // The caller passes lengths of any size. A saturated sum is longer than every buffer.
        lines
            .saturating_mul(b"data: ".len())
            .saturating_add(data)
            .saturating_add(id)
            .saturating_add(event_type)
            .saturating_add(LINE_ENDS_AND_NAMES)
    }

    /// Writes the frame to the start of `buffer`, and returns the bytes written.
    ///
    /// # Errors
    ///
    /// [`BufferTooSmall`] if the buffer is shorter than [`encoded_len`](Self::encoded_len). A part of the frame is in the
    /// buffer then.
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], BufferTooSmall> {
        let length = buffer.len();
        let mut free = &mut *buffer;
        match self.fields.data {
            // Line by line, without the state of `Slices`: it takes fewer instructions, and more flash.
            Some(data) if FAVORS_SPEED => {
                let (mut fields, _) = self.split_data();
                fields.try_for_each(|slice| put(&mut free, slice))?;
                put_data(&mut free, data)?;
                put(&mut free, b"\n")?;
            }
            _ => self.slices().try_for_each(|slice| put(&mut free, slice))?,
        }
        let written = length.minus(free.len());
        Ok(buffer.part(..written))
    }

    /// Appends the frame to a sink.
    ///
    /// # Errors
    ///
    /// The sink's error. A sink in memory holds nothing of the frame then.
    pub fn write_to<S: Sink + ?Sized>(&self, sink: &mut S) -> Result<(), S::Error> {
        let start = sink.written();
        let written = self.slices().try_for_each(|slice| sink.write(slice));
        let result = written.and_then(|()| sink.finish());
        if result.is_err() {
            sink.truncate(start);
        }
        result
    }

    /// Returns the lines before the data, and the data.
    pub(super) fn split_data(&self) -> (Slices<'_, 'a>, &'a [u8]) {
        (
            Slices::before_data(&self.fields),
            self.fields.data.unwrap_or_default(),
        )
    }

    pub(crate) const fn has_id(&self) -> bool {
        self.fields.id.is_some()
    }

    pub(crate) const fn has_data(&self) -> bool {
        self.fields.data.is_some()
    }
}

impl<'a> From<EventType<'a>> for Frame<'a> {
    /// Creates a frame with this event type and no other field.
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
    /// Writes the fields.
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(
            f,
            "Frame {{ comment: {:?}, event_type: {:?}, id: {:?}, retry: {:?}, data: {:?} }}",
            self.fields.comment.map(Text::new),
            self.fields.event_type,
            self.fields.id,
            self.fields.retry,
            self.fields.data.map(Text::new)
        );
    }
}

/// Writes bytes to the start of `free`, and shortens it by them.
fn put(free: &mut &mut [u8], bytes: &[u8]) -> Result<(), BufferTooSmall> {
    let split = take(free).split_at_mut_checked(bytes.len());
    let (taken, rest) = split.ok_or(BufferTooSmall)?;
    copy(bytes, taken);
    *free = rest;
    Ok(())
}

/// Writes data as `data` lines, each with its line end.
fn put_data(free: &mut &mut [u8], data: &[u8]) -> Result<(), BufferTooSmall> {
    const NAME: [u8; 6] = *b"data: ";
    let mut lines = Some(data);
    while let Some(data) = lines {
        let line;
        (line, lines) = line_end::split_line(data);
        let (name, rest) = take(free).split_first_chunk_mut().ok_or(BufferTooSmall)?;
        let (value, rest) = rest
            .split_at_mut_checked(line.len())
            .ok_or(BufferTooSmall)?;
        let (end, rest) = rest.split_first_mut().ok_or(BufferTooSmall)?;
        *name = NAME;
        copy(line, value);
        *end = b'\n';
        *free = rest;
    }
    Ok(())
}
