//! What the options `on_failure`, `error_body` and `resume_by_get` do while no stream is open.

use super::decision::{Decision, Failure, Rule, has_readable_body};
use super::error_body::ErrorBody;
use super::http_exchange::HttpExchange;
use super::last_event_id::can_resume;
use super::lifecycle::{ClientState, Lifecycle};
use super::reason::{NetworkReason, Reason, ResponseReason};
use super::reconnect_options::ReconnectOptions;
use super::request_chain::RequestChain;
use super::request_options::RequestOptions;
use crate::time::Instant;

/// Is called by each `poll` while an event source has no open stream: while it has no connection, and while it receives an
/// error body. That is several times for one loss.
///
/// The last parameter is the rest of the input. Returns whether it has opened the response as a stream (`Decision::Open`). To
/// keep the connection of a lost response, it sets the state back to [`Connected`](ClientState::Connected).
pub(super) type BetweenStreams =
    fn(&mut RequestChain<'_>, &mut Lifecycle<'_>, Instant, &mut &[u8]) -> bool;

/// Returns the function for `on_failure`, `error_body` and `resume_by_get`.
///
/// The three options share one function pointer, so a program without them has only one call of an empty function. Each
/// combination has its own function, so that a program links only the code of the options that it sets.
pub(super) const fn between_streams(
    request: &RequestOptions<'_>,
    reconnect: &ReconnectOptions<'_>,
    keeps_error_body: bool,
) -> BetweenStreams {
    let has_on_failure = reconnect.on_failure.is_some();
    match (request.resumes_by_get, has_on_failure, keeps_error_body) {
        (false, false, false) => |_, _, _, _| false,
        (false, false, true) => receive_error_body,
        (false, true, false) => |chain, lifecycle, now, _| ask_on_failure(chain, lifecycle, now),
        (false, true, true) => |chain, lifecycle, now, input| {
            ask_on_failure(chain, lifecycle, now)
                || receive_error_body(chain, lifecycle, now, input)
        },
        (true, false, false) => |chain, lifecycle, now, _| {
            resume_by_get(chain, lifecycle, now);
            false
        },
        (true, false, true) => |chain, lifecycle, now, input| {
            resume_by_get(chain, lifecycle, now);
            receive_error_body(chain, lifecycle, now, input)
        },
        (true, true, false) => |chain, lifecycle, now, _| {
            resume_by_get(chain, lifecycle, now);
            ask_on_failure(chain, lifecycle, now)
        },
        (true, true, true) => |chain, lifecycle, now, input| {
            resume_by_get(chain, lifecycle, now);
            ask_on_failure(chain, lifecycle, now)
                || receive_error_body(chain, lifecycle, now, input)
        },
    }
}

/// Changes the next request to a `GET` if it resumes and the next step is `Connect`.
fn resume_by_get(chain: &mut RequestChain<'_>, lifecycle: &Lifecycle<'_>, now: Instant) {
    let connects = match lifecycle.state {
        ClientState::Start => true,
        ClientState::Waiting(_) => now >= lifecycle.deadline,
        _ => false,
    };
    if connects && can_resume(&chain.decoder) {
        chain.redirects.switch_to_get();
    }
}

/// Asks `on_failure` about a failure. Asks only once, because [`Reconnect::decided`](super::Reconnect) stores its decision.
/// Returns whether it has opened the response as a stream.
fn ask_on_failure(
    chain: &mut RequestChain<'_>,
    lifecycle: &mut Lifecycle<'_>,
    now: Instant,
) -> bool {
    let reconnect = &mut lifecycle.reconnect;
    while let (ClientState::Lost(reason), None) = (lifecycle.state, reconnect.decided) {
        let response = match reason {
            Reason::Server(_) => chain.exchange.response_info(),
            _ => None,
        };
        let exception = chain.exception(reason, reconnect.has_retry_after);
        let by_rules = exception.unwrap_or_else(|| reconnect.decision(Rule::of(reason)));
        let options = reconnect.options;
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

/// Receives a part of the body of a response that is no event stream, and keeps the connection until the body has ended or
/// is malformed, the buffer is full, or the connection is lost or times out. After that, the reason of the failure is that
/// of the response again, not the one why receiving has stopped. Returns `false`, as it opens no stream.
fn receive_error_body(
    chain: &mut RequestChain<'_>,
    lifecycle: &mut Lifecycle<'_>,
    now: Instant,
    input: &mut &[u8],
) -> bool {
    let exchange = &mut chain.exchange;
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
        ClientState::Lost(Reason::Network(NetworkReason::SlowHead | NetworkReason::Idle)) => true,
        ClientState::Lost(_) => false,
        _ => return false,
    };
    if is_received && error.receive(&mut chain.decoder, input) {
        lifecycle.check_deadline(now);
        if lifecycle.is_connected() {
            return false;
        }
    }
    lifecycle.lose(error.reason);
    false
}
