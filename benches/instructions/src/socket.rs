//! A network in memory that is always ready.

use core::convert::Infallible;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use embedded_io::ErrorType;
use embedded_sse::client::ConnectError;
use embedded_sse::http::Url;
use embedded_sse::io::{asynch, blocking};

/// A stream in chunks of equal length, which repeats without end.
#[derive(Clone)]
pub struct Chunks<'s> {
    stream: &'s [u8],
    unread: &'s [u8],
    chunk: usize,
}

impl<'s> Chunks<'s> {
    pub fn new(stream: &'s [u8], chunk: usize) -> Self {
        Self {
            stream,
            unread: stream,
            chunk,
        }
    }

    /// Returns the next chunk. The last one of the stream may be shorter.
    pub fn next(&mut self) -> &'s [u8] {
        let (chunk, unread) = match self.unread.split_at_checked(self.chunk) {
            Some((chunk, unread @ [_, ..])) => (chunk, unread),
            _ => (self.unread, self.stream),
        };
        self.unread = unread;
        chunk
    }
}

/// A connection that receives a response head, then a chunk with each read. It takes all bytes that are written.
pub struct Socket<'s> {
    head: &'static [u8],
    chunks: Chunks<'s>,
}

impl<'s> Socket<'s> {
    /// Makes a connection that receives the chunks without a response head.
    pub fn new(chunks: Chunks<'s>) -> Self {
        Self { head: b"", chunks }
    }

    #[inline(always)] // as in a program with only one type of socket
    fn receive(&mut self, buffer: &mut [u8]) -> usize {
        let bytes = match self.head {
            b"" => self.chunks.next(),
            head => {
                self.head = b"";
                head
            }
        };
        buffer[..bytes.len()].copy_from_slice(bytes);
        bytes.len()
    }
}

impl ErrorType for Socket<'_> {
    type Error = Infallible;
}

impl embedded_io::Read for Socket<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        Ok(self.receive(buffer))
    }
}

impl embedded_io::Write for Socket<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl embedded_io_async::Read for Socket<'_> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        Ok(self.receive(buffer))
    }
}

impl embedded_io_async::Write for Socket<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Makes connections that receive a response head and the chunks.
pub struct Connector<'s>(pub Chunks<'s>);

impl<'s> Connector<'s> {
    pub const HEAD: &'static [u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

    fn socket(&self) -> Socket<'s> {
        Socket {
            head: Self::HEAD,
            chunks: self.0.clone(),
        }
    }
}

impl<'s> blocking::Connect for Connector<'s> {
    type Socket = Socket<'s>;

    fn connect(&mut self, _: Url<'_>) -> Result<Socket<'s>, ConnectError> {
        Ok(self.socket())
    }
}

impl<'s> asynch::Connect for Connector<'s> {
    type Socket = Socket<'s>;

    async fn connect(&mut self, _: Url<'_>) -> Result<Socket<'s>, ConnectError> {
        Ok(self.socket())
    }
}

/// Polls a future until it is ready. It waits for nothing, but may yield to other tasks.
pub fn ready<F: Future>(future: F) -> F::Output {
    let mut context = Context::from_waker(Waker::noop());
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
