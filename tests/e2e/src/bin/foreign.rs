//! Follows a stream with a client of crates.io, and prints each event, one JSON object a line:
//!
//! ```text
//! foreign CLIENT URL
//! ```
//!
//! See tests/foreign_clients.rs.

use std::time::Duration;

use eventsource_client::{Client, ClientBuilder, SSE};
use launchdarkly_sdk_transport::HyperTransport;
use reqwest_eventsource::{Event, EventSource};
use serde_json::json;
use sse_stream::SseByteStream;
use tokio::time::sleep;
use tokio_stream::StreamExt;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let client = arguments.next().expect("a client");
    let url = arguments.next().expect("a URL");
    match &*client {
        "eventsource-client" => follow_by_eventsource_client(&url).await,
        "reqwest-eventsource" => follow_by_reqwest_eventsource(&url).await,
        "sse-stream" => follow_by_sse_stream(&url).await,
        other => panic!("no client {other}"),
    }
}

fn print(event_type: &str, id: &str, data: &str) {
    println!("{}", json!({"type": event_type, "id": id, "data": data}));
}

async fn follow_by_eventsource_client(url: &str) {
    let transport = HyperTransport::builder().build_http().unwrap();
    let client = ClientBuilder::for_url(url).unwrap();
    let mut stream = client.build_with_transport(transport).stream();
    while let Some(item) = stream.next().await {
        if let Ok(SSE::Event(event)) = item {
            let id = event.id.unwrap_or_default();
            print(&event.event_type, &id, &event.data);
        }
    }
}

async fn follow_by_reqwest_eventsource(url: &str) {
    let mut source = EventSource::get(url);
    while let Some(item) = source.next().await {
        if let Ok(Event::Message(event)) = item {
            print(&event.event, &event.id, &event.data);
        }
    }
}

/// sse-stream only decodes. The caller connects, sends the last event ID and waits between attempts.
async fn follow_by_sse_stream(url: &str) {
    let client = reqwest::Client::new();
    let mut last_event_id = String::new();
    let mut delay = Duration::from_millis(100);
    loop {
        let request = client.get(url).header("Accept", "text/event-stream");
        let request = request.header("Last-Event-ID", &last_event_id);
        if let Ok(response) = request.send().await {
            let mut events = SseByteStream::new(response.bytes_stream());
            while let Some(Ok(event)) = events.next().await {
                if let Some(id) = event.id {
                    last_event_id = id;
                }
                delay = event.retry.map_or(delay, Duration::from_millis);
                let event_type = event.event.unwrap_or_default();
                print(&event_type, &last_event_id, &event.data.unwrap_or_default());
            }
        }
        sleep(delay).await;
    }
}
