//! Follows an event stream with the client of edge-http, and prints its events.

mod adapter;
#[path = "../../client.rs"]
mod client;

use std::error::Error;
use std::net::SocketAddr;

use edge_http::io::client::Connection;
use edge_nal::{AddrType, Dns};
use edge_nal_std::Stack;
use embedded_sse::Decoder;
use embedded_sse::client::{Decision, Failure, Verdict};
use embedded_sse::http::Url;
use embedded_sse::io::ReadError;
use embedded_sse::io::asynch::{EmbassyClock, ReconnectingReader};
use futures_lite::future::block_on;

type Reader<'a> = ReconnectingReader<'a, [u8; 1024], EmbassyClock>;

fn main() -> Result<(), Box<dyn Error>> {
    let url = client::url();
    let url = Url::new(&url)?;
    let options = client::reconnect().on_failure(&print_failure);
    let mut decoder = Decoder::new();
    let mut reader = Reader::new(&mut decoder, &options, EmbassyClock).idle_timeout(45_000);
    block_on(async {
        loop {
            if let Err(error) = read_stream(url, &mut reader).await {
                eprintln!("{error}");
            }
            if !reader.wait().await {
                return Ok(());
            }
        }
    })
}

/// Sends a request, and prints the events of its response until the stream ends.
async fn read_stream(url: Url<'_>, reader: &mut Reader<'_>) -> Result<(), Box<dyn Error>> {
    let stack = Stack::new();
    let ip = stack.get_host_by_name(url.host(), AddrType::Either).await?;
    // A response without `Content-Length` is read in single bytes: edge-http returns from its reader of chunks only when the
    // caller's buffer is full.
    let (mut head, mut received) = ([0; 1024], [0; 1]);
    let address = SocketAddr::new(ip, url.port());
    let mut http = Connection::new(&mut head, &stack, address);
    let response = adapter::request(&mut http, url, reader.last_event_id()).await?;
    match reader.judge(&response) {
        Verdict::Open => {}
        Verdict::Redirect { .. } => return Err("redirects are not followed".into()),
        _ => return Ok(()),
    }
    let (_, body) = http.split();
    let mut stream = reader.open(body, &mut received);
    loop {
        match stream.next().await {
            Ok(Some(event)) => client::print(event),
            Err(ReadError::Overflow) => eprintln!("an event is too long"),
            Err(ReadError::Io(error)) => return Err(error.into()),
            Ok(None) | Err(_) => return Ok(()),
        }
    }
}

fn print_failure(failure: &Failure, decision: Decision) -> Decision {
    match decision {
        Decision::End => println!("closed: {}", failure.reason),
        _ => println!("reconnecting: {}", failure.reason),
    }
    decision
}
