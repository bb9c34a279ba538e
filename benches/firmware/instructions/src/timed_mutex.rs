//! For how long a lock is held.

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::peripheral::SYST;
use embassy_sync::blocking_mutex::raw::RawMutex;

use crate::stopwatch::RELOAD;

/// A mutex for one task, which notes for how long it is locked.
pub struct TimedMutex;

static LONGEST: AtomicU32 = AtomicU32::new(0);

impl TimedMutex {
    pub fn forget() {
        LONGEST.store(0, Ordering::Relaxed);
    }

    /// The ticks for which any of them was locked at a time, since they were forgotten.
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
        let ticks = start.wrapping_sub(SYST::get_current()) & RELOAD;
        LONGEST.store(Self::longest().max(ticks), Ordering::Relaxed);
        result
    }
}
