//! When to reconnect, and when not to.

use super::backoff::Backoff;
use crate::time::Instant;
use crate::wire::media_type::is_event_stream;

/// Decides whether a client connects again, and when: the policy of [WHATWG HTML 9.2.3], made fit for
/// servers that restart. It knows no HTTP: use it with any client, and a [`Decoder`](crate::Decoder). If the client's
/// bodies implement `Read` of `embedded-io`, a `ReconnectingReader` of `io::blocking` or `io::asynch` makes the
/// calls below.
///
/// **Ask [`judge`](Self::judge) about each response. Tell [`opened`](Self::opened) when a stream begins,
/// [`delivered`](Self::delivered) when it has given an event, and [`failed`](Self::failed) when it has
/// ended, or could not be had: that says when to try again.**
///
/// [WHATWG HTML 9.2.3]: https://html.spec.whatwg.org/multipage/server-sent-events.html
///
/// # Examples
///
/// ```
/// use embedded_sse::client::{Answer, Reconnect, ReconnectOptions, Verdict};
/// use embedded_sse::{Decoder, Instant};
///
/// let options = ReconnectOptions::new().seed(0x5eed);
/// let mut reconnect = Reconnect::new(&options);
/// let mut decoder = Decoder::<[u8; 256]>::new();
///
/// // A request was answered with 200.
/// let answer = Answer::new(200, "text/event-stream", None);
/// assert_eq!(reconnect.judge(&answer), Verdict::Open);
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
/// // The connection is lost: ask again then, with `decoder.last_event_id()`.
/// decoder.end_stream();
/// let at = reconnect.failed(now).unwrap();
/// assert!((250..=500).contains(&at.since(now)));
/// # Ok::<(), embedded_sse::Overflow>(())
/// ```
#[derive(Clone, Debug)]
pub struct Reconnect<'a> {
    options: &'a ReconnectOptions<'a>,
    backoff: Backoff,
    retry_ms: u32,
    /// What the last response asks for, in seconds.
    retry_after: u32,
    /// How many attempts have failed in a row.
    failures: u32,
    /// Since when a stream is open; never, if none is.
    opened: Instant,
    delivered: bool,
}

/// How a client reconnects.
#[derive(Clone, Copy)]
#[must_use]
pub struct ReconnectOptions<'a> {
    retry_ms: u32,
    floor_ms: u32,
    cap_ms: u32,
    stable_ms: u32,
    max_failures: u32,
    seed: u32,
    is_scattered: bool,
    is_strict: bool,
    judge: Option<Judge<'a>>,
}

/// A second opinion on a response, and what would be done without it.
type Judge<'a> = &'a (dyn Fn(&Answer, Verdict) -> Verdict + Sync);

/// What of a response says whether it is an event stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Whether its type is `text/event-stream`.
    pub is_event_stream: bool,
    /// The seconds of its `Retry-After`: 0 if that is a date. An [`EventSource`](super::EventSource) waits
    /// for 65,535 s at most.
    pub retry_after: Option<u32>,
}

/// What is to be done with a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Verdict {
    /// Read the stream.
    Open,
    /// Ask at the URL in its `Location`, a few times in a row at most. Whoever sends credentials asks no other
    /// server with them.
    Redirect {
        /// Also after the next loss.
        permanent: bool,
    },
    /// Try again later.
    Retry,
    /// Never ask again.
    Stop,
}

impl<'a> ReconnectOptions<'a> {
    /// The options that the methods name as defaults.
    pub const fn new() -> Self {
        Self {
            retry_ms: 3_000,
            floor_ms: 100,
            cap_ms: 60_000,
            stable_ms: 10_000,
            max_failures: 0,
            seed: 0,
            is_scattered: true,
            is_strict: false,
            judge: None,
        }
    }

    /// After how many milliseconds to try again at first, as long as no server has said so: 3 s by
    /// default.
    pub const fn retry(mut self, milliseconds: u32) -> Self {
        self.retry_ms = milliseconds;
        self
    }

    #[cfg(feature = "http")]
    pub(super) const fn initial_retry(&self) -> u32 {
        self.retry_ms
    }

    /// No delay is shorter, whatever a server says: 100 ms by default.
    pub const fn floor(mut self, milliseconds: u32) -> Self {
        self.floor_ms = milliseconds;
        self
    }

    /// No delay is longer, unless `Retry-After` asks for it: 60 s by default.
    pub const fn cap(mut self, milliseconds: u32) -> Self {
        self.cap_ms = milliseconds;
        self
    }

    /// A stream that was open for so long, or has given an event, was a success: 10 s by default.
    pub const fn stable(mut self, milliseconds: u32) -> Self {
        self.stable_ms = milliseconds;
        self
    }

    /// How many attempts may fail in a row: any number, by default, which 0 stands for.
    pub const fn attempts(mut self, count: u32) -> Self {
        self.max_failures = count;
        self
    }

    /// Where the random part of delays begins: a number that differs from device to device, such as a
    /// serial number. Half of each delay is random.
    pub const fn seed(mut self, seed: u32) -> Self {
        self.seed = seed;
        self
    }

