//! A clock that stands still.

use core::future::{Future, pending};
use core::hint::black_box;

use embedded_sse::Instant;
use embedded_sse::io::{asynch, blocking};

/// Costs next to nothing: how long it takes to read a clock differs from chip to chip.
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
