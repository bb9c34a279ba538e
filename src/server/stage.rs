//! How far a stream has come.

use super::output::CloseReason;

/// How far a stream has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(super) enum Stage {
    /// The client has a last event ID, and the search for it has not begun.
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
    /// As `Preamble`, but `Live` always follows: for a client that resumes without a loss, and for a stream that ends after its
    /// preamble.
    ResumedPreamble,
    /// Sends the loss notice.
    LossNotice,
    /// Sends a keep-alive.
    KeepAlive,
    /// Sends the frames of the log.
    Live,
    /// As `Live`, until an event or the newest id of the log is sent (`StreamOptions::initial_id`). The stage is entered again
    /// after each loss notice.
    LiveWithoutId,
    /// Searches the log for its newest id, and sends it in a block without data.
    InitialId,
    /// The stream is over.
    Closed(CloseReason),
}

// Keep the stages that one function tests next to each other: then the test is a comparison with a range. `Session::next` tests
// for the session's own frames. It treats all other open stages as stages of the log, without a test. So a stage of the log
// that a rare option adds, such as `InitialId`, makes no test longer.
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
