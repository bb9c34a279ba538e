//! The position of a client in a log.

use super::ring::Cursor;

/// The position of a client in a log, for searching, choosing and sending. Each of these goes in steps, between which the log
/// may be unlocked.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    /// The cursor before the current record.
    pub cursor: Cursor,
    /// How many bytes of the current record, or of the session's own frame, were sent. `REPORTED_SENT` once the caller of
    /// `poll` has sent the whole record. For an initial id: `SEARCHING`, then `FOUND` plus the number of bytes of the block
    /// that were sent.
    pub sent: u32,
    /// How many bytes of the current record were searched. In a snapshot: where the type of the first candidate begins. After
    /// the search for an initial id: where the line of the id begins in the record at `other`.
    pub read: u32,
    /// A second cursor. In a search: after the newest record found so far. In a snapshot: the record that is compared with the
    /// candidates. For an initial id: before the record that holds it. If no record holds one and the log makes ids, only
    /// `number` is used: it is the sequence of the last made id.
    pub other: Cursor,
    /// How many bytes of the record at `other` were searched. In the search for an initial id: where the line of the id begins
    /// in that record. While the caller of `poll` has bytes to write, nothing is compared, and this is how many of these bytes
    /// it has not reported as sent.
    pub other_read: u32,
    /// The number of the record before which the search or the snapshot ends.
    pub until: u32,
    /// In a search: 1 after the id was found. In a snapshot: a bit for each of the next records, the first one lowest, which is
    /// set if the record is left out; the highest set bit marks their end. For an initial id: its length.
    pub bits: u32,
}

impl Walk {
    pub const fn new(cursor: Cursor, until: Cursor) -> Self {
        Self {
            cursor,
            sent: 0,
            read: 0,
            other: cursor,
            other_read: 0,
            until: until.number,
            bits: 0,
        }
    }

    /// As [`new`](Self::new), but in place: a new value that is moved here would need its size on the stack.
    pub const fn restart(&mut self, cursor: Cursor, until: Cursor) {
        self.cursor = cursor;
        self.sent = 0;
        self.read = 0;
        self.other = cursor;
        self.other_read = 0;
        self.until = until.number;
        self.bits = 0;
    }

    /// Moves to the next record.
    pub const fn move_to(&mut self, next: Cursor) {
        self.cursor = next;
        self.sent = 0;
        self.read = 0;
        self.bits >>= 1;
        if !next.is_before(self.until) {
            // Keep `until` at the cursor: a value that stays would compare as newer than the cursor after 2^31 more records.
            self.until = next.number;
        }
    }

    /// Moves to the oldest record, because those before it were overwritten.
    pub const fn jump_to(&mut self, oldest: Cursor) {
        self.bits = 0;
        self.move_to(oldest);
    }
}

/// How much one step may read, so that the log is not locked for long.
pub(super) struct Budget {
    pub records: u32,
    pub bytes: u32,
}

impl Budget {
    /// The budget of one step. The last record of a step may exceed the bytes.
    pub const STEP: Self = Self {
        records: 32,
        bytes: 512,
    };

    /// Takes one record off the budget. Returns `false` if the budget is used up.
    pub const fn take_record(&mut self) -> bool {
        if self.records == 0 || self.bytes == 0 {
            return false;
        }
        // Never saturates: it is not 0 here.
        self.records = self.records.saturating_sub(1);
        true
    }
}
