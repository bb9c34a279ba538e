//! The state that readers keep between two streams, and their idle timeout.

use crate::client::{NetworkReason, Reason, Reconnect, ReconnectOptions, ResponseInfo, Verdict};
#[cfg(feature = "embedded-io-async")]
use crate::io::turns::Turns;
use crate::time::Instant;

/// Why there is no stream if no response was passed to `judge`.
const UNREACHABLE: Reason = Reason::Network(NetworkReason::Unreachable);

/// The time from the loss of a stream to the next request.
#[derive(Debug)]
pub(super) struct Attempts<'a> {
    pub reconnect: Reconnect<'a>,
    /// When the current wait ends. It stays set when the future of the wait is dropped: a second wait would count one
    /// failure twice.
    waits_until: Option<Instant>,
    /// Why there is no stream. Valid while there is none.
    pub reason: Reason,
    /// Whether the last failure was final, so that no more requests are to be made.
    has_ended: bool,
    /// Counts the reads of all streams of an asynchronous reader and the waits between them. It lies here because there is
    /// padding for it.
    #[cfg(feature = "embedded-io-async")]
    pub turns: Turns,
}

impl<'a> Attempts<'a> {
    /// Takes over the reconnection time that earlier streams have set.
    pub fn new(options: &'a ReconnectOptions<'a>, retry: Option<u32>) -> Self {
        let mut reconnect = Reconnect::new(options);
        if let Some(milliseconds) = retry {
            reconnect.set_retry(milliseconds);
        }
        Self {
            reconnect,
            waits_until: None,
            reason: UNREACHABLE,
            has_ended: false,
            #[cfg(feature = "embedded-io-async")]
            turns: Turns::FULL,
        }
    }

    pub fn judge(&mut self, response: &ResponseInfo) -> Verdict {
        let verdict = self.reconnect.judge(response);
        self.begin_attempt();
        if let Verdict::Failed(reason) = verdict {
            self.reason = reason;
        }
        verdict
    }

    pub fn opened(&mut self, now: Instant) {
        self.reconnect.opened(now);
        self.begin_attempt();
        self.reason = Reason::Network(NetworkReason::Lost);
    }

    pub fn restarted(&mut self) {
        self.reconnect.restarted();
        self.begin_attempt();
    }

    /// Forgets the failure of the last attempt. Called for each response, and when a wait is over.
    pub fn begin_attempt(&mut self) {
        self.waits_until = None;
        self.reason = UNREACHABLE;
        self.has_ended = false;
    }

    /// Returns until when to wait after a stream was lost or an attempt failed. Returns `None` if no more requests are to be
    /// made.
    ///
    /// `retry` is the reconnection time if the server has set it since the last call.
    pub fn wait(&mut self, now: Instant, retry: Option<u32>) -> Option<Instant> {
        if let Some(milliseconds) = retry {
            self.reconnect.set_retry(milliseconds);
        }
        if self.waits_until.is_none() && !self.has_ended {
            self.waits_until = self.reconnect.failed(now, self.reason).ok();
            self.has_ended = self.waits_until.is_none();
        }
        self.waits_until
    }
}

/// How long a socket may be silent.
#[derive(Clone, Copy, Debug)]
pub(super) struct IdleTimeout {
    milliseconds: u32,
    /// When the current read is late. `Instant::NEVER` between two reads.
    deadline: Instant,
}

impl IdleTimeout {
    /// 0 means no limit.
    pub const fn new(milliseconds: u32) -> Self {
        Self {
            milliseconds,
            deadline: Instant::NEVER,
        }
    }

    /// Returns when the current read is late.
    ///
    /// The limit runs only while a read waits for bytes: the caller may take any time between two reads. A read whose
    /// future was dropped goes on with the next call and keeps its deadline.
    pub fn deadline(&mut self, now: impl FnOnce() -> Instant) -> Instant {
        if self.milliseconds != 0 && self.deadline == Instant::NEVER {
            self.deadline = now().after(self.milliseconds);
        }
        self.deadline
    }

    /// Call this when bytes have come.
    pub fn received(&mut self) {
        self.deadline = Instant::NEVER;
    }
}
