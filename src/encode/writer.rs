//! Writes the data of an event in pieces.

use core::fmt;

use super::frame::Frame;
use super::sink::Sink;
use crate::wire::line_end;

/// Writes the data of an event in pieces of any size: text by [`core::fmt::Write`], bytes by `embedded_io::Write`.
///
/// It splits the data into lines. The encoded bytes are the same however the data is divided into pieces, also if a CRLF
/// is divided.
///
/// **Call [`finish`](DataWriter::finish) to end the event. If the writer is dropped before that, or a write fails, a sink in
/// memory holds nothing of the event. A socket may have sent a part of it: close the socket.**
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
#[must_use = "without a call of `finish`, the event is discarded"]
pub struct DataWriter<S: Sink> {
    sink: S,
    /// The sink's length before this event.
    start: usize,
    /// Whether the data so far ends with a CR, which has ended its line. A line feed that follows belongs to the same line end.
    after_cr: bool,
    finished: bool,
    failure: Option<S::Error>,
}

debug_and_format!([S: Sink] DataWriter<S> {
    writer => "DataWriter {{ finished: {:?}, failed: {:?}, .. }}", writer.finished, writer.failure.is_some();
});

impl<S: Sink> DataWriter<S> {
    /// Begins an event with the comment, the fields and the data of `frame`. Later writes continue that data.
    ///
    /// # Errors
    ///
    /// The sink's error. A sink in memory holds nothing of the event then.
    pub fn new(sink: S, frame: &Frame<'_>) -> Result<Self, S::Error> {
        let mut writer = Self {
            start: sink.written(),
            sink,
            after_cr: false,
            finished: false,
            failure: None,
        };
        let (fields, data) = frame.split_data();
        for slice in fields.chain([b"data: ".as_slice()]) {
            writer.sink.write(slice)?;
        }
        writer.split_lines(data)?;
        Ok(writer)
    }

    /// Ends the event.
    ///
    /// # Errors
    ///
    /// The first error of the sink, from this call or an earlier write. A sink in memory holds nothing of the event then.
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

    /// Writes data. Keeps the first error, which `finish` returns.
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
    /// The kind of the sink's error. [`finish`](DataWriter::finish) returns the error itself.
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

    /// Does nothing. [`finish`](DataWriter::finish) ends the event.
    fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}
