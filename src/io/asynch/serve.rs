//! Serving requests from a socket.

use core::pin::pin;
use core::task::{Context, Poll};

use embedded_io_async::{Read, Write};

use super::clock::{Clock, before, before_either, timer};
use super::shared_log::SharedLog;
use crate::http::{Request, Response, Status};
use crate::io::Error;
use crate::server::{
    Close, Connection, Cursor, EventLog, Exchange, Next, Outcome, ServerOptions, StreamOptions,
};

/// Reads the head of a request. The caller looks at it and answers.
///
/// `scratch` holds what matters of the head, and later what goes out in one write: 512 bytes do for
/// browsers.
///
/// # Cancel safety
///
/// Not cancel-safe: what was read is lost. Close the socket.
///
/// # Errors
///
/// [`Error::NoRequest`] when the client was refused already, or hung up. [`Error::Io`] when the socket
/// fails, [`Error::WriteZero`] when it takes no more bytes.
///
/// # Examples
///
/// ```
/// use embedded_io_async::{Read, Write};
/// use embedded_sse::http::{Response, Status};
/// use embedded_sse::io::{Error, asynch::{Clock, SharedLog, accept}};
/// use embedded_sse::server::{Outcome, ServerOptions};
///
/// static OPTIONS: ServerOptions = ServerOptions::new("/events");
///
/// async fn handle<S: Read + Write>(
///     socket: &mut S,
///     clock: &impl Clock,
///     log: &impl SharedLog,
/// ) -> Result<Outcome, Error<S::Error>> {
///     let mut scratch = [0; 512];
///     let mut incoming = accept(socket, &mut scratch, clock, &OPTIONS).await?;
///     let request = incoming.request();
///     match (request.method(), request.path()) {
///         ("GET", "/") => {
///             let page = Response::new(Status::OK).body("text/html", "<h1>Pump</h1>");
///             incoming.respond(&page).await
///         }
///         _ => incoming.answer(log).await,
///     }
/// }
/// ```
pub async fn accept<'a, S: Read + Write, C: Clock>(
    socket: S,
    scratch: &'a mut [u8],
    clock: &'a C,
    options: &'a ServerOptions<'a>,
) -> Result<Incoming<'a, S, C>, Error<S::Error>> {
    let mut incoming = Incoming {
        socket,
        clock,
        connection: Connection::new(clock.now(), options, scratch),
    };
    match incoming.run(&NO_LOG).await? {
        None => Ok(incoming),
        Some(outcome) => Err(Error::NoRequest(outcome)),
    }
}

/// Reads a request and answers it as the options say: with the stream, or with a refusal.
///
/// # Cancel safety
///
/// Not cancel-safe: close the socket. Its client reconnects, and resumes behind the last event with an id
/// that it has seen.
///
/// # Errors
///
/// Those of [`accept`].
pub async fn serve<S: Read + Write, C: Clock, L: SharedLog>(
    socket: S,
    scratch: &mut [u8],
    clock: &C,
    log: &L,
    options: &ServerOptions<'_>,
) -> Result<Outcome, Error<S::Error>> {
    accept(socket, scratch, clock, options)
        .await?
        .answer(log)
        .await
}

/// A request that waits for its answer, of which it gets one: after that, the connection is at its end.
///
/// It is lent to what answers it, for a future that held it would hold it beside the caller's.
#[derive(Debug)]
#[must_use = "a request wants an answer"]
pub struct Incoming<'a, S, C> {
    socket: S,
    clock: &'a C,
    connection: Connection<'a>,
}

