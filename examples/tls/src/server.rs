//! A TLS server that sends numbers as events.

use std::error::Error;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::acceptor::acceptor;

/// The number of events on each connection.
pub const EVENTS: u32 = 3;

/// A server on this machine, and the certificate of its authority.
pub struct Server {
    pub port: u16,
    pub authority: Vec<u8>,
}

impl Server {
    /// Starts the server, which runs as long as the runtime.
    pub async fn start() -> Result<Self, Box<dyn Error>> {
        let (acceptor, authority) = acceptor()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    if let Err(error) = count(acceptor, socket).await {
                        eprintln!("server: {error}");
                    }
                });
            }
        });
        Ok(Self { port, authority })
    }
}

/// Sends the next [`EVENTS`] numbers after the last event ID.
async fn count(acceptor: TlsAcceptor, socket: TcpStream) -> std::io::Result<()> {
    let mut socket = acceptor.accept(socket).await?;
    let mut request = String::new();
    while !request.contains("\r\n\r\n") {
        let mut bytes = [0; 512];
        let length = socket.read(&mut bytes).await?;
        if length == 0 {
            return Ok(());
        }
        request += &String::from_utf8_lossy(&bytes[..length]);
    }
    let last = request.split_once("Last-Event-ID: ");
    let last = last.and_then(|(_, id)| id.lines().next()?.parse().ok());
    let start = last.unwrap_or(0) + 1;
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 100\n\n";
    socket.write_all(head.as_bytes()).await?;
    for number in start..start + EVENTS {
        let event = format!("event: count\nid: {number}\ndata: {number}\n\n");
        socket.write_all(event.as_bytes()).await?;
        socket.flush().await?;
    }
    socket.shutdown().await
}
