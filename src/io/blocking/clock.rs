//! Clocks of blocking clients.

use crate::time::Instant;

/// A clock that can wait.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, Instant as StdInstant};
/// use embedded_sse::{Instant, io::blocking::Clock};
///
/// struct StdClock {
///     start: StdInstant,
/// }
///
/// impl Clock for StdClock {
///     fn now(&self) -> Instant {
///         Instant::from_millis(self.start.elapsed().as_millis() as u64)
///     }
///
///     fn wait_until(&self, at: Instant) {
///         std::thread::sleep(Duration::from_millis(at.since(self.now())));
///     }
/// }
/// ```
pub trait Clock {
    /// Returns the current time, in milliseconds since a fixed moment. It must not go back: otherwise time limits end later.
    fn now(&self) -> Instant;

    /// Waits until this time, which is never [`Instant::NEVER`]. It returns at once if the time has passed, and must not return
    /// earlier than the time.
    fn wait_until(&self, at: Instant);
}

impl<C: Clock + ?Sized> Clock for &C {
    fn now(&self) -> Instant {
        (**self).now()
    }

    fn wait_until(&self, at: Instant) {
        (**self).wait_until(at);
    }
}
