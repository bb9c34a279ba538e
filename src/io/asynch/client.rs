//! Following an event stream over sockets that a connector makes, and the loop over each of them.

use core::future::{Future, pending};
use core::pin::{Pin, pin};

use embedded_io_async::{BufRead, Read, Write};

use super::clock::{Clock, before, timer};
use crate::client::{ConnectError, EventSource, EventSourceOutput, Notice, NoticeKind, Step};
use crate::decode::{Event, Kind};
use crate::http::Url;
use crate::io::Buffered;
use crate::io::received::Piece;
use crate::io::turns::Turns;

/// Makes connections for a [`Client`].
///
/// `Nal` is one (feature `embedded-nal-async`).
pub trait Connect {
    /// The connection. It closes when it is dropped.
    type Socket: Read + Write;

    /// Connects to host and port of a URL, encrypted if it [is `https`](Url::is_https).
    ///
    /// # Errors
    ///
    /// [`ConnectError::Unreachable`] when a later attempt may succeed. [`ConnectError::Unsupported`] when it cannot make
    /// connections of this kind: a client whose own URL this is ends.
    fn connect(&mut self, url: Url<'_>)
    -> impl Future<Output = Result<Self::Socket, ConnectError>>;
}

impl<T: Connect + ?Sized> Connect for &mut T {
    type Socket = T::Socket;

    fn connect(
        &mut self,
        url: Url<'_>,
    ) -> impl Future<Output = Result<Self::Socket, ConnectError>> {
        (**self).connect(url)
    }
}

/// Follows an event stream through all its connections.
///
/// It yields to other tasks after at most 32 reads, writes and attempts to connect, even if connector, sockets and
/// clock are always ready.
///
/// # Examples
///
/// On embassy, with the feature `embedded-nal-async`, the connector is a `Nal`.
///
/// ```
/// use embedded_sse::client::{ClientOptions, EventSource, ReconnectOptions};
/// use embedded_sse::http::{InvalidUrl, Url};
/// use embedded_sse::io::asynch::{Client, Clock, Connect};
///
/// async fn follow(connector: impl Connect, clock: impl Clock) -> Result<(), InvalidUrl> {
///     let options = ClientOptions::new()
///         .idle_timeout(45_000)
///         .reconnect(ReconnectOptions::new().seed(0x5eed)); // the serial number, or of the chip's RNG
///     let mut buffer = [0; 256];
///     let url = Url::new("http://10.0.2.2/commands")?;
///     let mut redirects = [0; 256];
///     let mut source = EventSource::new(url, &options, &mut buffer);
///     source.follow_redirects(&mut redirects);
///     let mut received = [0; 536];
///     let mut client = Client::new(source, connector, &mut received, clock);
///     while let Some(event) = client.next().await {
///         if event.event_type == "led" { /* .. */ }
///     }
///     // The server wants no more requests, or refuses them. Other failures are retried.
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct Client<'a, T: Connect, C> {
    source: EventSource<'a>,
    connector: T,
    link: Link<Buffered<'a, T::Socket>>,
    clock: C,
}

impl<'a, T: Connect, C: Clock> Client<'a, T, C> {
    /// A client that is about to connect. It receives through a `buffer` of at least one byte.
    pub fn new(source: EventSource<'a>, connector: T, buffer: &'a mut [u8], clock: C) -> Self {
        Self {
            source,
            connector,
            link: Link::new(Buffered::unplugged(buffer), Turns::ALL),
            clock,
        }
    }

