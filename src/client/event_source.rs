//! The client that reconnects.

use super::http_exchange::{HttpExchange, Received, receive_head, request_part};
use super::last_event_id;
use super::lifecycle::{ClientState, Lifecycle};
use super::options::ClientOptions;
use super::output::{EventSourceOutput, Notice, NoticeKind, ReadyState, ResumePoint, Step};
use super::reason::{ConnectError, Reason, ServerReason};
use super::request_chain::{HeadOutcome, RequestChain};
use crate::bytes::exact::ExactSlice;
use crate::decode::{Event, Kind, Overflow};
use crate::http::Url;
use crate::time::Instant;
use crate::wire::text::EventId;

/// A client that reconnects: it requests an event stream, follows redirects and decodes events (WHATWG HTML 9.2.2 to
/// 9.2.4).
///
/// When the stream is lost, it waits, and requests the events after the last event ID.
///
/// ```text
///                     ┌───────────── redirect ─────────────┐
///                     v                                    │
/// start ───────> connecting ─────> request ─────> head ────┴──> open
///   ^                 │                │            │             │
///   │                 │     unreachable, lost, ended, slow,       │
///   │                 v     malformed, 5xx, wrong type, ...       v
///   └── waiting <── lost <────────────────────────────────────────┘
///                     │ 204, most 4xx, too many attempts, a POST that was sent
///                     └───────────> closed <── close()
/// ```
///
/// It has no socket and no clock: you pass it the received bytes and the time. Its buffer always holds the last event ID. The
/// rest of the buffer holds a part of the request, then lines of the response head, then the event that is being received.
///
/// Call [`poll`](EventSource::poll) with the received bytes, and do what it returns:
///
/// - [`Connect`](EventSourceOutput::Connect): drop the connection that you have, and make another one. Then call
///   [`connected`](EventSource::connected) or [`connect_failed`](EventSource::connect_failed).
/// - [`Send`](EventSourceOutput::Send): write the bytes. Then call [`sent`](EventSource::sent).
/// - [`Wait`](EventSourceOutput::Wait): receive bytes. Call `poll` again when bytes have arrived, or at the time that is
///   returned.
/// - [`Notice`](EventSourceOutput::Notice): use it. Then call `poll` again with the rest of the bytes.
///
/// When the connection ends, call [`received_eof`](EventSource::received_eof) or
/// [`disconnected`](EventSource::disconnected).
///
/// [`EventSourceOutput`] has an example. `Connected` of `io::blocking` and `io::asynch` does this for a socket that you
/// connect, and `Client` also connects.
#[derive(Debug)]
pub struct EventSource<'a> {
    options: &'a ClientOptions<'a>,
    chain: RequestChain<'a>,
    pub(crate) lifecycle: Lifecycle<'a>,
}

// The README states the size on microcontrollers. On 64-bit targets, references are longer.
#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<EventSource<'_>>() <= 192);

impl<'a> EventSource<'a> {
    /// Creates a client that is about to connect.
    ///
    /// [`Decoder::buffer_len`](crate::Decoder::buffer_len) returns the length of the buffer, in bytes, for the longest event.
    /// Make it at least 128 bytes longer than the longest ID: this suffices for the heads of most responses. If a line of a
    /// head that the client needs does not fit, the attempt fails with
    /// [`ResponseReason::HeadTooLong`](super::ResponseReason::HeadTooLong). An empty buffer ends the client with
    /// [`CallerReason::BufferTooSmall`](super::CallerReason::BufferTooSmall).
    ///
    /// If the last event ID takes more than half of the buffer, it is cleared when the client connects again, because the next
    /// response head needs the space. The next request then has no `Last-Event-ID`, so the events in between are lost.
    // A call would return the value by a copy, which links `memcpy`.
    #[inline(always)]
    pub const fn new(url: Url<'a>, options: &'a ClientOptions<'a>, buffer: &'a mut [u8]) -> Self {
        Self {
            options,
            chain: RequestChain::new(url, &options.request, buffer),
            lifecycle: Lifecycle::new(&options.limits, &options.reconnect),
        }
    }

