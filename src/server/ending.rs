//! How connections end.

use super::output::{Close, Outcome};
use crate::time::Instant;

/// The end of a connection: everything is sent, or the client is gone.
#[derive(Debug)]
pub(super) struct Ending {
    pub outcome: Outcome,
    /// It is apart from the outcome, which is never moved: to move it would call `memcpy`, which is linked for nothing else.
    then: Then,
}

/// What follows when everything is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Shutdown,
    /// Reads and discards so many bytes that the client still sends. If the connection were closed at once, a client
    /// that still sends would get a reset, which can destroy what it has not read yet.
    Linger {
        left: usize,
    },
    Close,
    Abort,
}

/// What a connection at its end wants.
pub(super) enum LastStep {
    Shutdown,
    Wait(Instant),
    Close,
    Abort,
}

const MAX_LINGER: usize = 64 * 1024;
const LINGER_MS: u32 = 1_000;

impl Ending {
    /// The client has got everything, or will get it, or has closed: it is shut down, and read from.
    pub const fn graceful(outcome: Outcome) -> Self {
        let then = Then::Shutdown;
        Self { outcome, then }
    }

    /// The client takes no byte.
    pub const fn abrupt(outcome: Outcome) -> Self {
        let then = Then::Abort;
        Self { outcome, then }
    }

    /// A stream has ended for this reason.
    pub const fn of_stream(reason: Close) -> Self {
        Self {
            outcome: Outcome::Streamed(reason),
            then: match reason {
                Close::Stalled | Close::Lapped => Then::Abort,
                _ => Then::Shutdown,
            },
        }
    }

    /// What to do next, when everything was sent. `since` is when it was shut down.
    pub fn poll(&mut self, now: Instant, since: &mut Instant) -> LastStep {
        match self.then {
            Then::Shutdown => {
                *since = now;
                self.then = Then::Linger { left: MAX_LINGER };
                LastStep::Shutdown
            }
            Then::Linger { .. } => {
                let until = since.after(LINGER_MS);
                if now < until {
                    return LastStep::Wait(until);
                }
                self.then = Then::Close;
                LastStep::Close
            }
            Then::Close => LastStep::Close,
            Then::Abort => LastStep::Abort,
        }
    }

    /// The client takes no byte: it is neither shut down nor read from.
    pub const fn give_up(&mut self) {
        self.then = Then::Abort;
    }

    /// The socket cannot be shut down, so only its drop tells the client of the end.
    #[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
    pub const fn skip_linger(&mut self) {
        self.then = Then::Close;
    }

    /// Tells that so many bytes were read; 0 means that the client has closed.
    pub fn received(&mut self, length: usize) {
        if let Then::Linger { left } = &mut self.then {
            // The last read may exceed the limit.
            *left = left.saturating_sub(length);
            if length == 0 || *left == 0 {
                self.then = Then::Close;
            }
        }
    }
}
