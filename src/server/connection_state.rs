//! The states of a connection: the request, the response, and the end.

use super::output::{CloseReason, ConnectionOutput, Outcome, SessionOutput};
use super::ring::Records;
use super::scratch::Scratch;
use super::session::Session;
use crate::http::{Response, Status};
use crate::time::Instant;

/// The state of a connection, with what only that state needs.
#[derive(Debug)]
pub(super) enum State<'a> {
    /// The request head is being read.
    Head,
    /// The request head was read, and the caller has not answered it.
    Request,
    /// A response that is no stream is being sent, head first.
    Response(FixedResponse<'a>),
    /// A stream is being sent, head first.
    Stream(Session<'a>),
    /// Everything was sent, or the client is gone.
    Ended(Ending),
}

#[cfg(feature = "defmt")]
impl defmt::Format for State<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        match self {
            Self::Head => defmt::write!(f, "Head"),
            Self::Request => defmt::write!(f, "Request"),
            Self::Response(response) => defmt::write!(f, "Response({})", response.status),
            Self::Stream(session) => defmt::write!(f, "Stream({})", session),
            Self::Ended(ending) => defmt::write!(f, "Ended({})", ending.outcome),
        }
    }
}

impl<'a> State<'a> {
    /// Returns whether a response can still begin.
    pub const fn is_unanswered(&self) -> bool {
        matches!(self, Self::Head | Self::Request)
    }

    /// Returns the session while the response is a stream.
    pub const fn session(&self) -> Option<&Session<'a>> {
        match self {
            Self::Stream(session) => Some(session),
            _ => None,
        }
    }

    /// After a stream, skips the wait for the client, and returns `true`. After a response, returns `false`.
    #[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
    pub const fn skip_linger_after_stream(&mut self) -> bool {
        match self {
            Self::Ended(ending) if matches!(ending.outcome, Outcome::Streamed(_)) => {
                ending.skip_linger();
                true
            }
            _ => false,
        }
    }

    /// Returns the write timeout in milliseconds. While a stream is sent, it is that of the stream's options. In all other
    /// states it is `of_response`.
    pub const fn write_timeout_ms(&self, of_response: u32) -> u32 {
        match self {
            Self::Stream(session) => session.write_timeout_ms(),
            _ => of_response,
        }
    }

    /// Ends a stream after the current frame. A request that is not answered yet gets no response.
    pub fn end(&mut self) {
        match self {
            Self::Stream(session) => session.end(),
            Self::Head | Self::Request => self.close(Outcome::Unanswered),
            _ => {}
        }
    }

    /// Aborts the connection: the socket is to be reset next.
    pub fn abort(&mut self) {
        match self {
            // The stream has ended already, for another reason, which stays the outcome.
            Self::Ended(ending) if matches!(ending.outcome, Outcome::Streamed(_)) => {
                ending.abort();
            }
            Self::Stream(_) => *self = Self::Ended(Ending::of_stream(CloseReason::Stalled)),
            _ => *self = Self::Ended(Ending::abrupt(Outcome::Unanswered)),
        }
    }

    /// Ends the connection by a shutdown (TCP FIN). Unsent bytes in the scratch are still sent before it.
    pub fn close(&mut self, outcome: Outcome) {
        *self = Self::Ended(Ending::graceful(outcome));
    }
}

/// A response that is no stream, and how many bytes of its content were sent.
#[derive(Debug)]
pub(super) struct FixedResponse<'a> {
    pub status: Status,
    /// If `None`, the response is the refusal that [`Response::refusal`] makes of the status. It is made when its head is put
    /// into the scratch, because a `Response` here would make every connection larger.
    pub response: Option<&'a Response<'a>>,
    /// How many bytes of the content were sent. `usize::MAX` if the response has no content, as with `HEAD`.
    pub sent: usize,
}

impl<'a> FixedResponse<'a> {
    /// Creates a response whose head alone is sent.
    pub const fn head_only(response: &'a Response<'a>) -> Self {
        Self {
            status: response.status(),
            response: Some(response),
            sent: usize::MAX,
        }
    }

    /// Returns the unsent bytes of the content.
    pub fn unsent(&self) -> &'a [u8] {
        let content = match self.response {
            Some(response) => response.body(),
            None => self.status.refusal_body(),
        };
        // Empty if `sent` is past the end: it is `usize::MAX` for `HEAD`, and callers can report more than was given.
        content.get(self.sent..).unwrap_or_default()
    }
}

