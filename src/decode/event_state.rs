//! How far an event has come.

/// How far the event under way has come. In this order, the states until `HasData` are those of an event that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(super) enum EventState {
    /// No field of the event has come.
    Empty,
    /// Fields have come, but no data line.
    NoData,
    HasData,
    /// The event does not fit. The caller has got the error.
    Dropped,
    /// As `Dropped`, within an `id` line that does not fit either.
    DroppedWithId,
}

impl EventState {
    /// Whether no field of the event has come.
    #[inline(always)] // one comparison
    pub fn is_empty(self) -> bool {
        self == EventState::Empty
    }

    /// Whether the event fits so far, and the next data line would be its first one.
    #[inline(always)] // one comparison
    pub fn has_no_data(self) -> bool {
        self <= EventState::NoData
    }

    /// Whether the event fits so far, and has a data line.
    #[inline(always)] // one comparison
    pub fn has_data(self) -> bool {
        self == EventState::HasData
    }

    /// Whether the event fits so far.
    #[inline(always)] // one comparison
    pub fn is_kept(self) -> bool {
        self <= EventState::HasData
    }

    /// Notes a field that is no data.
    pub fn note_field(&mut self) {
        if self.is_empty() {
            *self = EventState::NoData;
        }
    }

    /// Notes a data line. Returns whether the event fits so far.
    pub fn note_data(&mut self) -> bool {
        if self.has_no_data() {
            *self = EventState::HasData;
        }
        self.has_data()
    }
}
