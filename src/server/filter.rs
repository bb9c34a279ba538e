//! The choice of frames for a client that does not get all of them.

use super::progress::{NextRecord, Only, Progress, ReadNext, Step};
use super::record::Record;
use super::ring::{Cursor, Records};
use super::walk::{Budget, Walk};
use crate::bytes::equal;
use crate::bytes::exact::Exact;

pub(super) const NEXT_WANTED: ReadNext = next_wanted;

/// Types of this length or more are not compared with later ones, because that would take long. A snapshot contains every event
/// of such a type that `only` allows, not only the last one.
const LONG_TYPE: usize = 256;

/// As `next_record` of the choice, but leaves out the records that are not for this client.
fn next_wanted<'l>(
    progress: &mut Progress,
    records: &Records<'l>,
    step: &mut Step<'_, 'l>,
) -> NextRecord {
    let walk = &mut progress.walk;
    if walk.sent == 0 && !skip(step.choice.only, records, walk, &mut step.budget) {
        return NextRecord::Later;
    }
    (step.choice.next_record)(progress, records, step)
}

/// Moves past the records that are not for this client. Returns `false` if the budget is used up before.
///
/// Before `walk.until`, the client gets only the last event of each type.
fn skip(only: Only<'_>, records: &Records<'_>, walk: &mut Walk, budget: &mut Budget) -> bool {
    loop {
        let in_snapshot = walk.cursor.is_before(walk.until);
        if in_snapshot && !choose(only, records, walk, budget) {
            return false;
        }
        let mut next = walk.cursor;
        let Ok(Some(record)) = records.read(&mut next) else {
            return true;
        };
        if !budget.take_record() {
            return false;
        }
        let is_wanted = if in_snapshot {
            walk.bits & 1 == 0
        } else if only.is_none() || !record.is_event() {
            true
        } else if record.find_type(&mut walk.read, &mut budget.bytes) {
            is_one_of(only, record, walk.read)
        } else {
            return false;
        };
        if is_wanted {
            return true;
        }
        walk.move_to(next);
    }
}

fn is_one_of(only: Only<'_>, record: Record<'_>, at: u32) -> bool {
    only.is_none_or(|names| names.iter().any(|name| record.has_type_at(at, *name)))
}

/// How many records are compared with all later ones in one pass over the log. A larger group needs fewer passes. Each of its
/// records takes one bit of `walk.bits` and one byte of stack.
const GROUP: usize = 16;
/// A record joins a group only if its type ends before this byte. Each step reads the types of the group again, so this limits
/// the work of a step. The first candidate is exempt, because `walk.read` keeps where its type begins.
const TYPE_END_LIMIT: u32 = 48;

/// Decides which of the next records are left out of the snapshot: those that are no events, those whose type is not in `only`,
/// and those whose type a later event has. Returns `false` if the budget is used up before.
fn choose(only: Only<'_>, records: &Records<'_>, walk: &mut Walk, budget: &mut Budget) -> bool {
    let is_group_done = walk.bits == 1 && walk.other != walk.cursor;
    if walk.bits == 0 || is_group_done {
        walk.other = walk.cursor;
        walk.other_read = 0;
        walk.bits = 1;
    }
    if is_chosen(walk) {
        return true;
    }
    let mut group = Group {
        hashes: [0; GROUP],
        filter: 0,
        len: 0,
        last: walk.cursor,
    };
    group.read(records, walk);
    while !is_chosen(walk) {
        let mut next = walk.other;
        let Ok(Some(record)) = records.read(&mut next) else {
            // New records have overwritten the group: the next read of the walk returns `Lagged`.
            return true;
        };
        if !budget.take_record() {
            return false;
        }
        let mut is_left_out = true;
        let mut known = 0;
        // The index after the type. 0 for a record that is no event: it is left out, so its type is not read again.
        let mut type_end = 0;
        if record.is_event() {
            if !record.find_type(&mut walk.other_read, &mut budget.bytes) {
                return false;
            }
            let at = walk.other_read;
            is_left_out = only.is_some() && !is_one_of(only, record, at);
            type_end = at.plus(LONG_TYPE as u32);
            if let Some(name) = record.type_at(at, LONG_TYPE) {
                let length = name.len() as u32;
                type_end = at.plus(length);
                // Saturates: the last record of a step may exceed the bytes.
                budget.bytes = budget.bytes.saturating_sub(length);
                known = hash(name);
                if group.filter & filter_bit(known) != 0 {
                    let mut from = 0;
                    while let Some(index) = group.find(known, walk.bits, from) {
                        let other = group.type_of(index, records, walk, budget);
                        if other.is_some_and(|other| equal(other, name)) {
                            walk.bits |= 1 << index;
                        }
                        from = index.plus(1);
                    }
                }
            }
        }
        // Wraps: record numbers are modulo 2^32.
        let index = walk.other.number.wrapping_sub(walk.cursor.number);
        if index == group.len && (group.len == 0 || is_left_out || type_end < TYPE_END_LIMIT) {
            if group.len == 0 {
                walk.read = walk.other_read;
            }
            group.add(known, is_left_out, walk);
        }
        walk.other = next;
        walk.other_read = 0;
    }
    true
}

