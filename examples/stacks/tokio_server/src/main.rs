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
        let (stream, _) = listener.accept().await?;
        tokio::spawn(adapter::serve(stream, &HUB, &OPTIONS));
    }
}
