//! The rules about responses and failures.

use super::reason::{Reason, RedirectReason, ServerReason};
use crate::bytes::digits::parse_decimal;
use crate::wire::media_type::is_event_stream;

/// What [`Reconnect::judge`](super::Reconnect::judge) needs to know about a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct ResponseInfo {
    /// The status code (RFC 9110, section 15).
    pub status: u16,
    /// Whether the `Content-Type` is `text/event-stream`, in any case and with any parameters.
    pub is_event_stream: bool,
    /// The seconds of `Retry-After` (RFC 9110, section 10.2.3): 0 if it is a date, or `None` if the field is absent.
    pub retry_after: Option<u32>,
}

/// What to do with a response, as [`Reconnect::judge`](super::Reconnect::judge) decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Verdict {
    /// Read the body as an event stream.
    Open,
    /// Send the request to the URL in `Location` (RFC 9110, section 15.4). Limit the number of redirects in a row. After a
    /// redirect to another origin, do not send credentials any more, not even after a redirect back.
    Redirect {
        /// Whether later reconnects also go to that URL, if it answers with a stream.
        permanent: bool,
    },
    /// The response is no stream. Call [`Reconnect::failed`](super::Reconnect::failed) with this reason.
    Failed(Reason),
}

/// A failure, as [`ReconnectOptions::on_failure`](super::ReconnectOptions::on_failure) gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Failure {
    /// Why there is no stream.
    pub reason: Reason,
    /// The response, if its status or its type is the reason of the failure.
    pub response: Option<ResponseInfo>,
    /// Whether the number of failed attempts in a row has reached
    /// [`ReconnectOptions::max_attempts`](super::ReconnectOptions::max_attempts). The client then ends, unless the decision is
    /// [`Decision::Open`].
    pub is_last_attempt: bool,
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Decision {
    /// Read the body of the response as an event stream. Only for a response that has a body, no content coding, and is no
    /// redirect. For other failures this means `Retry`.
    Open,
    /// Try again later. If the method of the request is not safe, the server can then carry it out twice.
    Retry,
    /// Do not connect again.
    End,
}

/// Whether the body of a response with this status can be read. A 1xx and a 204 have no body. For a redirect, the fields that
/// describe the body are not kept.
pub(super) const fn has_readable_body(status: u16) -> bool {
    !matches!(status, ..200 | 204 | 300..=399)
}

impl ResponseInfo {
    /// Creates the description of a response from its status, its `Content-Type` and its `Retry-After` in seconds.
    ///
    /// Pass the value of `Content-Type` (RFC 9110, section 8.3) as it was received, or an empty text if there is none. Do not
    /// make that value from an enum of the HTTP client: such enums often have no variant for `text/event-stream`.
    ///
    /// `retry_after` is `Some(0)` if the field `Retry-After` holds a date, and `None` if there is no such field (RFC 9110,
    /// section 10.2.3).
    pub fn new(status: u16, content_type: &str, retry_after: Option<u32>) -> Self {
        Self {
            status,
            is_event_stream: is_event_stream(content_type.as_bytes()),
            retry_after,
        }
    }

    /// Creates the description of a response from its status and its header fields, of which it reads `Content-Type` and
    /// `Retry-After`.
    ///
    /// Pass all fields as they were received: the iterator of your HTTP client, with values as text or as bytes.
    ///
    /// If a name occurs twice, the last field counts. A `Retry-After` that is no number of seconds, such as a date, counts as 0
    /// s. A number over 4,294,967,295 is taken as that.
    ///
    /// ```
    /// use embedded_sse::client::ResponseInfo;
    ///
    /// let fields = [("content-type", "text/event-stream"), ("retry-after", "120")];
    /// let response = ResponseInfo::from_fields(503, fields);
    /// assert_eq!(response, ResponseInfo::new(503, "text/event-stream", Some(120)));
    /// ```
    pub fn from_fields<N: AsRef<str>, V: AsRef<[u8]>>(
        status: u16,
        fields: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let mut response = Self::new(status, "", None);
        for (name, value) in fields {
            let (name, value) = (name.as_ref(), value.as_ref().trim_ascii());
            if name.eq_ignore_ascii_case("Content-Type") {
                response.is_event_stream = is_event_stream(value);
            } else if name.eq_ignore_ascii_case("Retry-After") {
                // A date asks for a delay, too, but a device without a calendar cannot compute it.
                response.retry_after = Some(parse_decimal(value).unwrap_or(0));
            }
        }
        response
    }
}

/// What the default policy does after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    Final,
    Retried,
    RetriedUnlessStrict,
    /// With the longest delay, because a retry is of no use before somebody has changed something.
    RetriedLateUnlessStrict,
    /// `Final` if the response has no `Retry-After`.
    RetriedWithRetryAfterUnlessStrict,
}

impl Rule {
    pub fn of(reason: Reason) -> Self {
        match reason {
            Reason::Network(_) | Reason::Response(_) | Reason::Server(ServerReason::Ended) => {
                Rule::Retried
            }
            Reason::Server(ServerReason::WrongType)
            | Reason::Redirect(RedirectReason::NoBuffer | RedirectReason::Unsupported) => {
                Rule::RetriedLateUnlessStrict
            }
            Reason::Server(ServerReason::NoContent)
            | Reason::Redirect(RedirectReason::NoLocation)
            | Reason::Caller(_) => Rule::Final,
            Reason::Redirect(_) => Rule::Retried,
            Reason::Server(ServerReason::Status(status)) => match status {
                // 101 Switching Protocols is a malformed response: the client has not asked for another protocol.
                101 => Rule::Retried,
                // Statuses over 599 count as 5xx (RFC 9110, section 15).
                408 | 421 | 425 | 429 | 500.. => Rule::RetriedUnlessStrict,
                400.. => Rule::RetriedWithRetryAfterUnlessStrict,
                _ => Rule::Final,
            },
        }
    }
}
