//! The glue between a hub and sockets of tokio: one task for each connection, a clock, and the end of a connection.

use std::io::Result;
use std::sync::LazyLock;
use std::time::Duration;

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::Instant;
use embedded_sse::hub::Hub;
use embedded_sse::io::asynch::Clock;
use embedded_sse::io::{End, WithShutdown};
use embedded_sse::server::ServerOptions;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Answers the request of one connection.
pub async fn serve<const BYTES: usize, const CLIENTS: usize>(
    stream: TcpStream,
    hub: &'static Hub<CriticalSectionRawMutex, BYTES, CLIENTS>,
    options: &'static ServerOptions<'static>,
) {
    let socket = WithShutdown::new(FromTokio::new(stream), end);
    // An error is the end of this connection alone.
    let _ = hub.serve(socket, &mut [0; 512], &TokioClock, options).await;
}

/// `WithShutdown` calls this: FIN after a response or a stream, RST for a client that takes no byte.
async fn end(socket: &mut FromTokio<TcpStream>, end: End) -> Result<()> {
    match end {
        End::Shutdown => socket.inner_mut().shutdown().await,
        // With zero linger, the drop that follows sends RST.
        End::Abort => socket.inner().set_zero_linger(),
    }
}

struct TokioClock;

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