    /// Delays are exact, without a random part.
    pub const fn exact(mut self) -> Self {
        self.is_scattered = false;
        self
    }

    /// As the standard has it: any answer but a stream or a redirect is final. By default, those with a
    /// status of 500 or more, with 429, and with a `Retry-After` are tried again.
    pub const fn strict(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// Asks this function about each answer. It is told what would be done without it.
    ///
    /// ```
    /// use embedded_sse::client::{Answer, ReconnectOptions, Verdict};
    ///
    /// // The login page of a captive portal is no reason to give up.
    /// let patient = |answer: &Answer, verdict| match verdict {
    ///     Verdict::Stop if answer.status == 200 => Verdict::Retry,
    ///     _ => verdict,
    /// };
    /// let options = ReconnectOptions::new().judge(&patient);
    /// ```
    pub const fn judge(mut self, judge: Judge<'a>) -> Self {
        self.judge = Some(judge);
        self
    }
}

impl Default for ReconnectOptions<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl core::fmt::Debug for ReconnectOptions<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
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
    /// Tells some of the options.
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

#[cfg(feature = "defmt")]
impl defmt::Format for Reconnect<'_> {
    /// Tells how many attempts have failed.
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Reconnect {{ failures: {=u32}, .. }}", self.failures);
    }
}

impl Answer {
    /// An answer with this status, this value of `Content-Type` as it was received, or an empty one if there is none,
    /// and this `Retry-After` in seconds. Enums of other HTTP clients often lack the type: read the field itself.
    pub fn new(status: u16, content_type: &str, retry_after: Option<u32>) -> Self {
        Self {
            status,
            is_event_stream: is_event_stream(content_type.as_bytes()),
            retry_after,
        }
    }
}

impl<'a> Reconnect<'a> {
    /// Before the first attempt.
    pub const fn new(options: &'a ReconnectOptions<'a>) -> Self {
        Self {
            options,
            backoff: Backoff::new(options.seed),
            retry_ms: options.retry_ms,
            retry_after: 0,
            failures: 0,
            opened: Instant::NEVER,
            delivered: false,
        }
    }

    /// What is to be done with a response.
    pub fn judge(&mut self, answer: &Answer) -> Verdict {
        let by_standard = match answer.status {
            200 if answer.is_event_stream => Verdict::Open,
            301 | 308 => Verdict::Redirect { permanent: true },
            302 | 303 | 307 => Verdict::Redirect { permanent: false },
            _ => Verdict::Stop,
        };
        let may_pass = matches!(answer.status, 429 | 500..) || answer.retry_after.is_some();
        let verdict = match by_standard {
            Verdict::Stop if may_pass && answer.status != 204 && !self.options.is_strict => {
                Verdict::Retry
            }
            verdict => verdict,
        };
        let verdict = match self.options.judge {
            Some(judge) => judge(answer, verdict),
            None => verdict,
        };
        // Others say something else by it.
        self.retry_after = match verdict {
            Verdict::Retry => answer.retry_after.unwrap_or(0),
            _ => 0,
        };
        verdict
    }

    /// A stream has begun.
    pub fn opened(&mut self, now: Instant) {
        self.opened = now;
    }

    /// The stream has given an event, so the next delay is the shortest again.
    pub fn delivered(&mut self) {
        self.delivered = true;
    }

    /// The client begins anew: what has failed does not count any more.
    pub fn restarted(&mut self) {
        self.backoff.reset();
        self.failures = 0;
        self.opened = Instant::NEVER;
        self.delivered = false;
        self.retry_after = 0;
    }

    /// The server has set the reconnection time, in milliseconds. The next delay is that, within the limits
    /// of the options.
    pub fn set_retry(&mut self, milliseconds: u32) {
        self.retry_ms = milliseconds;
        self.backoff.reset();
    }

    /// The reconnection time in milliseconds, as the options or the server have set it.
    pub const fn retry(&self) -> u32 {
        self.retry_ms
    }

    /// The stream has ended, or could not be had: when to try again. `None` when as many attempts in a
    /// row have failed as the options allow.
    pub fn failed(&mut self, now: Instant) -> Option<Instant> {
        let options = self.options;
        let was_stable =
            self.opened != Instant::NEVER && now.since(self.opened) >= u64::from(options.stable_ms);
        if self.delivered || was_stable {
            self.backoff.reset();
            self.failures = 0;
        } else {
            // It is only compared with `max_failures`, which is no larger.
            self.failures = self.failures.saturating_add(1);
        }
        self.delivered = false;
        self.opened = Instant::NEVER;
        if options.max_failures != 0 && self.failures >= options.max_failures {
            return None;
        }
        let delay = self.backoff.next(
            self.retry_ms,
            options.floor_ms,
            options.cap_ms,
            options.is_scattered,
        );
        // An `Answer` of the caller may name any number of seconds.
        let asked_for = self.retry_after.saturating_mul(1_000);
        self.retry_after = 0;
        Some(now.after(delay.max(asked_for)))
    }
}
