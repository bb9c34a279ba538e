//! What a client wants, and what it tells.

use super::reason::{EndedBy, Reason};
use crate::decode::{Event, Kind};
use crate::http::Url;
use crate::time::Instant;
use crate::wire::text::{EventId, Text};

/// What an [`EventSource`](super::EventSource) wants, or has to tell.
///
/// # Examples
///
/// ```
/// use embedded_sse::client::{ClientOptions, EventSource, Notice, EventSourceOutput};
/// use embedded_sse::{Instant, http::Url};
///
/// let options = ClientOptions::new();
/// let mut buffer = [0; 256];
/// let url = Url::new("http://device.local/events")?;
/// let mut source = EventSource::new(url, &options, &mut buffer);
/// let now = Instant::from_millis(0);
///
/// let EventSourceOutput::Connect(url) = source.poll(now, &mut &b""[..]) else { panic!() };
/// assert_eq!((url.host(), url.port()), ("device.local", 80));
/// source.connected(now);
/// let EventSourceOutput::Send(request) = source.poll(now, &mut &b""[..]) else { panic!() };
/// assert!(request.starts_with(b"GET /events HTTP/1.1\r\nHost: device.local\r\n"));
/// let length = request.len();
/// source.sent(now, length);
///
/// let mut input = &b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: on\n\n"[..];
/// assert_eq!(source.poll(now, &mut input), EventSourceOutput::Notice(Notice::Open));
/// let EventSourceOutput::Notice(Notice::Event(event)) = source.poll(now, &mut input) else { panic!() };
/// assert_eq!(event.data, "on");
/// assert!(matches!(source.poll(now, &mut input), EventSourceOutput::Wait(_)));
/// # Ok::<(), embedded_sse::http::InvalidUrl>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum EventSourceOutput<'s> {
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
        /// What follows the colon.
        text: Text<'s>,
        /// Whether this is the last part.
        ends: bool,
    },
    /// An event that does not fit the buffer was dropped. The stream goes on.
    Overflow,
    /// There is no stream any more, or still none. Drop the connection.
    Reconnecting {
        /// Why.
        reason: Reason,
        /// When the next attempt begins.
        at: Instant,
    },
    /// There will be no stream any more, unless [`restart`](super::EventSource::restart) is called. Drop the connection.
    Closed {
        /// Why there is no stream.
        reason: Reason,
        /// Who has decided that this is final.
        by: EndedBy,
    },
}

/// As `readyState` of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ReadyState {
    /// There is no stream yet, or none any more.
    Connecting,
    /// Events come.
    Open,
    /// There will be none.
    Closed,
}

/// What has to be kept over a deep sleep or a reboot, for the stream to go on where it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ResumePoint<'s> {
    /// Of the last event. Empty if there is none.
    pub last_event_id: EventId<'s>,
    /// The reconnection time in milliseconds, if the server has set it.
    pub retry: Option<u32>,
}

/// An [`EventSourceOutput`] that borrows nothing, so that drivers can loop around it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Connect,
    Send { length: usize },
    SendBody { sent: usize },
    Wait,
    Notice(NoticeKind),
}

/// A [`Notice`] that borrows nothing, so that drivers can loop around it. The event source makes the notice of it, and
/// keeps the rest: this is small, and returned in registers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NoticeKind {
    Open,
    Found(Kind),
    Overflow,
    Reconnecting,
    Closed,
}

impl NoticeKind {
    /// Makes the notice. `found` returns the event, or a comment's text as its data; `no_stream` tells why there is no
    /// stream.
    #[inline(always)] // both are closures of its only caller
    pub fn notice<'s>(
        self,
        found: impl Fn() -> Event<'s>,
        no_stream: impl FnOnce() -> Notice<'s>,
    ) -> Notice<'s> {
        match self {
            Self::Open => Notice::Open,
            Self::Found(Kind::Event) => Notice::Event(found()),
            Self::Found(kind) => Notice::Comment {
                text: found().data,
                ends: kind == Kind::Comment,
            },
            Self::Overflow => Notice::Overflow,
            Self::Reconnecting | Self::Closed => no_stream(),
        }
    }
}
