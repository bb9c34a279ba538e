//! One client's connection, from its request to its end.

use super::exchange::{Exchange, ServerOptions};
use super::log::EventLog;
use super::options::StreamOptions;
use super::ring::Records;
use super::session::{Close, Output, Session};
use super::waiting::Waiting;
use crate::http::{ChunkSize, HeadError, LAST_CHUNK, Request, RequestHead, Response, Status};
use crate::time::Instant;
use crate::wire::copy::copy;
use crate::wire::exact::{Exact, ExactSlice};

/// A client's connection: reads the head of its request, answers it, and streams events to it.
///
/// ```text
///          too slow, malformed, too long
///        ┌───────────────────────────────┐
/// head ──┴─> request ──┬── respond ──> response ─────────────┬─> shutdown ──> linger ──> closed
///                      └── stream ───> head of it ──> stream ┘                              ^
///                          (or a refusal, as respond)   └── hung up, stalled, lapped ──────┘
/// ```
///
/// It has no socket and no clock. The storage is the caller's: 512 bytes hold what matters of a
/// browser's request, and later what goes out in one write.
///
/// **Call [`poll`](Connection::poll) until it says [`Next::Wait`], and tell with
/// [`sent`](Connection::sent) what was written, before the next call. While it waits, read into
/// [`space`](Connection::space) and tell with [`received`](Connection::received) how much came, also
/// when the client has closed, which is 0. Call `poll` again then, when the log has a new frame, and
/// when the time has come.** When it says [`Next::Request`], answer that by
/// [`answer`](Connection::answer), [`stream`](Connection::stream) or
/// [`respond`](Connection::respond).
///
/// `io::blocking` and `io::asynch` do all this for sockets.
#[derive(Debug)]
pub struct Connection<'a> {
    options: &'a ServerOptions<'a>,
    /// Three quarters are for the lines of the head, the rest for what is read. Later all of it is
    /// for what is sent.
    scratch: &'a mut [u8],
    head: RequestHead,
    state: State<'a>,
    /// How much of the response's head was put into the scratch.
    head_done: u32,
    /// Pages of other origins are told what they may.
    is_for_stream: bool,
    /// The part of the scratch that is yet to be sent.
    unsent: (usize, usize),
    waiting: Waiting,
    since: Instant,
}

#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<Connection<'_>>() <= 144);

/// What a [`Connection`] wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Next<'c> {
    /// These bytes go to the client. There is at least one.
    Send(&'c [u8]),
    /// The request is whole: answer it.
    Request,
    /// Bytes from the client, a new frame in the log, or that time. Flush what was sent.
    Wait(Instant),
    /// Flush what was sent, then close the sending side of the connection (TCP FIN), and go on reading. The client sees
    /// the end at once. This is said once.
    Shutdown,
    /// Close the connection.
    Close(Outcome),
}

/// How a connection came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Outcome {
    /// It was answered with this status, and no stream.
    Answered(Status),
    /// It had a stream, which ended so.
    Streamed(Close),
    /// The client closed before it was answered, sent nothing, or took no answer.
    HungUp,
}

#[derive(Debug)]
enum State<'a> {
    /// Reads the request.
    Head,
    /// Waits for the caller to answer it.
    Request,
    Answer {
        status: Status,
        /// If not, the status says all.
        response: Option<&'a Response<'a>>,
        /// How much of the content was sent.
        sent: usize,
    },
    Stream {
        session: Session<'a>,
        chunked: bool,
    },
    /// Everything is sent, or the client is gone.
    Ended {
        outcome: Outcome,
        then: Then,
    },
}

/// What follows when everything is sent. It is apart from the outcome, which is never moved: to move it would call
/// `memcpy`, which is linked for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Shutdown,
    /// Reads and discards so many bytes that the client still sends. If the connection were closed at once, a client
    /// that still sends would get a reset, which can destroy what it has not read yet.
    Linger {
        left: usize,
    },
    Closed,
}

