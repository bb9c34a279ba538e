//! A clock whose time never changes.

use core::future::{Future, pending};
use core::hint::black_box;

use embedded_sse::Instant;
use embedded_sse::io::{asynch, blocking};

/// A clock that costs almost nothing. The cost of a real clock differs from chip to chip, so it does not count.
pub struct Clock;

impl Clock {
    pub const NOW: Instant = Instant::from_millis(1_000);
}

impl blocking::Clock for Clock {
    fn now(&self) -> Instant {
        black_box(Self::NOW)
    }

    fn wait_until(&self, _: Instant) {
        unreachable!("the socket is always ready")
    }
}

impl asynch::Clock for Clock {
    fn now(&self) -> Instant {
        blocking::Clock::now(self)
    }

    fn wait_until(&self, _: Instant) -> impl Future<Output = ()> {
        pending()
    }
}
