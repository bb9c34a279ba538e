//! The outputs of sessions and connections, and the reasons why they end.

#[cfg(feature = "http")]
use crate::http::Status;
use crate::time::Instant;
use crate::wire::text::Text;

/// What to do next for a [`Connection`](super::Connection).
#[cfg(feature = "http")]
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ConnectionOutput<'c> {
    /// Write these bytes to the client. There is at least one.
    Send(&'c [u8]),
    /// Answer the request: its head has arrived.
    Request,
    /// Flush, then wait for bytes from the client, for a new frame in the log, or until that time. [`Instant::NEVER`] means
    /// that there is no time limit.
    Wait(Instant),
    /// Flush, then close the sending side of the connection (TCP FIN), and continue to read. The client sees the end at once.
    /// This is returned once.
    Shutdown,
    /// Close the connection.
    Close(Outcome),
    /// Close the connection at once, by a reset (TCP RST) if the socket can do that: the client does not read, or the rest of
    /// the current frame was overwritten. With a FIN instead, the socket would wait for the client that does not read. And a
    /// client that does not discard an incomplete event, as WHATWG HTML 9.2.6 demands, would take the sent part for a whole
    /// event.
    Abort(Outcome),
}

/// How a connection ended.
#[cfg(feature = "http")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The response had this status, and was no stream.
    Answered(Status),
    /// The response was a stream, which ended for this reason.
    Streamed(CloseReason),
    /// The client got no complete response: it closed the connection, sent no request, or did not read. Or the scratch was
    /// empty, or `Connection::end` was called before the request was answered.
    Unanswered,
}

/// What to do next for a [`Session`](super::Session).
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SessionOutput<'l> {
    /// Write these bytes to the client. There is at least one.
    Send(&'l [u8]),
    /// Wait for a new frame in the log, or until that time. If a search of the log, the hook of `initial_state` or a filter has
    /// more to do, that time is `now`: call again at once. [`Instant::NEVER`] means that there is no time limit.
    Wait(Instant),
    /// Close the connection: the stream has ended.
    Close(CloseReason),
}

/// The reason why a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// The caller ended the stream by [`Session::end`](super::Session::end). Or no slot was free, and
    /// `ServerOptions::reconnect_when_full` gave the client a stream that holds only the reconnection time.
    Ended,
    /// The stream has lasted as long as [`lifetime`](super::StreamOptions::lifetime) allows.
    Lifetime,
    /// The client took no byte for as long as [`write_timeout`](super::StreamOptions::write_timeout) allows. Or
    /// [`Session::fill`](super::Session::fill) was given an empty buffer.
    Stalled,
    /// The log overwrote the current frame before the client took all of it. Its end cannot be sent any more.
    Lagged,
    /// The client closed the connection.
    HungUp,
}

#[cfg(feature = "http")]
words!([] Outcome {
    Self::Unanswered => "client got no complete response";
    format {
        Self::Answered(status) => "answered with {}", status.as_str(),
    };
    inner {
        Self::Streamed(reason) => reason,
    }
});

debug_and_format!(['l] SessionOutput<'l> {
    Self::Send(bytes) => "Send({:?})", Text::new(bytes);
    Self::Wait(until) => "Wait({:?})", until;
    Self::Close(reason) => "Close({:?})", reason;
});

// The head of a response may hold a `Set-Cookie`.
#[cfg(feature = "http")]
debug_and_format!(['c] ConnectionOutput<'c> {
    Self::Send(bytes) => "Send({:?} bytes)", bytes.len();
    Self::Request => "Request";
    Self::Wait(until) => "Wait({:?})", until;
    Self::Shutdown => "Shutdown";
    Self::Close(outcome) => "Close({:?})", outcome;
    Self::Abort(outcome) => "Abort({:?})", outcome;
});

words!([] CloseReason {
    Self::Ended => "stream ended",
    Self::Lifetime => "stream reached its lifetime",
    Self::Stalled => "client took no byte for too long",
    Self::Lagged => "client was too slow for the log",
    Self::HungUp => "client hung up",
});

/// What a timer measures. The time at which it started is the field `since` of the struct that holds this enum: that saves
/// padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    /// The silence since the last byte was sent.
    Idle,
    /// How long the client has taken no byte.
    Sending,
    /// Nothing: bytes were sent, and the next call starts the timer.
    Progress,
}

impl Waiting {
    /// Starts the timer if bytes were sent since the last call.
    pub fn note_progress(&mut self, since: &mut Instant, now: Instant) {
        if *self == Waiting::Progress {
            *self = Waiting::Idle;
            *since = now;
        }
    }

    /// Returns whether the client has taken no byte for the limit. The first call with bytes to send starts that time, and
    /// returns `false`.
    pub fn is_stalled(&mut self, since: &mut Instant, now: Instant, limit_ms: u32) -> bool {
        if *self == Waiting::Sending {
            return now >= since.limit(limit_ms);
        }
        *self = Waiting::Sending;
        *since = now;
        false
    }
}
