//! What is decided about a response or a failure.

use super::reason::{Reason, RedirectReason, ServerReason};
use crate::wire::media_type::is_event_stream;

/// What [`Reconnect::judge`](super::Reconnect::judge) has to know of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct ResponseInfo {
    /// The status code.
    pub status: u16,
    /// Whether the `Content-Type` is `text/event-stream`.
    pub is_event_stream: bool,
    /// The seconds of `Retry-After`, or 0 if that is a date.
    pub retry_after: Option<u32>,
}

/// What to do with a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Verdict {
    /// Read the stream.
    Open,
    /// Send the request to the URL in `Location`. Limit the number of redirects in a row. Do not send credentials to
    /// another origin, nor after a redirect back.
    Redirect {
        /// Whether the next reconnects also go to that URL, if it answers with a stream.
        permanent: bool,
    },
    /// There is no stream: call [`Reconnect::failed`](super::Reconnect::failed) with this reason.
    Failed(Reason),
}

/// A failure that [`ReconnectOptions::on_failure`](super::ReconnectOptions::on_failure) decides about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Failure {
    /// Why there is no stream.
    pub reason: Reason,
    /// The response, if its status or its type is the reason.
    pub response: Option<ResponseInfo>,
    /// Whether as many attempts in a row have failed as
    /// [`ReconnectOptions::max_attempts`](super::ReconnectOptions::max_attempts) allows. The client ends then, unless the response
    /// is opened.
    pub is_last_attempt: bool,
}

/// What to do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Decision {
    /// Read the body of the response as an event stream. Only a response that has a body, is not compressed and is no
    /// redirect can be opened. For others this means `Retry`.
    Open,
    /// Try again later. A request whose method is not safe may be carried out twice.
    Retry,
    /// Do not connect again.
    End,
}

/// Whether a response with this status can have a body that is read. A 1xx and a 204 have none. Of redirects the lines
/// about the body are not read.
pub(super) const fn has_readable_body(status: u16) -> bool {
    !matches!(status, ..200 | 204 | 300..=399)
}

impl ResponseInfo {
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

/// What becomes of a failure if no function of the caller decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    Final,
    Retried,
    RetriedUnlessStrict,
    /// With the longest delay: somebody has to change something first.
    RetriedLateUnlessStrict,
    /// If the response has a `Retry-After`.
    RetriedIfAskedUnlessStrict,
}

impl Rule {
    pub fn of(reason: Reason) -> Self {
        match reason {
            Reason::Network(_) | Reason::Response(_) => Rule::Retried,
            Reason::Server(ServerReason::WrongType)
            | Reason::Redirect(RedirectReason::NoBuffer | RedirectReason::Unsupported) => {
                Rule::RetriedLateUnlessStrict
            }
            Reason::Server(ServerReason::NoContent)
            | Reason::Redirect(RedirectReason::NoLocation)
            | Reason::Caller(_) => Rule::Final,
            Reason::Redirect(_) => Rule::Retried,
            Reason::Server(ServerReason::Status(status)) => match status {
                // The server wants to speak another protocol than HTTP.
                101 => Rule::Retried,
                // Statuses over 599 count as 5xx (RFC 9110, section 15).
                408 | 421 | 425 | 429 | 500.. => Rule::RetriedUnlessStrict,
                400.. => Rule::RetriedIfAskedUnlessStrict,
                _ => Rule::Final,
            },
        }
    }
}
