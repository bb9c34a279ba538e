//! Serving requests from a socket.

use core::future::Future;
use core::mem::take;
use core::pin::pin;
use core::task::{Context, Poll};

use embedded_io_async::{Read, Write};

use super::clock::{Clock, before, before_either, timer};
use super::half_close::HalfClose;
use super::shared_log::SharedLog;
use crate::bytes::exact::Exact;
use crate::http::{Request, Response, Status};
use crate::io::Error;
use crate::io::turns::Turns;
use crate::server::{
    Connection, ConnectionOutput, Outcome, RequestKind, ServerOptions, StreamOptions,
};
use crate::time::Instant;

/// Reads a request and answers it as the options say: with the stream, or with a refusal; with 503 when the log has no
/// free place. Returns when the socket is to be dropped. The time limit of the head begins with this call, not with the first
/// poll of its future.
///
/// # Cancel safety
///
/// Not cancel-safe: close the socket. Its client reconnects, and resumes after the last event with an id
/// that it has seen.
///
/// # Errors
///
/// [`Error::Io`] when the socket fails, [`Error::WriteZero`] when it takes no more bytes.
pub fn serve<'a, S: Read + Write + HalfClose, C: Clock, L: SharedLog>(
    socket: S,
    scratch: &'a mut [u8],
    clock: &'a C,
    log: &'a L,
    options: &'a ServerOptions<'a>,
) -> impl Future<Output = Result<Outcome, Error<S::Error>>> {
    // Not an `async fn`: its future would hold these arguments beside what is made of them.
    let mut incoming = Incoming::new(socket, scratch, clock, log, options);
    async move {
        loop {
            // One call for request and answer: the future of a second one would be linked and held beside it.
            match incoming.run().await? {
                Some(outcome) => return Ok(outcome),
                None => incoming.decide(incoming.request_kind(), None),
            }
        }
    }
}

/// A client and its request.
///
/// **Call [`accept`](Self::accept), look at the [request](Self::request), and give it one answer.** After that, the connection
/// is at its end. An answer before `accept` goes to a client whose request was not read.
///
/// It yields to other tasks before the first read and after every 32 reads and writes, even if the socket is always ready.
///
/// # Cancel safety
///
/// Its futures are not cancel-safe: what was read is lost. Close the socket.
///
/// # Examples
///
/// ```
/// use embedded_io_async::{Read, Write};
/// use embedded_sse::http::{Response, Status};
/// use embedded_sse::io::{Error, asynch::{Clock, HalfClose, Incoming, SharedLog}};
/// use embedded_sse::server::{Outcome, ServerOptions};
///
/// static OPTIONS: ServerOptions = ServerOptions::new("/events");
///
/// async fn handle<S: Read + Write + HalfClose>(
///     socket: &mut S,
///     clock: &impl Clock,
///     log: &impl SharedLog,
/// ) -> Result<Outcome, Error<S::Error>> {
///     let mut scratch = [0; 512];
///     let mut incoming = Incoming::new(socket, &mut scratch, clock, log, &OPTIONS);
///     incoming.accept().await?;
///     let request = incoming.request();
///     match (request.method(), request.path()) {
///         ("GET", "/") => {
///             let page = Response::new(Status::OK).with_body("text/html", b"<h1>Pump</h1>");
///             incoming.respond(&page).await
///         }
///         _ => incoming.answer().await,
///     }
/// }
/// ```
#[derive(Debug)]
#[must_use = "a request is to be accepted and answered"]
pub struct Incoming<'a, 'l, S, C, L: SharedLog> {
    socket: S,
    clock: &'a C,
    log: &'l L,
    /// While there is a stream. It may do something when it is dropped, so its lifetime is not that of the response, which the
    /// caller makes later.
    place: Option<L::Place<'l>>,
    connection: Connection<'a>,
    /// Whether the caller was asked for an answer.
    is_asked: bool,
    /// Whether bytes were written since the last flush.
    is_written: bool,
    turns: Turns,
}