impl State<'_> {
    const fn closed(outcome: Outcome) -> Self {
        let then = Then::Closed;
        Self::Ended { outcome, then }
    }
}

static STREAM: Response = Response::stream(false);
static CHUNKS: Response = Response::stream(true);

/// Where `head_done` stands behind the end of the head.
const WHOLE: u32 = u32::MAX;
const MAX_LINGER: usize = 64 * 1024;
const LINGER_MS: u32 = 1_000;

impl<'a> Connection<'a> {
    /// A connection that has just been opened.
    pub fn new(now: Instant, options: &'a ServerOptions<'a>, scratch: &'a mut [u8]) -> Self {
        Self {
            options,
            scratch,
            head: RequestHead::default(),
            state: State::Head,
            head_done: 0,
            is_for_stream: false,
            unsent: (0, 0),
            waiting: Waiting::Idle,
            since: now,
        }
    }

    /// Begins anew, for another client.
    pub fn reset(&mut self, now: Instant) {
        self.head = RequestHead::default();
        self.state = State::Head;
        self.head_done = 0;
        self.is_for_stream = false;
        self.unsent = (0, 0);
        self.waiting = Waiting::Idle;
        self.since = now;
    }

    /// What to do next.
    pub fn poll<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized>(
        &mut self,
        now: Instant,
        log: &EventLog<B>,
    ) -> Next<'_> {
        self.poll_records(now, log.records())
    }

    /// Tells that the first `length` bytes of what [`poll`](Connection::poll) gave were written.
    pub fn sent(&mut self, length: usize) {
        let (from, to) = self.unsent;
        match &mut self.state {
            _ if length == 0 => return,
            // The caller may report more bytes than it was given.
            State::Answer { sent, .. } if from == to => *sent = sent.saturating_add(length),
            _ => self.unsent = (from.saturating_add(length).min(to), to),
        }
        self.waiting = Waiting::Progress;
    }

    /// Where to read to, while [`poll`](Connection::poll) says [`Next::Wait`].
    pub fn space(&mut self) -> &mut [u8] {
        let (_, space) = split(self.scratch);
        space
    }

    /// Tells that so many bytes were read; 0 means that the client has closed.
    pub fn received(&mut self, length: usize) {
        match &mut self.state {
            State::Head if length > 0 => {
                let (lines, space) = split(self.scratch);
                // A length that exceeds the space is ignored.
                let mut input = space.get(..length).unwrap_or_default();
                let options = self.options;
                match self.head.receive(
                    &mut input,
                    lines,
                    options.keep_headers,
                    options.max_head_len,
                ) {
                    Ok(false) => {}
                    Ok(true) => {
                        self.state = State::Request;
                        if !options.is_called(&self.request()) {
                            self.refuse(Status::FORBIDDEN);
                        }
                    }
                    Err(error) => self.refuse(match error {
                        HeadError::Malformed => Status::BAD_REQUEST,
                        HeadError::TargetTooLong => Status::URI_TOO_LONG,
                        HeadError::TooLarge => Status::REQUEST_HEADER_FIELDS_TOO_LARGE,
                    }),
                }
            }
            State::Head if length == 0 => self.state = State::closed(Outcome::HungUp),
            State::Stream { .. } if length == 0 => {
                self.state = State::closed(Outcome::Streamed(Close::HungUp));
            }
            State::Ended { then, .. } => {
                if let Then::Linger { left } = then {
                    // The last read may exceed the limit.
                    *left = left.saturating_sub(length);
                    if length == 0 || *left == 0 {
                        *then = Then::Closed;
                    }
                }
            }
            _ => {}
        }
    }

    /// The request, once [`poll`](Connection::poll) has said [`Next::Request`].
    pub fn request(&self) -> Request<'_> {
        self.head.request(self.scratch)
    }

    /// What the request is for, as the options say.
    pub fn exchange(&self) -> Exchange {
        self.options.judge(&self.request())
    }

    /// Answers as the options say: with the stream, with a refusal, and other paths with 404.
    pub fn answer<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized>(
        &mut self,
        now: Instant,
        log: &EventLog<B>,
    ) {
        match self.exchange() {
            Exchange::Stream => self.begin_stream(now, log, &self.options.stream),
            exchange => self.settle(exchange),
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
        match self.stream_exchange() {
            Exchange::Stream => self.begin_stream(now, log, options),
            exchange => self.settle(exchange),
        }
    }

    /// As [`exchange`](Self::exchange), whatever the path.
    pub(crate) fn stream_exchange(&self) -> Exchange {
        self.options.judge_stream(&self.request())
    }

    /// Answers with a stream, which was judged already.
    pub(crate) fn begin_stream<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized>(
        &mut self,
        now: Instant,
        log: &EventLog<B>,
        options: &'a StreamOptions<'a>,
    ) {
        let chunked = self.options.chunked && !self.request().is_http_1_0();
        self.is_for_stream = true;
        if self.is_unanswered() {
            self.state = State::Stream {
                // The search comes after the head, which leaves the id where it is.
                session: Session::begin(now, log, self.request().last_event_id(), options),
                chunked,
            };
        }
    }

    /// Answers with what was judged, if that is not a stream; or with the head of one.
    pub(crate) fn settle(&mut self, exchange: Exchange) {
        let chunked = self.options.chunked && !self.request().is_http_1_0();
        self.is_for_stream = !matches!(exchange, Exchange::Other);
        match exchange {
            Exchange::Stream | Exchange::Head if chunked => self.respond(&CHUNKS),
            Exchange::Stream | Exchange::Head => self.respond(&STREAM),
            Exchange::Preflight => self.refuse(Status::NO_CONTENT),
            Exchange::Other => self.refuse(Status::NOT_FOUND),
            Exchange::Refuse(response) => self.respond(response),
        }
    }

    /// Answers with this response. A request for the head alone gets no more than that.
    pub fn respond(&mut self, response: &'a Response<'a>) {
        self.answer_with(response.status(), Some(response));
    }

    /// Answers with this status, and its meaning in words.
    pub fn refuse(&mut self, status: Status) {
        self.answer_with(status, None);
    }

    fn answer_with(&mut self, status: Status, response: Option<&'a Response<'a>>) {
        let is_head = self.request().is_method("HEAD");
        if self.is_unanswered() {
            self.state = State::Answer {
                status,
                response,
                sent: if is_head { usize::MAX } else { 0 },
            };
        }
    }

    /// Ends the stream when the frame under way is whole, and lets no other request begin one.
    pub fn end(&mut self) {
        match &mut self.state {
            State::Stream { session, .. } => session.end(),
            State::Head | State::Request => self.state = State::closed(Outcome::HungUp),
            _ => {}
        }
    }

    /// The stream, once it has begun.
    pub const fn session(&self) -> Option<&Session<'a>> {
        match &self.state {
            State::Stream { session, .. } => Some(session),
            _ => None,
        }
    }

    /// Whether there was a stream, of which everything is sent.
    #[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
    pub(crate) const fn is_streamed(&self) -> bool {
        matches!(
            self.state,
            State::Ended {
                outcome: Outcome::Streamed(_),
                ..
            }
        )
    }

    #[cfg(feature = "embedded-io-async")]
    pub(crate) const fn stream_options(&self) -> &'a StreamOptions<'a> {
        &self.options.stream
    }

    /// How long a client may take no byte.
    pub(crate) const fn write_timeout_ms(&self) -> u32 {
        match &self.state {
            State::Stream { session, .. } => session.write_timeout_ms(),
            _ => self.options.stream.write_timeout_ms,
        }
    }

    /// The client takes no byte: the connection is at its end.
    pub(crate) fn give_up(&mut self) {
        match &mut self.state {
            State::Ended {
                outcome: Outcome::Streamed(_),
                then,
            } => *then = Then::Closed,
            State::Stream { .. } => self.state = State::closed(Outcome::Streamed(Close::Stalled)),
            _ => self.state = State::closed(Outcome::HungUp),
        }
    }

    /// Tells that the client takes bytes, so that it is not judged by how late it is asked.
    #[cfg(feature = "embedded-io")]
    pub(crate) fn note_writable(&mut self) {
        if self.waiting == Waiting::Sending {
            self.waiting = Waiting::Progress;
        }
    }

    /// When a client that takes no byte has had its time.
    #[cfg(feature = "embedded-io")]
    pub(crate) const fn stalls_at(&self) -> Instant {
        self.since.limit(self.write_timeout_ms())
    }

    const fn is_unanswered(&self) -> bool {
        matches!(self.state, State::Head | State::Request)
    }

    fn poll_records(&mut self, now: Instant, records: Records<'_>) -> Next<'_> {
        self.waiting.note_progress(&mut self.since, now);
        // One loop, so that `advance` has one place where it is called from, and is inlined there.
        loop {
            if !self.has_unsent() {
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
            self.unsent = (0, 0);
            self.give_up();
        }
        Next::Send(self.unsent())
    }

    fn has_unsent(&self) -> bool {
        !self.unsent().is_empty()
    }

    /// What lies in the scratch, or what is left of a response's content when its head was sent.
    fn unsent(&self) -> &[u8] {
        let (from, to) = self.unsent;
        match &self.state {
            State::Answer {
                status,
                response,
                sent,
            } if self.head_done == WHOLE && from == to => {
                let content = match response {
                    Some(response) => response.content(),
                    None => status.content(),
                };
                // For `HEAD`, `sent` is `usize::MAX`, so no content is left.
                content.get(*sent..).unwrap_or_default()
            }
            _ => self.scratch.part(from..to),
        }
    }

    /// Goes on when everything was sent, until there is more to send, or something to wait for.
    fn advance(&mut self, now: Instant, records: Records<'_>) -> Option<Next<'static>> {
        match &mut self.state {
            State::Head => {
                let until = self.since.limit(self.options.head_timeout_ms);
                if now < until {
                    return Some(Next::Wait(until));
                }
                // Browsers open connections in advance: an answer to nothing would confuse them.
                if self.head.is_empty() {
                    self.state = State::closed(Outcome::HungUp);
                } else {
                    self.refuse(Status::REQUEST_TIMEOUT);
                }
            }
            State::Request => return Some(Next::Request),
            State::Answer {
                status, response, ..
            } if self.head_done != WHOLE => {
                let status = *status;
                match *response {
                    Some(response) => self.put_head(response),
                    None => self.put_head_of_refusal(status),
                }
            }
            State::Answer { status, .. } => {
                self.state = State::Ended {
                    outcome: Outcome::Answered(*status),
                    then: Then::Shutdown,
                };
            }
            State::Stream { chunked, .. } if self.head_done != WHOLE => {
                let response = if *chunked { &CHUNKS } else { &STREAM };
                self.put_head(response);
            }
            State::Stream {
                session, chunked, ..
            } => {
                if session.is_resuming() {
                    let request = self.head.request(self.scratch);
                    if !session.search_records(records, request.last_event_id()) {
                        return Some(Next::Wait(now));
                    }
                }
                let chunked = *chunked;
                let (length, output) = put_stream(session, self.scratch, chunked, now, records);
                self.unsent = (0, length);
                match output {
                    Output::Send(_) => {}
                    Output::Wait(until) => return Some(Next::Wait(until)),
                    Output::Close(reason) => {
                        let sends_last_chunk =
                            chunked && matches!(reason, Close::Ended | Close::Lifetime);
                        if let (true, Some(place)) =
                            (sends_last_chunk, self.scratch.get_mut(..LAST_CHUNK.len()))
                        {
                            copy(LAST_CHUNK, place);
                            self.unsent = (0, LAST_CHUNK.len());
                        }
                        self.state = State::Ended {
                            outcome: Outcome::Streamed(reason),
                            then: match reason {
                                Close::Ended | Close::Lifetime => Then::Shutdown,
                                // The client is gone, or takes no byte.
                                _ => Then::Closed,
                            },
                        };
                    }
                }
            }
            State::Ended { outcome, then } => match then {
                Then::Shutdown => {
                    self.since = now;
                    *then = Then::Linger { left: MAX_LINGER };
                    return Some(Next::Shutdown);
                }
                Then::Linger { .. } => {
                    let until = self.since.after(LINGER_MS);
                    if now < until {
                        return Some(Next::Wait(until));
                    }
                    *then = Then::Closed;
                }
                Then::Closed => return Some(Next::Close(*outcome)),
            },
        }
        None
    }

    #[inline(never)]
    fn put_head_of_refusal(&mut self, status: Status) {
        self.put_head(&Response::refusal(status));
    }

    /// Puts the next part of a response's head behind what is kept of the request.
    fn put_head(&mut self, response: &Response<'_>) {
        let start = self.head.used();
        if self.scratch.is_empty() {
            // An empty scratch buffer cannot hold a response: close the connection.
            self.state = State::closed(Outcome::HungUp);
        }
        let (lines, free) = self.scratch.split_exact_mut(start);
        let request = self.head.request(lines);
        let mut skip = self.head_done as usize;
        let mut length = 0_usize;
        let mut write = |chunk: &[u8]| {
            // Chunks before the position are skipped whole, the chunk at it is cut, later ones are taken whole.
            let new = chunk.get(skip..).unwrap_or_default();
            skip = skip.saturating_sub(chunk.len());
            length = length.plus(put(new, free, length));
        };
        response.write_fields(&mut write);
        if self.is_for_stream {
            self.options.write_cors(&request, &mut write);
        }
        write(b"\r\n\r\n");
        self.unsent = (start, start.plus(length));
        self.head_done = match length {
            0 => WHOLE,
            // The caller's fields may be of any length: a head of 4 GB is cut there.
            _ => self.head_done.saturating_add(length as u32),
        };
    }
}

/// Puts as many frames into the scratch as there are, or as fit: as one chunk, if they go in chunks.
/// Returns its length, and what the session wants next.
fn put_stream(
    session: &mut Session<'_>,
    scratch: &mut [u8],
    chunked: bool,
    now: Instant,
    records: Records<'_>,
) -> (usize, Output<'static>) {
    const END: &[u8] = b"\r\n";
    let (before, behind) = match chunked {
        true => (ChunkSize::LEN, END.len()),
        false => (0, 0),
    };
    // If the framing of a chunk does not fit, the space is empty, and the session closes as stalled.
    let (size, rest) = scratch.split_at_mut_checked(before).unwrap_or_default();
    let room = rest.len().saturating_sub(behind).min(ChunkSize::MAX);
    let space = rest.part_mut(..room);
    let length = match session.fill_from(now, records, space) {
        Output::Send(bytes) => bytes.len(),
        Output::Wait(until) => return (0, Output::Wait(until)),
        Output::Close(reason) => return (0, Output::Close(reason)),
    };
    if chunked {
        copy(ChunkSize::new(length).as_bytes(), size);
        put(END, rest, length);
    }
    let length = length.plus(before).plus(behind);
    (length, Output::Send(b""))
}

/// Copies as much as fits behind the first `length` bytes of `into`.
fn put(bytes: &[u8], into: &mut [u8], length: usize) -> usize {
    let free = into.part_mut(length..);
    let bytes = bytes.get(..free.len()).unwrap_or(bytes);
    copy(bytes, free);
    bytes.len()
}

/// The parts of the scratch for the lines of a head, and for what is read.
fn split(scratch: &mut [u8]) -> (&mut [u8], &mut [u8]) {
    let lines = scratch.len().minus(scratch.len() / 4);
    scratch.split_exact_mut(lines)
}
