//! The policy of reconnecting.

use super::backoff::{Jitter, doubled};
use super::decision::{Decision, Failure, ResponseInfo, Rule, Verdict, has_readable_body};
use super::reason::{EndedBy, Reason, ServerReason};
use super::reconnect_options::{Ask, ReconnectOptions};
use crate::bytes::exact::Exact;
use crate::time::Instant;

/// Decides whether and when a client reconnects.
///
/// This is the policy of [WHATWG HTML 9.2.3], except that by default it also retries after responses that are probably
/// temporary, such as a 503. Use it with any HTTP client and a [`Decoder`](crate::Decoder), and make these calls:
///
/// - [`judge`](Self::judge) for each response,
/// - [`opened`](Self::opened) when a stream begins,
/// - [`delivered`](Self::delivered) for each event, or at least the first one of a stream,
/// - [`set_retry`](Self::set_retry) when the stream has set the reconnection time,
/// - [`failed`](Self::failed) when the stream has ended, or an attempt has failed, also if `judge` has returned
///   [`Verdict::Failed`]. It returns the time of the next attempt.
///
/// If the HTTP client returns bodies that implement `embedded_io::Read` or `embedded_io_async::Read`, use a
/// `ReconnectingReader`: it makes all of these calls but `judge`.
///
/// | failure | by default | [`strict`](ReconnectOptions::strict) |
/// | --- | --- | --- |
/// | no connection; a connection that is lost, ends or times out; a malformed response | retried | retried |
/// | status 408, 421, 425, 429, 5xx; another 4xx with `Retry-After` | retried | final |
/// | 200 and no event stream, for example from a captive portal | retried, with the longest delay | final |
/// | a redirect loop; too many redirects; a `Location` that is invalid, too long, or leads from `https` to `http` | retried | retried |
/// | a redirect for which there is no buffer, or which the connector does not support | retried, with the longest delay | final |
/// | 204, other statuses, a redirect without `Location` | final | final |
///
/// The delay is the reconnection time: 3 s, or the time that the server has set. Each failure in a row doubles it, up to
/// [`max_delay`](ReconnectOptions::max_delay) (exponential backoff). A longer `Retry-After` replaces it. A random part of up to
/// half of the delay is added (jitter), so that clients that have lost a server at the same time reconnect at different times.
///
/// [WHATWG HTML 9.2.3]: https://html.spec.whatwg.org/multipage/server-sent-events.html
///
/// # Examples
///
/// ```
/// use embedded_sse::client::{ResponseInfo, NetworkReason, Reason, Reconnect, ReconnectOptions, Verdict};
/// use embedded_sse::{Decoder, Instant};
///
/// let options = ReconnectOptions::new().seed(0x5eed);
/// let mut reconnect = Reconnect::new(&options);
/// let mut decoder = Decoder::<[u8; 256]>::new();
///
/// // A request was answered with 200.
/// let response = ResponseInfo::new(200, "text/event-stream", None);
/// assert_eq!(reconnect.judge(&response), Verdict::Open);
/// let now = Instant::from_millis(1_000);
/// reconnect.opened(now);
/// let mut received = &b"retry: 500\ndata: on\n\n"[..];
/// while let Some(_event) = decoder.next(&mut received)? {
///     reconnect.delivered();
/// }
/// if let Some(milliseconds) = decoder.take_retry() {
///     reconnect.set_retry(milliseconds);
/// }
///
/// // The connection is lost: send the next request at this time, with `decoder.last_event_id()`.
/// decoder.end_stream();
/// let at = reconnect.failed(now, Reason::Network(NetworkReason::Lost)).unwrap();
/// assert!((500..=750).contains(&at.since(now)));
/// # Ok::<(), embedded_sse::Overflow>(())
/// ```
#[derive(Clone, Debug)]
pub struct Reconnect<'a> {
    pub(super) options: &'a ReconnectOptions<'a>,
    jitter: Jitter,
    retry_ms: u32,
    /// The `Retry-After` of the last response, in seconds. 0 if it has none, or if it is a date.
    retry_after: u32,
    /// How many attempts have failed in a row.
    failures: u32,
    /// How many times the next delay is doubled.
    doublings: u8,
    /// When the open stream becomes a success, even without an event. `NEVER` if no stream is open.
    stable_at: Instant,
    /// Whether the open stream has delivered an event.
    delivered: bool,
    /// Whether the last response has a `Retry-After`.
    pub(super) has_retry_after: bool,
    /// Replaces the decision of the rules for a failure that is not counted yet. It comes from `on_failure`, or from an
    /// [`EventSource`](super::EventSource), which knows the request. `None` if the rules decide.
    pub(super) decided: Option<Decision>,
}

