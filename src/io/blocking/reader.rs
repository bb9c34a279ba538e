//! Reading events from a blocking socket.

use embedded_io::Read;

use crate::decode::{Decoder, Event};
use crate::io::ReadError;
use crate::io::inbox::Inbox;

/// Reads events from a socket.
///
/// # Examples
///
/// ```
/// use embedded_sse::{Decoder, io::blocking::Reader};
///
/// let socket: &[u8] = b"data: on\n\ndata: off\n\n";
/// let mut decoder = Decoder::<[u8; 64]>::new();
/// let mut buffer = [0; 16];
///
/// let mut reader = Reader::new(socket, &mut decoder, &mut buffer);
/// assert_eq!(reader.next()?.unwrap().data, "on");
/// assert_eq!(reader.next()?.unwrap().data, "off");
/// assert_eq!(reader.next()?, None);
/// # Ok::<(), embedded_sse::io::ReadError<core::convert::Infallible>>(())
/// ```
pub struct Reader<'b, R, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> {
    socket: R,
    inbox: Inbox<'b, B>,
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
        }
    }

    /// Returns the next event, or `None` at the end of the stream: when `read` of the socket returns 0.
    ///
    /// # Errors
    ///
    /// [`ReadError::Overflow`] when an event does not fit the decoder's buffer: the next call goes on after it.
    /// [`ReadError::Io`] when the socket fails: no event that was received before is lost, and the next call reads again.
    #[allow(
        clippy::should_implement_trait,
        reason = "events borrow from the reader"
    )]
    pub fn next(&mut self) -> Result<Option<Event<'_>>, ReadError<R::Error>> {
        loop {
            if let Some(located) = self.inbox.advance()? {
                return Ok(Some(self.inbox.event(located)));
            }
            let space = self.inbox.receive_buffer();
            let length = self.socket.read(space).map_err(ReadError::Io)?;
            self.inbox.received(length);
            if length == 0 {
                return Ok(None);
            }
        }
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
