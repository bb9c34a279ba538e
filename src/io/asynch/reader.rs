//! Reading events from an asynchronous socket.

use embedded_io_async::Read;

use crate::decode::{Decoder, Event};
use crate::io::Error;
use crate::io::inbox::Inbox;
use crate::io::turns::Turns;

/// Reads events from a socket.
///
/// It yields to other tasks before the first read of its socket and after every 32 reads, even if the socket is always
/// ready.
///
/// # Examples
///
/// ```
/// use embedded_sse::{Decoder, io::{Error, asynch::Reader}};
/// use embedded_io_async::Read;
///
/// async fn follow<R: Read>(socket: R) -> Result<(), Error<R::Error>> {
///     let mut decoder = Decoder::<[u8; 256]>::new();
///     let mut buffer = [0; 536];
///     let mut reader = Reader::new(socket, &mut decoder, &mut buffer);
///     loop {
///         match reader.next().await {
///             // The event borrows from decoder and buffer until the next call.
///             Ok(Some(event)) if event.event_type == "led" => { /* .. */ }
///             Ok(Some(_)) => {}
///             Ok(None) => return Ok(()),
///             Err(Error::Overflow) => { /* too large for this device: go on */ }
///             Err(error) => return Err(error),
///         }
///     }
/// }
/// ```
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Reader<'b, R, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> {
    socket: R,
    inbox: Inbox<'b, B>,
    turns: Turns,
}

impl<'b, R: Read, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> Reader<'b, R, B> {
    /// Reads a new stream from `socket`, through a `buffer` of at least one byte. The decoder keeps
    /// its last event id and its reconnection time from stream to stream.
    pub fn new(socket: R, decoder: &'b mut Decoder<B>, buffer: &'b mut [u8]) -> Self {
        Self::with_received(socket, decoder, buffer, 0)
    }

    /// The same, when the first `received` bytes of the stream stand in `buffer` already, as after
    /// reading a response head.
    pub fn with_received(
        socket: R,
        decoder: &'b mut Decoder<B>,
        buffer: &'b mut [u8],
        received: usize,
    ) -> Self {
        Self {
            socket,
            inbox: Inbox::new(decoder, buffer, received),
            // A caller's loop over streams that end at once yields, too.
            turns: Turns::NONE,
        }
    }

    /// The next event; `None` at the end of the stream.
    ///
    /// # Cancel safety
    ///
    /// It waits for nothing but the socket's `read`. If that is cancel-safe, so is this: a future
    /// that was dropped has lost no event.
    ///
    /// # Errors
    ///
    /// [`Error::Overflow`] when an event does not fit the decoder's buffer: go on calling.
    /// [`Error::Io`] when the socket fails; nothing that was received before is lost.
    pub async fn next(&mut self) -> Result<Option<Event<'_>>, Error<R::Error>> {
        loop {
            if let Some(located) = self.inbox.advance()? {
                return Ok(Some(self.inbox.event(located)));
            }
            let length = self.receive().await.map_err(Error::Io)?;
            if length == 0 {
                return Ok(None);
            }
        }
    }

    /// Receives a piece, after a yield if it is time for one. Apart from `next`, whose future has one place to wait
    /// this way: each event resumes it there.
    async fn receive(&mut self) -> Result<usize, R::Error> {
        self.turns.begin().await;
        let length = self.socket.read(self.inbox.receive_buffer()).await?;
        self.inbox.received(length);
        Ok(length)
    }

    /// The decoder, for its last event id and reconnection time.
    pub fn decoder(&mut self) -> &mut Decoder<B> {
        self.inbox.decoder
    }

    /// The socket. What was received and not decoded is lost.
    pub fn into_inner(self) -> R {
        self.socket
    }
}
