//! Connects by `Nal` alone. It parses addresses by `core`, whose parser has panics that are never reached, so
//! `run` lists these as known for this program, and other programs do without it.
#![no_std]
#![no_main]

use core::net::{IpAddr, SocketAddr};

use embedded_io::ErrorKind;
use embedded_nal_async::{AddrType, Dns, TcpConnect};
use embedded_sse::http::Url;
use embedded_sse::io::asynch::{Connect, Nal};
use footprint::{Port, block_on, memory, read, read_word, write, write_word};

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let text = memory::<64>(0);
    loop {
        if let Ok(url) = Url::new(core::str::from_utf8(read(text)).unwrap_or_default()) {
            let connected = block_on(Nal::new(&PortNet, &PortNet).connect(url));
            write_word(u32::from(connected.is_err()));
        }
    }
}

/// The port as a network.
struct PortNet;

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
