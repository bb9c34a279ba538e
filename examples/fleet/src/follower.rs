//! A simulated device that follows a stream, with the buffers of a real one.

use std::net::Ipv4Addr;

use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::client::{
    ClientOptions, ConnectError, EventSource, Notice, Reason, ReconnectOptions,
};
use embedded_sse::http::{InvalidUrl, Url};
use embedded_sse::io::asynch::{Client, Connect};
use tokio::net::TcpStream;

use crate::clock::TokioClock;

/// Room for the event under way and the last event ID.
const EVENT_BYTES: usize = 256;
/// The receive buffer: the segment size that every IPv4 host accepts.
const RECEIVE_BYTES: usize = 536;

/// The reconnection time, in milliseconds: the default of the crate, as nchan sends no `retry`.
pub const RETRY_MS: u32 = 3_000;

/// The memory of a device for its stream: the client and its two buffers.
pub const CLIENT_BYTES: usize =
    size_of::<Client<'static, Nodes, TokioClock>>() + EVENT_BYTES + RECEIVE_BYTES;

/// Follows the stream at a path of several servers until the client ends, and returns why.
pub async fn follow(
    nodes: Nodes,
    path: &str,
    seed: u32,
    mut on_notice: impl FnMut(Notice<'_>),
) -> Result<Reason, InvalidUrl> {
    // `Nodes` replaces host and port.
    let url = format!("http://127.0.0.1{path}");
    let options = ClientOptions::new()
        .idle_timeout(45_000)
        .reconnect(ReconnectOptions::new().seed(seed).retry(RETRY_MS));
    let (mut buffer, mut received) = ([0; EVENT_BYTES], [0; RECEIVE_BYTES]);
    let source = EventSource::new(Url::new(&url)?, &options, &mut buffer);
    let mut client = Client::new(source, nodes, &mut received, TokioClock);
    loop {
        let notice = client.next_notice().await;
        let closed = match notice {
            Notice::Closed { reason, .. } => Some(reason),
            _ => None,
        };
        on_notice(notice);
        if let Some(reason) = closed {
            return Ok(reason);
        }
    }
}

/// Connects to one of several servers on the loopback interface, and to the next one after each failure.
pub struct Nodes {
    ports: [u16; 2],
    next: usize,
}

impl Nodes {
    /// `first` is the index of the server to start with.
    pub fn new(ports: [u16; 2], first: usize) -> Self {
        Self { ports, next: first }
    }

    pub fn one(port: u16) -> Self {
        Self::new([port; 2], 0)
    }
}

impl Connect for Nodes {
    type Socket = FromTokio<TcpStream>;

    async fn connect(&mut self, _: Url<'_>) -> Result<Self::Socket, ConnectError> {
        // The client connects again only after a failure.
        let port = self.ports[self.next % self.ports.len()];
        self.next += 1;
        let socket = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await;
        socket
            .map(FromTokio::new)
            .map_err(|_| ConnectError::Unreachable)
    }
}
