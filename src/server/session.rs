//! One client's event stream.

#[cfg(feature = "http")]
use super::greeting::Greeting;
use super::log::EventLog;
use super::options::{Start, StreamOptions};
use super::output::{CloseReason, SessionOutput, Waiting};
use super::own_frames::{OwnFrames, Stage};
use super::ring::{Cursor, Lagged, Records};
use super::search::Resume;
use super::walk::{Budget, Walk};
use crate::encode::{Sink, SliceSink};
use crate::time::Instant;
use crate::wire::copy::copy;
use crate::wire::exact::{Exact, ExactSlice};
use crate::wire::text::LastEventId;

/// One client's stream, out of an [`EventLog`]: the body of the response, byte by byte, without a
/// buffer of its own.
///
/// ```text
///            new
/// preamble ──┬─────────────┐
///            │ lost        v
///            ├──> notice ──┴─> greeting ──> live ──> closed: ended, lifetime, stalled, lagged within a frame
///            │      ^          (if set)     ^ │ ^
///            │      │                       │ │ ├──> keep-alive, after silence
///            │      └───────────────────────┼─┘ └──> id (if set), after all that is kept
///            └── resumed ───────────────────┘ lagged between two frames
/// ```
///
/// **Call [`poll`](Session::poll) until it says [`SessionOutput::Wait`], and tell with
/// [`sent`](Session::sent) how many of the bytes it gave were written, before the next call. Then call
/// it again when the log has a new frame, or when the time has come.** Nothing is lost if that takes
/// long, or if only a part was written: what was not told as sent is given again.
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
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Session<'a> {
    pub(super) own: OwnFrames<'a>,
    pub(super) walk: Walk,
    /// Since when it waits, as `own.waiting` says.
    since: Instant,
    lifetime_ends: Instant,
}

#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<Session<'_>>() <= 64);
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Session<'_>>() <= 72);

/// Where `walk.sent` stands when all of a record was told as sent.
const WHOLE: u32 = u32::MAX;
/// Where `lifetime_ends` stands when the stream shall end at once.
const ENDED: Instant = Instant::from_millis(0);

