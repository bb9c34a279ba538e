//! Decides whether and when a client reconnects.

use super::backoff::Backoff;
use crate::time::Instant;
use crate::wire::media_type::is_event_stream;

/// Decides whether a client connects again, and when. This is the policy of [WHATWG HTML 9.2.3], and it also retries
/// when a server restarts. It knows no HTTP: use it with any HTTP client and a [`Decoder`](crate::Decoder). If the
/// client's bodies implement `Read` of `embedded-io`, a `ReconnectingReader` makes the calls below.
///
/// **Call [`judge`](Self::judge) for each response, [`opened`](Self::opened) when a stream begins, and
/// [`delivered`](Self::delivered) when the stream has given an event. Call [`failed`](Self::failed) when the stream
/// has ended or an attempt has failed: it returns when to try again.**
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
/// // The connection is lost: send the next request at this time, with `decoder.last_event_id()`.
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
    /// The `Retry-After` of the last response, in seconds.
    retry_after: u32,
    /// How many attempts have failed in a row.
    failures: u32,
    /// When the open stream has begun; `NEVER` if no stream is open.
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

/// Gets a response and the verdict without this function. Returns the verdict that counts.
type Judge<'a> = &'a (dyn Fn(&Answer, Verdict) -> Verdict + Sync);

/// The parts of a response that [`Reconnect::judge`] decides by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Whether the `Content-Type` is `text/event-stream`.
    pub is_event_stream: bool,
    /// The seconds of `Retry-After`, or 0 if that is a date. An [`EventSource`](super::EventSource) waits
    /// for 65,535 s at most.
    pub retry_after: Option<u32>,
}

/// What to do with a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Verdict {
    /// Read the stream.
    Open,
    /// Send the request to the URL in `Location`. Limit the number of redirects in a row. Do not send credentials to
    /// another origin.
    Redirect {
        /// Whether the next reconnects also go to that URL.
        permanent: bool,
    },
    /// Try again later.
    Retry,
    /// Do not connect again.
    Stop,
}

impl<'a> ReconnectOptions<'a> {
    /// Creates the default options.
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

    /// Sets the reconnection time, in milliseconds, until a server sets it. The default is 3 s.
    pub const fn retry(mut self, milliseconds: u32) -> Self {
        self.retry_ms = milliseconds;
        self
    }

    #[cfg(feature = "http")]
    pub(super) const fn initial_retry(&self) -> u32 {
        self.retry_ms
    }

    /// Sets the shortest delay, in milliseconds. A server cannot ask for less. The default is 100 ms.
    pub const fn floor(mut self, milliseconds: u32) -> Self {
        self.floor_ms = milliseconds;
        self
    }

    /// Sets the longest delay, in milliseconds. Only `Retry-After` can ask for more. The default is 60 s.
    pub const fn cap(mut self, milliseconds: u32) -> Self {
        self.cap_ms = milliseconds;
        self
    }

    /// Sets how many milliseconds a stream has to be open to count as a success. A stream that has given an event is a
    /// success at once. The default is 10 s.
    pub const fn stable(mut self, milliseconds: u32) -> Self {
        self.stable_ms = milliseconds;
        self
    }

    /// Sets after how many failed attempts in a row to give up. The default is 0: never.
    pub const fn attempts(mut self, count: u32) -> Self {
        self.max_failures = count;
        self
    }

    /// Sets the seed of the random part of delays. Use a number that differs from device to device, such as a serial
    /// number. Half of each delay is random.
    pub const fn seed(mut self, seed: u32) -> Self {
        self.seed = seed;
        self
    }

    /// Makes delays exact, without a random part.
    pub const fn exact(mut self) -> Self {
        self.is_scattered = false;
        self
    }

    /// Follows the standard strictly: any response but a stream or a redirect is final. By default, the client tries
    /// again after status 429, after 500 and above, and after a response with `Retry-After`.
    pub const fn strict(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// Sets a function that decides about each response. It also gets the verdict that would count without it.
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

#[cfg(feature = "defmt")]
impl defmt::Format for Reconnect<'_> {
    /// Writes how many attempts have failed.
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Reconnect {{ failures: {=u32}, .. }}", self.failures);
    }
}

impl Answer {
    /// Creates an answer from a status, the value of `Content-Type` as it was received, which is empty if there is none,
    /// and a `Retry-After` in seconds. Enums of other HTTP clients often lack the type: read the field itself.
    pub fn new(status: u16, content_type: &str, retry_after: Option<u32>) -> Self {
        Self {
            status,
            is_event_stream: is_event_stream(content_type.as_bytes()),
            retry_after,
        }
    }
}

impl<'a> Reconnect<'a> {
    /// Creates the policy before the first attempt.
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

    /// Decides what to do with a response.
    pub fn judge(&mut self, answer: &Answer) -> Verdict {
        let is_strict = self.options.is_strict;
        let verdict = match answer.status {
            200 if answer.is_event_stream => Verdict::Open,
            301 | 308 => Verdict::Redirect { permanent: true },
            302 | 303 | 307 => Verdict::Redirect { permanent: false },
            204 => Verdict::Stop,
            429 | 500.. if !is_strict => Verdict::Retry,
            _ if answer.retry_after.is_some() && !is_strict => Verdict::Retry,
            _ => Verdict::Stop,
        };
        let verdict = match self.options.judge {
            Some(judge) => judge(answer, verdict),
            None => verdict,
        };
        // With another verdict, `Retry-After` does not delay a reconnect.
        self.retry_after = match verdict {
            Verdict::Retry => answer.retry_after.unwrap_or(0),
            _ => 0,
        };
        verdict
    }

    /// Notes that a stream has begun.
    pub fn opened(&mut self, now: Instant) {
        self.opened = now;
    }

    /// Notes that the stream has given an event: the next delay is the reconnection time again.
    pub fn delivered(&mut self) {
        self.delivered = true;
    }

    /// Starts again: earlier failures do not count any more.
    pub fn restarted(&mut self) {
        self.backoff.reset();
        self.failures = 0;
        self.opened = Instant::NEVER;
        self.delivered = false;
        self.retry_after = 0;
    }

    /// Sets the reconnection time, in milliseconds, that the server has sent. The next delay is this time, within the
    /// limits of the options.
    pub fn set_retry(&mut self, milliseconds: u32) {
        self.retry_ms = milliseconds;
        self.backoff.reset();
    }

    /// Returns the reconnection time in milliseconds, as the options or the server have set it.
    pub const fn retry(&self) -> u32 {
        self.retry_ms
    }

    /// Notes that the stream has ended, or that the attempt has failed. Returns when to try again, or `None` if as many
    /// attempts in a row have failed as the options allow.
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
