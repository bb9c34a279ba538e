//! The search for the event with the client's last event ID.

use super::made_id::MadeId;
use super::ring::{Cursor, Records};
#[cfg(any(feature = "http", feature = "embedded-io-async"))]
use super::walk::{Budget, Walk};
use crate::wire::text::LastEventId;

/// Where the stream of a client begins, by the client's last event ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Resume {
    /// After the event with that id: no event is missing.
    From(Cursor),
    /// At the oldest frame: the log holds no event with that id. Send the client a loss notice.
    Lost(Cursor),
    /// After the newest frame: the client has no last event ID.
    Fresh(Cursor),
}

/// Searches for an id in one call, however long that takes.
pub(super) fn resume(records: &Records<'_>, id: LastEventId<'_>) -> Resume {
    if id.is_absent() {
        return Resume::Fresh(records.ring.next);
    }
    begin(records, id).unwrap_or_else(|| search(records, id))
}

/// Searches the whole log. No record is overwritten during one call, so this function needs no `Walk` and no `Budget`, which
/// `step` needs. They would take 70 bytes of stack here.
///
/// Not inlined, so that its locals are not on the stack during `begin`.
#[inline(never)]
fn search(records: &Records<'_>, id: LastEventId<'_>) -> Resume {
    let mut cursor = records.ring.oldest;
    let mut resume = Resume::Lost(cursor);
    // No event can have an unusable id.
    if let LastEventId::Id(id) = id {
        while let Ok(Some(record)) = records.read(&mut cursor) {
            let mut at = 0;
            record.find_id(&mut at, &mut { u32::MAX });
            if record.has_id_at(at, id.as_bytes()) {
                resume = Resume::From(cursor);
            }
        }
    }
    resume
}

/// Compares the sequence of the id with those of the log, if the log itself has made the id. Returns `None` if only a search
/// can decide.
#[inline(always)] // `sequence_of` makes an id on the stack to compare with: a call would add one more stack frame to it.
pub(super) fn begin(records: &Records<'_>, id: LastEventId<'_>) -> Option<Resume> {
    let ring = records.ring;
    let (LastEventId::Id(id), true) = (id, ring.makes_ids) else {
        return None;
    };
    let sequence = MadeId::sequence_of(id, ring.epoch)?;
    // Wraps: sequences are compared by their distance. An id that the log has not made yet has a very large age, so the result
    // is `Lost`.
    let age = ring.sequence.wrapping_sub(sequence);
    if age < ring.made_count {
        return None;
    }
    Some(if age == ring.made_count && ring.can_continue_at_oldest {
        // Nothing after this id was overwritten.
        Resume::From(ring.oldest)
    } else {
        Resume::Lost(ring.oldest)
    })
}

/// Searches a part of the log. Returns `None` if records are left to search.
///
/// Returns `Lost` if the record to search next was overwritten. If records after the found one were overwritten, the cursor in
/// `From` is before the oldest record: the next read then reports the loss.
#[cfg(any(feature = "http", feature = "embedded-io-async"))]
pub(super) fn step(walk: &mut Walk, records: &Records<'_>, id: LastEventId<'_>) -> Option<Resume> {
    let LastEventId::Id(id) = id else {
        // The client has sent an id, but no event can have it.
        return Some(Resume::Lost(records.ring.oldest));
    };
    let mut budget = Budget::STEP;
    while walk.cursor.is_before(walk.until) {
        let mut next = walk.cursor;
        let Ok(Some(record)) = records.read(&mut next) else {
            return Some(Resume::Lost(records.ring.oldest));
        };
        if !budget.take_record() || !record.find_id(&mut walk.read, &mut budget.bytes) {
            return None;
        }
        if record.has_id_at(walk.read, id.as_bytes()) {
            // Found. The search goes on, because the newest event with this id is the one that is meant.
            walk.other = next;
            walk.bits = 1;
        }
        walk.cursor = next;
        walk.read = 0;
    }
    Some(match walk.bits {
        0 => Resume::Lost(records.ring.oldest),
        _ => Resume::From(walk.other),
    })
}
