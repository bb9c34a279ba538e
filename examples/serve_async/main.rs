//! The smallest server with tasks: it sends its uptime to at most four clients. It runs on tokio here, and in the same way on
//! embassy. An argument is the address at which it listens, by default 127.0.0.1:8081.

#[path = "../common/clock.rs"]
mod clock;
#[path = "../common/end.rs"]
mod end;
#[path = "../common/random.rs"]
mod random;
#[path = "../common/uptime.rs"]
mod uptime;

use std::io::Result;
use std::sync::atomic::Ordering;

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::hub::Hub;
use embedded_sse::io::WithShutdown;
use embedded_sse::server::{ServerOptions, StreamOptions};
use tokio::time::{Duration, Instant, sleep};
use uptime::UPTIME_S;

static HUB: Hub<CriticalSectionRawMutex, 2048, 4> = Hub::new();
static OPTIONS: ServerOptions = ServerOptions::new("/")
    .reconnect_when_full()
    .stream(StreamOptions::new().initial_state(&uptime::greet));

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let address = std::env::args().nth(1);
    let address = address.as_deref().unwrap_or("127.0.0.1:8081");
    let listener = tokio::net::TcpListener::bind(address).await?;
    // The number that names this run must differ from that of earlier runs. A process number does not: in a container it
    // is often the same.
    HUB.make_ids(random::random());
    tokio::spawn(async {
        let start = Instant::now();
        loop {
            let uptime = start.elapsed().as_secs() as u32;
            UPTIME_S.store(uptime, Ordering::Relaxed);
            let _ = HUB.publish_with(uptime::HEAD, |data| write!(data, "{uptime}"));
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
