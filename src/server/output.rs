//! What sessions and connections want, what they wait for, and why they end.

#[cfg(feature = "http")]
use crate::http::Status;
use crate::time::Instant;

/// What a [`Connection`](super::Connection) wants.
#[cfg(feature = "http")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ConnectionOutput<'c> {
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
    /// Close the connection at once, by a reset (TCP RST) if the socket can: the client takes no byte, or the rest of the frame
    /// under way is gone. To end it by FIN would hold the socket for a client that does not read, or make an event of a part.
    Abort(Outcome),
}

/// How a connection came to its end.
#[cfg(feature = "http")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Outcome {
    /// It was answered with this status, and no stream.
    Answered(Status),
    /// It had a stream, which ended so.
    Streamed(CloseReason),
    /// The client closed before it was answered, sent nothing, or took no answer.
    Unanswered,
}

/// What a [`Session`](super::Session) wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum SessionOutput<'l> {
    /// These bytes go to the client. There is at least one.
    Send(&'l [u8]),
    /// Nothing, until the log has a new frame, or until that time. The time is now while the log is searched, the client is
    /// greeted, or many frames are skipped: call again.
    Wait(Instant),
    /// The stream is over: close the connection.
    Close(CloseReason),
}

/// Why a stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum CloseReason {
    /// [`Session::end`](super::Session::end) was called. Or no place was free, and the client was told to come back, as
    /// `ServerOptions::reconnect_when_full` says.
    Ended,
    /// It has lasted as long as the options allow.
    Lifetime,
    /// The client took no byte for as long as the options allow.
    Stalled,
    /// The frame under way gave way to newer ones before the client took all of it. Its end cannot be
    /// sent any more, and to end it would make an event of the part.
    Lagged,
    /// The client closed the connection.
    HungUp,
}

impl core::fmt::Display for CloseReason {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            CloseReason::Ended => "stream ended",
            CloseReason::Lifetime => "stream reached its lifetime",
            CloseReason::Stalled => "client took no byte for too long",
            CloseReason::Lagged => "client was too slow for the log",
            CloseReason::HungUp => "client hung up",
        })
    }
}

/// What the time since a moment is measured for. The moment is kept beside this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(super) enum Waiting {
    /// For something to send. The last byte was sent then.
    Idle,
    /// For the client to take bytes.
    Sending,
    /// For nothing yet: bytes were sent just now.
    Progress,
}

impl Waiting {
    /// Begins to measure, if bytes were sent since the last call.
    pub fn note_progress(&mut self, since: &mut Instant, now: Instant) {
        if *self == Waiting::Progress {
            *self = Waiting::Idle;
            *since = now;
        }
    }

    /// Whether there were bytes to send for too long.
    pub fn is_stalled(&mut self, since: &mut Instant, now: Instant, limit_ms: u32) -> bool {
        if *self == Waiting::Sending {
            return now >= since.limit(limit_ms);
        }
        *self = Waiting::Sending;
        *since = now;
        false
    }
}
