//! How far a stream has come.

use super::output::CloseReason;

/// How far a stream has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(super) enum Stage {
    /// The search for the last event that the client has seen has not begun.
    Resume,
    /// Searches the log for that event.
    #[cfg_attr(
        not(any(feature = "http", feature = "embedded-io-async")),
        expect(dead_code, reason = "`Session::new` searches in one call")
    )]
    Search,
    /// Calls the caller's hook for the present state. `Live` follows.
    InitialState,
    /// As `InitialState`, but `LiveWithoutId` follows.
    InitialStateWithoutId,
    /// Sends the start of the stream: comment, reconnection time and padding.
    Preamble,
    /// As `Preamble`, for a client that resumes without a loss. `Live` follows.
    ResumedPreamble,
    /// Sends the loss notice.
    LossNotice,
    /// Sends a keep-alive.
    KeepAlive,
    /// Sends the frames of the log.
    Live,
    /// As `Live`, for a client that has seen no event and has no id.
    LiveWithoutId,
    /// Searches the log for its newest id, and sends that by itself.
    InitialId,
    /// The stream is over.
    Closed(CloseReason),
}

// Stages that one function tests for together stand side by side, so that it compares a range. `Session::next` tests for the own
// frames of the session, and takes all stages that are left as those of the log: so a stage that a rare option adds to the log's
// makes no test longer.
impl Stage {
    /// Returns whether the caller's hook is called for the present state.
    pub const fn is_initial_state(self) -> bool {
        matches!(self, Self::InitialState | Self::InitialStateWithoutId)
    }

    /// Returns whether the session sends a frame of its own.
    pub const fn is_own_frame(self) -> bool {
        matches!(
            self,
            Self::Preamble | Self::ResumedPreamble | Self::LossNotice | Self::KeepAlive
        )
    }

    /// Returns whether records of the log are sent.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Live | Self::LiveWithoutId)
    }

    /// Returns the stage after the last frame of the present state.
    pub const fn after_initial_state(self) -> Self {
        match self {
            Self::InitialStateWithoutId => Self::LiveWithoutId,
            _ => Self::Live,
        }
    }
}
