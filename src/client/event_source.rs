//! A client of an event stream, through all its connections.

use super::options::ClientOptions;
use super::output::{Notice, NoticeKind, Output, Step};
use super::reason::Reason;
use super::reconnect::{Answer, Reconnect, Verdict};
use super::redirects::Redirects;
use super::request::write_part;
use super::response::{Arrived, Response};
use super::resume_point::ResumePoint;
use crate::decode::{Decoder, Event, Kind, Located, Overflow};
use crate::http::Url;
use crate::time::Instant;
use crate::wire::exact::ExactSlice;
use crate::wire::text::EventId;

/// Follows an event stream: asks for it, follows redirects, decodes it, and when it is lost, waits and
/// asks again for what comes behind the last event id (WHATWG HTML 9.2.2 to 9.2.4).
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
/// It has no socket and no clock. One buffer, the caller's, holds the event under way, before that the
/// lines of a response's head, and before that the request; and always the last event id.
///
/// **Call [`poll`](EventSource::poll) with what was received, until it says [`Output::Wait`]. Then
/// receive more, and call it again when bytes have come, or the time. When it says
/// [`Output::Connect`], drop the connection that you have, make another one, and tell
/// [`connected`](EventSource::connected) or [`disconnected`](EventSource::disconnected); tell the
/// latter, too, when the connection ends. What [`Output::Send`] gives, write, and tell
/// [`sent`](EventSource::sent).**
///
/// `io::blocking` and `io::asynch` do this for sockets: their `Connected` for one that you connect, their
/// `Client` for all.
///
/// # Examples
///
/// ```
/// use embedded_sse::client::{ClientOptions, EventSource, Notice, Output};
/// use embedded_sse::{Instant, http::Url};
///
/// let options = ClientOptions::new();
/// let mut buffer = [0; 256];
/// let url = Url::new("http://device.local/events")?;
/// let mut source = EventSource::new(url, &options, &mut buffer);
/// let now = Instant::from_millis(0);
///
/// let Output::Connect(url) = source.poll(now, &mut &b""[..]) else { panic!() };
/// assert_eq!((url.host(), url.port()), ("device.local", 80));
/// source.connected(now);
/// let Output::Send(request) = source.poll(now, &mut &b""[..]) else { panic!() };
/// assert!(request.starts_with(b"GET /events HTTP/1.1\r\nHost: device.local\r\n"));
/// let length = request.len();
/// source.sent(now, length);
///
/// let mut input = &b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: on\n\n"[..];
/// assert_eq!(source.poll(now, &mut input), Output::Notice(Notice::Open));
/// let Output::Notice(Notice::Event(event)) = source.poll(now, &mut input) else { panic!() };
/// assert_eq!(event.data, "on");
/// assert!(matches!(source.poll(now, &mut input), Output::Wait(_)));
/// # Ok::<(), embedded_sse::http::InvalidUrl>(())
/// ```
#[derive(Debug)]
pub struct EventSource<'a> {
    options: &'a ClientOptions<'a>,
    redirects: Redirects<'a>,
    decoder: Decoder<&'a mut [u8]>,
    reconnect: Reconnect<'a>,
    state: State,
    /// The event or comment that was found last, in the piece in which it was found.
    located: Located,
    /// When a connection without a byte is given up; or when to connect.
    deadline: Instant,
}

#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<EventSource<'_>>() <= 192);

/// As `readyState` of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ReadyState {
    /// There is no stream yet, or none any more.
    Connecting,
    /// Events come.
    Open,
    /// There will be none.
    Closed,
}

#[derive(Clone, Debug)]
enum State {
    /// A connection is to be made.
    Start,
    /// The caller makes it.
    Connecting,
    Request {
        sent: u32,
    },
    Response(Response),
    /// The caller is yet to be told.
    Lost(Reason),
    /// Until the deadline.
    Waiting,
    Closed(Reason),
}

impl<'a> EventSource<'a> {
    /// A client that is about to connect. [`Decoder::buffer_len`] tells how long the buffer has to be; 128
    /// bytes do for the heads of most responses.
    ///
    /// An id that takes more than half of the buffer is forgotten when the connection is lost: the next one
    /// needs the room. The server is then asked for what comes from now on.
    pub const fn new(url: Url<'a>, options: &'a ClientOptions<'a>, buffer: &'a mut [u8]) -> Self {
        Self {
            options,
            redirects: Redirects::new(url),
            decoder: Decoder::with_buffer(buffer),
            reconnect: Reconnect::new(&options.reconnect),
            state: State::Start,
            located: Located::NOTHING,
            deadline: Instant::NEVER,
        }
    }

