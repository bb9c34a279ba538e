//! What the options `on_failure`, `error_body` and `resume_by_get` do when there is no stream.

use super::decision::{Decision, has_readable_body};
use super::error_body::ErrorBody;
use super::event_source::EventSource;
use super::exchange::Exchange;
use super::lifecycle::State;
use super::options::ClientOptions;
use super::reason::{NetworkReason, Reason, ResponseReason};
use crate::decode::Decoder;
use crate::time::Instant;

/// Called with the rest of the input while an event source has no connection, also before it asks for one, and while it
/// receives an error body. That is several times for one loss. Returns whether it has opened the response. If it still needs
/// the connection, it sets the state to connected.
pub(super) type NoStream =
    for<'s, 'a, 'i> fn(&'s mut EventSource<'a>, Instant, &mut &'i [u8]) -> bool;

/// Returns the function for `on_failure`, `error_body` and `resume_by_get`. One function pointer serves all: a program
/// without them has one call, and links none of their code.
pub(super) const fn no_stream(options: &ClientOptions<'_>) -> NoStream {
    let has_on_failure = options.reconnect.on_failure.is_some();
    match (has_on_failure, options.keeps_error_body) {
        (false, false) => after_loss::<false, false>(options),
        (false, true) => after_loss::<false, true>(options),
        (true, false) => after_loss::<true, false>(options),
        (true, true) => after_loss::<true, true>(options),
    }
}

/// Returns the function for those of `on_failure` and `error_body` that are set, and for `resume_by_get`.
const fn after_loss<const ON_FAILURE: bool, const ERROR_BODY: bool>(
    options: &ClientOptions<'_>,
) -> NoStream {
    match options.resumes_by_get {
        false => |source, now, input| {
            (ON_FAILURE && source.ask_on_failure(now))
                || (ERROR_BODY && source.receive_error_body(now, input))
        },
        true => |source, now, input| {
            source.resume_by_get(now);
            (ON_FAILURE && source.ask_on_failure(now))
                || (ERROR_BODY && source.receive_error_body(now, input))
        },
    }
}

/// Whether there is a last event ID at which the next request can resume.
pub(super) fn can_resume(decoder: &Decoder<&mut [u8]>) -> bool {
    let id = decoder.last_event_id();
    // A longer id is forgotten before the next request, so there is nothing to resume at.
    !id.is_empty() && id.len() <= decoder.capacity() / 2
}

impl EventSource<'_> {
    /// Makes a `GET` of the request for which a connection is about to be made, if it resumes.
    fn resume_by_get(&mut self, now: Instant) {
        let connects = match self.lifecycle.state {
            State::Start => true,
            State::Waiting(_) => now >= self.lifecycle.deadline,
            _ => false,
        };
        if connects && can_resume(&self.decoder) {
            self.attempt.redirects.ask_by_get();
        }
    }

    /// Asks `on_failure` about a failure, once: [`Reconnect::decided`](super::Reconnect) keeps its decision. Returns whether
    /// it has opened the response.
    fn ask_on_failure(&mut self, now: Instant) -> bool {
        let (attempt, lifecycle) = (&mut self.attempt, &mut self.lifecycle);
        let reconnect = &mut lifecycle.reconnect;
        while let (State::Lost(reason), None) = (lifecycle.state, reconnect.decided) {
            let answer = match reason {
                Reason::Server(_) => attempt.exchange.answer(),
                _ => None,
            };
            let exception = attempt.exception(
                lifecycle.options,
                &self.decoder,
                reason,
                reconnect.has_retry_after,
            );
            let failures = reconnect.failures_at(now);
            let decision = reconnect.ask(failures, reason, answer, exception);
            let can_open = answer.is_some_and(|answer| has_readable_body(answer.status));
            if !(decision == Some(Decision::Open) && can_open) {
                reconnect.decided = decision;
                return false;
            }
            if !attempt.exchange.is_encoded() {
                attempt.exchange.open();
                lifecycle.state = State::Connected;
                lifecycle.opened(now);
                return true;
            }
            // A content coding is a failure of its own: `on_failure` is asked again.
            lifecycle.state = State::Lost(Reason::Response(ResponseReason::Encoded));
        }
        false
    }

    /// Receives a part of the body of a response that is no stream, and keeps the connection for the rest of it. Once the
    /// body is over, the response is the reason again, whatever has ended the body. Opens nothing: returns `false`.
    fn receive_error_body(&mut self, now: Instant, input: &mut &[u8]) -> bool {
        let (lifecycle, exchange) = (&mut self.lifecycle, &mut self.attempt.exchange);
        if let (Exchange::Head(head), State::Lost(reason @ Reason::Server(_))) =
            (&exchange, lifecycle.state)
        {
            if has_readable_body(head.status) {
                *exchange = Exchange::Error(ErrorBody::new(head.body(), reason));
                lifecycle.state = State::Connected;
            }
        }
        let Exchange::Error(error) = exchange else {
            return false;
        };
        let is_received = match lifecycle.state {
            State::Connected => true,
            // The input counts, although the client sees only now that the time is up.
            State::Lost(Reason::Network(NetworkReason::SlowHead | NetworkReason::Idle)) => true,
            State::Lost(_) => false,
            _ => return false,
        };
        if is_received && error.receive(&mut self.decoder, input) {
            lifecycle.check_deadline(now);
            if lifecycle.is_connected() {
                return false;
            }
        }
        lifecycle.lose(error.reason);
        false
    }
}
