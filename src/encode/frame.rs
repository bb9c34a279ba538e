//! An outgoing event or comment, as an iterator of byte slices.

use core::iter::FusedIterator;

use super::decimal::Decimal;
use super::sink::{BufferTooSmall, Sink, SliceSink};
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
#[derive(Clone, Copy, Debug, Default)]
pub struct Frame<'a> {
    comment: Option<&'a [u8]>,
    event: Option<EventName<'a>>,
    id: Option<EventId<'a>>,
    retry: Option<Decimal>,
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
        Self {
            data: Some(data.as_ref()),
            ..Self::new()
        }
    }

    /// A comment, which clients ignore: it keeps a connection alive.
    pub fn comment<T: AsRef<[u8]> + ?Sized>(text: &'a T) -> Self {
        Self {
            comment: Some(text.as_ref()),
            ..Self::new()
        }
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
    pub fn retry(mut self, milliseconds: u32) -> Self {
        self.retry = Some(Decimal::new(milliseconds));
        self
    }

    /// The bytes of the frame, as slices of its parts and of constants. No slice is empty.
    pub fn chunks(&self) -> Chunks<'_> {
        let bytes = |text| -> Option<&[u8]> { text };
        Chunks {
            line: [b""; 3],
            comment: self.comment,
            event: bytes(self.event.as_ref().map(|name| name.as_bytes())),
            id: bytes(self.id.as_ref().map(|id| id.as_bytes())),
            retry: self.retry.as_ref().map(Decimal::as_bytes),
            data: self.data,
            blank_line: self.has_field(),
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
        const RETRY: usize = b"retry: \n".len() + Decimal::MAX_LEN;
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
        let mut sink = SliceSink::new(buffer);
        self.write_to(&mut sink)?;
        Ok(sink.into_written())
    }

    /// Appends the frame to a sink.
    ///
    /// # Errors
    ///
    /// When the sink does. A sink in memory is left as it was.
    pub fn write_to<S: Sink + ?Sized>(&self, sink: &mut S) -> Result<(), S::Error> {
        let start = sink.written();
        for chunk in self.chunks() {
            if let Err(error) = sink.write(chunk) {
                sink.truncate(start);
                return Err(error);
            }
        }
        Ok(())
    }

    /// The same frame without data and blank line, and the data: what a `DataWriter` starts with.
    pub(super) fn split_data(&self) -> (Chunks<'_>, Option<&'a [u8]>) {
        let fields = Chunks {
            data: None,
            blank_line: false,
            ..self.chunks()
        };
        (fields, self.data)
    }

    fn has_field(&self) -> bool {
        self.event.is_some() || self.id.is_some() || self.retry.is_some() || self.data.is_some()
    }
}

/// The bytes of a [`Frame`], slice by slice.
#[derive(Clone, Debug)]
pub struct Chunks<'f> {
    /// What is left of the line under way: name, value, line end.
    line: [&'f [u8]; 3],
    /// What is left behind that line.
    comment: Option<&'f [u8]>,
    event: Option<&'f [u8]>,
    id: Option<&'f [u8]>,
    retry: Option<&'f [u8]>,
    data: Option<&'f [u8]>,
    blank_line: bool,
}

impl<'f> Iterator for Chunks<'f> {
    type Item = &'f [u8];

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            for chunk in &mut self.line {
                if !chunk.is_empty() {
                    return Some(core::mem::take(chunk));
                }
            }
            let (name, value) = self.next_line()?;
            self.line = [name, value, b"\n"];
        }
    }
}

impl FusedIterator for Chunks<'_> {}

impl<'f> Chunks<'f> {
    /// The name of the next line as it stands on the wire, and its value.
    fn next_line(&mut self) -> Option<(&'f [u8], &'f [u8])> {
        if let Some(text) = self.comment {
            let (line, rest) = line_end::split(text);
            self.comment = rest;
            Some((b":", line))
        } else if let Some(name) = self.event.take() {
            Some((b"event: ", name))
        } else if let Some(id) = self.id.take() {
            Some((b"id: ", id))
        } else if let Some(digits) = self.retry.take() {
            Some((b"retry: ", digits))
        } else if let Some(text) = self.data {
            let (line, rest) = line_end::split(text);
            self.data = rest;
            Some((b"data: ", line))
        } else {
            core::mem::take(&mut self.blank_line).then_some((b"", b""))
        }
    }
}
