//! Serves an event stream by a handler of edge-http.

mod adapter;
#[path = "../../arguments.rs"]
mod arguments;
#[path = "../../hub.rs"]
mod hub;

use std::io::Error;
use std::net::{SocketAddr, TcpListener};

use adapter::Events;
use arguments::STREAM;
use async_io::Async;
use edge_http::io::server::DefaultServer;
use edge_nal::TcpAccept;
use edge_nal_std::TcpSocket;
use hub::HUB;

/// The acceptor of edge-nal-std does not tell its port.
struct Acceptor(Async<TcpListener>);

impl TcpAccept for Acceptor {
    type Error = Error;
    type Socket<'a> = TcpSocket;

    async fn accept(&self) -> Result<(SocketAddr, TcpSocket), Error> {
        let (socket, address) = self.0.accept().await?;
        Ok((address, TcpSocket::new(socket)))
    }
}

fn main() -> Result<(), Error> {
    let listener = TcpListener::bind(arguments::address())?;
    println!("listening on http://{}/events", listener.local_addr()?);
    std::thread::spawn(hub::publish_numbers);
    let listener = Acceptor(Async::new(listener)?);
    let mut server = DefaultServer::new();
    // Clients that have closed their connection before a request hold one of the four handlers for this time.
    let idle_timeout = Some(5_000);
    let served = server.run(idle_timeout, listener, Events(&HUB, &STREAM));
    async_io::block_on(served).map_err(|error| Error::other(format!("{error:?}")))
}