impl<'a> Reconnect<'a> {
    /// Creates the policy before the first attempt.
    pub const fn new(options: &'a ReconnectOptions<'a>) -> Self {
        Self {
            options,
            jitter: Jitter::new(options.seed),
            doublings: 0,
            retry_ms: options.retry_ms,
            retry_after: 0,
            has_retry_after: false,
            failures: 0,
            stable_at: Instant::NEVER,
            delivered: false,
            decided: None,
        }
    }

    /// Decides what to do with a response (WHATWG HTML 9.2.3).
    ///
    /// - [`Verdict::Open`] for a 200 with the type `text/event-stream`, and if [`ReconnectOptions::on_failure`] opens another
    ///   response.
    /// - [`Verdict::Redirect`] for a 301, 302, 303, 307 or 308.
    /// - [`Verdict::Failed`] for all others: pass its reason to [`failed`](Self::failed), which takes `Retry-After` into
    ///   account.
    pub fn judge(&mut self, response: &ResponseInfo) -> Verdict {
        let verdict = self.judge_by_rules(response);
        let Verdict::Failed(reason) = verdict else {
            return verdict;
        };
        if let Some(ask) = self.options.ask {
            let failures = self.failures_with_current();
            let decision = self.ask(ask, failures, reason, Some(*response));
            if decision == Some(Decision::Open) && has_readable_body(response.status) {
                return Verdict::Open;
            }
            self.decided = decision;
        }
        verdict
    }

    /// Does the same as [`judge`](Self::judge), but does not ask `on_failure`.
    pub(super) fn judge_by_rules(&mut self, response: &ResponseInfo) -> Verdict {
        self.forget_response();
        let reason = match response.status {
            200 if response.is_event_stream => return Verdict::Open,
            301 | 308 => return Verdict::Redirect { permanent: true },
            302 | 303 | 307 => return Verdict::Redirect { permanent: false },
            200 => ServerReason::WrongType,
            204 => ServerReason::NoContent,
            status => ServerReason::Status(status),
        };
        let reason = Reason::Server(reason);
        // On a 3xx, `Retry-After` would delay the redirect (RFC 9110, section 10.2.3). It is ignored.
        if let 400.. | 200 = response.status {
            self.has_retry_after = response.retry_after.is_some();
            self.retry_after = response.retry_after.unwrap_or(0);
        }
        Verdict::Failed(reason)
    }

    /// Notes that a stream has begun. After [`stable_after`](ReconnectOptions::stable_after), it is a success, which ends the
    /// doubling of delays.
    pub fn opened(&mut self, now: Instant) {
        self.stable_at = now.after(self.options.stable_ms);
        // The `Retry-After` of an earlier response does not apply to the end of this stream.
        self.forget_response();
        self.note_time(now);
    }

    /// Notes that the stream has delivered an event, which makes it a success at once. The next delay is then the reconnection
    /// time, not doubled.
    pub fn delivered(&mut self) {
        self.delivered = true;
    }

    /// Forgets all earlier failures, and a `Retry-After` that was received. The reconnection time stays.
    pub fn restarted(&mut self) {
        self.doublings = 0;
        self.failures = 0;
        self.stable_at = Instant::NEVER;
        self.delivered = false;
        self.forget_response();
    }

    /// Sets the reconnection time that the server has sent, in milliseconds (WHATWG HTML 9.2.6, `retry`).
    /// [`min_delay`](ReconnectOptions::min_delay) and [`max_retry`](ReconnectOptions::max_retry) limit it when a delay is
    /// computed.
    pub fn set_retry(&mut self, milliseconds: u32) {
        self.retry_ms = milliseconds;
    }

    /// Returns the reconnection time in milliseconds, which the options or the server have set. It is the time before it is
    /// limited by the options.
    pub const fn retry(&self) -> u32 {
        self.retry_ms
    }

