//! Futures that are dropped.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// What a future gives; or `None` if it is not ready after so many polls. Then it is dropped, and time passes.
pub async fn within_polls<T>(patience: usize, future: impl Future<Output = T>) -> Option<T> {
    let output = {
        let mut future = pin!(future);
        let mut polls = 0;
        poll_fn(|context| {
            polls += 1;
            match future.as_mut().poll(context) {
                Poll::Ready(output) => Poll::Ready(Some(output)),
                Poll::Pending if polls >= patience => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    };
    if output.is_none() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    output
}
