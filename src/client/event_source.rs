//! A client of an event stream, through all its connections.

use super::attempt::{Attempt, Judged};
use super::exchange::{Arrived, Exchange, receive_head, resume_from, written};
use super::lifecycle::{Lifecycle, State};
use super::options::ClientOptions;
use super::output::{EventSourceOutput, Notice, NoticeKind, ReadyState, ResumePoint, Step};
use super::reason::{ConnectError, NetworkReason, Reason};
use crate::bytes::exact::ExactSlice;
use crate::decode::{Decoder, Event, Kind, Located, Overflow};
use crate::http::Url;
use crate::time::Instant;
use crate::wire::text::EventId;

/// Follows an event stream: asks for it, follows redirects, decodes it, and when it is lost, waits and
/// asks again for what comes after the last event ID (WHATWG HTML 9.2.2 to 9.2.4).
///
/// ```text
///                     ┌───────────── redirect ─────────────┐
///                     v                                    │
/// start ───────> connecting ─────> request ─────> head ────┴──> open
///   ^                 │                │            │             │
///   │                 │     unreachable, lost, ended, slow,       │
///   │                 v     malformed, 5xx, wrong type, ...       v
///   └── waiting <── lost <────────────────────────────────────────┘
///                     │ 204, 4xx, too many attempts, a POST that was sent
///                     └───────────> closed <── close()
/// ```
///
/// It has no socket and no clock. One buffer of the caller holds the request, then lines of the response's head, then
/// the event under way; and always the last event ID.
///
/// **Call [`poll`](EventSource::poll) with what was received, until it returns [`EventSourceOutput::Wait`]. Then receive more, and
/// call it again when bytes have come, or at that time. On [`EventSourceOutput::Connect`], drop the connection that you have, make
/// another one, and call [`connected`](EventSource::connected) or [`connect_failed`](EventSource::connect_failed). On
/// [`EventSourceOutput::Send`], write the bytes, and call [`sent`](EventSource::sent). When the connection ends, call
/// [`received_eof`](EventSource::received_eof) or [`disconnected`](EventSource::disconnected).**
///
/// [`EventSourceOutput`] has an example. `Connected` and `Client` of `io::blocking` and `io::asynch` do all this: the one for a
/// socket that you connect, the other for all connections.
#[derive(Debug)]
pub struct EventSource<'a> {
    pub(crate) attempt: Attempt<'a>,
    pub(crate) lifecycle: Lifecycle<'a>,
    pub(super) decoder: Decoder<&'a mut [u8]>,
    /// The event or comment that was found last.
    located: Located,
}

#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<EventSource<'_>>() <= 192);

impl<'a> EventSource<'a> {
    /// A client that is about to connect. [`Decoder::buffer_len`] tells how long the buffer has to be; 128 bytes
    /// more than the longest id suffice for the heads of most responses.
    ///
    /// An id that takes more than half of the buffer is forgotten when the connection is lost, because the next
    /// connection needs the room. The server is then asked for events from now on.
    #[inline(always)] // a call would return it by a copy, which links `memcpy`
    pub const fn new(url: Url<'a>, options: &'a ClientOptions<'a>, buffer: &'a mut [u8]) -> Self {
        Self {
            attempt: Attempt::new(url),
            lifecycle: Lifecycle::new(options),
            decoder: Decoder::with_buffer(buffer),
            located: Located::NOTHING,
        }
    }

    /// Follows redirects. The buffer holds the URLs of the redirect under way, of the one before it, and of a
    /// permanent one. Without it, a redirect is a failure:
    /// [`RedirectReason::NoBuffer`](super::RedirectReason::NoBuffer). A connection under way is given up.
    ///
    /// As in browsers, a 303, and after a `POST` a 301 or 302, lead to a `GET` without a body, for as long as that
    /// connection lasts. Another server does not get the fields `Authorization`, `Cookie`, `Proxy-Authorization` and
    /// `Host`.
    pub fn follow_redirects(&mut self, buffer: &'a mut [u8]) {
        self.give_up_connection();
        self.attempt.redirects.set_buffer(buffer);
    }

    /// Goes on where another client was, whose [`resume_point`](Self::resume_point) was kept. A connection under way
    /// is given up.
    ///
    /// # Errors
    ///
    /// [`Overflow`] when the id takes more than half of the buffer. Nothing has changed then.
    pub fn resume_from(&mut self, point: &ResumePoint<'_>) -> Result<(), Overflow> {
        resume_from(&mut self.decoder, point.last_event_id)?;
        self.give_up_connection();
        if let Some(milliseconds) = point.retry {
            self.lifecycle.reconnect.set_retry(milliseconds);
        }
        Ok(())
    }