impl<'a> Session<'a> {
    /// Begins a stream for a client that comes with this id, or without one.
    ///
    /// This may search all of the log, in this one call. `Connection`, `io::asynch::stream` and `Hub` do so in steps.
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
        let (cursor, stage, losses) = match log.resume(last_event_id) {
            Resume::Lost(oldest) => (oldest, Stage::Preamble, 1),
            Resume::From(cursor) | Resume::Fresh(cursor) => (cursor, Stage::ResumedPreamble, 0),
        };
        let own = OwnFrames::new(now, log.count_stream(), stage, losses, options);
        Self::with(own, Walk::new(cursor, cursor), now)
    }

    /// Begins a stream that is to be searched for the id before it is polled.
    pub(crate) fn begin<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized>(
        now: Instant,
        log: &EventLog<B>,
        last_event_id: LastEventId<'_>,
        options: &'a StreamOptions<'a>,
    ) -> Self {
        let (stage, start) = match last_event_id.is_absent() {
            true => (Stage::Preamble, options.start),
            // Not at the newest: there is something to do before the next frame comes.
            false => (Stage::Resume, Start::Oldest),
        };
        let (cursor, until) = start.range(log.oldest(), log.newest());
        let own = OwnFrames::new(now, log.count_stream(), stage, 0, options);
        Self::with(own, Walk::new(cursor, until), now)
    }

    /// A stream that ends after its preamble.
    #[cfg(feature = "http")]
    pub(super) fn ended(now: Instant, options: &'a StreamOptions<'a>) -> Self {
        let own = OwnFrames::new(now, 0, Stage::ResumedPreamble, 0, options);
        let mut session = Self::with(own, Walk::new(Cursor::START, Cursor::START), now);
        session.end();
        session
    }

    fn with(own: OwnFrames<'a>, walk: Walk, now: Instant) -> Self {
        Self {
            lifetime_ends: now.limit(own.options.lifetime_ms),
            own,
            walk,
            since: now,
        }
    }

    /// What to do next.
    pub fn poll<'l, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized>(
        &mut self,
        now: Instant,
        log: &'l EventLog<B>,
    ) -> SessionOutput<'l>
    where
        'a: 'l,
    {
        self.poll_records(now, &log.records())
    }

    /// As [`poll`](Session::poll), but copies what goes to the client to the start of `buffer`: many frames
    /// at once, or a part of one. [`SessionOutput::Send`] has that part of the buffer.
    ///
    /// What was copied counts as sent, and is not given again: do not call [`sent`](Session::sent) for it. This spares
    /// short writes, and a lock on the log need not be held during a write. The caller limits how long a write takes.
    ///
    /// With an empty buffer nothing can be sent: that is [`CloseReason::Stalled`].
    pub fn fill<'b, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized>(
        &mut self,
        now: Instant,
        log: &EventLog<B>,
        buffer: &'b mut [u8],
    ) -> SessionOutput<'b> {
        if self.is_greeting() {
            return self.fill_greeting(now, buffer);
        }
        self.fill_from(now, &log.records(), buffer)
    }

    /// Tells that the first `length` bytes of what [`poll`](Session::poll) gave were written. What is told
    /// when nothing was given is ignored.
    pub fn sent(&mut self, length: usize) {
        if length > 0 && self.own.waiting != Waiting::Idle {
            self.note_sent(length);
            // The caller may report more bytes than it was given.
            self.walk.other_read = self.walk.other_read.saturating_sub(length as u32);
            if self.own.stage.is_live() && self.walk.other_read == 0 {
                self.walk.sent = WHOLE;
            }
        }
    }

    /// Ends the stream when the frame under way is whole.
    pub fn end(&mut self) {
        self.lifetime_ends = ENDED;
    }

    /// How many times the client was told that events are missing.
    pub const fn losses(&self) -> u16 {
        self.own.losses
    }

    /// The place in the log up to which frames were sent, or left out.
    pub const fn cursor(&self) -> Cursor {
        self.walk.cursor
    }

    /// Whether to [`search`](Self::search).
    #[cfg(any(feature = "http", feature = "embedded-io-async"))]
    pub(crate) const fn is_resuming(&self) -> bool {
        matches!(self.own.stage, Stage::Resume | Stage::Search)
    }

    /// Looks for the id with which the client comes, for one step. `false` if that took long: then call again.
    ///
    /// Not inlined: what it needs of the stack, what comes later need not have.
    #[cfg(any(feature = "http", feature = "embedded-io-async"))]
    #[inline(never)]
    pub(crate) fn search(&mut self, records: &Records<'_>, last_event_id: LastEventId<'_>) -> bool {
        let is_first = self.own.stage == Stage::Resume;
        let mut resume = None;
        if is_first {
            self.own.stage = Stage::Search;
            self.walk.restart(records.ring.oldest, records.ring.next);
            resume = super::search::begin(records, last_event_id);
        }
        resume = resume.or_else(|| super::search::step(&mut self.walk, records, last_event_id));
        let (cursor, stage) = match resume {
            None => return false,
            Some(Resume::Lost(oldest)) => {
                self.own.losses = 1;
                (oldest, Stage::Preamble)
            }
            Some(Resume::From(cursor) | Resume::Fresh(cursor)) => (cursor, Stage::ResumedPreamble),
        };
        self.walk.restart(cursor, cursor);
        self.own.stage = stage;
        is_first
    }

    /// The caller's hook for the present state, if it is set.
    #[cfg(feature = "http")]
    pub(super) const fn greeting(&self) -> Option<&'a dyn Greeting> {
        self.own.options.greeting
    }

    /// Whether to [`greet`](Self::greet).
    pub(crate) const fn is_greeting(&self) -> bool {
        matches!(self.own.stage, Stage::Greeting)
    }

    /// Puts the next frame of the greeting at the start of `buffer`, and returns its length. It needs no log: call it while that
    /// is not locked.
    pub(crate) fn greet(&mut self, buffer: &mut [u8]) -> usize {
        let mut sink = SliceSink::new(buffer);
        match self.own.options.greeting {
            Some(greeting)
                if self.lifetime_ends != ENDED && greeting.write(self.walk.sent, &mut sink) =>
            {
                // A hook that never returns `false` stays at the last number.
                self.walk.sent = self.walk.sent.saturating_add(1);
            }
            _ => self.leave_greeting(),
        }
        let length = sink.written();
        if length > 0 {
            self.own.waiting = Waiting::Progress;
        }
        length
    }

    /// As [`greet`](Self::greet), for callers of [`fill`](Self::fill).
    pub(crate) fn fill_greeting<'b>(
        &mut self,
        now: Instant,
        buffer: &'b mut [u8],
    ) -> SessionOutput<'b> {
        let length = self.greet(buffer);
        match buffer.get(..length) {
            Some(filled @ [_, ..]) => SessionOutput::Send(filled),
            _ => SessionOutput::Wait(now),
        }
    }

    #[inline(always)]
    pub(super) fn fill_from<'b>(
        &mut self,
        now: Instant,
        records: &Records<'_>,
        buffer: &'b mut [u8],
    ) -> SessionOutput<'b> {
        let mut length = 0_usize;
        let mut budget = Budget::STEP;
        loop {
            let free = buffer.part_mut(length..);
            if free.is_empty() || budget.records == 0 && length > 0 {
                break;
            }
            self.own.waiting.note_progress(&mut self.since, now);
            let mut after = Cursor::START;
            match self.next(now, records, &mut budget, &mut after) {
                SessionOutput::Send(bytes) => {
                    let sent = bytes.get(..free.len()).unwrap_or(bytes);
                    copy(sent, free);
                    self.note_sent(sent.len());
                    length = length.plus(sent.len());
                    // To choose the frame has cost one already, if it was not sent without a choice.
                    budget.records = budget.records.saturating_sub(1);
                    // No record ends at the start of the buffer.
                    if after.position > 0 && sent.len() == bytes.len() {
                        // The record is left before this ends: it may give way until the next call, and is not under way then.
                        self.walk.move_to(after);
                        if after.number == records.ring.next.number {
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
                // Silence begins when these were written, which is before the next call.
                self.own.waiting = Waiting::Progress;
                SessionOutput::Send(filled)
            }
            _ => SessionOutput::Close(CloseReason::Stalled),
        }
    }

    #[cfg(any(feature = "http", feature = "embedded-io-async"))]
    pub(crate) const fn write_timeout_ms(&self) -> u32 {
        self.own.options.write_timeout_ms
    }

    pub(super) fn poll_records<'l>(
        &mut self,
        now: Instant,
        records: &Records<'l>,
    ) -> SessionOutput<'l>
    where
        'a: 'l,
    {
        self.own.waiting.note_progress(&mut self.since, now);
        if self.is_greeting() {
            // There is no buffer to write it to.
            self.leave_greeting();
        }
        self.leave_whole(records);
        let output = self.next(now, records, &mut { Budget::STEP }, &mut { Cursor::START });
        if let SessionOutput::Send(bytes) = output {
            self.walk.other_read = bytes.len() as u32;
            let limit = self.own.options.write_timeout_ms;
            if self.own.waiting.is_stalled(&mut self.since, now, limit) {
                self.own.stage = Stage::Closed(CloseReason::Stalled);
                return SessionOutput::Close(CloseReason::Stalled);
            }
        }
        output
    }

    /// Goes on after a record that was told as sent whole and has given way since: that is no loss.
    #[inline(never)] // What it needs of the stack, what follows need not have.
    fn leave_whole(&mut self, records: &Records<'_>) {
        if !self.own.stage.is_live() || self.walk.sent != WHOLE {
            return;
        }
        let mut next = self.walk.cursor;
        // If it is still there, `next_record` goes on after it.
        if let Err(Lagged { missed }) = records.read(&mut next) {
            self.walk.jump_to(next);
            if missed > 1 {
                self.own.note_loss();
            }
        }
    }

    #[inline(always)] // A frame of its own would lie on the stack below what chooses a snapshot.
    fn next<'l>(
        &mut self,
        now: Instant,
        records: &Records<'l>,
        budget: &mut Budget,
        after: &mut Cursor,
    ) -> SessionOutput<'l>
    where
        'a: 'l,
    {
        loop {
            match self.own.stage {
                // Whoever begins a stream searches first, and greets while the log is not locked.
                Stage::Resume | Stage::Search | Stage::Greeting => return SessionOutput::Wait(now),
                Stage::Closed(reason) => return SessionOutput::Close(reason),
                stage if stage.is_own_frame() => {
                    let unsent = self.own.unsent(self.walk.sent);
                    if !unsent.is_empty() {
                        return SessionOutput::Send(unsent);
                    }
                    self.walk.sent = 0;
                    self.own.advance();
                }
                _ => {
                    if self.walk.sent == 0 {
                        if now >= self.lifetime_ends {
                            self.own.stage = Stage::Closed(match self.lifetime_ends {
                                ENDED => CloseReason::Ended,
                                _ => CloseReason::Lifetime,
                            });
                            continue;
                        }
                        if let Some(skip) = self.own.options.skip {
                            if !skip(self.own.options.only, records, &mut self.walk, budget) {
                                return SessionOutput::Wait(now);
                            }
                        }
                    }
                    let next_record = self.own.options.next_record;
                    if let Some(output) = next_record(self, now, records, after) {
                        return output;
                    }
                }
            }
        }
    }

    fn leave_greeting(&mut self) {
        self.walk.sent = 0;
        self.own.stage = self.own.options.after_greeting;
    }

    fn note_sent(&mut self, length: usize) {
        // The caller may report more bytes than it was given.
        self.walk.sent = self.walk.sent.saturating_add(length as u32);
        self.own.waiting = Waiting::Progress;
    }
}

