//! The client: what a firmware would do, but for where its sockets and its time come from.

use std::ops::ControlFlow;
use std::time::SystemTime;

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

/// Follows a stream until `handle` has enough of it; otherwise returns who has decided that there will be no more. The
/// server has to have a certificate of this authority, for its host name.
///
/// TLS connections borrow the buffers for their records, so they are made here, and handed in one after
/// the other: an event is read straight from the record that it came in.
pub async fn follow(
    source: &mut EventSource<'_>,
    authority: &[u8],
    clock: impl Clock,
    mut handle: impl FnMut(Notice<'_>) -> ControlFlow<()>,
) -> Option<EndedBy> {
    // The longest record that a server may send, and one for the request.
    let mut received = [0; 16_640];
    let mut sent = [0; 2_048];
    loop {
        match source.poll(clock.now(), &mut &b""[..]) {
            EventSourceOutput::Connect(url) => {
                match connect(url, authority, &mut received, &mut sent).await {
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
            // Nothing is sent before there is a connection.
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

/// Randomness, and a check of the server's certificate. Without a check, anybody could be the server.
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
