//! The id that a client gets before it has received an event, so that it can resume.

use super::made_id::MadeId;
use super::output::CloseReason;
use super::progress::{NextRecord, Progress, ReadNext, Step};
use super::ring::Records;
use super::stage::Stage;
use super::walk::{Budget, Walk};
use crate::bytes::exact::Exact;

/// The bytes before an id.
const NAME: &[u8] = b"id: ";

pub(super) const NEXT_RECORD_OR_ID: ReadNext = next_record_or_id;

/// As [`Progress::next_record`]. But once all records are sent, a client that has received no event gets an id.
fn next_record_or_id<'l>(
    progress: &mut Progress,
    records: &Records<'l>,
    step: &mut Step<'_, 'l>,
) -> NextRecord {
    if progress.stage == Stage::LiveWithoutId {
        match records.read(&mut { progress.walk.cursor }) {
            Ok(None) => {
                progress.stage = Stage::InitialId;
                begin(records, &mut progress.walk);
            }
            Ok(Some(record)) if record.is_event() => progress.stage = Stage::Live,
            _ => {}
        }
    }
    match progress.stage.is_live() {
        true => progress.next_record(records, step),
        false => next_part(progress, records, step),
    }
}

/// Finds the newest id of the log, and sends it in a block without data.
fn next_part<'l>(
    progress: &mut Progress,
    records: &Records<'l>,
    step: &mut Step<'_, 'l>,
) -> NextRecord {
    let walk = &mut progress.walk;
    if walk.sent == SEARCHING {
        if !search(records, walk) {
            return NextRecord::Later;
        }
        walk.sent = FOUND;
    }
    let unsent = match walk.bits {
        0 if records.ring.makes_ids => unsent_made_id(records, walk),
        _ => unsent_id(records, walk),
    };
    progress.stage = match unsent {
        Some(b"") => Stage::Live,
        Some(unsent) => {
            step.unsent = unsent;
            return NextRecord::Send;
        }
        None if walk.sent == FOUND => Stage::Live,
        None => Stage::Closed(CloseReason::Lagged),
    };
    walk.restart(walk.cursor, walk.cursor);
    NextRecord::Again
}

/// The value of `walk.sent` during the search. It is not 0: the session takes 0 as the point between two frames, where it may
/// end the stream or skip records.
const SEARCHING: u32 = 1;
/// The value of `walk.sent` after the search, before the first byte of the block is sent.
const FOUND: u32 = 2;

/// Begins the search for the newest id of the log.
fn begin(records: &Records<'_>, walk: &mut Walk) {
    let end = walk.cursor;
    walk.restart(records.ring.oldest, end);
    walk.sent = SEARCHING;
    // If no record has an id, this is the sequence of the last made id, or 0.
    walk.other.number = records.ring.sequence;
}

/// Searches a part of the records before `walk.until` for the last id. Returns `false` if records are left to search.
fn search(records: &Records<'_>, walk: &mut Walk) -> bool {
    let mut budget = Budget::STEP;
    while walk.cursor.is_before(walk.until) {
        let mut next = walk.cursor;
        let Ok(Some(record)) = records.read(&mut next) else {
            // This record was overwritten, and so was any record that was found before it.
            walk.cursor = next;
            walk.read = 0;
            continue;
        };
        if !budget.take_record() || !record.find_id(&mut walk.read, &mut budget.bytes) {
            return false;
        }
        if let Some(id) = record.id_at(walk.read) {
            walk.other = walk.cursor;
            walk.other_read = walk.read;
            walk.bits = id.len() as u32;
        }
        walk.cursor = next;
        walk.read = 0;
    }
    // If new records have overwritten all records before `until` and some after it, the cursor is past `until` now. Set it
    // back, so that the next read reports the loss and the client gets a loss notice.
    walk.cursor.number = walk.until;
    walk.read = walk.other_read;
    true
}

/// Returns the next unsent piece of the block with the id of the record that was found. Returns `None` if no record was found,
/// or if it was overwritten before the whole id was sent.
fn unsent_id<'l>(records: &Records<'l>, walk: &Walk) -> Option<&'l [u8]> {
    let length = walk.bits as usize;
    if length == 0 {
        return None;
    }
    let mut cursor = walk.other;
    let record = records.read(&mut cursor).ok().flatten();
    let id = record.and_then(|record| record.id_at(walk.read));
    if id.is_none() && sent(walk) < NAME.len().plus(length) {
        return None;
    }
    Some(unsent(walk, length, |at| id?.get(at..)))
}

/// Returns the next unsent piece of the block with the last made id, whose digits are single pieces.
fn unsent_made_id(records: &Records<'_>, walk: &Walk) -> Option<&'static [u8]> {
    let id = MadeId::new(records.ring.epoch, walk.other.number);
    let id = id.as_id().as_bytes();
    let digit = |at| {
        let digits = b"0123456789abcdef-";
        let index = digits.iter().position(|digit| Some(digit) == id.get(at))?;
        digits.get(index..)?.get(..1)
    };
    Some(unsent(walk, id.len(), digit))
}

/// Returns the next unsent piece of the block with an id of this length: of the name, of the id, or of the end. Empty if the
/// whole block was sent. `part` returns one or more bytes of the id from an index on.
fn unsent<'l>(
    walk: &Walk,
    length: usize,
    part: impl FnOnce(usize) -> Option<&'l [u8]>,
) -> &'l [u8] {
    const END: &[u8] = b"\n\n";
    let sent = sent(walk);
    let unsent = match sent.checked_sub(NAME.len()) {
        None => NAME.get(sent..),
        Some(at) => match at.checked_sub(length) {
            None => part(at),
            Some(at) => END.get(at..),
        },
    };
    unsent.unwrap_or_default()
}

/// Returns how many bytes of the block were sent.
fn sent(walk: &Walk) -> usize {
    walk.sent.minus(FOUND) as usize
}
