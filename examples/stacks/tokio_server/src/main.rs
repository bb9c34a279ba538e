//! Serves an event stream over sockets of tokio.

mod adapter;
#[path = "../../arguments.rs"]
mod arguments;
#[path = "../../hub.rs"]
mod hub;

use std::io::Result;
use std::sync::LazyLock;

use arguments::STREAM;
use embedded_sse::server::ServerOptions;
use hub::HUB;
use tokio::net::TcpListener;

static OPTIONS: LazyLock<ServerOptions> = LazyLock::new(|| {
    ServerOptions::new("/events")
        .reconnect_when_full()
        .stream(*STREAM)
});

#[tokio::main]
async fn main() -> Result<()> {
    let listener = TcpListener::bind(arguments::address()).await?;
    println!("listening on http://{}/events", listener.local_addr()?);
    std::thread::spawn(hub::publish_numbers);
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // The process is probably out of file descriptors: an immediate retry would fail, too.
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            continue;
        };
        tokio::spawn(adapter::serve(stream, &HUB, &OPTIONS));
    }
}
