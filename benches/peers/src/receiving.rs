//! The interface of programs that receive events from a connection.

use std::hint::black_box;

use embedded_sse::Event;
use futures::{Stream, StreamExt};
use tokio::runtime::{Builder, Runtime};

use crate::socket::Chunks;

/// Receives this number of events, and returns the number of bytes of their data.
pub type Receive = Box<dyn FnMut(usize) -> usize>;

/// Makes a [`Receive`] at the start of a stream.
pub type Begin = fn(Chunks<'static>) -> Receive;

/// A receive buffer for the largest chunk.
pub type Received = [u8; 16 * 1024];

/// A decoder's buffer for the largest event.
pub type Buffer = [u8; 4 * 1024];

/// Makes a runtime. Each program has its own, so that its tasks do not run during the measurement of another one.
pub fn runtime() -> Runtime {
    let runtime = Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime of one thread")
}

/// Makes a [`Receive`] of a stream of items. `data` returns the length of an item's data, or `None` if it is no event.
pub fn from_stream<T: 'static>(
    runtime: Runtime,
    mut stream: impl Stream<Item = T> + Unpin + 'static,
    data: fn(&T) -> Option<usize>,
) -> Receive {
    Box::new(move |events| {
        runtime.block_on(async {
            let (mut received, mut length) = (0, 0);
            while received < events {
                let item = stream.next().await.expect("an endless stream");
                if let Some(data) = data(black_box(&item)) {
                    received += 1;
                    length += data;
                }
            }
            length
        })
    })
}

/// Makes the compiler compute every part of the event, as for a program that uses all of them. Returns the length of its data.
pub fn consume(event: Event<'_>) -> usize {
    black_box(&event).data.len()
}

/// Makes a value that lasts as long as the program, as a `static` does.
pub fn leaked<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}
