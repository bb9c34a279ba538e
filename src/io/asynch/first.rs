//! Waiting for one of two.

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;

/// What came first.
pub(super) enum First<A, B> {
    Left(A),
    Right(B),
}

/// Waits for one of two futures, and drops the other one.
pub(super) async fn first<A: Future, B: Future>(a: A, b: B) -> First<A::Output, B::Output> {
    let mut a = pin!(a);
    let mut b = pin!(b);
    poll_fn(|context| {
        if let Poll::Ready(output) = a.as_mut().poll(context) {
            return Poll::Ready(First::Left(output));
        }
        b.as_mut().poll(context).map(First::Right)
    })
    .await
}
