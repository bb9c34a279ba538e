//! Clocks of asynchronous drivers, and time limits for futures.

use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::{Context, Poll};

use crate::time::Instant;

/// A clock that can wait.
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
    /// Returns the current time, in milliseconds since a fixed moment. It must not go back: otherwise time limits end later.
    fn now(&self) -> Instant;

    /// Waits until this time, which is never [`Instant::NEVER`]. It returns at once if the time has passed, and must not return
    /// earlier than the time.
    ///
    /// # Cancel safety
    ///
    /// The drivers drop this future when what it limits has happened before.
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

/// The clock of `embassy-time`, in whole milliseconds.
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

    fn wait_until(&self, at: Instant) -> impl Future<Output = ()> {
        embassy_time::Timer::after_millis(at.since(self.now()))
    }
}

/// Waits until this time. `None` if that is never.
///
/// Drivers hold it in their future, which takes RAM for each client. So it is no larger than the clock's own future.
pub(super) fn timer<C: Clock>(clock: &C, at: Instant) -> Option<impl Future<Output = ()>> {
    (at != Instant::NEVER).then(|| clock.wait_until(at))
}

/// Waits for `future`. Returns `None` if the timer ends first.
pub(super) fn with_timer<F: Future, T: Future>(
    future: Pin<&mut F>,
    timer: Pin<&mut Option<T>>,
) -> impl Future<Output = Option<F::Output>> {
    with_timer_or(future, |_| Poll::Pending, timer)
}

/// Waits for `future`. Returns `None` if `poll_other` is ready or the timer ends first.
pub(super) fn with_timer_or<F: Future, T: Future>(
    mut future: Pin<&mut F>,
    mut poll_other: impl FnMut(&mut Context<'_>) -> Poll<()>,
    mut timer: Pin<&mut Option<T>>,
) -> impl Future<Output = Option<F::Output>> {
    poll_fn(move |context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        if poll_other(context).is_ready() {
            return Poll::Ready(None);
        }
        match timer.as_mut().as_pin_mut() {
            Some(timer) => timer.poll(context).map(|_| None),
            None => Poll::Pending,
        }
    })
}
