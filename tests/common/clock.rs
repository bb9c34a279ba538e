//! The clock of tokio for tests that stop time.

use std::sync::OnceLock;
use std::time::Duration;

use embedded_sse::Instant;
use embedded_sse::io::asynch::Clock;

/// Counts from its first use in the thread. A test has a thread and a virtual time of its own, so it sees the
/// same instants in every run. The clock of the examples has one start for all threads: it would depend on which
/// test came first, and read zero for a test whose time was stopped before that.
pub struct VirtualClock;

thread_local! {
    static START: OnceLock<tokio::time::Instant> = const { OnceLock::new() };
}

fn start() -> tokio::time::Instant {
    START.with(|start| *start.get_or_init(tokio::time::Instant::now))
}

impl Clock for VirtualClock {
    fn now(&self) -> Instant {
        Instant::from_millis(start().elapsed().as_millis() as u64)
    }

    async fn wait_until(&self, at: Instant) {
        tokio::time::sleep_until(start() + Duration::from_millis(at.as_millis())).await;
    }
}
