//! Clients of a hub. Their sockets are pipes in memory. Time is virtual, so that a test of hours takes no time.

use std::sync::Arc;
use std::time::Duration;

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::hub::Hub;
use embedded_sse::io::{End, ServeError, WithShutdown};
use embedded_sse::server::{Outcome, ServerOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::clock::VirtualClock;

/// A hub with two slots.
pub type TestHub = Hub<CriticalSectionRawMutex, 512, 2>;
pub type Served = Result<Outcome, ServeError<std::io::Error>>;

pub static OPTIONS: ServerOptions = ServerOptions::new("/events");
/// The start of a request for a stream.
pub const GET: &str = "GET /events HTTP/1.1\r\nHost: device\r\n";
/// The first bytes of a stream with the default options.
pub const PREAMBLE: &str = ":\nretry: 3000\n";

pub fn hub() -> Arc<TestHub> {
    let hub = Arc::new(TestHub::new());
    hub.make_ids(7);
    hub
}

/// Ends a pipe as a socket is ended: after a shutdown the client reads to the end, and the server can still read.
pub async fn end(socket: &mut FromTokio<DuplexStream>, end: End) -> std::io::Result<()> {
    match end {
        End::Shutdown => socket.inner_mut().shutdown().await,
        // The pipe is dropped after an abort.
        End::Abort => Ok(()),
    }
}

/// The client's end of a pipe that takes `room` bytes, and the task that serves it.
pub fn connect(
    hub: &Arc<TestHub>,
    options: &'static ServerOptions,
    room: usize,
) -> (DuplexStream, JoinHandle<Served>) {
    let (client, server) = duplex(room);
    let hub = Arc::clone(hub);
    let task = tokio::spawn(async move {
        let mut scratch = [0; 512];
        let socket = WithShutdown::new(FromTokio::new(server), end);
        hub.serve(socket, &mut scratch, &VirtualClock, options)
            .await
    });
    (client, task)
}

/// A client that has sent these lines of a head and a blank line.
pub async fn request(hub: &Arc<TestHub>, lines: &str) -> (DuplexStream, JoinHandle<Served>) {
    request_with(hub, &OPTIONS, lines).await
}

/// The same with a server that has these options.
pub async fn request_with(
    hub: &Arc<TestHub>,
    options: &'static ServerOptions<'static>,
    lines: &str,
) -> (DuplexStream, JoinHandle<Served>) {
    let (mut client, task) = connect(hub, options, 4096);
    client.write_all(lines.as_bytes()).await.unwrap();
    client.write_all(b"\r\n").await.unwrap();
    (client, task)
}

/// Reads all bytes that were written so far.
pub async fn read(client: &mut DuplexStream) -> String {
    let mut text = Vec::new();
    let mut buffer = [0; 100];
    while let Ok(Ok(length @ 1..)) =
        timeout(Duration::from_millis(1), client.read(&mut buffer)).await
    {
        text.extend_from_slice(&buffer[..length]);
    }
    String::from_utf8(text).unwrap()
}

/// Reads the same, and returns the body. The response must be a 200.
pub async fn read_body(client: &mut DuplexStream) -> String {
    let response = read(client).await;
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    body.into()
}

pub async fn is_gone(client: &mut DuplexStream) -> bool {
    matches!(
        timeout(Duration::from_millis(1), client.read(&mut [0])).await,
        Ok(Ok(0))
    )
}
