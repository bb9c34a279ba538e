//! An outgoing event or comment, as an iterator of byte slices.

use core::fmt;
use core::iter::FusedIterator;
use core::mem::take;

use super::sink::{BufferTooSmall, Sink};
use crate::wire::copy::copy;
use crate::wire::decimal::{self, Decimal};
use crate::wire::line_end;
use crate::wire::text::{EventId, EventName};

/// What a server sends at a time: an event, a comment, or fields alone (WHATWG HTML 9.2.5).
///
/// A frame borrows its parts and holds no copy of them. On the wire it is, in this order: comment
/// lines, `event`, `id`, `retry`, `data` lines, and a blank line if there is any field. Data and
/// comments of several lines, ended by CR, LF or CRLF, become as many lines on the wire.
///
/// # Examples
///
/// ```
/// use embedded_sse::{EventId, EventName, Frame};
///
/// let frame = Frame::data("21.5")
///     .event(EventName::new("temperature")?)
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
    comment: Option<&'a [u8]>,
    event: Option<EventName<'a>>,
    id: Option<EventId<'a>>,
    retry: Option<u32>,
    data: Option<&'a [u8]>,
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
    /// use embedded_sse::{Frame, event_name};
    ///
    /// const PING: Frame = Frame::new().event(event_name!("ping")).with_data(b"");
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
    pub const fn event(mut self, name: EventName<'a>) -> Self {
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
    pub fn chunks(&self) -> Chunks<'a> {
        Chunks {
            name: b"",
            value: b"",
            digits: Decimal::NONE,
            line_end: b"",
            retry: self.retry.unwrap_or_default(),
            fields: [
                self.comment,
                self.event.map(|name| name.as_bytes()),
                self.id.map(|id| id.as_bytes()),
                self.retry.map(|_| b"".as_slice()),
                self.data,
                self.has_blank_line().then_some(b""),
            ],
        }
    }

    /// The length of the frame in bytes. This looks for the line ends in comment and data.
    pub fn encoded_len(&self) -> usize {
        self.chunks()
            .fold(0, |length, chunk| length.saturating_add(chunk.len()))
    }

    /// The length in bytes of the longest event with an event type, an id and data of these lengths,
    /// a `retry` field, and data of so many lines.
    ///
    /// ```
    /// use embedded_sse::Frame;
    ///
    /// let buffer = [0; Frame::max_len(16, 10, 128, 1)];
    /// assert_eq!(buffer.len(), 24 + 15 + 18 + 135 + 1);
    /// ```
    pub const fn max_len(event: usize, id: usize, data: usize, lines: usize) -> usize {
        const RETRY: usize = b"retry: \n".len() + decimal::MAX_LEN;
        const LINE_ENDS_AND_NAMES: usize = b"event: \nid: \n\n".len() + RETRY;
        lines
            .saturating_mul(b"data: \n".len())
            .saturating_add(data)
            .saturating_add(id)
            .saturating_add(event)
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
        for chunk in self.chunks() {
            let split = take(&mut free).split_at_mut_checked(chunk.len());
            let (place, rest) = split.ok_or(BufferTooSmall)?;
            copy(chunk, place);
            free = rest;
        }
        let written = length.saturating_sub(free.len());
        Ok(buffer.get(..written).unwrap_or_default())
    }

    /// Appends the frame to a sink.
    ///
    /// # Errors
    ///
    /// When the sink does. A sink in memory is left as it was.
    pub fn write_to<S: Sink + ?Sized>(&self, sink: &mut S) -> Result<(), S::Error> {
        let start = sink.written();
        let mut chunks = self.chunks();
        let written = chunks.try_for_each(|chunk| sink.write(chunk));
        let result = written.and_then(|()| sink.finish());
        if result.is_err() {
            sink.truncate(start);
        }
        result
    }

    /// The lines before the data, and the data: what a `DataWriter` starts with.
    pub(super) fn split_data(&self) -> (Chunks<'a>, &'a [u8]) {
        let mut chunks = self.chunks();
        let [.., data, blank_line] = &mut chunks.fields;
        (*data, *blank_line) = (None, None);
        (chunks, self.data.unwrap_or_default())
    }

    pub(crate) const fn has_id(&self) -> bool {
        self.id.is_some()
    }

    pub(crate) const fn has_data(&self) -> bool {
        self.data.is_some()
    }

    /// Fields make an event, which a blank line ends; a comment does not.
    const fn has_blank_line(&self) -> bool {
        self.event.is_some() || self.id.is_some() || self.retry.is_some() || self.data.is_some()
    }
}

impl<'a> From<EventName<'a>> for Frame<'a> {
    /// A frame with this event type, and nothing else.
    fn from(name: EventName<'a>) -> Self {
        Self::new().event(name)
    }
}

impl fmt::Debug for Frame<'_> {
    /// Writes the bytes of the frame, escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chunks().fmt(f)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Frame<'_> {
    /// Writes the bytes of the frame, escaped.
    fn format(&self, f: defmt::Formatter<'_>) {
        self.chunks().format(f);
    }
}

/// The bytes of a [`Frame`], slice by slice.
#[derive(Clone)]
#[must_use = "chunks are made only when they are asked for"]
pub struct Chunks<'a> {
    /// What is left of the line under way.
    name: &'a [u8],
    value: &'a [u8],
    digits: Decimal,
    line_end: &'a [u8],
    /// What is left behind that line, in the order of `NAMES`.
    fields: [Option<&'a [u8]>; 6],
    retry: u32,
}

/// How the lines of a frame begin. The blank line is one without name and value.
static NAMES: [&str; 6] = [":", "event: ", "id: ", "retry: ", "data: ", ""];
/// The place of `retry` among them, whose value is a number.
const RETRY: usize = 3;

impl<'a> Iterator for Chunks<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if !self.name.is_empty() {
                return Some(take(&mut self.name));
            }
            if !self.value.is_empty() {
                return Some(take(&mut self.value));
            }
            if let Some(digit) = self.digits.next() {
                return Some(digit);
            }
            if !self.line_end.is_empty() {
                return Some(take(&mut self.line_end));
            }
            self.next_line()?;
        }
    }
}

impl FusedIterator for Chunks<'_> {}

impl fmt::Debug for Chunks<'_> {
    /// Writes the bytes to come, escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for chunk in self.clone() {
            write!(f, "{}", chunk.escape_ascii())?;
        }
        f.write_str("\"")
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Chunks<'_> {
    /// Writes the bytes to come, escaped.
    fn format(&self, f: defmt::Formatter<'_>) {
        for chunk in self.clone() {
            defmt::write!(f, "{=[u8]:a}", chunk);
        }
    }
}

impl Chunks<'_> {
    fn next_line(&mut self) -> Option<()> {
        let at = self.fields.iter().position(Option::is_some)?;
        let field = self.fields.get_mut(at)?;
        // Only comments and data have several lines, but the others are split no differently.
        (self.value, *field) = line_end::split(field.unwrap_or_default());
        self.name = NAMES.get(at)?.as_bytes();
        self.line_end = b"\n";
        if at == RETRY {
            self.digits = Decimal::new(self.retry);
        }
        Some(())
    }
}
