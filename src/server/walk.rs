//! Where a client is in a log.

use super::ring::Cursor;

/// Where a client is in a log: what is searched for it, chosen, and sent to it. All of it goes in steps.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(super) struct Walk {
    /// The record under way.
    pub cursor: Cursor,
    /// How many of its bytes were sent.
    pub sent: u32,
    /// How many of its bytes were searched.
    pub read: u32,
    /// Of a search, after the last event that had the id; of a snapshot, which record is compared with those
    /// that may be a part of it; of an id that is sent by itself, the record that has it, or
    /// as a number, its sequence.
    pub other: Cursor,
    /// How many of that one's bytes were searched. While a record is given to a caller of `poll`, how many of its bytes are
    /// yet to be told as sent: others are not compared meanwhile.
    pub other_read: u32,
    /// The number of the record before which the search ends, or the snapshot.
    pub until: u32,
    /// Of a search, 1 once the id was found. Of a snapshot, a bit for each of the next records, the first the lowest:
    /// whether it is left out. A 1 stands above them. Of an id that is sent by itself, its length.
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

    /// Begins anew there. In place: a new one, moved here, would take its size on the stack.
    pub const fn restart(&mut self, cursor: Cursor, until: Cursor) {
        self.cursor = cursor;
        self.sent = 0;
        self.read = 0;
        self.other = cursor;
        self.other_read = 0;
        self.until = until.number;
        self.bits = 0;
    }

    /// Goes on to the next record, which is there.
    pub const fn move_to(&mut self, next: Cursor) {
        self.cursor = next;
        self.sent = 0;
        self.read = 0;
        self.bits >>= 1;
        if !next.is_before(self.until) {
            // Keep it at the cursor: a stale value would compare as ahead once record numbers wrap.
            self.until = next.number;
        }
    }

    /// Goes on to the oldest record, because those before it have given way.
    pub const fn jump_to(&mut self, oldest: Cursor) {
        self.bits = 0;
        self.move_to(oldest);
    }
}

/// What may be read in one step, so that no step takes long.
pub(super) struct Budget {
    pub records: u32,
    pub bytes: u32,
}

impl Budget {
    /// The last of the records may exceed the bytes.
    pub const STEP: Self = Self {
        records: 32,
        bytes: 512,
    };

    /// Whether one more record may be read.
    pub const fn take_record(&mut self) -> bool {
        if self.records == 0 || self.bytes == 0 {
            return false;
        }
        // It is not 0.
        self.records = self.records.saturating_sub(1);
        true
    }
}
