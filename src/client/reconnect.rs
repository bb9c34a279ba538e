//! Decides whether and when a client reconnects.

use super::backoff::{Jitter, doubled};
use super::decision::{Decision, Failure, ResponseInfo, Rule, Verdict, has_readable_body};
use super::reason::{EndedBy, Reason, ServerReason};
use super::reconnect_options::ReconnectOptions;
use crate::bytes::exact::Exact;
use crate::time::Instant;

/// Decides whether a client connects again, and when. This is the policy of [WHATWG HTML 9.2.3], and it also retries
/// when a server restarts or misbehaves: only what the server or the standard says is final ends it. It knows no HTTP:
/// use it with any HTTP client and a [`Decoder`](crate::Decoder). If the client's bodies implement `Read` of
/// `embedded-io`, a `ReconnectingReader` makes the calls below.
///
/// **Call [`judge`](Self::judge) for each response, [`opened`](Self::opened) when a stream begins, and
/// [`delivered`](Self::delivered) when the stream has given an event. Call [`failed`](Self::failed) when the stream
/// has ended or an attempt has failed, also if `judge` says so: it returns when to try again.**
///
/// | failure | by default | [`strict`](ReconnectOptions::strict) |
/// | --- | --- | --- |
/// | no connection; a connection that is lost, ends or is silent; a response that cannot be understood | retried | retried |
/// | status 408, 421, 425, 429, 5xx; another 4xx with `Retry-After` | retried | final |
/// | 200 and no event stream, as captive portals answer | retried, with the longest delay | final |
/// | a redirect that leads nowhere | retried | retried |
/// | a redirect for which there is no buffer, or which the connector does not support | retried, with the longest delay | final |
/// | 204, other statuses, a redirect without `Location` | final | final |
///
/// The delay is the reconnection time: 3 s, or what the server has set. Each failure in a row doubles it, up to
/// [`max_delay`](ReconnectOptions::max_delay). A `Retry-After` can prolong it. Up to half of it is added at random, so that clients
/// that have lost one server together do not come back together.
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
    options: &'a ReconnectOptions<'a>,
    jitter: Jitter,
    retry_ms: u32,
    /// The `Retry-After` of the last response, in seconds. 0 if it has none, or names a date.
    retry_after: u32,
    /// How many attempts have failed in a row.
    failures: u32,
    /// How many times the delay was doubled.
    doublings: u8,
    /// When the open stream counts as a success; `NEVER` if no stream is open.
    stable_at: Instant,
    delivered: bool,
    /// Whether the last response has a `Retry-After`.
    pub(super) has_retry_after: bool,
    /// Overrules the rules for the failure that is not counted yet. It is the decision of `on_failure`, or of an
    /// [`EventSource`](super::EventSource), which knows the request. `None`: the rules decide.
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

    /// Decides what to do with a response.
    pub fn judge(&mut self, response: &ResponseInfo) -> Verdict {
        let verdict = self.judge_by_rules(response);
        let Verdict::Failed(reason) = verdict else {
            return verdict;
        };
        if let Some(ask) = self.options.ask {
            let decision = ask(self, self.failures_of_answer(), reason, Some(*response));
            if decision == Some(Decision::Open) && has_readable_body(response.status) {
                return Verdict::Open;
            }
            self.decided = decision;
        }
        verdict
    }

    /// [`judge`](Self::judge) without `on_failure`.
    pub(super) fn judge_by_rules(&mut self, response: &ResponseInfo) -> Verdict {
        self.forget_answer();
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

    /// Notes that a stream has begun.
    pub fn opened(&mut self, now: Instant) {
        self.stable_at = now.after(self.options.stable_ms);
        // What an earlier response has asked for does not count for this stream.
        self.forget_answer();
        self.note_time(now);
    }

    /// Notes that the stream has given an event: the next delay is the reconnection time again.
    pub fn delivered(&mut self) {
        self.delivered = true;
    }

    /// Starts again: earlier failures do not count any more.
    pub fn restarted(&mut self) {
        self.doublings = 0;
        self.failures = 0;
        self.stable_at = Instant::NEVER;
        self.delivered = false;
        self.forget_answer();
    }

    /// Sets the reconnection time, in milliseconds, that the server has sent, within the limits of the options.
    pub fn set_retry(&mut self, milliseconds: u32) {
        self.retry_ms = milliseconds;
    }

    /// Returns the reconnection time in milliseconds, as the options or the server have set it.
    pub const fn retry(&self) -> u32 {
        self.retry_ms
    }

    /// Notes that the stream has ended, or that the attempt has failed. Returns when to try again.
    ///
    /// # Errors
    ///
    /// Who has decided that there is no next attempt.
    pub fn failed(&mut self, now: Instant, reason: Reason) -> Result<Instant, EndedBy> {
        if let (Some(ask), None) = (self.options.ask, self.decided) {
            self.decided = ask(self, self.failures_at(now), reason, None);
        }
        let result = self.failed_by_rules(now, reason);
        self.decided = None;
        result
    }

    /// [`failed`](Self::failed) without `on_failure`. What is [`decided`](Self::decided) overrules the rules.
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
        let is_last_attempt = self.is_last_attempt(self.failures);
        let rule = Rule::of(reason);
        if self.decision(rule) == Decision::End {
            return Err(EndedBy::Policy);
        }
        if is_last_attempt {
            return Err(EndedBy::Attempts);
        }
        Ok(now.after(self.delay(rule)))
    }

    fn forget_answer(&mut self) {
        self.decided = None;
        self.has_retry_after = false;
        self.retry_after = 0;
    }

    /// Without a seed, times are the seed.
    pub(super) fn note_time(&mut self, now: Instant) {
        if !self.options.is_seeded {
            self.jitter.stir(now);
        }
    }

    /// Whether there is no attempt after so many failures in a row.
    fn is_last_attempt(&self, failures: u32) -> bool {
        self.options.max_failures != 0 && failures >= self.options.max_failures
    }

    /// How many attempts in a row have failed if the attempt or stream under way fails now.
    pub(super) fn failures_at(&self, now: Instant) -> u32 {
        match self.delivered || now >= self.stable_at {
            true => 0,
            false => self.failures_of_answer(),
        }
    }

    /// How many attempts in a row have failed if the response under way is no stream.
    const fn failures_of_answer(&self) -> u32 {
        // It may saturate: no limit is larger.
        self.failures.saturating_add(1)
    }

    /// Asks `on_failure` about a failure, and tells it the decision of the rules, or the exception to them. It cannot undo
    /// the end of the last attempt. `failures` counts the attempts in a row that have failed, with this one. Returns the
    /// decision; `None` if there is no such function, or if the failure is the caller's fault.
    pub(super) fn ask(
        &self,
        failures: u32,
        reason: Reason,
        response: Option<ResponseInfo>,
        exception: Option<Decision>,
    ) -> Option<Decision> {
        let on_failure = self.options.on_failure?;
        if let Reason::Caller(_) = reason {
            return None;
        }
        let decision = exception.unwrap_or_else(|| self.decision(Rule::of(reason)));
        let is_last_attempt = self.is_last_attempt(failures);
        let failure = Failure {
            reason,
            response,
            is_last_attempt,
        };
        if !is_last_attempt {
            return Some(on_failure(&failure, decision));
        }
        match on_failure(&failure, Decision::End) {
            Decision::End => Some(decision),
            // A body that can be read is no failure. Whoever retries is ended by the number of attempts.
            other => Some(other),
        }
    }

    /// What was decided, or else what the rules say.
    fn decision(&self, rule: Rule) -> Decision {
        if let Some(decision) = self.decided {
            return decision;
        }
        let is_lenient = !self.options.is_strict;
        let is_retried = match rule {
            Rule::Final => false,
            Rule::Retried => true,
            Rule::RetriedUnlessStrict | Rule::RetriedLateUnlessStrict => is_lenient,
            Rule::RetriedIfAskedUnlessStrict => is_lenient && self.has_retry_after,
        };
        match is_retried {
            true => Decision::Retry,
            false => Decision::End,
        }
    }

    /// How long to wait after a failure, in milliseconds.
    fn delay(&mut self, rule: Rule) -> u32 {
        let options = self.options;
        let retry = self
            .retry_ms
            .min(options.max_retry_ms)
            .max(options.floor_ms);
        let cap = options.cap_ms.max(retry);
        let start = match rule {
            Rule::RetriedLateUnlessStrict => cap,
            _ => retry,
        };
        let delay = doubled(start, self.doublings, cap);
        // After 32 doublings any delay is at its cap.
        self.doublings = self.doublings.plus(1).min(32);
        let seconds = self.retry_after.min(options.max_retry_after);
        let asked_for = seconds.times(1_000);
        self.forget_answer();
        let delay = delay.max(asked_for);
        match options.is_scattered {
            true => self.jitter.scatter(delay),
            false => delay,
        }
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Reconnect<'_> {
    /// Writes how many attempts have failed.
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Reconnect {{ failures: {=u32}, .. }}", self.failures);
    }
}