    /// Follows redirects, in this space for other URLs: for the one under way, the one before it, and
    /// one that is permanent. Without it, redirects end in [`Reason::LocationTooLong`]. A connection under
    /// way is given up for another one.
    ///
    /// As in browsers, a 303, and after a `POST` a 301 or 302, lead to a `GET` without a body, for as long as
    /// that connection lasts; and another server does not get the fields `Authorization`, `Cookie`,
    /// `Proxy-Authorization` and `Host`.
    pub fn follow_redirects(&mut self, buffer: &'a mut [u8]) {
        self.give_up_connection();
        self.redirects.set_buffer(buffer);
    }

    /// Goes on where another one was, whose [`resume_point`](Self::resume_point) was kept. A connection
    /// under way is given up for another one.
    ///
    /// # Errors
    ///
    /// [`Overflow`] when the id takes more than half of the buffer: then nothing has changed.
    pub fn resume_from(&mut self, point: &ResumePoint<'_>) -> Result<(), Overflow> {
        if point.last_event_id.len() > self.decoder.capacity() / 2 {
            return Err(Overflow);
        }
        self.decoder.set_last_event_id(point.last_event_id)?;
        self.give_up_connection();
        if let Some(milliseconds) = point.retry {
            self.reconnect.set_retry(milliseconds);
        }
        Ok(())
    }

    /// What to do next, or what has come. `input` is what was received, which is shortened by what was
    /// read.
    pub fn poll<'s, 'i: 's>(&'s mut self, now: Instant, input: &mut &'i [u8]) -> Output<'s> {
        if let Some(data) = self.data_alone(input) {
            self.note_activity(now);
            return Output::Notice(Notice::Event(self.decoder.event_of_data(data)));
        }
        let piece = *input;
        let step = self.advance(now, piece, input);
        self.output(step, piece)
    }

    /// The connection that was asked for is made.
    pub fn connected(&mut self, now: Instant) {
        if let State::Connecting = self.state {
            self.state = State::Request { sent: 0 };
            self.note_activity(now);
        }
    }

    /// The connection has ended, or could not be made.
    pub fn disconnected(&mut self) {
        match self.state {
            State::Connecting => self.not_connected(Reason::Unreachable),
            State::Request { .. } | State::Response(_) => self.lose(Reason::Lost),
            _ => {}
        }
    }

    /// The first `length` bytes of what was to be sent are written.
    pub fn sent(&mut self, now: Instant, length: usize) {
        if let State::Request { sent } = &mut self.state {
            // The caller may report more bytes than it was given.
            *sent = sent.saturating_add(length as u32);
            self.note_activity(now);
        }
    }

    /// Ends it for good. No event comes any more, and no connection is asked for.
    pub fn close(&mut self) {
        if !matches!(self.state, State::Closed(_)) {
            self.end(Reason::Closed);
        }
    }

    /// Connects anew, at once, as if nothing had failed. Does nothing when it is closed.
    #[inline(never)]
    pub fn restart(&mut self) {
        if !matches!(self.state, State::Closed(_)) {
            self.decoder.end_stream();
            self.redirects.restart();
            self.reconnect.restarted();
            self.state = State::Start;
        }
    }

    /// Whether there is a stream.
    pub const fn ready_state(&self) -> ReadyState {
        match &self.state {
            State::Response(response) if response.is_open() => ReadyState::Open,
            State::Closed(_) => ReadyState::Closed,
            _ => ReadyState::Connecting,
        }
    }

