//! Why a client has no stream.

use core::fmt;

/// Why a stream was lost, could not be had, or is not asked for any more, by who is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Reason {
    /// There is no connection, or it was lost.
    Network(NetworkReason),
    /// The server has answered, but not with a stream.
    Server(ServerReason),
    /// The server has answered with a redirect that cannot be followed.
    Redirect(RedirectReason),
    /// The response cannot be understood.
    Response(ResponseReason),
    /// The program has to change something, or has ended the client.
    Caller(CallerReason),
}

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum NetworkReason {
    /// No connection to the server could be made.
    Unreachable,
    /// The connection was cut before the response had ended.
    Lost,
    /// The response has ended.
    Ended,
    /// No byte came within [`ClientOptions::idle_timeout`](super::ClientOptions::idle_timeout).
    Idle,
    /// The head of the response did not end within
    /// [`ClientOptions::head_timeout`](super::ClientOptions::head_timeout).
    SlowHead,
}

/// Why a response is no event stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ServerReason {
    /// The response has this status.
    Status(u16),
    /// The server wants no more requests: the status is 204.
    NoContent,
    /// The status is 200, but the type is not `text/event-stream`.
    WrongType,
}

/// Why a redirect cannot be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum RedirectReason {
    /// There are more redirects in a row than
    /// [`ClientOptions::max_redirects`](super::ClientOptions::max_redirects). A redirect loop ends with this reason.
    TooMany,
    /// There is no `Location`.
    NoLocation,
    /// The `Location` is no URL of an HTTP server.
    InvalidLocation,
    /// The `Location` leads from an encrypted connection to one that is not.
    Insecure,
    /// The `Location` does not fit the buffer of
    /// [`EventSource::follow_redirects`](super::EventSource::follow_redirects).
    LocationTooLong,
    /// There is no buffer: [`EventSource::follow_redirects`](super::EventSource::follow_redirects) was not called.
    NoBuffer,
    /// The `Location` asks for what the connector cannot do, such as encryption.
    Unsupported,
}

/// Why a response cannot be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ResponseReason {
    /// The response is not HTTP/1.
    NotHttp,
    /// The head is longer than [`ClientOptions::max_head_len`](super::ClientOptions::max_head_len), or a line of it
    /// that matters is longer than the free part of the buffer of [`EventSource::new`](super::EventSource::new).
    HeadTooLong,
    /// The head names several lengths, or a transfer coding other than `chunked`.
    Framing,
    /// A chunk of the body has no size, or its data does not end where its size says.
    InvalidChunk,
    /// The content has a coding, such as `gzip`.
    Encoded,
}

/// Why the program has to change something, or that it has ended the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum CallerReason {
    /// [`EventSource::close`](super::EventSource::close) was called.
    Closed,
    /// The URL asks for what the connector cannot do, such as encryption.
    Unsupported,
    /// The buffer of [`EventSource::new`](super::EventSource::new) has no room for a request.
    BufferTooSmall,
    /// The function of a [`DynamicField`](super::DynamicField) has failed, has written a control character, or has written
    /// a text of another length while a request was sent in parts.
    InvalidField,
}

/// Why a connector has made no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ConnectError {
    /// The server cannot be reached now: a later attempt may succeed.
    Unreachable,
    /// The URL asks for what this connector cannot do, such as encryption.
    Unsupported,
}

/// Who has decided that a client does not connect again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum EndedBy {
    /// The rules of [`Reconnect`](super::Reconnect), or the function of
    /// [`ReconnectOptions::on_failure`](super::ReconnectOptions::on_failure).
    Policy,
    /// As many attempts in a row have failed as [`ReconnectOptions::max_attempts`](super::ReconnectOptions::max_attempts)
    /// allows.
    Attempts,
    /// The program: the reason is a [`Reason::Caller`].
    Caller,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Network(reason) => reason.fmt(f),
            Reason::Server(reason) => reason.fmt(f),
            Reason::Redirect(reason) => reason.fmt(f),
            Reason::Response(reason) => reason.fmt(f),
            Reason::Caller(reason) => reason.fmt(f),
        }
    }
}

impl fmt::Display for NetworkReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NetworkReason::Unreachable => "server cannot be reached",
            NetworkReason::Lost => "connection was lost",
            NetworkReason::Ended => "response has ended",
            NetworkReason::Idle => "no byte came within the idle timeout",
            NetworkReason::SlowHead => "response head did not end within its time limit",
        })
    }
}

impl fmt::Display for ServerReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ServerReason::Status(status) => return write!(f, "response has status {status}"),
            ServerReason::NoContent => "server wants no more requests (status 204)",
            ServerReason::WrongType => "response is not of type text/event-stream",
        })
    }
}

impl fmt::Display for RedirectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RedirectReason::TooMany => "too many redirects in a row",
            RedirectReason::NoLocation => "redirect without a location",
            RedirectReason::InvalidLocation => "redirect to what is not the URL of an HTTP server",
            RedirectReason::Insecure => "redirect from https to http",
            RedirectReason::LocationTooLong => {
                "redirect to a URL that does not fit: give `follow_redirects` a longer buffer"
            }
            RedirectReason::NoBuffer => {
                "redirect: call `follow_redirects` with a buffer for the URL"
            }
            RedirectReason::Unsupported => "redirect to a URL that the connector does not support",
        })
    }
}

impl fmt::Display for ResponseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ResponseReason::NotHttp => "response is not HTTP/1",
            ResponseReason::HeadTooLong => {
                "response head is too long: raise `max_head_len`, or give `EventSource::new` a longer buffer"
            }
            ResponseReason::Framing => "response has several lengths, or an unknown transfer coding",
            ResponseReason::InvalidChunk => "response has an invalid chunk",
            ResponseReason::Encoded => "response has a content coding, such as gzip",
        })
    }
}

impl fmt::Display for CallerReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CallerReason::Closed => "client was closed",
            CallerReason::Unsupported => "the connector does not support this URL",
            CallerReason::InvalidField => "a header field could not be produced",
            CallerReason::BufferTooSmall => {
                "no room for a request: give `EventSource::new` a longer buffer"
            }
        })
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ConnectError::Unreachable => "server cannot be reached",
            ConnectError::Unsupported => "the connector does not support this URL",
        })
    }
}

impl core::error::Error for ConnectError {}
impl core::error::Error for Reason {}
impl core::error::Error for NetworkReason {}
impl core::error::Error for ServerReason {}
impl core::error::Error for RedirectReason {}
impl core::error::Error for ResponseReason {}
impl core::error::Error for CallerReason {}