/// Returns whether all later records were compared with the group, or all of the group are left out.
fn is_chosen(walk: &Walk) -> bool {
    // If all bits below the highest one are set, every candidate is left out.
    !walk.other.is_before(walk.until) || walk.bits > 1 && walk.bits & walk.bits.plus(1) == 0
}

/// Candidates for the snapshot, from `walk.cursor` on. `walk.bits` has a bit for each, which is set if it is left out.
struct Group {
    /// The hashes of their types.
    hashes: [u8; GROUP],
    /// A bit for each hash, modulo 32.
    filter: u32,
    len: u32,
    /// The cursor before the last candidate.
    last: Cursor,
}

impl Group {
    /// Reads the candidates again that an earlier step has added.
    #[inline(never)] // Its locals are not on the stack during the comparisons that follow.
    fn read(&mut self, records: &Records<'_>, walk: &Walk) {
        let mut cursor = walk.cursor;
        let mut bits = walk.bits;
        while bits > 1 {
            let at = cursor;
            let name = match bits & 1 {
                0 => candidate_type(records, &mut cursor, walk),
                _ => records.read(&mut cursor).ok().flatten().and(None),
            };
            self.put(name.map_or(0, hash), at);
            bits >>= 1;
        }
    }

    fn put(&mut self, hash: u8, at: Cursor) -> bool {
        let Some(slot) = self.hashes.get_mut(self.len as usize) else {
            return false;
        };
        *slot = hash;
        self.filter |= filter_bit(hash);
        self.last = at;
        self.len = self.len.plus(1);
        true
    }

    fn add(&mut self, hash: u8, is_left_out: bool, walk: &mut Walk) {
        let bit = 1 << self.len;
        if self.put(hash, walk.other) {
            walk.bits = (walk.bits ^ bit) | bit << 1 | if is_left_out { bit } else { 0 };
        }
    }

    /// Returns the index, `from` or higher, of a candidate with this hash that is not left out.
    fn find(&self, hash: u8, bits: u32, from: usize) -> Option<usize> {
        let mut candidates = self.hashes.iter().enumerate().take(self.len as usize);
        let found = |(index, known): &(usize, &u8)| {
            *index >= from && **known == hash && (bits >> index) & 1 == 0
        };
        candidates.find(found).map(|(index, _)| index)
    }

    /// Returns the type of the candidate at this index.
    #[inline(never)] // Rarely called, as few hashes are equal. Inlined, its locals would be on the stack of every step.
    fn type_of<'r>(
        &self,
        index: usize,
        records: &Records<'r>,
        walk: &Walk,
        budget: &mut Budget,
    ) -> Option<&'r [u8]> {
        let mut at = walk.cursor;
        if self.len == (index as u32).plus(1) {
            at = self.last;
        } else {
            // Reading up to the candidate takes about as long as two records. Saturates: fewer may be left.
            budget.records = budget.records.saturating_sub(2);
            for _ in 0..index {
                let _ = records.read(&mut at);
            }
        }
        candidate_type(records, &mut at, walk)
    }
}

/// Returns the type of the record after the cursor, and moves the cursor past it.
#[inline(always)] // As a function of its own, it would need more stack.
fn candidate_type<'r>(records: &Records<'r>, at: &mut Cursor, walk: &Walk) -> Option<&'r [u8]> {
    let mut read = if *at == walk.cursor { walk.read } else { 0 };
    let record = records.read(at).ok()??;
    record.find_type(&mut read, &mut { TYPE_END_LIMIT });
    record.type_at(read, LONG_TYPE)
}

const fn filter_bit(hash: u8) -> u32 {
    1 << (hash & 31)
}

fn hash(name: &[u8]) -> u8 {
    // Product and sum wrap: they are a hash.
    let step = |hash: u8, byte: &u8| hash.wrapping_mul(31).wrapping_add(*byte);
    name.iter().fold(0, step)
}