    /// Makes the client follow redirects (RFC 9110, section 15.4). Without this, a redirect is a failure:
    /// [`RedirectReason::NoBuffer`](super::RedirectReason::NoBuffer).
    ///
    /// The buffer holds up to three URLs: that of the current redirect, that of the previous one, and that of a permanent one.
    /// If they do not fit, the redirect fails with [`RedirectReason::LocationTooLong`](super::RedirectReason::LocationTooLong).
    ///
    /// If there is a connection when you call this, the client drops it and connects again.
    ///
    /// As in browsers (WHATWG Fetch, HTTP-redirect fetch), the next request is a `GET` without a body after a 303, and after a
    /// 301 or 302 to a `POST`. The next attempt begins with the method of the options again. A request to another origin does
    /// not have the fields `Authorization`, `Cookie`, `Proxy-Authorization` and `Host` of the options.
    pub fn follow_redirects(&mut self, buffer: &'a mut [u8]) {
        self.drop_connection();
        self.chain.redirects.set_buffer(buffer);
    }

    /// Continues from a stored [`resume_point`](Self::resume_point), for example after a reboot. If there is a connection, the
    /// client drops it and connects again.
    ///
    /// The limits of the [options](super::ReconnectOptions) apply to the reconnection time of the point, as to one of the
    /// server.
    ///
    /// # Errors
    ///
    /// Returns [`Overflow`] if the ID takes more than half of the buffer. The client has not changed then: it goes on without
    /// this ID. Give [`new`](Self::new) a longer buffer.
    pub fn resume_from(&mut self, point: &ResumePoint<'_>) -> Result<(), Overflow> {
        last_event_id::restore(&mut self.chain.decoder, point.last_event_id)?;
        self.drop_connection();
        if let Some(milliseconds) = point.retry {
            self.lifecycle.reconnect.set_retry(milliseconds);
        }
        Ok(())
    }

