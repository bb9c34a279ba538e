//! A clock for the crate's drivers, over tokio's timer.

use std::sync::LazyLock;
use std::time::Duration;

use embedded_sse::Instant;
use embedded_sse::io::asynch::Clock;

/// Counts from its first use in the process. All threads share that start, since tasks move between threads with their
/// instants.
pub struct TokioClock;

static START: LazyLock<tokio::time::Instant> = LazyLock::new(tokio::time::Instant::now);

impl Clock for TokioClock {
    fn now(&self) -> Instant {
        Instant::from_millis(START.elapsed().as_millis() as u64)
    }

    async fn wait_until(&self, at: Instant) {
        tokio::time::sleep_until(*START + Duration::from_millis(at.as_millis())).await;
    }
}
