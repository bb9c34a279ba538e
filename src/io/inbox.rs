//! What a reader does between two reads of its socket.

use crate::bytes::exact::{Exact, ExactSlice};
use crate::decode::{Decoder, Event, Located, Overflow};

/// A receive buffer in front of a decoder.
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(super) struct Inbox<'b, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> {
    pub decoder: &'b mut Decoder<B>,
    buffer: &'b mut [u8],
    /// What was received, and how much of it is decoded. An event may borrow from all of it.
    received: usize,
    decoded: usize,
}

impl<'b, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> Inbox<'b, B> {
    /// Begins a stream, `received` bytes of which are in the buffer already.
    pub fn new(decoder: &'b mut Decoder<B>, buffer: &'b mut [u8], received: usize) -> Self {
        decoder.end_stream();
        Self {
            decoder,
            received: received.min(buffer.len()),
            buffer,
            decoded: 0,
        }
    }

    /// Decodes up to the next event. `None`: all that was received is decoded, receive more.
    #[inline(always)] // as `Decoder::take_single_line`: an event costs no call
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

    /// The event that `advance` has found.
    #[inline(always)] // it only makes slices
    pub fn event(&self, located: Located) -> Event<'_> {
        let piece = self.buffer.part(..self.received);
        self.decoder.located_event(located, piece)
    }

    /// Where to receive, once all is decoded.
    pub fn receive_buffer(&mut self) -> &mut [u8] {
        self.buffer
    }

    /// So many bytes were received; none means that the stream has ended.
    pub fn received(&mut self, length: usize) {
        if length == 0 {
            self.decoder.end_stream();
        }
        // A socket may report more than there is room for.
        self.received = length.min(self.buffer.len());
        self.decoded = 0;
    }
}
