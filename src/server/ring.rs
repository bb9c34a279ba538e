//! Records in a ring buffer: new records overwrite the oldest ones.

use core::sync::atomic::{AtomicU16, Ordering};

use super::record::Record;
use crate::bytes::copy::copy;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::encode::{Frame, Sink};

/// The position of a reader in an [`EventLog`](super::EventLog): before a frame, or after the newest one.
///
/// It stays valid when frames are published: if the frame after it is overwritten, the next read returns [`Lagged`].
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Cursor {
    /// How many records were published before, modulo 2^32. Numbers wrap, so they are compared by their wrapping distance.
    pub(super) number: u32,
    /// The index in the buffer where the record begins.
    pub(super) position: u32,
}

impl Cursor {
    pub(super) const START: Self = Self {
        number: 0,
        position: 0,
    };

    /// Returns whether this cursor is before the record of that number in the same log.
    pub(super) const fn is_before(self, number: u32) -> bool {
        self.number.wrapping_sub(number) > u32::MAX / 2
    }
}

impl PartialEq for Cursor {
    /// Compares the numbers only: the position of a frame that is not published yet is not known.
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Cursor {}

/// Frames were overwritten before the reader got them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lagged {
    /// How many frames the reader has missed, modulo 2^32.
    pub missed: u32,
}

words!([] Lagged {
    ; format {
        Self { missed } => "{} frames were overwritten before they were read", missed,
    }
});

impl core::error::Error for Lagged {}

/// The reason why a frame was not published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublishError {
    /// The frame and its header of 3 bytes do not fit in the buffer of the log, or the frame has 4 MiB or more.
    TooLarge,
    /// The function that writes the data failed, or wrote more text in its second call.
    Data,
    /// The function that formats a frame tried to publish another frame.
    Busy,
}

words!([] PublishError {
    Self::TooLarge => "frame does not fit in the log",
    Self::Data => "data cannot be formatted",
    Self::Busy => "frame was not published: another one is being formatted",
});

impl core::error::Error for PublishError {}

/// How many bytes the header before each frame has. It holds the length of the frame in 22 bits, and two flags. A header with
/// length 0 sends readers to the start of the buffer, where the next record is.
pub(super) const HEADER: usize = 3;
/// The longest frame that a header can describe, in bytes.
const MAX_LENGTH: usize = 0x3f_ffff;

/// A function that writes a frame. In `publish_with`, it also formats the data.
pub(super) type Write<'w> =
    dyn Fn(&mut RecordSink<'_>, &Frame<'_>) -> Result<(), PublishError> + 'w;

/// The records that the buffer holds. Each record is stored in one piece.
#[derive(Clone, Debug)]
pub(super) struct Ring {
    pub oldest: Cursor,
    pub next: Cursor,
    /// How many records have an id that the log has made.
    pub made_count: u32,
    /// Identifies this run of the program in the ids that the log makes.
    pub epoch: u32,
    /// The sequence of the last id that was made.
    pub sequence: u32,
    pub makes_ids: bool,
    /// Whether a client can continue at `oldest` if its last event ID is the made id just before the oldest kept one. The
    /// sequence of that id is `sequence - made_count`. True if its event was the last one to be overwritten, or if that
    /// sequence is 0 and nothing was overwritten.
    pub can_continue_at_oldest: bool,
    /// How many streams have begun. The ring does not use it; here it fits into padding.
    pub streams: Counter,
}

/// A counter modulo 2^16 that counts through a shared reference.
#[derive(Debug)]
pub(super) struct Counter(AtomicU16);

impl Counter {
    /// Returns the count and adds one, which wraps. Two concurrent calls may return the same count: some microcontrollers
    /// (thumbv6m) have no atomic addition, only loads and stores. The count only spreads reconnection times.
    pub fn next(&self) -> u16 {
        let count = self.0.load(Ordering::Relaxed);
        self.0.store(count.wrapping_add(1), Ordering::Relaxed);
        count
    }
}

impl Clone for Counter {
    fn clone(&self) -> Self {
        Self(AtomicU16::new(self.0.load(Ordering::Relaxed)))
    }
}

impl Ring {
    // A constant, because with a `const fn` a hub that is created at run time takes 256 B of flash more. The lint warns that
    // each use of the constant makes a new ring: that is intended.
    #[allow(clippy::declare_interior_mutable_const)]
    pub const EMPTY: Self = Self {
        oldest: Cursor::START,
        next: Cursor::START,
        made_count: 0,
        epoch: 0,
        sequence: 0,
        makes_ids: false,
        can_continue_at_oldest: false,
        streams: Counter(AtomicU16::new(0)),
    };

    /// Returns how many records the ring holds.
    pub const fn len(&self) -> u32 {
        // Wraps, as record numbers do.
        self.next.number.wrapping_sub(self.oldest.number)
    }

