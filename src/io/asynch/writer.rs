//! Writing frames to an asynchronous socket.

use embedded_io_async::Write;

use crate::encode::Frame;
use crate::io::Error;
use crate::io::unsent::{Sent, Unsent};

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
                // A socket that reports more than it was given has taken all of it.
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
