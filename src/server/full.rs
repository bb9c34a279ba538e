//! The response to a request for a stream while no slot is free.

#[cfg(feature = "http")]
use {
    super::chunking::Chunking,
    super::connection_state::{FixedResponse, State},
    super::scratch::Scratch,
    super::session::Session,
    super::stream_options::StreamOptions,
    crate::http::{HeaderField, Response, Status},
    crate::time::Instant,
};

/// The header field `Retry-After: 5` of the 503 that a client gets while no slot is free (RFC 9110, section 10.2.3).
///
/// It asks the client to retry after 5 s. `Connection::refuse_stream` and `io::asynch` send it for you. If another HTTP stack
/// owns the socket, send it yourself when no slot is free.
pub const RETRY_AFTER: (&str, &str) = ("Retry-After", "5");

/// The response while no slot is free.
#[cfg(feature = "http")]
pub(super) static BUSY: Response =
    Response::refusal(Status::SERVICE_UNAVAILABLE).own_fields(&BUSY_FIELDS);
#[cfg(feature = "http")]
static BUSY_FIELDS: [HeaderField; 1] = [HeaderField::constant(RETRY_AFTER.0, RETRY_AFTER.1)];

/// A pointer to `begin_short_stream`, so that programs do not link it unless they set
/// [`reconnect_when_full`](super::ServerOptions::reconnect_when_full).
#[cfg(feature = "http")]
pub(super) type BeginShortStream = for<'a> fn(
    &mut State<'a>,
    &mut Scratch<'_>,
    Instant,
    &'a StreamOptions<'a>,
    &'static Chunking,
) -> bool;
#[cfg(feature = "http")]
pub(super) const BEGIN_SHORT_STREAM: BeginShortStream = begin_short_stream;

/// Begins a stream that ends after its preamble, or for `HEAD` sends only its response head. Call it only if the request is
/// unanswered. Returns `false` if the `Accept` of the request does not name `text/event-stream`: then the client is no event
/// source, and could not use the stream.
#[cfg(feature = "http")]
fn begin_short_stream<'a>(
    state: &mut State<'a>,
    scratch: &mut Scratch<'_>,
    now: Instant,
    options: &'a StreamOptions<'a>,
    chunking: &'static Chunking,
) -> bool {
    let request = scratch.request();
    if !request.asks_for_event_stream() {
        return false;
    }
    let is_head_request = request.is_method("HEAD");
    let chunking = Chunking::of(chunking, &request);
    scratch.chunking = chunking;
    *state = match is_head_request {
        true => State::Response(FixedResponse::head_only(&chunking.head)),
        false => State::Stream(Session::ended(now, options)),
    };
    true
}
