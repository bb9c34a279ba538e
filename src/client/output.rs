//! What an event source returns: actions, and notices about the stream.

use super::reason::{EndedBy, Reason};
use crate::decode::{Event, Kind};
use crate::http::Url;
use crate::time::Instant;
use crate::wire::text::{EventId, Text};

/// What [`EventSource::poll`](super::EventSource::poll) returns: an action for the program, or a notice.
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
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum EventSourceOutput<'s> {
    /// Drop the connection if there is one, then connect to the host and port of this URL.
    Connect(Url<'s>),
    /// Send these bytes to the server. There is at least one.
    Send(&'s [u8]),
    /// Wait for bytes, but not longer than until this time. [`Instant::NEVER`] means that there is no time limit.
    Wait(Instant),
    /// An event has arrived, or the state of the stream has changed.
    Notice(Notice<'s>),
}

// A request may hold credentials.
debug_and_format!(['s] EventSourceOutput<'s> {
    Self::Connect(url) => "Connect({:?})", url;
    Self::Send(bytes) => "Send({:?} bytes)", bytes.len();
    Self::Wait(until) => "Wait({:?})", until;
    Self::Notice(notice) => "Notice({:?})", notice;
});

/// An event, a comment, or a change of a client's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Notice<'s> {
    /// The stream is open: the server has answered with an event stream.
    Open,
    /// An event.
    Event(Event<'s>),
    /// A comment, or a part of one if the comment has arrived in several pieces of input. Only with
    /// [`ClientOptions::comments`](super::ClientOptions::comments).
    Comment {
        /// The text after the colon. A space that follows the colon belongs to it.
        text: Text<'s>,
        /// Whether this is the last part of the comment.
        ends: bool,
    },
    /// An event was dropped because it does not fit the buffer. The stream continues with the next event.
    Overflow,
    /// There is no stream, and the client will try again. Drop the connection.
    Reconnecting {
        /// Why there is no stream.
        reason: Reason,
        /// When the client connects again.
        at: Instant,
    },
    /// There is no stream, and the client will not try again, unless the program calls
    /// [`restart`](super::EventSource::restart). After [`close`](super::EventSource::close), `restart` has no effect. Drop the
    /// connection. Later calls of [`poll`](super::EventSource::poll) return this notice again.
    Closed {
        /// Why there is no stream.
        reason: Reason,
        /// Who has decided that this is final.
        by: EndedBy,
    },
}

/// The `readyState` of the standard (WHATWG HTML 9.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ReadyState {
    /// The client connects, or waits before it connects.
    Connecting,
    /// The stream is open.
    Open,
    /// The client will not connect again.
    Closed,
}

/// What a program stores before a deep sleep or a reboot, so that the stream continues after the last event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ResumePoint<'s> {
    /// The last event ID. Empty if there is none.
    pub last_event_id: EventId<'s>,
    /// The reconnection time in milliseconds, if the server has set it.
    pub retry: Option<u32>,
}

/// An [`EventSourceOutput`] without borrows. A driver can hold it and call the event source again.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Connect,
    Send { length: usize },
    SendBody { sent: usize },
    Wait,
    Notice(NoticeKind),
}

/// A [`Notice`] without borrows. It is small enough to be returned in registers: the event source keeps what the notice
/// consists of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NoticeKind {
    Open,
    Found(Kind),
    Overflow,
    Reconnecting,
    Closed,
}

impl NoticeKind {
    /// Makes the notice. `found` returns the event, or the text of a comment as its data. `no_stream` returns the notice that
    /// there is no stream.
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
                ends: kind == Kind::CommentEnd,
            },
            Self::Overflow => Notice::Overflow,
            Self::Reconnecting | Self::Closed => no_stream(),
        }
    }
}
