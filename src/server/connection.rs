//! A client's connection as a state machine, from the request to the end.

use super::chunking::Chunking;
use super::connection_state::{Ending, FixedResponse, State, advance_stream};
use super::full::BUSY;
use super::log::EventLog;
use super::output::{CloseReason, ConnectionOutput, Outcome, SessionOutput, Waiting};
use super::request_kind::RequestKind;
use super::ring::Records;
use super::scratch::Scratch;
use super::server_options::ServerOptions;
use super::session::Session;
use super::stream_options::StreamOptions;
use crate::http::{HeadError, Request, Response, Status};
use crate::time::Instant;

/// A client's connection to a server: reads a request, and sends a response or an event stream.
///
/// ```text
///            too slow, malformed, too long
///          ┌──────────────────────────────┐
///          │                              v
/// head of ─┴─> request ──┬── respond ──> response ──────────────────┬─> shutdown ──> linger ──> closed
/// request                └── stream ───> head of stream ──> stream ─┘
///                            (or a refusal, as respond)
/// ```
///
/// If the client closes its side within the request head or the stream, *shutdown* is next. If it takes no byte for too long,
/// or the rest of the current frame was overwritten in the log, the connection is aborted.
///
/// A connection has no socket and no clock. The caller owns the scratch buffer. 512 bytes suffice: first they hold the fields
/// of a browser's request that are kept, later the bytes of the next write.
///
/// **Call [`poll`](Connection::poll) until it returns [`ConnectionOutput::Wait`]. On [`ConnectionOutput::Send`], write the
/// bytes, and report with [`sent`](Connection::sent) how many were written, before the next call of `poll`. While the
/// connection waits, read into [`receive_buffer`](Connection::receive_buffer), and report with
/// [`received`](Connection::received) how many bytes were read; report 0 when the client has closed its side. Call `poll` again
/// after `received`, when the log has a new frame, and at the time of `Wait`.** On [`ConnectionOutput::Request`], call one of
/// [`answer`](Connection::answer), [`stream`](Connection::stream), [`respond`](Connection::respond),
/// [`refuse`](Connection::refuse) and [`refuse_stream`](Connection::refuse_stream). The first response is sent, and later calls
/// change nothing.
///
/// `io::blocking` and `io::asynch` do all this for sockets.
#[derive(Debug)]
pub struct Connection<'a> {
    options: &'a ServerOptions<'a>,
    scratch: Scratch<'a>,
    state: State<'a>,
    /// Whether the response carries the CORS and stream fields of the options: it is a stream, or the refusal of one.
    has_option_fields: bool,
    /// What the timer measures. It started at `since`, which is a field of its own to save padding.
    waiting: Waiting,
    since: Instant,
}

#[cfg(feature = "defmt")]
impl defmt::Format for Connection<'_> {
    /// Writes the state.
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Connection {{ state: {}, .. }}", self.state);
    }
}

// The size depends on pointers. It matters on microcontrollers, whose pointers have 32 bits.
#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<Connection<'_>>() <= 144);

impl<'a> Connection<'a> {
    /// Creates a connection that a client has just opened. The time limit of the request head begins `now`.
    ///
    /// With an empty scratch, the connection ends with [`Outcome::Unanswered`].
    pub fn new(now: Instant, options: &'a ServerOptions<'a>, scratch: &'a mut [u8]) -> Self {
        Self {
            options,
            scratch: Scratch::new(scratch),
            state: State::Head,
            has_option_fields: false,
            waiting: Waiting::Idle,
            since: now,
        }
    }

    /// Starts again for another client, with the same options and scratch buffer. The time limit of its request head begins
    /// `now`.
    pub fn reuse(&mut self, now: Instant) {
        self.scratch.reset();
        self.state = State::Head;
        self.has_option_fields = false;
        self.waiting = Waiting::Idle;
        self.since = now;
    }

