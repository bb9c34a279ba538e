//! The client that connects by itself, and the loop over one connection.

use embedded_io::{BufRead, Error, ErrorKind, Read, Write};

use super::clock::Clock;
use crate::client::{ConnectError, EventSource, EventSourceOutput, Notice, NoticeKind, Step};
use crate::decode::{Event, Kind};
use crate::http::Url;
use crate::io::Buffered;
use crate::io::received::ReceivedPiece;

/// Makes connections for a [`Client`].
pub trait Connect {
    /// A connection, which closes when it is dropped.
    ///
    /// While no byte comes, its `read` has to fail with [`ErrorKind::TimedOut`](embedded_io::ErrorKind::TimedOut) from time
    /// to time: only then does the client check its time limits.
    ///
    /// A `TcpStream` of the standard library with a read timeout fails with `WouldBlock` on Unix, which adapters turn into
    /// another kind, and that ends the connection. [`MapError`](super::MapError) turns it into `TimedOut`.
    type Socket: Read + Write;

    /// Connects to the host and port of a URL, encrypted if it [is `https`](Url::is_https).
    ///
    /// The client waits for this call. No time limit of its options ends it, so the connector needs one of its own.
    ///
    /// # Errors
    ///
    /// [`ConnectError::Unreachable`] if a later attempt may succeed. [`ConnectError::Unsupported`] if the connector cannot make
    /// such connections, for example encrypted ones. Then the client ends. If the URL is the target of a redirect, it retries
    /// with the longest delay, unless [`strict`](crate::client::ReconnectOptions::strict) is set.
    fn connect(&mut self, url: Url<'_>) -> Result<Self::Socket, ConnectError>;
}

impl<T: Connect + ?Sized> Connect for &mut T {
    type Socket = T::Socket;

    fn connect(&mut self, url: Url<'_>) -> Result<Self::Socket, ConnectError> {
        (**self).connect(url)
    }
}

/// Follows an event stream, and reconnects when it is lost.
///
/// # Examples
///
/// ```
/// use embedded_sse::client::{ClientOptions, EventSource, ReconnectOptions};
/// use embedded_sse::http::{InvalidUrl, Url};
/// use embedded_sse::io::blocking::{Client, Clock, Connect};
///
/// fn follow(connector: impl Connect, clock: impl Clock) -> Result<(), InvalidUrl> {
///     let options = ClientOptions::new()
///         .idle_timeout(45_000)
///         .reconnect(ReconnectOptions::new().seed(0x5eed)); // the serial number, or a number of the chip's RNG
///     let mut buffer = [0; 256];
///     let url = Url::new("http://10.0.2.2/commands")?;
///     let mut redirects = [0; 256];
///     let mut source = EventSource::new(url, &options, &mut buffer);
///     source.follow_redirects(&mut redirects);
///     let mut received = [0; 536];
///     let mut client = Client::new(source, connector, &mut received, clock);
///     while let Some(event) = client.next() {
///         if event.event_type == "led" { /* .. */ }
///     }
///     // `None`: the client has ended, for example because the server wants no more requests, or refuses them. After other
///     // failures it reconnects by itself.
///     Ok(())
/// }
/// ```
pub struct Client<'a, T: Connect, C> {
    source: EventSource<'a>,
    connector: T,
    link: Link<Buffered<'a, T::Socket>>,
    clock: C,
}