    /// Returns the next event. Other notices of [`next_notice`](Self::next_notice) are passed over, also that an event was
    /// too long for the buffer.
    ///
    /// `None` means that the client has ended. The network, a server that restarts or a faulty answer do not end it: it
    /// tries again. It ends when the server wants no more requests (204) or refuses them (such as 401 or 404), when a
    /// request must not be sent twice, when the attempts are used up, when the program has to change something (a URL or
    /// a buffer), or after [`close`](Self::close). To try again nevertheless, wait for a while, then call
    /// [`restart`](Self::restart).
    ///
    /// # Cancel safety
    ///
    /// As [`next_notice`](Self::next_notice).
    pub async fn next(&mut self) -> Option<Event<'_>> {
        loop {
            let notice = match self.read_on() {
                Some(notice) => notice,
                None => self.advance().await,
            };
            match notice {
                NoticeKind::Found(Kind::Event) => break,
                NoticeKind::Closed => return None,
                _ => {}
            }
        }
        let piece = self.link.read(show)?;
        Some(self.source.event(piece))
    }

    /// The next event, comment or change of state. Once the client is closed, that is all it tells.
    ///
    /// # Cancel safety
    ///
    /// A dropped future loses no event if the socket's `read`, `write` and `flush` are cancel-safe. An
    /// attempt to connect that is dropped begins anew with the next call: it takes as long as it takes, so
    /// do not drop it again and again.
    pub async fn next_notice(&mut self) -> Notice<'_> {
        let notice = match self.read_on() {
            Some(notice) => notice,
            None => self.advance().await,
        };
        self.link.notice(&self.source, notice, show)
    }

    /// The source, for its last event id and its state.
    pub fn source(&self) -> &EventSource<'a> {
        &self.source
    }

    /// Ends it for good. The connection is closed at once.
    pub fn close(&mut self) {
        self.source.close();
        self.link.plug(None);
    }

    /// Drops the connection, and connects anew with the next call, at once. This also works after each end but
    /// [`close`](Self::close). A request that must not be sent twice is sent again.
    pub fn restart(&mut self) {
        self.source.restart();
        self.link.plug(None);
    }

    /// What comes next of what was received already.
    #[inline(always)] // as `Decoder::take_single_line`: an event costs no call
    fn read_on(&mut self) -> Option<NoticeKind> {
        let (link, source) = (&mut self.link, &mut self.source);
        link.read_on(source, &self.clock, show)
    }

    async fn advance(&mut self) -> NoticeKind {
        loop {
            if let Some(notice) = self.link.advance(&mut self.source, &self.clock).await {
                return notice;
            }
            // Before the next one is made: there may be room for one only.
            self.link.plug(None);
            if self.source.lifecycle.is_connecting() {
                self.connect().await;
                continue;
            }
            match self.source.advance(self.clock.now(), b"", &mut &b""[..]) {
                Step::Notice(notice) => return notice,
                Step::Wait => match timer(&self.clock, self.source.lifecycle.deadline) {
                    Some(timer) => timer.await,
                    None => pending().await,
                },
                // It is connected above.
                _ => {}
            }
        }
    }

    async fn connect(&mut self) {
        let connect = self.connector.connect(self.source.next_url());
        let late = timer(&self.clock, self.source.lifecycle.deadline);
        let connected = before(pin!(connect), pin!(late)).await;
        match connected {
            Some(Ok(socket)) => {
                self.link.plug(Some(socket));
                self.source.connected(self.clock.now());
            }
            Some(Err(error)) => self.source.connect_failed(error),
            None => self.source.lifecycle.check_deadline(self.clock.now()),
        }
    }
}

/// A socket, and what the loop around it keeps from one step to the next.
#[derive(Debug)]
pub(super) struct Link<S> {
    socket: S,
    piece: Piece,
    is_written: bool,
    /// `plug` keeps them: a client whose connections end at once yields, too.
    turns: Turns,
}

impl<S> Link<S> {
    pub const fn new(socket: S, turns: Turns) -> Self {
        Self {
            socket,
            piece: Piece::NOTHING,
            is_written: false,
            turns,
        }
    }
}

impl<S> Link<Buffered<'_, S>> {
    /// Another socket, or none.
    pub fn plug(&mut self, socket: Option<S>) {
        self.socket.plug(socket);
        self.piece = Piece::NOTHING;
        self.is_written = false;
    }
}

