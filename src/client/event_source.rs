//! A client of an event stream, through all its connections.

use super::exchange::{Arrived, Exchange, make_room, resume_from, written};
use super::lifecycle::{Lifecycle, State};
use super::options::ClientOptions;
use super::output::{Notice, NoticeKind, Output, ReadyState, ResumePoint, Step};
use super::reason::Reason;
use super::reconnect::Verdict;
use super::redirects::Redirects;
use crate::decode::{Decoder, Event, Kind, Located, Overflow};
use crate::http::Url;
use crate::time::Instant;
use crate::wire::exact::ExactSlice;
use crate::wire::text::EventId;

/// Follows an event stream: asks for it, follows redirects, decodes it, and when it is lost, waits and
/// asks again for what comes after the last event ID (WHATWG HTML 9.2.2 to 9.2.4).
///
/// ```text
///                     ┌───────────── redirect ─────────────┐
///                     v                                    │
/// start ───────> connecting ─────> request ─────> head ────┴──> open
///   ^                 │ unreachable    │ lost       │ lost        │ lost, ended
///   │                 │ idle           │ idle       │ idle, 5xx   │ idle
///   │                 v                v            v             v
///   └── waiting <── lost <────────────────────────────────────────┘
///                     │ too many attempts           │ 204, 4xx, no event stream, malformed
///                     └───────────> closed <────────┘
///                                     ^ close()
/// ```
///
/// It has no socket and no clock. One buffer of the caller holds the request, then lines of the response's head, then
/// the event under way; and always the last event ID.
///
/// **Call [`poll`](EventSource::poll) with what was received, until it returns [`Output::Wait`]. Then receive more, and
/// call it again when bytes have come, or at that time. On [`Output::Connect`], drop the connection that you have, make
/// another one, and call [`connected`](EventSource::connected) or [`disconnected`](EventSource::disconnected). Call the
/// latter also when the connection ends. On [`Output::Send`], write the bytes, and call [`sent`](EventSource::sent).**
///
/// [`Output`] has an example. `Connected` and `Client` of `io::blocking` and `io::asynch` do all this: the one for a
/// socket that you connect, the other for all connections.
#[derive(Debug)]
pub struct EventSource<'a> {
    pub(crate) redirects: Redirects<'a>,
    pub(crate) lifecycle: Lifecycle<'a>,
    exchange: Exchange,
    decoder: Decoder<&'a mut [u8]>,
    /// The event or comment that was found last.
    located: Located,
}

#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<EventSource<'_>>() <= 184);

impl<'a> EventSource<'a> {
    /// A client that is about to connect. [`Decoder::buffer_len`] tells how long the buffer has to be; 128 bytes
    /// suffice for the heads of most responses.
    ///
    /// An id that takes more than half of the buffer is forgotten when the connection is lost, because the next
    /// connection needs the room. The server is then asked for events from now on.
    #[inline(always)] // a call would return it by a copy, which links `memcpy`
    pub const fn new(url: Url<'a>, options: &'a ClientOptions<'a>, buffer: &'a mut [u8]) -> Self {
        Self {
            redirects: Redirects::new(url),
            lifecycle: Lifecycle::new(options),
            exchange: Exchange::new(),
            decoder: Decoder::with_buffer(buffer),
            located: Located::NOTHING,
        }
    }

    /// Follows redirects. The buffer holds the URLs of the redirect under way, of the one before it, and of a
    /// permanent one. Without it, redirects end in [`Reason::LocationTooLong`]. A connection under way is given up.
    ///
    /// As in browsers, a 303, and after a `POST` a 301 or 302, lead to a `GET` without a body, for as long as that
    /// connection lasts. Another server does not get the fields `Authorization`, `Cookie`, `Proxy-Authorization` and
    /// `Host`.
    pub fn follow_redirects(&mut self, buffer: &'a mut [u8]) {
        self.give_up_connection();
        self.redirects.set_buffer(buffer);
    }

    /// Goes on where another client was, whose [`resume_point`](Self::resume_point) was kept. A connection under way
    /// is given up.
    ///
    /// # Errors
    ///
    /// [`Overflow`] when the id takes more than half of the buffer: then nothing has changed.
    pub fn resume_from(&mut self, point: &ResumePoint<'_>) -> Result<(), Overflow> {
        resume_from(&mut self.decoder, point.last_event_id)?;
        self.give_up_connection();
        if let Some(milliseconds) = point.retry {
            self.lifecycle.reconnect.set_retry(milliseconds);
        }
        Ok(())
    }