debug_and_format!(['a, T: Connect, C] Client<'a, T, C> {
    client => "Client {{ source: {:?}, .. }}", client.source;
});

impl<'a, T: Connect, C: Clock> Client<'a, T, C> {
    /// Makes a client, which connects when it is first asked for an event.
    ///
    /// `buffer` is the receive buffer. It must have at least one byte: with an empty one, each connection counts as lost.
    pub fn new(source: EventSource<'a>, connector: T, buffer: &'a mut [u8], clock: C) -> Self {
        Self {
            source,
            connector,
            link: Link::new(Buffered::without_socket(buffer)),
            clock,
        }
    }

    /// Returns the next event.
    ///
    /// It skips the other notices of [`next_notice`](Self::next_notice), such as [`Notice::Overflow`] for an event that
    /// is too long for the buffer.
    ///
    /// `None` means that the client has ended. It reconnects after failures of the network, after a malformed response
    /// and when the server restarts. It ends
    ///
    /// - when the server wants no more requests (204) or refuses them (such as 401 or 404),
    /// - after most failures of a request whose method is not safe, such as `POST`: see [`ClientOptions::request`],
    /// - when the attempts are used up,
    /// - when the program has to change something, such as a URL or a buffer,
    /// - after [`close`](Self::close).
    ///
    /// [`ClientOptions::request`]: crate::client::ClientOptions::request
    ///
    /// To try again nevertheless, wait for a while, then call [`restart`](Self::restart).
    #[allow(
        clippy::should_implement_trait,
        reason = "events borrow from the client"
    )]
    pub fn next(&mut self) -> Option<Event<'_>> {
        loop {
            let notice = match self.read_rest() {
                Some(notice) => notice,
                None => self.advance(),
            };
            match notice {
                NoticeKind::Found(Kind::Event) => break,
                NoticeKind::Closed => return None,
                _ => {}
            }
        }
        let piece = self.link.decoded(peek)?;
        Some(self.source.event(piece))
    }

    /// Returns the next event, comment or change of state. After the client has ended, it always returns
    /// [`Notice::Closed`].
    pub fn next_notice(&mut self) -> Notice<'_> {
        let notice = match self.read_rest() {
            Some(notice) => notice,
            None => self.advance(),
        };
        self.link.notice(&self.source, notice, peek)
    }

    /// Returns the event source, which has the last event ID and the state.
    pub fn source(&self) -> &EventSource<'a> {
        &self.source
    }

    /// Ends the client for good, and drops the connection. Later calls of [`next`](Self::next) return `None`.
    pub fn close(&mut self) {
        self.source.close();
        self.link.replace_socket(None);
    }

    /// Drops the connection. The next call connects anew, without a delay.
    ///
    /// This also starts a client again that has ended, except by [`close`](Self::close). It also repeats a request whose method
    /// is not safe, such as `POST`.
    pub fn restart(&mut self) {
        self.source.restart();
        self.link.replace_socket(None);
    }

    /// Returns the next notice of the bytes that were received already.
    #[inline(always)] // Inlined so that an event costs no call, as in `Decoder::take_single_line`.
    fn read_rest(&mut self) -> Option<NoticeKind> {
        let (link, source) = (&mut self.link, &mut self.source);
        link.read_rest(source, &self.clock, peek)
    }

    fn advance(&mut self) -> NoticeKind {
        loop {
            if let Some(notice) = self.link.advance(&mut self.source, &self.clock) {
                return notice;
            }
            // Drop the socket before the next one is made: the stack may have only one.
            self.link.replace_socket(None);
            if self.source.lifecycle.is_connecting() {
                self.connect();
                continue;
            }
            match self.source.advance(self.clock.now(), b"", &mut &b""[..]) {
                Step::Notice(notice) => return notice,
                Step::Wait => self.clock.wait_until(self.source.lifecycle.deadline),
                // The other steps occur only with a connection.
                _ => {}
            }
        }
    }

    fn connect(&mut self) {
        match self.connector.connect(self.source.next_url()) {
            Ok(socket) => {
                self.link.replace_socket(Some(socket));
                self.source.connected(self.clock.now());
            }
            Err(error) => self.source.connect_failed(error),
        }
    }
}

/// A socket, and the state of the loop over it.
#[derive(Debug)]
pub(super) struct Link<S> {
    socket: S,
    piece: ReceivedPiece,
    needs_flush: bool,
}