impl<S: BufRead + Write> Link<S> {
    /// Up to the next thing to tell in what was received before. `None` when there is no such thing.
    #[inline(always)] // as `Decoder::take_single_line`: an event costs no call
    pub fn read_on<C: Clock>(
        &mut self,
        source: &mut EventSource<'_>,
        clock: &C,
        show: Show<S>,
    ) -> Option<NoticeKind> {
        if !self.piece.is_left() {
            return None;
        }
        let shown = show(&mut self.socket);
        self.piece.go_on(shown, source, || clock.now())
    }

    /// Up to the next thing to tell. `None` when the source has no connection any more.
    pub async fn advance<C: Clock>(
        &mut self,
        source: &mut EventSource<'_>,
        clock: &C,
    ) -> Option<NoticeKind> {
        loop {
            // Also without a connection: a client comes here after each attempt that has failed.
            self.turns.begin().await;
            if !source.lifecycle.is_connected() {
                return None;
            }
            self.socket.consume(self.piece.finish());
            let mut late = pin!(timer(clock, source.lifecycle.deadline));
            if !source.awaits_bytes() {
                self.send(source, clock, late.as_mut()).await;
            } else if self.is_written {
                let flushed = before(pin!(self.socket.flush()), late).await;
                match flushed {
                    Some(Ok(())) => self.is_written = false,
                    Some(Err(_)) => source.disconnected(),
                    None => source.lifecycle.check_deadline(clock.now()),
                }
            } else if let Some(notice) = self.receive(source, clock, late).await {
                return Some(notice);
            }
        }
    }

    async fn send<C: Clock>(
        &mut self,
        source: &mut EventSource<'_>,
        clock: &C,
        late: Pin<&mut Option<impl Future<Output = ()>>>,
    ) {
        let step = source.advance_connected(clock.now(), b"", &mut &b""[..]);
        let Some(EventSourceOutput::Send(bytes)) = step.map(|step| source.output(step, b"")) else {
            return;
        };
        let written = before(pin!(self.socket.write(bytes)), late).await;
        match written {
            Some(Ok(0) | Err(_)) => source.disconnected(),
            Some(Ok(length)) => {
                self.is_written = true;
                source.sent(clock.now(), length);
            }
            None => source.lifecycle.check_deadline(clock.now()),
        }
    }

    async fn receive<C: Clock>(
        &mut self,
        source: &mut EventSource<'_>,
        clock: &C,
        late: Pin<&mut Option<impl Future<Output = ()>>>,
    ) -> Option<NoticeKind> {
        let received = before(pin!(self.socket.fill_buf()), late).await;
        match received {
            Some(Ok([])) => source.received_eof(),
            Some(Err(_)) => source.disconnected(),
            Some(Ok(shown)) => return self.piece.begin(shown, source, clock.now()),
            None => source.lifecycle.check_deadline(clock.now()),
        }
        None
    }

    /// What is read of what the socket shows: the event or comment that was found last borrows from it.
    #[inline(always)] // asked for each event
    pub fn read(&mut self, show: Show<S>) -> Option<&[u8]> {
        self.piece.read(show(&mut self.socket))
    }

    /// Makes the notice. An event or a comment borrows from what the socket shows.
    pub fn notice<'s>(
        &'s mut self,
        source: &'s EventSource<'_>,
        notice: NoticeKind,
        show: Show<S>,
    ) -> Notice<'s> {
        let shown = match notice {
            NoticeKind::Found(_) => show(&mut self.socket),
            _ => None,
        };
        self.piece.notice(notice, shown, source)
    }
}

/// Shows what a socket has shown before, without waiting.
pub(super) type Show<S> = fn(&mut S) -> Option<&[u8]>;

/// What was received and is not consumed.
#[inline(always)] // asked twice for each event
fn show<'s, S>(socket: &'s mut Buffered<'_, S>) -> Option<&'s [u8]> {
    Some(socket.received())
}
