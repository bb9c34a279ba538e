//! The glue between the client and tokio: its sockets and a clock.

use std::sync::LazyLock;
use std::time::Duration;

use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::Instant;
use embedded_sse::client::ConnectError;
use embedded_sse::http::Url;
use embedded_sse::io::asynch::{Clock, Connect};
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
        let socket = socket.map_err(|_| ConnectError::Unreachable)?;
        Ok(FromTokio::new(socket))
    }
}

pub struct TokioClock;

/// All tasks share this start, because they move between threads with their instants.
static START: LazyLock<tokio::time::Instant> = LazyLock::new(tokio::time::Instant::now);

impl Clock for TokioClock {
    fn now(&self) -> Instant {
        Instant::from_millis(START.elapsed().as_millis() as u64)
    }

    async fn wait_until(&self, at: Instant) {
        tokio::time::sleep_until(*START + Duration::from_millis(at.as_millis())).await;
    }
}
