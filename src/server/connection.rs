//! One client's connection, from its request to its end.

use super::chunking::Chunking;
use super::connection_state::{Ending, FixedResponse, State, Stream};
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

/// A client's connection: reads the head of its request, answers it, and streams events to it.
///
/// ```text
///          too slow, malformed, too long
///        ┌───────────────────────────────┐
/// head ──┴─> request ──┬── respond ──> response ─────────────┬─> shutdown ──> linger ──> closed
///                      └── stream ───> head of it ──> stream ┘
///                          (or a refusal, as respond)
/// ```
///
/// A client that closes its end during the head or the stream goes to *shutdown*. One that takes no byte for too long, or is
/// overtaken in the middle of a frame, is aborted.
///
/// It has no socket and no clock. The storage is the caller's: 512 bytes hold the part of a
/// browser's request that is kept, and later what goes out in one write.
///
/// **Call [`poll`](Connection::poll) until it says [`ConnectionOutput::Wait`], and tell with
/// [`sent`](Connection::sent) what was written, before the next call. While it waits, read into
/// [`receive_buffer`](Connection::receive_buffer) and tell with [`received`](Connection::received) how much came, also
/// when the client has closed, which is 0. Call `poll` again then, when the log has a new frame, and
/// when the time has come.** When it says [`ConnectionOutput::Request`], answer that by
/// [`answer`](Connection::answer), [`stream`](Connection::stream), [`respond`](Connection::respond),
/// [`refuse`](Connection::refuse) or [`refuse_stream`](Connection::refuse_stream).
///
/// `io::blocking` and `io::asynch` do all this for sockets.
#[derive(Debug)]
pub struct Connection<'a> {
    options: &'a ServerOptions<'a>,
    scratch: Scratch<'a>,
    state: State<'a>,
    /// The response is a stream or the refusal of one: it carries CORS header fields.
    has_option_fields: bool,
    waiting: Waiting,
    since: Instant,
}

#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<Connection<'_>>() <= 144);

impl<'a> Connection<'a> {
    /// A connection that has just been opened.
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

    /// Begins again, for another client.
    pub fn reuse(&mut self, now: Instant) {
        self.scratch.reset();
        self.state = State::Head;
        self.has_option_fields = false;
        self.waiting = Waiting::Idle;
        self.since = now;
    }