    /// Notes that the stream has ended, or that the attempt has failed. Returns the time of the next attempt: `now` and the
    /// delay that [`Reconnect`] describes.
    ///
    /// # Errors
    ///
    /// Returns who has decided that there is no next attempt: [`EndedBy::Caller`] for a [`Reason::Caller`], [`EndedBy::Policy`]
    /// if the rules or [`ReconnectOptions::on_failure`] end the client, and [`EndedBy::Attempts`] if
    /// [`ReconnectOptions::max_attempts`] is reached. To try again nevertheless, call [`restarted`](Self::restarted).
    pub fn failed(&mut self, now: Instant, reason: Reason) -> Result<Instant, EndedBy> {
        if let (Some(ask), None) = (self.options.ask, self.decided) {
            self.decided = self.ask(ask, self.failures_at(now), reason, None);
        }
        let result = self.failed_by_rules(now, reason);
        self.decided = None;
        result
    }

    /// Does the same as [`failed`](Self::failed), but does not ask `on_failure`. [`decided`](Self::decided) replaces the
    /// decision of the rules.
    pub(super) fn failed_by_rules(
        &mut self,
        now: Instant,
        reason: Reason,
    ) -> Result<Instant, EndedBy> {
        if let Reason::Caller(_) = reason {
            return Err(EndedBy::Caller);
        }
        self.note_time(now);
        self.failures = self.failures_at(now);
        if self.failures == 0 {
            self.doublings = 0;
        }
        self.delivered = false;
        self.stable_at = Instant::NEVER;
        let is_last_attempt = self.options.is_last_attempt(self.failures);
        let rule = Rule::of(reason);
        if self.decision(rule) == Decision::End {
            return Err(EndedBy::Policy);
        }
        if is_last_attempt {
            return Err(EndedBy::Attempts);
        }
        Ok(now.after(self.delay(rule)))
    }

    fn forget_response(&mut self) {
        self.decided = None;
        self.has_retry_after = false;
        self.retry_after = 0;
    }

    /// Makes later delays depend on this time if the options have no seed.
    pub(super) fn note_time(&mut self, now: Instant) {
        if !self.options.is_seeded {
            self.jitter.stir(now);
        }
    }

    /// Returns how many attempts in a row have failed if the current attempt or stream fails now.
    pub(super) fn failures_at(&self, now: Instant) -> u32 {
        match self.delivered || now >= self.stable_at {
            true => 0,
            false => self.failures_with_current(),
        }
    }

    /// Returns how many attempts in a row have failed if the current one fails, too.
    const fn failures_with_current(&self) -> u32 {
        // Saturate: a count of `u32::MAX` has reached every limit of attempts already.
        self.failures.saturating_add(1)
    }

    /// Asks `on_failure`. `failures` is the number of attempts in a row that have failed, including the current one.
    fn ask(
        &self,
        ask: Ask,
        failures: u32,
        reason: Reason,
        response: Option<ResponseInfo>,
    ) -> Option<Decision> {
        let failure = Failure {
            reason,
            response,
            is_last_attempt: self.options.is_last_attempt(failures),
        };
        ask(self.options, &failure, self.decision(Rule::of(reason)))
    }

    /// Returns [`decided`](Self::decided), or else the decision of the rules.
    pub(super) fn decision(&self, rule: Rule) -> Decision {
        if let Some(decision) = self.decided {
            return decision;
        }
        let is_lenient = !self.options.is_strict;
        let is_retried = match rule {
            Rule::Final => false,
            Rule::Retried => true,
            Rule::RetriedUnlessStrict | Rule::RetriedLateUnlessStrict => is_lenient,
            Rule::RetriedWithRetryAfterUnlessStrict => is_lenient && self.has_retry_after,
        };
        match is_retried {
            true => Decision::Retry,
            false => Decision::End,
        }
    }

    /// Returns how long to wait after a failure, in milliseconds.
    fn delay(&mut self, rule: Rule) -> u32 {
        let options = self.options;
        let retry = self
            .retry_ms
            .min(options.max_retry_ms)
            .max(options.min_delay_ms);
        let cap = options.max_delay_ms.max(retry);
        let start = match rule {
            Rule::RetriedLateUnlessStrict => cap,
            _ => retry,
        };
        let delay = doubled(start, self.doublings, cap);
        // 32 doublings of any delay but 0 exceed every cap, so more need not be counted.
        self.doublings = self.doublings.plus(1).min(32);
        let seconds = self.retry_after.min(options.max_retry_after);
        let retry_after_ms = seconds.times(1_000);
        self.forget_response();
        let delay = delay.max(retry_after_ms);
        match options.has_jitter {
            true => self.jitter.scatter(delay),
            false => delay,
        }
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Reconnect<'_> {
    /// Writes how many attempts in a row have failed.
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Reconnect {{ failures: {=u32}, .. }}", self.failures);
    }
}
