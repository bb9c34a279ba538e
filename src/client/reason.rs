//! Why a client has no stream.

use core::fmt;

/// Why a stream was lost, could not be had, or is not asked for any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Reason {
    /// No connection to the server could be made.
    Unreachable,
    /// The URL wants what the connector cannot do, such as encryption.
    Unsupported,
    /// The connection has ended, or the response.
    Lost,
    /// No byte came for as long as the options allow.
    Idle,
    /// The answer has this status.
    Status(u16),
    /// The answer is no event stream.
    WrongType,
    /// The server wants no more requests: the answer is 204.
    NoContent,
    /// As many attempts in a row have failed as the options allow.
    Exhausted,
    /// [`close`](super::EventSource::close) was called.
    Closed,
    /// More redirects in a row than the options allow.
    TooManyRedirects,
    /// A redirect that names no place.
    NoLocation,
    /// A redirect to what is no URL of an HTTP server.
    InvalidLocation,
    /// A redirect from an encrypted connection to one that is not.
    InsecureLocation,
    /// A redirect to a URL that is longer than the buffer for it.
    LocationTooLong,
    /// The answer is no HTTP/1.
    MalformedHead,
    /// A line of the head that matters is longer than the free part of the buffer, or the head is longer
    /// than the options allow.
    HeadTooLong,
    /// The head names several lengths, or a transfer coding other than `chunked`.
    Framing,
    /// The body is not chunked as it should be.
    InvalidChunk,
    /// The answer is compressed.
    Encoded,
    /// The buffer has no room for a request.
    BufferTooSmall,
}

impl Reason {
    /// Why a response with this status is no event stream.
    pub(super) const fn of_status(status: u16) -> Self {
        match status {
            200 => Self::WrongType,
            204 => Self::NoContent,
            status => Self::Status(status),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::Unreachable => "server cannot be reached",
            Reason::Unsupported => "no such connection can be made here",
            Reason::Lost => "connection was lost",
            Reason::Idle => "nothing came for too long",
            Reason::Status(status) => return write!(f, "answer has status {status}"),
            Reason::WrongType => "answer is no event stream",
            Reason::NoContent => "server wants no more requests",
            Reason::Exhausted => "too many attempts failed",
            Reason::Closed => "closed by the client itself",
            Reason::TooManyRedirects => "too many redirects",
            Reason::NoLocation => "redirect names no place",
            Reason::InvalidLocation => "redirect to what is no URL of an HTTP server",
            Reason::InsecureLocation => "redirect to an unencrypted connection",
            Reason::LocationTooLong => "redirect to a URL that does not fit its buffer",
            Reason::MalformedHead => "answer is no HTTP",
            Reason::HeadTooLong => "head of the answer is too long",
            Reason::Framing => "length of the answer is unclear",
            Reason::InvalidChunk => "body is not chunked as it should be",
            Reason::Encoded => "answer is compressed",
            Reason::BufferTooSmall => "buffer has no room for a request",
        })
    }
}

impl core::error::Error for Reason {}
