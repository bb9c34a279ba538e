//! Closing the sending side of a socket.

use core::future::{Future, poll_fn};
use core::task::Poll;

use embedded_io_async::{ErrorType, Read, Write};

use crate::io::{End, WithShutdown, WithoutShutdown};

/// A socket whose sending side can be closed, while reading goes on.
///
/// A server calls `shutdown` after each response and each stream, so that the client sees the end at once. It then goes on
/// reading, because a socket that is closed with unread input resets the connection (RFC 9112, section 9.6). `embedded-io`
/// has no call for this. [`WithShutdown`] adds it to any socket by a function. [`WithoutShutdown`] wraps a socket that
/// cannot do it.
pub trait HalfClose: ErrorType {
    /// Tells whether `shutdown` closes the sending side. It is `true` by default.
    const CAN_SHUT_DOWN: bool = true;

    /// Closes the sending side, after all that was written (TCP FIN). It may wait until the client has acknowledged that: the
    /// caller limits the time.
    ///
    /// # Cancel safety
    ///
    /// The server drops this future when the [write timeout](crate::server::StreamOptions::write_timeout) has passed. It then
    /// calls [`abort`](Self::abort), and drops the socket.
    ///
    /// # Errors
    ///
    /// The error of the socket. The server gives up the connection then.
    fn shutdown(&mut self) -> impl Future<Output = Result<(), Self::Error>>;

    /// Resets the connection at once (TCP RST). It may wait until the reset is sent: the caller limits the time.
    ///
    /// Does nothing by default, because the socket is dropped next.
    ///
    /// # Cancel safety
    ///
    /// The server drops this future when the [write timeout](crate::server::StreamOptions::write_timeout) has passed, and drops
    /// the socket.
    fn abort(&mut self) -> impl Future<Output = ()> {
        // `core::future::ready` panics if it is polled again after it was ready.
        poll_fn(|_| Poll::Ready(()))
    }
}

impl<S: HalfClose + ?Sized> HalfClose for &mut S {
    const CAN_SHUT_DOWN: bool = S::CAN_SHUT_DOWN;

    fn shutdown(&mut self) -> impl Future<Output = Result<(), Self::Error>> {
        (**self).shutdown()
    }

    fn abort(&mut self) -> impl Future<Output = ()> {
        (**self).abort()
    }
}

impl<S: ErrorType, F> HalfClose for WithShutdown<S, F>
where
    F: AsyncFnMut(&mut S, End) -> Result<(), S::Error>,
{
    async fn shutdown(&mut self) -> Result<(), S::Error> {
        (self.end)(&mut self.socket, End::Shutdown).await
    }

    async fn abort(&mut self) {
        // An error changes nothing: the socket is dropped next.
        let _ = (self.end)(&mut self.socket, End::Abort).await;
    }
}

impl<S: ErrorType> HalfClose for WithoutShutdown<S> {
    const CAN_SHUT_DOWN: bool = false;

    async fn shutdown(&mut self) -> Result<(), S::Error> {
        Ok(())
    }
}

impl<S: Read, F> Read for WithShutdown<S, F> {
    async fn read(&mut self, target: &mut [u8]) -> Result<usize, S::Error> {
        self.socket.read(target).await
    }
}

impl<S: Write, F> Write for WithShutdown<S, F> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, S::Error> {
        self.socket.write(bytes).await
    }

    async fn flush(&mut self) -> Result<(), S::Error> {
        self.socket.flush().await
    }
}

impl<S: Read> Read for WithoutShutdown<S> {
    async fn read(&mut self, target: &mut [u8]) -> Result<usize, S::Error> {
        self.0.read(target).await
    }
}

impl<S: Write> Write for WithoutShutdown<S> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, S::Error> {
        self.0.write(bytes).await
    }

    async fn flush(&mut self) -> Result<(), S::Error> {
        self.0.flush().await
    }
}
