//! The receive buffer of a reader, and its decoder.

use crate::bytes::exact::{Exact, ExactSlice};
use crate::decode::{Decoder, Event, Located, Overflow};

/// Received bytes, and the decoder that reads them.
pub(super) struct Inbox<'b, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> {
    pub decoder: &'b mut Decoder<B>,
    buffer: &'b mut [u8],
    /// How many bytes of the buffer were received. An event may borrow from all of them.
    received: usize,
    /// How many of these are decoded.
    decoded: usize,
}

impl<'b, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> Inbox<'b, B> {
    /// Begins a stream. Its first `received` bytes are in the buffer already.
    pub fn new(decoder: &'b mut Decoder<B>, buffer: &'b mut [u8], received: usize) -> Self {
        decoder.end_stream();
        Self {
            decoder,
            received: received.min(buffer.len()),
            buffer,
            decoded: 0,
        }
    }

    /// Decodes up to the next event. `None` means that all received bytes are decoded.
    #[inline(always)] // Inlined so that an event costs no call, as in `Decoder::take_single_line`.
    pub fn advance(&mut self) -> Result<Option<Located>, Overflow> {
        let piece = self.buffer.part(..self.received);
        let mut input = piece.part(self.decoded..);
        if let Some(data) = self.decoder.take_single_line(&mut input) {
            self.decoded = piece.len().minus(input.len());
            return Ok(Some(self.decoder.locate_single_line(data, piece)));
        }
        let result = self.decoder.read_located(piece, &mut input, false);
        self.decoded = piece.len().minus(input.len());
        Ok(result?.map(|(located, _)| located))
    }

    /// Returns the event that `advance` has found.
    #[inline(always)] // It only makes slices, which costs less than a call.
    pub fn event(&self, located: Located) -> Event<'_> {
        let piece = self.buffer.part(..self.received);
        self.decoder.located_event(located, piece)
    }

    /// Returns the buffer to receive into. Call this when all received bytes are decoded.
    pub fn receive_buffer(&mut self) -> &mut [u8] {
        self.buffer
    }

    /// Call this when so many bytes were received. 0 means that the stream has ended.
    pub fn received(&mut self, length: usize) {
        if length == 0 {
            self.decoder.end_stream();
        }
        // A faulty socket may report more than the buffer holds.
        self.received = length.min(self.buffer.len());
        self.decoded = 0;
    }

    /// Returns how many received bytes are not decoded yet.
    pub const fn undecoded(&self) -> usize {
        self.received.saturating_sub(self.decoded)
    }
}
