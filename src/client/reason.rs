//! Why a client has no stream.

/// Names why a client has no stream. The variants are grouped by who caused it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// No connection could be made, or it was lost or too slow.
    Network(NetworkReason),
    /// The server has sent a valid response that is no event stream, or has ended the stream.
    Server(ServerReason),
    /// The server has sent a redirect that the client cannot follow.
    Redirect(RedirectReason),
    /// The client cannot read the response.
    Response(ResponseReason),
    /// The program has made an error, or has closed the client.
    Caller(CallerReason),
}

/// Why a connection could not be made, or was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetworkReason {
    /// The server could not be reached.
    Unreachable,
    /// The connection was lost before the end of the response.
    Lost,
    /// No byte arrived within the idle timeout: `ClientOptions::idle_timeout`, or that of a `ReconnectingReader`.
    Idle,
    /// The head of the response did not end within `ClientOptions::head_timeout`.
    SlowHead,
}

/// Why a valid response is no event stream, or is none any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerReason {
    /// The response has this status, which is neither 200, 204 nor one of a redirect.
    Status(u16),
    /// The status is 204: the server asks for no more requests.
    NoContent,
    /// The status is 200, but the type is not `text/event-stream`.
    WrongType,
    /// The server has ended the stream: the body of the response is complete. A response with neither a length nor chunks is
    /// complete when the server closes its side of the connection, even within an event.
    Ended,
}

/// Why a client cannot follow a redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedirectReason {
    /// There were more redirects in a row than `ClientOptions::max_redirects`. A redirect loop ends with this reason.
    TooMany,
    /// The response has no `Location`.
    NoLocation,
    /// The `Location` is no valid `http` or `https` URL.
    InvalidLocation,
    /// The `Location` leads from `https` to `http`.
    Insecure,
    /// The `Location` does not fit the buffer of `EventSource::follow_redirects`.
    LocationTooLong,
    /// The client has no buffer for redirects: `EventSource::follow_redirects` was not called.
    NoBuffer,
    /// The connector does not support the `Location`, for example because its scheme is `https`.
    Unsupported,
}

/// Why a client cannot read a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseReason {
    /// The head is malformed, or not one of HTTP/1.
    NotHttp,
    /// The head is longer than `ClientOptions::max_head_len`, or a line of the head that the client needs (the status line, or
    /// a header field such as `Content-Type`) is longer than the space that the last event ID leaves in the buffer of
    /// `EventSource::new`.
    HeadTooLong,
    /// `Content-Length` is no number or has different values, or the transfer coding is neither `chunked` nor `identity`.
    Framing,
    /// The size of a chunk is missing, malformed or over 4 GB, or no line end follows the data of a chunk.
    InvalidChunk,
    /// The response has a content coding, such as `gzip`.
    Encoded,
}

/// Which error of the program, or which call, has ended the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallerReason {
    /// `EventSource::close` was called.
    Closed,
    /// The connector does not support the URL of the program, for example because its scheme is `https`.
    Unsupported,
    /// The buffer of `EventSource::new` has no room for a request.
    BufferTooSmall,
    /// The function of a `DynamicField` has failed, has written a control character other than a tab, or has written values of
    /// different lengths for one request. A request is sent in parts, and the function is called for each part.
    InvalidField,
}

/// Why a connector could not connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectError {
    /// The server could not be reached. A later attempt can succeed.
    Unreachable,
    /// The connector does not support the URL, for example because its scheme is `https`.
    Unsupported,
}

/// Who has decided that a client does not reconnect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum EndedBy {
    /// The rules of [`Reconnect`](super::Reconnect), or the function of
    /// [`ReconnectOptions::on_failure`](super::ReconnectOptions::on_failure).
    Policy,
    /// The number of failed attempts in a row has reached
    /// [`ReconnectOptions::max_attempts`](super::ReconnectOptions::max_attempts).
    Attempts,
    /// The program. The reason is a [`Reason::Caller`].
    Caller,
}

words!([] Reason {
    ; inner {
        Self::Network(reason) => reason,
        Self::Server(reason) => reason,
        Self::Redirect(reason) => reason,
        Self::Response(reason) => reason,
        Self::Caller(reason) => reason,
    }
});

words!([] NetworkReason {
    Self::Unreachable => "server cannot be reached",
    Self::Lost => "connection was lost",
    Self::Idle => "no byte came within the idle timeout",
    Self::SlowHead => "response head did not end within its time limit",
});

words!([] ServerReason {
    Self::NoContent => "server wants no more requests (status 204)",
    Self::WrongType => "response is not of type text/event-stream",
    Self::Ended => "response has ended";
    format {
        Self::Status(status) => "response has status {}", status,
    }
});

words!([] RedirectReason {
    Self::TooMany => "too many redirects in a row",
    Self::NoLocation => "redirect without a location",
    Self::InvalidLocation => "redirect to an invalid URL",
    Self::Insecure => "redirect from https to http",
    Self::LocationTooLong => "redirect to a URL that does not fit: give `follow_redirects` a longer buffer",
    Self::NoBuffer => "redirect: call `follow_redirects` with a buffer for the URL",
    Self::Unsupported => "redirect to a URL that the connector does not support",
});

words!([] ResponseReason {
    Self::NotHttp => "response is not HTTP/1",
    Self::HeadTooLong => "response head is too long: raise `max_head_len`, or give `EventSource::new` a longer buffer",
    Self::Framing => "response has an invalid length or an unsupported transfer coding",
    Self::InvalidChunk => "response has an invalid chunk",
    Self::Encoded => "response has a content coding, such as gzip",
});

words!([] CallerReason {
    Self::Closed => "client was closed",
    Self::Unsupported => "the connector does not support this URL",
    Self::InvalidField => "a header field could not be produced",
    Self::BufferTooSmall => "no room for a request: give `EventSource::new` a longer buffer",
});

words!([] ConnectError {
    Self::Unreachable => "server cannot be reached",
    Self::Unsupported => "the connector does not support this URL",
});

impl core::error::Error for ConnectError {}
impl core::error::Error for Reason {}
impl core::error::Error for NetworkReason {}
impl core::error::Error for ServerReason {}
impl core::error::Error for RedirectReason {}
impl core::error::Error for ResponseReason {}
impl core::error::Error for CallerReason {}
