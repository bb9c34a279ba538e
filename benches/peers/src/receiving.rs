//! What receives events from a connection, some at a time.

use std::hint::black_box;

use embedded_sse::Event;
use futures::{Stream, StreamExt};
use tokio::runtime::{Builder, Runtime};

use crate::socket::Slices;

/// Receives so many events, and returns how many bytes of data they had.
pub type Receive = Box<dyn FnMut(usize) -> usize>;

/// Makes one for the beginning of a stream.
pub type Begin = fn(Slices<'static>) -> Receive;

/// Holds the largest chunk.
pub type Received = [u8; 16 * 1024];

/// Holds the largest event.
pub type Buffer = [u8; 4 * 1024];

/// One for each, so that what the tasks of one leave to be done is not done in another's time.
pub fn runtime() -> Runtime {
    let runtime = Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime of one thread")
}

/// From a stream, of whose items `data` tells how much data there is. `None`: the item is no event.
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

/// Takes the event as a program would that looks at all of it.
pub fn consume(event: Event<'_>) -> usize {
    black_box(&event).data.len()
}

/// Lasts as long as the program does, as a `static` would.
pub fn leaked<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}
