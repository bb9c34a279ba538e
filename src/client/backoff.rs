//! The delays before a client reconnects.

use core::num::NonZeroU32;

use crate::time::Instant;

/// Returns a delay in milliseconds: `start`, doubled `times` times, but at most `cap`.
pub(super) fn doubled(start: u32, times: u8, cap: u32) -> u32 {
    let mut delay = start;
    for _ in 0..times {
        // Saturate: a doubled delay can exceed 32 bits. The cap then limits it.
        delay = delay.saturating_mul(2);
    }
    delay.min(cap)
}

/// The random part of delays. It spreads the reconnects of clients that have lost one server at the same time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Jitter(u32);

impl Jitter {
    pub const fn new(seed: u32) -> Self {
        Self(seed)
    }

    /// Adds a random part of up to half of the delay, in milliseconds.
    pub fn scatter(&mut self, delay: u32) -> u32 {
        let width = NonZeroU32::MIN.saturating_add(delay / 2);
        // Saturate: a delay of more than 33 days and its random part can exceed 32 bits.
        delay.saturating_add(self.random() % width)
    }

    /// Makes all later random numbers depend on this time.
    pub fn stir(&mut self, now: Instant) {
        // The low bits of the time differ most between devices. Rotating keeps those of earlier times; `random` then mixes all
        // bits. A truncated time is as good as a whole one.
        self.0 = self.0.rotate_left(9) ^ now.as_millis() as u32;
    }

    /// Returns a random number: a counter, hashed so that each bit of the result depends on all of its bits.
    // The arithmetic wraps, as the hash (the finalizer of MurmurHash3) is defined on 32 bits. The counter's increment is odd,
    // so it takes all values.
    fn random(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9);
        let mut bits = self.0;
        bits = (bits ^ bits >> 16).wrapping_mul(0x85eb_ca6b);
        bits = (bits ^ bits >> 13).wrapping_mul(0xc2b2_ae35);
        bits ^ bits >> 16
    }
}

#[cfg(test)]
mod tests {
    use super::{Jitter, doubled};
    use crate::time::Instant;
    use std::vec::Vec;

    /// Breaks when a delay does not double, or exceeds the cap.
    #[test]
    fn delays_double_up_to_the_cap() {
        let delays = |start, cap, count| -> Vec<u32> {
            (0..count).map(|times| doubled(start, times, cap)).collect()
        };
        assert_eq!(
            delays(3000, 60_000, 7),
            [3000, 6000, 12_000, 24_000, 48_000, 60_000, 60_000]
        );
        assert_eq!(delays(0, 60_000, 2), [0, 0]);
        assert_eq!(delays(60_000, 60_000, 2), [60_000, 60_000]);
        let long = delays(u32::MAX, u32::MAX, 100);
        assert!(long.iter().all(|delay| *delay == u32::MAX));
    }

    /// Breaks when delays are not spread evenly over their range, or leave it.
    #[test]
    fn delays_are_scattered() {
        for seed in [0, 1, 0xffff_ffff] {
            let mut jitter = Jitter::new(seed);
            let mut counts = [0; 10];
            for _ in 0..10_000 {
                let delay = jitter.scatter(3000);
                assert!((3000..=4500).contains(&delay));
                counts[(delay as usize - 3000) * 10 / 1501] += 1;
            }
            assert!(
                counts.iter().all(|count| (850..1150).contains(count)),
                "{counts:?}"
            );
        }
        let mut jitter = Jitter::new(3);
        assert_eq!(jitter.scatter(0), 0);
        assert_eq!(jitter.scatter(1), 1);
        assert_eq!(jitter.scatter(u32::MAX), u32::MAX);
    }

    /// Breaks when two devices whose times differ by a millisecond wait equally long, or an earlier time has no effect.
    #[test]
    fn times_stir_the_random_part() {
        let delay_of = |times: [u64; 3]| {
            let mut jitter = Jitter::new(0);
            for time in times {
                jitter.stir(Instant::from_millis(time));
            }
            jitter.scatter(3000)
        };
        let delay = delay_of([100, 200, 300]);
        for other in [[101, 200, 300], [100, 201, 300], [100, 200, 301]] {
            assert_ne!(delay_of(other), delay, "{other:?}");
        }
    }
}
