//! The time limit of a response's head, with clocks and sockets.

use embedded_sse::client::{ClientOptions, EventSource, ReconnectOptions};
use embedded_sse::http::Url;
use embedded_sse::io::asynch::Clock as _;
use embedded_sse::io::{asynch, blocking};

use crate::clock::VirtualClock;
use crate::helpers::client_script::NoticeLines;
use crate::scripted::Scene;
use crate::scripted_socket::Connector;

/// A server that sends one byte of an endless head every 200 ms.
fn endless_head() -> Connector {
    let head = format!("HTTP/1.1 200 OK\r\nX: {}", "y".repeat(1_000));
    let bytes = head.bytes().map(|byte| vec![byte]).collect();
    Connector::new(&[Scene::Slow(200, bytes)], 64)
}

fn options(idle_timeout: u32) -> ClientOptions<'static> {
    ClientOptions::new()
        .idle_timeout(idle_timeout)
        .reconnect(ReconnectOptions::new().no_jitter())
}

fn source<'a>(options: &'a ClientOptions<'a>, buffer: &'a mut [u8]) -> EventSource<'a> {
    EventSource::new(Url::new("http://device/").unwrap(), options, buffer)
}

const LOST: &str = "lost: SlowHead, again in 3000";

/// Breaks when a byte every 200 ms holds an asynchronous client for ever: each read ends before any time limit.
#[tokio::test(start_paused = true)]
async fn a_head_that_comes_byte_by_byte_does_not_hold_an_asynchronous_client() {
    for idle_timeout in [0, 10_000] {
        let (options, start) = (options(idle_timeout), VirtualClock.now());
        let (mut buffer, mut received) = ([0; 256], [0; 64]);
        let source = source(&options, &mut buffer);
        let mut client = asynch::Client::new(source, endless_head(), &mut received, VirtualClock);
        let notice = client.next_notice().await;
        let now = VirtualClock.now();
        assert_eq!(NoticeLines::default().line(notice, now).unwrap(), LOST);
        assert_eq!(now.since(start), 30_200);
    }
}

/// Breaks when a byte every 200 ms holds a blocking client for ever.
#[test]
fn a_head_that_comes_byte_by_byte_does_not_hold_a_blocking_client() {
    for idle_timeout in [0, 10_000] {
        let (options, connector) = (options(idle_timeout), endless_head());
        let (mut buffer, mut received) = ([0; 256], [0; 64]);
        let source = source(&options, &mut buffer);
        let mut client =
            blocking::Client::new(source, connector.clone(), &mut received, connector.clone());
        let notice = client.next_notice();
        let now = blocking::Clock::now(&connector);
        assert_eq!(NoticeLines::default().line(notice, now).unwrap(), LOST);
        assert_eq!(now.as_millis(), 30_200);
    }
}
