//! Assembles events in a fixed buffer.

use core::fmt;

use super::buffered::buffered_decoder;
use super::event::{Event, Overflow};
use super::state::DecoderState;
#[cfg(feature = "http")]
use crate::bytes::exact::ExactSlice;

/// Decodes an event stream (WHATWG HTML 9.2.5 and 9.2.6), in whatever pieces it arrives.
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
/// **A decoder follows one stream after the other. For every chunk of a stream, call [`next`](Decoder::next) until
/// it returns `None`; or call [`push`](Decoder::push) once for every byte. Call
/// [`end_stream`](Decoder::end_stream) between two streams.** The same bytes give the same events, errors
/// and IDs however they are cut into chunks.
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

#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<Decoder<[u8; 0]>>() <= 36);
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Decoder<[u8; 0]>>() <= 64);

buffered_decoder!(Decoder, DecoderState);

impl Decoder<[u8]> {
    /// Returns the buffer length for events of at most these lengths, in bytes.
    ///
    /// The buffer keeps two IDs at a time: the ID of the event that is being received, and the last event ID, which
    /// stays valid until that event is complete. Each data line but the first takes one byte more, for the line feed
    /// before it. While an ID replaces another one of the same event, both of them count.
    ///
    /// ```
    /// use embedded_sse::Decoder;
    ///
    /// static DECODER: Decoder<[u8; Decoder::buffer_len(16, 128, 10)]> = Decoder::new();
    /// ```
    pub const fn buffer_len(event_type: usize, data: usize, id: usize) -> usize {
        // The caller passes lengths of any size. No buffer is as long as a sum that saturates.
        id.saturating_mul(2)
            .saturating_add(event_type)
            .saturating_add(data)
    }
}

impl<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> Decoder<B> {
    /// Returns the next event of `input`, and shortens `input` by what was read. Returns `None` when `input` is used
    /// up.
    ///
    /// # Errors
    ///
    /// [`Overflow`] if an event does not fit the buffer. The rest of `input` is not read yet: call again. A `?` that
    /// leaves the loop loses it.
    pub fn next<'s, 'i: 's>(
        &'s mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Event<'s>>, Overflow> {
        self.state.next(self.buffer.as_mut(), input)
    }

    /// Takes one byte, for instance from a UART, and returns the event that it ends. This is
    /// [`next`](Self::next) for a single byte, but two to three times as fast. Both may be used for one stream.
    /// A program with only one of them takes less flash.
    ///
    /// Most bytes take the same short time. Bytes that end an ID or an event take longer: they move what the buffer
    /// holds of it. An event ends with the line feed or carriage return of the blank line. A line feed after that
    /// carriage return belongs to it: `push` returns `None`.
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
    /// [`Overflow`] if an event does not fit the buffer, once, at the first byte that does not fit. That byte
    /// is taken: go on with the next one.
    pub fn push(&mut self, byte: u8) -> Result<Option<Event<'_>>, Overflow> {
        self.state.push(self.buffer.as_mut(), byte)
    }

    /// Returns the reconnection time in milliseconds, if a `retry` field has ever set it. The end of that field's
    /// line sets it.
    pub fn retry(&self) -> Option<u32> {
        self.state.builder.retry.time()
    }

    /// Returns the reconnection time in milliseconds, if a `retry` field has set it since the last call.
    ///
    /// After each [`next`](Self::next), it returns what was set before that event. After each
    /// [`push`](Self::push), it returns what that byte has set. A [`PartDecoder`](crate::PartDecoder) returns each
    /// `retry` field in its place in the stream.
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
        let place = self.state.builder.layout.last_event_id_place(buffer);
        buffer.part(..place.start)
    }

    /// Returns the part of the buffer that is free between two streams, and the last event ID.
    #[cfg(feature = "http")]
    pub(crate) fn free_and_last_event_id(&mut self) -> (&mut [u8], &[u8]) {
        let buffer = self.buffer.as_mut();
        let place = self.state.builder.layout.last_event_id_place(buffer);
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
