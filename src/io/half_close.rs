//! How sockets are closed.

use embedded_io::ErrorType;

/// How a socket is closed: the argument of the function of a [`WithShutdown`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum End {
    /// Close the sending side after all that was written (TCP FIN). Reading goes on.
    Shutdown,
    /// Reset the connection at once (TCP RST). Either the client takes no byte, so it would not receive a FIN. Or a frame could
    /// not be sent to its end, and a FIN would hide that.
    Abort,
}

/// A socket and a function that shuts it down or resets it.
///
/// The function is an `async fn` or an async closure for `io::asynch`, and a function or a closure for `io::blocking`.
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
/// fn closable(socket: &mut TcpSocket) -> impl HalfClose {
///     WithShutdown::new(socket, async |socket: &mut &mut TcpSocket, end| {
///         match end {
///             End::Shutdown => socket.close(),
///             End::Abort => socket.abort(),
///         }
///         socket.flush().await // until FIN is acknowledged, or RST is sent
///     })
/// }
/// ```
#[derive(Clone, Copy)]
pub struct WithShutdown<S, F> {
    pub(super) socket: S,
    pub(super) end: F,
}

debug_and_format!([S, F] WithShutdown<S, F> {
    _ => "WithShutdown(..)";
});

/// A socket that cannot be shut down, only dropped.
///
/// After a stream, the server drops the socket at once, which shows the client the end. After another response, whose
/// `Content-Length` shows the end, it drops the socket after 1 s, after 64 KB of input, or when the client closes the
/// connection.
#[derive(Clone, Copy)]
pub struct WithoutShutdown<S>(pub S);

debug_and_format!([S] WithoutShutdown<S> {
    _ => "WithoutShutdown(..)";
});

impl<S: ErrorType, F> WithShutdown<S, F> {
    /// Joins a socket and the function that closes it.
    pub const fn new(socket: S, end: F) -> Self {
        Self { socket, end }
    }
}

impl<S: ErrorType, F> ErrorType for WithShutdown<S, F> {
    type Error = S::Error;
}

impl<S: ErrorType> ErrorType for WithoutShutdown<S> {
    type Error = S::Error;
}
