//! A device that tells how long it is up, to at most four clients: on tokio here, and no different on
//! embassy.

#[path = "../common/clock.rs"]
mod clock;
#[path = "../common/end.rs"]
mod end;

use std::io::Result;

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::event_name;
use embedded_sse::hub::{Hub, Slot};
use embedded_sse::io::WithShutdown;
use embedded_sse::server::ServerOptions;
use tokio::time::{Duration, Instant, sleep};

static HUB: Hub<CriticalSectionRawMutex, [u8; 2048], [Slot; 4]> = Hub::new();
static OPTIONS: ServerOptions = ServerOptions::new("/");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8081").await?;
    HUB.make_ids(std::process::id());
    tokio::spawn(async {
        let start = Instant::now();
        loop {
            let uptime = start.elapsed().as_secs();
            let _ = HUB.publish_with(event_name!("uptime"), |data| write!(data, "{uptime}"));
            sleep(Duration::from_secs(1)).await;
        }
    });
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            let mut scratch = [0; 512];
            let socket = WithShutdown::new(FromTokio::new(stream), end::end);
            let _ = HUB
                .serve(socket, &mut scratch, &clock::TokioClock, &OPTIONS)
                .await;
        });
    }
}
