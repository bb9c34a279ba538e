//! A TLS server that sends numbers as events.

use std::error::Error;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::version::TLS13;

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
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(parameters, KeyPair::generate()?)?;
        let mut parameters = CertificateParams::new(["localhost".to_string()])?;
        let name = &mut parameters.distinguished_name;
        name.push(DnType::CommonName, "localhost");
        let key = KeyPair::generate()?;
        let certificate = parameters.signed_by(&key, &authority)?;

        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_protocol_versions(&[&TLS13])
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        let acceptor = TlsAcceptor::from(Arc::new(config));
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
        Ok(Self {
            port,
            authority: authority.der().to_vec(),
        })
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