    /// Appends the text that `write` writes as one record. It calls `write` twice: the first call measures the text.
    ///
    /// # Errors
    ///
    /// The error of the first call, or `TooLarge`: then no record was overwritten. `Data` if the second call failed.
    pub fn append(
        &mut self,
        bytes: &mut [u8],
        frame: &Frame<'_>,
        flags: u32,
        write: &Write<'_>,
    ) -> Result<(), PublishError> {
        let capacity = usable(bytes).len();
        let mut measure = RecordSink {
            record: None,
            written: 0,
            // Saturates: a buffer shorter than a header has room for no record.
            room: capacity.saturating_sub(HEADER).min(MAX_LENGTH),
        };
        write(&mut measure, frame)?;
        let length = measure.written;
        if length == 0 {
            return Ok(());
        }
        let start = self.make_room(bytes, capacity, length.plus(HEADER));
        let (header, record) = bytes.part_mut(start..).split_exact_mut(HEADER);
        let mut sink = RecordSink {
            record: Some(record),
            written: 0,
            room: length,
        };
        write(&mut sink, frame).map_err(|_| PublishError::Data)?;

        let length = sink.written;
        write_header(header, length as u32 | flags);
        if start == 0 {
            // The record was written at the start of the buffer; a zero length here sends readers there.
            let end = self.next.position as usize;
            if end != 0 && self.len() > 0 {
                write_header(bytes.part_mut(end..), 0);
            }
        }
        if self.len() == 0 {
            self.oldest.position = start as u32;
        }
        self.next = Cursor {
            number: self.next.number.wrapping_add(1),
            position: start.plus(HEADER).plus(length) as u32,
        };
        Ok(())
    }

    /// Removes the oldest records until `length` bytes, header included, are free in one piece. Returns where that piece
    /// begins.
    ///
    /// Not inlined, so that its locals are not on the stack while the caller's function writes the record.
    #[inline(never)]
    fn make_room(&mut self, bytes: &[u8], capacity: usize, length: usize) -> usize {
        while self.len() > 0 {
            let (start, end) = (self.oldest.position as usize, self.next.position as usize);
            if end > start {
                if capacity.minus(end) >= length {
                    return end;
                }
                if start >= length {
                    return 0;
                }
            } else if start.minus(end) >= length {
                return end;
            }
            let records = Records::new(self, bytes);
            let mut next = records.ring.oldest;
            let record = records.read(&mut next);
            // Only events can be missed: for a client that has seen all of them, an overwritten comment is no loss.
            let event = record.ok().flatten().filter(Record::is_event);
            if let Some(is_made) = event.map(|event| event.has_made_id()) {
                self.can_continue_at_oldest = is_made;
                self.made_count = self.made_count.minus(is_made.into());
            }
            self.oldest = next;
            // A header of 0 or no room for one: the next record is at the start of the buffer.
            if header_at(bytes, next.position as usize) == 0 {
                self.oldest.position = 0;
            }
        }
        0
    }
}

/// Reads the records of a ring.
#[derive(Clone, Copy)]
pub(crate) struct Records<'r> {
    pub(super) ring: &'r Ring,
    bytes: &'r [u8],
}

impl<'r> Records<'r> {
    pub(super) fn new(ring: &'r Ring, bytes: &'r [u8]) -> Self {
        Self {
            ring,
            bytes: usable(bytes),
        }
    }

    /// Returns the record after the cursor and moves the cursor past it, or returns `None` after the newest record.
    #[inline(never)] // It has a dozen callers.
    pub fn read(&self, cursor: &mut Cursor) -> Result<Option<Record<'r>>, Lagged> {
        let oldest = self.ring.oldest;
        // Record numbers wrap: for a cursor before `oldest`, the difference is a very large number.
        let ahead = cursor.number.wrapping_sub(oldest.number);
        if ahead > self.ring.len() {
            let missed = oldest.number.wrapping_sub(cursor.number);
            *cursor = oldest;
            return Err(Lagged { missed });
        }
        if ahead == self.ring.len() {
            return Ok(None);
        }
        // If the ring was emptied since, the position of a reader that waited after the newest record is stale: take that of
        // the oldest record. In all other cases a header of 0 sends the reader on.
        let expected = if ahead == 0 { oldest } else { *cursor };
        let mut start = expected.position as usize;
        let mut header = header_at(self.bytes, start);
        if header == 0 {
            start = 0;
            header = header_at(self.bytes, 0);
        }
        // Saturates: a cursor of another log may point anywhere. The record that it finds may be empty.
        let start = start.saturating_add(HEADER);
        let end = start.saturating_add(header as usize & MAX_LENGTH);
        cursor.number = cursor.number.wrapping_add(1);
        cursor.position = end as u32;
        let frame = self.bytes.get(start..end).unwrap_or_default();
        Ok(Some(Record::new(frame, header)))
    }
}

/// The sink that measures a record, or writes it into the ring.
pub(super) struct RecordSink<'r> {
    /// `None` while the record is measured.
    record: Option<&'r mut [u8]>,
    written: usize,
    room: usize,
}

impl Sink for RecordSink<'_> {
    type Error = PublishError;

    fn write(&mut self, bytes: &[u8]) -> Result<(), PublishError> {
        let written = self.written.plus(bytes.len());
        if written > self.room {
            return Err(PublishError::TooLarge);
        }
        if let Some(record) = &mut self.record {
            copy(bytes, record.part_mut(self.written..));
        }
        self.written = written;
        Ok(())
    }

    fn written(&self) -> usize {
        self.written
    }

    fn truncate(&mut self, length: usize) {
        self.written = self.written.min(length);
    }
}

/// Returns the part of the buffer that positions of 32 bits can reach.
fn usable(bytes: &[u8]) -> &[u8] {
    bytes.get(..u32::MAX as usize).unwrap_or(bytes)
}

/// Returns the header at this index, or 0 if there is no room for one.
fn header_at(bytes: &[u8], at: usize) -> u32 {
    match bytes.get(at..) {
        Some([low, middle, high, ..]) => u32::from_le_bytes([*low, *middle, *high, 0]),
        _ => 0,
    }
}

/// Writes a header if there is room for one.
fn write_header(to: &mut [u8], header: u32) {
    if let ([a, b, c, ..], [low, middle, high, _]) = (to, header.to_le_bytes()) {
        (*a, *b, *c) = (low, middle, high);
    }
}
