//! Makes TCP connections of tokio, for the crate's client.

use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::client::ConnectError;
use embedded_sse::http::Url;
use embedded_sse::io::asynch::Connect;
use tokio::net::TcpStream;

/// Connects without encryption.
pub struct Tcp;

impl Connect for Tcp {
    type Socket = FromTokio<TcpStream>;

    async fn connect(&mut self, url: Url<'_>) -> Result<Self::Socket, ConnectError> {
        if url.is_https() {
            return Err(ConnectError::Unsupported);
        }
        let socket = TcpStream::connect((url.host(), url.port())).await;
        socket
            .map(FromTokio::new)
            .map_err(|_| ConnectError::Unreachable)
    }
}