    /// Returns what to do next, or what has come. Reads from the start of `input`, which was received, and shortens it.
    pub fn poll<'s, 'i: 's>(&'s mut self, now: Instant, input: &mut &'i [u8]) -> Output<'s> {
        if let Some(data) = self.data_alone(input) {
            self.lifecycle.note_activity(now);
            return Output::Notice(Notice::Event(self.decoder.event_of_data(data)));
        }
        let piece = *input;
        let step = self.advance(now, piece, input);
        self.output(step, piece)
    }

    /// Call this when the connection that was asked for is made.
    pub fn connected(&mut self, now: Instant) {
        if self.lifecycle.connected(now) {
            self.exchange = Exchange::new();
        }
    }

    /// Call this when the connection has ended, or cannot be made.
    pub fn disconnected(&mut self) {
        self.lifecycle.disconnected();
    }

    /// Call this when the first `length` bytes of the last [`Output::Send`] are written.
    pub fn sent(&mut self, now: Instant, length: usize) {
        if self.lifecycle.is_connected() && self.exchange.sent(length) {
            self.lifecycle.note_activity(now);
        }
    }

    /// Ends the client for good: no event comes any more, and no connection is asked for.
    pub fn close(&mut self) {
        self.lifecycle.end(Reason::Closed);
    }

    /// Connects again at once, as if nothing had failed. Does nothing after the end.
    #[inline(never)] // it has several callers
    pub fn restart(&mut self) {
        if self.lifecycle.restart() {
            self.redirects.restart();
        }
    }

    /// Whether there is a stream.
    pub const fn ready_state(&self) -> ReadyState {
        self.lifecycle.ready_state(self.exchange.is_open())
    }

