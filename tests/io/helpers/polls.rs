//! Futures that are dropped before they are ready.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

/// The result of a future, or `None` if it is not ready after `patience` polls. In that case the future is dropped.
/// Time passes then, unless the future has only yielded.
pub async fn within_polls<T>(patience: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut has_yielded = false;
    let output = {
        let mut future = pin!(future);
        let mut polls = 0;
        poll_fn(|context| {
            polls += 1;
            let noting = Arc::new(RecordingWaker::new(context.waker()));
            let waker = Waker::from(Arc::clone(&noting));
            let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
            has_yielded = noting.is_woken.load(Ordering::Relaxed);
            match polled {
                Poll::Ready(output) => Poll::Ready(Some(output)),
                Poll::Pending if polls >= patience => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    };
    if output.is_none() && !has_yielded {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    output
}

/// A waker that wakes another one, and records that it was called.
struct RecordingWaker {
    is_woken: AtomicBool,
    other: Waker,
}

impl RecordingWaker {
    fn new(other: &Waker) -> Self {
        Self {
            is_woken: AtomicBool::new(false),
            other: other.clone(),
        }
    }
}

impl Wake for RecordingWaker {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Ordering::Relaxed);
        self.other.wake_by_ref();
    }
}
