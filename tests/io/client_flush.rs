//! The flushes of a client.

use std::cell::Cell;

use embedded_io::{ErrorKind, ErrorType};
use embedded_sse::io::asynch::Clock as _;
use embedded_sse::io::{Buffered, asynch, blocking};

use crate::clock::VirtualClock;
use crate::helpers::client_script::source;
use crate::scripted_socket::Connector;

/// A socket that buffers its writes, takes ten bytes at a time, and checks that they are flushed before a read. It
/// counts the flushes.
struct BufferingSocket<'c> {
    flushes: &'c Cell<usize>,
    is_flushed: bool,
    body: &'static [u8],
}

impl<'c> BufferingSocket<'c> {
    fn new(flushes: &'c Cell<usize>) -> Self {
        Self {
            flushes,
            is_flushed: true,
            body:
                b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: a\n\ndata: b\n\n",
        }
    }
}

impl ErrorType for BufferingSocket<'_> {
    type Error = ErrorKind;
}

impl embedded_io::Read for BufferingSocket<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        assert!(
            self.is_flushed,
            "reads before all of the request is flushed"
        );
        Ok(self.body.read(buffer).unwrap_or_default())
    }
}

impl embedded_io::Write for BufferingSocket<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        self.is_flushed = false;
        Ok(bytes.len().min(10))
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        self.is_flushed = true;
        self.flushes.set(self.flushes.get() + 1);
        Ok(())
    }
}

impl embedded_io_async::Read for BufferingSocket<'_> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        embedded_io::Read::read(self, buffer)
    }
}

impl embedded_io_async::Write for BufferingSocket<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        embedded_io::Write::write(self, bytes)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        embedded_io::Write::flush(self)
    }
}

/// Breaks when a client waits for the response although its request is still in the socket's buffer, or when it
/// flushes each part.
#[tokio::test(start_paused = true)]
async fn a_request_is_flushed_once_before_its_response_is_awaited() {
    let flushes = Cell::new(0);
    let (mut buffer, mut first, mut second) = ([0; 256], [0; 16], [0; 16]);
    let mut source = source(&mut buffer, &mut []);
    let connector = Connector::new(&[], 1);

    source.poll(VirtualClock.now(), &mut &b""[..]);
    let socket = Buffered::new(BufferingSocket::new(&flushes), &mut first);
    let mut connected = asynch::Connected::new(&mut source, socket, VirtualClock);
    let mut notices = 0;
    while connected.next().await.is_some() {
        notices += 1;
    }
    assert_eq!((notices, flushes.get()), (3, 1));

    source.restart();
    source.poll(VirtualClock.now(), &mut &b""[..]);
    let socket = Buffered::new(BufferingSocket::new(&flushes), &mut second);
    let mut connected = blocking::Connected::new(&mut source, socket, &connector);
    let mut notices = 0;
    while connected.next().is_some() {
        notices += 1;
    }
    assert_eq!((notices, flushes.get()), (3, 2));
}