    /// The id of the last event.
    pub fn last_event_id(&self) -> EventId<'_> {
        self.decoder.last_event_id()
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
    #[inline(always)] // as `Decoder::data_alone`: an event costs no call
    fn data_alone<'i>(&mut self, input: &mut &'i [u8]) -> Option<&'i [u8]> {
        if !self.lifecycle.is_connected() {
            return None;
        }
        let data = self.exchange.data_alone(&mut self.decoder, input)?;
        self.lifecycle.reconnect.delivered();
        Some(data)
    }

    /// The first half of `poll`: returns what to do. Reads `input`, the rest of `piece`.
    pub(crate) fn advance(&mut self, now: Instant, piece: &[u8], input: &mut &[u8]) -> Step {
        if self.lifecycle.is_connected() {
            if let Some(step) = self.advance_connected(now, piece, input) {
                return step;
            }
        }
        // What is left belongs to a connection that is no more.
        *input = &[];
        let step = self.lifecycle.advance(now);
        match step {
            Step::Connect => {
                self.decoder.end_stream();
                make_room(&mut self.decoder);
            }
            // The next attempt goes where the permanent redirects led.
            Step::Notice(NoticeKind::Connecting(_)) => self.redirects.restart(),
            _ => {}
        }
        step
    }

    /// `advance` while there is a connection. Returns `None` when it is lost or given up.
    pub(crate) fn advance_connected(
        &mut self,
        now: Instant,
        piece: &[u8],
        input: &mut &[u8],
    ) -> Option<Step> {
        while self.lifecycle.is_connected() {
            // What comes before the request was sent is read later.
            if self.exchange.is_sent() {
                if !input.is_empty() {
                    self.lifecycle.note_activity(now);
                }
                if let Some(notice) = self.receive(|| now, piece, input) {
                    return Some(Step::Notice(notice));
                }
            }
            if let Some(step) = self.send_or_wait(now) {
                return Some(step);
            }
        }
        None
    }

    /// What is to be sent; or the wait for more bytes, if there is time left. `None` when the state has changed.
    fn send_or_wait(&mut self, now: Instant) -> Option<Step> {
        self.lifecycle.check_deadline(now);
        if !self.lifecycle.is_connected() {
            return None;
        }
        let (decoder, options) = (&mut self.decoder, self.lifecycle.options);
        let step = self.exchange.send(decoder, options, &self.redirects);
        step.unwrap_or_else(|reason| {
            self.lifecycle.end(reason);
            None
        })
    }

    /// Reads `input`, a part of `piece`, up to the next thing to tell. `None`: all of it is read, or there is no
    /// connection any more.
    #[inline(always)] // it has two callers, one of which most programs do not use
    fn receive(
        &mut self,
        now: impl Fn() -> Instant,
        piece: &[u8],
        input: &mut &[u8],
    ) -> Option<NoticeKind> {
        let (decoder, located) = (&mut self.decoder, &mut self.located);
        let comments = self.lifecycle.options.comments;
        let arrived = (self.exchange).receive(decoder, located, piece, input, comments);
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
            Arrived::Head => return self.judge(now()),
            Arrived::End => self.lifecycle.lose(Reason::Lost),
            Arrived::Invalid(reason) => self.lifecycle.end(reason),
            Arrived::Nothing => {}
        }
        None
    }

    /// The head of the response is whole.
    fn judge(&mut self, now: Instant) -> Option<NoticeKind> {
        let (answer, is_encoded) = self.exchange.answer()?;
        match self.lifecycle.reconnect.judge(&answer) {
            Verdict::Open if is_encoded => self.lifecycle.end(Reason::Encoded),
            Verdict::Open => {
                self.exchange.open();
                self.lifecycle.reconnect.opened(now);
                return Some(NoticeKind::Open);
            }
            Verdict::Redirect { permanent } => {
                let location = self.exchange.location(&mut self.decoder);
                let (redirects, options) = (&mut self.redirects, self.lifecycle.options);
                match redirects.follow(answer.status, location, permanent, options) {
                    Ok(()) => self.lifecycle.state = State::Start,
                    Err(reason) => self.lifecycle.end(reason),
                }
            }
            Verdict::Retry => self.lifecycle.lose(Reason::of_status(answer.status)),
            Verdict::Stop => self.lifecycle.end(Reason::of_status(answer.status)),
        }
        None
    }

    /// The second half of `poll`: makes the output of a step. An event or a comment was found in `piece`.
    pub(crate) fn output<'s>(&'s mut self, step: Step, piece: &'s [u8]) -> Output<'s> {
        match step {
            Step::Connect => Output::Connect(self.redirects.url()),
            Step::Send { length } => Output::Send(written(&mut self.decoder, length)),
            Step::SendBody { sent } => Output::Send(self.lifecycle.options.body.part(sent..)),
            Step::Wait => Output::Wait(self.lifecycle.deadline),
            Step::Notice(kind) => {
                Output::Notice(kind.notice(|| self.event(piece), self.lifecycle.deadline))
            }
        }
    }

    /// The event that was found last, in the piece in which it was found. Of a comment, its text is the data.
    #[inline(always)] // a part of what each event costs a client
    pub(crate) fn event<'s>(&'s self, piece: &'s [u8]) -> Event<'s> {
        self.decoder.event(self.located, piece)
    }
}

/// For drivers, which loop around it.
#[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
impl EventSource<'_> {
    /// Reads `input`, the rest of `piece`, which was received before, up to the next thing to tell. `None`: all of it
    /// is read, or there is no connection any more.
    #[inline(always)] // the fast path is
    pub(crate) fn read_on(
        &mut self,
        now: impl Fn() -> Instant,
        piece: &[u8],
        input: &mut &[u8],
    ) -> Option<NoticeKind> {
        if let Some(data) = self.data_alone(input) {
            self.located = self.decoder.locate_data(data, piece);
            return Some(NoticeKind::Found(Kind::Event));
        }
        let is_connected = self.lifecycle.is_connected();
        is_connected.then(|| self.receive(now, piece, input))?
    }

    /// Whether to receive next: the request is sent, and the body of the response has not ended.
    pub(crate) const fn awaits_bytes(&self) -> bool {
        self.lifecycle.is_connected() && self.exchange.awaits_bytes()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for EventSource<'_> {
    /// Tells the state and the last event id.
    fn format(&self, f: defmt::Formatter<'_>) {
        let (state, id) = (self.ready_state(), self.last_event_id());
        defmt::write!(
            f,
            "EventSource {{ ready_state: {}, last_event_id: {} }}",
            state,
            id
        );
    }
}
