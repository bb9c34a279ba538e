//! Time for drivers that wait.

use core::future::Future;

use crate::time::Instant;

/// Tells the time, and waits.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, Instant as StdInstant};
/// use embedded_sse::{Instant, io::asynch::Clock};
///
/// struct TokioClock {
///     start: StdInstant,
/// }
///
/// impl Clock for TokioClock {
///     fn now(&self) -> Instant {
///         Instant::from_millis(self.start.elapsed().as_millis() as u64)
///     }
///
///     async fn wait_until(&self, at: Instant) {
/// #       mod tokio { pub mod time { pub async fn sleep_until(_: std::time::Instant) {} } }
///         let at = self.start + Duration::from_millis(at.as_millis());
///         tokio::time::sleep_until(at.into()).await;
///     }
/// }
/// ```
pub trait Clock {
    /// The time now.
    fn now(&self) -> Instant;

    /// Waits until then, which is never [`Instant::NEVER`].
    fn wait_until(&self, at: Instant) -> impl Future<Output = ()>;
}

impl<C: Clock + ?Sized> Clock for &C {
    fn now(&self) -> Instant {
        (**self).now()
    }

    fn wait_until(&self, at: Instant) -> impl Future<Output = ()> {
        (**self).wait_until(at)
    }
}

/// The clock of `embassy-time`.
#[cfg(feature = "embassy-time")]
#[cfg_attr(docsrs, doc(cfg(feature = "embassy-time")))]
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct EmbassyClock;

#[cfg(feature = "embassy-time")]
impl Clock for EmbassyClock {
    fn now(&self) -> Instant {
        Instant::from_millis(embassy_time::Instant::now().as_millis())
    }

    async fn wait_until(&self, at: Instant) {
        let left = at.since(self.now());
        embassy_time::Timer::after_millis(left).await;
    }
}

/// Waits until then, which may be never.
pub(super) async fn wait_until(clock: &impl Clock, at: Instant) {
    if at == Instant::NEVER {
        core::future::pending().await
    } else {
        clock.wait_until(at).await
    }
}
