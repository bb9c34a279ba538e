//! The options of reconnecting, and the call of `on_failure`.

use core::fmt;

use super::decision::{Decision, Failure};
use super::reason::Reason;

/// The options of reconnecting: delays, their limits, and what is final.
#[derive(Clone, Copy)]
#[must_use]
pub struct ReconnectOptions<'a> {
    pub(super) retry_ms: u32,
    pub(super) min_delay_ms: u32,
    pub(super) max_delay_ms: u32,
    pub(super) max_retry_ms: u32,
    /// In seconds.
    pub(super) max_retry_after: u32,
    pub(super) stable_ms: u32,
    pub(super) max_attempts: u32,
    /// 0 if none is set.
    pub(super) seed: u32,
    pub(super) is_seeded: bool,
    pub(super) has_jitter: bool,
    pub(super) is_strict: bool,
    pub(super) on_failure: Option<OnFailure<'a>>,
    /// [`ask_on_failure`](Self::ask_on_failure) if `on_failure` is set. It is a function pointer, so that programs without
    /// `on_failure` do not link `ask_on_failure`.
    pub(super) ask: Option<Ask>,
}

/// Gets a failure, and the decision that the client takes if there is no such function. Returns the decision that takes
/// effect.
type OnFailure<'a> = &'a (dyn Fn(&Failure, Decision) -> Decision + Sync);

