//! Sockets whose errors a function translates.

use embedded_io::{Error, ErrorType, Read, Write};

/// A socket, and a function that translates its errors.
///
/// Use it for a socket whose timeouts are not of the kind [`ErrorKind::TimedOut`](embedded_io::ErrorKind::TimedOut), which
/// the drivers of this module expect.
///
/// # Examples
///
/// A socket of the standard library fails with `WouldBlock` on Unix when its read timeout has passed.
///
/// ```
/// use std::io::{Error, ErrorKind};
/// use std::net::TcpStream;
/// use std::time::Duration;
///
/// use embedded_io_adapters::std::FromStd;
/// use embedded_sse::io::blocking::MapError;
///
/// type Socket = MapError<FromStd<TcpStream>, fn(Error) -> Error>;
///
/// fn socket(stream: TcpStream) -> Result<Socket, Error> {
///     stream.set_read_timeout(Some(Duration::from_millis(100)))?;
///     Ok(MapError(FromStd::new(stream), |error| match error.kind() {
///         ErrorKind::WouldBlock => ErrorKind::TimedOut.into(),
///         _ => error,
///     }))
/// }
/// ```
#[derive(Clone, Copy)]
pub struct MapError<S, F>(pub S, pub F);

debug_and_format!([S, F] MapError<S, F> {
    _ => "MapError(..)";
});

impl<S: ErrorType, E: Error, F: Fn(S::Error) -> E> ErrorType for MapError<S, F> {
    type Error = E;
}

impl<S: Read, E: Error, F: Fn(S::Error) -> E> Read for MapError<S, F> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, E> {
        self.0.read(buffer).map_err(&self.1)
    }
}

impl<S: Write, E: Error, F: Fn(S::Error) -> E> Write for MapError<S, F> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, E> {
        self.0.write(bytes).map_err(&self.1)
    }

    fn flush(&mut self) -> Result<(), E> {
        self.0.flush().map_err(&self.1)
    }
}