impl<S> Link<S> {
    pub const fn new(socket: S) -> Self {
        Self {
            socket,
            piece: ReceivedPiece::NOTHING,
            needs_flush: false,
        }
    }
}

impl<S> Link<Buffered<'_, S>> {
    /// Takes another socket, or none, and forgets the state of the one before.
    pub fn replace_socket(&mut self, socket: Option<S>) {
        self.socket.replace_socket(socket);
        self.piece = ReceivedPiece::NOTHING;
        self.needs_flush = false;
    }
}

impl<S: BufRead + Write> Link<S> {
    /// Returns the next notice of the bytes that were received already, if there is one.
    #[inline(always)] // Inlined so that an event costs no call, as in `Decoder::take_single_line`.
    pub fn read_rest<C: Clock>(
        &mut self,
        source: &mut EventSource<'_>,
        clock: &C,
        peek: Peek<S>,
    ) -> Option<NoticeKind> {
        if !self.piece.has_rest() {
            return None;
        }
        let received = peek(&mut self.socket);
        self.piece.read_rest(received, source, || clock.now())
    }

    /// Reads and writes up to the next notice. `None` means that the source has given up the connection.
    pub fn advance<C: Clock>(
        &mut self,
        source: &mut EventSource<'_>,
        clock: &C,
    ) -> Option<NoticeKind> {
        while source.lifecycle.is_connected() {
            self.socket.consume(self.piece.take_decoded());
            let result = if !source.awaits_bytes() {
                self.send(source, clock)
            } else if self.needs_flush {
                let result = self.socket.flush();
                self.needs_flush = result.is_err();
                result
            } else {
                match self.receive(source, clock) {
                    Ok(Some(notice)) => return Some(notice),
                    result => result.map(|_| ()),
                }
            };
            match result {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::TimedOut => {
                    source.lifecycle.check_deadline(clock.now());
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => source.disconnected(),
            }
        }
        None
    }

    fn send<C: Clock>(&mut self, source: &mut EventSource<'_>, clock: &C) -> Result<(), S::Error> {
        let step = source.advance_connected(clock.now(), b"", &mut &b""[..]);
        if let Some(EventSourceOutput::Send(bytes)) = step.map(|step| source.output(step, b"")) {
            match self.socket.write(bytes)? {
                0 => source.disconnected(),
                length => {
                    self.needs_flush = true;
                    source.sent(clock.now(), length);
                }
            }
        }
        Ok(())
    }

    fn receive<C: Clock>(
        &mut self,
        source: &mut EventSource<'_>,
        clock: &C,
    ) -> Result<Option<NoticeKind>, S::Error> {
        let received = self.socket.fill_buf()?;
        if received.is_empty() {
            source.received_eof();
            return Ok(None);
        }
        Ok(self.piece.begin(received, source, clock.now()))
    }

    /// Returns the decoded bytes of the socket, from which the last event or comment borrows.
    #[inline(always)] // It is called for each event.
    pub fn decoded(&mut self, peek: Peek<S>) -> Option<&[u8]> {
        self.piece.decoded(peek(&mut self.socket))
    }

    /// Makes the notice. An event or a comment borrows from the bytes of the socket.
    pub fn notice<'s>(
        &'s mut self,
        source: &'s EventSource<'_>,
        notice: NoticeKind,
        peek: Peek<S>,
    ) -> Notice<'s> {
        let received = match notice {
            NoticeKind::Found(_) => peek(&mut self.socket),
            _ => None,
        };
        self.piece.notice(notice, received, source)
    }
}

/// Returns the bytes of a socket that are not consumed, without waiting.
///
/// A function pointer, because a `Buffered` has a shorter way to them than any other `BufRead`.
pub(super) type Peek<S> = fn(&mut S) -> Option<&[u8]>;

/// The [`Peek`] of a `Buffered`.
#[inline(always)] // It is called twice for each event.
fn peek<'s, S>(socket: &'s mut Buffered<'_, S>) -> Option<&'s [u8]> {
    Some(socket.received())
}
