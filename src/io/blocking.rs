//! Blocking readers and writers, over `embedded-io`.

use embedded_io::{Read, Write};

use super::Error;
use super::inbox::Inbox;
use super::unsent::{Sent, Unsent};
use crate::decode::{Decoder, Event};
use crate::encode::{Frame, Sink};
use crate::wire::copy::copy;

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
/// # Ok::<(), embedded_sse::io::Error<core::convert::Infallible>>(())
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
    /// # Errors
    ///
    /// [`Error::Overflow`] when an event does not fit the decoder's buffer: go on calling.
    /// [`Error::Io`] when the socket fails; nothing that was received before is lost.
    #[allow(
        clippy::should_implement_trait,
        reason = "events borrow from the reader"
    )]
    pub fn next(&mut self) -> Result<Option<Event<'_>>, Error<R::Error>> {
        loop {
            if let Some(located) = self.inbox.advance()? {
                return Ok(Some(self.inbox.event(located)));
            }
            let space = self.inbox.space();
            let length = self.socket.read(space).map_err(Error::Io)?;
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
/// **When [`write`](Writer::write) fails, give it the same frame again and it goes on where it
/// stopped, or close the socket. If a part of a frame was sent, no other frame is taken.**
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
/// # Ok::<(), embedded_sse::io::Error<embedded_io::SliceWriteError>>(())
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
    /// # Errors
    ///
    /// [`Error::Io`] when the socket fails, [`Error::WriteZero`] when it takes no more bytes,
    /// [`Error::CutOff`] when a part of another frame was sent: nothing of this one is.
    pub fn write(&mut self, frame: &Frame<'_>) -> Result<(), Error<W::Error>> {
        let mut unsent = Unsent::new(frame, self.sent)?;
        loop {
            let mut bytes = unsent.gather(self.buffer);
            if bytes.is_empty() {
                self.sent = Sent::NOTHING;
                return Ok(());
            }
            while !bytes.is_empty() {
                let length = self.socket.write(bytes).map_err(Error::Io)?;
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
    /// # Errors
    ///
    /// [`Error::Io`] when the socket fails.
    pub fn flush(&mut self) -> Result<(), Error<W::Error>> {
        self.socket.flush().map_err(Error::Io)
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

/// Passes encoded bytes on to a socket, so that a [`DataWriter`](crate::DataWriter) can format an
/// event larger than RAM. It gathers short pieces in a buffer, and hands the last of them on when the
/// event is whole.
///
/// **An event that fails, or is dropped, when a part of it was sent is cut off. From then on every
/// write to this sink fails with [`Error::CutOff`]: close the socket. Keep one sink for a socket, and
/// lend it to one writer after the other.**
///
/// # Examples
///
/// ```
/// use core::fmt::Write;
/// use embedded_sse::{DataWriter, Frame, io::blocking::SocketSink};
///
/// let mut sent = [0; 32];
/// let mut socket: &mut [u8] = &mut sent;
/// let mut buffer = [0; 8];
/// let mut sink = SocketSink::new(&mut socket, &mut buffer);
/// let mut data = DataWriter::new(&mut sink, &Frame::new())?;
/// write!(data, "{}\n{}", 1, 2)?;
/// data.finish()?;
/// assert!(sent.starts_with(b"data: 1\ndata: 2\n\n"));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SocketSink<'b, W> {
    socket: W,
    buffer: &'b mut [u8],
    gathered: usize,
    state: SinkState,
}

impl<'b, W: Write> SocketSink<'b, W> {
    /// Writes to `socket`, through `buffer`, which may be empty.
    pub const fn new(socket: W, buffer: &'b mut [u8]) -> Self {
        Self {
            socket,
            buffer,
            gathered: 0,
            state: SinkState::Whole,
        }
    }
}

impl<W: Write> Sink for SocketSink<'_, W> {
    type Error = Error<W::Error>;

    fn write(&mut self, bytes: &[u8]) -> Result<(), Self::Error> {
        if self.state == SinkState::CutOff {
            return Err(Error::CutOff);
        }
        let free = self.buffer.get_mut(self.gathered..).unwrap_or_default();
        if bytes.len() <= free.len() {
            copy(bytes, free);
            self.gathered = self.gathered.saturating_add(bytes.len());
            return Ok(());
        }
        self.send_gathered()?;
        if bytes.len() < self.buffer.len() {
            return self.write(bytes);
        }
        self.state = SinkState::Begun;
        write_all(&mut self.socket, bytes)
    }

    fn finish(&mut self) -> Result<(), Self::Error> {
        if self.state == SinkState::CutOff {
            return Err(Error::CutOff);
        }
        self.send_gathered()?;
        self.state = SinkState::Whole;
        Ok(())
    }

    fn written(&self) -> usize {
        self.gathered
    }

    fn truncate(&mut self, length: usize) {
        self.gathered = self.gathered.min(length);
        if self.state == SinkState::Begun {
            self.state = SinkState::CutOff;
        }
    }
}

impl<W: Write> SocketSink<'_, W> {
    fn send_gathered(&mut self) -> Result<(), Error<W::Error>> {
        let gathered = self.buffer.get(..self.gathered).unwrap_or_default();
        self.gathered = 0;
        if gathered.is_empty() {
            return Ok(());
        }
        self.state = SinkState::Begun;
        write_all(&mut self.socket, gathered)
    }
}

/// What of the last event the socket has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum SinkState {
    /// All or nothing of it.
    Whole,
    /// A part, and more is to come.
    Begun,
    /// A part, and no more will come.
    CutOff,
}

/// As `embedded_io::Write::write_all`, which panics when the socket takes nothing.
fn write_all<W: Write>(socket: &mut W, mut bytes: &[u8]) -> Result<(), Error<W::Error>> {
    while !bytes.is_empty() {
        let length = socket.write(bytes).map_err(Error::Io)?;
        if length == 0 {
            return Err(Error::WriteZero);
        }
        bytes = bytes.get(length..).unwrap_or_default();
    }
    Ok(())
}
