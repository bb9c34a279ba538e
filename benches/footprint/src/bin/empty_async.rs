//! The executor, the socket, the network and the clock of the asynchronous programs, without the crate.
#![no_std]
#![no_main]

use core::net::{Ipv4Addr, SocketAddr};

use embedded_io_async::{Read, Write};
use embedded_nal_async::{AddrType, Dns, TcpConnect};
use embedded_sse::io::asynch::Clock;
use footprint::net::{PortClock, PortNet, now};
use footprint::{Port, block_on, memory, read, write, write_word};

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let (text, buffer) = (memory::<64>(0), memory::<512>(64));
    loop {
        write(read(text));
        block_on(async {
            if let Ok(length) = Port.read(buffer).await {
                let received = buffer.get(..length).unwrap_or_default();
                write_word(u32::from(Port.write(received).await.is_err()));
                write_word(u32::from(Port.flush().await.is_err()));
            }
            PortClock.wait_until(now()).await;
            let address = PortNet.get_host_by_name("device", AddrType::Either).await;
            let address = address.unwrap_or(Ipv4Addr::UNSPECIFIED.into());
            let connected = PortNet.connect(SocketAddr::new(address, 80)).await;
            write_word(u32::from(connected.is_err()));
        });
    }
}
