//! How far a stream was sent, and what it waits for.

use super::output::{CloseReason, Waiting};
use super::resume::Resume;
use super::ring::{Cursor, Lagged, Records};
use super::stage::Stage;
use super::walk::{Budget, Walk};
use crate::time::Instant;
use crate::wire::text::EventType;
#[cfg(any(feature = "http", feature = "embedded-io-async"))]
use crate::wire::text::LastEventId;

/// How far a stream was sent, and what it waits for.
///
/// It does not hold the options. These hold pointers to functions that take a `Progress`, so each of the two files would import
/// the other.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    pub walk: Walk,
    pub stage: Stage,
    /// What the timer measures. It started at `since`.
    pub waiting: Waiting,
    /// How many loss notices the client was sent, or is sent next. Saturates at 65,535.
    pub losses: u16,
    pub since: Instant,
    pub lifetime_ends: Instant,
}

/// The value of `walk.sent` after the caller of `poll` has reported all bytes of a record as sent.
const REPORTED_SENT: u32 = u32::MAX;
/// The value of `lifetime_ends` after `end`: the stream ends after the current frame.
const ENDED: Instant = Instant::from_millis(0);

/// What [`Progress::next_record`] found.
pub(super) enum NextRecord {
    /// Bytes to send. There is at least one.
    Send,
    /// The stage has changed, or the record was sent: ask again.
    Again,
    /// Only a part of a search was done: ask again after the log was unlocked.
    Later,
    /// All records were sent.
    End,
}

/// The types of the events that a client gets, or `None` for all.
pub(super) type Only<'c> = Option<&'c [EventType<'c>]>;

/// Which records a client gets, and how the next one is found.
#[derive(Clone, Copy, Debug)]
pub(super) struct RecordChoice<'a> {
    pub only: Only<'a>,
    /// Finds the next bytes to send. `NEXT_WANTED` if some records are left out, else the same as `next_record`.
    pub next: ReadNext,
    /// Finds the next bytes to send if no record is left out.
    pub next_record: ReadNext,
}

/// A pointer to a function that finds the next bytes to send. If they are a record, it sets `after` of the step.
///
/// Only options that need one of these functions hold a pointer to it, so that other programs do not link it.
pub(super) type ReadNext = for<'l> fn(&mut Progress, &Records<'l>, &mut Step<'_, 'l>) -> NextRecord;

pub(super) const NEXT_RECORD: ReadNext = Progress::next_record;

/// One step of a stream: how much it may read, and what it has found.
pub(super) struct Step<'c, 'l> {
    pub choice: &'c RecordChoice<'c>,
    pub budget: Budget,
    /// The cursor after the record whose bytes are to be sent. Its position is 0 if they are no record: no record ends at the
    /// start of the buffer.
    pub after: Cursor,
    /// The bytes to send, after [`NextRecord::Send`].
    pub unsent: &'l [u8],
}

impl<'c> Step<'c, '_> {
    pub const fn new(choice: &'c RecordChoice<'c>) -> Self {
        Self {
            choice,
            budget: Budget::STEP,
            after: Cursor::START,
            unsent: &[],
        }
    }
}

impl Progress {
    pub const fn new(
        now: Instant,
        walk: Walk,
        stage: Stage,
        losses: u16,
        lifetime_ms: u32,
    ) -> Self {
        Self {
            walk,
            stage,
            waiting: Waiting::Idle,
            losses,
            since: now,
            lifetime_ends: now.limit(lifetime_ms),
        }
    }

    /// Notes that `length` bytes of the current frame were sent.
    pub fn note_sent(&mut self, length: usize) {
        // Saturates: the caller may report more bytes than it was given.
        self.walk.sent = self.walk.sent.saturating_add(length as u32);
        self.waiting = Waiting::Progress;
    }

    /// Notes that the caller of `poll` has written `length` of the bytes that it was given.
    pub fn note_reported(&mut self, length: usize) {
        if length > 0 && self.waiting != Waiting::Idle {
            self.note_sent(length);
            // Saturates: the caller may report more bytes than it was given.
            self.walk.other_read = self.walk.other_read.saturating_sub(length as u32);
            if self.stage.is_live() && self.walk.other_read == 0 {
                self.walk.sent = REPORTED_SENT;
            }
        }
    }

    /// Sends the loss notice next.
    pub const fn note_loss(&mut self) {
        self.losses = self.losses.saturating_add(1);
        self.stage = Stage::LossNotice;
    }

