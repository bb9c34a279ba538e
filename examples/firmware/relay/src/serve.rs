//! Serves the merged stream.

use embassy_net::Stack;
use embassy_net::tcp::{self, TcpSocket};
use embassy_time::{Duration, with_timeout};
use embedded_sse::io::asynch::EmbassyClock;
use embedded_sse::io::{End, WithShutdown};
use embedded_sse::server::{ServerOptions, Start, StreamOptions};

use crate::HUB;

pub const CLIENTS: usize = 2;
/// One more than clients, for refusals.
pub const SOCKETS: usize = CLIENTS + 1;

static OPTIONS: ServerOptions = ServerOptions::new("/events")
    .reconnect_when_full()
    .stream(StreamOptions::new().start(Start::Oldest).initial_id());

/// Serves one connection after the other.
#[embassy_executor::task(pool_size = SOCKETS)]
pub async fn serve(stack: Stack<'static>) -> ! {
    let (mut received, mut to_send, mut scratch) = ([0; 512], [0; 1024], [0; 512]);
    loop {
        let mut socket = TcpSocket::new(stack, &mut received, &mut to_send);
        if socket.accept(80).await.is_err() {
            continue;
        }
        let closable = WithShutdown::new(&mut socket, end);
        match HUB
            .serve(closable, &mut scratch, &EmbassyClock, &OPTIONS)
            .await
        {
            Ok(outcome) => defmt::info!("{}; {}", outcome, HUB.stats()),
            Err(error) => defmt::info!("{}; {}", error, HUB.stats()),
        }
        // After an error, the socket is open, and its drop would send nothing to the client.
        socket.close();
        let _ = with_timeout(Duration::from_secs(5), socket.flush()).await;
    }
}

/// Ends the socket. Waits until the client has acknowledged all bytes and FIN, or until RST is sent.
async fn end(socket: &mut &mut TcpSocket<'_>, how: End) -> Result<(), tcp::Error> {
    match how {
        End::Shutdown => socket.close(),
        End::Abort => socket.abort(),
    }
    socket.flush().await
}
