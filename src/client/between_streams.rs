//! What the options `on_failure`, `error_body` and `resume_by_get` do between two streams.

use super::decision::{Decision, Failure, Rule, has_readable_body};
use super::error_body::ErrorBody;
use super::event_source::EventSource;
use super::http_exchange::HttpExchange;
use super::last_event_id::can_resume;
use super::lifecycle::ClientState;
use super::options::ClientOptions;
use super::reason::{NetworkReason, Reason, ResponseReason};
use crate::time::Instant;

/// Is called by each `poll` while an event source has no open stream: while it has no connection, and while it receives an error
/// body. That is several times for one loss.
///
/// Gets the rest of the input. Returns whether it has opened the response. If it needs the connection, it sets the state to
/// [`Connected`](ClientState::Connected).
pub(super) type BetweenStreams =
    for<'s, 'a, 'i> fn(&'s mut EventSource<'a>, Instant, &mut &'i [u8]) -> bool;

/// Returns the function for `on_failure`, `error_body` and `resume_by_get`.
///
/// The three options share one function pointer, so that a program without them pays for one call. There is a closure for
/// each combination, so that a program links only the code of the options that it sets.
pub(super) const fn between_streams(options: &ClientOptions<'_>) -> BetweenStreams {
    let has_on_failure = options.reconnect.on_failure.is_some();
    match (
        options.request.resumes_by_get,
        has_on_failure,
        options.keeps_error_body,
    ) {
        (false, false, false) => |_, _, _| false,
        (false, false, true) => |source, now, input| source.receive_error_body(now, input),
        (false, true, false) => |source, now, _| source.ask_on_failure(now),
        (false, true, true) => {
            |source, now, input| source.ask_on_failure(now) || source.receive_error_body(now, input)
        }
        (true, false, false) => |source, now, _| {
            source.resume_by_get(now);
            false
        },
        (true, false, true) => |source, now, input| {
            source.resume_by_get(now);
            source.receive_error_body(now, input)
        },
        (true, true, false) => |source, now, _| {
            source.resume_by_get(now);
            source.ask_on_failure(now)
        },
        (true, true, true) => |source, now, input| {
            source.resume_by_get(now);
            source.ask_on_failure(now) || source.receive_error_body(now, input)
        },
    }
}

impl EventSource<'_> {
    /// Changes the next request to a `GET` if it resumes and the next step is `Connect`.
    fn resume_by_get(&mut self, now: Instant) {
        let connects = match self.lifecycle.state {
            ClientState::Start => true,
            ClientState::Waiting(_) => now >= self.lifecycle.deadline,
            _ => false,
        };
        if connects && can_resume(&self.decoder) {
            self.chain.redirects.switch_to_get();
        }
    }

    /// Asks `on_failure` about a failure. Asks only once, because [`Reconnect::decided`](super::Reconnect) stores its decision.
    /// Returns whether it has opened the response.
    fn ask_on_failure(&mut self, now: Instant) -> bool {
        let (chain, lifecycle) = (&mut self.chain, &mut self.lifecycle);
        let reconnect = &mut lifecycle.reconnect;
        while let (ClientState::Lost(reason), None) = (lifecycle.state, reconnect.decided) {
            let response = match reason {
                Reason::Server(_) => chain.exchange.response_info(),
                _ => None,
            };
            let exception = chain.exception(
                &lifecycle.options.request,
                &self.decoder,
                reason,
                reconnect.has_retry_after,
            );
            let by_rules = exception.unwrap_or_else(|| reconnect.decision(Rule::of(reason)));
            let options = &lifecycle.options.reconnect;
            let failure = Failure {
                reason,
                response,
                is_last_attempt: options.is_last_attempt(reconnect.failures_at(now)),
            };
            let decision = options.ask_on_failure(&failure, by_rules);
            let can_open = response.is_some_and(|response| has_readable_body(response.status));
            if !(decision == Some(Decision::Open) && can_open) {
                reconnect.decided = decision;
                return false;
            }
            if !chain.exchange.is_encoded() {
                chain.exchange.open();
                lifecycle.state = ClientState::Connected;
                lifecycle.opened(now);
                return true;
            }
            // The content coding is another failure, so `on_failure` is asked again.
            lifecycle.state = ClientState::Lost(Reason::Response(ResponseReason::Encoded));
        }
        false
    }

    /// Receives a part of the body of a response that is no event stream, and keeps the connection until the body has ended.
    /// Then the response is the reason of the failure again, whatever has ended the body. Returns `false`, as it opens no stream.
    fn receive_error_body(&mut self, now: Instant, input: &mut &[u8]) -> bool {
        let (lifecycle, exchange) = (&mut self.lifecycle, &mut self.chain.exchange);
        if let (HttpExchange::Head(head), ClientState::Lost(reason @ Reason::Server(_))) =
            (&exchange, lifecycle.state)
        {
            if has_readable_body(head.status) {
                *exchange = HttpExchange::Error(ErrorBody::new(head.body(), reason));
                lifecycle.state = ClientState::Connected;
            }
        }
        let HttpExchange::Error(error) = exchange else {
            return false;
        };
        let is_received = match lifecycle.state {
            ClientState::Connected => true,
            // The input had arrived before the client noticed the timeout, so use it.
            ClientState::Lost(Reason::Network(NetworkReason::SlowHead | NetworkReason::Idle)) => {
                true
            }
            ClientState::Lost(_) => false,
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
