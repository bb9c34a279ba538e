//! The client. Firmware differs only in its sockets and its clock.

use std::ops::ControlFlow;
use std::time::{Duration, SystemTime};

use embedded_io::ErrorKind;
use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::client::{ConnectError, EndedBy, EventSource, EventSourceOutput, Notice};
use embedded_sse::http::Url;
use embedded_sse::io::asynch::{Clock, Connected};
use embedded_tls::pki::CertVerifier;
use embedded_tls::{
    Aes128GcmSha256, Certificate, CryptoProvider, CryptoRngCore, TlsConfig, TlsConnection,
    TlsContext, TlsError, TlsVerifier,
};
use rand_core::OsRng;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The time for a connection and its handshake. Without it, the client would wait for ever for a server that accepts a connection
/// and sends nothing: the idle timeout of the source begins when it is connected.
const CONNECT_LIMIT: Duration = Duration::from_secs(30);

/// Follows a stream until `handle` breaks, which returns `None`, or until the source is closed, which returns who ended it.
/// The server's certificate must be of this authority and for the URL's host name.
///
/// A TLS connection borrows its record buffers, so this loop makes the connections and passes each to the source. Events are
/// decoded in the record buffer, without a copy.
pub async fn follow(
    source: &mut EventSource<'_>,
    authority: &[u8],
    clock: impl Clock,
    mut handle: impl FnMut(Notice<'_>) -> ControlFlow<()>,
) -> Option<EndedBy> {
    // Buffers for the longest record that a server may send, and for the request.
    let mut received = [0; 16_640];
    let mut sent = [0; 2_048];
    loop {
        match source.poll(clock.now(), &mut &b""[..]) {
            EventSourceOutput::Connect(url) => {
                let attempt = connect(url, authority, &mut received, &mut sent);
                let attempt = timeout(CONNECT_LIMIT, attempt).await;
                match attempt.unwrap_or(Err(TlsError::Io(ErrorKind::TimedOut))) {
                    Ok(socket) => {
                        let mut connected = Connected::new(source, socket, &clock);
                        while let Some(notice) = connected.next().await {
                            if handle(notice).is_break() {
                                return None;
                            }
                        }
                    }
                    Err(error) => {
                        eprintln!("no connection: {error:?}");
                        source.connect_failed(ConnectError::Unreachable);
                    }
                }
            }
            EventSourceOutput::Wait(until) => clock.wait_until(until).await,
            EventSourceOutput::Notice(Notice::Closed { by, .. }) => return Some(by),
            EventSourceOutput::Notice(notice) => {
                if handle(notice).is_break() {
                    return None;
                }
            }
            // The source sends nothing before it is connected.
            EventSourceOutput::Send(_) => {}
        }
    }
}

type Socket<'b> = TlsConnection<'b, FromTokio<TcpStream>, Aes128GcmSha256>;

async fn connect<'b>(
    url: Url<'_>,
    authority: &[u8],
    received: &'b mut [u8],
    sent: &'b mut [u8],
) -> Result<Socket<'b>, TlsError> {
    let socket = TcpStream::connect((url.host(), url.port())).await;
    let socket = socket.map_err(|_| TlsError::ConnectionClosed)?;
    let mut connection = TlsConnection::new(FromTokio::new(socket), received, sent);
    let config = TlsConfig::new().with_server_name(url.host());
    let provider = Provider {
        random: OsRng,
        verifier: CertVerifier::new(Certificate::X509(authority)),
    };
    connection.open(TlsContext::new(&config, provider)).await?;
    Ok(connection)
}

/// The random number generator, and the verifier of the server's certificate. Without one, any server could pose as this.
struct Provider<'a> {
    random: OsRng,
    verifier: CertVerifier<'a, Aes128GcmSha256, SystemTime, 4096>,
}

impl CryptoProvider for Provider<'_> {
    type CipherSuite = Aes128GcmSha256;
    type Signature = p256::ecdsa::DerSignature;

    fn rng(&mut self) -> impl CryptoRngCore {
        &mut self.random
    }

    fn verifier(&mut self) -> Result<&mut impl TlsVerifier<Aes128GcmSha256>, TlsError> {
        Ok(&mut self.verifier)
    }
}
