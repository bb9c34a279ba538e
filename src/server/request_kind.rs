//! The classification of requests by path, method, `Accept` and check.

use super::allowed_origins::AllowedOrigins;
use super::server_options::ServerOptions;
use crate::http::{HeaderField, Request, Response, Status};

/// How a server treats a request.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum RequestKind {
    /// A `GET` of the event stream.
    Stream,
    /// A `HEAD` of the event stream: the client gets the response head alone.
    Head,
    /// A CORS preflight for the event stream: an `OPTIONS`, if any origin is allowed.
    Preflight,
    /// A request for another path. Respond to it, or let it get a 404.
    Other,
    /// A request for the event stream that is refused with this response.
    Refuse(&'static Response<'static>),
}

impl RequestKind {
    /// Classifies a request by path, method and `Accept`. If these three allow a stream, calls the check of the options.
    pub(super) fn of(request: &Request<'_>, options: &ServerOptions<'_>) -> Self {
        if request.is_path(options.path) {
            Self::of_stream(request, options)
        } else {
            Self::Other
        }
    }

    /// Classifies a request as [`of`](Self::of) does, but as if its path were that of the stream.
    pub(super) fn of_stream(request: &Request<'_>, options: &ServerOptions<'_>) -> Self {
        if request.is_method("GET") || request.is_method("HEAD") {
            if !request.accepts_event_streams() {
                return Self::Refuse(&NOT_ACCEPTABLE);
            }
            return match options.check.and_then(|check| check(request)) {
                Some(refusal) => Self::Refuse(refusal),
                None if request.is_method("HEAD") => Self::Head,
                None => Self::Stream,
            };
        }
        if request.is_method("OPTIONS") && options.allowed_origins != AllowedOrigins::None {
            return Self::Preflight;
        }
        Self::Refuse(&METHOD_NOT_ALLOWED)
    }
}

static NOT_ACCEPTABLE: Response = Response::refusal(Status::NOT_ACCEPTABLE);
static METHOD_NOT_ALLOWED: Response =
    Response::refusal(Status::METHOD_NOT_ALLOWED).own_fields(&ALLOW);
static ALLOW: [HeaderField; 1] = [HeaderField::constant("Allow", "GET, HEAD")];
