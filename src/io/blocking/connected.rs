//! Following an event stream over one socket.

use embedded_io::{BufRead, Error, ErrorKind, Write};

use super::clock::Clock;
use crate::client::{EventSource, Notice, NoticeKind, Output};
use crate::io::Buffered;
use crate::io::received::Piece;

/// An event source, connected by a socket that you make: for TLS, or whatever else a
/// [`Connect`](super::Connect) cannot lend.
///
/// [`Buffered`](crate::io::Buffered) makes a `BufRead` of any socket.
///
/// **One lasts as long as its connection: it knows what of the socket's bytes was read.**
///
/// **The time limits of the options are those of the socket: it has to return with
/// [`ErrorKind::TimedOut`] now and then, when nothing comes, for they are only looked at then.**
///
/// # Examples
///
/// ```
/// use embedded_io::{Read, Write};
/// use embedded_sse::client::{EventSource, Notice, Output, Reason};
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
///             Output::Connect(url) => {
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
///             Output::Wait(until) => clock.wait_until(until),
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

/// A socket, and what the loop around it keeps from one step to the next.
#[derive(Debug)]
pub(super) struct Link<S> {
    socket: S,
    piece: Piece,
    is_written: bool,
}

impl<S> Link<S> {
    pub const fn new(socket: S) -> Self {
        Self {
            socket,
            piece: Piece::NOTHING,
            is_written: false,
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
    pub fn advance<C: Clock>(
        &mut self,
        source: &mut EventSource<'_>,
        clock: &C,
    ) -> Option<NoticeKind> {
        while source.lifecycle.is_connected() {
            self.socket.consume(self.piece.finish());
            let result = if !source.awaits_bytes() {
                self.send(source, clock)
            } else if self.is_written {
                let result = self.socket.flush();
                self.is_written = result.is_err();
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
        if let Some(Output::Send(bytes)) = step.map(|step| source.output(step, b"")) {
            match self.socket.write(bytes)? {
                0 => source.disconnected(),
                length => {
                    self.is_written = true;
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
        let shown = self.socket.fill_buf()?;
        if shown.is_empty() {
            source.received_end();
            return Ok(None);
        }
        Ok(self.piece.begin(shown, source, clock.now()))
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
    socket.fill_buf().ok()
}
