//! Connections by the traits of `embedded-nal-async`.

use core::net::SocketAddr;

use embedded_nal_async::{AddrType, Dns, TcpConnect};

use super::client::Connect;
use crate::client::ConnectError;
use crate::http::{Url, ip_address};

/// Makes unencrypted connections by the traits of `embedded-nal-async`, which embassy-net implements.
///
/// For `https` it returns [`ConnectError::Unsupported`].
///
/// # Examples
///
/// ```
/// use embedded_nal_async::{Dns, TcpConnect};
/// use embedded_sse::client::EventSource;
/// use embedded_sse::io::asynch::{Client, EmbassyClock, Nal};
///
/// /// `tcp` is a `TcpClient` of embassy-net, `dns` its `DnsSocket`.
/// async fn follow(source: EventSource<'_>, tcp: &impl TcpConnect, dns: &impl Dns) {
///     let mut buffer = [0; 536];
///     let mut source = Client::new(source, Nal::new(tcp, dns), &mut buffer, EmbassyClock);
///     while let Some(event) = source.next().await {
///         // ..
///     }
/// }
/// ```
pub struct Nal<'n, T, D> {
    tcp: &'n T,
    dns: &'n D,
}

debug_and_format!(['n, T, D] Nal<'n, T, D> {
    _ => "Nal {{ .. }}";
});

impl<'n, T: TcpConnect, D: Dns> Nal<'n, T, D> {
    /// Makes a connector that connects by `tcp`, and finds the addresses of names by `dns`.
    pub const fn new(tcp: &'n T, dns: &'n D) -> Self {
        Self { tcp, dns }
    }
}

impl<'n, T: TcpConnect, D: Dns> Connect for Nal<'n, T, D> {
    type Socket = T::Connection<'n>;

    async fn connect(&mut self, url: Url<'_>) -> Result<Self::Socket, ConnectError> {
        if url.is_https() {
            return Err(ConnectError::Unsupported);
        }
        let unreachable = ConnectError::Unreachable;
        let address = match ip_address(url.host()) {
            Some(address) => address,
            None => {
                let found = self.dns.get_host_by_name(url.host(), AddrType::Either);
                found.await.map_err(|_| unreachable)?
            }
        };
        let address = SocketAddr::new(address, url.port());
        self.tcp.connect(address).await.map_err(|_| unreachable)
    }
}
