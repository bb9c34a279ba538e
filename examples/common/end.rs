//! Ends TCP connections of tokio, for the crate's server.

use std::io::Result;

use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::io::End;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// A function instead of an asynchronous closure: the compiler then sees that its future is `Send`, as tasks that move
/// between threads must be.
pub async fn end(socket: &mut FromTokio<TcpStream>, end: End) -> Result<()> {
    match end {
        End::Shutdown => socket.inner_mut().shutdown().await,
        // With zero linger, the drop that follows sends RST.
        End::Abort => socket.inner().set_zero_linger(),
    }
}
