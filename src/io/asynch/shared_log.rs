//! Logs that tasks share.

use core::task::{Context, Poll};

use crate::server::{CloseReason, Cursor, EventLog};

/// An event log that tasks share. It wakes the tasks that wait for its next frame.
///
/// `hub::Hub` implements it (feature `embassy-sync`). To implement it for another executor or for a buffer whose size is known
/// only at run time, you need a lock and a list of wakers.
pub trait SharedLog {
    /// The log's buffer.
    type Buffer: AsRef<[u8]> + AsMut<[u8]> + ?Sized;

    /// The slot of one client. It is held while the client has a stream, and dropped after that.
    type Slot<'l>
    where
        Self: 'l;

    /// Takes a slot for a client that gets a stream. `None` if all are taken or the log has ended: the client is refused
    /// then.
    fn join(&self) -> Option<Self::Slot<'_>>;

    /// Calls `read` with the log under its lock. Returns `None` if this is called by a function that runs under that lock.
    fn with<R>(&self, read: impl FnOnce(&EventLog<Self::Buffer>) -> R) -> Option<R>;

    /// Waits for a frame at the cursor, or for the end of the log.
    ///
    /// There is a frame at the cursor if [`newest`](EventLog::newest) is another cursor. If there is none and the log has
    /// not ended, keep the waker for this slot and return [`Poll::Pending`]. Wake it at the next frame or the end.
    fn poll_frame(
        &self,
        slot: &Self::Slot<'_>,
        cursor: Cursor,
        context: &mut Context<'_>,
    ) -> Poll<()>;

    /// Returns whether all streams have to end. Each ends after its current frame. By default it is `false`.
    fn has_ended(&self) -> bool {
        false
    }

    /// Notes that a client is sent a loss notice: it has missed events. Does nothing by default.
    fn note_loss(&self) {}

    /// Notes that a request was refused, by the rules of the options or because no slot was free. Does nothing by default.
    fn note_refused(&self) {}

    /// Notes that a stream has ended for this reason. It is not called if the socket has failed or a future was dropped. Does
    /// nothing by default.
    fn note_closed(&self, _: CloseReason) {}
}