impl<'a, S: Read + Write, C: Clock> Incoming<'a, S, C> {
    /// The request.
    pub fn request(&self) -> Request<'_> {
        self.connection.request()
    }

    /// What it is for, as the options say.
    pub fn exchange(&self) -> Exchange {
        self.connection.exchange()
    }

    /// Answers as the options say: with the stream, with a refusal, and other paths with 404. Returns
    /// when the connection is to be closed.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the socket fails, [`Error::WriteZero`] when it takes no more bytes.
    pub async fn answer<L: SharedLog>(&mut self, log: &L) -> Result<Outcome, Error<S::Error>> {
        let (now, connection) = (self.clock.now(), &mut self.connection);
        log.with(|log| connection.answer(now, log));
        self.finish(log).await
    }

    /// Answers with a stream, whatever the path; or with a refusal, if the request's method or what it
    /// accepts rules a stream out.
    ///
    /// # Errors
    ///
    /// Those of [`answer`](Self::answer).
    pub async fn stream<L: SharedLog>(
        &mut self,
        log: &L,
        options: &'a StreamOptions<'a>,
    ) -> Result<Outcome, Error<S::Error>> {
        let (now, connection) = (self.clock.now(), &mut self.connection);
        log.with(|log| connection.stream(now, log, options));
        self.finish(log).await
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
        self.finish(&NO_LOG).await
    }

    /// Answers with this status, and its meaning in words.
    ///
    /// # Errors
    ///
    /// Those of [`answer`](Self::answer).
    pub async fn refuse(&mut self, status: Status) -> Result<Outcome, Error<S::Error>> {
        self.connection.refuse(status);
        self.finish(&NO_LOG).await
    }

    /// What the request is for, whatever its path.
    #[cfg(feature = "embassy-sync")]
    pub(crate) fn stream_exchange(&self) -> Exchange {
        self.connection.stream_exchange()
    }

    /// Answers with a stream, which was judged already; by default as the options say.
    #[cfg(feature = "embassy-sync")]
    pub(crate) async fn begin_stream<L: SharedLog>(
        &mut self,
        log: &L,
        options: Option<&'a StreamOptions<'a>>,
    ) -> Result<Outcome, Error<S::Error>> {
        let (now, connection) = (self.clock.now(), &mut self.connection);
        let options = options.unwrap_or(connection.stream_options());
        log.with(|log| connection.begin_stream(now, log, options));
        self.finish(log).await
    }

    /// Answers with what was judged, if that is not a stream.
    #[cfg(feature = "embassy-sync")]
    pub(crate) async fn settle(&mut self, exchange: Exchange) -> Result<Outcome, Error<S::Error>> {
        self.connection.settle(exchange);
        self.finish(&NO_LOG).await
    }

    async fn finish<L: SharedLog>(&mut self, log: &L) -> Result<Outcome, Error<S::Error>> {
        // Nothing was answered if the caller holds the log's lock.
        Ok(self.run(log).await?.unwrap_or(Outcome::HungUp))
    }

    /// Reads and writes until the connection ends, or wants an answer.
    async fn run<L: SharedLog>(&mut self, log: &L) -> Result<Option<Outcome>, Error<S::Error>> {
        let mut written = false;
        let mut losses = 0;
        loop {
            if log.has_ended() {
                self.connection.end();
            }
            let now = self.clock.now();
            let stalls_at = now.limit(self.connection.write_timeout_ms());
            let (cursor, known) = match self.connection.session() {
                Some(session) => (Some(session.cursor()), session.losses()),
                None => (None, 0),
            };
            for _ in losses..known {
                log.note_lapped();
            }
            losses = known;

            let connection = &mut self.connection;
            let next = log.with(|log| connection.poll(now, log));
            match next.unwrap_or(Next::Wait(now)) {
                Next::Send(bytes) => {
                    let stalls = pin!(timer(self.clock, stalls_at));
                    let taken = before(pin!(self.socket.write(bytes)), stalls).await;
                    // That it took too long, the connection says now.
                    if let Some(result) = taken {
                        let length = result.map_err(Error::Io)?;
                        if length == 0 {
                            return Err(Error::WriteZero);
                        }
                        self.connection.sent(length);
                        written = true;
                    }
                }
                // What such a client has not taken, it will not take now.
                Next::Close(
                    outcome @ (Outcome::HungUp
                    | Outcome::Streamed(Close::Stalled | Close::Lapped | Close::HungUp)),
                ) => return Ok(Some(outcome)),
                next if written => {
                    let stalls = pin!(timer(self.clock, stalls_at));
                    let flushed = before(pin!(self.socket.flush()), stalls).await;
                    match (flushed, next) {
                        (Some(result), _) => result.map_err(Error::Io)?,
                        (None, Next::Close(outcome)) => return Ok(Some(outcome)),
                        (None, _) => return Ok(Some(self.connection.stalled())),
                    }
                    written = false;
                }
                Next::Wait(until) => {
                    let poll_frame = |context: &mut Context<'_>| match cursor {
                        Some(cursor) => log.poll_frame(cursor, context),
                        None => Poll::Pending,
                    };
                    let timer = pin!(timer(self.clock, until));
                    let space = self.connection.space();
                    let read =
                        before_either(pin!(self.socket.read(space)), poll_frame, timer).await;
                    if let Some(result) = read {
                        self.connection.received(result.map_err(Error::Io)?);
                    }
                }
                Next::Request => return Ok(None),
                Next::Close(outcome) => return Ok(Some(outcome)),
            }
        }
    }
}

/// For requests that want no stream.
struct NoLog(EventLog<[u8; 0]>);

static NO_LOG: NoLog = NoLog(EventLog::new());

impl SharedLog for NoLog {
    type Buffer = [u8; 0];

    fn with<R>(&self, read: impl FnOnce(&EventLog<[u8; 0]>) -> R) -> Option<R> {
        Some(read(&self.0))
    }

    fn poll_frame(&self, _: Cursor, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}
