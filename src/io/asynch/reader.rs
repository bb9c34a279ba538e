//! Reading events from an asynchronous socket.

use embedded_io_async::Read;

use crate::decode::{Decoder, Event};
use crate::io::ReadError;
use crate::io::inbox::Inbox;
use crate::io::turns::Turns;

/// Reads events from a socket.
///
/// It yields to other tasks before the first read and after every 32 reads, even if the socket is always ready.
///
/// # Examples
///
/// ```
/// use embedded_sse::{Decoder, io::{ReadError, asynch::Reader}};
/// use embedded_io_async::Read;
///
/// async fn follow<R: Read>(socket: R) -> Result<(), ReadError<R::Error>> {
///     let mut decoder = Decoder::<[u8; 256]>::new();
///     let mut buffer = [0; 536];
///     let mut reader = Reader::new(socket, &mut decoder, &mut buffer);
///     loop {
///         match reader.next().await {
///             // The event borrows from decoder and buffer until the next call.
///             Ok(Some(event)) if event.event_type == "led" => { /* .. */ }
///             Ok(Some(_)) => {}
///             Ok(None) => return Ok(()),
///             Err(ReadError::Overflow) => { /* the event is too long for the buffer: go on */ }
///             Err(error) => return Err(error),
///         }
///     }
/// }
/// ```
pub struct Reader<'b, R, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> {
    socket: R,
    inbox: Inbox<'b, B>,
    turns: Turns,
}

debug_and_format!(['b, R, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized] Reader<'b, R, B> {
    reader => "Reader {{ decoder: {:?}, undecoded: {:?}, .. }}", reader.inbox.decoder, reader.inbox.undecoded();
});

impl<'b, R: Read, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> Reader<'b, R, B> {
    /// Makes a reader of a new stream from `socket`, with a receive buffer of at least one byte. An empty buffer ends the
    /// stream at once.
    ///
    /// The decoder keeps its last event ID and its reconnection time from the streams before.
    pub fn new(socket: R, decoder: &'b mut Decoder<B>, buffer: &'b mut [u8]) -> Self {
        Self::with_received(socket, decoder, buffer, 0)
    }

    /// Makes a reader of a new stream whose first `received` bytes are in `buffer` already. A number above the length of
    /// `buffer` is taken as that length.
    ///
    /// Use this if you have read the head of a response through `buffer`: the read may have returned the start of the body,
    /// too. Move it to the start of `buffer`.
    pub fn with_received(
        socket: R,
        decoder: &'b mut Decoder<B>,
        buffer: &'b mut [u8],
        received: usize,
    ) -> Self {
        Self {
            socket,
            inbox: Inbox::new(decoder, buffer, received),
            // So that a caller's loop over streams that end at once yields, too.
            turns: Turns::USED_UP,
        }
    }

    /// Returns the next event, or `None` at the end of the stream: when `read` of the socket returns 0.
    ///
    /// # Cancel safety
    ///
    /// Cancel-safe if the socket's `read` is: a dropped future loses no event.
    ///
    /// # Errors
    ///
    /// [`ReadError::Overflow`] when an event does not fit the decoder's buffer: the next call goes on after it.
    /// [`ReadError::Io`] when the socket fails: no event that was received before is lost, and the next call reads again.
    pub async fn next(&mut self) -> Result<Option<Event<'_>>, ReadError<R::Error>> {
        loop {
            if let Some(located) = self.inbox.advance()? {
                return Ok(Some(self.inbox.event(located)));
            }
            let length = self.receive().await.map_err(ReadError::Io)?;
            if length == 0 {
                return Ok(None);
            }
        }
    }

    /// Reads once, after a yield if no turn is left.
    ///
    /// A function of its own, so that the future of `next` has one `await`: resuming it takes fewer instructions for each
    /// event.
    async fn receive(&mut self) -> Result<usize, R::Error> {
        self.turns.begin().await;
        let length = self.socket.read(self.inbox.receive_buffer()).await?;
        self.inbox.received(length);
        Ok(length)
    }

    /// Returns the decoder, which has the last event ID and the reconnection time.
    pub fn decoder(&mut self) -> &mut Decoder<B> {
        self.inbox.decoder
    }

    /// Returns the socket. Bytes that were received and not decoded are lost.
    pub fn into_inner(self) -> R {
        self.socket
    }
}
