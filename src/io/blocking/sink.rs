//! A sink that formats events into a blocking socket.

use embedded_io::Write;

use crate::bytes::copy::copy;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::encode::Sink;
use crate::io::WriteError;

/// A sink that writes to a socket, so that a [`DataWriter`](crate::DataWriter) can format an event larger than RAM.
///
/// It gathers short pieces in a buffer, and writes the rest of them when the event is complete.
///
/// **Keep one sink for a socket, and lend it to one `DataWriter` after the other. If an event fails or is dropped after a
/// part of it was sent, every later write to this sink fails with [`WriteError::CutOff`]: close the socket.**
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
pub struct SocketSink<'b, W> {
    socket: W,
    buffer: &'b mut [u8],
    gathered: usize,
    state: SinkState,
}

debug_and_format!(['b, W] SocketSink<'b, W> {
    sink => "SocketSink {{ gathered: {:?}, state: {:?}, .. }}", sink.gathered, sink.state;
});

impl<'b, W: Write> SocketSink<'b, W> {
    /// Makes a sink that writes to `socket`, and gathers short pieces in `buffer`. The buffer may be empty.
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
    type Error = WriteError<W::Error>;

    fn write(&mut self, bytes: &[u8]) -> Result<(), Self::Error> {
        if self.state == SinkState::CutOff {
            return Err(WriteError::CutOff);
        }
        let free = self.buffer.part_mut(self.gathered..);
        if bytes.len() <= free.len() {
            copy(bytes, free);
            self.gathered = self.gathered.plus(bytes.len());
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
            return Err(WriteError::CutOff);
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
    fn send_gathered(&mut self) -> Result<(), WriteError<W::Error>> {
        let gathered = self.buffer.part(..self.gathered);
        self.gathered = 0;
        if gathered.is_empty() {
            return Ok(());
        }
        self.state = SinkState::Begun;
        write_all(&mut self.socket, gathered)
    }
}

/// How much of the last event was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum SinkState {
    /// All or nothing.
    Whole,
    /// A part, and more is to come.
    Begun,
    /// A part, and no more will come.
    CutOff,
}

/// Writes all bytes. `embedded_io::Write::write_all` does the same, but panics if the socket takes no byte.
fn write_all<W: Write>(socket: &mut W, mut bytes: &[u8]) -> Result<(), WriteError<W::Error>> {
    while !bytes.is_empty() {
        let length = socket.write(bytes).map_err(WriteError::Io)?;
        if length == 0 {
            return Err(WriteError::WriteZero);
        }
        // A faulty socket may report more bytes than it was given.
        bytes = bytes.get(length..).unwrap_or_default();
    }
    Ok(())
}
