//! Follows an event stream over HTTP or TLS 1.3 with reqwless, and prints its events.
//!
//! The third argument is a file with the certificate of the server's authority in DER. Without it, certificates
//! are not checked.

mod adapter;
#[path = "../../client.rs"]
mod client;

use embedded_sse::Decoder;
use embedded_sse::client::{Decision, Failure};
use embedded_sse::io::asynch::{EmbassyClock, ReconnectingReader};
use futures_lite::future::block_on;
use rand_core::{OsRng, RngCore};
use reqwless::Error;
use reqwless::client::{HttpClient, TlsConfig, TlsVerify};
use std_embedded_nal_async::Stack;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    block_on(follow())
}

async fn follow() -> Result<(), Box<dyn std::error::Error>> {
    let url = client::url();
    let authority = match std::env::args().nth(3) {
        Some(path) => std::fs::read(path)?,
        None => Vec::new(),
    };
    let stack = Stack::default();
    let options = client::reconnect().on_failure(&print_failure);
    let mut decoder = Decoder::<[u8; 1024]>::new();
    let mut reader =
        ReconnectingReader::new(&mut decoder, &options, EmbassyClock).idle_timeout(45_000);
    // Buffers for the longest record that a server may send, and for the request.
    let (mut received, mut sent) = ([0; 16_640], [0; 2_048]);
    loop {
        let verify = match &*authority {
            [] => TlsVerify::None,
            ca => TlsVerify::Certificate {
                ca,
                cert: None,
                key: None,
            },
        };
        // A client for each connection: reqwless makes the keys of all connections of a client from the same seed.
        let tls = TlsConfig::new(OsRng.next_u64(), &mut received, &mut sent, verify);
        let mut http = HttpClient::new_with_tls(&stack, &stack, tls);
        let read = adapter::read_stream(&mut http, &url, &mut reader, |event| match event {
            Some(event) => client::print(event),
            None => eprintln!("an event is too long"),
        });
        match read.await {
            Ok(response) if matches!(response.status, 301..=303 | 307 | 308) => {
                eprintln!("redirects are not followed");
            }
            Ok(_) => {}
            // No later attempt succeeds.
            Err(error @ Error::InvalidUrl(_)) => return Err(error.to_string().into()),
            Err(error) => eprintln!("{error}"),
        }
        if !reader.wait().await {
            return Ok(());
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