    /// The id of the last event.
    pub fn last_event_id(&self) -> EventId<'_> {
        self.decoder.last_event_id()
    }

    /// What has to be kept for another one to go on.
    pub fn resume_point(&self) -> ResumePoint<'_> {
        let retry = self.reconnect.retry();
        // It may have been resumed itself.
        let is_set =
            self.decoder.retry().is_some() || retry != self.options.reconnect.initial_retry();
        ResumePoint {
            last_event_id: self.last_event_id(),
            retry: is_set.then_some(retry),
        }
    }

    /// What is about to change belongs to what is under way.
    fn give_up_connection(&mut self) {
        if self.is_connecting() || self.has_connection() {
            self.restart();
        }
    }

    /// The connection is lost; the caller is told by the next `poll`.
    #[inline(never)]
    fn lose(&mut self, reason: Reason) {
        self.decoder.end_stream();
        self.state = State::Lost(reason);
    }

    #[inline(never)]
    fn end(&mut self, reason: Reason) {
        self.decoder.end_stream();
        self.state = State::Closed(reason);
    }

    #[inline(never)]
    fn note_activity(&mut self, now: Instant) {
        self.deadline = now.limit(self.options.idle_timeout_ms);
    }

    /// Fast path: reads an event that is nothing but one data line, if the input begins with one. Returns its data.
    #[inline(always)]
    fn data_alone<'i>(&mut self, input: &mut &'i [u8]) -> Option<&'i [u8]> {
        let State::Response(response) = &mut self.state else {
            return None;
        };
        let data = response.data_alone(&mut self.decoder, input)?;
        self.reconnect.delivered();
        Some(data)
    }

    /// As `receive`, for drivers: with the fast path.
    #[inline(always)]
    pub(crate) fn read_on(
        &mut self,
        now: impl Fn() -> Instant,
        piece: &[u8],
        input: &mut &[u8],
    ) -> Option<NoticeKind> {
        match self.data_alone(input) {
            Some(data) => {
                self.located = self.decoder.locate_data(data, piece);
                Some(NoticeKind::Event)
            }
            None => self.receive(now, piece, input),
        }
    }

    /// The first half of `poll`: what to do. `input` is what is still to be read of `piece`.
    pub(crate) fn advance(&mut self, now: Instant, piece: &[u8], input: &mut &[u8]) -> Step {
        match self.advance_connected(now, piece, input) {
            Some(step) => step,
            None => {
                // What is left belongs to a connection that is no more.
                *input = &[];
                self.advance_unconnected(now)
            }
        }
    }

    /// The same while there is a connection: `None` when there is none any more.
    pub(crate) fn advance_connected(
        &mut self,
        now: Instant,
        piece: &[u8],
        input: &mut &[u8],
    ) -> Option<Step> {
        loop {
            if let State::Response(_) = self.state {
                if !input.is_empty() {
                    self.note_activity(now);
                }
                if let Some(notice) = self.receive(|| now, piece, input) {
                    return Some(Step::Notice(notice));
                }
            }
            let step = self.send_or_wait(now);
            if step.is_some() || !self.has_connection() {
                return step;
            }
        }
    }

    /// Reads `input`, a part of `piece`, up to the next thing to tell. `None`: all of it is read, or there is no
    /// connection any more.
    fn receive(
        &mut self,
        now: impl Fn() -> Instant,
        piece: &[u8],
        input: &mut &[u8],
    ) -> Option<NoticeKind> {
        let State::Response(response) = &mut self.state else {
            return None;
        };
        let arrived = response.receive(&mut self.decoder, piece, input, self.options.comments);
        if let Some(milliseconds) = self.decoder.take_retry() {
            self.reconnect.set_retry(milliseconds);
        }
        match arrived {
            Arrived::Located(located) => {
                self.located = located;
                if located.kind == Kind::Event {
                    self.reconnect.delivered();
                    return Some(NoticeKind::Event);
                }
                return Some(NoticeKind::Comment);
            }
            Arrived::Overflow => return Some(NoticeKind::Overflow),
            Arrived::Head => return self.judge(now()),
            Arrived::End => self.lose(Reason::Lost),
            Arrived::Invalid(reason) => self.end(reason),
            Arrived::Nothing => {}
        }
        None
    }

    /// What is to be sent; or the wait for more bytes, if there is time left. `None` when the state has changed.
    #[inline(never)]
    fn send_or_wait(&mut self, now: Instant) -> Option<Step> {
        self.check_deadline(now);
        match self.state {
            State::Request { sent } => self.write_request(sent as usize),
            State::Response(_) => Some(Step::Wait),
            _ => None,
        }
    }

    /// The same while there is none.
    #[inline(never)]
    fn advance_unconnected(&mut self, now: Instant) -> Step {
        self.check_deadline(now);
        if let State::Waiting = self.state {
            if now < self.deadline {
                return Step::Wait;
            }
            self.redirects.restart();
            self.state = State::Start;
        }
        if let State::Lost(reason) = self.state {
            match self.reconnect.failed(now) {
                Some(at) => {
                    self.deadline = at;
                    self.state = State::Waiting;
                    return Step::Notice(NoticeKind::Connecting(reason));
                }
                None => self.end(Reason::Exhausted),
            }
        }
        match self.state {
            State::Closed(reason) => Step::Notice(NoticeKind::Closed(reason)),
            State::Start => {
                self.drop_id_that_leaves_no_room();
                self.state = State::Connecting;
                self.note_activity(now);
                Step::Connect
            }
            _ => Step::Wait,
        }
    }

    /// The second half: what that is, of the same input.
    pub(crate) fn output<'s>(&'s mut self, step: Step, piece: &'s [u8]) -> Output<'s> {
        match step {
            Step::Connect => Output::Connect(self.url()),
            Step::Send { length } => {
                let (free, _) = self.decoder.free_and_last_event_id();
                Output::Send(free.part(..length))
            }
            Step::SendBody { sent } => Output::Send(self.options.body.part(sent..)),
            Step::Wait => Output::Wait(self.deadline),
            Step::Notice(notice) => Output::Notice(self.notice(notice, piece)),
        }
    }

    /// The event that was found last, in the piece in which it was found.
    #[inline(always)]
    pub(crate) fn event<'s>(&'s self, piece: &'s [u8]) -> Event<'s> {
        self.decoder.event(self.located, piece)
    }

    pub(crate) fn notice<'s>(&'s self, notice: NoticeKind, piece: &'s [u8]) -> Notice<'s> {
        match notice {
            NoticeKind::Open => Notice::Open,
            NoticeKind::Event => Notice::Event(self.event(piece)),
            NoticeKind::Comment => Notice::Comment {
                text: self.event(piece).data,
                ends: self.located.kind == Kind::Comment,
            },
            NoticeKind::Overflow => Notice::Overflow,
            NoticeKind::Connecting(reason) => Notice::Connecting {
                reason,
                at: self.deadline,
            },
            NoticeKind::Closed(reason) => Notice::Closed(reason),
        }
    }

    /// The connection that was asked for cannot be made, for this reason.
    pub(crate) fn not_connected(&mut self, reason: Reason) {
        match (&self.state, reason) {
            (State::Connecting, Reason::Unsupported) => self.end(reason),
            (State::Connecting, _) => self.lose(reason),
            _ => {}
        }
    }

    /// Where it asks, or will.
    pub(crate) fn url(&self) -> Url<'_> {
        self.redirects.url()
    }

    /// Whether a connection was asked for.
    pub(crate) const fn is_connecting(&self) -> bool {
        matches!(self.state, State::Connecting)
    }

    /// Gives up a connection that is too slow.
    pub(crate) fn check_deadline(&mut self, now: Instant) {
        if now >= self.deadline && (self.is_connecting() || self.has_connection()) {
            self.lose(Reason::Idle);
        }
    }

    /// Whether a connection is made, and input belongs to it.
    pub(crate) const fn has_connection(&self) -> bool {
        matches!(self.state, State::Request { .. } | State::Response(_))
    }

    /// The head of an answer needs room, or no connection would ever come about again.
    fn drop_id_that_leaves_no_room(&mut self) {
        let (free, last_event_id) = self.decoder.free_and_last_event_id();
        if last_event_id.len() > free.len() {
            // An empty one always fits.
            let _ = self.decoder.set_last_event_id(EventId::default());
        }
    }

    /// Writes the next part of the request into the free part of the buffer.
    fn write_request(&mut self, sent: usize) -> Option<Step> {
        let (free, last_event_id) = self.decoder.free_and_last_event_id();
        let (length, head_len) =
            write_part(&self.redirects, self.options, last_event_id, sent, free);
        if length > 0 {
            return Some(Step::Send { length });
        }
        let Some(body_sent) = sent.checked_sub(head_len) else {
            self.end(Reason::BufferTooSmall);
            return None;
        };
        if body_sent < self.options.body.len() && !self.redirects.asks_by_get() {
            return Some(Step::SendBody { sent: body_sent });
        }
        self.state = State::Response(Response::new(self.options.max_head_len));
        None
    }

    /// The head of the response is whole.
    fn judge(&mut self, now: Instant) -> Option<NoticeKind> {
        let State::Response(Response::Head(head)) = &self.state else {
            return None;
        };
        let answer = Answer {
            status: head.status,
            is_event_stream: head.is_event_stream,
            retry_after: head.retry_after(),
        };
        let reason = match head.status {
            200 => Reason::WrongType,
            204 => Reason::NoContent,
            status => Reason::Status(status),
        };
        match self.reconnect.judge(&answer) {
            Verdict::Open if head.is_encoded => self.end(Reason::Encoded),
            Verdict::Open => {
                self.state = State::Response(Response::Content(head.body()));
                self.reconnect.opened(now);
                self.redirects.arrived();
                return Some(NoticeKind::Open);
            }
            Verdict::Redirect { permanent } => {
                let (space, _) = self.decoder.free_and_last_event_id();
                let location = head.location(space);
                if (self.options.becomes_get)(head.status) {
                    self.redirects.ask_by_get();
                }
                let max = self.options.max_redirects;
                match self.redirects.follow(location, permanent, max) {
                    Ok(()) => self.state = State::Start,
                    Err(reason) => self.end(reason),
                }
            }
            Verdict::Retry => self.lose(reason),
            Verdict::Stop => self.end(reason),
        }
        None
    }
}

/// For drivers, which loop around it.
#[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
impl EventSource<'_> {
    /// Whether the request was sent, so that nothing but bytes can come; and some can.
    pub(crate) const fn awaits_bytes(&self) -> bool {
        match &self.state {
            State::Response(response) => !response.has_ended(),
            _ => false,
        }
    }

    /// When it is to be called at the latest.
    pub(crate) const fn deadline(&self) -> Instant {
        self.deadline
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
