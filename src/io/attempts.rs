//! What readers that reconnect keep from one stream to the next, and how they notice that a stream is silent.

use crate::client::{NetworkReason, Reason, Reconnect, ReconnectOptions, ResponseInfo, Verdict};
#[cfg(feature = "embedded-io-async")]
use crate::io::turns::Turns;
use crate::time::Instant;

/// Why there is no stream if no response was judged.
const UNREACHABLE: Reason = Reason::Network(NetworkReason::Unreachable);

/// From the loss of a stream to the next request.
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(super) struct Attempts<'a> {
    pub reconnect: Reconnect<'a>,
    /// When the wait under way ends. A wait whose future was dropped is still under way: to begin another one
    /// would count one failure twice.
    waits_until: Option<Instant>,
    /// Why there is no stream, if there is none now.
    pub reason: Reason,
    /// Whether no more requests are to be made.
    has_ended: bool,
    /// Of all streams of an asynchronous reader, and of the waits between them. They lie here for the padding.
    #[cfg(feature = "embedded-io-async")]
    pub turns: Turns,
}

impl<'a> Attempts<'a> {
    /// Begins with the reconnection time that earlier streams have set, if they have.
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
            turns: Turns::ALL,
        }
    }

    pub fn judge(&mut self, answer: &ResponseInfo) -> Verdict {
        let verdict = self.reconnect.judge(answer);
        self.begin();
        if let Verdict::Failed(reason) = verdict {
            self.reason = reason;
        }
        verdict
    }

    pub fn opened(&mut self, now: Instant) {
        self.reconnect.opened(now);
        self.begin();
        self.reason = Reason::Network(NetworkReason::Lost);
    }

    pub fn restarted(&mut self) {
        self.reconnect.restarted();
        self.begin();
    }

    /// Forgets what the last attempt came to. Called for each response, and when a wait is over.
    fn begin(&mut self) {
        self.waits_until = None;
        self.reason = UNREACHABLE;
        self.has_ended = false;
    }

    /// Until when to wait after a stream that was lost or could not be had; `retry` is the reconnection time if
    /// it was set since the last call. `None`: make no more requests.
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

    /// The wait is over.
    pub fn waited(&mut self) {
        self.begin();
    }
}

/// For how long a socket may be silent.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(super) struct IdleTimeout {
    milliseconds: u32,
    /// Never, if no read is under way.
    until: Instant,
}

impl IdleTimeout {
    /// 0 stands for no limit.
    pub const fn new(milliseconds: u32) -> Self {
        Self {
            milliseconds,
            until: Instant::NEVER,
        }
    }

    /// Until when the read that begins, or goes on, may take. Only the time in which bytes are waited for counts,
    /// not what the caller does between two reads; and a read that was dropped and made again is one.
    pub fn until(&mut self, now: impl FnOnce() -> Instant) -> Instant {
        if self.milliseconds != 0 && self.until == Instant::NEVER {
            self.until = now().after(self.milliseconds);
        }
        self.until
    }

    /// Bytes have come.
    pub fn received(&mut self) {
        self.until = Instant::NEVER;
    }
}
