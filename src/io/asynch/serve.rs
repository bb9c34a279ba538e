//! Serving requests from a socket.

use core::future::Future;
use core::mem::take;
use core::ops::ControlFlow;
use core::pin::pin;
use core::task::{Context, Poll};

use embedded_io_async::{Read, Write};

use super::clock::{Clock, timer, with_timer, with_timer_or};
use super::half_close::HalfClose;
use super::shared_log::SharedLog;
use crate::bytes::exact::Exact;
use crate::http::{Request, Response, Status};
use crate::io::ServeError;
use crate::io::turns::Turns;
use crate::server::{
    Connection, ConnectionOutput, Outcome, RequestKind, ServerOptions, StreamOptions,
};
use crate::time::Instant;

/// Reads one request and answers it by the options: with the stream, with a refusal, or with 503 if no slot is free.
///
/// Drop the socket when this returns. The time limit of the request's head begins with this call, before the future is
/// polled.
///
/// # Cancel safety
///
/// Not cancel-safe: if you drop the future, close the socket. The client then reconnects, and resumes after the last
/// event with an id that it has received.
///
/// # Errors
///
/// [`ServeError::Io`] when the socket fails, [`ServeError::WriteZero`] when it takes no more bytes. Drop the socket in both
/// cases. The slot is free again.
pub fn serve<'a, S: Read + Write + HalfClose, C: Clock, L: SharedLog>(
    socket: S,
    scratch: &'a mut [u8],
    clock: &'a C,
    log: &'a L,
    options: &'a ServerOptions<'a>,
) -> impl Future<Output = Result<Outcome, ServeError<S::Error>>> {
    // Not an `async fn`: its future would store the arguments as well as `incoming`, which is made of them.
    let mut incoming = Incoming::new(socket, scratch, clock, log, options);
    async move {
        loop {
            // One call of `run` reads the request and sends the answer: a second call would add a second copy of its
            // code and of its future.
            match incoming.run().await? {
                Some(outcome) => return Ok(outcome),
                None => incoming.start_response(incoming.request_kind(), None),
            }
        }
    }
}

/// A client that has connected, and its request.
///
/// **Call [`accept`](Self::accept), look at the [request](Self::request), and answer it once. Then drop the socket.** If you
/// answer before `accept`, the client gets a response to a request that was not read.
///
/// An `Incoming` yields to other tasks before the first read and after every 32 reads and writes, even if the socket is
/// always ready.
///
/// # Cancel safety
///
/// Its futures are not cancel-safe. If you drop one, close the socket: bytes that it has read are lost.
///
/// # Examples
///
/// ```
/// use core::ops::ControlFlow;
/// use embedded_io_async::{Read, Write};
/// use embedded_sse::http::{Response, Status};
/// use embedded_sse::io::{ServeError, asynch::{Clock, HalfClose, Incoming, SharedLog}};
/// use embedded_sse::server::{Outcome, ServerOptions};
///
/// static OPTIONS: ServerOptions = ServerOptions::new("/events");
///
/// async fn handle<S: Read + Write + HalfClose>(
///     socket: &mut S,
///     clock: &impl Clock,
///     log: &impl SharedLog,
/// ) -> Result<Outcome, ServeError<S::Error>> {
///     let mut scratch = [0; 512];
///     let mut incoming = Incoming::new(socket, &mut scratch, clock, log, &OPTIONS);
///     if let ControlFlow::Break(outcome) = incoming.accept().await? {
///         return Ok(outcome); // the request was refused, or the client has closed the connection
///     }
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
#[must_use = "a request is to be accepted and answered"]
pub struct Incoming<'a, 'l, S, C, L: SharedLog> {
    socket: S,
    clock: &'a C,
    log: &'l L,
    /// `Some` while the client has a stream. `L::Slot` may implement `Drop`, so it has a lifetime of its own: if it
    /// borrowed for `'a`, a response that the caller makes after this value would not live long enough.
    slot: Option<L::Slot<'l>>,
    connection: Connection<'a>,
    /// Whether `run` has returned the request to the caller.
    is_request_returned: bool,
    /// Whether bytes were written since the last flush.
    needs_flush: bool,
    turns: Turns,
}

debug_and_format!(['a, 'l, S, C, L: SharedLog] Incoming<'a, 'l, S, C, L> {
    incoming => "Incoming {{ connection: {:?}, .. }}", incoming.connection;
});

