//! Sockets, connectors and clocks that are ready at once, and polls of futures without an executor.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};

use embedded_io::ErrorType;
use embedded_sse::Instant;
use embedded_sse::client::ConnectError;
use embedded_sse::http::Url;
use embedded_sse::io::asynch::{Clock, Connect, HalfClose};

/// The calls of sockets, connectors and clocks in the current poll.
#[derive(Default)]
pub struct World {
    pieces: Cell<usize>,
    calls: Cell<usize>,
}

impl World {
    pub fn note_call(&self) {
        let calls = self.calls.get() + 1;
        assert!(calls < 200, "more than 200 calls in one poll");
        self.calls.set(calls);
    }

    /// Polls a future at most `most` times. Returns how many pieces each poll has read.
    pub fn polls<F: Future>(&self, most: usize, future: F) -> Vec<usize> {
        let flag = Arc::new(Flag::default());
        let waker = Waker::from(Arc::clone(&flag));
        let mut future = pin!(future);
        let mut pieces = Vec::new();
        for _ in 0..most {
            self.calls.set(0);
            let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
            pieces.push(self.pieces.take());
            if polled.is_ready() {
                break;
            }
            let is_woken = flag.0.swap(false, Ordering::Relaxed);
            assert!(is_woken, "waits for ever");
        }
        pieces
    }

    /// Checks that a future yields in each of 100 polls.
    pub fn assert_yields_for_ever(&self, future: impl Future) {
        assert_eq!(self.polls(100, future).len(), 100, "the future has ended");
    }
}

#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A socket that gives these pieces and then ends. It takes `room` bytes at a time.
pub struct Socket<'w> {
    world: &'w World,
    pieces: std::vec::IntoIter<&'static [u8]>,
    pub room: usize,
}

impl<'w> Socket<'w> {
    pub fn new(world: &'w World, pieces: Vec<&'static [u8]>) -> Self {
        Self {
            world,
            pieces: pieces.into_iter(),
            room: usize::MAX,
        }
    }
}

impl ErrorType for Socket<'_> {
    type Error = Infallible;
}

impl embedded_io_async::Read for Socket<'_> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        self.world.note_call();
        let Some(piece) = self.pieces.next() else {
            return Ok(0);
        };
        self.world.pieces.set(self.world.pieces.get() + 1);
        buffer[..piece.len()].copy_from_slice(piece);
        Ok(piece.len())
    }
}

impl embedded_io_async::Write for Socket<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.world.note_call();
        Ok(bytes.len().min(self.room))
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        self.world.note_call();
        Ok(())
    }
}

impl HalfClose for Socket<'_> {
    async fn shutdown(&mut self) -> Result<(), Infallible> {
        self.world.note_call();
        Ok(())
    }
}

/// A connector that makes its sockets by a function, and fails if this returns `None`.
pub struct Connector<'w, F>(pub &'w World, pub F);

impl<'w, F: FnMut() -> Option<Socket<'w>>> Connect for Connector<'w, F> {
    type Socket = Socket<'w>;

    async fn connect(&mut self, _: Url<'_>) -> Result<Socket<'w>, ConnectError> {
        self.0.note_call();
        self.1().ok_or(ConnectError::Unreachable)
    }
}

/// A clock whose time stands still, and whose waits end at once.
impl Clock for &World {
    fn now(&self) -> Instant {
        Instant::from_millis(1)
    }

    async fn wait_until(&self, _: Instant) {
        self.note_call();
    }
}
