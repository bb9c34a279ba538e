//! A simulated temperature sensor.

use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};

/// A sensor whose temperature varies slowly between 20 and 25 °C.
pub struct Sensor {
    hundredths: i32,
    random: u32,
}

/// A reading.
#[derive(Clone, Copy)]
pub struct Celsius {
    hundredths: i32,
}

/// A line of the log: since when it is warm or cool. It contains the time, since a client may get the line late.
#[derive(Clone, Copy)]
pub struct Warmth {
    uptime: u32,
    is_warm: bool,
}

/// The last change: twice its uptime, plus 1 if it is warm since then. 0 before the first change.
static LAST: AtomicU32 = AtomicU32::new(0);

impl Sensor {
    pub fn new() -> Self {
        Self {
            hundredths: 2150,
            random: 1,
        }
    }

    pub fn read(&mut self) -> Celsius {
        // A linear congruential generator, whose arithmetic wraps by definition. Its low bits have short periods, so only the
        // high ones are used.
        self.random = self
            .random
            .wrapping_mul(1_664_525)
            .wrapping_add(1_013_904_223);
        let step = (self.random >> 24) as i32 % 21 - 10;
        self.hundredths = (self.hundredths + step).clamp(2000, 2500);
        Celsius {
            hundredths: self.hundredths,
        }
    }
}

impl Celsius {
    /// Compares with two limits, so that a temperature that varies about one of them is logged once.
    pub fn is_warm(self, was_warm: bool) -> bool {
        self.hundredths > if was_warm { 2080 } else { 2120 }
    }
}

impl Warmth {
    /// Records a change at this uptime, in seconds.
    pub fn change(uptime: u32, is_warm: bool) -> Self {
        LAST.store(uptime << 1 | u32::from(is_warm), Ordering::Relaxed);
        Self { uptime, is_warm }
    }

    /// Returns the last change.
    #[cfg_attr(feature = "stub", expect(dead_code, reason = "no client is greeted"))]
    pub fn last() -> Option<Self> {
        let last = LAST.load(Ordering::Relaxed);
        (last != 0).then_some(Self {
            uptime: last >> 1,
            is_warm: last & 1 != 0,
        })
    }
}

impl fmt::Display for Warmth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.is_warm { "warm" } else { "cool" };
        write!(f, "{} s: it is {word}", self.uptime)
    }
}

impl fmt::Display for Celsius {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.hundredths / 100, self.hundredths % 100)
    }
}
