//! The writer of frames over a blocking socket.

use embedded_io::Write;

use crate::encode::Frame;
use crate::io::WriteError;
use crate::io::unsent::{Sent, Unsent};

/// Writes frames to a socket.
///
/// It gathers the parts of a frame in a buffer, so that a frame that fits the buffer takes one write of the socket. It
/// writes frames of any length, also with an empty buffer.
///
/// **If [`write`](Writer::write) fails, call it with the same frame again, which sends the rest, or close the socket. It
/// refuses another frame if a part of one was sent.**
///
/// # Examples
///
/// ```
/// use embedded_sse::{Frame, io::blocking::Writer};
///
/// let mut sent = [0; 32];
/// let mut socket: &mut [u8] = &mut sent;
/// let mut buffer = [0; 16];
///
/// let mut writer = Writer::new(&mut socket, &mut buffer);
/// writer.write(&Frame::data("on"))?;
/// writer.write(&Frame::comment("later"))?;
/// writer.flush()?;
/// assert!(sent.starts_with(b"data: on\n\n:later\n"));
/// # Ok::<(), embedded_sse::io::WriteError<embedded_io::SliceWriteError>>(())
/// ```
pub struct Writer<'b, W> {
    socket: W,
    buffer: &'b mut [u8],
    /// What the socket has taken of the current frame.
    sent: Sent,
}

debug_and_format!(['b, W] Writer<'b, W> {
    writer => "Writer {{ sent: {:?}, .. }}", writer.sent;
});

impl<'b, W: Write> Writer<'b, W> {
    /// Makes a writer of frames to `socket`, which gathers the parts of a frame in `buffer`. The buffer may be empty: then each
    /// part is a write of its own.
    pub const fn new(socket: W, buffer: &'b mut [u8]) -> Self {
        Self {
            socket,
            buffer,
            sent: Sent::NOTHING,
        }
    }

    /// Writes a frame, without flushing the socket. [`flush`](Self::flush) when there is nothing more to write.
    ///
    /// # Errors
    ///
    /// [`WriteError::Io`] when the socket fails, [`WriteError::WriteZero`] when it takes no more bytes: call this with the same
    /// frame again, or close the socket. [`WriteError::CutOff`] if a part of another frame was sent: then nothing of this one
    /// is. Pass that other frame again, or close the socket.
    pub fn write(&mut self, frame: &Frame<'_>) -> Result<(), WriteError<W::Error>> {
        let mut unsent = Unsent::new(frame, self.sent).ok_or(WriteError::CutOff)?;
        loop {
            let mut bytes = unsent.gather(self.buffer);
            if bytes.is_empty() {
                self.sent = Sent::NOTHING;
                return Ok(());
            }
            while !bytes.is_empty() {
                let length = self.socket.write(bytes).map_err(WriteError::Io)?;
                if length == 0 {
                    return Err(WriteError::WriteZero);
                }
                // A faulty socket may report more bytes than it was given.
                let (taken, rest) = bytes.split_at_checked(length).unwrap_or((bytes, &[]));
                self.sent.note(taken);
                bytes = rest;
            }
        }
    }

    /// Flushes the socket, so that the frames which were written are sent.
    ///
    /// # Errors
    ///
    /// [`WriteError::Io`] when the socket fails. The other errors do not occur.
    pub fn flush(&mut self) -> Result<(), WriteError<W::Error>> {
        self.socket.flush().map_err(WriteError::Io)
    }

    /// Returns the socket. After a `write` that succeeded, the writer keeps no byte back.
    pub fn into_inner(self) -> W {
        self.socket
    }
}
