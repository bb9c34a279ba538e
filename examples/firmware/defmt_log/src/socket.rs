//! Sockets and clocks of the program. None has `Debug` or `defmt::Format`: no type of the crate needs them.

use core::convert::Infallible;
use core::net::{IpAddr, SocketAddr};
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use embedded_io::{ErrorKind, ErrorType, Read, ReadReady, Write, WriteReady};
use embedded_nal_async::{AddrType, Dns, TcpConnect};
use embedded_sse::Instant;
use embedded_sse::client::ConnectError;
use embedded_sse::http::Url;
use embedded_sse::io::{asynch, blocking};

/// A socket that has received these bytes, and takes all that is written.
pub struct Socket(pub &'static [u8]);

impl ErrorType for Socket {
    type Error = Infallible;
}

impl Read for Socket {
    fn read(&mut self, target: &mut [u8]) -> Result<usize, Infallible> {
        self.0.read(target)
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl ReadReady for Socket {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        Ok(!self.0.is_empty())
    }
}

impl WriteReady for Socket {
    fn write_ready(&mut self) -> Result<bool, Infallible> {
        Ok(true)
    }
}

impl embedded_io_async::Read for Socket {
    async fn read(&mut self, target: &mut [u8]) -> Result<usize, Infallible> {
        Read::read(self, target)
    }
}

impl embedded_io_async::Write for Socket {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl blocking::HalfClose for Socket {
    fn shutdown(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl asynch::HalfClose for Socket {
    async fn shutdown(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Connects to a server that answers every request with these bytes.
pub struct Connector(pub &'static [u8]);

impl blocking::Connect for Connector {
    type Socket = Socket;

    fn connect(&mut self, _: Url<'_>) -> Result<Socket, ConnectError> {
        Ok(Socket(self.0))
    }
}

impl asynch::Connect for Connector {
    type Socket = Socket;

    async fn connect(&mut self, _: Url<'_>) -> Result<Socket, ConnectError> {
        Ok(Socket(self.0))
    }
}

/// A network stack without a network, for `Nal`.
pub struct Net;

impl TcpConnect for Net {
    type Error = ErrorKind;
    type Connection<'a> = Unreachable;

    async fn connect(&self, _: SocketAddr) -> Result<Unreachable, ErrorKind> {
        Err(ErrorKind::ConnectionRefused)
    }
}

impl Dns for Net {
    type Error = ErrorKind;

    async fn get_host_by_name(&self, _: &str, _: AddrType) -> Result<IpAddr, ErrorKind> {
        Err(ErrorKind::NotFound)
    }

    async fn get_host_by_address(&self, _: IpAddr, _: &mut [u8]) -> Result<usize, ErrorKind> {
        Err(ErrorKind::NotFound)
    }
}

/// The connection of a stack that never connects.
pub enum Unreachable {}

impl ErrorType for Unreachable {
    type Error = ErrorKind;
}

impl embedded_io_async::Read for Unreachable {
    async fn read(&mut self, _: &mut [u8]) -> Result<usize, ErrorKind> {
        match *self {}
    }
}

impl embedded_io_async::Write for Unreachable {
    async fn write(&mut self, _: &[u8]) -> Result<usize, ErrorKind> {
        match *self {}
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        match *self {}
    }
}

/// A clock that stands still, so that the log is always the same.
pub struct Clock;

pub const NOW: Instant = Instant::from_millis(1_000);

impl blocking::Clock for Clock {
    fn now(&self) -> Instant {
        NOW
    }

    fn wait_until(&self, _: Instant) {}
}

impl asynch::Clock for Clock {
    fn now(&self) -> Instant {
        NOW
    }

    async fn wait_until(&self, _: Instant) {}
}

/// Polls a future until it is ready. The sockets are always ready.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
