//! Sockets that give and take a part of the bytes, wait, and fail.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use embedded_io::ErrorType;
use embedded_sse::Frame;

use crate::common::Item;

/// A socket that gives and takes as many bytes at a time as its steps say. A step of 0 means that it is not ready.
#[derive(Default)]
pub struct Socket {
    pub received: Vec<u8>,
    pub sent: Vec<u8>,
    pub steps: VecDeque<usize>,
    pub flushes: usize,
}

impl ErrorType for Socket {
    type Error = embedded_io::ErrorKind;
}

impl embedded_io::Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        let step = self.steps.pop_front().unwrap_or(usize::MAX);
        if step == 0 {
            return Err(embedded_io::ErrorKind::TimedOut);
        }
        let length = step.min(buffer.len()).min(self.received.len());
        buffer[..length].copy_from_slice(&self.received[..length]);
        self.received.drain(..length);
        Ok(length)
    }
}

impl embedded_io::Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        let step = self.steps.pop_front().unwrap_or(usize::MAX);
        if step == 0 {
            return Err(embedded_io::ErrorKind::TimedOut);
        }
        let length = step.min(bytes.len());
        self.sent.extend(&bytes[..length]);
        Ok(length)
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        self.flushes += 1;
        Ok(())
    }
}

/// The asynchronous form of `Socket`, which waits where that one fails.
#[derive(Default)]
pub struct AsyncSocket(pub Socket);

impl ErrorType for AsyncSocket {
    type Error = embedded_io::ErrorKind;
}

impl AsyncSocket {
    /// Waits once if the next step says so.
    async fn ready(&mut self) {
        if self.0.steps.front() == Some(&0) {
            self.0.steps.pop_front();
            let mut waited = false;
            std::future::poll_fn(|_| match std::mem::replace(&mut waited, true) {
                false => Poll::Pending,
                true => Poll::Ready(()),
            })
            .await;
        }
    }
}

impl embedded_io_async::Read for AsyncSocket {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        self.ready().await;
        embedded_io::Read::read(&mut self.0, buffer)
    }
}

impl embedded_io_async::Write for AsyncSocket {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        self.ready().await;
        embedded_io::Write::write(&mut self.0, bytes)
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        self.ready().await;
        embedded_io::Write::flush(&mut self.0)
    }
}

/// Polls a future once, and drops it.
pub fn poll_once<F: Future>(future: F) -> Option<F::Output> {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

pub fn random_steps(random: &mut fastrand::Rng) -> VecDeque<usize> {
    (0..200).map(|_| random.usize(0..6)).collect()
}

pub fn item(event: &embedded_sse::Event) -> Item {
    Item::Event {
        event_type: event.event_type.to_string(),
        data: event.data.to_string(),
        last_event_id: event.last_event_id.to_string(),
    }
}

/// A socket that counts its writes.
pub struct Counter(pub usize);

impl ErrorType for Counter {
    type Error = Infallible;
}

impl embedded_io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.0 += 1;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// A socket that takes no more bytes.
pub struct Full;

impl ErrorType for Full {
    type Error = Infallible;
}

impl embedded_io::Write for Full {
    fn write(&mut self, _: &[u8]) -> Result<usize, Infallible> {
        Ok(0)
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl embedded_io_async::Write for Full {
    async fn write(&mut self, _: &[u8]) -> Result<usize, Infallible> {
        Ok(0)
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// The data of `frames`.
pub const TEXTS: [&str; 4] = ["", "a", "two\nlines", "a longer line, and more of it\r\n"];

/// Frames to write, and their bytes on the wire.
pub fn frames() -> ([Frame<'static>; 4], Vec<u8>) {
    let frames = TEXTS.map(|text| Frame::data(text).retry(100));
    let chunks = frames.iter().flat_map(Frame::slices);
    let expected = chunks.flatten().copied().collect();
    (frames, expected)
}
