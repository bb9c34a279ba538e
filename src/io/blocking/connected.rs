//! The client over one connection that the caller has made.

use embedded_io::{BufRead, Write};

use super::client::Link;
use super::clock::Clock;
use crate::client::{EventSource, Notice};

/// An event source over a connection that you have made.
///
/// Use it for sockets that a [`Connect`](super::Connect) cannot return, such as a TLS session that borrows its buffers.
/// [`Buffered`](crate::io::Buffered) makes a `BufRead` of any socket.
///
/// **Keep one `Connected` as long as its connection: it knows which bytes of the socket are decoded.** To close the source or
/// to start it again, drop the `Connected` and call [`EventSource::close`] or [`EventSource::restart`].
///
/// **While no byte comes, the socket has to fail with [`ErrorKind::TimedOut`](embedded_io::ErrorKind::TimedOut) from time to
/// time: only then are the time limits of the options checked.**
///
/// # Examples
///
/// ```
/// use embedded_io::{Read, Write};
/// use embedded_sse::client::{EventSource, Notice, EventSourceOutput, Reason};
/// use embedded_sse::io::{Buffered, blocking::{Clock, Connected}};
///
/// # trait Tls { type Socket<'b>: Read + Write;
/// #     fn connect<'b>(&mut self, host: &str, port: u16, records: &'b mut [u8])
/// #         -> Option<Self::Socket<'b>>; }
/// /// Follows a stream until it ends for good, over sockets that borrow a buffer.
/// fn follow(source: &mut EventSource<'_>, tls: &mut impl Tls, clock: impl Clock) -> Reason {
///     let mut records = [0; 16_384];
///     let mut received = [0; 536];
///     loop {
///         match source.poll(clock.now(), &mut &b""[..]) {
///             EventSourceOutput::Connect(url) => {
///                 match tls.connect(url.host(), url.port(), &mut records) {
///                     Some(socket) => {
///                         let socket = Buffered::new(socket, &mut received);
///                         let mut connected = Connected::new(source, socket, &clock);
///                         while let Some(notice) = connected.next() {
///                             if let Notice::Event(event) = notice { /* .. */ }
///                         }
///                     }
///                     None => source.disconnected(),
///                 }
///             }
///             EventSourceOutput::Wait(until) => clock.wait_until(until),
///             EventSourceOutput::Notice(Notice::Closed { reason, .. }) => return reason,
///             EventSourceOutput::Notice(_) | EventSourceOutput::Send(_) => {}
///         }
///     }
/// }
/// ```
pub struct Connected<'s, 'a, S, C> {
    source: &'s mut EventSource<'a>,
    link: Link<S>,
    clock: C,
}

debug_and_format!(['s, 'a, S, C] Connected<'s, 'a, S, C> {
    connected => "Connected {{ source: {:?}, .. }}", connected.source;
});

impl<'s, 'a, S: BufRead + Write, C: Clock> Connected<'s, 'a, S, C> {
    /// Makes the driver of a connection for a source that has returned
    /// [`EventSourceOutput::Connect`](crate::client::EventSourceOutput::Connect).
    ///
    /// It reports the connection to the source: do not call [`EventSource::connected`].
    pub fn new(source: &'s mut EventSource<'a>, socket: S, clock: C) -> Self {
        source.connected(clock.now());
        Self {
            source,
            link: Link::new(socket),
            clock,
        }
    }

    /// Returns the next event, comment or change of state. `None` means that the connection is over: drop the socket and
    /// poll the source.
    #[allow(
        clippy::should_implement_trait,
        reason = "notices borrow from the source"
    )]
    pub fn next(&mut self) -> Option<Notice<'_>> {
        let notice = match self.link.read_rest(self.source, &self.clock, peek_again) {
            Some(notice) => notice,
            None => self.link.advance(self.source, &self.clock)?,
        };
        Some(self.link.notice(self.source, notice, peek_again))
    }
}

/// The `Peek` of any socket. While bytes are not consumed, `fill_buf` returns them at once.
fn peek_again<S: BufRead>(socket: &mut S) -> Option<&[u8]> {
    socket.fill_buf().ok()
}
