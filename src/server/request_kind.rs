//! What a request asks for.

use super::allowed_origins::AllowedOrigins;
use super::server_options::ServerOptions;
use crate::http::{HeaderField, Request, Response, Status};

/// What a request is for.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum RequestKind {
    /// The event stream.
    Stream,
    /// The head of the response that a stream would have.
    Head,
    /// Whether a page may ask for the stream.
    Preflight,
    /// Another path, which the caller may serve.
    Other,
    /// Something that is refused so.
    Refuse(&'static Response<'static>),
}

impl RequestKind {
    /// Judges a request by its path, its method, its `Accept`, and the check of the options.
    pub(super) fn of(request: &Request<'_>, options: &ServerOptions<'_>) -> Self {
        if request.is_path(options.path) {
            Self::of_stream(request, options)
        } else {
            Self::Other
        }
    }

    /// As [`of`](Self::of), whatever the path.
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
