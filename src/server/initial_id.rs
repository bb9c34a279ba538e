//! Gives a client an id to resume from before it has seen an event.

use super::made_id::MadeId;
use super::output::CloseReason;
use super::progress::{NextRecord, Progress};
use super::ring::{Cursor, Records};
use super::stage::Stage;
use super::walk::{Budget, Walk};
use crate::wire::exact::Exact;

/// What comes before an id.
const NAME: &[u8] = b"id: ";

/// `Progress::next_record`, or `next_record_or_id`, which is linked only if it is set.
pub(super) type ReadNext = for<'l> fn(&mut Progress, &Records<'l>, &mut Cursor) -> NextRecord<'l>;
pub(super) const NEXT_RECORD: ReadNext = Progress::next_record;
pub(super) const NEXT_RECORD_OR_ID: ReadNext = next_record_or_id;

/// As [`Progress::next_record`], but sends an id to a client that has seen no event when all records were sent.
fn next_record_or_id<'l>(
    progress: &mut Progress,
    records: &Records<'l>,
    after: &mut Cursor,
) -> NextRecord<'l> {
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
        true => progress.next_record(records, after),
        false => next_part(records, &mut progress.walk, &mut progress.stage),
    }
}

/// Finds the newest id of the log, and sends it in a block without data.
fn next_part<'l>(records: &Records<'l>, walk: &mut Walk, stage: &mut Stage) -> NextRecord<'l> {
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
    *stage = match unsent {
        Some(b"") => Stage::Live,
        Some(unsent) => return NextRecord::Send(unsent),
        None if walk.sent == FOUND => Stage::Live,
        None => Stage::Closed(CloseReason::Lagged),
    };
    walk.restart(walk.cursor, walk.cursor);
    NextRecord::Again
}

/// The value of `walk.sent` during the search. It is not 0, which would mean that no frame is under way: then a session may end,
/// or leave out a record.
const SEARCHING: u32 = 1;
/// The value of `walk.sent` after the search, before the first byte of the block is sent.
const FOUND: u32 = 2;

/// Begins to look for the newest id in the log.
fn begin(records: &Records<'_>, walk: &mut Walk) {
    let end = walk.cursor;
    walk.restart(records.ring.oldest, end);
    walk.sent = SEARCHING;
    // If no record has an id, this is the last one that the log has made: 0 if it has made none yet.
    walk.other.number = records.ring.sequence;
}

/// Looks in a part of the records before `walk.until` for the last id. `false` if there are more records.
fn search(records: &Records<'_>, walk: &mut Walk) -> bool {
    let mut budget = Budget::STEP;
    while walk.cursor.is_before(walk.until) {
        let mut next = walk.cursor;
        let Ok(Some(record)) = records.read(&mut next) else {
            // This one has given way, and so has any that was found before it.
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
    // All of them may have given way, and later ones too. The client is told of those when it goes on at its place.
    walk.cursor.number = walk.until;
    walk.read = walk.other_read;
    true
}

/// What is left of the block with the id of the record that was found. `None` if none was, or if that has given way before all
/// of the id was sent.
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

/// What is left of the block with the id that the log has made last.
fn unsent_made_id(records: &Records<'_>, walk: &Walk) -> Option<&'static [u8]> {
    let id = MadeId::new(records.ring.epoch, walk.other.number);
    let id = id.as_id().as_bytes();
    let digit = |at| {
        let digits = b"0123456789abcdef-";
        let place = digits.iter().position(|digit| Some(digit) == id.get(at))?;
        digits.get(place..)?.get(..1)
    };
    Some(unsent(walk, id.len(), digit))
}

/// What is left of the block with an id of this length, of which `part` gives a part from a place on.
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

/// How many bytes of the block were sent.
fn sent(walk: &Walk) -> usize {
    walk.sent.minus(FOUND) as usize
}
