//! Following an event stream over one socket.

use embedded_io::{BufRead, Write};

use super::client::Link;
use super::clock::Clock;
use crate::client::{EventSource, Notice};

/// An event source, connected by a socket that you make: for TLS, or whatever else a
/// [`Connect`](super::Connect) cannot lend.
///
/// [`Buffered`](crate::io::Buffered) makes a `BufRead` of any socket.
///
/// **One lasts as long as its connection: it knows what of the socket's bytes was read.**
///
/// **The time limits of the options are those of the socket: it has to return with
/// [`ErrorKind::TimedOut`](embedded_io::ErrorKind::TimedOut) now and then, when nothing comes, for they are only looked at then.**
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
/// /// Follows a stream for good, over sockets that borrow a buffer.
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
#[derive(Debug)]
pub struct Connected<'s, 'a, S, C> {
    source: &'s mut EventSource<'a>,
    link: Link<S>,
    clock: C,
}

impl<'s, 'a, S: BufRead + Write, C: Clock> Connected<'s, 'a, S, C> {
    /// Goes on with a source that has asked for this connection.
    pub fn new(source: &'s mut EventSource<'a>, socket: S, clock: C) -> Self {
        source.connected(clock.now());
        Self {
            source,
            link: Link::new(socket),
            clock,
        }
    }

    /// What comes next. `None`: drop the socket, and poll the source for what is to be done now.
    #[allow(
        clippy::should_implement_trait,
        reason = "notices borrow from the source"
    )]
    pub fn next(&mut self) -> Option<Notice<'_>> {
        let notice = match self.link.read_on(self.source, &self.clock, show_again) {
            Some(notice) => notice,
            None => self.link.advance(self.source, &self.clock)?,
        };
        Some(self.link.notice(self.source, notice, show_again))
    }

    /// The source, for its last event id, or to close it.
    pub fn source(&mut self) -> &mut EventSource<'a> {
        self.source
    }
}

/// `Show` of any socket: what was received and is not consumed is shown at once.
fn show_again<S: BufRead>(socket: &mut S) -> Option<&[u8]> {
    socket.fill_buf().ok()
}