impl<'a, 'l, S: Read + Write + HalfClose, C: Clock, L: SharedLog> Incoming<'a, 'l, S, C, L> {
    /// A client that has just connected. The time limit of the head of its request begins.
    ///
    /// `scratch` holds what matters of the head, and later what goes out in one write: 512 bytes do for browsers.
    pub fn new(
        socket: S,
        scratch: &'a mut [u8],
        clock: &'a C,
        log: &'l L,
        options: &'a ServerOptions<'a>,
    ) -> Self {
        Self {
            socket,
            clock,
            log,
            place: None,
            connection: Connection::new(clock.now(), options, scratch),
            is_asked: false,
            is_written: false,
            turns: Turns::NONE,
        }
    }

    /// Reads the head of the request. The caller looks at it and answers.
    ///
    /// # Errors
    ///
    /// [`Error::NoRequest`] when the client was refused already, or hung up. [`Error::Io`] when the socket
    /// fails, [`Error::WriteZero`] when it takes no more bytes.
    pub async fn accept(&mut self) -> Result<(), Error<S::Error>> {
        match self.run().await? {
            None => Ok(()),
            Some(outcome) => Err(Error::NoRequest(outcome)),
        }
    }

    /// The request, once it was accepted.
    pub fn request(&self) -> Request<'_> {
        self.connection.request()
    }

    /// What the request is for, as the options say.
    pub fn request_kind(&self) -> RequestKind {
        self.connection.request_kind()
    }

    /// Answers as the options say: with the stream, with a refusal, and other paths with 404; with 503 when the log has
    /// no free place. Returns when the socket is to be dropped.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the socket fails, [`Error::WriteZero`] when it takes no more bytes.
    pub async fn answer(&mut self) -> Result<Outcome, Error<S::Error>> {
        self.decide(self.request_kind(), None);
        self.run().await.map(or_hung_up)
    }

    /// Answers with a stream, whatever the path; or with a refusal, if the request's method, what it
    /// accepts, or the [check](ServerOptions::check) rules a stream out; with 503 when the log has no free place.
    ///
    /// # Errors
    ///
    /// Those of [`answer`](Self::answer).
    pub async fn stream(
        &mut self,
        options: &'a StreamOptions<'a>,
    ) -> Result<Outcome, Error<S::Error>> {
        self.decide(self.connection.stream_request_kind(), Some(options));
        self.run().await.map(or_hung_up)
    }

    /// Answers with this response. A request for the head alone gets no more than that.
    ///
    /// # Errors
    ///
    /// Those of [`answer`](Self::answer).
    pub async fn respond(
        &mut self,
        response: &'a Response<'a>,
    ) -> Result<Outcome, Error<S::Error>> {
        self.connection.respond(response);
        self.run().await.map(or_hung_up)
    }

    /// Answers with this status, and its meaning in words.
    ///
    /// # Errors
    ///
    /// Those of [`answer`](Self::answer).
    pub async fn refuse(&mut self, status: Status) -> Result<Outcome, Error<S::Error>> {
        self.connection.refuse(status);
        self.run().await.map(or_hung_up)
    }

    /// Decides on the answer: a stream, by default as the options say, or what else was judged.
    fn decide(&mut self, kind: RequestKind, options: Option<&'a StreamOptions<'a>>) {
        let connection = &mut self.connection;
        match kind {
            RequestKind::Stream => {
                self.place = self.log.join();
                if self.place.is_some() {
                    let now = self.clock.now();
                    let options = options.unwrap_or(connection.stream_options());
                    self.log
                        .with(|log| connection.begin_stream(now, log, options));
                    return;
                }
                connection.refuse_stream();
            }
            kind => connection.respond_to(kind),
        }
        if let RequestKind::Stream | RequestKind::Other | RequestKind::Refuse(_) = kind {
            self.log.note_refused();
        }
    }

    /// Reads and writes until the connection ends, or wants an answer.
    #[expect(
        clippy::manual_async_fn,
        reason = "the future of an `async fn` would hold `self` twice"
    )]
    fn run(&mut self) -> impl Future<Output = Result<Option<Outcome>, Error<S::Error>>> {
        // What is in use after an `await`, or was borrowed before it, is memory of each client. So the calls of the socket
        // are awaited here and not in functions of their own, and `now` is moved to where it is used.
        async move {
            // How many the log was told of.
            let mut losses = 0_u16;
            loop {
                self.turns.begin().await;
                let (connection, log) = (&mut self.connection, self.log);
                // Before the poll: a session that this ends is gone after it.
                if let Some(session) = connection.session() {
                    while losses < session.losses() {
                        losses = losses.plus(1);
                        log.note_loss();
                    }
                }
                // Other requests are answered as before: one for a stream gets no place.
                if self.place.is_some() && log.has_ended() {
                    connection.end();
                }
                let now = self.clock.now();
                let stalls_at = now.limit(connection.write_timeout_ms());
                let Some(next) = poll(connection, now, log) else {
                    // Yields: the caller of this future holds the lock.
                    self.turns = Turns::NONE;
                    continue;
                };
                if let ConnectionOutput::Shutdown
                | ConnectionOutput::Close(_)
                | ConnectionOutput::Abort(_) = next
                {
                    // The place is free for another client while this one reads to the end.
                    self.place = None;
                }
                let (is_wait, until) = match next {
                    ConnectionOutput::Send(bytes) => {
                        let stalls = pin!(timer(self.clock, stalls_at));
                        let taken = before(pin!(self.socket.write(bytes)), stalls).await;
                        // That it took too long, the connection says now.
                        if let Some(result) = taken {
                            let length = result.map_err(Error::Io)?;
                            if length == 0 {
                                return Err(Error::WriteZero);
                            }
                            self.connection.sent(length);
                            self.is_written = true;
                        }
                        continue;
                    }
                    ConnectionOutput::Request => {
                        // Nothing was answered if the caller holds the log's lock.
                        let hung_up = self.is_asked.then_some(Outcome::Unanswered);
                        self.is_asked = true;
                        return Ok(hung_up);
                    }
                    ConnectionOutput::Close(outcome) => {
                        self.note_closed(outcome);
                        return Ok(Some(outcome));
                    }
                    ConnectionOutput::Abort(outcome) => {
                        // That the reset is sent may be waited for, and an unplugged client gets none.
                        let stalls = pin!(timer(self.clock, stalls_at));
                        before(pin!(self.socket.abort()), stalls).await;
                        self.note_closed(outcome);
                        return Ok(Some(outcome));
                    }
                    ConnectionOutput::Shutdown => (false, stalls_at),
                    ConnectionOutput::Wait(until) => (true, until),
                };
                if take(&mut self.is_written) {
                    let stalls = pin!(timer(self.clock, stalls_at));
                    let Some(result) = before(pin!(self.socket.flush()), stalls).await else {
                        self.connection.abort();
                        continue;
                    };
                    result.map_err(Error::Io)?;
                }
                if is_wait {
                    let log = self.log;
                    let seat = match (&self.place, self.connection.session()) {
                        (Some(place), Some(session)) => Some((place, session.cursor())),
                        _ => None,
                    };
                    let poll_log = move |context: &mut Context<'_>| match seat {
                        Some((place, cursor)) => log.poll_frame(place, cursor, context),
                        None => Poll::Pending,
                    };
                    let timer = pin!(timer(self.clock, until));
                    let space = self.connection.receive_buffer();
                    let read = before_either(pin!(self.socket.read(space)), poll_log, timer).await;
                    if let Some(result) = read {
                        self.connection.received(result.map_err(Error::Io)?);
                    }
                } else if S::CAN_SHUT_DOWN || !self.connection.skip_linger_after_stream() {
                    let stalls = pin!(timer(self.clock, until));
                    match before(pin!(self.socket.shutdown()), stalls).await {
                        Some(result) => result.map_err(Error::Io)?,
                        None => self.connection.abort(),
                    }
                }
            }
        }
    }

    fn note_closed(&self, outcome: Outcome) {
        match outcome {
            Outcome::Streamed(reason) => self.log.note_closed(reason),
            Outcome::Answered(_) if !self.is_asked => self.log.note_refused(),
            _ => {}
        }
    }
}

/// Nothing was answered if the caller holds the log's lock.
fn or_hung_up(outcome: Option<Outcome>) -> Outcome {
    outcome.unwrap_or(Outcome::Unanswered)
}

/// What the connection wants. `None` if the caller holds the log's lock.
fn poll<'c>(
    connection: &'c mut Connection<'_>,
    now: Instant,
    log: &impl SharedLog,
) -> Option<ConnectionOutput<'c>> {
    // The caller's hook runs while the log is not locked.
    connection.put_initial_state();
    let mut next = None;
    log.with(|log| next = Some(connection.poll_records(now, &log.records())));
    next
}
