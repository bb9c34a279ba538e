//! Formats an event's data straight into the stream.

use core::fmt;

use super::frame::Frame;
use super::sink::Sink;
use crate::wire::line_end;

/// Writes the data of an event in pieces of any size: text through [`core::fmt::Write`], bytes
/// through `embedded_io::Write`.
///
/// It splits the data into lines as it goes. The bytes on the wire never depend on how the data was
/// cut, not even when a CRLF was.
///
/// **Nothing counts before [`finish`](DataWriter::finish): after a failed write, or when the writer
/// is dropped, a sink in memory is as it was before, and a socket must be closed.**
///
/// # Examples
///
/// ```
/// use core::fmt::Write;
/// use embedded_sse::{DataWriter, EventType, Frame, SliceSink};
///
/// let mut buffer = [0; 64];
/// let mut sink = SliceSink::new(&mut buffer);
/// let head = Frame::new().event_type(EventType::new("status")?);
/// let mut data = DataWriter::new(&mut sink, &head)?;
/// write!(data, "up {} s\nload {:.1}", 86_400, 0.25)?;
/// data.finish()?;
/// assert_eq!(sink.as_written(), b"event: status\ndata: up 86400 s\ndata: load 0.2\n\n");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[must_use = "an event counts only when it is finished"]
pub struct DataWriter<S: Sink> {
    sink: S,
    /// The sink's length before this event.
    start: usize,
    /// The last byte of the data so far is a CR, and its line has been ended.
    after_cr: bool,
    finished: bool,
    failure: Option<S::Error>,
}

impl<S: Sink> DataWriter<S> {
    /// Begins an event with the comment, fields and data of `frame`. What is written then continues
    /// that data.
    ///
    /// # Errors
    ///
    /// When the sink does.
    pub fn new(sink: S, frame: &Frame<'_>) -> Result<Self, S::Error> {
        let mut writer = Self {
            start: sink.written(),
            sink,
            after_cr: false,
            finished: false,
            failure: None,
        };
        let (fields, data) = frame.split_data();
        for chunk in fields.chain([b"data: ".as_slice()]) {
            writer.sink.write(chunk)?;
        }
        writer.split_lines(data)?;
        Ok(writer)
    }

    /// Ends the event.
    ///
    /// # Errors
    ///
    /// The error that this, or an earlier write, has met. A sink in memory is then left as it was.
    pub fn finish(mut self) -> Result<(), S::Error> {
        match self.failure.take() {
            Some(error) => Err(error),
            None => {
                self.sink.write(b"\n\n")?;
                self.sink.finish()?;
                self.finished = true;
                Ok(())
            }
        }
    }

    /// Writes data, and keeps the first error for `finish`.
    fn write(&mut self, data: &[u8]) -> Result<(), &S::Error> {
        if self.failure.is_none() {
            self.failure = self.split_lines(data).err();
        }
        match &self.failure {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn split_lines(&mut self, data: &[u8]) -> Result<(), S::Error> {
        let mut rest = match data {
            [] => return Ok(()),
            [b'\n', rest @ ..] if self.after_cr => rest,
            _ => data,
        };
        self.after_cr = data.last() == Some(&b'\r');
        loop {
            let (line, next) = line_end::split_line(rest);
            self.sink.write(line)?;
            match next {
                Some(next) => rest = next,
                None => return Ok(()),
            }
            self.sink.write(b"\ndata: ")?;
        }
    }
}

impl<S: Sink> Drop for DataWriter<S> {
    fn drop(&mut self) {
        if !self.finished {
            self.sink.truncate(self.start);
        }
    }
}

impl<S: Sink> fmt::Write for DataWriter<S> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.write(text.as_bytes()).map_err(|_| fmt::Error)
    }
}

#[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
impl<S: Sink<Error: embedded_io::Error>> embedded_io::ErrorType for DataWriter<S> {
    /// The kind of the sink's error; [`finish`](DataWriter::finish) returns the error itself.
    type Error = embedded_io::ErrorKind;
}

#[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
impl<S: Sink<Error: embedded_io::Error>> embedded_io::Write for DataWriter<S> {
    fn write(&mut self, data: &[u8]) -> Result<usize, Self::Error> {
        match DataWriter::write(self, data) {
            Ok(()) => Ok(data.len()),
            Err(error) => Err(embedded_io::Error::kind(error)),
        }
    }

    /// Does nothing: the event ends with [`finish`](DataWriter::finish).
    fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}