/// Has the parameters of [`ReconnectOptions::ask_on_failure`].
pub(super) type Ask = fn(&ReconnectOptions<'_>, &Failure, Decision) -> Option<Decision>;

impl<'a> ReconnectOptions<'a> {
    /// Creates the default options. Each method documents its default.
    pub const fn new() -> Self {
        Self {
            retry_ms: 3_000,
            min_delay_ms: 100,
            max_delay_ms: 60_000,
            max_retry_ms: 24 * 60 * 60 * 1_000,
            max_retry_after: 60 * 60,
            stable_ms: 10_000,
            max_attempts: 0,
            seed: 0,
            is_seeded: false,
            has_jitter: true,
            is_strict: false,
            on_failure: None,
            ask: None,
        }
    }

    /// Sets the reconnection time, in milliseconds, until a server sets it (WHATWG HTML 9.2.2). The default is 3 s.
    ///
    /// The delay is the longer of this time, doubled by failures, and `Retry-After`, plus the random part. For a request that a
    /// person waits for, set a short time, such as 200 ms.
    pub const fn retry(mut self, milliseconds: u32) -> Self {
        self.retry_ms = milliseconds;
        self
    }

    /// Sets the shortest reconnection time, in milliseconds. A shorter `retry` of the server is raised to it, and so is a
    /// shorter [`max_retry`](Self::max_retry). The default is 100 ms. With 0, a server that sends `retry: 0` is asked again
    /// without a delay.
    pub const fn min_delay(mut self, milliseconds: u32) -> Self {
        self.min_delay_ms = milliseconds;
        self
    }

    /// Sets the longest reconnection time, in milliseconds. A longer `retry` of the server is lowered to it. The default is 24
    /// hours.
    pub const fn max_retry(mut self, milliseconds: u32) -> Self {
        self.max_retry_ms = milliseconds;
        self
    }

    /// Limits the doubling: each failure in a row doubles the delay, but to no more than this, in milliseconds. A longer
    /// reconnection time or `Retry-After` stays as it is, and the random part is added to the result. The default is 60 s.
    pub const fn max_delay(mut self, milliseconds: u32) -> Self {
        self.max_delay_ms = milliseconds;
        self
    }

    /// Sets the limit of a `Retry-After` (RFC 9110, section 10.2.3), in seconds: a longer one is taken as this. The random part
    /// of the delay is added to it. The default is one hour. 0 ignores the time, and 4,294,967 is the largest limit. An
    /// `EventSource` reads a longer `Retry-After` than 65,535 s as 65,535 s.
    pub const fn max_retry_after(mut self, seconds: u32) -> Self {
        // Limit it here, so that the delay in milliseconds fits 32 bits.
        let longest = u32::MAX / 1_000;
        self.max_retry_after = match seconds < longest {
            true => seconds,
            false => longest,
        };
        self
    }

    /// Sets after how many milliseconds an open stream is a success, which ends the doubling of delays. A stream that has
    /// delivered an event is a success at once. The default is 10 s. With 0, each stream is a success as soon as it is open.
    pub const fn stable_after(mut self, milliseconds: u32) -> Self {
        self.stable_ms = milliseconds;
        self
    }

    /// Sets after how many failed attempts in a row the client ends, with [`EndedBy::Attempts`](super::EndedBy::Attempts). A
    /// stream that was a success ends the row. The default is 0, which means never.
    pub const fn max_attempts(mut self, count: u32) -> Self {
        self.max_attempts = count;
        self
    }

    /// Sets the seed of the random part of delays, which is up to half of a delay. Each number is a valid seed. Use one from
    /// the chip's random number generator, or one that differs between devices, such as a serial number.
    ///
    /// Without a seed, the random part depends on the times at which streams begin and attempts fail; in an `EventSource`,
    /// also on those at which bytes are sent and received. These differ little between devices that are switched on at the
    /// same time.
    pub const fn seed(mut self, seed: u32) -> Self {
        self.seed = seed;
        self.is_seeded = true;
        self
    }

    /// Removes the random part of delays. By default, a delay is longer by up to half of it.
    pub const fn no_jitter(mut self) -> Self {
        self.has_jitter = false;
        self
    }

    /// Makes those statuses, types and redirects final that are final for browsers (WHATWG HTML 9.2.3).
    ///
    /// By default, the client retries after the statuses 408, 421, 425, 429, and 500 or more; after another 4xx with
    /// `Retry-After`; after a 200 that is no event stream; and after a redirect for which it has no buffer or whose scheme
    /// the connector does not support.
    pub const fn strict(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// Sets a function that decides about each failure, except those with a [`Reason::Caller`]. It gets the failure, and the
    /// decision that takes effect without it.
    ///
    /// It is called once for each failure. [`Decision`] describes what each decision does.
    ///
    /// ```
    /// use embedded_sse::client::{Decision, Failure, Reason, ReconnectOptions, ServerReason};
    ///
    /// // This server answers with 404 for some minutes after an update.
    /// let patient = |failure: &Failure, decision| match failure.reason {
    ///     Reason::Server(ServerReason::Status(404)) => Decision::Retry,
    ///     _ => decision,
    /// };
    /// let options = ReconnectOptions::new().on_failure(&patient);
    /// ```
    pub const fn on_failure(mut self, decide: OnFailure<'a>) -> Self {
        self.on_failure = Some(decide);
        self.ask = Some(|options, failure, decision| options.ask_on_failure(failure, decision));
        self
    }

    /// Whether no attempt follows `failures` failed attempts in a row.
    pub(super) const fn is_last_attempt(&self, failures: u32) -> bool {
        self.max_attempts != 0 && failures >= self.max_attempts
    }

    /// Asks `on_failure` about a failure. `decision` is the decision without `on_failure`.
    ///
    /// Returns the decision of `on_failure`. Returns `None` if there is no such function, or if the program caused the
    /// failure.
    pub(super) fn ask_on_failure(&self, failure: &Failure, decision: Decision) -> Option<Decision> {
        let on_failure = self.on_failure?;
        if let Reason::Caller(_) = failure.reason {
            return None;
        }
        if !failure.is_last_attempt {
            return Some(on_failure(failure, decision));
        }
        match on_failure(failure, Decision::End) {
            // The client ends in any case. Return the decision of the rules: if that is `End`, `failed` reports
            // `EndedBy::Policy`, otherwise `EndedBy::Attempts`.
            Decision::End => Some(decision),
            // `Open` is no failure, so the number of attempts does not apply. `Retry` does not prevent the end, but
            // `failed` then reports `EndedBy::Attempts`, also if the rules say `End`.
            other => Some(other),
        }
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
            .field("min_delay_ms", &self.min_delay_ms)
            .field("max_delay_ms", &self.max_delay_ms)
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
            "ReconnectOptions {{ retry_ms: {=u32}, min_delay_ms: {=u32}, max_delay_ms: {=u32}, .. }}",
            self.retry_ms,
            self.min_delay_ms,
            self.max_delay_ms
        );
    }
}
