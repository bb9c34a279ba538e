//! Asynchronous readers and writers, over `embedded-io-async`.

use embedded_io_async::{Read, Write};

use super::Error;
use super::inbox::Inbox;
use super::unsent::{Sent, Unsent};
use crate::decode::{Decoder, Event};
use crate::encode::Frame;

/// Reads events from a socket.
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
            let space = self.inbox.space();
            let length = self.socket.read(space).await.map_err(Error::Io)?;
            self.inbox.received(length);
            if length == 0 {
                return Ok(None);
            }
        }
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

/// Writes frames to a socket.
///
/// It gathers the short pieces of a frame in a buffer, so that a frame that fits goes out in one
/// write. Frames of any length can be written, with an empty buffer too.
///
/// **When [`write`](Writer::write) fails or its future is dropped, give it the same frame again and
/// it goes on where it stopped, or close the socket. If a part of a frame was sent, no other frame is
/// taken.**
///
/// # Examples
///
/// ```
/// use embedded_sse::{Frame, io::asynch::Writer};
/// use embedded_io_async::Write;
///
/// async fn report<W: Write>(socket: W) -> Result<(), embedded_sse::io::Error<W::Error>> {
///     let mut buffer = [0; 128];
///     let mut writer = Writer::new(socket, &mut buffer);
///     writer.write(&Frame::data("on")).await?;
///     writer.flush().await
/// }
/// ```
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Writer<'b, W> {
    socket: W,
    buffer: &'b mut [u8],
    /// What the socket has taken of the frame under way.
    sent: Sent,
}

impl<'b, W: Write> Writer<'b, W> {
    /// Writes to `socket`, through `buffer`.
    pub const fn new(socket: W, buffer: &'b mut [u8]) -> Self {
        Self {
            socket,
            buffer,
            sent: Sent::NOTHING,
        }
    }

    /// Writes a frame. It is not flushed: do that when there is nothing more to write.
    ///
    /// # Cancel safety
    ///
    /// If the socket's `write` is cancel-safe, a dropped future has sent a part of the frame that is
    /// known: calling this again with the same frame sends the rest.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the socket fails, [`Error::WriteZero`] when it takes no more bytes,
    /// [`Error::CutOff`] when a part of another frame was sent: nothing of this one is.
    pub async fn write(&mut self, frame: &Frame<'_>) -> Result<(), Error<W::Error>> {
        let mut unsent = Unsent::new(frame, self.sent)?;
        loop {
            let mut bytes = unsent.gather(self.buffer);
            if bytes.is_empty() {
                self.sent = Sent::NOTHING;
                return Ok(());
            }
            while !bytes.is_empty() {
                let length = self.socket.write(bytes).await.map_err(Error::Io)?;
                if length == 0 {
                    return Err(Error::WriteZero);
                }
                let (taken, rest) = bytes.split_at_checked(length).unwrap_or((bytes, &[]));
                self.sent.note(taken);
                bytes = rest;
            }
        }
    }

    /// Whether a part of a frame was sent, and the next `write` wants that frame again.
    pub fn is_mid_frame(&self) -> bool {
        self.sent != Sent::NOTHING
    }

    /// Flushes the socket.
    ///
    /// # Cancel safety
    ///
    /// That of the socket's `flush`.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the socket fails.
    pub async fn flush(&mut self) -> Result<(), Error<W::Error>> {
        self.socket.flush().await.map_err(Error::Io)
    }

    /// The socket. Behind a `write` that succeeded nothing is kept back, so bytes that were encoded
    /// elsewhere may be written to it.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.socket
    }

    /// The socket.
    pub fn into_inner(self) -> W {
        self.socket
    }
}
