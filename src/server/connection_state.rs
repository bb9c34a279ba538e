//! How far a connection has come: the response under way, and the end.

use super::chunking::Chunking;
use super::output::{CloseReason, ConnectionOutput, Outcome, SessionOutput};
use super::ring::Records;
use super::scratch::Scratch;
use super::session::Session;
use crate::http::{Response, Status};
use crate::time::Instant;

/// The state of a connection.
#[derive(Debug)]
pub(super) enum State<'a> {
    /// Reads the request.
    Head,
    /// Waits for the caller to answer it.
    Request,
    Response(FixedResponse<'a>),
    Stream(Stream<'a>),
    Ended(Ending),
}

impl<'a> State<'a> {
    pub const fn is_unanswered(&self) -> bool {
        matches!(self, Self::Head | Self::Request)
    }

    /// The stream, once it has begun.
    pub const fn session(&self) -> Option<&Session<'a>> {
        match self {
            Self::Stream(stream) => Some(&stream.session),
            _ => None,
        }
    }

    /// The socket cannot be shut down. After a stream only its drop tells the client of the end: `true` if there was one.
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

    /// How long a client may take no byte.
    pub const fn write_timeout_ms(&self, of_response: u32) -> u32 {
        match self {
            Self::Stream(stream) => stream.session.write_timeout_ms(),
            _ => of_response,
        }
    }

    /// Ends a stream when the frame under way is whole, and lets no other request begin one.
    pub fn end(&mut self) {
        match self {
            Self::Stream(stream) => stream.session.end(),
            Self::Head | Self::Request => self.close(Outcome::Unanswered),
            _ => {}
        }
    }

    /// The client takes no byte.
    pub fn abort(&mut self) {
        match self {
            Self::Ended(ending) if matches!(ending.outcome, Outcome::Streamed(_)) => {
                ending.abort();
            }
            Self::Stream(_) => *self = Self::Ended(Ending::of_stream(CloseReason::Stalled)),
            _ => *self = Self::Ended(Ending::abrupt(Outcome::Unanswered)),
        }
    }

    /// There is nothing to send any more.
    pub fn close(&mut self, outcome: Outcome) {
        *self = Self::Ended(Ending::graceful(outcome));
    }
}

/// A response whose content is at hand, and how much of it was sent.
#[derive(Debug)]
pub(super) struct FixedResponse<'a> {
    pub status: Status,
    /// If not, the status says all.
    pub response: Option<&'a Response<'a>>,
    /// How much of the content was sent.
    pub sent: usize,
}

impl<'a> FixedResponse<'a> {
    /// A response without its content.
    pub const fn head(response: &'a Response<'a>) -> Self {
        Self {
            status: response.status(),
            response: Some(response),
            sent: usize::MAX,
        }
    }

    /// What is left of the content.
    pub fn unsent(&self) -> &'a [u8] {
        let content = match self.response {
            Some(response) => response.body(),
            None => self.status.refusal_body(),
        };
        // For `HEAD`, `sent` is `usize::MAX`, so no content is left.
        content.get(self.sent..).unwrap_or_default()
    }
}

/// The response that is a stream.
#[derive(Debug)]
pub(super) struct Stream<'a> {
    pub session: Session<'a>,
    /// How it goes in chunks, if it does.
    pub chunking: Option<&'static Chunking>,
}

static HEAD: Response = Response::stream();

impl Stream<'_> {
    /// The head of such a response.
    pub const fn head(chunking: Option<&'static Chunking>) -> &'static Response<'static> {
        match chunking {
            Some(chunking) => &chunking.head,
            None => &HEAD,
        }
    }

    /// Goes on after the head, when all was sent that was given: puts more into the scratch. Returns what the session wants
    /// next.
    #[inline(always)] // It has one caller.
    pub fn advance(
        &mut self,
        now: Instant,
        records: &Records<'_>,
        scratch: &mut Scratch<'_>,
    ) -> SessionOutput<'static> {
        let session = &mut self.session;
        if session.is_resuming() && !session.search(records, scratch.request().last_event_id()) {
            return SessionOutput::Wait(now);
        }
        // Nothing of the request is needed from here on: events take its space.
        scratch.discard_unsent();
        let space = scratch.content_space(self.chunking);
        let (length, output) = match session.fill_from(now, records, space) {
            SessionOutput::Send(bytes) => (bytes.len(), SessionOutput::Send(b"")),
            SessionOutput::Wait(until) => (0, SessionOutput::Wait(until)),
            SessionOutput::Close(reason) => (0, SessionOutput::Close(reason)),
        };
        if length > 0 {
            scratch.end_content(self.chunking, length);
        }
        if let (Some(chunking), SessionOutput::Close(CloseReason::Ended | CloseReason::Lifetime)) =
            (self.chunking, output)
        {
            scratch.put_last_chunk(chunking);
        }
        output
    }
}

/// The end of a connection: everything is sent, or the client is gone.
#[derive(Debug)]
pub(super) struct Ending {
    pub outcome: Outcome,
    /// It is apart from the outcome, which is never moved: to move it would call `memcpy`, which is linked for nothing else.
    next: EndStep,
}

/// What follows when everything is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EndStep {
    Shutdown,
    /// Reads and discards so many bytes that the client still sends. If the connection were closed at once, a client
    /// that still sends would get a reset, which can destroy what it has not read yet.
    Linger {
        left: usize,
    },
    Close,
    Abort,
}

const MAX_LINGER: usize = 64 * 1024;
const LINGER_MS: u32 = 1_000;

impl Ending {
    /// The client has got everything, or will get it, or has closed: it is shut down, and read from.
    pub const fn graceful(outcome: Outcome) -> Self {
        let next = EndStep::Shutdown;
        Self { outcome, next }
    }

    /// The client takes no byte.
    pub const fn abrupt(outcome: Outcome) -> Self {
        let next = EndStep::Abort;
        Self { outcome, next }
    }

    /// A stream has ended for this reason.
    pub const fn of_stream(reason: CloseReason) -> Self {
        Self {
            outcome: Outcome::Streamed(reason),
            next: match reason {
                CloseReason::Stalled | CloseReason::Lagged => EndStep::Abort,
                _ => EndStep::Shutdown,
            },
        }
    }

    /// What to do next, when everything was sent. `since` is when it was shut down.
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

    /// The client takes no byte: it is neither shut down nor read from.
    pub const fn abort(&mut self) {
        self.next = EndStep::Abort;
    }

    /// The socket cannot be shut down, so only its drop tells the client of the end.
    #[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
    pub const fn skip_linger(&mut self) {
        self.next = EndStep::Close;
    }

    /// Tells that so many bytes were read; 0 means that the client has closed.
    pub fn received(&mut self, length: usize) {
        if let EndStep::Linger { left } = &mut self.next {
            // The last read may exceed the limit.
            *left = left.saturating_sub(length);
            if length == 0 || *left == 0 {
                self.next = EndStep::Close;
            }
        }
    }
}
