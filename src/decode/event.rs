//! Events.

use crate::wire::text::{EventId, EventName, Text};

/// An event as a client dispatches it (WHATWG HTML 9.2.6).
///
/// It borrows from the decoder or the input. An [`OwnedEvent`](crate::OwnedEvent) is a copy that stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Event<'a> {
    /// The value of the last `event` field, or `message`.
    pub event_type: EventName<'a>,
    /// The values of all `data` fields, joined by line feeds.
    pub data: Text<'a>,
    /// The last id that the stream has set so far, or the one it was resumed from; this event need
    /// not have set it.
    pub last_event_id: EventId<'a>,
}