    /// Returns what to do next, or what was received. Moves the start of `input` past the bytes that were read.
    pub fn poll<'s, 'i: 's>(
        &'s mut self,
        now: Instant,
        input: &mut &'i [u8],
    ) -> EventSourceOutput<'s> {
        if let Some(data) = self.take_single_line(input) {
            self.lifecycle.note_activity(now);
            return EventSourceOutput::Notice(Notice::Event(self.decoder.single_line_event(data)));
        }
        let piece = *input;
        let step = self.advance(now, piece, input);
        self.output(step, piece)
    }

    /// Call this when the connection that was asked for is made.
    pub fn connected(&mut self, now: Instant) {
        self.lifecycle.connected(now);
    }

    /// Call this when the connection that was asked for cannot be made.
    pub fn connect_failed(&mut self, error: ConnectError) {
        if self.lifecycle.is_connecting() {
            self.lifecycle.lose(self.attempt.reason_of(error));
        }
    }

    /// Call this when the server has closed its side of the connection: the end of file was received.
    pub fn received_eof(&mut self) {
        (self.lifecycle).disconnected(self.attempt.exchange.reason_of_end());
    }

    /// Call this when the connection was lost, or cannot be made.
    pub fn disconnected(&mut self) {
        self.lifecycle.disconnected(NetworkReason::Lost);
    }

    /// Call this when the first `length` bytes of the last [`EventSourceOutput::Send`] are written.
    pub fn sent(&mut self, now: Instant, length: usize) {
        if self.lifecycle.is_connected() && self.attempt.sent(length) {
            self.lifecycle.note_activity(now);
        }
    }

    /// Ends the client for good: no event comes any more, and no connection is asked for.
    pub fn close(&mut self) {
        self.lifecycle.close();
    }

    /// Connects again at once, as if nothing had failed, also after every end but [`close`](Self::close).
    #[inline(never)] // it has several callers
    pub fn restart(&mut self) {
        if self.lifecycle.restart() {
            self.attempt.restart();
        }
    }

    /// Whether there is a stream.
    pub const fn ready_state(&self) -> ReadyState {
        self.lifecycle.ready_state(self.attempt.exchange.is_open())
    }

    /// The id of the last event.
    pub fn last_event_id(&self) -> EventId<'_> {
        self.decoder.last_event_id()
    }

    /// The first bytes of the body of the last response, if it was no event stream and
    /// [`ClientOptions::error_body`] is set. They can be read from the notice that there is no stream until the next
    /// request is sent.
    pub fn error_body(&self) -> &[u8] {
        self.attempt.exchange.error_body(&self.decoder)
    }

    /// What another client needs to go on where this one is.
    pub fn resume_point(&self) -> ResumePoint<'_> {
        ResumePoint {
            last_event_id: self.last_event_id(),
            retry: self.lifecycle.retry_to_resume(self.decoder.retry()),
        }
    }

    /// Restarts if a connection is made or asked for: its request has the URL or the id that is about to change.
    fn give_up_connection(&mut self) {
        if self.lifecycle.is_connecting() || self.lifecycle.is_connected() {
            self.restart();
        }
    }

    /// Fast path: if the input begins with an event of one data line alone, reads it and returns its data.
    #[inline(always)] // as `Decoder::take_single_line`: an event costs no call
    fn take_single_line<'i>(&mut self, input: &mut &'i [u8]) -> Option<&'i [u8]> {
        if !self.lifecycle.is_connected() {
            return None;
        }
        let data = self
            .attempt
            .exchange
            .take_single_line(&mut self.decoder, input)?;
        self.lifecycle.reconnect.delivered();
        Some(data)
    }

    /// The first half of `poll`: returns what to do. Reads `input`, the rest of `piece`.
    pub(crate) fn advance(&mut self, now: Instant, piece: &[u8], input: &mut &[u8]) -> Step {
        if let Some(step) = self.advance_connected(now, piece, input) {
            return step;
        }
        // What is left belongs to a connection that is no more. While an error body is received, nothing is left.
        *input = &[];
        let options = self.lifecycle.options;
        if let State::Lost(reason) = self.lifecycle.state {
            let reconnect = &mut self.lifecycle.reconnect;
            (self.attempt).end(options, &self.decoder, reconnect, reason);
        }
        let step = self.lifecycle.advance(now);
        if let Step::Connect = step {
            self.attempt.connect(&mut self.decoder);
        }
        step
    }

    /// `advance` while there is a connection. Asks `on_failure` about a loss. Returns `None` if there is no connection any more,
    /// or while an error body is received, of which all input is read.
    pub(crate) fn advance_connected(
        &mut self,
        now: Instant,
        piece: &[u8],
        input: &mut &[u8],
    ) -> Option<Step> {
        while self.lifecycle.is_connected() {
            // What comes before the request was sent is read later.
            if self.attempt.exchange.is_sent() {
                if !input.is_empty() {
                    let is_head = self.attempt.exchange.is_head();
                    self.lifecycle.received(now, is_head);
                }
                if let Exchange::Head(head) = &mut self.attempt.exchange {
                    match receive_head(head, &mut self.decoder, input) {
                        Ok(true) => {
                            if let Some(notice) = self.judge(now) {
                                return Some(Step::Notice(notice));
                            }
                        }
                        Ok(false) => {}
                        Err(reason) => self.lifecycle.lose(Reason::Response(reason)),
                    }
                } else if !self.attempt.exchange.is_open() {
                    // `no_stream` receives the error body, so that programs without that option do not link its code.
                    break;
                } else if let Some(notice) = self.receive_content(piece, input) {
                    return Some(Step::Notice(notice));
                }
            }
            if let Some(step) = self.send_or_wait(now) {
                return Some(step);
            }
        }
        // It may be that of a connection that is being made. `on_failure` is asked about that loss, too.
        self.lifecycle.check_deadline(now);
        let is_open = (self.lifecycle.options.no_stream)(self, now, input);
        is_open.then_some(Step::Notice(NoticeKind::Open))
    }

    /// What is to be sent; or the wait for more bytes, if there is time left. `None` when the state has changed.
    fn send_or_wait(&mut self, now: Instant) -> Option<Step> {
        self.lifecycle.check_deadline(now);
        if !self.lifecycle.is_connected() {
            return None;
        }
        let step = (self.attempt).send(self.lifecycle.options, &mut self.decoder);
        step.map_err(|reason| self.lifecycle.lose(reason)).ok()?
    }

    /// Reads content in `input`, a part of `piece`, up to the next thing to tell. `None`: all of it is read, or there is
    /// no connection any more.
    fn receive_content(&mut self, piece: &[u8], input: &mut &[u8]) -> Option<NoticeKind> {
        let (decoder, located) = (&mut self.decoder, &mut self.located);
        let options = self.lifecycle.options;
        let arrived = (self.attempt.exchange).receive_content(
            decoder,
            located,
            piece,
            input,
            options.comments,
        );
        if let Some(milliseconds) = self.decoder.take_retry() {
            self.lifecycle.reconnect.set_retry(milliseconds);
        }
        match arrived {
            Arrived::Notice(notice) => {
                if let NoticeKind::Found(Kind::Event) = notice {
                    self.lifecycle.reconnect.delivered();
                }
                return Some(notice);
            }
            Arrived::Failed(reason) => self.lifecycle.lose(reason),
            Arrived::Nothing => {}
        }
        None
    }

    /// The head of the response is whole.
    fn judge(&mut self, now: Instant) -> Option<NoticeKind> {
        let (options, reconnect) = (self.lifecycle.options, &mut self.lifecycle.reconnect);
        match (self.attempt).judge(options, reconnect, &mut self.decoder) {
            Ok(Judged::Open) => {
                self.lifecycle.opened(now);
                return Some(NoticeKind::Open);
            }
            Ok(Judged::Redirected) => self.lifecycle.state = State::Start,
            Err(reason) => self.lifecycle.lose(reason),
        }
        None
    }

    /// The second half of `poll`: makes the output of a step. An event or a comment was found in `piece`.
    pub(crate) fn output<'s>(&'s mut self, step: Step, piece: &'s [u8]) -> EventSourceOutput<'s> {
        match step {
            Step::Connect => EventSourceOutput::Connect(self.attempt.redirects.url()),
            Step::Send { length } => EventSourceOutput::Send(written(&mut self.decoder, length)),
            Step::SendBody { sent } => {
                EventSourceOutput::Send(self.lifecycle.options.body.part(sent..))
            }
            Step::Wait => EventSourceOutput::Wait(self.lifecycle.deadline),
            Step::Notice(kind) => EventSourceOutput::Notice(self.notice(kind, piece)),
        }
    }

    /// Makes the notice. An event or a comment was found in `piece`.
    pub(crate) fn notice<'s>(&'s self, kind: NoticeKind, piece: &'s [u8]) -> Notice<'s> {
        kind.notice(|| self.event(piece), || self.lifecycle.notice())
    }

    /// The event that was found last, in the piece in which it was found. Of a comment, its text is the data.
    #[inline(always)] // a part of what each event costs a client
    pub(crate) fn event<'s>(&'s self, piece: &'s [u8]) -> Event<'s> {
        self.decoder.located_event(self.located, piece)
    }
}

