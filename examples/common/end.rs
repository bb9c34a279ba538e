//! How TCP connections of tokio end, for the crate's server.

use std::io::Result;

use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::io::End;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// It is a function, for tasks that go from thread to thread have to know that its future may.
pub async fn end(socket: &mut FromTokio<TcpStream>, end: End) -> Result<()> {
    match end {
        End::Shutdown => socket.inner_mut().shutdown().await,
        // The socket is dropped next, which sends RST then.
        End::Abort => socket.inner().set_zero_linger(),
    }
}
