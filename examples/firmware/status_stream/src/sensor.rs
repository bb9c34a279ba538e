//! A simulated sensor of temperature.

use core::fmt;

/// Wanders slowly between 20 and 25 °C.
pub struct Sensor {
    hundredths: i32,
    random: u32,
}

/// What it has read.
#[derive(Clone, Copy)]
pub struct Celsius {
    hundredths: i32,
}

impl Sensor {
    pub fn new() -> Self {
        Self {
            hundredths: 2150,
            random: 1,
        }
    }

    pub fn read(&mut self) -> Celsius {
        // A linear congruential generator: its high bits will do.
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
    /// Two limits, so that a temperature about one of them is told once.
    pub fn is_warm(self, was_warm: bool) -> bool {
        self.hundredths > if was_warm { 2080 } else { 2120 }
    }
}

impl fmt::Display for Celsius {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.hundredths / 100, self.hundredths % 100)
    }
}
