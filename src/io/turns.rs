//! How asynchronous drivers let other tasks run.

use core::future::{Future, poll_fn};
use core::task::Poll;

/// Counts the turns of a driver's loop, which yields to other tasks after [`LIMIT`](Self::LIMIT) of them: a socket
/// that is always ready would keep them waiting otherwise.
///
/// A turn that waits for a socket or a clock does not restart the count: that would take code in each of these waits,
/// and save one poll in 32 turns.
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(super) struct Turns {
    left: u8,
}

impl Turns {
    /// How many pieces of input may be read between two yields.
    const LIMIT: u8 = 32;

    /// As after a yield.
    pub const ALL: Self = Self { left: Self::LIMIT };

    /// The first turn yields.
    pub const NONE: Self = Self { left: 0 };

    /// Begins a turn, which may read one piece of input, write once or connect once. Yields first if no turn is left:
    /// it wakes its task, and is ready at the next poll.
    pub fn begin(&mut self) -> impl Future<Output = ()> {
        poll_fn(|context| match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Poll::Ready(())
            }
            None => {
                // At once: if only the next poll did this, a caller that drops each future after one poll would make
                // no progress.
                *self = Self::ALL;
                context.waker().wake_by_ref();
                Poll::Pending
            }
        })
    }
}
