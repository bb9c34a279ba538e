//! Streams as response bodies of another HTTP stack (`Hub::join`, `Joined::stream`).

use std::sync::Arc;
use std::time::Duration;

use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::io::ServeError;
use embedded_sse::server::{CloseReason, Start, StreamOptions};
use embedded_sse::{EventId, Frame};
use tokio::io::{AsyncReadExt, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::clock::VirtualClock;
use crate::helpers::pipe::{PREAMBLE, TestHub, hub, read};

static LIFETIME: StreamOptions = StreamOptions::new().lifetime(60_000);

type Streamed = Result<CloseReason, ServeError<std::io::Error>>;

/// The client's end of a pipe that takes `room` bytes, and the task that streams to it. The client has seen the event
/// 7-1.
fn stream(hub: &Arc<TestHub>, room: usize) -> (DuplexStream, JoinHandle<Streamed>) {
    let (client, server) = duplex(room);
    let hub = Arc::clone(hub);
    let task = tokio::spawn(async move {
        let id = EventId::new("7-1").unwrap();
        let writer = FromTokio::new(server);
        // A scratch of 10 bytes is short, but it suffices.
        let joined = hub.join().unwrap();
        joined
            .stream(writer, &mut [0; 10], &VirtualClock, id, &LIFETIME)
            .await
    });
    (client, task)
}

fn hub_with_2_events() -> Arc<TestHub> {
    let hub = hub();
    hub.publish(&Frame::data("1")).unwrap();
    hub.publish(&Frame::data("2")).unwrap();
    hub
}

/// Breaks when the body has anything but the stream, or does not end with the lifetime.
#[tokio::test(start_paused = true)]
async fn the_body_is_the_stream_and_ends_with_its_lifetime() {
    let hub = hub_with_2_events();
    let (mut client, task) = stream(&hub, 1000);
    assert_eq!(
        read(&mut client).await,
        format!("{PREAMBLE}id: 7-2\ndata: 2\n\n")
    );
    hub.publish(&Frame::data("3")).unwrap();
    assert_eq!(read(&mut client).await, "id: 7-3\ndata: 3\n\n");
    assert_eq!(task.await.unwrap().unwrap(), CloseReason::Lifetime);
    assert_eq!(read(&mut client).await, ":\n:\n:\n");
}

/// Breaks when a client that takes nothing keeps its slot.
#[tokio::test(start_paused = true)]
async fn a_write_without_progress_ends_the_stream() {
    let hub = hub_with_2_events();
    let (_client, task) = stream(&hub, 10);
    assert_eq!(task.await.unwrap().unwrap(), CloseReason::Stalled);
    assert_eq!((hub.stats().clients, hub.stats().aborted), (0, 1));
}

/// Breaks when a client that is gone keeps its slot.
#[tokio::test(start_paused = true)]
async fn a_writer_that_fails_ends_the_stream() {
    let hub = hub_with_2_events();
    let (client, task) = stream(&hub, 10);
    drop(client);
    assert!(matches!(task.await.unwrap(), Err(ServeError::Io(_))));
    assert_eq!(hub.stats().clients, 0);
}

/// Breaks when a client for which there is no slot gets a stream, or when its HTTP stack learns this only after the
/// response has begun.
#[test]
fn a_full_hub_gives_no_stream() {
    let hub = hub_with_2_events();
    let slots = (hub.join(), hub.join());
    assert!(slots.0.is_some() && slots.1.is_some());
    assert!(hub.join().is_none());
    let stats = hub.stats();
    assert_eq!((stats.clients, stats.served, stats.refused), (2, 2, 1));
    drop(slots);
    assert!(hub.join().is_some());
}

/// Breaks when a slow client is closed although it takes bytes all the time.
#[tokio::test(start_paused = true)]
async fn slow_progress_does_not_end_a_stream() {
    let hub = hub();
    let long = "x".repeat(400);
    hub.publish(&Frame::data(&long)).unwrap();
    let (mut client, server) = duplex(16);
    let task = {
        let hub = Arc::clone(&hub);
        tokio::spawn(async move {
            let options = StreamOptions::new().start(Start::Oldest);
            let mut scratch = [0; 512];
            let (id, clock) = (EventId::default(), &VirtualClock);
            let joined = hub.join().unwrap();
            joined
                .stream(FromTokio::new(server), &mut scratch, clock, id, &options)
                .await
        })
    };
    let mut taken = Vec::new();
    while !taken.ends_with(b"x\n\n") {
        sleep(Duration::from_secs(15)).await;
        let mut buffer = [0; 16];
        let length = client.read(&mut buffer).await.unwrap();
        taken.extend_from_slice(&buffer[..length]);
        assert!(taken.len() < 1000, "{}", taken.escape_ascii());
    }
    assert!(!task.is_finished());
}
