//! Logs that tasks share.

use core::task::{Context, Poll};

use crate::server::{Cursor, EventLog};

/// An event log that tasks share, and that wakes those that wait for its next frame.
///
/// A `Hub` is one (feature `embassy-sync`). Others are made from a lock and a list of wakers.
pub trait SharedLog {
    /// The log's buffer.
    type Buffer: AsRef<[u8]> + AsMut<[u8]> + ?Sized;

    /// Calls `read` with the log under its lock; `None` if the caller holds that lock already.
    fn with<R>(&self, read: impl FnOnce(&EventLog<Self::Buffer>) -> R) -> Option<R>;

    /// Ready when the log has a frame at this place, or has ended. Otherwise it keeps the waker, and
    /// wakes it then.
    fn poll_frame(&self, cursor: Cursor, context: &mut Context<'_>) -> Poll<()>;

    /// Whether all streams shall end. They do, between two frames.
    fn has_ended(&self) -> bool {
        false
    }

    /// Called when a client was told that events are missing.
    fn note_lapped(&self) {}
}

impl<L: SharedLog + ?Sized> SharedLog for &L {
    type Buffer = L::Buffer;

    fn with<R>(&self, read: impl FnOnce(&EventLog<L::Buffer>) -> R) -> Option<R> {
        (**self).with(read)
    }

    fn poll_frame(&self, cursor: Cursor, context: &mut Context<'_>) -> Poll<()> {
        (**self).poll_frame(cursor, context)
    }

    fn has_ended(&self) -> bool {
        (**self).has_ended()
    }

    fn note_lapped(&self) {
        (**self).note_lapped();
    }
}
