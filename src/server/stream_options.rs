//! How streams are served.

use super::filter::{SKIP, Skip};
use super::initial_id::{NEXT_RECORD, NEXT_RECORD_OR_ID, ReadNext};
use super::initial_state::InitialState;
use super::ring::Cursor;
use super::stage::Stage;
use crate::encode::{Frame, SliceSink};
use crate::event_type;
use crate::wire::exact::Exact;
use crate::wire::media_type::STREAM_FIELDS;
use crate::wire::text::EventType;

/// How a [`Session`](super::Session) serves a stream.
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
    pub(super) only: Option<&'a [EventType<'a>]>,
    pub(super) skip: Option<Skip>,
    /// The stage after preamble and loss notice, for clients that are new or have lost events.
    pub(super) opening: Stage,
    pub(super) initial_state: Option<&'a dyn InitialState>,
    pub(super) next_record: ReadNext,
    pub(super) lifetime_ms: u32,
    pub(super) write_timeout_ms: u32,
}

/// What a client without a last event ID gets first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Start {
    /// What comes from now on.
    #[default]
    Live,
    /// Everything that is kept.
    Oldest,
    /// Of everything that is kept, the last event of each type. Events whose type has 256 bytes or more are all sent.
    LatestOfEachType,
}

impl Start {
    /// Where a client begins in a log that reaches from `oldest` to `newest`, and where its snapshot ends.
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
    /// The options that their methods name as defaults.
    pub const fn new() -> Self {
        Self {
            retry: 3_000,
            retry_jitter: 0,
            padding: None,
            keep_alive: Frame::new().with_comment(b""),
            keep_alive_ms: 15_000,
            loss_notice: LOST,
            start: Start::Live,
            only: None,
            skip: None,
            opening: Stage::Live,
            initial_state: None,
            next_record: NEXT_RECORD,
            lifetime_ms: 0,
            write_timeout_ms: 20_000,
        }
    }

    /// After how many milliseconds clients reconnect: 3 s by default.
    pub const fn retry(mut self, milliseconds: u32) -> Self {
        self.retry = milliseconds;
        self
    }

    /// Up to how much longer each client waits: 0 by default. It keeps many clients from coming back
    /// all at once. The moment at which a client connects decides, and how many streams of its log have begun before: clients
    /// that come in one millisecond are told different times. A spread of 11 is wide enough for 8 of them.
    pub const fn retry_jitter(mut self, milliseconds: u32) -> Self {
        self.retry_jitter = milliseconds;
        self
    }

    /// Begins the stream with a comment of 2 KB, for proxies and clients that hold back a short
    /// answer.
    pub const fn padding(mut self) -> Self {
        self.padding = Some(unsent_padding);
        self
    }

    /// After how many milliseconds without a byte a frame keeps the connection alive: 15 s by
    /// default. 0 sends none.
    pub const fn keep_alive(mut self, milliseconds: u32) -> Self {
        self.keep_alive_ms = milliseconds;
        self
    }

    /// The frame that keeps the connection alive: an empty comment by default. An event is one that
    /// pages can see.
    pub const fn keep_alive_frame(mut self, frame: Frame<'a>) -> Self {
        self.keep_alive = frame;
        self
    }

    /// The frame that tells a client that events are missing where it stands: by default an event of
    /// the type `lost`, with empty data.
    pub const fn loss_notice(mut self, frame: Frame<'a>) -> Self {
        self.loss_notice = frame;
        self
    }

    /// What a client without a last event ID gets first: by default what comes from now on.
    pub const fn start(mut self, start: Start) -> Self {
        self.start = start;
        if let Start::LatestOfEachType = start {
            self.skip = Some(SKIP);
        }
        self
    }

    /// Serves only events of these types; none, if there are none. Frames that are no events, and the loss
    /// notice, are not held back.
    ///
    /// A client that waits for a rare event resumes from the last one that it has seen. If that has left
    /// the log meanwhile, it is told of a loss, though what it missed may have been of other types.
    pub const fn event_types(mut self, names: &'a [EventType<'a>]) -> Self {
        self.only = Some(names);
        self.skip = Some(SKIP);
        self
    }

    /// Asks this hook for the present state, frame by frame, when a client comes without a last event ID or has lost events.
    /// The frames go to that client alone and take no room in the log. They follow the loss notice; what the log holds for the
    /// client follows them.
    ///
    /// The hook is called with 0, 1, 2 and so on, and each time with an empty sink. It writes the frame of that number and returns
    /// `true`, or returns `false` if there is no such frame. Until it does, only the end of the stream ends the greeting.
    ///
    /// A frame may be as long as the scratch of the connection. A longer one is left out, and writing it returns
    /// [`BufferTooSmall`](crate::BufferTooSmall). Frames need no id: a client that comes back resumes by those of the log.
    ///
    /// A client that resumes gets no greeting. [`event_types`](Self::event_types) does not hold it back. With [`Start::LatestOfEachType`] a type
    /// of which the log has an event comes twice: [`Start::Live`] suffices if the greeting has the whole state.
    ///
    /// The lock of a shared log is not held while the hook runs. An event that is published meanwhile follows the greeting, also
    /// if the greeting has that state already. [`Session::poll`](super::Session::poll) leaves the greeting out, for it has no
    /// buffer.
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
    ///     ServerOptions::new("/events").stream(StreamOptions::new().initial_state(&greet));
    ///
    /// fn greet(number: u32, sink: &mut SliceSink<'_>) -> bool {
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

    /// Sends an id to a client that has none of this log, once it has got what the log held for it: the newest id of the log, in
    /// a block without data. Without it, a client that is cut off before its first event misses what is published until it is
    /// back.
    ///
    /// If the log [makes ids](super::EventLog::make_ids) and has made none yet, the id has the sequence 0. A client that comes back
    /// with it gets all that was published, or is told of a loss if events have given way. A log whose events have no ids
    /// sends no block. Ids of 256 bytes and more are passed over.
    ///
    /// An event source takes the id and dispatches no event (WHATWG HTML 9.2.6). But fetch-event-source 2.0.1,
    /// extended-eventsource 2.1.0, httpx-sse 0.4.3 and sse-stream 0.3 report an event with empty data.
    pub const fn initial_id(mut self) -> Self {
        self.next_record = NEXT_RECORD_OR_ID;
        self.opening = match self.opening {
            Stage::InitialState | Stage::InitialStateWithoutId => Stage::InitialStateWithoutId,
            _ => Stage::LiveWithoutId,
        };
        self
    }

    /// After how many milliseconds the stream ends, for the client to reconnect: 0 by default, which stands for never.
    pub const fn lifetime(mut self, milliseconds: u32) -> Self {
        self.lifetime_ms = milliseconds;
        self
    }

    /// After how many milliseconds without progress in writing the connection is closed: 20 s by
    /// default. 0 stands for never: then a client that reads nothing holds its slot for ever.
    pub const fn write_timeout(mut self, milliseconds: u32) -> Self {
        self.write_timeout_ms = milliseconds;
        self
    }

    /// The header fields of a response whose body is a stream with these options, for an HTTP stack that owns the socket.
    ///
    /// They tell that the body is an event stream, and that nobody on its way shall store, transform or hold it back. Those that
    /// frame the body and end the connection, such as `Transfer-Encoding` and `Connection`, are not among them: that stack
    /// sends its own. Fields for pages of other origins come from
    /// [`AllowedOrigins::header_fields`](super::AllowedOrigins::header_fields).
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
    /// Tells some of the options.
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

/// What is left of a comment of 2 KB.
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
