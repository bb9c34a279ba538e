//! Follows an event stream over sockets of the standard library, and prints its events.

mod adapter;
#[path = "../../client.rs"]
mod client;

use std::time::Instant;

use adapter::{StdClock, Tcp};
use embedded_sse::client::{ClientOptions, EventSource, Notice};
use embedded_sse::http::{InvalidUrl, Url};
use embedded_sse::io::blocking::Client;

fn main() -> Result<(), InvalidUrl> {
    let url = client::url();
    let options = ClientOptions::new()
        .idle_timeout(45_000)
        .reconnect(client::reconnect());
    let (mut buffer, mut redirects, mut received) = ([0; 1024], [0; 256], [0; 1460]);
    let mut source = EventSource::new(Url::new(&url)?, &options, &mut buffer);
    source.follow_redirects(&mut redirects);
    let mut source = Client::new(source, Tcp, &mut received, StdClock(Instant::now()));
    loop {
        match source.next_notice() {
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
