//! TLS 1.3 before a server that has none.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::acceptor::acceptor;

/// A proxy that accepts TLS connections to `localhost`, and passes on what they carry. It stops when it is dropped.
pub struct TlsProxy {
    pub address: SocketAddr,
    /// The certificate of its authority, in DER.
    pub authority: Vec<u8>,
    _tasks: JoinSet<()>,
}

impl TlsProxy {
    pub async fn start(server: SocketAddr) -> Self {
        let (acceptor, authority) = acceptor().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            // The set aborts its tasks when this task is dropped.
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                connections.spawn(async move {
                    let mut client = acceptor.accept(client).await?;
                    let mut server = TcpStream::connect(server).await?;
                    copy_bidirectional(&mut client, &mut server).await
                });
            }
        });
        Self {
            address,
            authority,
            _tasks: tasks,
        }
    }
}