/// Puts the next bytes of the stream into the scratch, and returns what the session wants next. `Send` is empty then: its bytes
/// are in the scratch. Call this when everything in the scratch was sent, the response head included.
#[inline(always)] // As a function of its own it takes 90 bytes more of flash in a program with `Hub::serve`.
pub(super) fn advance_stream(
    session: &mut Session<'_>,
    now: Instant,
    records: &Records<'_>,
    scratch: &mut Scratch<'_>,
) -> SessionOutput<'static> {
    if session.is_resuming() && !session.search(records, scratch.request().last_event_id()) {
        return SessionOutput::Wait(now);
    }
    // The search is over, so nothing of the request is needed any more: from here on, events overwrite it. All bytes are sent
    // already, so this only resets an empty range. Without it, a program with `Hub::serve` takes 32 bytes of flash more, and
    // one with a `Connection` alone 40 bytes less.
    scratch.discard_unsent();
    let space = scratch.content_space();
    let (length, output) = match session.fill_from(now, records, space) {
        SessionOutput::Send(bytes) => (bytes.len(), SessionOutput::Send(b"")),
        SessionOutput::Wait(until) => (0, SessionOutput::Wait(until)),
        SessionOutput::Close(reason) => (0, SessionOutput::Close(reason)),
    };
    if length > 0 {
        scratch.finish_write(length);
    }
    if let SessionOutput::Close(CloseReason::Ended | CloseReason::Lifetime) = output {
        scratch.put_last_chunk();
    }
    output
}

/// The end of a connection: the steps after everything was sent, or after the client is gone.
#[derive(Debug)]
pub(super) struct Ending {
    pub outcome: Outcome,
    /// A field of its own, so that a new step is assigned alone. An assignment of a whole `Ending` would copy the outcome by
    /// `memcpy`, which programs would link for nothing else.
    next: EndStep,
}

/// The next step of a connection that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EndStep {
    /// Close the sending side (TCP FIN).
    Shutdown,
    /// Read and discard up to `left` more bytes. A socket that is closed with unread bytes sends a reset, and a reset discards
    /// what the client has received but not read yet (RFC 9112, section 9.6).
    Linger { left: usize },
    /// Close the socket.
    Close,
    /// Reset the socket (TCP RST).
    Abort,
}

/// How many bytes are discarded at most after the shutdown.
const MAX_LINGER: usize = 64 * 1024;
/// How long the connection is read from at most after the shutdown, in milliseconds.
const LINGER_MS: u32 = 1_000;

impl Ending {
    /// Creates an end by a shutdown: the client reads what was sent, or has closed its side.
    pub const fn graceful(outcome: Outcome) -> Self {
        let next = EndStep::Shutdown;
        Self { outcome, next }
    }

    /// Creates an end by a reset: the client takes no byte, so the socket could not send FIN either.
    pub const fn abrupt(outcome: Outcome) -> Self {
        let next = EndStep::Abort;
        Self { outcome, next }
    }

    /// Creates the end of a stream, by a reset if its last frame was not sent completely or the client takes no byte.
    pub const fn of_stream(reason: CloseReason) -> Self {
        Self {
            outcome: Outcome::Streamed(reason),
            next: match reason {
                CloseReason::Stalled | CloseReason::Lagged => EndStep::Abort,
                _ => EndStep::Shutdown,
            },
        }
    }

    /// Returns what to do next. Call it when everything was sent. `since` becomes the time of the shutdown.
    pub fn poll(&mut self, now: Instant, since: &mut Instant) -> ConnectionOutput<'static> {
        match self.next {
            EndStep::Shutdown => {
                *since = now;
                self.next = EndStep::Linger { left: MAX_LINGER };
                ConnectionOutput::Shutdown
            }
            EndStep::Linger { .. } if now < since.after(LINGER_MS) => {
                ConnectionOutput::Wait(since.after(LINGER_MS))
            }
            EndStep::Linger { .. } | EndStep::Close => {
                self.next = EndStep::Close;
                ConnectionOutput::Close(self.outcome)
            }
            EndStep::Abort => ConnectionOutput::Abort(self.outcome),
        }
    }

    /// Continues with a reset instead of the shutdown and the wait for the client.
    pub const fn abort(&mut self) {
        self.next = EndStep::Abort;
    }

    /// Continues with closing the socket instead of the wait for the client.
    #[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
    pub const fn skip_linger(&mut self) {
        self.next = EndStep::Close;
    }

    /// Notes that `length` bytes were read and discarded. 0 means that the client has closed its side.
    pub fn received(&mut self, length: usize) {
        if let EndStep::Linger { left } = &mut self.next {
            // Saturates: the last read can be longer than what is left.
            *left = left.saturating_sub(length);
            if length == 0 || *left == 0 {
                self.next = EndStep::Close;
            }
        }
    }
}
