//! The options of reconnecting.

use core::fmt;

use super::decision::{Decision, Failure, ResponseInfo};
use super::reason::Reason;
use super::reconnect::Reconnect;

/// How a client reconnects.
#[derive(Clone, Copy)]
#[must_use]
pub struct ReconnectOptions<'a> {
    pub(super) retry_ms: u32,
    pub(super) floor_ms: u32,
    pub(super) cap_ms: u32,
    pub(super) max_retry_ms: u32,
    /// In seconds.
    pub(super) max_retry_after: u32,
    pub(super) stable_ms: u32,
    pub(super) max_failures: u32,
    /// 0 if none is set.
    pub(super) seed: u32,
    pub(super) is_seeded: bool,
    pub(super) is_scattered: bool,
    pub(super) is_strict: bool,
    pub(super) on_failure: Option<OnFailure<'a>>,
    /// [`Reconnect::ask`], if `on_failure` is set. A function pointer, so that programs that do not set it do not link it.
    pub(super) ask: Option<Ask>,
}

/// Gets a failure and the decision without this function. Returns the decision that counts.
type OnFailure<'a> = &'a (dyn Fn(&Failure, Decision) -> Decision + Sync);

/// Gets how many attempts in a row have failed, the reason, and the response if that is the reason. Returns the decision,
/// if there is one.
type Ask = fn(&Reconnect<'_>, u32, Reason, Option<ResponseInfo>) -> Option<Decision>;

impl<'a> ReconnectOptions<'a> {
    /// Creates the default options.
    pub const fn new() -> Self {
        Self {
            retry_ms: 3_000,
            floor_ms: 100,
            cap_ms: 60_000,
            max_retry_ms: 24 * 60 * 60 * 1_000,
            max_retry_after: 60 * 60,
            stable_ms: 10_000,
            max_failures: 0,
            seed: 0,
            is_seeded: false,
            is_scattered: true,
            is_strict: false,
            on_failure: None,
            ask: None,
        }
    }

    /// Sets the reconnection time, in milliseconds, until a server sets it. The default is 3 s.
    pub const fn retry(mut self, milliseconds: u32) -> Self {
        self.retry_ms = milliseconds;
        self
    }

    /// Sets the shortest reconnection time, in milliseconds. A server cannot ask for less. The default is 100 ms.
    pub const fn min_delay(mut self, milliseconds: u32) -> Self {
        self.floor_ms = milliseconds;
        self
    }

    /// Sets the longest reconnection time, in milliseconds. A server cannot ask for more. The default is 24 hours.
    pub const fn max_retry(mut self, milliseconds: u32) -> Self {
        self.max_retry_ms = milliseconds;
        self
    }

    /// Sets up to which delay, in milliseconds, failures in a row double the reconnection time. A reconnection time that
    /// is longer is not doubled. The default is 60 s.
    pub const fn max_delay(mut self, milliseconds: u32) -> Self {
        self.cap_ms = milliseconds;
        self
    }

    /// Sets how many seconds a `Retry-After` counts for at most. The default is one hour. An
    /// [`EventSource`](super::EventSource) waits for 65,535 s at most.
    pub const fn max_retry_after(mut self, seconds: u32) -> Self {
        // Limited here, so that a delay in milliseconds fits 32 bits.
        let longest = u32::MAX / 1_000;
        self.max_retry_after = match seconds < longest {
            true => seconds,
            false => longest,
        };
        self
    }

    /// Sets how many milliseconds a stream has to be open to count as a success. A stream that has given an event is a
    /// success at once. The default is 10 s.
    pub const fn stable_after(mut self, milliseconds: u32) -> Self {
        self.stable_ms = milliseconds;
        self
    }

    /// Sets after how many failed attempts in a row to give up. The default is 0: never.
    pub const fn max_attempts(mut self, count: u32) -> Self {
        self.max_failures = count;
        self
    }

    /// Sets the seed of the random part of delays. Use a number of the chip's random number generator, or one that
    /// differs from device to device, such as a serial number. Up to half of the reconnection time is added to it.
    ///
    /// Without a seed, the times at which connections begin, bytes come and connections fail are the seed. They differ
    /// little between devices that are switched on together.
    pub const fn seed(mut self, seed: u32) -> Self {
        self.seed = seed;
        self.is_seeded = true;
        self
    }

    /// Makes delays exact, without a random part.
    pub const fn no_jitter(mut self) -> Self {
        self.is_scattered = false;
        self
    }

    /// Takes statuses, types and redirects as final that browsers take as final. By default, the client tries again after
    /// the statuses 408, 421, 425, 429 and from 500, after a 4xx with `Retry-After`, after a 200 that is no event stream,
    /// and after a redirect that it has no buffer for.
    pub const fn strict(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// Sets a function that decides about each failure, but for those that are the caller's. It also gets the decision
    /// that would count without it.
    ///
    /// ```
    /// use embedded_sse::client::{Decision, Failure, Reason, ReconnectOptions, ServerReason};
    ///
    /// // The server is known to answer 404 for a while after an update.
    /// let patient = |failure: &Failure, decision| match failure.reason {
    ///     Reason::Server(ServerReason::Status(404)) => Decision::Retry,
    ///     _ => decision,
    /// };
    /// let options = ReconnectOptions::new().on_failure(&patient);
    /// ```
    pub const fn on_failure(mut self, decide: OnFailure<'a>) -> Self {
        self.on_failure = Some(decide);
        self.ask = Some(|reconnect, failures, reason, answer| {
            reconnect.ask(failures, reason, answer, None)
        });
        self
    }
}

impl Default for ReconnectOptions<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ReconnectOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReconnectOptions")
            .field("retry_ms", &self.retry_ms)
            .field("floor_ms", &self.floor_ms)
            .field("cap_ms", &self.cap_ms)
            .field("is_strict", &self.is_strict)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for ReconnectOptions<'_> {
    /// Writes some of the options.
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(
            f,
            "ReconnectOptions {{ retry_ms: {=u32}, floor_ms: {=u32}, cap_ms: {=u32}, .. }}",
            self.retry_ms,
            self.floor_ms,
            self.cap_ms
        );
    }
}
