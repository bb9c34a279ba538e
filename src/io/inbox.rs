//! What a reader does between two reads of its socket.

use crate::decode::{Decoder, Event, Located, Overflow};
use crate::wire::exact::{Exact, ExactSlice};

/// A receive buffer in front of a decoder.
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(super) struct Inbox<'b, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> {
    pub decoder: &'b mut Decoder<B>,
    buffer: &'b mut [u8],
    /// The input of the last `advance`, and how much of it that has read. An event may borrow from
    /// it, so the next call moves on, not that one.
    start: usize,
    end: usize,
    read: usize,
}

impl<'b, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> Inbox<'b, B> {
    /// Begins a stream, `received` bytes of which are in the buffer already.
    pub fn new(decoder: &'b mut Decoder<B>, buffer: &'b mut [u8], received: usize) -> Self {
        decoder.end_stream();
        Self {
            decoder,
            end: received.min(buffer.len()),
            buffer,
            start: 0,
            read: 0,
        }
    }

    /// Decodes up to the next event. `None`: all that was received is decoded, receive more.
    pub fn advance(&mut self) -> Result<Option<Located>, Overflow> {
        self.start = self.start.plus(self.read);
        let input = self.buffer.part(self.start..self.end);
        let (read, result) = self.decoder.advance(input);
        self.read = read;
        result
    }

    /// The event that `advance` has found.
    pub fn event(&self, located: Located) -> Event<'_> {
        let input = self.buffer.part(self.start..self.end);
        self.decoder.event(located, input)
    }

    /// Where to receive, once all is decoded.
    pub fn space(&mut self) -> &mut [u8] {
        self.buffer
    }

    /// So many bytes were received; none means that the stream has ended.
    pub fn received(&mut self, length: usize) {
        if length == 0 {
            self.decoder.end_stream();
        }
        self.start = 0;
        // A socket may report more than there is room for.
        self.end = length.min(self.buffer.len());
        self.read = 0;
    }
}
