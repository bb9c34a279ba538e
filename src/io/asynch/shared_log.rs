//! Logs that tasks share.

use core::task::{Context, Poll};

use crate::server::{CloseReason, Cursor, EventLog};

/// An event log that tasks share, and that wakes those that wait for its next frame.
///
/// A `Hub` is one (feature `embassy-sync`). Others are made from a lock and a list of wakers.
pub trait SharedLog {
    /// The log's buffer.
    type Buffer: AsRef<[u8]> + AsMut<[u8]> + ?Sized;

    /// The place of one client, for as long as it has a stream. It is dropped when the stream has ended.
    type Place<'l>
    where
        Self: 'l;

    /// Takes a place for a client that gets a stream. `None` when all are taken, or the log has ended: the client
    /// is refused then.
    fn join(&self) -> Option<Self::Place<'_>>;

    /// Calls `read` with the log under its lock; `None` if the caller holds that lock already.
    fn with<R>(&self, read: impl FnOnce(&EventLog<Self::Buffer>) -> R) -> Option<R>;

    /// Ready when the log has a frame at the cursor, or has ended. That is so if
    /// [`newest`](EventLog::newest) is another cursor. Otherwise it keeps the waker for this client, and wakes it then.
    fn poll_frame(
        &self,
        place: &Self::Place<'_>,
        cursor: Cursor,
        context: &mut Context<'_>,
    ) -> Poll<()>;

    /// Whether all streams shall end. They do, between two frames.
    fn has_ended(&self) -> bool {
        false
    }

    /// Called when a client was told that events are missing.
    fn note_loss(&self) {}

    /// Called when a request was refused, by the rules of the options or because no place was free.
    fn note_refused(&self) {}

    /// Called when a stream has ended.
    fn note_closed(&self, _: CloseReason) {}
}
