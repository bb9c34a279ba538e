//! The clock of tokio, which tests can stop.

use std::sync::OnceLock;
use std::time::Duration;

use embedded_sse::Instant;
use embedded_sse::io::asynch::Clock;

pub struct TokioClock;

thread_local! {
    static START: OnceLock<tokio::time::Instant> = const { OnceLock::new() };
}

fn start() -> tokio::time::Instant {
    START.with(|start| *start.get_or_init(tokio::time::Instant::now))
}

impl Clock for TokioClock {
    fn now(&self) -> Instant {
        Instant::from_millis(start().elapsed().as_millis() as u64)
    }

    async fn wait_until(&self, at: Instant) {
        tokio::time::sleep_until(start() + Duration::from_millis(at.as_millis())).await;
    }
}
