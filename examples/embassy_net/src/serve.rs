//! A task for each client, and one that publishes.

use embassy_net::Stack;
use embassy_net::tcp::TcpSocket;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_time::{Instant, Timer};
use embedded_sse::event_name;
use embedded_sse::http::{Response, Status};
use embedded_sse::hub::{Hub, Slot};
use embedded_sse::io::Error;
use embedded_sse::io::asynch::{EmbassyClock, accept};
use embedded_sse::server::{ServerOptions, Start, StreamOptions};

const CLIENTS: usize = 4;
/// One socket more than clients, so that another one is refused in words.
pub const SOCKETS: usize = CLIENTS + 1;

static HUB: Hub<CriticalSectionRawMutex, [u8; 2048], [Slot; CLIENTS]> = Hub::new();
static OPTIONS: ServerOptions =
    ServerOptions::new("/events").stream(StreamOptions::new().start(Start::LatestOfEachType));
const PAGE: &str =
    "<script>new EventSource('events').onmessage = (e) => document.body.append(e.data)</script>";

/// Serves one connection after the other.
#[embassy_executor::task(pool_size = SOCKETS)]
pub async fn serve(stack: Stack<'static>) -> ! {
    let mut receive = [0; 512];
    let mut transmit = [0; 1024];
    let mut scratch = [0; 512];
    loop {
        let mut socket = TcpSocket::new(stack, &mut receive, &mut transmit);
        if socket.accept(80).await.is_ok() {
            // An error means that the client is gone: there is nobody to tell.
            let _ = answer(&mut socket, &mut scratch).await;
            // Dropping a socket sends nothing, and the client would wait.
            socket.close();
            let _ =
                embassy_time::with_timeout(embassy_time::Duration::from_secs(5), socket.flush())
                    .await;
        }
    }
}

async fn answer(
    socket: &mut TcpSocket<'_>,
    scratch: &mut [u8],
) -> Result<(), Error<embassy_net::tcp::Error>> {
    let mut incoming = accept(socket, scratch, &EmbassyClock, &OPTIONS).await?;
    let request = incoming.request();
    if request.is_method("GET") && request.is_path("/") {
        let page = Response::new(Status::OK).body("text/html", PAGE);
        incoming.respond(&page).await?;
    } else {
        HUB.answer(&mut incoming).await?;
    }
    Ok(())
}

/// Publishes the device's status, whether anyone listens or not.
#[embassy_executor::task]
pub async fn publish(boot: u32) -> ! {
    HUB.make_ids(boot);
    loop {
        let uptime = Instant::now().as_secs();
        // It cannot fail: the event is smaller than the log.
        let _ = HUB.publish_with(event_name!("uptime"), |data| write!(data, "{uptime}"));
        Timer::after_secs(1).await;
    }
}
