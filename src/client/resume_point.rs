//! What outlives a client.

use crate::wire::text::EventId;

/// What has to be kept over a deep sleep or a reboot, for the stream to go on where it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ResumePoint<'s> {
    /// Of the last event. Empty if there is none.
    pub last_event_id: EventId<'s>,
    /// The reconnection time in milliseconds, if the server has set it.
    pub retry: Option<u32>,
}