    /// Returns the next action or notice (WHATWG HTML 9.2.3, and RFC 9112 for requests and responses).
    ///
    /// `input` is what the socket has received and no call has read yet. It may be empty. This moves its start past the bytes
    /// that it has read: pass the rest to the next call. After the connection has ended, it discards the input.
    ///
    /// `now` is the time by your clock. It must not go back: otherwise time limits end later.
    pub fn poll<'s, 'i: 's>(
        &'s mut self,
        now: Instant,
        input: &mut &'i [u8],
    ) -> EventSourceOutput<'s> {
        if let Some(data) = self.take_single_line(input) {
            self.lifecycle.note_activity(now);
            return EventSourceOutput::Notice(Notice::Event(
                self.chain.decoder.single_line_event(data),
            ));
        }
        let piece = *input;
        let step = self.advance(now, piece, input);
        self.output(step, piece)
    }

    /// Reports that the connection of the last [`Connect`](EventSourceOutput::Connect) is made. Has no effect if the client is
    /// not connecting.
    pub fn connected(&mut self, now: Instant) {
        self.lifecycle.connected(now);
    }

    /// Reports that the connection of the last [`Connect`](EventSourceOutput::Connect) could not be made. Has no effect if the
    /// client is not connecting.
    ///
    /// After [`ConnectError::Unreachable`] the client tries again. [`ConnectError::Unsupported`] ends it with
    /// [`CallerReason::Unsupported`](super::CallerReason::Unsupported), or, if the URL is that of a redirect, is the failure
    /// [`RedirectReason::Unsupported`](super::RedirectReason::Unsupported).
    pub fn connect_failed(&mut self, error: ConnectError) {
        if self.lifecycle.is_connecting() {
            self.lifecycle.lose(self.chain.reason_of(error));
        }
    }

    /// Reports that the server has closed its side of the connection: the socket has returned an end of file.
    ///
    /// If the body of the stream has neither a length nor chunks, this is its end (RFC 9112, section 6.3):
    /// [`ServerReason::Ended`]. Otherwise it means the same as [`disconnected`](Self::disconnected).
    pub fn received_eof(&mut self) {
        if self.lifecycle.is_connected() && self.chain.exchange.ends_with_connection() {
            self.lifecycle.lose(Reason::Server(ServerReason::Ended));
        } else {
            self.lifecycle.disconnected();
        }
    }

    /// Reports that the connection was lost, for example because the socket has returned an error.
    ///
    /// While the client is connecting, this means the same as [`connect_failed`](Self::connect_failed) with
    /// [`ConnectError::Unreachable`]. It has no effect if the client has no connection and makes none.
    pub fn disconnected(&mut self) {
        self.lifecycle.disconnected();
    }

    /// Reports that the first `length` bytes of the last [`Send`](EventSourceOutput::Send) were written.
    ///
    /// The next `Send` begins after them. `length` must not exceed the length of the `Send`: the client takes all bytes that it
    /// counts as written.
    pub fn sent(&mut self, now: Instant, length: usize) {
        if self.lifecycle.is_connected() && self.chain.sent(length) {
            self.lifecycle.note_activity(now);
        }
    }

    /// Closes the client for ever, as `close()` of the standard (WHATWG HTML 9.2.2). It returns no more events and does not
    /// connect again, not even after [`restart`](Self::restart). The next [`poll`](Self::poll) returns [`Notice::Closed`]: drop
    /// the connection.
    pub fn close(&mut self) {
        self.lifecycle.close();
    }

    /// Makes the client connect at once, as if no attempt had failed. Has no effect after [`close`](Self::close).
    ///
    /// The next [`poll`](Self::poll) returns [`Connect`](EventSourceOutput::Connect), also while there is a connection, and
    /// after the client has ended. The last event ID and the reconnection time stay.
    pub fn restart(&mut self) {
        if self.lifecycle.restart() {
            self.chain.restart();
        }
    }

    /// Returns the `readyState` of the standard (WHATWG HTML 9.2.2).
    pub const fn ready_state(&self) -> ReadyState {
        self.lifecycle.ready_state(self.chain.exchange.is_open())
    }

    /// Returns the last event ID (WHATWG HTML 9.2.4), or an empty one if there is none.
    pub fn last_event_id(&self) -> EventId<'_> {
        self.chain.decoder.last_event_id()
    }

    /// Returns the first bytes of the body of the last response, if it was no event stream and [`ClientOptions::error_body`] is
    /// set. Otherwise it returns an empty slice.
    ///
    /// They are available after the notice [`Reconnecting`](Notice::Reconnecting) or [`Closed`](Notice::Closed), until the
    /// client connects again. Their number is limited by the buffer of [`new`](Self::new), less the last event ID.
    pub fn error_body(&self) -> &[u8] {
        self.chain.exchange.error_body(&self.chain.decoder)
    }

    /// Returns what to store for [`resume_from`](Self::resume_from), for example before a deep sleep: the last event ID, and
    /// the reconnection time if the server has set it.
    pub fn resume_point(&self) -> ResumePoint<'_> {
        ResumePoint {
            last_event_id: self.last_event_id(),
            retry: self.lifecycle.retry_to_resume(self.chain.decoder.retry()),
        }
    }

    /// Restarts if the client is connecting or connected: that request is for the old URL, or has the old ID.
    fn drop_connection(&mut self) {
        if self.lifecycle.is_connecting() || self.lifecycle.is_connected() {
            self.restart();
        }
    }

    /// Fast path: if the input begins with an event of a single data line and no other field, reads it and returns its data.
    // Inlined, so that the fast path has no call: most events take it.
    #[inline(always)]
    fn take_single_line<'i>(&mut self, input: &mut &'i [u8]) -> Option<&'i [u8]> {
        if !self.lifecycle.is_connected() {
            return None;
        }
        let data = self
            .chain
            .exchange
            .take_single_line(&mut self.chain.decoder, input)?;
        self.lifecycle.reconnect.delivered();
        Some(data)
    }

    /// The first half of [`poll`](Self::poll): returns the next step. `input` is the unread rest of `piece`. Positions
    /// of events count from the start of `piece`.
    pub(crate) fn advance(&mut self, now: Instant, piece: &[u8], input: &mut &[u8]) -> Step {
        if let Some(step) = self.advance_connected(now, piece, input) {
            return step;
        }
        // Discard the input of the connection that has ended. An error body has already taken all input.
        *input = &[];
        if let ClientState::Lost(reason) = self.lifecycle.state {
            self.chain.end(&mut self.lifecycle.reconnect, reason);
        }
        let step = self.lifecycle.advance(now);
        if let Step::Connect = step {
            self.chain.connect();
        }
        step
    }

    /// The part of [`advance`](Self::advance) that reads from a connection. It also checks the deadline, and asks `on_failure`
    /// about a loss.
    ///
    /// Returns `None` if there is no connection, or while an error body is received. In the second case all input is read.
    pub(crate) fn advance_connected(
        &mut self,
        now: Instant,
        piece: &[u8],
        input: &mut &[u8],
    ) -> Option<Step> {
        while self.lifecycle.is_connected() {
            // Bytes that arrive before the whole request is sent stay in `input`, and are read afterwards.
            if self.chain.exchange.is_sent() {
                if !input.is_empty() {
                    let is_head = self.chain.exchange.is_head();
                    self.lifecycle.received(now, is_head);
                }
                if let HttpExchange::Head(head) = &mut self.chain.exchange {
                    match receive_head(head, &mut self.chain.decoder, input) {
                        Ok(true) => {
                            if let Some(notice) = self.handle_head(now) {
                                return Some(Step::Notice(notice));
                            }
                        }
                        Ok(false) => {}
                        Err(reason) => self.lifecycle.lose(Reason::Response(reason)),
                    }
                } else if !self.chain.exchange.is_open() {
                    // `between_streams` below receives the error body.
                    break;
                } else if let Some(notice) = self.receive_content(piece, input) {
                    return Some(Step::Notice(notice));
                }
            }
            if let Some(step) = self.send_or_wait(now) {
                return Some(step);
            }
        }
        // The deadline of a connection that is being made can have passed, too. Check it first, so that `between_streams` asks
        // `on_failure` about that loss.
        self.lifecycle.check_deadline(now);
        let (chain, lifecycle) = (&mut self.chain, &mut self.lifecycle);
        let is_open = (self.options.between_streams)(chain, lifecycle, now, input);
        is_open.then_some(Step::Notice(NoticeKind::Open))
    }

    /// Returns the bytes to send, or `Wait` once all are sent. Returns `None` if the state has changed.
    fn send_or_wait(&mut self, now: Instant) -> Option<Step> {
        self.lifecycle.check_deadline(now);
        if !self.lifecycle.is_connected() {
            return None;
        }
        let step = self.chain.send();
        step.map_err(|reason| self.lifecycle.lose(reason)).ok()?
    }

    /// Reads content in `input`, the unread rest of `piece`, up to the next notice. Returns `None` if all input is read, or if
    /// the connection has ended.
    fn receive_content(&mut self, piece: &[u8], input: &mut &[u8]) -> Option<NoticeKind> {
        let arrived = self
            .chain
            .receive_content(piece, input, self.options.comments);
        if let Some(milliseconds) = self.chain.decoder.take_retry() {
            self.lifecycle.reconnect.set_retry(milliseconds);
        }
        match arrived {
            Received::Notice(notice) => {
                if let NoticeKind::Found(Kind::Event) = notice {
                    self.lifecycle.reconnect.delivered();
                }
                return Some(notice);
            }
            Received::Failed(reason) => self.lifecycle.lose(reason),
            Received::Nothing => {}
        }
        None
    }

    /// Opens the stream, follows the redirect, or notes the failure, as the complete response head requires.
    fn handle_head(&mut self, now: Instant) -> Option<NoticeKind> {
        match self.chain.evaluate_head(&mut self.lifecycle.reconnect) {
            Ok(HeadOutcome::Open) => {
                self.lifecycle.opened(now);
                return Some(NoticeKind::Open);
            }
            Ok(HeadOutcome::Redirected) => self.lifecycle.state = ClientState::Start,
            Err(reason) => self.lifecycle.lose(reason),
        }
        None
    }

    /// The second half of [`poll`](Self::poll): makes the output of a step. `piece` is the same as in
    /// [`advance`](Self::advance).
    pub(crate) fn output<'s>(&'s mut self, step: Step, piece: &'s [u8]) -> EventSourceOutput<'s> {
        match step {
            Step::Connect => EventSourceOutput::Connect(self.chain.redirects.url()),
            Step::Send { length } => {
                EventSourceOutput::Send(request_part(&mut self.chain.decoder, length))
            }
            Step::SendBody { sent } => {
                EventSourceOutput::Send(self.options.request.body.part(sent..))
            }
            Step::Wait => EventSourceOutput::Wait(self.lifecycle.deadline),
            Step::Notice(kind) => EventSourceOutput::Notice(self.notice(kind, piece)),
        }
    }

    /// Makes a notice, which borrows its event or comment from `piece` or the buffer.
    pub(crate) fn notice<'s>(&'s self, kind: NoticeKind, piece: &'s [u8]) -> Notice<'s> {
        kind.notice(|| self.event(piece), || self.lifecycle.notice())
    }

    /// Returns the last event, which was found in `piece`. For a comment, `data` is its text.
    // Inlined: a call would cost the async client 331 instead of 297 instructions for an event of 17 bytes on a Cortex-M3.
    #[inline(always)]
    pub(crate) fn event<'s>(&'s self, piece: &'s [u8]) -> Event<'s> {
        self.chain.decoder.located_event(self.chain.located, piece)
    }
}

