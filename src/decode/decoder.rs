//! Decodes event streams in a fixed buffer.

use core::fmt;

use super::event::{Event, Overflow};
use super::state::DecoderState;
#[cfg(feature = "http")]
use crate::bytes::exact::ExactSlice;
use crate::wire::text::EventId;

/// Decodes an event stream in whatever pieces it arrives (WHATWG HTML 9.2.5 and 9.2.6).
///
/// The storage `B` holds the last event ID, and the ID, the type and the data of the event that is being
/// received. If these four together do not fit, the decoder drops the event and returns [`Overflow`].
/// [`buffer_len`](Decoder::buffer_len) adds them up. Comments and unknown fields take no space, however long
/// they are.
///
/// | storage | made by |
/// | --- | --- |
/// | `Decoder<[u8; N]>` | [`Decoder::new`] |
/// | `Decoder<&mut [u8]>` | [`Decoder::with_buffer`] |
/// | `&mut Decoder<[u8]>` | coercion from `&mut Decoder<[u8; N]>` |
///
/// **For every chunk of a stream, call [`next`](Decoder::next) until it returns `None`. Or call [`push`](Decoder::push) once
/// for every byte. Call [`end_stream`](Decoder::end_stream) between two streams.** The same bytes give the same events, errors
/// and IDs, however they are divided into chunks.
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
    pub(super) state: DecoderState,
    pub(super) buffer: B,
}

// The size of a decoder without its buffer is a promise to users. It depends on the size of a `usize`.
#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<Decoder<[u8; 0]>>() <= 36);
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Decoder<[u8; 0]>>() <= 64);

impl<const N: usize> Decoder<[u8; N]> {
    /// Creates a decoder that holds its buffer of `N` bytes. [`buffer_len`](Decoder::buffer_len) returns that number.
    pub const fn new() -> Self {
        Self {
            state: DecoderState::new(),
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
    /// Creates a decoder over the caller's buffer. [`buffer_len`](Decoder::buffer_len) returns its length.
    pub const fn with_buffer(buffer: &'b mut [u8]) -> Self {
        Self {
            state: DecoderState::new(),
            buffer,
        }
    }
}

impl Decoder<[u8]> {
    /// Returns the buffer length for events of at most these lengths, all in bytes. It is `usize::MAX` if the sum is larger.
    ///
    /// The buffer holds two IDs: that of the event that is being received, and the last event ID, which stays valid until
    /// that event is complete. Each data line but the first takes one byte more, for the line feed before it. For an event with
    /// several `id` fields, add the length of one more ID: while the second field is read, the first one is in the buffer, too.
    ///
    /// ```
    /// use embedded_sse::Decoder;
    ///
    /// static DECODER: Decoder<[u8; Decoder::buffer_len(16, 128, 10)]> = Decoder::new();
    /// ```
    pub const fn buffer_len(event_type: usize, data: usize, id: usize) -> usize {
        // The caller passes lengths of any size. A saturated sum is longer than every buffer.
        id.saturating_mul(2)
            .saturating_add(event_type)
            .saturating_add(data)
    }
}

impl<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> Decoder<B> {
    /// Returns the next event of `input`, and shortens `input` by the bytes read. Returns `None` when `input` is used up.
    ///
    /// # Errors
    ///
    /// [`Overflow`] if an event does not fit the buffer. The event is dropped. The rest of `input` is not read yet: call again.
    /// If `?` leaves the loop, the rest is lost.
    pub fn next<'s, 'i: 's>(
        &'s mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Event<'s>>, Overflow> {
        self.state.next(self.buffer.as_mut(), input)
    }

    /// Reads one byte, for instance from a UART, and returns the event that it ends. Returns `None` for all other bytes.
    ///
    /// For single bytes it is two to three times as fast as [`next`](Self::next). A program can use both for one stream, but
    /// one of them alone takes less flash.
    ///
    /// Most bytes take the same short time. The byte that ends an `event` line, an `id` line or an event with an ID takes
    /// longer, because it moves a value in the buffer. An event ends with the line feed or the carriage return of the blank
    /// line. For a line feed after that carriage return, `push` returns `None`.
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
    /// [`Overflow`] at the first byte that does not fit the buffer, once for an event. The event is dropped. That byte is read:
    /// continue with the next one.
    pub fn push(&mut self, byte: u8) -> Result<Option<Event<'_>>, Overflow> {
        self.state.push(self.buffer.as_mut(), byte)
    }

    /// Ends the stream: discards an unfinished event (WHATWG HTML 9.2.6), and reads the next bytes as the start of a new
    /// stream.
    ///
    /// It keeps the last event ID and the reconnection time.
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

    /// Returns the reconnection time in milliseconds, if a `retry` field (WHATWG HTML 9.2.6) has ever set it. Otherwise it
    /// returns `None`. A time over 4,294,967,295 ms is taken as that.
    ///
    /// The field takes effect at the end of its line, before its event ends.
    pub fn retry(&self) -> Option<u32> {
        self.state.builder.retry.time()
    }

    /// Returns the reconnection time in milliseconds, if a `retry` field has set it since the last call. Otherwise it returns
    /// `None`.
    ///
    /// If you call it after each call of [`next`](Self::next), you get the time that the bytes read by that call have set. If
    /// you call it after each call of [`push`](Self::push), you get the time that this byte has set. A
    /// [`PartDecoder`](crate::PartDecoder) returns `retry` fields in the order of the stream.
    pub fn take_retry(&mut self) -> Option<u32> {
        self.state.builder.retry.take_new()
    }

    /// Returns the length of the buffer.
    #[cfg(feature = "http")]
    pub(crate) fn capacity(&self) -> usize {
        self.buffer.as_ref().len()
    }

    /// Returns the part of the buffer that is free between two streams.
    #[cfg(feature = "http")]
    pub(crate) fn free(&self) -> &[u8] {
        let buffer = self.buffer.as_ref();
        let span = self.state.builder.layout.last_event_id_span(buffer);
        buffer.part(..span.start)
    }

    /// Returns the part of the buffer that is free between two streams, and the last event ID.
    #[cfg(feature = "http")]
    pub(crate) fn free_and_last_event_id(&mut self) -> (&mut [u8], &[u8]) {
        let buffer = self.buffer.as_mut();
        let span = self.state.builder.layout.last_event_id_span(buffer);
        let (free, id) = buffer.split_exact_mut(span.start);
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
        defmt::write!(f, "Decoder {{ last_event_id: {:?}, retry: {} }}", id, retry);
    }
}
