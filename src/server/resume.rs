//! Looking for the event that a client has seen last.

use super::made_id::MadeId;
use super::ring::{Cursor, Records};
#[cfg(any(feature = "http", feature = "embedded-io-async"))]
use super::walk::{Budget, Walk};
use crate::wire::text::LastEventId;

/// Where a client begins that comes with an id, or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Resume {
    /// After the event with that id. Nothing is missing.
    From(Cursor),
    /// At the oldest frame: no event of that id is in the log, any longer or ever, or it is no id. Tell the client.
    Lost(Cursor),
    /// After the newest frame: the client has no id.
    Fresh(Cursor),
}

/// Where a client begins that comes with this id. The search is one call, however long it takes.
pub(super) fn resume(records: &Records<'_>, id: LastEventId<'_>) -> Resume {
    if id.is_absent() {
        return Resume::Fresh(records.ring.next);
    }
    begin(records, id).unwrap_or_else(|| search(records, id))
}

/// Searches the whole log. No record gives way meanwhile, so it does not need the `Walk` and the `Budget` of `step`, which
/// take 70 bytes of stack.
///
/// Not inlined: its stack would add to that of `begin`.
#[inline(never)]
fn search(records: &Records<'_>, id: LastEventId<'_>) -> Resume {
    let mut cursor = records.ring.oldest;
    let mut resume = Resume::Lost(cursor);
    // No event can have an id that is unusable.
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

/// What the sequence of the id tells, if the log has made it. `None` if a search is to tell.
#[inline(always)] // A frame of its own would lie on the stack below what makes an id.
pub(super) fn begin(records: &Records<'_>, id: LastEventId<'_>) -> Option<Resume> {
    let ring = records.ring;
    let (LastEventId::Id(id), true) = (id, ring.makes_ids) else {
        return None;
    };
    let sequence = MadeId::sequence_of(id, ring.epoch)?;
    // Sequences wrap. An id ahead is as one from long ago.
    let age = ring.sequence.wrapping_sub(sequence);
    if age < ring.made {
        return None;
    }
    Some(if age == ring.made && ring.is_oldest_next {
        // What came next is still there: nothing is missing.
        Resume::From(ring.oldest)
    } else {
        Resume::Lost(ring.oldest)
    })
}

/// Searches a part of the log. `None` if there is more. When records give way that were not searched yet, or that
/// follow the one that was found, the client has lost events.
#[cfg(any(feature = "http", feature = "embedded-io-async"))]
pub(super) fn step(walk: &mut Walk, records: &Records<'_>, id: LastEventId<'_>) -> Option<Resume> {
    let LastEventId::Id(id) = id else {
        // It was sent, but no event can have it.
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
