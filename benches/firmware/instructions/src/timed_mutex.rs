//! Measures for how long a lock is held.

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::peripheral::SYST;
use embassy_sync::blocking_mutex::raw::RawMutex;

use crate::stopwatch::RELOAD;

/// A mutex for one task, which records its longest hold.
pub struct TimedMutex;

static LONGEST: AtomicU32 = AtomicU32::new(0);

impl TimedMutex {
    /// Starts a new measurement.
    pub fn reset() {
        LONGEST.store(0, Ordering::Relaxed);
    }

    /// The ticks of the longest hold of any mutex since [`reset`](Self::reset).
    pub fn longest() -> u32 {
        LONGEST.load(Ordering::Relaxed)
    }
}

// SAFETY: there is one task, no interrupt, and no second core.
unsafe impl RawMutex for TimedMutex {
    const INIT: Self = Self;

    fn lock<R>(&self, work: impl FnOnce() -> R) -> R {
        let start = SYST::get_current();
        let result = work();
        // The timer counts down, and wraps within its 24 bits.
        let ticks = start.wrapping_sub(SYST::get_current()) & RELOAD;
        LONGEST.store(Self::longest().max(ticks), Ordering::Relaxed);
        result
    }
}
