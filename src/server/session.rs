//! One client's event stream.

#[cfg(feature = "http")]
use super::initial_state::InitialState;
use super::log::EventLog;
use super::output::{CloseReason, SessionOutput, Waiting};
use super::own_frames::OwnFrames;
use super::progress::{NextRecord, Progress, Step};
use super::ring::{Cursor, Records};
use super::stage::Stage;
use super::stream_options::{Start, StreamOptions};
use super::walk::Walk;
use crate::bytes::copy::copy;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::time::Instant;
use crate::wire::text::LastEventId;

/// One client's stream from an [`EventLog`]: the bytes of the response's body.
///
/// ```text
///            new
/// preamble ──┬──────────────────┐
///            │ lost             v
///            ├──> loss notice ──┴─> initial state ──> live ──> closed: ended, lifetime, stalled, lagged in mid-frame
///            │      ^                                 ^ │ ^
///            │      │                                 │ │ ├──> keep-alive, after silence
///            │      └── lagged between two frames ────┼─┘ └──> initial id, after the frames that the log held
///            └── resumed ─────────────────────────────┘
/// ```
///
/// The initial state and the initial id are sent if the options set them.
///
/// **Call [`poll`](Session::poll) until it returns [`SessionOutput::Wait`]. After each [`SessionOutput::Send`], report with
/// [`sent`](Session::sent) how many of the bytes were written, before the next call. After `Wait(until)`, call `poll` again
/// when the log has a new frame, and at `until` at the latest.** Bytes that were not reported as sent are returned again, so a
/// partial or a late write loses nothing.
///
/// It needs no buffer of its own.
///
/// # Examples
///
/// ```
/// use embedded_sse::server::{EventLog, SessionOutput, Session, StreamOptions};
/// use embedded_sse::{EventId, Frame, Instant};
///
/// let mut log = EventLog::<[u8; 256]>::new();
/// let now = Instant::from_millis(0);
/// let options = StreamOptions::new();
/// let mut session = Session::new(now, &log, EventId::default(), &options);
/// log.publish(&Frame::data("on"))?;
///
/// let mut body = Vec::new();
/// let next = loop {
///     match session.poll(now, &log) {
///         SessionOutput::Send(bytes) => {
///             body.extend_from_slice(bytes);
///             let length = bytes.len();
///             session.sent(length);
///         }
///         SessionOutput::Wait(until) => break until,
///         SessionOutput::Close(reason) => panic!("{reason}"),
///     }
/// };
/// assert_eq!(body, b":\nretry: 3000\ndata: on\n\n");
/// assert_eq!(next, now.after(15_000)); // for a keep-alive
/// # Ok::<(), embedded_sse::server::PublishError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Session<'a> {
    own: OwnFrames<'a>,
    pub(super) progress: Progress,
}

#[cfg(feature = "defmt")]
impl defmt::Format for Session<'_> {
    /// Writes what the session sends, and how many loss notices it has sent.
    fn format(&self, f: defmt::Formatter<'_>) {
        let (stage, losses) = (self.progress.stage, self.progress.losses);
        defmt::write!(
            f,
            "Session {{ stage: {}, losses: {=u16}, .. }}",
            stage,
            losses
        );
    }
}

#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<Session<'_>>() <= 64);
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Session<'_>>() <= 72);