/// What the log holds for this client. If that is a record, sets `after` to its end. `None` when the stage has changed or
/// the record was sent: ask again.
///
/// Not inlined: what it needs of the stack, others need not have.
#[inline(never)]
pub(super) fn next_record<'l>(
    session: &mut Session<'_>,
    now: Instant,
    records: &Records<'l>,
    after: &mut Cursor,
) -> Option<SessionOutput<'l>> {
    let mut next = session.walk.cursor;
    match records.read(&mut next) {
        Ok(Some(record)) => {
            let unsent = record.as_bytes().get(session.walk.sent as usize..);
            match unsent {
                Some(unsent @ [_, ..]) => {
                    *after = next;
                    return Some(SessionOutput::Send(unsent));
                }
                _ => session.walk.move_to(next),
            }
        }
        Ok(None) => {
            let keep_alive = session.since.limit(session.own.options.keep_alive_ms);
            session.own.waiting = Waiting::Idle;
            if now < keep_alive {
                return Some(SessionOutput::Wait(keep_alive.min(session.lifetime_ends)));
            }
            session.since = now;
            session.own.stage = Stage::KeepAlive;
        }
        Err(_) if session.walk.sent > 0 => session.own.stage = Stage::Closed(CloseReason::Lagged),
        Err(_) => {
            session.walk.jump_to(next);
            session.own.note_loss();
        }
    }
    None
}
