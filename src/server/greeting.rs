//! Tells a client that is new, or has lost events, the present state.

use core::fmt;

#[cfg(feature = "http")]
use super::connection::Connection;
use crate::encode::SliceSink;

/// The hook of [`StreamOptions::initial_state`](super::StreamOptions::initial_state).
pub(super) trait Greeting: Sync {
    /// Writes a frame, or returns `false`.
    fn write(&self, number: u32, sink: &mut SliceSink<'_>) -> bool;

    /// Puts the next frame into the scratch, if that has nothing to send any more.
    #[cfg(feature = "http")]
    fn greet(&self, connection: &mut Connection<'_>) {
        connection.put_greeting();
    }
}

impl<F: Fn(u32, &mut SliceSink<'_>) -> bool + Sync> Greeting for F {
    fn write(&self, number: u32, sink: &mut SliceSink<'_>) -> bool {
        self(number, sink)
    }
}

impl fmt::Debug for dyn Greeting + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Greeting").finish_non_exhaustive()
    }
}