    /// What to do next.
    // Not inlined: in a program's loop, its size varies by 0.1 KB with each change here.
    #[inline(never)]
    pub fn poll<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized>(
        &mut self,
        now: Instant,
        log: &EventLog<B>,
    ) -> ConnectionOutput<'_> {
        self.put_initial_state();
        self.poll_records(now, &log.records())
    }

    /// Puts the next frame of the present state into the scratch, if that is due. It needs no log, so that the caller's hook runs
    /// while the log is not locked.
    pub(crate) fn put_initial_state(&mut self) {
        if let State::Stream(stream) = &mut self.state {
            if let Some(state) = stream.session.initial_state() {
                state.put(
                    &mut stream.session.progress,
                    stream.chunking,
                    &mut self.scratch,
                );
            }
        }
    }

    /// Tells that the first `length` bytes of what [`poll`](Connection::poll) gave were written.
    pub fn sent(&mut self, length: usize) {
        match &mut self.state {
            _ if length == 0 => return,
            // The caller may report more bytes than it was given.
            State::Response(fixed) if self.scratch.unsent().is_empty() => {
                fixed.sent = fixed.sent.saturating_add(length);
            }
            _ => self.scratch.note_sent(length),
        }
        self.waiting = Waiting::Progress;
    }

    /// Where to read to, while [`poll`](Connection::poll) says [`ConnectionOutput::Wait`].
    pub fn receive_buffer(&mut self) -> &mut [u8] {
        self.scratch.receive_buffer()
    }

    /// Tells that so many bytes were read; 0 means that the client has closed.
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

    /// The request, once [`poll`](Connection::poll) has said [`ConnectionOutput::Request`].
    pub fn request(&self) -> Request<'_> {
        self.scratch.request()
    }

    /// What the request is for, as the options say.
    pub fn request_kind(&self) -> RequestKind {
        RequestKind::of(&self.request(), self.options)
    }

    /// Answers as the options say: with the stream, with a refusal, and other paths with 404.
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

    /// Answers with a stream, whatever the path; or with a refusal, if the request's method, what it
    /// accepts, or the [check](ServerOptions::check) rules a stream out.
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

    /// As [`request_kind`](Self::request_kind), whatever the path.
    pub(crate) fn stream_request_kind(&self) -> RequestKind {
        RequestKind::of_stream(&self.request(), self.options)
    }

    /// Answers with a stream, which was judged already.
    pub(crate) fn begin_stream<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized>(
        &mut self,
        now: Instant,
        log: &EventLog<B>,
        options: &'a StreamOptions<'a>,
    ) {
        let chunking = Chunking::of(self.options.chunking, &self.request());
        self.has_option_fields = true;
        if self.state.is_unanswered() {
            self.state = State::Stream(Stream {
                // The search comes after the head, which leaves the id where it is.
                session: Session::begin(now, log, self.request().last_event_id(), options),
                chunking,
            });
        }
    }

    /// Answers a request for a stream while no place is free: with 503 and [`RETRY_AFTER`](super::RETRY_AFTER), or as
    /// [`reconnect_when_full`](ServerOptions::reconnect_when_full) says. It does not count places: the caller does.
    pub fn refuse_stream(&mut self) {
        self.has_option_fields = true;
        let options = self.options;
        if let Some(begin_short_stream) = options.when_full {
            let (state, stream) = (&mut self.state, &options.stream);
            if begin_short_stream(state, &self.scratch, self.since, stream, options.chunking) {
                return;
            }
        }
        self.respond(&BUSY);
    }

    /// Answers with what was judged, if that is not a stream; or with the head of one.
    pub(crate) fn respond_to(&mut self, kind: RequestKind) {
        let chunking = Chunking::of(self.options.chunking, &self.request());
        self.has_option_fields = !matches!(kind, RequestKind::Other);
        match kind {
            RequestKind::Stream | RequestKind::Head => self.respond(Stream::head(chunking)),
            RequestKind::Preflight => self.refuse(Status::NO_CONTENT),
            RequestKind::Other => self.refuse(Status::NOT_FOUND),
            RequestKind::Refuse(response) => self.respond(response),
        }
    }

    /// Answers with this response. A request for the head alone gets no more than that.
    pub fn respond(&mut self, response: &'a Response<'a>) {
        self.begin_response(response.status(), Some(response));
    }

    /// Answers with this status, and its meaning in words.
    pub fn refuse(&mut self, status: Status) {
        self.begin_response(status, None);
    }

    /// Refuses a request whose head is not usable.
    fn refuse_head(&mut self, error: HeadError) {
        let status = match error {
            HeadError::Malformed => Status::BAD_REQUEST,
            HeadError::TargetTooLong => Status::URI_TOO_LONG,
            HeadError::TooLarge => Status::REQUEST_HEADER_FIELDS_TOO_LARGE,
        };
        // It is not known whether a stream was asked for. Without CORS header fields, a page could not read the refusal.
        self.has_option_fields = !matches!(error, HeadError::Malformed);
        self.refuse(status);
    }

    fn begin_response(&mut self, status: Status, response: Option<&'a Response<'a>>) {
        let is_head_request = self.request().is_method("HEAD");
        if self.state.is_unanswered() {
            self.state = State::Response(FixedResponse {
                status,
                response,
                sent: if is_head_request { usize::MAX } else { 0 },
            });
        }
    }

    /// Ends the stream when the frame under way is whole, and lets no other request begin one.
    pub fn end(&mut self) {
        self.state.end();
    }

    /// The stream, from its beginning to its end. That of [`refuse_stream`](Self::refuse_stream) is one, too.
    pub const fn session(&self) -> Option<&Session<'a>> {
        self.state.session()
    }

    /// The socket cannot be shut down. After a stream only its drop tells the client of the end: `true` if there was one.
    #[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
    pub(crate) const fn skip_linger_after_stream(&mut self) -> bool {
        self.state.skip_linger_after_stream()
    }

    #[cfg(feature = "embedded-io-async")]
    pub(crate) const fn stream_options(&self) -> &'a StreamOptions<'a> {
        &self.options.stream
    }

    /// How long a client may take no byte.
    pub(crate) const fn write_timeout_ms(&self) -> u32 {
        self.state
            .write_timeout_ms(self.options.stream.write_timeout_ms)
    }

    /// The client takes no byte: the connection is at its end.
    pub(crate) fn abort(&mut self) {
        self.state.abort();
    }

    /// Tells that the client takes bytes, so that it is not judged by how late it is asked.
    #[cfg(feature = "embedded-io")]
    pub(crate) fn restart_write_timeout(&mut self) {
        if self.waiting == Waiting::Sending {
            self.waiting = Waiting::Progress;
        }
    }

    /// When a client that takes no byte has had its time.
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
        // One loop, so that `advance` has one place where it is called from, and is inlined there.
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

    /// What is left of the part in the scratch, or, after the head, of a response's content.
    fn unsent(&self) -> &[u8] {
        let unsent = self.scratch.unsent();
        match &self.state {
            State::Response(fixed) if self.scratch.is_head_done() && unsent.is_empty() => {
                fixed.unsent()
            }
            _ => unsent,
        }
    }

    /// Takes one step after everything was sent. `None` if that gave something to send, or another step follows.
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
                // Browsers open connections in advance: an answer to nothing would confuse them.
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
            State::Stream(stream) if !self.scratch.is_head_done() => {
                let head = Stream::head(stream.chunking);
                self.put_head(head);
            }
            State::Response(fixed) => {
                let outcome = Outcome::Answered(fixed.status);
                self.state.close(outcome);
            }
            State::Stream(stream) => match stream.advance(now, records, &mut self.scratch) {
                SessionOutput::Send(_) => {}
                SessionOutput::Wait(until) => return Some(ConnectionOutput::Wait(until)),
                SessionOutput::Close(reason) => {
                    self.state = State::Ended(Ending::of_stream(reason))
                }
            },
            State::Ended(ending) => return Some(ending.poll(now, &mut self.since)),
        }
        None
    }

    /// Not inlined: what it needs of the stack, streams need not have.
    #[inline(never)]
    fn put_head_of_refusal(&mut self, status: Status) {
        self.put_head(&Response::refusal(status));
    }

    /// Puts the next part of a response's head into the scratch.
    fn put_head(&mut self, response: &Response<'_>) {
        if self.scratch.is_empty() {
            // It cannot hold a response.
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
