//! Follows an event stream over sockets of tokio, and prints its events.

mod adapter;
#[path = "../../client.rs"]
mod client;

use adapter::{Tcp, TokioClock};
use embedded_sse::client::{ClientOptions, EventSource, Notice};
use embedded_sse::http::{InvalidUrl, Url};
use embedded_sse::io::asynch::Client;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), InvalidUrl> {
    let url = client::url();
    let options = ClientOptions::new()
        .idle_timeout(45_000)
        .reconnect(client::reconnect());
    let (mut buffer, mut redirects, mut received) = ([0; 1024], [0; 256], [0; 1460]);
    let mut source = EventSource::new(Url::new(&url)?, &options, &mut buffer);
    source.follow_redirects(&mut redirects);
    let mut source = Client::new(source, Tcp, &mut received, TokioClock);
    loop {
        match source.next_notice().await {
            Notice::Event(event) => client::print(event),
            Notice::Reconnecting { reason, .. } => println!("reconnecting: {reason}"),
            Notice::Closed { reason, .. } => {
                println!("closed: {reason}");
                return Ok(());
            }
            notice => println!("{notice:?}"),
        }
    }
}
