//! The present state, which the caller's hook writes for a client that is new or has lost events.

use core::fmt;

use super::output::Waiting;
use super::progress::Progress;
#[cfg(feature = "http")]
use super::scratch::Scratch;
use crate::encode::{Sink, SliceSink};

/// The hook of [`StreamOptions::initial_state`](super::StreamOptions::initial_state).
///
/// The provided methods are reached only through the hook, so programs that set none do not link them.
pub(super) trait InitialState: Sync {
    /// Writes the frame of this number, or returns `false` after the last one.
    fn write(&self, number: u32, sink: &mut SliceSink<'_>) -> bool;

    /// Puts the next frame at the start of `buffer`, and returns its length.
    fn fill(&self, progress: &mut Progress, buffer: &mut [u8]) -> usize {
        let mut sink = SliceSink::new(buffer);
        if !progress.is_ended() && self.write(progress.walk.sent, &mut sink) {
            // Saturates: a hook that never returns `false` gets the last number again and again.
            progress.walk.sent = progress.walk.sent.saturating_add(1);
        } else {
            progress.leave_initial_state();
        }
        let length = sink.written();
        if length > 0 {
            progress.waiting = Waiting::Progress;
        }
        length
    }

    /// Puts the next frame into the scratch of a connection, if it is due and nothing else is to be sent.
    #[cfg(feature = "http")]
    fn put(&self, progress: &mut Progress, scratch: &mut Scratch<'_>) {
        if !progress.stage.is_initial_state() || !scratch.is_sent() {
            return;
        }
        let length = self.fill(progress, scratch.content_space());
        if length > 0 {
            scratch.finish_write(length);
        }
    }
}

impl<F: Fn(u32, &mut SliceSink<'_>) -> bool + Sync> InitialState for F {
    fn write(&self, number: u32, sink: &mut SliceSink<'_>) -> bool {
        self(number, sink)
    }
}

impl fmt::Debug for dyn InitialState + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InitialState").finish_non_exhaustive()
    }
}
