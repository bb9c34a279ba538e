//! The port as a clock, and as a network.

use core::future::poll_fn;
use core::net::{IpAddr, SocketAddr};
use core::task::Poll;

use embedded_io::ErrorKind;
use embedded_nal_async::{AddrType, Dns, TcpConnect};
use embedded_sse::Instant;
use embedded_sse::client::ConnectError;
use embedded_sse::http::Url;
use embedded_sse::io::{asynch, blocking};

use crate::{Port, read_word, write, write_word};

/// Reads the time from the port.
pub fn now() -> Instant {
    Instant::from_millis(u64::from(read_word()))
}

/// The port as a clock.
pub struct PortClock;

impl blocking::Clock for PortClock {
    fn now(&self) -> Instant {
        now()
    }

    fn wait_until(&self, at: Instant) {
        while now() < at {}
    }
}

impl asynch::Clock for PortClock {
    fn now(&self) -> Instant {
        now()
    }

    async fn wait_until(&self, at: Instant) {
        poll_fn(|_| match now() < at {
            true => Poll::Pending,
            false => Poll::Ready(()),
        })
        .await
    }
}

/// The port as a network.
pub struct PortNet;

impl blocking::Connect for PortNet {
    type Socket = Port;

    fn connect(&mut self, url: Url<'_>) -> Result<Port, ConnectError> {
        write(url.host().as_bytes());
        write_word(u32::from(url.port()));
        Ok(Port)
    }
}

impl asynch::Connect for PortNet {
    type Socket = Port;

    async fn connect(&mut self, url: Url<'_>) -> Result<Port, ConnectError> {
        blocking::Connect::connect(self, url)
    }
}

impl TcpConnect for PortNet {
    type Error = ErrorKind;
    type Connection<'n> = Port;

    async fn connect(&self, remote: SocketAddr) -> Result<Port, ErrorKind> {
        write_word(u32::from(remote.port()));
        Ok(Port)
    }
}

impl Dns for PortNet {
    type Error = ErrorKind;

    async fn get_host_by_name(&self, host: &str, _: AddrType) -> Result<IpAddr, ErrorKind> {
        write(host.as_bytes());
        Ok(IpAddr::from(read_word().to_be_bytes()))
    }

    async fn get_host_by_address(&self, _: IpAddr, _: &mut [u8]) -> Result<usize, ErrorKind> {
        Err(ErrorKind::Unsupported)
    }
}

impl asynch::HalfClose for Port {
    async fn shutdown(&mut self) -> Result<(), ErrorKind> {
        poll_fn(|_| match read_word() {
            0 => Poll::Pending,
            _ => Poll::Ready(()),
        })
        .await;
        Ok(())
    }
}

impl blocking::HalfClose for Port {
    fn shutdown(&mut self) -> Result<(), ErrorKind> {
        write_word(read_word());
        Ok(())
    }
}
