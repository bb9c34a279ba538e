//! What a client wants, and what it tells.

use super::reason::Reason;
use crate::decode::Event;
use crate::http::Url;
use crate::time::Instant;
use crate::wire::text::Text;

/// What an [`EventSource`](super::EventSource) wants, or has to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Output<'s> {
    /// Connect to host and port of this URL. Drop the connection before, if there is one.
    Connect(Url<'s>),
    /// These bytes go to the server. There is at least one.
    Send(&'s [u8]),
    /// For bytes, or that time.
    Wait(Instant),
    /// Something has come, or changed.
    Notice(Notice<'s>),
}

/// What comes of an event stream, and what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Notice<'s> {
    /// The stream has begun.
    Open,
    /// An event.
    Event(Event<'s>),
    /// A comment, or a part of one where the input was cut; only if the options ask for them.
    Comment {
        /// Behind the colon.
        text: Text<'s>,
        /// Whether this is the last part.
        ends: bool,
    },
    /// An event that does not fit the buffer was dropped. The stream goes on.
    Overflow,
    /// There is no stream any more, or still none. Drop the connection.
    Connecting {
        /// Why.
        reason: Reason,
        /// When the next attempt begins.
        at: Instant,
    },
    /// There will be no stream any more. Drop the connection.
    Closed(Reason),
}

/// An [`Output`] that borrows nothing, so that drivers can loop around it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Connect,
    Send { length: usize },
    SendBody { sent: usize },
    Wait,
    Notice(NoticeKind),
}

/// A [`Notice`] that borrows nothing, so that drivers can loop around it. Where the text of an event or a comment
/// lies is kept by the event source: this is small, and returned in registers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NoticeKind {
    Open,
    Event,
    Comment,
    Overflow,
    Connecting(Reason),
    Closed(Reason),
}
