//! A clock over the time of tokio, for tests in which that time stands still.

use std::sync::OnceLock;
use std::time::Duration;

use embedded_sse::Instant;
use embedded_sse::io::asynch::Clock;

/// Counts from its first use in the thread. Each test runs in a thread with its own virtual time, so it sees the same
/// instants in every run. The clock of the examples would not do: it has one start for all threads. Its instants
/// would depend on which test ran first, and a test whose time was stopped before that would read zero.
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
