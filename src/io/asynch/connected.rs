//! Following an event stream over one socket.

use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};

use embedded_io_async::{BufRead, Write};

use super::clock::{Clock, before, timer};
use crate::client::{EventSource, Notice, NoticeKind, Output};
use crate::io::Buffered;
use crate::io::received::Piece;
use crate::io::turns::Turns;

/// An event source, connected by a socket that you make: for TLS, or whatever else a
/// [`Connect`](super::Connect) cannot lend.
///
/// [`Buffered`](crate::io::Buffered) makes a `BufRead` of any socket.
///
/// It yields to other tasks when it begins and after at most 32 reads and writes, even if the socket is always ready.
///
/// **One lasts as long as its connection: it knows what of the socket's bytes was read.**
///
/// # Examples
///
/// ```
/// use embedded_io_async::{Read, Write};
/// use embedded_sse::client::{EventSource, Notice, Output, Reason};
/// use embedded_sse::io::{Buffered, asynch::{Clock, Connected}};
///
/// # trait Tls { type Socket<'b>: Read + Write;
/// #     async fn connect<'b>(&mut self, host: &str, port: u16, records: &'b mut [u8])
/// #         -> Option<Self::Socket<'b>>; }
/// /// Follows a stream for good, over sockets that borrow a buffer.
/// async fn follow(source: &mut EventSource<'_>, tls: &mut impl Tls, clock: impl Clock) -> Reason {
///     let mut records = [0; 16_384];
///     let mut received = [0; 536];
///     loop {
///         match source.poll(clock.now(), &mut &b""[..]) {
///             Output::Connect(url) => {
///                 match tls.connect(url.host(), url.port(), &mut records).await {
///                     Some(socket) => {
///                         let socket = Buffered::new(socket, &mut received);
///                         let mut connected = Connected::new(source, socket, &clock);
///                         while let Some(notice) = connected.next().await {
///                             if let Notice::Event(event) = notice { /* .. */ }
///                         }
///                     }
///                     None => source.disconnected(),
///                 }
///             }
///             Output::Wait(until) => clock.wait_until(until).await,
///             Output::Notice(Notice::Closed { reason, .. }) => return reason,
///             Output::Notice(_) | Output::Send(_) => {}
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
            // A caller's loop over connections that end at once yields, too.
            link: Link::new(socket, Turns::NONE),
            clock,
        }
    }

    /// What comes next. `None`: drop the socket, and poll the source for what is to be done now.
    ///
    /// # Cancel safety
    ///
    /// It waits for nothing but the socket and the clock. If the socket's `fill_buf`, `write` and `flush`
    /// are cancel-safe, so is this.
    pub async fn next(&mut self) -> Option<Notice<'_>> {
        let notice = match self.link.read_on(self.source, &self.clock, show_again) {
            Some(notice) => notice,
            None => self.link.advance(self.source, &self.clock).await?,
        };
        Some(self.link.notice(self.source, notice, show_again))
    }

    /// The source, for its last event id, or to close it.
    pub fn source(&mut self) -> &mut EventSource<'a> {
        self.source
    }
}

/// A socket, and what the loop around it keeps from one step to the next.
#[derive(Debug)]
pub(super) struct Link<S> {
    pub socket: S,
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
    #[inline(always)] // as `Decoder::data_alone`: an event costs no call
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
        let Some(Output::Send(bytes)) = step.map(|step| source.output(step, b"")) else {
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
            Some(Ok([])) => source.received_end(),
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

/// `Show` of any socket: what was received and is not consumed is shown at once.
fn show_again<S: BufRead>(socket: &mut S) -> Option<&[u8]> {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(socket.fill_buf()).poll(&mut context) {
        Poll::Ready(result) => result.ok(),
        Poll::Pending => None,
    }
}