    /// Ends the stream after the current frame.
    pub const fn end(&mut self) {
        self.lifetime_ends = ENDED;
    }

    /// Returns whether `end` was called. If not, the stream ends only when its lifetime is over.
    pub fn is_ended(&self) -> bool {
        self.lifetime_ends == ENDED
    }

    /// Closes the stream if its time is over. Call it between two frames.
    pub fn close_if_over(&mut self, now: Instant) -> bool {
        let is_over = now >= self.lifetime_ends;
        if is_over {
            self.stage = Stage::Closed(match self.is_ended() {
                true => CloseReason::Ended,
                false => CloseReason::Lifetime,
            });
        }
        is_over
    }

    /// Goes on with the log after the last frame of the present state.
    pub fn leave_initial_state(&mut self) {
        self.walk.sent = 0;
        self.stage = self.stage.after_initial_state();
    }

    /// Skips what `poll` does not return: the present state, because `poll` has no buffer for it, and a record that the caller
    /// has reported as sent completely. If the log has overwritten that record since, the client has lost nothing.
    ///
    /// Not inlined, so that its locals are not on the stack during the calls that follow.
    #[inline(never)]
    pub fn skip_sent(&mut self, records: &Records<'_>) {
        if self.stage.is_initial_state() {
            self.leave_initial_state();
        }
        if !self.stage.is_live() || self.walk.sent != REPORTED_SENT {
            return;
        }
        let mut next = self.walk.cursor;
        // If the record is still there, `next_record` continues after it.
        if let Err(Lagged { missed }) = records.read(&mut next) {
            self.walk.jump_to(next);
            if missed > 1 {
                self.note_loss();
            }
        }
    }

    /// Finds what the log holds next for this client. If that is a record, sets `after` to the cursor after it.
    pub fn next_record<'l>(
        &mut self,
        records: &Records<'l>,
        step: &mut Step<'_, 'l>,
    ) -> NextRecord {
        let mut next = self.walk.cursor;
        match records.read(&mut next) {
            Ok(Some(record)) => {
                let unsent = record.as_bytes().get(self.walk.sent as usize..);
                match unsent {
                    Some(unsent @ [_, ..]) => {
                        step.after = next;
                        step.unsent = unsent;
                        return NextRecord::Send;
                    }
                    _ => self.walk.move_to(next),
                }
            }
            Ok(None) => return NextRecord::End,
            Err(_) if self.walk.sent > 0 => self.stage = Stage::Closed(CloseReason::Lagged),
            Err(_) => {
                self.walk.jump_to(next);
                self.note_loss();
            }
        }
        NextRecord::Again
    }

    /// Returns whether [`search`](Self::search) is to be called.
    #[cfg(any(feature = "http", feature = "embedded-io-async"))]
    pub const fn is_resuming(&self) -> bool {
        matches!(self.stage, Stage::Resume | Stage::Search)
    }

    /// Does one step of the search for the client's last event ID. Returns `true` if the first step has ended the search: then
    /// the caller may go on without unlocking the log.
    ///
    /// Not inlined, so that its locals are not on the stack during the calls that follow.
    #[cfg(any(feature = "http", feature = "embedded-io-async"))]
    #[inline(never)]
    pub fn search(&mut self, records: &Records<'_>, last_event_id: LastEventId<'_>) -> bool {
        let is_first = self.stage == Stage::Resume;
        let mut resume = None;
        if is_first {
            self.stage = Stage::Search;
            self.walk.restart(records.ring.oldest, records.ring.next);
            resume = super::resume::begin(records, last_event_id);
        }
        resume = resume.or_else(|| super::resume::step(&mut self.walk, records, last_event_id));
        let Some(resume) = resume else {
            return false;
        };
        let (cursor, stage, losses) = Self::start_after_search(resume);
        self.walk.restart(cursor, cursor);
        self.stage = stage;
        self.losses = losses;
        is_first
    }

    /// Returns where a stream begins after a search, in which stage, and with how many losses.
    pub const fn start_after_search(resume: Resume) -> (Cursor, Stage, u16) {
        match resume {
            Resume::Lost(oldest) => (oldest, Stage::Preamble, 1),
            Resume::From(cursor) | Resume::Fresh(cursor) => (cursor, Stage::ResumedPreamble, 0),
        }
    }
}
