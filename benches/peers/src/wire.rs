//! The connection in memory for the peers: the same as `socket.rs`, with the traits that the peers read from.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures::{AsyncBufRead, AsyncRead};

use crate::socket::{Chunks, Connector};

/// A connection that receives a response head, then a chunk with each read. It takes all bytes that are written. If a chunk
/// does not fit a read, the next read receives the rest.
pub struct Wire {
    /// The received bytes that are not yet read.
    unread: &'static [u8],
    chunks: Chunks<'static>,
    is_requested: bool,
    reader: Waker,
}

impl Wire {
    /// Makes a connection that receives the chunks without a response head.
    pub fn new(chunks: Chunks<'static>) -> Self {
        Self {
            unread: b"",
            chunks,
            is_requested: true,
            reader: Waker::noop().clone(),
        }
    }

    /// Makes a connection that receives a response head and the chunks, once the request is sent. hyper takes an earlier
    /// response for an error.
    pub fn with_head(chunks: Chunks<'static>) -> Self {
        Self {
            unread: Connector::HEAD,
            is_requested: false,
            ..Self::new(chunks)
        }
    }

    /// Returns the unread rest of a chunk, or the next chunk.
    fn received(&mut self) -> &'static [u8] {
        if self.unread.is_empty() {
            self.unread = self.chunks.next();
        }
        self.unread
    }

    fn receive(&mut self, room: usize) -> &'static [u8] {
        let received = self.received();
        let (bytes, unread) = received.split_at(room.min(received.len()));
        self.unread = unread;
        bytes
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let bytes = self.receive(buffer.len());
        buffer[..bytes.len()].copy_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }
}

impl AsyncBufRead for Wire {
    fn poll_fill_buf(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        Poll::Ready(Ok(self.get_mut().received()))
    }

    fn consume(mut self: Pin<&mut Self>, length: usize) {
        self.receive(length);
    }
}

impl hyper::rt::Read for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut buffer: hyper::rt::ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.is_requested {
            self.reader.clone_from(context.waker());
            return Poll::Pending;
        }
        buffer.put_slice(self.receive(buffer.remaining()));
        Poll::Ready(Ok(()))
    }
}

impl hyper::rt::Write for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.is_requested = true;
        self.reader.wake_by_ref();
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