/// For drivers, which loop around it.
#[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
impl EventSource<'_> {
    /// Reads `input`, the rest of `piece`, which was received before, up to the next thing to tell. `None`: all of it
    /// is read, or there is no connection any more.
    #[inline(always)] // the fast path is
    pub(crate) fn read_on(&mut self, piece: &[u8], input: &mut &[u8]) -> Option<NoticeKind> {
        if let Some(data) = self.take_single_line(input) {
            self.located = self.decoder.locate_single_line(data, piece);
            return Some(NoticeKind::Found(Kind::Event));
        }
        // What is left of a piece is content: heads and error bodies are read when a piece begins.
        let is_connected = self.lifecycle.is_connected();
        is_connected.then(|| self.receive_content(piece, input))?
    }

    /// Whether to receive next: the request is sent, and the body of the response has not ended.
    pub(crate) const fn awaits_bytes(&self) -> bool {
        self.lifecycle.is_connected() && self.attempt.exchange.awaits_bytes()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for EventSource<'_> {
    /// Tells the state and the last event id.
    fn format(&self, f: defmt::Formatter<'_>) {
        let (state, id) = (self.ready_state(), self.last_event_id());
        defmt::write!(f, "EventSource {{ {}, last_event_id: {} }}", state, id);
    }
}