    /// Returns what the caller has to do next for the connection.
    ///
    /// `now` must not go back: otherwise time limits end later. Pass the same log in all calls for one stream.
    pub fn poll<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized>(
        &mut self,
        now: Instant,
        log: &EventLog<B>,
    ) -> ConnectionOutput<'_> {
        self.put_initial_state();
        self.poll_records(now, &log.records())
    }

    /// Calls the hook of the options for the next frame of the present state, if that is due, and puts the frame into the
    /// scratch.
    ///
    /// It takes no log, so that the hook of the program runs while a shared log is not locked.
    pub(crate) fn put_initial_state(&mut self) {
        if let State::Stream(session) = &mut self.state {
            if let Some(state) = session.initial_state() {
                state.put(&mut session.progress, &mut self.scratch);
            }
        }
    }

    /// Reports that the first `length` of the bytes that [`poll`](Connection::poll) returned were written. 0 changes nothing.
    pub fn sent(&mut self, length: usize) {
        match &mut self.state {
            _ if length == 0 => return,
            // Saturates: `length` is reported by the caller, and no invariant limits it.
            State::Response(fixed) if self.scratch.unsent().is_empty() => {
                fixed.sent = fixed.sent.saturating_add(length);
            }
            _ => self.scratch.note_sent(length),
        }
        self.waiting = Waiting::Progress;
    }

    /// Returns the buffer to read into, while [`poll`](Connection::poll) returns [`ConnectionOutput::Wait`].
    ///
    /// It is the last quarter of the scratch, rounded down. At other times, unsent bytes can lie there.
    pub fn receive_buffer(&mut self) -> &mut [u8] {
        self.scratch.receive_buffer()
    }

    /// Reports that `length` bytes were read into the [receive buffer](Self::receive_buffer). 0 means that the client has
    /// closed its side.
    ///
    /// A request head that is malformed, too long or for a host that is not allowed is refused by itself: the next
    /// [`poll`](Self::poll) sends the refusal.
    pub fn received(&mut self, length: usize) {
        match &mut self.state {
            State::Head if length > 0 => {
                let options = self.options;
                let head =
                    (self.scratch).receive(length, options.kept_fields, options.max_head_len);
                match head {
                    Ok(false) => {}
                    Ok(true) if options.allows_host(&self.request()) => self.state = State::Request,
                    Ok(true) => self.refuse(Status::FORBIDDEN),
                    Err(error) => self.refuse_head(error),
                }
            }
            State::Head if length == 0 => self.state.close(Outcome::Unanswered),
            State::Stream(_) if length == 0 => {
                self.state.close(Outcome::Streamed(CloseReason::HungUp))
            }
            State::Ended(ending) => ending.received(length),
            _ => {}
        }
    }

    /// Returns the request, after [`poll`](Connection::poll) has returned [`ConnectionOutput::Request`]. Before that, its parts
    /// are empty or incomplete.
    ///
    /// The events of a stream overwrite it.
    pub fn request(&self) -> Request<'_> {
        self.scratch.request()
    }

    /// Classifies the request by the options: by path, method and `Accept`, and by the [check](ServerOptions::check).
    pub fn request_kind(&self) -> RequestKind {
        RequestKind::of(&self.request(), self.options)
    }

    /// Answers the request by the options: with the stream, with a refusal, or with 404 if the path is another one.
    pub fn answer<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized>(
        &mut self,
        now: Instant,
        log: &EventLog<B>,
    ) {
        match self.request_kind() {
            RequestKind::Stream => self.begin_stream(now, log, &self.options.stream),
            kind => self.respond_to(kind),
        }
    }

    /// Answers the request with a stream of these options, whatever the path.
    ///
    /// Refuses it instead if the method, `Accept` or the [check](ServerOptions::check) rules a stream out.
    pub fn stream<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized>(
        &mut self,
        now: Instant,
        log: &EventLog<B>,
        options: &'a StreamOptions<'a>,
    ) {
        match self.stream_request_kind() {
            RequestKind::Stream => self.begin_stream(now, log, options),
            kind => self.respond_to(kind),
        }
    }

    /// Classifies the request as [`request_kind`](Self::request_kind) does, but as if its path were that of the stream.
    pub(crate) fn stream_request_kind(&self) -> RequestKind {
        RequestKind::of_stream(&self.request(), self.options)
    }

    /// Begins the stream. The caller has classified the request as [`RequestKind::Stream`].
    pub(crate) fn begin_stream<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized>(
        &mut self,
        now: Instant,
        log: &EventLog<B>,
        options: &'a StreamOptions<'a>,
    ) {
        let chunking = Chunking::of(self.options.chunking, &self.request());
        if self.state.is_unanswered() {
            self.has_option_fields = true;
            // The log is searched for the id after the response head was sent. Until then the id stays in the scratch:
            // the response head is put after the lines of the request.
            self.state = State::Stream(Session::begin(
                now,
                log,
                self.request().last_event_id(),
                options,
            ));
            self.scratch.chunking = chunking;
        }
    }

    /// Answers a request for a stream while no slot is free, with 503 (RFC 9110, section 15.6.4) and
    /// [`RETRY_AFTER`](super::RETRY_AFTER).
    ///
    /// With [`reconnect_when_full`](ServerOptions::reconnect_when_full), event sources get a short stream instead. The caller
    /// counts slots, and decides when none is free.
    pub fn refuse_stream(&mut self) {
        let options = self.options;
        if !self.state.is_unanswered() {
            return;
        }
        self.has_option_fields = true;
        if let Some(begin_short_stream) = options.when_full {
            let (state, scratch) = (&mut self.state, &mut self.scratch);
            if begin_short_stream(
                state,
                scratch,
                self.since,
                &options.stream,
                options.chunking,
            ) {
                return;
            }
        }
        self.begin_response(BUSY.status(), Some(&BUSY), true);
    }

    /// Sends the response for this kind of request, without a stream: for [`RequestKind::Stream`] it is the response head
    /// alone.
    pub(crate) fn respond_to(&mut self, kind: RequestKind) {
        let chunking = Chunking::of(self.options.chunking, &self.request());
        let response = match kind {
            RequestKind::Stream | RequestKind::Head => &chunking.head,
            RequestKind::Preflight => return self.begin_response(Status::NO_CONTENT, None, true),
            RequestKind::Other => return self.refuse(Status::NOT_FOUND),
            RequestKind::Refuse(response) => response,
        };
        self.begin_response(response.status(), Some(response), true);
    }

    /// Answers the request with this response. A `HEAD` request gets the head of the response alone (RFC 9110, section 9.3.2).
    pub fn respond(&mut self, response: &'a Response<'a>) {
        self.begin_response(response.status(), Some(response), false);
    }

    /// Answers the request with this status. The content is the status as text, unless the status rules content out.
    pub fn refuse(&mut self, status: Status) {
        self.begin_response(status, None, false);
    }

    /// Refuses a request whose head is malformed or too long.
    fn refuse_head(&mut self, error: HeadError) {
        let status = match error {
            HeadError::Malformed => Status::BAD_REQUEST,
            HeadError::TargetTooLong => Status::URI_TOO_LONG,
            HeadError::TooLarge => Status::REQUEST_HEADER_FIELDS_TOO_LARGE,
        };
        // Whether a stream was asked for is unknown, since the head was not read to its end. Without CORS header fields, a page
        // of another origin could not read why it gets no stream.
        let has_option_fields = !matches!(error, HeadError::Malformed);
        self.begin_response(status, None, has_option_fields);
    }

    fn begin_response(
        &mut self,
        status: Status,
        response: Option<&'a Response<'a>>,
        has_option_fields: bool,
    ) {
        let is_head_request = self.request().is_method("HEAD");
        if self.state.is_unanswered() {
            self.has_option_fields = has_option_fields;
            self.state = State::Response(FixedResponse {
                status,
                response,
                // A response to `HEAD` has no content: all of it was sent.
                sent: if is_head_request { usize::MAX } else { 0 },
            });
        }
    }

    /// Ends the stream after the current frame. A request that is not answered yet gets no response: the connection closes.
    pub fn end(&mut self) {
        self.state.end();
    }

    /// Returns the session while the response is a stream, also the short one of [`refuse_stream`](Self::refuse_stream).
    /// Otherwise it returns `None`.
    pub const fn session(&self) -> Option<&Session<'a>> {
        self.state.session()
    }

    /// After a stream, closes the connection without waiting for the client, and returns `true`. After a response, returns
    /// `false`.
    ///
    /// It is for sockets that cannot be shut down: the client of a stream sees the end only when the socket is dropped.
    #[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
    pub(crate) const fn skip_linger_after_stream(&mut self) -> bool {
        self.state.skip_linger_after_stream()
    }

    #[cfg(feature = "embedded-io-async")]
    pub(crate) const fn stream_options(&self) -> &'a StreamOptions<'a> {
        &self.options.stream
    }

    /// Returns the time in milliseconds after which a write without progress ends the connection; 0 means never.
    pub(crate) const fn write_timeout_ms(&self) -> u32 {
        self.state
            .write_timeout_ms(self.options.stream.write_timeout_ms)
    }

    /// Aborts the connection, because the client has taken no byte for the write timeout.
    pub(crate) fn abort(&mut self) {
        self.state.abort();
    }

    /// Restarts the write timeout, because the socket is writable.
    ///
    /// A superloop can call late. Without this, it would abort a client that has taken bytes meanwhile.
    #[cfg(feature = "embedded-io")]
    pub(crate) fn restart_write_timeout(&mut self) {
        if self.waiting == Waiting::Sending {
            self.waiting = Waiting::Progress;
        }
    }

    /// Returns the time at which the write timeout ends.
    #[cfg(feature = "embedded-io")]
    pub(crate) const fn write_deadline(&self) -> Instant {
        self.since.limit(self.write_timeout_ms())
    }

    pub(crate) fn poll_records(
        &mut self,
        now: Instant,
        records: &Records<'_>,
    ) -> ConnectionOutput<'_> {
        self.waiting.note_progress(&mut self.since, now);
        // A loop, so that `advance` is called in one place: a second call would keep the compiler from inlining it.
        loop {
            if self.unsent().is_empty() {
                if let Some(next) = self.advance(now, records) {
                    self.waiting = Waiting::Idle;
                    return next;
                }
                continue;
            }
            let limit = self.write_timeout_ms();
            if !self.waiting.is_stalled(&mut self.since, now, limit) {
                break;
            }
            self.scratch.discard_unsent();
            self.abort();
        }
        ConnectionOutput::Send(self.unsent())
    }

    /// Returns the bytes to send next: those in the scratch, or after the head the unsent content of a response.
    fn unsent(&self) -> &[u8] {
        let unsent = self.scratch.unsent();
        match &self.state {
            State::Response(fixed) if self.scratch.is_head_done() && unsent.is_empty() => {
                fixed.unsent()
            }
            _ => unsent,
        }
    }

    /// Takes one step after everything was sent. Returns `None` if there are bytes to send now, or the state has changed.
    fn advance(
        &mut self,
        now: Instant,
        records: &Records<'_>,
    ) -> Option<ConnectionOutput<'static>> {
        match &mut self.state {
            State::Head => {
                let until = self.since.limit(self.options.head_timeout_ms);
                if now < until {
                    return Some(ConnectionOutput::Wait(until));
                }
                // Browsers open connections before they have a request. They would take a 408 for the response to the request
                // that they send later.
                if self.scratch.is_unused() {
                    self.state.close(Outcome::Unanswered);
                } else {
                    self.refuse(Status::REQUEST_TIMEOUT);
                }
            }
            State::Request => return Some(ConnectionOutput::Request),
            State::Response(fixed) if !self.scratch.is_head_done() => match fixed.response {
                Some(response) => self.put_head(response),
                None => {
                    let status = fixed.status;
                    self.put_head_of_refusal(status);
                }
            },
            State::Stream(_) if !self.scratch.is_head_done() => {
                let head = &self.scratch.chunking.head;
                self.put_head(head);
            }
            State::Response(fixed) => {
                let outcome = Outcome::Answered(fixed.status);
                self.state.close(outcome);
            }
            State::Stream(session) => {
                match advance_stream(session, now, records, &mut self.scratch) {
                    SessionOutput::Send(_) => {}
                    SessionOutput::Wait(until) => return Some(ConnectionOutput::Wait(until)),
                    SessionOutput::Close(reason) => {
                        self.state = State::Ended(Ending::of_stream(reason))
                    }
                }
            }
            State::Ended(ending) => return Some(ending.poll(now, &mut self.since)),
        }
        None
    }

    /// Puts the next part of a refusal's head into the scratch.
    // Not inlined: the `Response` that it makes would be among the locals of `poll`, and an event of `Hub::serve` would take 16
    // instructions more on a Cortex-M3.
    #[inline(never)]
    fn put_head_of_refusal(&mut self, status: Status) {
        self.put_head(&Response::refusal(status));
    }

    /// Puts the next part of a response's head into the scratch, with the header fields of the options if it carries them.
    fn put_head(&mut self, response: &Response<'_>) {
        if self.scratch.is_empty() {
            // An empty scratch cannot hold a response. `Scratch::put_head` puts no byte into it.
            self.state.close(Outcome::Unanswered);
        }
        let (options, has_option_fields) = (self.options, self.has_option_fields);
        self.scratch.put_head(response, |request, write| {
            if has_option_fields {
                options.write_fields(response, request, write);
            }
        });
    }
}
