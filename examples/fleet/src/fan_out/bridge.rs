//! The bridge: follows the stream of the device, and publishes each event to nchan.

use std::time::Duration;

use embedded_sse::client::{ClientOptions, EventSource, Notice, ReconnectOptions};
use embedded_sse::http::Url;
use embedded_sse::io::asynch::Client;
use reqwest::Response;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::CHANNEL;
use crate::clock::TokioClock;
use crate::follower::Nodes;
use crate::{Failure, nginx};

/// Starts the bridge. It stops when the result is dropped. `passed_on` counts the events that nchan has confirmed.
pub fn start(
    device_port: u16,
    nginx_port: u16,
    passed_on: watch::Sender<u64>,
) -> Result<JoinSet<()>, Failure> {
    // Without a time limit, a request that nginx does not answer would stop the bridge for ever.
    let http = reqwest::Client::builder()
        .timeout(Duration::from_secs(10))
        .build()?;
    let mut task = JoinSet::new();
    task.spawn(pass_on(device_port, nginx_port, http, passed_on));
    Ok(task)
}

async fn pass_on(
    device_port: u16,
    nginx_port: u16,
    http: reqwest::Client,
    passed_on: watch::Sender<u64>,
) {
    let options = ClientOptions::new()
        .idle_timeout(45_000)
        .reconnect(ReconnectOptions::new().seed(fastrand::u32(..)));
    let (mut buffer, mut received) = ([0; 1_024], [0; 1_460]);
    let url = Url::new("http://127.0.0.1/events").expect("it is valid");
    let source = EventSource::new(url, &options, &mut buffer);
    let mut client = Client::new(source, Nodes::one(device_port), &mut received, TokioClock);
    let url = nginx::publish_url(nginx_port, CHANNEL);
    loop {
        let (event_type, data) = match client.next_notice().await {
            Notice::Event(event) => (event.event_type.to_string(), event.data.to_string()),
            Notice::Closed { .. } => return,
            _ => continue,
        };
        // One request after the other keeps the order. A connection is kept alive for all of them.
        loop {
            let request = http.post(&url).header("X-EventSource-Event", &event_type);
            let result = request.body(data.clone()).send().await;
            if result.and_then(Response::error_for_status).is_ok() {
                break;
            }
            // The request may have succeeded nevertheless. Then subscribers get the event twice.
            sleep(Duration::from_millis(100)).await;
        }
        passed_on.send_modify(|count| *count += 1);
    }
}