/// Methods for the drivers of `io`, which call them in loops.
#[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
impl EventSource<'_> {
    /// Reads on in `input`, the unread rest of `piece`, up to the next notice. Returns `None` if all input is read, or if the
    /// connection has ended.
    // Inlined, so that the fast path has no call.
    #[inline(always)]
    pub(crate) fn continue_piece(&mut self, piece: &[u8], input: &mut &[u8]) -> Option<NoticeKind> {
        if let Some(data) = self.take_single_line(input) {
            self.chain.located = self.chain.decoder.locate_single_line(data, piece);
            return Some(NoticeKind::Found(Kind::Event));
        }
        // The rest of a piece is content: `advance` reads heads and error bodies at the start of a piece.
        let is_connected = self.lifecycle.is_connected();
        is_connected.then(|| self.receive_content(piece, input))?
    }

    /// Returns the URL of the next connection.
    pub(crate) fn next_url(&self) -> Url<'_> {
        self.chain.redirects.url()
    }

    /// Whether to receive bytes next: the request is sent, and the body of the response has not ended.
    pub(crate) const fn awaits_bytes(&self) -> bool {
        self.lifecycle.is_connected() && self.chain.exchange.awaits_bytes()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for EventSource<'_> {
    /// Writes the state, the URL of the next connection, and the last event ID.
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(
            f,
            "EventSource {{ state: {}, url: {:?}, last_event_id: {:?}, .. }}",
            self.ready_state(),
            self.chain.redirects.url(),
            self.last_event_id()
        );
    }
}
