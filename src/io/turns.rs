//! How asynchronous drivers yield to other tasks.

use core::future::{Future, poll_fn};
use core::task::Poll;

/// Counts the turns of a driver's loop, which yields to other tasks after [`LIMIT`](Self::LIMIT) of them. Without that, a
/// socket that is always ready would keep the executor in one task.
///
/// A turn that waits for a socket or a clock does not restart the count. To restart it would need code at each of these
/// waits, and would save one poll in 32 turns.
#[derive(Debug)]
pub(super) struct Turns {
    left: u8,
}

impl Turns {
    /// The number of turns between two yields.
    const LIMIT: u8 = 32;

    /// The count after a yield.
    pub const FULL: Self = Self { left: Self::LIMIT };

    /// The count that makes the next turn yield.
    pub const USED_UP: Self = Self { left: 0 };

    /// Begins a turn, in which the driver may read once, write once or connect once.
    ///
    /// If no turn is left, it wakes its task, is pending once, and is ready at the next poll.
    pub fn begin(&mut self) -> impl Future<Output = ()> {
        poll_fn(|context| match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Poll::Ready(())
            }
            None => {
                // Restart the count in this poll: a caller that drops each future after one poll would never reach
                // another one, and make no progress.
                *self = Self::FULL;
                context.waker().wake_by_ref();
                Poll::Pending
            }
        })
    }
}
