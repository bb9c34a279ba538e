//! Which frames a client gets, if not all.

use super::record::Record;
use super::ring::{Cursor, Records};
use crate::wire::text::EventName;

/// A frame that may go to a client.
pub(super) struct Candidate<'r> {
    pub record: Record<'r>,
    /// Before and behind it.
    pub at: Cursor,
    pub behind: Cursor,
    /// Frames before this one are sent only if they are the latest of their type.
    pub snapshot_until: Cursor,
    pub only: Option<&'r [EventName<'r>]>,
    pub records: Records<'r>,
}

impl Candidate<'_> {
    pub fn is_wanted(&self) -> bool {
        let in_snapshot = self.at.is_before(self.snapshot_until);
        let Some(event_type) = self.record.event_type() else {
            return !in_snapshot;
        };
        let of_interest = self.only.is_none_or(|names| names.contains(&event_type));
        of_interest && (!in_snapshot || self.is_latest(event_type))
    }

    fn is_latest(&self, event_type: EventName<'_>) -> bool {
        let mut later = self.behind;
        while later.is_before(self.snapshot_until) {
            match self.records.read(&mut later) {
                Ok(Some(other)) if other.event_type() != Some(event_type) => {}
                _ => return false,
            }
        }
        true
    }
}
