//! How long a client waits before it connects again.

use core::num::NonZeroU32;

use crate::wire::exact::Exact;

/// A delay that doubles with each attempt that fails, and is scattered so that clients that lost one
/// server together do not come back together.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(super) struct Backoff {
    /// How many times the delay was doubled.
    doublings: u8,
    random: u32,
}

impl Backoff {
    pub const fn new(seed: u32) -> Self {
        Self {
            doublings: 0,
            random: seed,
        }
    }

    /// Begins anew with the shortest delay.
    pub fn reset(&mut self) {
        self.doublings = 0;
    }

    /// The next delay: at first `start`, then twice as much each time, up to `cap`; and of that a random
    /// part that is no less than half, but at least `floor`. In milliseconds.
    pub fn next(&mut self, start: u32, floor: u32, cap: u32, scatter: bool) -> u32 {
        let mut delay = start.max(floor);
        for _ in 0..self.doublings {
            // It may saturate: the cap below limits it.
            delay = delay.saturating_mul(2);
        }
        // Beyond 32 doublings any delay is at its cap.
        self.doublings = self.doublings.plus(1).min(32);
        let delay = delay.min(cap.max(floor));
        if !scatter {
            return delay;
        }
        let half = delay / 2;
        let width = NonZeroU32::MIN.saturating_add(delay.minus(half));
        half.plus(self.random() % width).max(floor)
    }

    /// A counter, mixed until all bits depend on all of its bits. It is a hash: its arithmetic wraps.
    fn random(&mut self) -> u32 {
        self.random = self.random.wrapping_add(0x9e37_79b9);
        let mut bits = self.random;
        bits = (bits ^ bits >> 16).wrapping_mul(0x85eb_ca6b);
        bits = (bits ^ bits >> 13).wrapping_mul(0xc2b2_ae35);
        bits ^ bits >> 16
    }
}

#[cfg(test)]
mod tests {
    use super::Backoff;
    use std::vec::Vec;

    /// Breaks when a delay does not double, or leaves its range.
    #[test]
    fn delays_double_up_to_the_cap() {
        let mut backoff = Backoff::new(1);
        let mut delays = |start, floor, cap, count| -> Vec<u32> {
            backoff.reset();
            (0..count)
                .map(|_| backoff.next(start, floor, cap, false))
                .collect()
        };
        assert_eq!(
            delays(3000, 100, 60_000, 7),
            [3000, 6000, 12_000, 24_000, 48_000, 60_000, 60_000]
        );
        assert_eq!(delays(0, 100, 60_000, 3), [100, 200, 400]);
        assert_eq!(delays(0, 0, 60_000, 2), [0, 0]);
        assert_eq!(delays(90_000, 100, 60_000, 2), [60_000, 60_000]);
        assert_eq!(delays(10, 500, 100, 2), [500, 500]);
        let long = delays(u32::MAX, 1, u32::MAX, 100);
        assert!(long.iter().all(|delay| *delay == u32::MAX));
    }

    /// Breaks when delays are not spread evenly over their range, or leave it.
    #[test]
    fn delays_are_scattered() {
        for seed in [0, 1, 0xffff_ffff] {
            let mut backoff = Backoff::new(seed);
            let mut counts = [0; 10];
            for _ in 0..10_000 {
                backoff.reset();
                let delay = backoff.next(3000, 100, 60_000, true);
                assert!((1500..=3000).contains(&delay));
                counts[(delay as usize - 1500) * 10 / 1501] += 1;
            }
            assert!(
                counts.iter().all(|count| (850..1150).contains(count)),
                "{counts:?}"
            );
        }
        let mut backoff = Backoff::new(3);
        assert_eq!(backoff.next(100, 100, 60_000, true), 100);
        assert!((0..100).all(|_| backoff.next(0, 80, 100, true) >= 80));
    }
}
