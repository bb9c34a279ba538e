//! A task that takes commands from a server, through all its outages.

use embassy_net::Stack;
use embassy_net::dns::DnsSocket;
use embassy_net::tcp::client::{TcpClient, TcpClientState};
use embedded_sse::client::{ClientOptions, EventSource};
use embedded_sse::http::{InvalidUrl, Url};
use embedded_sse::io::asynch::{Client, EmbassyClock, Nal};

static OPTIONS: ClientOptions = ClientOptions::new().idle_timeout(45_000);

/// Calls `switch` for each event `led`, until the server wants no more requests.
///
/// # Errors
///
/// If the URL is none.
pub async fn follow(
    stack: Stack<'_>,
    url: &str,
    mut switch: impl FnMut(bool),
) -> Result<(), InvalidUrl> {
    // One connection at a time: the old one is gone before the next is made.
    let sockets = TcpClientState::<1, 512, 536>::new();
    let tcp = TcpClient::new(stack, &sockets);
    let dns = DnsSocket::new(stack);
    let mut buffer = [0; 256];
    let mut received = [0; 536];
    let source = EventSource::new(Url::new(url)?, &OPTIONS, &mut buffer);
    let mut source = Client::new(source, Nal::new(&tcp, &dns), &mut received, EmbassyClock);
    while let Some(event) = source.next().await {
        if event.event_type == "led" {
            switch(event.data == "on");
        }
    }
    Ok(())
}

/// The same as a task, for a light that the board switches.
#[embassy_executor::task]
pub async fn follow_commands(stack: Stack<'static>, switch: fn(bool)) {
    // The URL is one.
    let _ = follow(stack, "http://commands.example/lights", switch).await;
}
