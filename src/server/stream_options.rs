//! Options of a stream.

use super::filter::NEXT_WANTED;
use super::initial_id::NEXT_RECORD_OR_ID;
use super::initial_state::InitialState;
use super::progress::{NEXT_RECORD, RecordChoice};
use super::ring::Cursor;
use super::stage::Stage;
use crate::bytes::exact::Exact;
use crate::encode::{Frame, SliceSink};
use crate::event_type;
use crate::wire::media_type::STREAM_FIELDS;
use crate::wire::text::EventType;

/// The options of a stream, for a [`Session`](super::Session) or a server.
///
/// Times are in milliseconds.
///
/// # Examples
///
/// ```
/// use embedded_sse::server::{Start, StreamOptions};
/// use embedded_sse::{EventType, event_type};
///
/// const NAMES: &[EventType] = &[event_type!("temperature"), event_type!("alarm")];
/// const OPTIONS: StreamOptions = StreamOptions::new()
///     .retry(2_000)
///     .start(Start::LatestOfEachType)
///     .event_types(NAMES);
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct StreamOptions<'a> {
    // Rare options are function pointers or trait objects, so that programs that do not set them do not link their code.
    pub(super) retry: u32,
    pub(super) retry_jitter: u32,
    pub(super) padding: Option<fn(u32) -> &'static [u8]>,
    pub(super) keep_alive: Frame<'a>,
    pub(super) keep_alive_ms: u32,
    pub(super) loss_notice: Frame<'a>,
    pub(super) start: Start,
    pub(super) choice: RecordChoice<'a>,
    /// The stage after preamble and loss notice, for a client that is new or has lost events.
    pub(super) opening: Stage,
    pub(super) initial_state: Option<&'a dyn InitialState>,
    pub(super) lifetime_ms: u32,
    pub(super) write_timeout_ms: u32,
}

/// What a client without a last event ID gets first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Start {
    /// Only the frames that are published from now on.
    #[default]
    Live,
    /// All frames of the log.
    Oldest,
    /// The newest event of each type in the log. Events whose type has 256 bytes or more are all sent.
    LatestOfEachType,
}

impl Start {
    /// Returns the cursors where a client begins and where its snapshot ends, in a log from `oldest` to `newest`.
    pub(super) const fn range(self, oldest: Cursor, newest: Cursor) -> (Cursor, Cursor) {
        match self {
            Start::Live => (newest, newest),
            Start::Oldest => (oldest, oldest),
            Start::LatestOfEachType => (oldest, newest),
        }
    }
}

const LOST: Frame<'static> = Frame::new().event_type(event_type!("lost")).with_data(b"");

impl<'a> StreamOptions<'a> {
    /// Returns the default options. Each method documents its default.
    pub const fn new() -> Self {
        Self {
            retry: 3_000,
            retry_jitter: 0,
            padding: None,
            keep_alive: Frame::new().with_comment(b""),
            keep_alive_ms: 15_000,
            loss_notice: LOST,
            start: Start::Live,
            choice: RecordChoice {
                only: None,
                next: NEXT_RECORD,
                next_record: NEXT_RECORD,
            },
            opening: Stage::Live,
            initial_state: None,
            lifetime_ms: 0,
            write_timeout_ms: 20_000,
        }
    }

    /// Sets the reconnection time of clients, in milliseconds (WHATWG HTML 9.2.6, `retry`): 3 s by default.
    pub const fn retry(mut self, milliseconds: u32) -> Self {
        self.retry = milliseconds;
        self
    }

    /// Adds up to this time, in milliseconds, to the reconnection time of each client: 0 by default. A sum over 4,294,967,295
    /// ms is sent as that.
    ///
    /// Then clients that lose their server at the same moment do not all return at the same moment. The added time depends on
    /// when the client connects and on how many streams have begun before. So clients that connect in the same millisecond get
    /// different times. A jitter of 11 ms suffices for 8 of them.
    pub const fn retry_jitter(mut self, milliseconds: u32) -> Self {
        self.retry_jitter = milliseconds;
        self
    }

    /// Sends a comment of 2 KB (2,049 bytes, with its line end) at the start of the stream, after `retry`. It is for proxies
    /// and clients that buffer the first bytes of a response. By default there is none.
    pub const fn padding(mut self) -> Self {
        self.padding = Some(unsent_padding);
        self
    }

