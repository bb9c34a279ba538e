//! How long a client has taken no byte.

use crate::time::Instant;

/// What the time since a moment is measured for. The moment is kept beside this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(super) enum Waiting {
    /// For something to send. The last byte was sent then.
    Idle,
    /// For the client to take bytes.
    Sending,
    /// For nothing yet: bytes were sent just now.
    Progress,
}

impl Waiting {
    /// Begins to measure, if bytes were sent since the last call.
    pub fn note_progress(&mut self, since: &mut Instant, now: Instant) {
        if *self == Waiting::Progress {
            *self = Waiting::Idle;
            *since = now;
        }
    }

    /// Whether there were bytes to send for too long.
    pub fn is_stalled(&mut self, since: &mut Instant, now: Instant, limit_ms: u32) -> bool {
        if *self == Waiting::Sending {
            return now >= since.limit(limit_ms);
        }
        *self = Waiting::Sending;
        *since = now;
        false
    }
}
