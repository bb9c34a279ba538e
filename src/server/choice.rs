//! Which frames a client gets, if not all.

use super::record::Record;
use super::ring::{Cursor, Records};
use super::walk::{Budget, Walk};
use crate::wire::exact::Exact;
use crate::wire::text::{EventName, equal};

/// The types whose events a client gets, if not all.
type Only<'c> = Option<&'c [EventName<'c>]>;

/// `skip`, for those who want to link it only if it is needed.
pub(super) type Skip = fn(Only<'_>, Records<'_>, &mut Walk, &mut Budget) -> bool;
pub(super) const SKIP: Skip = skip;

/// Events whose types have so many bytes are never left out of a snapshot: to compare them takes long.
const LONG_TYPE: usize = 256;

/// Moves behind frames that are not for this client. `false` if more of them may follow.
///
/// Before `walk.until` it gets only the last event of each type.
fn skip(only: Only<'_>, records: Records<'_>, walk: &mut Walk, budget: &mut Budget) -> bool {
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

/// Records that are compared with all later ones at once. To compare one by one would take types times frames.
const GROUP: usize = 16;
/// How far the type of one reaches, but for the first: in each step they are read again.
const MEMBER_LEN: u32 = 48;

/// Records that may be a part of the snapshot.
struct Group {
    positions: [u32; GROUP],
    /// Of their types.
    hashes: [u16; GROUP],
    len: u32,
}

/// Finds out which of the next records are left out of the snapshot, because later ones have their types, or
/// because they are no events of these types. `false` if that is to go on.
fn choose(only: Only<'_>, records: Records<'_>, walk: &mut Walk, budget: &mut Budget) -> bool {
    let is_used_up = walk.bits == 1 && walk.other != walk.cursor;
    if walk.bits == 0 || is_used_up {
        walk.other = walk.cursor;
        walk.other_read = 0;
        walk.bits = 1;
    }
    if is_chosen(walk) {
        return true;
    }
    let mut group = Group::read(records, walk);
    while !is_chosen(walk) {
        let mut next = walk.other;
        let Ok(Some(record)) = records.read(&mut next) else {
            // The group was lapped, as whoever sends it will find.
            return true;
        };
        if !budget.take_record()
            || record.is_event() && !record.find_type(&mut walk.other_read, &mut budget.bytes)
        {
            return false;
        }
        let at = walk.other_read;
        let mut is_left_out = true;
        let mut name = None;
        if record.is_event() {
            is_left_out = !is_one_of(only, record, at);
            name = record.type_at(at, LONG_TYPE);
            budget.bytes = budget
                .bytes
                .saturating_sub(name.map_or(LONG_TYPE, <[u8]>::len) as u32);
        }
        let hash = name.map_or(0, hash);
        if let Some(name) = name {
            group.leave_out(records, walk, name, hash);
        }
        let reach = at.saturating_add(name.map_or(MEMBER_LEN, |name| name.len() as u32));
        let number = walk.other.number.wrapping_sub(walk.cursor.number);
        if number == group.len && (group.len == 0 || is_left_out || reach < MEMBER_LEN) {
            if group.len == 0 {
                walk.read = at;
            }
            group.add(hash, is_left_out, walk);
        }
        walk.other = next;
        walk.other_read = 0;
    }
    true
}

/// Whether all later records were compared with the group, or no record of it is left.
const fn is_chosen(walk: &Walk) -> bool {
    !walk.other.is_before(walk.until) || walk.bits > 1 && walk.bits & walk.bits.wrapping_add(1) == 0
}

impl Group {
    /// Reads again which records were added.
    fn read(records: Records<'_>, walk: &Walk) -> Self {
        let mut group = Self {
            positions: [0; GROUP],
            hashes: [0; GROUP],
            len: walk.bits.checked_ilog2().unwrap_or_default(),
        };
        let mut cursor = walk.cursor;
        let mut bits = walk.bits;
        for (position, known) in group.positions.iter_mut().zip(&mut group.hashes) {
            if bits <= 1 {
                break;
            }
            *position = cursor.position;
            let at = cursor;
            let Ok(Some(record)) = records.read(&mut cursor) else {
                break;
            };
            if bits & 1 == 0 {
                *known = member_type(record, at, walk).map_or(0, hash);
            }
            bits >>= 1;
        }
        group
    }

    /// Leaves out the one with this type, for a later one has that too.
    fn leave_out(&self, records: Records<'_>, walk: &mut Walk, name: &[u8], hash: u16) {
        let mut member = walk.cursor;
        let mut bit = 1;
        let members = self.positions.iter().zip(&self.hashes);
        for (position, known) in members.take(self.len as usize) {
            if *known == hash && walk.bits & bit == 0 {
                member.position = *position;
                if let Ok(Some(record)) = records.read(&mut { member })
                    && member_type(record, member, walk).is_some_and(|known| equal(known, name))
                {
                    walk.bits |= bit;
                    return;
                }
            }
            bit <<= 1;
            member.number = member.number.wrapping_add(1);
        }
    }

    fn add(&mut self, hash: u16, is_left_out: bool, walk: &mut Walk) {
        let at = self.len as usize;
        if let (Some(position), Some(known)) = (self.positions.get_mut(at), self.hashes.get_mut(at))
        {
            *position = walk.other.position;
            *known = hash;
            let bit = 1 << self.len;
            walk.bits = (walk.bits ^ bit) | bit << 1 | if is_left_out { bit } else { 0 };
            self.len = self.len.plus(1);
        }
    }
}

/// The type of a record that was added.
fn member_type<'r>(record: Record<'r>, cursor: Cursor, walk: &Walk) -> Option<&'r [u8]> {
    let mut at = if cursor == walk.cursor { walk.read } else { 0 };
    record.find_type(&mut at, &mut { MEMBER_LEN });
    record.type_at(at, LONG_TYPE)
}

fn hash(name: &[u8]) -> u16 {
    // The sum wraps: it is a hash.
    let step = |hash: u16, byte: &u8| hash.wrapping_mul(31).wrapping_add(u16::from(*byte));
    name.iter().fold(0, step)
}
