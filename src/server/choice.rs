//! Which frames a client gets, if not all.

use super::ring::{Cursor, Records};
use crate::wire::text::{EventName, equal};

/// Which frames go to a client.
pub(super) struct Choice<'c> {
    /// Events of these types, or of all types.
    pub only: Option<&'c [EventName<'c>]>,
    /// Frames before this one only if they are the latest of their type.
    pub snapshot_until: Cursor,
}

/// `Choice::skip`, for those who want to link it only if it is needed.
pub(super) type Skip = fn(&Choice<'_>, Records<'_>, &mut Cursor) -> bool;
pub(super) const SKIP: Skip = |choice, records, cursor| choice.skip(records, cursor);

/// Frames that are looked at in one call, so that no call takes long.
const MAX_SKIPPED: u32 = 8;

impl Choice<'_> {
    /// Moves a cursor behind frames that are not chosen. `false` if more of them may follow.
    pub fn skip(&self, records: Records<'_>, cursor: &mut Cursor) -> bool {
        for _ in 0..MAX_SKIPPED {
            let mut behind = *cursor;
            let Ok(Some(record)) = records.read(&mut behind) else {
                return true;
            };
            let in_snapshot = cursor.is_before(self.snapshot_until);
            let is_chosen = match record.event_type() {
                None => !in_snapshot,
                Some(event_type) => {
                    let of_interest = self
                        .only
                        .is_none_or(|names| names.iter().any(|name| is_same(*name, event_type)));
                    of_interest && !(in_snapshot && self.is_outdated(records, behind, event_type))
                }
            };
            if is_chosen {
                return true;
            }
            *cursor = behind;
        }
        false
    }

    /// Whether the snapshot has a later frame of this type.
    fn is_outdated(
        &self,
        records: Records<'_>,
        mut later: Cursor,
        event_type: EventName<'_>,
    ) -> bool {
        while later.is_before(self.snapshot_until) {
            match records.read(&mut later) {
                Ok(Some(other))
                    if !other
                        .event_type()
                        .is_some_and(|other| is_same(other, event_type)) => {}
                _ => return true,
            }
        }
        false
    }
}

fn is_same(one: EventName<'_>, other: EventName<'_>) -> bool {
    equal(one.as_bytes(), other.as_bytes())
}
