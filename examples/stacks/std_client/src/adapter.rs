//! The glue between the client and the standard library: its sockets and a clock.

use std::io::{Error, ErrorKind};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant as StdInstant};

use embedded_io_adapters::std::FromStd;
use embedded_sse::Instant;
use embedded_sse::client::ConnectError;
use embedded_sse::http::Url;
use embedded_sse::io::blocking::{Clock, Connect, MapError};

/// Connects without encryption.
pub struct Tcp;

impl Connect for Tcp {
    type Socket = MapError<FromStd<TcpStream>, fn(Error) -> Error>;

    fn connect(&mut self, url: Url<'_>) -> Result<Self::Socket, ConnectError> {
        if url.is_https() {
            return Err(ConnectError::Unsupported);
        }
        let socket = TcpStream::connect((url.host(), url.port()));
        let socket = socket.map_err(|_| ConnectError::Unreachable)?;
        // The client checks its own time limits so often. This fails only for a time of 0.
        let _ = socket.set_read_timeout(Some(Duration::from_millis(100)));
        Ok(MapError(FromStd::new(socket), timed_out))
    }
}

/// The client expects `TimedOut` when the read timeout has passed. On Unix, the error is `WouldBlock`.
fn timed_out(error: Error) -> Error {
    match error.kind() {
        ErrorKind::WouldBlock => ErrorKind::TimedOut.into(),
        _ => error,
    }
}

/// Counts from its start.
pub struct StdClock(pub StdInstant);

impl Clock for StdClock {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.elapsed().as_millis() as u64)
    }

    fn wait_until(&self, at: Instant) {
        sleep(Duration::from_millis(at.since(self.now())));
    }
}
