//! How far a connection has come.

use super::ending::Ending;
use super::exchange::ServerOptions;
use super::output::{Close, Outcome};
use super::reply::{Answer, Stream};
use super::session::Session;

/// The state of a connection.
#[derive(Debug)]
pub(super) enum State<'a> {
    /// Reads the request.
    Head,
    /// Waits for the caller to answer it.
    Request,
    Answer(Answer<'a>),
    Stream(Stream<'a>),
    Ended(Ending),
}

impl<'a> State<'a> {
    pub const fn is_unanswered(&self) -> bool {
        matches!(self, Self::Head | Self::Request)
    }

    /// The stream, once it has begun.
    pub const fn session(&self) -> Option<&Session<'a>> {
        match self {
            Self::Stream(stream) => Some(&stream.session),
            _ => None,
        }
    }

    /// The socket cannot be shut down. After a stream only its drop tells the client of the end: `true` if there was one.
    #[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
    pub const fn skip_linger(&mut self) -> bool {
        match self {
            Self::Ended(ending) if matches!(ending.outcome, Outcome::Streamed(_)) => {
                ending.skip_linger();
                true
            }
            _ => false,
        }
    }

    /// How long a client may take no byte.
    pub const fn write_timeout_ms(&self, options: &ServerOptions<'_>) -> u32 {
        match self {
            Self::Stream(stream) => stream.session.write_timeout_ms(),
            _ => options.stream.write_timeout_ms,
        }
    }

    /// Ends a stream when the frame under way is whole, and lets no other request begin one.
    pub fn end(&mut self) {
        match self {
            Self::Stream(stream) => stream.session.end(),
            Self::Head | Self::Request => self.close(Outcome::HungUp),
            _ => {}
        }
    }

    /// The client takes no byte.
    pub fn give_up(&mut self) {
        match self {
            Self::Ended(ending) if matches!(ending.outcome, Outcome::Streamed(_)) => {
                ending.give_up();
            }
            Self::Stream(_) => *self = Self::Ended(Ending::of_stream(Close::Stalled)),
            _ => *self = Self::Ended(Ending::abrupt(Outcome::HungUp)),
        }
    }

    /// There is nothing to send any more.
    pub fn close(&mut self, outcome: Outcome) {
        *self = Self::Ended(Ending::graceful(outcome));
    }
}
