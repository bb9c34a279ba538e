//! How sockets are ended.

use embedded_io::ErrorType;

/// How a socket is to be ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum End {
    /// Close the sending side after what was written (TCP FIN). Reading goes on.
    Shutdown,
    /// Give the connection up at once (TCP RST): the client takes no byte, so it would not read to the end.
    Abort,
}

/// Adds a function to a socket, which shuts it down or resets it. For [`io::asynch`](super::asynch) that is an `async fn` or
/// an async closure, for [`io::blocking`](super::blocking) a function or a closure.
///
/// # Examples
///
/// For a `TcpSocket` of embassy-net:
///
/// ```
/// # use core::convert::Infallible;
/// # use embedded_io_async::{Read, Write};
/// # struct TcpSocket;
/// # impl TcpSocket {
/// #     fn close(&mut self) {}
/// #     fn abort(&mut self) {}
/// #     async fn flush(&mut self) -> Result<(), Infallible> { Ok(()) }
/// # }
/// # impl embedded_io_async::ErrorType for TcpSocket { type Error = Infallible; }
/// use embedded_sse::io::{End, WithShutdown, asynch::HalfClose};
///
/// fn closing(socket: &mut TcpSocket) -> impl HalfClose {
///     WithShutdown::new(socket, async |socket: &mut &mut TcpSocket, end| {
///         match end {
///             End::Shutdown => socket.close(),
///             End::Abort => socket.abort(),
///         }
///         socket.flush().await // until FIN is acknowledged, or RST is sent
///     })
/// }
/// ```
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct WithShutdown<S, F> {
    pub(super) socket: S,
    pub(super) end: F,
}

/// A socket that cannot be shut down, only dropped. A client that reads to the end of a response waits until that
/// happens: after 1 s, or when the client closes.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct WithoutShutdown<S>(pub S);

impl<S: ErrorType, F> WithShutdown<S, F> {
    /// Joins a socket and the function that ends it.
    pub const fn new(socket: S, end: F) -> Self {
        Self { socket, end }
    }
}

impl<S, F> WithShutdown<S, F> {
    /// Returns the socket.
    pub fn into_inner(self) -> S {
        self.socket
    }
}

impl<S: ErrorType, F> ErrorType for WithShutdown<S, F> {
    type Error = S::Error;
}

impl<S: ErrorType> ErrorType for WithoutShutdown<S> {
    type Error = S::Error;
}