impl<'a> Session<'a> {
    /// Begins a stream for a client with this last event ID, or without one.
    ///
    /// `now` is the time from which the [lifetime](StreamOptions::lifetime) and the other time limits count.
    ///
    /// This may search the whole log in this one call. `Connection`, `io::asynch::Joined` and `Hub` search in steps.
    pub fn new<'i, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized>(
        now: Instant,
        log: &EventLog<B>,
        last_event_id: impl Into<LastEventId<'i>>,
        options: &'a StreamOptions<'a>,
    ) -> Self {
        let last_event_id = last_event_id.into();
        if last_event_id.is_absent() {
            return Self::begin(now, log, last_event_id, options);
        }
        let (cursor, stage, losses) = Progress::start_after_search(log.resume(last_event_id));
        let walk = Walk::new(cursor, cursor);
        Self {
            own: OwnFrames::new(now, log.count_stream(), options),
            progress: Progress::new(now, walk, stage, losses, options.lifetime_ms),
        }
    }

    /// Begins a stream. If the client has a last event ID, [`search`](Self::search) comes before the first call of `poll` or
    /// `fill`.
    pub(crate) fn begin<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized>(
        now: Instant,
        log: &EventLog<B>,
        last_event_id: LastEventId<'_>,
        options: &'a StreamOptions<'a>,
    ) -> Self {
        let (stage, start) = match last_event_id.is_absent() {
            true => (Stage::Preamble, options.start),
            // Not the newest cursor: a driver would wait for the next frame between two steps of the search.
            false => (Stage::Resume, Start::Oldest),
        };
        let (cursor, until) = start.range(log.oldest(), log.newest());
        Self {
            own: OwnFrames::new(now, log.count_stream(), options),
            progress: Progress::new(now, Walk::new(cursor, until), stage, 0, options.lifetime_ms),
        }
    }

    /// Creates a stream that ends after its preamble.
    #[cfg(feature = "http")]
    pub(super) fn ended(now: Instant, options: &'a StreamOptions<'a>) -> Self {
        let walk = Walk::new(Cursor::START, Cursor::START);
        let mut progress = Progress::new(now, walk, Stage::ResumedPreamble, 0, 0);
        progress.end();
        Self {
            own: OwnFrames::new(now, 0, options),
            progress,
        }
    }

    /// Returns what the caller has to do next for the stream.
    ///
    /// `now` must not go back: otherwise time limits end later. Pass the same log in all calls.
    pub fn poll<'l, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized>(
        &mut self,
        now: Instant,
        log: &'l EventLog<B>,
    ) -> SessionOutput<'l>
    where
        'a: 'l,
    {
        let records = &log.records();
        let progress = &mut self.progress;
        progress.waiting.note_progress(&mut progress.since, now);
        progress.skip_sent(records);
        let output = self.next(now, records, &mut Step::new(&self.own.options.choice));
        if let SessionOutput::Send(bytes) = output {
            let progress = &mut self.progress;
            progress.walk.other_read = bytes.len() as u32;
            let limit = self.own.options.write_timeout_ms;
            if progress.waiting.is_stalled(&mut progress.since, now, limit) {
                progress.stage = Stage::Closed(CloseReason::Stalled);
                return SessionOutput::Close(CloseReason::Stalled);
            }
        }
        output
    }

    /// Copies the bytes that go to the client to the start of `buffer`: many frames at once, or a part of one.
    /// [`SessionOutput::Send`] has that part of the buffer. The other outputs are those of `poll`.
    ///
    /// The copied bytes are taken as sent, and are not returned again: do not call [`sent`](Session::sent) for them. Compared
    /// with [`poll`](Session::poll) there are fewer and longer writes, and no lock on the log is held during a write. The
    /// caller limits how long a write takes.
    ///
    /// Returns [`SessionOutput::Close`] with [`CloseReason::Stalled`] if a frame is to be copied and the buffer is empty.
    pub fn fill<'b, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized>(
        &mut self,
        now: Instant,
        log: &EventLog<B>,
        buffer: &'b mut [u8],
    ) -> SessionOutput<'b> {
        if self.is_initial_state() {
            return self.fill_initial_state(now, buffer);
        }
        self.fill_from(now, &log.records(), buffer)
    }

    /// Reports that the first `length` of the bytes that [`poll`](Session::poll) returned were written. 0, and a call after
    /// other outputs, changes nothing.
    pub fn sent(&mut self, length: usize) {
        self.progress.note_reported(length);
    }

    /// Ends the stream after the current frame: then `poll` and `fill` return [`CloseReason::Ended`].
    pub fn end(&mut self) {
        self.progress.end();
    }

    /// Returns how many loss notices the client was sent, or is sent next. The count stops at 65,535.
    pub const fn losses(&self) -> u16 {
        self.progress.losses
    }

    /// Returns the cursor up to which frames were sent, or left out by the options.
    pub const fn cursor(&self) -> Cursor {
        self.progress.walk.cursor
    }

    /// Returns whether [`search`](Self::search) is to be called.
    #[cfg(any(feature = "http", feature = "embedded-io-async"))]
    pub(crate) const fn is_resuming(&self) -> bool {
        self.progress.is_resuming()
    }

    /// Does one step of the search for the client's last event ID. Returns whether the caller may go on without unlocking the
    /// log.
    #[cfg(any(feature = "http", feature = "embedded-io-async"))]
    pub(crate) fn search(&mut self, records: &Records<'_>, last_event_id: LastEventId<'_>) -> bool {
        self.progress.search(records, last_event_id)
    }

    /// Returns the hook of the options that writes the present state.
    #[cfg(feature = "http")]
    pub(super) const fn initial_state(&self) -> Option<&'a dyn InitialState> {
        self.own.options.initial_state
    }

    /// Returns whether [`fill_initial_state`](Self::fill_initial_state) is to be called.
    pub(crate) const fn is_initial_state(&self) -> bool {
        self.progress.stage.is_initial_state()
    }

    /// Puts the next frame of the present state at the start of `buffer`. It needs no log, so that the caller's hook runs while
    /// the log is not locked.
    pub(crate) fn fill_initial_state<'b>(
        &mut self,
        now: Instant,
        buffer: &'b mut [u8],
    ) -> SessionOutput<'b> {
        let length = match self.own.options.initial_state {
            Some(state) => state.fill(&mut self.progress, buffer),
            None => 0,
        };
        match buffer.get(..length) {
            Some(filled @ [_, ..]) => SessionOutput::Send(filled),
            _ => SessionOutput::Wait(now),
        }
    }

    #[cfg(any(feature = "http", feature = "embedded-io-async"))]
    pub(crate) const fn write_timeout_ms(&self) -> u32 {
        self.own.options.write_timeout_ms
    }

    /// As [`fill`](Self::fill), without the present state.
    #[inline(always)] // A program has one caller: `fill`, or the connection.
    pub(super) fn fill_from<'b>(
        &mut self,
        now: Instant,
        records: &Records<'_>,
        buffer: &'b mut [u8],
    ) -> SessionOutput<'b> {
        let mut length = 0_usize;
        let mut step = Step::new(&self.own.options.choice);
        loop {
            let free = buffer.part_mut(length..);
            if free.is_empty() || step.budget.records == 0 && length > 0 {
                break;
            }
            // The silence before a keep-alive begins when the last byte was sent: perhaps by an earlier turn of this loop.
            let progress = &mut self.progress;
            progress.waiting.note_progress(&mut progress.since, now);
            step.after = Cursor::START;
            match self.next(now, records, &mut step) {
                SessionOutput::Send(bytes) => {
                    let sent = bytes.get(..free.len()).unwrap_or(bytes);
                    copy(sent, free);
                    self.progress.note_sent(sent.len());
                    length = length.plus(sent.len());
                    // Saturates: a filter has taken this record off the budget already.
                    step.budget.records = step.budget.records.saturating_sub(1);
                    if step.after.position > 0 && sent.len() == bytes.len() {
                        // Move past the record at once: if the log overwrites it before the next call, that is no loss.
                        self.progress.walk.move_to(step.after);
                        if step.after.number == records.ring.next.number {
                            break;
                        }
                    }
                }
                _ if length > 0 => break,
                SessionOutput::Wait(until) => return SessionOutput::Wait(until),
                SessionOutput::Close(reason) => return SessionOutput::Close(reason),
            }
        }
        match buffer.get(..length) {
            Some(filled @ [_, ..]) => {
                // The caller writes these bytes before its next call, which then starts the time to the next keep-alive.
                self.progress.waiting = Waiting::Progress;
                SessionOutput::Send(filled)
            }
            _ => SessionOutput::Close(CloseReason::Stalled),
        }
    }

    /// Returns the next bytes, or what else to do. If the bytes are a record, sets `after` of the step to the cursor after it.
    #[inline(always)] // As a function of its own it would need stack while a snapshot is chosen.
    fn next<'l>(
        &mut self,
        now: Instant,
        records: &Records<'l>,
        step: &mut Step<'_, 'l>,
    ) -> SessionOutput<'l>
    where
        'a: 'l,
    {
        let options = self.own.options;
        let progress = &mut self.progress;
        loop {
            match progress.stage {
                // The driver calls `search` before `poll` or `fill`, and `fill_initial_state` while the log is not locked.
                Stage::Resume
                | Stage::Search
                | Stage::InitialState
                | Stage::InitialStateWithoutId => return SessionOutput::Wait(now),
                Stage::Closed(reason) => return SessionOutput::Close(reason),
                stage if stage.is_own_frame() => {
                    let unsent = self.own.unsent(stage, progress.walk.sent);
                    if !unsent.is_empty() {
                        return SessionOutput::Send(unsent);
                    }
                    progress.walk.sent = 0;
                    progress.stage = self.own.after(stage, progress.losses);
                }
                _ => {
                    if progress.walk.sent == 0 && progress.close_if_over(now) {
                        continue;
                    }
                    let until = match (step.choice.next)(progress, records, step) {
                        NextRecord::Send => return SessionOutput::Send(step.unsent),
                        NextRecord::Again => continue,
                        NextRecord::Later => now,
                        NextRecord::End => {
                            progress.waiting = Waiting::Idle;
                            let keep_alive = progress.since.limit(options.keep_alive_ms);
                            if now >= keep_alive {
                                progress.since = now;
                                progress.stage = Stage::KeepAlive;
                                continue;
                            }
                            keep_alive.min(progress.lifetime_ends)
                        }
                    };
                    return SessionOutput::Wait(until);
                }
            }
        }
    }
}