    /// Sets the time, in milliseconds, without a byte after which a keep-alive frame is sent: 15 s by default, as WHATWG HTML
    /// 9.2.7 suggests. 0 means never.
    pub const fn keep_alive(mut self, milliseconds: u32) -> Self {
        self.keep_alive_ms = milliseconds;
        self
    }

    /// Sets the keep-alive frame: an empty comment by default (WHATWG HTML 9.2.7). Use an event if pages are to see
    /// keep-alives.
    pub const fn keep_alive_frame(mut self, frame: Frame<'a>) -> Self {
        self.keep_alive = frame;
        self
    }

    /// Sets the loss notice, the frame that tells a client that it has missed events: by default an event of the type `lost`
    /// with empty data.
    pub const fn loss_notice(mut self, frame: Frame<'a>) -> Self {
        self.loss_notice = frame;
        self
    }

    /// Sets what a client without a last event ID gets first: by default only the frames that are published from now on.
    pub const fn start(mut self, start: Start) -> Self {
        self.start = start;
        if let Start::LatestOfEachType = start {
            self.choice.next = NEXT_WANTED;
        }
        self
    }

    /// Sends only events of these types; by default those of all types. An empty list sends no event. Comments, frames that
    /// have only a `retry` or only an id, and the loss notice are not filtered.
    ///
    /// A client that waits for a rare event resumes from the last event that it got. If that one was overwritten, the client
    /// gets a loss notice, even if all missed events were of other types.
    pub const fn event_types(mut self, names: &'a [EventType<'a>]) -> Self {
        self.choice.only = Some(names);
        self.choice.next = NEXT_WANTED;
        self
    }

    /// Sets a hook that writes the present state, frame by frame, for a client without a last event ID or with a loss. There is
    /// none by default.
    ///
    /// The frames go to that client alone and take no room in the log. They come after the loss notice and before the frames of
    /// the log. A client that resumes without a loss does not get them.
    ///
    /// The hook is called with 0, 1, 2 and so on, each time with an empty sink. It writes the frame of that number and returns
    /// `true`, or returns `false` after the last frame. A hook that never returns `false` is stopped only by the end of the
    /// stream.
    ///
    /// A frame may be as long as the scratch of the connection. If the stream is chunked, it has to be 8 bytes shorter. Writing
    /// a longer one returns [`BufferTooSmall`](crate::BufferTooSmall), and the frame is left out. Frames need no id: a client
    /// resumes by the ids of the log.
    ///
    /// [`event_types`](Self::event_types) does not filter these frames. With [`Start::LatestOfEachType`], the client gets two
    /// events of a type that is both in the log and in the present state. If the hook writes the whole state, use
    /// [`Start::Live`].
    ///
    /// The hook runs while the log is not locked. An event that is published while the hook runs is sent after these frames,
    /// even if they contain its state already. [`Session::poll`](super::Session::poll) has no buffer, so it sends no present
    /// state.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::fmt::Write;
    /// use core::sync::atomic::{AtomicBool, AtomicI32, Ordering};
    /// use embedded_sse::server::{ServerOptions, StreamOptions};
    /// use embedded_sse::{BufferTooSmall, DataWriter, Frame, SliceSink, event_type};
    ///
    /// const TEMPERATURE: Frame = Frame::new().event_type(event_type!("temperature"));
    /// const DOOR: Frame = Frame::new().event_type(event_type!("door"));
    /// static CELSIUS: AtomicI32 = AtomicI32::new(21);
    /// static IS_OPEN: AtomicBool = AtomicBool::new(true);
    ///
    /// static SERVER: ServerOptions =
    ///     ServerOptions::new("/events").stream(StreamOptions::new().initial_state(&present_state));
    ///
    /// fn present_state(number: u32, sink: &mut SliceSink<'_>) -> bool {
    ///     let written = match number {
    ///         0 => write_temperature(sink),
    ///         1 => DOOR.with_data(if IS_OPEN.load(Ordering::Relaxed) { b"open" } else { b"shut" }).write_to(sink),
    ///         _ => return false,
    ///     };
    ///     if written.is_err() {
    ///         // Say in your log that the scratch is too short.
    ///     }
    ///     true
    /// }
    ///
    /// fn write_temperature(sink: &mut SliceSink<'_>) -> Result<(), BufferTooSmall> {
    ///     let mut data = DataWriter::new(sink, &TEMPERATURE)?;
    ///     // `finish` returns its error.
    ///     let _ = write!(data, "{}", CELSIUS.load(Ordering::Relaxed));
    ///     data.finish()
    /// }
    /// ```
    pub const fn initial_state(
        mut self,
        hook: &'a (impl Fn(u32, &mut SliceSink<'_>) -> bool + Sync),
    ) -> Self {
        self.initial_state = Some(hook);
        self.opening = match self.opening {
            Stage::LiveWithoutId | Stage::InitialStateWithoutId => Stage::InitialStateWithoutId,
            _ => Stage::InitialState,
        };
        self
    }

    /// Sends the newest id of the log, in a block without data, to a client for which the log holds no event when it connects.
    /// With [`Start::Live`] that is every client without a last event ID. A client that gets a loss notice is treated in the
    /// same way. The frames of [`initial_state`](Self::initial_state), and frames of the log without data, come before this
    /// block. By default it is not sent.
    ///
    /// Without an id, a client whose connection is lost before its first event misses the events that are published until it
    /// reconnects.
    ///
    /// If the log [makes ids](super::EventLog::make_ids) and has made none yet, the id has the sequence 0. A client that
    /// returns with this id gets all events, or a loss notice if events were overwritten. If no event of the log has an id, no
    /// block is sent. Ids of 256 bytes and more are skipped.
    ///
    /// An event source stores the id and dispatches no event (WHATWG HTML 9.2.6). But fetch-event-source 2.0.1,
    /// extended-eventsource 2.1.0, httpx-sse 0.4.3 and sse-stream 0.3 report an event with empty data.
    pub const fn initial_id(mut self) -> Self {
        self.choice.next_record = NEXT_RECORD_OR_ID;
        if let (None, Start::Live | Start::Oldest) = (self.choice.only, self.start) {
            self.choice.next = NEXT_RECORD_OR_ID;
        }
        self.opening = match self.opening {
            Stage::InitialState | Stage::InitialStateWithoutId => Stage::InitialStateWithoutId,
            _ => Stage::LiveWithoutId,
        };
        self
    }

    /// Sets the time, in milliseconds, after which the stream ends, so that the client reconnects: 0 by default, which means
    /// never.
    pub const fn lifetime(mut self, milliseconds: u32) -> Self {
        self.lifetime_ms = milliseconds;
        self
    }

    /// Sets the time, in milliseconds, after which a client that takes no byte is disconnected: 20 s by default. 0 means never:
    /// then a client that reads nothing keeps its slot for ever.
    pub const fn write_timeout(mut self, milliseconds: u32) -> Self {
        self.write_timeout_ms = milliseconds;
        self
    }

    /// Returns the header fields, as names and values, of a response whose body is such a stream, for an HTTP stack that owns
    /// the socket. There are three.
    ///
    /// They name the media type, and tell caches and proxies not to store, transform or buffer the body. `Transfer-Encoding`,
    /// `Connection` and other fields about framing are not among them: the HTTP stack sends its own. For pages of other
    /// origins, add the fields of [`AllowedOrigins::header_fields`](super::AllowedOrigins::header_fields).
    ///
    /// ```
    /// use embedded_sse::server::StreamOptions;
    ///
    /// let mut fields = StreamOptions::new().header_fields();
    /// assert_eq!(fields.next(), Some(("Content-Type", "text/event-stream")));
    /// assert_eq!(fields.next(), Some(("Cache-Control", "no-cache, no-transform")));
    /// assert_eq!(fields.next(), Some(("X-Accel-Buffering", "no")));
    /// assert_eq!(fields.next(), None);
    /// ```
    pub fn header_fields(&self) -> impl Iterator<Item = (&'a str, &'a str)> + Clone + use<'a> {
        STREAM_FIELDS.into_iter()
    }
}

impl Default for StreamOptions<'_> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for StreamOptions<'_> {
    /// Prints some of the options.
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(
            f,
            "StreamOptions {{ retry: {=u32}, keep_alive: {=u32}, start: {}, .. }}",
            self.retry,
            self.keep_alive_ms,
            self.start
        );
    }
}

/// Returns the next part of a comment of 2 KB, of which `sent` bytes were sent. Empty after its end.
fn unsent_padding(sent: u32) -> &'static [u8] {
    const LENGTH: u32 = 2048;
    static SPACES: [u8; 64] = [b' '; 64];
    match sent {
        0 => b":",
        1..LENGTH => {
            let left = LENGTH.minus(sent) as usize;
            SPACES.get(..left).unwrap_or(&SPACES)
        }
        LENGTH => b"\n",
        _ => b"",
    }
}