impl<'a, 'l, S: Read + Write + HalfClose, C: Clock, L: SharedLog> Incoming<'a, 'l, S, C, L> {
    /// Makes the server's side of a connection that a client has just opened, and begins the time limit of the request head.
    ///
    /// `scratch` holds the parts of the head that the server needs, and later the bytes of one write. 512 bytes are enough for
    /// browsers. With an empty scratch, the connection ends with [`Outcome::Unanswered`].
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
            slot: None,
            connection: Connection::new(clock.now(), options, scratch),
            is_request_returned: false,
            needs_flush: false,
            turns: Turns::USED_UP,
        }
    }

    /// Reads the head of the request (RFC 9112, sections 2, 3 and 5).
    ///
    /// Returns [`ControlFlow::Continue`] when the head is complete: look at the request and answer it. Returns
    /// [`ControlFlow::Break`] if there is no request to answer, because the head was malformed, slow or too long and
    /// was refused, or because the client has closed the connection. Drop the socket then.
    ///
    /// # Cancel safety
    ///
    /// Not cancel-safe: if you drop the future, close the socket.
    ///
    /// # Errors
    ///
    /// Those of [`answer`](Self::answer).
    pub async fn accept(&mut self) -> Result<ControlFlow<Outcome>, ServeError<S::Error>> {
        match self.run().await? {
            None => Ok(ControlFlow::Continue(())),
            Some(outcome) => Ok(ControlFlow::Break(outcome)),
        }
    }

    /// Returns the request. It is complete after [`accept`](Self::accept). Before that, its parts are empty or incomplete.
    pub fn request(&self) -> Request<'_> {
        self.connection.request()
    }

    /// Returns how [`answer`](Self::answer) would treat the request: by path, method and `Accept`, and by the
    /// [check](ServerOptions::check).
    pub fn request_kind(&self) -> RequestKind {
        self.connection.request_kind()
    }

    /// Answers by the options: with the stream, with a refusal, with 404 on other paths, or with 503 if no slot is free.
    ///
    /// Drop the socket when this returns.
    ///
    /// # Cancel safety
    ///
    /// Not cancel-safe: if you drop the future, close the socket.
    ///
    /// # Errors
    ///
    /// [`ServeError::Io`] when the socket fails, [`ServeError::WriteZero`] when it takes no more bytes. Drop the socket in both
    /// cases, and this value, which frees the slot.
    pub async fn answer(&mut self) -> Result<Outcome, ServeError<S::Error>> {
        self.start_response(self.request_kind(), None);
        self.run().await.map(or_unanswered)
    }

    /// Answers with a stream of these options, on any path.
    ///
    /// Answers with a refusal if the method, the `Accept` field or the [check](ServerOptions::check) rules a stream out,
    /// and with 503 if no slot is free. Drop the socket when this returns.
    ///
    /// # Cancel safety
    ///
    /// Not cancel-safe: if you drop the future, close the socket.
    ///
    /// # Errors
    ///
    /// Those of [`answer`](Self::answer).
    pub async fn stream(
        &mut self,
        options: &'a StreamOptions<'a>,
    ) -> Result<Outcome, ServeError<S::Error>> {
        self.start_response(self.connection.stream_request_kind(), Some(options));
        self.run().await.map(or_unanswered)
    }

    /// Answers with this response. A `HEAD` request gets only its head.
    ///
    /// Drop the socket when this returns.
    ///
    /// # Cancel safety
    ///
    /// Not cancel-safe: if you drop the future, close the socket.
    ///
    /// # Errors
    ///
    /// Those of [`answer`](Self::answer).
    pub async fn respond(
        &mut self,
        response: &'a Response<'a>,
    ) -> Result<Outcome, ServeError<S::Error>> {
        self.connection.respond(response);
        self.run().await.map(or_unanswered)
    }

    /// Answers with this status, and its meaning in words as the body.
    ///
    /// Drop the socket when this returns.
    ///
    /// # Cancel safety
    ///
    /// Not cancel-safe: if you drop the future, close the socket.
    ///
    /// # Errors
    ///
    /// Those of [`answer`](Self::answer).
    pub async fn refuse(&mut self, status: Status) -> Result<Outcome, ServeError<S::Error>> {
        self.connection.refuse(status);
        self.run().await.map(or_unanswered)
    }

    /// Starts the response to a request of this kind. `options` replace the stream options of the server.
    fn start_response(&mut self, kind: RequestKind, options: Option<&'a StreamOptions<'a>>) {
        let connection = &mut self.connection;
        match kind {
            RequestKind::Stream => {
                self.slot = self.log.join();
                if self.slot.is_some() {
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
        // Responses to `HEAD` and to preflights are no refusals.
        if let RequestKind::Stream | RequestKind::Other | RequestKind::Refuse(_) = kind {
            self.log.note_refused();
        }
    }

    /// Reads and writes until the connection is done, and returns its outcome. Returns `None` when the request is complete
    /// and the caller has to answer it.
    #[expect(
        clippy::manual_async_fn,
        reason = "the future of an `async fn` would hold `self` twice"
    )]
    fn run(&mut self) -> impl Future<Output = Result<Option<Outcome>, ServeError<S::Error>>> {
        // Values that live across an `await` are part of the future, which takes RAM for each client. So the calls of the
        // socket are awaited here and not in functions of their own, and `now` is moved to where it is used.
        async move {
            // How many losses of the session the log has counted.
            let mut losses = 0_u16;
            let outcome = loop {
                self.turns.begin().await;
                let (connection, log) = (&mut self.connection, self.log);
                // Before the poll: if that ends the stream, the session is dropped.
                if let Some(session) = connection.session() {
                    while losses < session.losses() {
                        losses = losses.plus(1);
                        log.note_loss();
                    }
                }
                // Only streams end. Later requests for one get no slot, and other requests are answered as always.
                if self.slot.is_some() && log.has_ended() {
                    connection.end();
                }
                let now = self.clock.now();
                let stalls_at = now.limit(connection.write_timeout_ms());
                let Some(output) = poll(connection, now, log) else {
                    // This future is polled by a function that runs under the log's lock: yield, and try again.
                    self.turns = Turns::USED_UP;
                    continue;
                };
                if let ConnectionOutput::Shutdown
                | ConnectionOutput::Close(_)
                | ConnectionOutput::Abort(_) = output
                {
                    // Free for another client while the connection lingers.
                    self.slot = None;
                }
                let (is_shutdown, until) = match output {
                    ConnectionOutput::Send(bytes) => {
                        let stall_timer = pin!(timer(self.clock, stalls_at));
                        let written = with_timer(pin!(self.socket.write(bytes)), stall_timer).await;
                        // If the time is over, the next poll returns `Abort`.
                        if let Some(result) = written {
                            let length = result.map_err(ServeError::Io)?;
                            if length == 0 {
                                return Err(ServeError::WriteZero);
                            }
                            self.connection.sent(length);
                            self.needs_flush = true;
                        }
                        continue;
                    }
                    ConnectionOutput::Request => {
                        // The second time, the caller has answered within the lock of the log, where no stream can
                        // begin.
                        let unanswered = self.is_request_returned.then_some(Outcome::Unanswered);
                        self.is_request_returned = true;
                        return Ok(unanswered);
                    }
                    ConnectionOutput::Close(outcome) => break outcome,
                    ConnectionOutput::Abort(outcome) => {
                        // `abort` may wait until the reset is sent. To a client that was unplugged it cannot be sent.
                        let stall_timer = pin!(timer(self.clock, stalls_at));
                        with_timer(pin!(self.socket.abort()), stall_timer).await;
                        break outcome;
                    }
                    ConnectionOutput::Shutdown => (true, stalls_at),
                    ConnectionOutput::Wait(until) => (false, until),
                };
                if take(&mut self.needs_flush) {
                    let stall_timer = pin!(timer(self.clock, stalls_at));
                    let Some(result) = with_timer(pin!(self.socket.flush()), stall_timer).await
                    else {
                        self.connection.abort();
                        continue;
                    };
                    result.map_err(ServeError::Io)?;
                }
                if !is_shutdown {
                    let log = self.log;
                    let slot_and_cursor = match (&self.slot, self.connection.session()) {
                        (Some(slot), Some(session)) => Some((slot, session.cursor())),
                        _ => None,
                    };
                    let poll_log = move |context: &mut Context<'_>| match slot_and_cursor {
                        Some((slot, cursor)) => log.poll_frame(slot, cursor, context),
                        None => Poll::Pending,
                    };
                    let timer = pin!(timer(self.clock, until));
                    let buffer = self.connection.receive_buffer();
                    let read = with_timer_or(pin!(self.socket.read(buffer)), poll_log, timer).await;
                    if let Some(result) = read {
                        self.connection.received(result.map_err(ServeError::Io)?);
                    }
                } else if S::CAN_SHUT_DOWN || !self.connection.skip_linger_after_stream() {
                    let stall_timer = pin!(timer(self.clock, until));
                    match with_timer(pin!(self.socket.shutdown()), stall_timer).await {
                        Some(result) => result.map_err(ServeError::Io)?,
                        None => self.connection.abort(),
                    }
                }
            };
            self.note_closed(outcome);
            Ok(Some(outcome))
        }
    }

    fn note_closed(&self, outcome: Outcome) {
        match outcome {
            Outcome::Streamed(reason) => self.log.note_closed(reason),
            // The connection itself has refused a head. `start_response` has counted the other refusals.
            Outcome::Answered(_) if !self.is_request_returned => self.log.note_refused(),
            _ => {}
        }
    }
}

/// Returns the outcome of a response. There is none if the caller has answered within the lock of the log.
fn or_unanswered(outcome: Option<Outcome>) -> Outcome {
    outcome.unwrap_or(Outcome::Unanswered)
}

/// Returns what the connection wants, or `None` if this runs under the log's lock.
fn poll<'c>(
    connection: &'c mut Connection<'_>,
    now: Instant,
    log: &impl SharedLog,
) -> Option<ConnectionOutput<'c>> {
    // The hook of `initial_state` runs without the lock, because it may take long or publish.
    connection.put_initial_state();
    let mut output = None;
    log.with(|log| output = Some(connection.poll_records(now, &log.records())));
    output
}
